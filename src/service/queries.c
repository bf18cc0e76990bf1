/* SPDX-License-Identifier: Apache-2.0 */
/* What administrators read: themselves, the server, records, instructions. */
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/delivery.h"
#include "store/enterprise.h"
#include "store/instruction.h"
#include "store/record.h"

/* Every operation of administrators that the role allows. */
static int fill_may(enum role role, struct strings *ret, struct error *err)
{
	ret->items = calloc(OP_MAX_, sizeof(*ret->items));
	if (!ret->items)
		return error_oom(err);
	for (int op = OP_NONE + 1; op < OP_MAX_; op++) {
		const struct operation_row *row = operation_row((enum operation)op);

		if (!(row->roles & (1u << role)))
			continue;
		ret->items[ret->n] = strdup(row->name);
		if (!ret->items[ret->n])
			return error_oom(err);
		ret->n++;
	}
	return 0;
}

int op_whoami(struct call *c, struct error *err)
{
	struct admin_whoami who = { 0 };

	who.name = strdup(c->admin.name);
	who.role = strdup(role_name((enum role)c->admin.role));
	if (!who.name || !who.role || fill_may((enum role)c->admin.role, &who.may, err) < 0) {
		jmap_done(&admin_whoami_table, &who);
		return error_oom(err);
	}
	*(struct admin_whoami *)c->io.out = who;
	return 0;
}

int op_version(struct call *c, struct error *err)
{
	auto_enterprise struct enterprise e = { 0 };
	auto_instruction struct stored_instruction trust = { 0 };
	struct admin_version *ret = c->io.out;

	if (enterprise_get(c->s->db, &e, err) < 0 ||
	    instruction_newest(c->s->db, "trust", NULL, &trust, err) < 0)
		return -1;
	ret->version = strdup(MUSTER_VERSION);
	if (!ret->version)
		return error_oom(err);
	memcpy(ret->enterprise, e.id, UUID_SIZE);
	ret->enterprise_name = STEAL(e.name);
	ret->trust_version = (uint32_t)trust.serial;
	memcpy(ret->trust_digest, trust.digest, SHA256_HEX_SIZE);
	ret->started = c->s->started;
	return 0;
}

/* A query's `device` may be a host name; the store wants the id. */
static int resolve(struct call *c, struct admin_query *q, char id[UUID_SIZE], struct error *err)
{
	*q = *(const struct admin_query *)c->io.in;
	q->limit = page_limit(q);
	if (!q->device)
		return 0;
	if (device_resolve(c->s->db, q->device, id, err) < 0)
		return -1;
	q->device = id;
	return 0;
}

int op_records_list(struct call *c, struct error *err)
{
	struct admin_query q;
	char id[UUID_SIZE];

	if (resolve(c, &q, id, err) < 0)
		return -1;
	return record_list(c->s->db, &q, c->io.out, err);
}

int op_instructions_list(struct call *c, struct error *err)
{
	struct admin_query q;
	char id[UUID_SIZE];

	if (resolve(c, &q, id, err) < 0)
		return -1;
	return instruction_list(c->s->db, NULL, &q, c->io.out, err);
}

/* The one row of a list becomes the detail's. */
static int take_one(struct admin_instructions *list, const char *id, struct admin_instruction *ret,
		    struct error *err)
{
	struct admin_instruction *rows = list->instructions.items;

	if (list->instructions.n == 0)
		return error_set(err, ERROR_NOT_FOUND, "no instruction '%.60s'", id);
	*ret = rows[0];
	rows[0] = (struct admin_instruction){ 0 };
	return 0;
}

static int fill_detail(struct call *c, const char *id, struct admin_instruction_detail *ret,
		       struct error *err)
{
	const struct admin_query one = { .limit = 1 };
	struct admin_instructions list = { 0 };
	int r = instruction_list(c->s->db, id, &one, &list, err);

	if (r == 0)
		r = take_one(&list, id, &ret->instruction, err);
	jmap_done(&admin_instructions_table, &list);
	if (r == 0)
		r = delivery_of_instruction(c->s->db, id, LIMIT_PAGE, &ret->deliveries, err);
	if (r == 0 && c->io.out_blob)
		r = instruction_get_der(c->s->db, id, c->io.out_blob, err);
	return r;
}

int op_instruction_show(struct call *c, struct error *err)
{
	const struct admin_named *in = c->io.in;
	struct admin_instruction_detail detail = { 0 };

	if (fill_detail(c, in->id, &detail, err) < 0) {
		jmap_done(&admin_instruction_detail_table, &detail);
		return -1;
	}
	*(struct admin_instruction_detail *)c->io.out = detail;
	return 0;
}
