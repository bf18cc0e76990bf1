/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept for administrators and not for devices: documents that lack signatures, and the
 * authority's CRLs. front has judged both; each administrator judges a document anew before signing
 * it, so that the worst that a lie here can do is that nobody signs.
 */
#include "store/pending.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/crl.h"
#include "store/instruction.h"

/* Errors: CONFLICT (published before; or what is there has other content, or no fewer persons). */
static int check_place(struct call *c, const struct admin_publish *p, struct error *err)
{
	auto_instruction struct stored_instruction published = { 0 };
	struct admin_pending old = { 0 };
	int64_t n;
	bool other, more;

	if (instruction_get(c->s->db, p->id, &published, err) == 0)
		return error_set(err, ERROR_CONFLICT, "the document %s was published before",
				 p->id);
	if (err->code != ERROR_NOT_FOUND)
		return -1;
	*err = (struct error)ERROR_INIT;
	if (pending_get(c->s->db, p->id, &old, err) < 0) {
		if (err->code != ERROR_NOT_FOUND || pending_count(c->s->db, &n, err) < 0)
			return -1;
		*err = (struct error)ERROR_INIT;
		return n < LIMIT_PENDING ? 0
					 : error_set(err, ERROR_LIMIT,
						     "%d documents wait for signatures already",
						     LIMIT_PENDING);
	}
	other = strcmp(old.content, p->content) != 0;
	more = p->signers.n > old.signers.n || strcmp(old.digest, p->digest) == 0;
	jmap_done(&admin_pending_table, &old);
	if (other)
		return error_set(err, ERROR_CONFLICT, "another document of the id %s waits", p->id);
	return more ? 0
		    : error_set(err, ERROR_CONFLICT,
				"the document that waits has as many signatures: sign that one");
}

int op_pending_put(struct call *c, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	struct admin_published *ret = c->io.out;
	struct stored_pending row = {
		.type = p->type,
		.name = p->name,
		.stream = p->stream,
		.effect = p->effect,
		.signers = p->signers,
		.have = p->have,
		.want = p->want,
		.posted_by = c->admin.name,
		.posted = c->now,
		.der = *c->io.blob,
	};

	call_detail(c, "instruction", p->id);
	call_detail(c, "type", p->type);
	call_detail(c, "name", p->name);
	call_detail(c, "digest", p->digest);
	if (!p->effect || !p->content[0])
		return error_set(err, ERROR_INVALID, "a document without effect or content");
	if (check_place(c, p, err) < 0)
		return -1;
	memcpy(row.id, p->id, sizeof(row.id));
	memcpy(row.content, p->content, sizeof(row.content));
	memcpy(row.digest, p->digest, sizeof(row.digest));
	memcpy(ret->id, p->id, sizeof(ret->id));
	return pending_put(c->s->db, &row, err);
}

int op_pending_list(struct call *c, struct error *err)
{
	struct admin_pendings *ret = c->io.out;

	return pending_list(c->s->db, LIMIT_PENDING, &ret->pending, err);
}

static int no_such(const char *id, struct error *err)
{
	if (err->code != ERROR_NOT_FOUND)
		return -1;
	return error_set(err, ERROR_NOT_FOUND, "no document '%.60s' waits for signatures", id);
}

int op_pending_show(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;

	if (pending_get(c->s->db, in->id, c->io.out, err) < 0 ||
	    (c->io.out_blob && pending_get_der(c->s->db, in->id, c->io.out_blob, err) < 0))
		return no_such(in->id, err);
	return 0;
}

int op_pending_remove(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;
	bool removed;

	call_detail(c, "instruction", in->id);
	if (pending_remove(c->s->db, in->id, &removed, err) < 0)
		return -1;
	return removed ? 0
		       : error_set(err, ERROR_NOT_FOUND, "no document '%.60s' waits for signatures",
				   in->id);
}

int op_publish_crl(struct call *c, struct error *err)
{
	const struct admin_crl *in = c->io.in;
	struct stored_crl crl = {
		.issuer = in->first ? (char *)"authority" : (char *)in->key,
		.number = in->number,
		.next_update = in->next_update,
		.der = *c->io.blob,
	};

	memcpy(crl.key, in->key, sizeof(crl.key));
	call_detail(c, "issuer", in->key);
	call_detail_int(c, "number", (int64_t)in->number);
	if (crl_put_authority(c->s->db, &crl, err) < 0)
		return -1;
	c->s->news.crl_changed = true;
	return 0;
}
