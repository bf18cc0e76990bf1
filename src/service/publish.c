/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publication of documents that front has judged: who gets them. A policy goes to the devices whose
 * assignment names its stream, an assignment and a command to the devices that they name, trust to
 * all. The same bytes again change nothing.
 */
#include <string.h>

#include "base/limits.h"
#include "service/internal.h"
#include "store/delivery.h"
#include "store/instruction.h"
#include "store/pending.h"

static const struct {
	const char *type;
	enum operation op;
} types[] = {
	{ "trust", OP_PUBLISH_TRUST },
	{ "policy", OP_PUBLISH_POLICY },
	{ "assignment", OP_PUBLISH_ASSIGNMENT },
	{ "command", OP_PUBLISH_COMMAND },
};

enum operation service_publish_operation(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].op;
	return OP_NONE;
}

static int deliver(struct call *c, const char *device, const char *id, struct error *err)
{
	struct admin_published *ret = c->io.out;
	bool added;

	if (delivery_add(c->s->db, device, id, c->now, &added, err) < 0)
		return -1;
	if (!added)
		return 0;
	ret->devices++;
	return news_wake(c->s, device, err);
}

static int deliver_all(struct call *c, struct strings *devices, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	int r = 0;

	for (size_t i = 0; i < devices->n && r == 0; i++)
		r = deliver(c, devices->items[i], p->id, err);
	db_texts_done(devices);
	return r;
}

/* The document was published before, byte for byte; *ret says so. */
static int known(struct call *c, bool *ret, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	struct admin_published *out = c->io.out;
	auto_instruction struct stored_instruction old = { 0 };

	*ret = false;
	memcpy(out->id, p->id, UUID_SIZE);
	if (instruction_get(c->s->db, p->id, &old, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	if (strcmp(old.digest, p->digest) != 0)
		return error_set(err, ERROR_CONFLICT, "another document of the id %s was published",
				 p->id);
	out->known = *ret = true;
	return 0;
}

static int keep(struct call *c, const char *device, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	struct stored_instruction i = {
		.type = p->type,
		.name = p->name,
		.stream = p->stream,
		.serial = p->serial,
		.published_by = c->admin.name,
		.published = c->now,
		.not_before = p->not_before,
		.not_after = p->not_after,
		.signers = p->signers,
		.der = *c->io.blob,
	};

	memcpy(i.id, p->id, UUID_SIZE);
	memcpy(i.digest, p->digest, SHA256_HEX_SIZE);
	if (device)
		memcpy(i.device, device, UUID_SIZE);
	/* It has its signatures: it waits for none any more. */
	if (pending_remove(c->s->db, p->id, NULL, err) < 0)
		return -1;
	return instruction_put(c->s->db, &i, err);
}

/* What FAU_GEN.1 wants of a published document: what it is, and to whom it goes. */
static void describe(struct call *c)
{
	const struct admin_publish *p = c->io.in;
	const struct admin_target *t = p->targets.items;

	call_detail(c, "instruction", p->id);
	call_detail(c, "type", p->type);
	call_detail(c, "name", p->name);
	call_detail(c, "stream", p->stream);
	call_detail(c, "digest", p->digest);
	if (p->serial)
		call_detail_int(c, "serial", (int64_t)p->serial);
	if (p->targets.n)
		call_detail_int(c, "targets", (int64_t)p->targets.n);
	if (p->targets.n == 1)
		memcpy(c->about, t->device, UUID_SIZE);
}

/* Errors: CONFLICT (its serial is not above the newest of its type and stream). */
static int check_serial(struct call *c, uint64_t *newest, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	auto_instruction struct stored_instruction i = { 0 };

	*newest = 0;
	if (instruction_newest(c->s->db, p->type, p->stream, &i, err) < 0) {
		if (err->code != ERROR_NOT_FOUND)
			return -1;
		return 0;
	}
	*newest = i.serial;
	if (p->serial <= i.serial)
		return error_set(err, ERROR_CONFLICT, "serial %llu is not above %llu, the newest",
				 (unsigned long long)p->serial, (unsigned long long)i.serial);
	return 0;
}

int op_publish_trust(struct call *c, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	struct strings devices = { 0 };
	uint64_t newest;
	bool same;

	describe(c);
	if (known(c, &same, err) < 0 || (!same && check_serial(c, &newest, err) < 0))
		return -1;
	if (same)
		return 0;
	if (p->serial != newest + 1)
		return error_set(err, ERROR_CONFLICT, "trust %llu does not follow %llu",
				 (unsigned long long)p->serial, (unsigned long long)newest);
	if (keep(c, NULL, err) < 0 || device_ids_enrolled(c->s->db, &devices, err) < 0)
		return -1;
	c->s->news.trust_changed = true;
	return deliver_all(c, &devices, err);
}

int op_publish_policy(struct call *c, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	struct strings devices = { 0 };
	uint64_t newest;
	bool same;

	describe(c);
	if (!p->stream)
		return error_set(err, ERROR_INVALID, "a policy has a stream");
	if (known(c, &same, err) < 0 || (!same && check_serial(c, &newest, err) < 0))
		return -1;
	if (same)
		return 0;
	if (keep(c, NULL, err) < 0 || device_ids_of_stream(c->s->db, p->stream, &devices, err) < 0)
		return -1;
	return deliver_all(c, &devices, err);
}

/* A target is there, enrolled, and means this enrollment. Errors: NOT_FOUND. */
static int check_target(struct call *c, const struct admin_target *t, struct error *err)
{
	auto_device struct device d = { 0 };

	if (device_get(c->s->db, t->device, &d, err) < 0) {
		if (err->code != ERROR_NOT_FOUND)
			return -1;
		return error_set(err, ERROR_NOT_FOUND, "no device %s", t->device);
	}
	if (d.state != DEVICE_ENROLLED)
		return error_set(err, ERROR_NOT_FOUND, "device %s is not enrolled", t->device);
	if (strcmp(d.enrollment, t->enrollment) != 0)
		return error_set(err, ERROR_NOT_FOUND, "device %s has another enrollment",
				 t->device);
	return 0;
}

/* The stream's newest policy follows the assignment that names the stream. */
static int deliver_stream(struct call *c, const char *device, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	auto_instruction struct stored_instruction policy = { 0 };

	if (instruction_newest(c->s->db, "policy", p->stream, &policy, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	return deliver(c, device, policy.id, err);
}

int op_publish_assignment(struct call *c, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	const struct admin_target *t = p->targets.items;
	const struct device_assignment a = { p->stream, p->ownership, &p->groups, p->serial };
	struct admin_published *ret = c->io.out;
	bool same;

	describe(c);
	if (p->targets.n != 1 || !p->stream || !p->ownership)
		return error_set(err, ERROR_INVALID,
				 "an assignment has a device, a stream and an ownership");
	if (known(c, &same, err) < 0)
		return -1;
	if (same)
		return 0;
	if (check_target(c, t, err) < 0 || device_assign(c->s->db, t->device, &a, err) < 0 ||
	    keep(c, t->device, err) < 0 || deliver(c, t->device, p->id, err) < 0 ||
	    deliver_stream(c, t->device, err) < 0)
		return -1;
	ret->devices = 1;
	return 0;
}

int op_publish_command(struct call *c, struct error *err)
{
	const struct admin_publish *p = c->io.in;
	const struct admin_target *t = p->targets.items;
	bool same;

	describe(c);
	if (p->targets.n == 0)
		return error_set(err, ERROR_INVALID, "a command names its devices");
	if (known(c, &same, err) < 0)
		return -1;
	if (same)
		return 0;
	if (keep(c, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < p->targets.n; i++)
		if (check_target(c, &t[i], err) < 0 || deliver(c, t[i].device, p->id, err) < 0)
			return -1;
	return 0;
}

int publish_welcome(struct service *s, const char *device, struct error *err)
{
	struct strings ids = { 0 };
	int r = instruction_ids(s->db, "trust", &ids, err);

	for (size_t i = 0; i < ids.n && r == 0; i++)
		r = delivery_add(s->db, device, ids.items[i], service_now(s), NULL, err);
	db_texts_done(&ids);
	return r;
}
