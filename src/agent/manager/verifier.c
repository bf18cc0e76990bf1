/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/verifier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "base/file.h"
#include "base/hash.h"

enum { DEADLINE_S = 20 };

struct verifier {
	struct child *child;
	struct sqlite *db;
	char enterprise[UUID_SIZE], device[UUID_SIZE];
	char sha256[SHA256_HEX_SIZE]; /* of the document */
	verifier_fn *fn;
	void *userdata;
};

/* What the verifier asks about is unproven: it only selects rows. */
static int answer(struct verifier *f, const struct verify_ask *ask, struct verify_known *known,
		  struct error *err)
{
	if (strcmp(ask->type, "assignment") == 0)
		return known_floor(
			f->db, &(struct known_name){ f->enterprise, KNOWN_ASSIGNMENT, f->device },
			f->sha256, &known->serial, err);
	if (strcmp(ask->type, "policy") == 0)
		return known_floor(f->db,
				   &(struct known_name){ f->enterprise, KNOWN_POLICY, ask->stream },
				   f->sha256, &known->serial, err);
	if (strcmp(ask->type, "command") == 0)
		return known_command(f->db, f->enterprise, ask->id, &known->used, &known->cancelled,
				     err);
	return 0;
}

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct verifier *f = userdata;
	struct verify_known known = { 0 };

	if (m->type == VERIFY_VERDICT) {
		/* At once, without waiting for the process to end: it has nothing more to say. */
		f->fn(f, m->body, &m->blob, f->userdata);
		return 0;
	}
	if (m->type != VERIFY_ASK)
		return error_set(err, ERROR_INVALID, "an unexpected message");
	if (answer(f, m->body, &known, err) < 0)
		return -1;
	return channel_send(
		c, &(struct ipc_send){ .type = VERIFY_KNOWN, .id = m->id, .body = &known }, err);
}

static void on_ended(struct child *c, int status, void *userdata)
{
	static const struct verify_verdict broken = {
		.code = (char *)"internal",
		.message = (char *)"the verifier broke, so nothing is believed",
	};
	struct buf nothing = BUF_INIT;
	struct verifier *f = userdata;

	f->fn(f, &broken, &nothing, f->userdata);
}

struct error verifier_error(const struct verify_verdict *v)
{
	enum error_code code = error_find(v->code);
	struct error why = ERROR_INIT;

	(void)!error_set(&why, code ? code : ERROR_INTERNAL, "%s",
			 v->message ? v->message : v->code);
	if (v->reason)
		why.reason = reason_find(v->reason);
	return why;
}

struct verifier *verifier_free(struct verifier *f)
{
	if (!f)
		return NULL;
	f->child = child_free(f->child);
	free(f);
	return NULL;
}

/* A file without a name, sealed: neither side can change it under the other. */
static int make_file(const struct buf *content, int *ret, struct error *err)
{
	auto_close int fd = memfd_create("muster-document", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return error_errno(err, errno, "memfd");
	if (file_write_fd(fd, content->data, content->len, err) < 0)
		return -1;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return error_errno(err, errno, "seal");
	*ret = STEAL_FD(fd);
	return 0;
}

struct files {
	int fds[3];
	unsigned n;
};

static void files_done(struct files *f)
{
	for (unsigned i = 0; i < f->n; i++)
		close(f->fds[i]);
}

static int add_file(struct files *f, const struct buf *content, struct error *err)
{
	if (make_file(content, &f->fds[f->n], err) < 0)
		return -1;
	f->n++;
	return 0;
}

static int gather(struct verifier *f, const struct verifier_question *q, struct verify_start *s,
		  struct files *files, struct error *err)
{
	auto_buf struct buf trust = BUF_INIT;
	auto_buf struct buf crls = BUF_INIT;

	if (documents_bytes(f->db, ROLE_TRUST, &trust, err) < 0 ||
	    known_crls(f->db, &crls, err) < 0 ||
	    known_crl_floors(f->db, f->enterprise, &s->floors, err) < 0)
		return -1;
	s->has_trust = trust.len > 0;
	s->has_crls = crls.len > 0;
	if (add_file(files, &q->der, err) < 0 || (trust.len && add_file(files, &trust, err) < 0) ||
	    (crls.len && add_file(files, &crls, err) < 0))
		return -1;
	return 0;
}

static void put(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
}

static int send_start(struct verifier *f, const struct verifier_question *q, struct error *err)
{
	CLEANUP(files_done) struct files files = { 0 };
	struct verify_start s = { .type = (char *)q->type,
				  .now = q->now,
				  .stream = (char *)q->stream };
	int r;

	put(s.first_trust, sizeof(s.first_trust), q->first_trust);
	put(s.enterprise, sizeof(s.enterprise), q->enterprise);
	put(s.device, sizeof(s.device), q->device);
	put(s.enrollment, sizeof(s.enrollment), q->enrollment);
	put(s.nonce, sizeof(s.nonce), q->nonce);
	r = gather(f, q, &s, &files, err);
	if (r == 0)
		r = channel_send(child_channel(f->child),
				 &(struct ipc_send){ .type = VERIFY_START,
						     .body = &s,
						     .fds = files.fds,
						     .n_fds = files.n },
				 err);
	free(s.floors.items);
	return r;
}

int verifier_start(const struct host *host, const struct verifier_question *q,
		   struct verifier **ret, struct error *err)
{
	CLEANUP(verifier_freep) struct verifier *f = calloc(1, sizeof(*f));
	const struct child_spec spec = { .which = AGENT_VERIFY,
					 .libexec = host->libexec,
					 .protocol = &verify_protocol,
					 .peer_fd = -1,
					 .deadline_s = DEADLINE_S };

	if (!f)
		return error_oom(err);
	f->db = host->db;
	f->fn = q->fn;
	f->userdata = q->userdata;
	put(f->enterprise, sizeof(f->enterprise), q->enterprise);
	put(f->device, sizeof(f->device), q->device);
	hash_sha256_hex(q->der.data, q->der.len, f->sha256);
	if (child_start(host->loop, &spec, &(struct child_handler){ on_message, on_ended, f },
			&f->child, err) < 0 ||
	    send_start(f, q, err) < 0)
		return error_wrap(err, "verifier");
	*ret = STEAL(f);
	return 0;
}
