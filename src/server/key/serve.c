/* SPDX-License-Identifier: Apache-2.0 */
#include "server/key/serve.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "ipc/server_messages.h"
#include "server/key/make.h"

struct request {
	struct serve *s;
	const struct ipc_message *m;
	int64_t now;
	/* the reply */
	union {
		struct key_tree_is tree;
		struct key_issued issued;
		struct key_crl_is crl;
	} body;
	struct buf blob;
};

typedef int answer_fn(struct request *q, struct error *err);

static answer_fn answer_tree, answer_issue, answer_crl, answer_staple, answer_head, answer_command;

/* What may be asked, how the reply is called, and how often: burst, and per second. A core that
 * was taken over can do no more than this. */
static const struct row {
	unsigned type, reply;
	answer_fn *answer;
	uint32_t burst, per_s;
} rows[] = {
	{ KEY_TREE, KEY_TREE_IS, answer_tree, 20, 1 },
	{ KEY_ISSUE, KEY_ISSUED, answer_issue, 500, 50 },
	{ KEY_CRL, KEY_CRL_IS, answer_crl, 30, 1 },
	{ KEY_STAPLE, KEY_STAPLE_IS, answer_staple, 300, 2 },
	{ KEY_HEAD, KEY_SIGNED, answer_head, 5000, 1000 },
	{ KEY_COMMAND, KEY_SIGNED, answer_command, 60, 1 },
};

struct bucket {
	double left;
	uint64_t last_us;
};

struct serve {
	char *dir, *store;
	struct tree tree;
	struct bucket buckets[ARRAY_SIZE(rows)];
	uint64_t crl_floor[KEY_ISSUER_MAX_];
};

int serve_new(const char *dir, const char *store, struct serve **ret, struct error *err)
{
	CLEANUP(serve_freep) struct serve *s = calloc(1, sizeof(*s));

	if (!s)
		return error_oom(err);
	s->dir = strdup(dir);
	s->store = store ? strdup(store) : NULL;
	if (!s->dir || (store && !s->store))
		return error_oom(err);
	if (tree_load(dir, store, &s->tree, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		s->buckets[i].left = rows[i].burst;
	*ret = STEAL(s);
	return 0;
}

struct serve *serve_free(struct serve *s)
{
	if (!s)
		return NULL;
	tree_done(&s->tree);
	free(s->dir);
	free(s->store);
	free(s);
	return NULL;
}

int serve_reload(struct serve *s, struct error *err)
{
	struct tree fresh;

	if (tree_load(s->dir, s->store, &fresh, err) < 0)
		return -1;
	tree_done(&s->tree);
	s->tree = fresh;
	return 0;
}

/* ---- the tree's public parts ---- */

static int add_item(struct request *q, const char *name, const char *key, const struct buf *der,
		    struct error *err)
{
	struct jmap_list *list = &q->body.tree.items;
	struct key_tree_item *items = reallocarray(list->items, list->n + 1, sizeof(*items)), *i;

	if (!items)
		return error_oom(err);
	list->items = items;
	i = memset(&items[list->n++], 0, sizeof(*items));
	i->name = strdup(name);
	if (!i->name)
		return error_oom(err);
	memcpy(i->key, key, SHA256_HEX_SIZE);
	i->size = (uint32_t)der->len;
	return buf_append(&q->blob, der->data, der->len, err);
}

static int add_cert(struct request *q, const char *name, const struct cert *c, struct error *err)
{
	char file[40];

	(void)snprintf(file, sizeof(file), "%s.crt", name);
	return add_item(q, file, cert_key_sha256(c), cert_der(c), err);
}

static int answer_tree(struct request *q, struct error *err)
{
	const struct tree *t = &q->s->tree;
	struct key_tree_is *ret = &q->body.tree;
	struct key_tree_item *crl;

	for (size_t i = KEY_ISSUER_NONE + 1; i < KEY_ISSUER_MAX_; i++)
		if (add_cert(q, key_issuer_enum.names[i], t->issuers[i].cert, err) < 0)
			return -1;
	if (add_cert(q, "online", t->online.cert, err) < 0 ||
	    add_cert(q, "authority", t->authority, err) < 0 ||
	    add_item(q, "authority.crl", cert_key_sha256(t->authority), crl_der(t->authority_crl),
		     err) < 0)
		return -1;
	crl = (struct key_tree_item *)ret->items.items + ret->items.n - 1;
	crl->number = crl_number(t->authority_crl);
	crl->next_update = crl_next_update(t->authority_crl);
	memcpy(ret->trust.id, t->trust.header.id, UUID_SIZE);
	ret->trust.version = t->trust.trust.version;
	ret->trust.issued = t->trust.trust.issued;
	return 0;
}

/* ---- what is made ---- */

static int answer_issue(struct request *q, struct error *err)
{
	struct key_issued *ret = &q->body.issued;
	auto_cert struct cert *c = NULL;

	if (make_certificate(&q->s->tree, q->m->body, &q->m->blob, q->now, &c, err) < 0 ||
	    buf_append(&q->blob, cert_der(c)->data, cert_der(c)->len, err) < 0)
		return -1;
	ret->serial = strdup(cert_serial(c));
	if (!ret->serial)
		return error_oom(err);
	memcpy(ret->certificate, cert_sha256(c), SHA256_HEX_SIZE);
	memcpy(ret->key, cert_key_sha256(c), SHA256_HEX_SIZE);
	ret->not_before = cert_not_before(c);
	ret->not_after = cert_not_after(c);
	return 0;
}

static int answer_crl(struct request *q, struct error *err)
{
	const struct key_crl *in = q->m->body;
	struct key_crl_is *ret = &q->body.crl;
	auto_crl struct crl *c = NULL;

	if (make_crl(&q->s->tree, in, &q->s->crl_floor[in->issuer], q->now, &c, err) < 0)
		return -1;
	ret->issuer = in->issuer;
	memcpy(ret->key, cert_key_sha256(q->s->tree.issuers[in->issuer].cert), SHA256_HEX_SIZE);
	ret->number = crl_number(c);
	ret->next_update = crl_next_update(c);
	return buf_append(&q->blob, crl_der(c)->data, crl_der(c)->len, err);
}

static int answer_staple(struct request *q, struct error *err)
{
	return make_staple(&q->s->tree, q->m->body, q->now, &q->blob, err);
}

static int answer_head(struct request *q, struct error *err)
{
	return make_head(&q->s->tree, q->m->body, q->now, &q->blob, err);
}

static int answer_command(struct request *q, struct error *err)
{
	return make_command(&q->s->tree, q->m->body, q->now, &q->blob, err);
}

/* ---- requests ---- */

static bool take(struct bucket *b, const struct row *row)
{
	uint64_t now = clock_boot_us();

	b->left += (double)(now - b->last_us) * row->per_s / 1e6;
	if (b->left > row->burst)
		b->left = row->burst;
	b->last_us = now;
	if (b->left < 1)
		return false;
	b->left--;
	return true;
}

static int answer(struct request *q, const struct row **ret, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type != q->m->type)
			continue;
		if (!take(&q->s->buckets[i], &rows[i]))
			return error_set(err, ERROR_RATE, "%s: asked for too often",
					 q->m->def->name);
		*ret = &rows[i];
		return rows[i].answer(q, err);
	}
	return error_set(err, ERROR_INVALID, "%s is no request", q->m->def->name);
}

int serve_answer(struct serve *s, struct channel *c, const struct ipc_message *m, struct error *err)
{
	struct request q = { .s = s, .m = m, .now = clock_now() };
	const struct row *row = NULL;
	struct error e = ERROR_INIT;
	struct ipc_send reply = { .id = m->id, .body = &q.body };
	int r;

	if (answer(&q, &row, &e) < 0) {
		r = server_error_send(c, KEY_ERROR, m->id, &e, err);
	} else {
		reply.type = row->reply;
		reply.blob = q.blob.data;
		reply.blob_len = q.blob.len;
		r = channel_send(c, &reply, err);
	}
	buf_done(&q.blob);
	if (row && key_protocol.types[row->reply].table)
		jmap_done(key_protocol.types[row->reply].table, &q.body);
	return r;
}
