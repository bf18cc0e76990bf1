/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify/verify.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "ipc/agent_messages.h"
#include "trust/judge.h"

/* What came with VERIFY_START, read in. */
struct inputs {
	const struct verify_start *start;
	struct buf document, crls_der;
	struct document trust; /* type DOCUMENT_NONE: none in force */
	struct crls *crls;
	struct jmap_list floors; /* struct head_issuer */
};

static void inputs_done(struct inputs *in)
{
	buf_done(&in->document);
	buf_done(&in->crls_der);
	document_done(&in->trust);
	if (in->crls)
		crls_free(in->crls);
	free(in->floors.items);
}

/* The manager wrote the file and left its offset at the end. */
static int read_fd(int fd, size_t max, struct buf *out, struct error *err)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_set(err, ERROR_INVALID, "a descriptor that is no file");
	return file_read_fd(fd, max, out, err);
}

/* The length of the DER value at the front; 0 where there is none that is whole. */
static size_t der_length(const uint8_t *p, size_t len)
{
	size_t n = 0, head = 2;

	if (len < 2)
		return 0;
	if (p[1] < 0x80) {
		n = p[1];
	} else {
		head += p[1] & 0x7f;
		if (p[1] == 0x80 || head > 6 || len < head)
			return 0;
		for (size_t i = 2; i < head; i++)
			n = n << 8 | p[i];
	}
	return n <= len - head ? head + n : 0;
}

static int read_crls(struct inputs *in, int fd, struct error *err)
{
	if (read_fd(fd, LIMIT_HEAD_ISSUERS * LIMIT_CRL, &in->crls_der, err) < 0)
		return -1;
	for (size_t at = 0, n; at < in->crls_der.len; at += n) {
		auto_crl struct crl *crl = NULL;

		n = der_length(in->crls_der.data + at, in->crls_der.len - at);
		if (n == 0)
			return error_set(err, ERROR_INVALID, "not a list of CRLs");
		if (crl_parse_der(in->crls_der.data + at, n, &crl, err) < 0 ||
		    crls_add(in->crls, crl, err) < 0)
			return -1;
	}
	return 0;
}

static int read_trust(struct inputs *in, int fd, struct error *err)
{
	auto_buf struct buf json = BUF_INIT;

	if (read_fd(fd, LIMIT_DOCUMENT_CONTENT, &json, err) < 0 ||
	    document_read(json.data, json.len, &in->trust, err) < 0)
		return error_wrap(err, "trust");
	if (in->trust.type != DOCUMENT_TRUST)
		return error_set(err, ERROR_INVALID, "trust: a document of another type");
	return 0;
}

static int read_floors(struct inputs *in, struct error *err)
{
	const struct verify_floor *from = in->start->floors.items;
	struct head_issuer *to = calloc(in->start->floors.n + 1, sizeof(*to));

	if (!to)
		return error_oom(err);
	in->floors.items = to;
	in->floors.n = in->start->floors.n;
	for (size_t i = 0; i < in->floors.n; i++) {
		memcpy(to[i].issuer, from[i].issuer, sizeof(to[i].issuer));
		to[i].number = from[i].number;
	}
	return 0;
}

static int read_inputs(struct inputs *in, const struct ipc_message *m, struct error *err)
{
	const struct verify_start *s = m->body;
	unsigned next = 0;

	in->start = s;
	if (m->n_fds != 1u + s->has_trust + s->has_crls)
		return error_set(err, ERROR_INVALID, "not the announced descriptors");
	if (crls_new(&in->crls, err) < 0 || read_floors(in, err) < 0)
		return -1;
	/* One byte more than a document may have: too long is the judge's to say. */
	if (read_fd(m->fds[next++], LIMIT_DOCUMENT + 1, &in->document, err) < 0)
		return -1;
	if (s->has_trust && read_trust(in, m->fds[next++], err) < 0)
		return -1;
	return s->has_crls ? read_crls(in, m->fds[next], err) : 0;
}

static const char *stream_of(const struct document *d)
{
	return d->type == DOCUMENT_POLICY ? d->policy.stream : NULL;
}

/* Ask the manager what it knows of a document whose signatures are proven. */
static int ask(const struct document *d, void *userdata, struct judge_known *ret, struct error *err)
{
	const int *fd = userdata;
	auto_ipc_message struct ipc_message reply = IPC_MESSAGE_INIT;
	struct verify_ask body = {
		.type = (char *)document_type_name(d->type),
		.stream = (char *)stream_of(d),
	};
	const struct verify_known *known;

	memcpy(body.id, d->header.id, sizeof(body.id));
	if (ipc_call(*fd, &verify_protocol,
		     &(struct ipc_send){ .type = VERIFY_ASK, .id = 1, .body = &body }, &reply,
		     err) < 0)
		return -1;
	if (reply.type != VERIFY_KNOWN)
		return error_set(err, ERROR_INVALID, "an unexpected answer");
	known = reply.body;
	*ret = (struct judge_known){ known->serial, known->used, known->cancelled };
	return 0;
}

static int answer(int fd, struct verify_verdict *v, const struct error *why,
		  const struct buf *canonical, struct error *err)
{
	struct ipc_send s = { .type = VERIFY_VERDICT, .body = v };

	v->code = (char *)error_name(why->code);
	v->reason = why->code == ERROR_REFUSED ? (char *)reason_name(why->reason) : NULL;
	v->message = why->code ? (char *)why->msg : NULL;
	if (!why->code && canonical) {
		s.blob = canonical->data;
		s.blob_len = canonical->len;
	}
	return ipc_write(fd, &verify_protocol, &s, err);
}

/* Whose revocation lists count from now on. */
static int name_anchors(const struct document *d, struct strings *ret, struct error *err)
{
	const struct trust_anchor *a = d->trust.anchors.items;

	if (d->type != DOCUMENT_TRUST)
		return 0;
	ret->items = calloc(d->trust.anchors.n + 1, sizeof(char *));
	if (!ret->items)
		return error_oom(err);
	for (size_t i = 0; i < d->trust.anchors.n; i++) {
		auto_cert struct cert *cert = NULL;

		if (cert_parse_der(a[i].certificate.data, a[i].certificate.len, &cert, err) < 0)
			return -1;
		ret->items[i] = strdup(cert_key_sha256(cert));
		if (!ret->items[i])
			return error_oom(err);
		ret->n++;
	}
	return 0;
}

static void strings_done(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i]);
	free(s->items);
}

static int judge_document(int fd, struct inputs *in, struct error *err)
{
	CLEANUP(strings_done) struct strings anchors = { 0 };
	const struct verify_start *s = in->start;
	auto_verdict struct verdict v = { 0 };
	struct verify_verdict out = { 0 };
	struct error why = ERROR_INIT;
	struct judge_context c = {
		.trust = in->trust.type == DOCUMENT_TRUST ? &in->trust.trust : NULL,
		.first_trust = s->first_trust[0] ? s->first_trust : NULL,
		.crls = in->crls,
		.now = s->now,
		.enterprise = s->enterprise[0] ? s->enterprise : NULL,
		.is_device = true,
		.device = s->device,
		.enrollment = s->enrollment,
		.stream = s->stream,
		.nonce = s->nonce[0] ? s->nonce : NULL,
		.floors = &in->floors,
		.known = ask,
		.userdata = &fd,
	};

	if (judge(in->document.data, in->document.len, document_type_find(s->type), &c, &v, &why) ==
		    0 &&
	    name_anchors(&v.document, &anchors, &why) == 0) {
		out.anchors = anchors;
		out.effect = (char *)effect_name(v.effect);
		out.persons = v.persons;
		out.time = v.time;
	}
	memcpy(out.sha256, v.sha256, sizeof(out.sha256));
	memcpy(out.needs, v.needs, sizeof(out.needs));
	return answer(fd, &out, &why, &v.canonical, err);
}

/* The anchor of trust that signed a CRL. */
static int find_issuer(const struct inputs *in, const struct crl *crl, struct cert **ret,
		       struct error *err)
{
	const struct trust_anchor *a = in->trust.trust.anchors.items;
	size_t n = in->trust.type == DOCUMENT_TRUST ? in->trust.trust.anchors.n : 0;

	for (size_t i = 0; i < n; i++) {
		auto_cert struct cert *cert = NULL;

		if (cert_parse_der(a[i].certificate.data, a[i].certificate.len, &cert, err) < 0)
			return -1;
		if (strcmp(cert_subject_key_id(cert), crl_issuer_key_id(crl)) == 0) {
			*ret = STEAL(cert);
			return 0;
		}
	}
	return error_refuse(err, n ? REASON_CERT_UNTRUSTED : REASON_NEED_TRUST,
			    "no anchor of trust has issued this CRL");
}

/* A revocation list by itself: kept by the manager where an anchor of trust has signed it. */
static int judge_crl(int fd, struct inputs *in, struct error *err)
{
	auto_crl struct crl *crl = NULL;
	auto_cert struct cert *issuer = NULL;
	struct verify_verdict out = { 0 };
	struct error why = ERROR_INIT;

	if (crl_parse_der(in->document.data, in->document.len, &crl, &why) == 0 &&
	    find_issuer(in, crl, &issuer, &why) == 0 && crl_check_issuer(crl, issuer, &why) == 0) {
		memcpy(out.issuer, cert_key_sha256(issuer), sizeof(out.issuer));
		out.number = crl_number(crl);
		out.not_before = crl_this_update(crl);
		out.not_after = crl_next_update(crl);
		out.time = crl_this_update(crl);
	}
	return answer(fd, &out, &why, NULL, err);
}

int verify_serve(int fd, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	CLEANUP(inputs_done) struct inputs in = { 0 };

	if (ipc_read(fd, &verify_protocol, &m, err) < 0)
		return -1;
	if (m.type != VERIFY_START)
		return error_set(err, ERROR_INVALID, "an unexpected message");
	if (read_inputs(&in, &m, err) < 0)
		return -1;
	if (strcmp(in.start->type, "crl") == 0)
		return judge_crl(fd, &in, err);
	return judge_document(fd, &in, err);
}
