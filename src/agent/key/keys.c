/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/key/keys.h"

#include <string.h>

#include "agent/key/refusal.h"
#include "crypto/csr.h"
#include "crypto/digest.h"
#include "crypto/key_store.h"
#include "crypto/token/key_open.h"
#include "proto/seal.h"

static const char *const names[] = {
	[AGENT_KEY_CHANNEL] = "channel",
	[AGENT_KEY_EVIDENCE] = "evidence",
	[AGENT_KEY_CHANNEL_B] = "channel-b",
	[AGENT_KEY_EVIDENCE_B] = "evidence-b",
};
_Static_assert(ARRAY_SIZE(names) == AGENT_KEY_MAX_, "every key has a name");

static bool is_channel(int key)
{
	return key == AGENT_KEY_CHANNEL || key == AGENT_KEY_CHANNEL_B;
}

void keys_done(struct keys *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(k->loaded); i++) {
		if (k->loaded[i])
			key_free(k->loaded[i]);
		k->loaded[i] = NULL;
	}
}

static int uri_of(const struct keys *k, int which, struct buf *ret, struct error *err)
{
	return key_store_uri(k->store, k->dir, names[which], ret, err);
}

void keys_prepare(struct keys *k)
{
	auto_buf struct buf uri = BUF_INIT;
	struct error err = ERROR_INIT;

	if (uri_of(k, AGENT_KEY_CHANNEL, &uri, &err) < 0 ||
	    key_prepare((const char *)uri.data, &err) < 0)
		k->unusable = err;
}

/* One try at the store: by a PIN that it has not refused. create: what is made; NULL: it is there.
 */
static int try_open(const struct keys *k, const char *uri, const enum key_type *create,
		    struct key **ret, struct error *err)
{
	int r;

	if (refusal_check(k->dir, uri, err) < 0)
		return -1;
	r = create ? key_create(uri, *create, ret, err) : key_open(uri, ret, err);
	refusal_note(k->dir, uri, r < 0 ? err->code : ERROR_NONE);
	return r;
}

static int load(struct keys *k, int which, struct error *err)
{
	auto_buf struct buf uri = BUF_INIT;

	if (k->loaded[which])
		return 0;
	if (uri_of(k, which, &uri, err) < 0)
		return -1;
	return try_open(k, (const char *)uri.data, NULL, &k->loaded[which], err);
}

/* Made once: asking again after a lost answer gives the same key. */
static int make(struct keys *k, int which, enum key_type type, struct error *err)
{
	auto_buf struct buf uri = BUF_INIT;
	struct error missing = ERROR_INIT;

	if (load(k, which, &missing) == 0)
		return 0;
	if (missing.code != ERROR_NOT_FOUND) {
		*err = missing;
		return -1;
	}
	if (uri_of(k, which, &uri, err) < 0)
		return -1;
	return try_open(k, (const char *)uri.data, &type, &k->loaded[which], err);
}

static int destroy(struct keys *k, int which, struct error *err)
{
	auto_buf struct buf uri = BUF_INIT;
	int r;

	if (k->loaded[which])
		key_free(k->loaded[which]);
	k->loaded[which] = NULL;
	if (uri_of(k, which, &uri, err) < 0 ||
	    refusal_check(k->dir, (const char *)uri.data, err) < 0)
		return -1;
	r = key_destroy((const char *)uri.data, err);
	refusal_note(k->dir, (const char *)uri.data, r < 0 ? err->code : ERROR_NONE);
	return r;
}

/* A request and what is to be answered; what the answer points to lives as long as the keys. */
struct answer {
	struct buf *blob;
	struct agent_key_rated rated;
	const void *body; /* NULL: none */
};

static int answer_public(struct keys *k, const struct ipc_message *m, struct answer *out,
			 struct error *err)
{
	const struct agent_key_select *q = m->body;
	int which = q->key;
	int r = m->type == AGENT_KEY_MAKE ? make(k, which, q->p384 ? KEY_P384 : KEY_P256, err)
					  : load(k, which, err);
	const struct buf *spki;

	if (r < 0)
		return -1;
	spki = key_spki(k->loaded[which]);
	return buf_append(out->blob, spki->data, spki->len, err);
}

static int answer_sign(struct keys *k, const struct ipc_message *m, struct answer *out,
		       struct error *err)
{
	int which = ((const struct agent_key_select *)m->body)->key;

	if (load(k, which, err) < 0)
		return -1;
	return key_sign_digest(k->loaded[which], m->blob.data, m->blob.len, out->blob, err);
}

/* What is signed is made here: a typed message under a label of its own, and never what a client
 * would have as a digest. */
static int answer_seal(struct keys *k, const struct ipc_message *m, struct answer *out,
		       struct error *err)
{
	const struct agent_key_seal *q = m->body;
	struct seal seal = { .sequence = q->sequence, .time = q->time };
	auto_buf struct buf bytes = BUF_INIT;
	uint8_t digest[SHA256_SIZE];

	memcpy(seal.device, q->device, sizeof(seal.device));
	memcpy(seal.enrollment, q->enrollment, sizeof(seal.enrollment));
	memcpy(seal.digest, q->digest, sizeof(seal.digest));
	if (is_channel(q->key))
		return error_set(err, ERROR_DENIED, "no evidence key");
	if (load(k, q->key, err) < 0 || seal_signed(&seal, &bytes, err) < 0 ||
	    digest_sha256(bytes.data, bytes.len, digest, err) < 0)
		return -1;
	return key_sign_digest(k->loaded[q->key], digest, sizeof(digest), out->blob, err);
}

static int answer_request(struct keys *k, const struct ipc_message *m, struct answer *out,
			  struct error *err)
{
	const struct agent_key_request *rq = m->body;

	if (load(k, rq->key, err) < 0)
		return -1;
	return csr_make(k->loaded[rq->key], rq->subject, out->blob, err);
}

static int answer_destroy(struct keys *k, const struct ipc_message *m, struct answer *out,
			  struct error *err)
{
	return destroy(k, ((const struct agent_key_select *)m->body)->key, err);
}

static int answer_rate(struct keys *k, const struct ipc_message *m, struct answer *out,
		       struct error *err)
{
	int which = ((const struct agent_key_select *)m->body)->key;
	struct key_level level;

	if (load(k, which, err) < 0)
		return -1;
	level = key_level(k->loaded[which]);
	out->rated = (struct agent_key_rated){ level.level, (char *)level.reason };
	out->body = &out->rated;
	return 0;
}

enum {
	MANAGER = 1 << KEYS_MANAGER,
	NET = 1 << KEYS_NET, /* of the channel key */
};

/* Which requests there are, and who may make them. Nobody has the evidence key sign a digest. */
static const struct {
	int (*answer)(struct keys *k, const struct ipc_message *m, struct answer *out,
		      struct error *err);
	unsigned reply, who;
} requests[] = {
	[AGENT_KEY_MAKE] = { answer_public, AGENT_KEY_PUBLIC, MANAGER },
	[AGENT_KEY_SHOW] = { answer_public, AGENT_KEY_PUBLIC, MANAGER | NET },
	[AGENT_KEY_SIGN] = { answer_sign, AGENT_KEY_SIGNED, NET },
	[AGENT_KEY_REQUEST] = { answer_request, AGENT_KEY_REQUESTED, MANAGER },
	[AGENT_KEY_DESTROY] = { answer_destroy, AGENT_KEY_DESTROYED, MANAGER },
	[AGENT_KEY_SEAL] = { answer_seal, AGENT_KEY_SIGNED, MANAGER },
	[AGENT_KEY_RATE] = { answer_rate, AGENT_KEY_RATED, MANAGER },
};

static int check(const struct keys *k, enum keys_client client, const struct ipc_message *m,
		 struct error *err)
{
	if (m->type >= ARRAY_SIZE(requests) || !requests[m->type].answer)
		return error_set(err, ERROR_INVALID, "no such request");
	/* The bodies of what net may ask begin with the key. */
	if (!(requests[m->type].who & 1u << client) ||
	    (client == KEYS_NET && !is_channel(*(const int *)m->body)))
		return error_set(err, ERROR_DENIED, "not for %s",
				 client == KEYS_NET ? "net" : "the manager");
	if (k->unusable.code) {
		*err = k->unusable;
		return -1;
	}
	return 0;
}

int keys_answer(struct keys *k, enum keys_client client, const struct ipc_message *m, int fd,
		struct error *err)
{
	auto_buf struct buf blob = BUF_INIT;
	struct answer out = { .blob = &blob };
	struct error failed = ERROR_INIT;
	struct ipc_send reply = { .id = m->id };
	struct agent_failed why = { 0 };

	if (check(k, client, m, &failed) == 0 &&
	    requests[m->type].answer(k, m, &out, &failed) == 0) {
		reply.type = requests[m->type].reply;
		reply.body = out.body;
		reply.blob = blob.data;
		reply.blob_len = blob.len;
		return ipc_write(fd, &agent_key_protocol, &reply, err);
	}
	why.code = (char *)error_name(failed.code);
	why.message = failed.msg;
	reply.type = AGENT_KEY_FAILED;
	reply.body = &why;
	return ipc_write(fd, &agent_key_protocol, &reply, err);
}
