/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/judging.h"

#include <string.h>

static int check_serial(uint64_t serial, uint64_t last, struct error *err)
{
	if (serial <= last)
		return error_refuse(err, REASON_SERIAL, "serial %llu, not above %llu",
				    (unsigned long long)serial, (unsigned long long)last);
	return 0;
}

static int check_window(int64_t now, int64_t from, int64_t to, struct error *err)
{
	if (now < from || now > to)
		return error_refuse(err, REASON_WINDOW,
				    now < from ? "not valid yet" : "no longer valid");
	return 0;
}

static int same(const struct judging *j, const char *mine, const char *its, const char *what,
		struct error *err)
{
	if (!mine || !mine[0])
		return j->c->is_device ? error_refuse(err, REASON_AUDIENCE,
						      "this device has no %s yet", what)
				       : 0;
	if (strcmp(mine, its) != 0)
		return error_refuse(err, REASON_AUDIENCE, "for another %s", what);
	return 0;
}

static int judge_trust(const struct judging *j, const struct trust *t, struct error *err)
{
	uint32_t want = j->trust == t ? 1 : j->trust->version + 1;

	if (t->version != want)
		return error_refuse(err, REASON_VERSION, "trust version %u where %u must follow",
				    t->version, want);
	return 0;
}

static int judge_assignment(const struct judging *j, const struct assignment *a, struct error *err)
{
	if (same(j, j->c->device, a->device, "device", err) < 0 ||
	    same(j, j->c->enrollment, a->enrollment, "enrollment", err) < 0)
		return -1;
	return check_serial(a->serial, j->known.serial, err);
}

static int judge_policy(const struct judging *j, const struct policy *p, struct error *err)
{
	if (same(j, j->c->stream, p->stream, "stream", err) < 0 ||
	    check_window(j->now, p->not_before, p->not_after, err) < 0)
		return -1;
	return check_serial(p->serial, j->known.serial, err);
}

static const struct command_target *find_target(const struct command *c, const char *device)
{
	const struct command_target *t = c->targets.items;

	for (size_t i = 0; i < c->targets.n; i++)
		if (strcmp(t[i].device, device) == 0)
			return &t[i];
	return NULL;
}

static int judge_command(const struct judging *j, const struct command *c, struct error *err)
{
	const struct command_target *me;

	if (c->targets.n > j->trust->max_targets)
		return error_refuse(err, REASON_TARGETS, "%zu devices named, at most %u",
				    c->targets.n, j->trust->max_targets);
	if (j->c->device && j->c->device[0]) {
		me = find_target(c, j->c->device);
		if (!me)
			return error_refuse(err, REASON_AUDIENCE, "for other devices");
		if (same(j, j->c->enrollment, me->enrollment, "enrollment", err) < 0)
			return -1;
	}
	if (check_window(j->now, c->not_before, c->not_after, err) < 0)
		return -1;
	if (j->known.used)
		return error_refuse(err, REASON_REPLAY, "this command was used before");
	if (j->known.cancelled)
		return error_refuse(err, REASON_CANCELLED, "this command was cancelled");
	return 0;
}

/*
 * A head moves trusted time forward, but only as far as its signer's certificate and status reach:
 * a server that was broken into cannot throw its devices into a year in which every certificate has
 * expired. There is no other window: an older head is a replay, and answers no nonce.
 */
static int judge_head(struct judging *j, const struct head *h, struct verdict *v, struct error *err)
{
	const struct ground ground = judging_ground(j);

	if (same(j, j->c->device, h->device, "id", err) < 0)
		return -1;
	if (j->c->nonce && strcmp(j->c->nonce, h->nonce) != 0)
		return error_refuse(err, REASON_NONCE, "it answers another nonce");
	if (h->not_after < j->now)
		return error_refuse(err, REASON_WINDOW, "no longer valid");
	for (size_t i = 0; h->time > j->now && i < cms_n_signers(j->cms); i++)
		if (judging_signer(j, &ground, i, h->time, v, err) < 0)
			return error_wrap(err, "at the head's own time");
	judging_take_time(j, h->time);
	return 0;
}

int judging_content(struct judging *j, enum document_type type, struct verdict *v,
		    struct error *err)
{
	const struct document *d = &j->document;
	const char *enterprise = j->c->enterprise ? j->c->enterprise : j->trust->header.enterprise;

	if (type != DOCUMENT_NONE && d->type != type)
		return error_refuse(err, REASON_TYPE, "a %s where a %s must be",
				    document_type_name(d->type), document_type_name(type));
	if (strcmp(enterprise, d->header.enterprise) != 0)
		return error_refuse(err, REASON_ENTERPRISE, "for the enterprise %s",
				    d->header.enterprise);
	if (j->c->known && j->c->known(d, j->c->userdata, &j->known, err) < 0)
		return -1;
	switch (d->type) {
	case DOCUMENT_TRUST: return judge_trust(j, &d->trust, err);
	case DOCUMENT_ASSIGNMENT: return judge_assignment(j, &d->assignment, err);
	case DOCUMENT_POLICY: return judge_policy(j, &d->policy, err);
	case DOCUMENT_COMMAND: return judge_command(j, &d->command, err);
	case DOCUMENT_HEAD: return judge_head(j, &d->head, v, err);
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	return error_set(err, ERROR_INTERNAL, "a document of no type");
}
