/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "base/log.h"

/* What the row of a document's type does, in one transaction with raising its floor. */
struct accepted {
	const struct document *d;
	const char *sha256;
	const struct buf *canonical;
	const struct pending *pending;
	struct order *order; /* of a command */
};

static int accept_trust(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct trust *t = &c->d->trust;

	if (documents_put(a->db, ROLE_TRUST, t->header.id, c->sha256, c->canonical, err) < 0 ||
	    documents_chain(a->db, t->version, c->sha256, &c->pending->der, err) < 0 ||
	    known_raise(a->db, &(struct known_name){ a->me.enterprise, KNOWN_TRUST, "" },
			t->version, c->sha256, err) < 0)
		return -1;
	a->trust_version = t->version;
	return 0;
}

static int accept_assignment(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct assignment *s = &c->d->assignment;
	char *stream = strdup(s->stream);

	if (!stream)
		return error_oom(err);
	free(a->me.stream);
	a->me.stream = stream;
	a->me.ownership = s->ownership;
	if (documents_put(a->db, ROLE_ASSIGNMENT, s->header.id, c->sha256, c->canonical, err) < 0 ||
	    known_raise(a->db,
			&(struct known_name){ a->me.enterprise, KNOWN_ASSIGNMENT, s->device },
			s->serial, c->sha256, err) < 0)
		return -1;
	return membership_save(a->db, &a->me, err);
}

static int accept_policy(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct policy *p = &c->d->policy;

	if (documents_put(a->db, ROLE_WANTED, p->header.id, c->sha256, c->canonical, err) < 0)
		return -1;
	return known_raise(a->db, &(struct known_name){ a->me.enterprise, KNOWN_POLICY, p->stream },
			   p->serial, c->sha256, err);
}

static int accept_command(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct command *o = &c->d->command;

	return known_use(a->db, a->me.enterprise, o->header.id, false, o->not_after, err);
}

static void after_trust(struct agent *a, const struct accepted *c)
{
	enroll_settled(a, NULL);
	report_checkin(a);
}

static void after_assignment(struct agent *a, const struct accepted *c)
{
	report_checkin(a);
}

static void after_policy(struct agent *a, const struct accepted *c)
{
	a->apply.attempts = 0;
	apply_resume(a);
}

static void after_command(struct agent *a, const struct accepted *c)
{
	if (c->order)
		order_begin(c->order, &c->d->command);
}

/* By enum document_type. A head comes with a check-in, never as an instruction. */
static const struct {
	int (*accept)(struct agent *a, const struct accepted *c, struct error *err);
	void (*after)(struct agent *a, const struct accepted *c);
	enum audit_event event; /* AUDIT_NONE: recorded with its result */
} acceptances[DOCUMENT_MAX_] = {
	[DOCUMENT_TRUST] = { accept_trust, after_trust, AUDIT_TRUST_ACCEPTED },
	[DOCUMENT_ASSIGNMENT] = { accept_assignment, after_assignment, AUDIT_ASSIGNMENT_ACCEPTED },
	[DOCUMENT_POLICY] = { accept_policy, after_policy, AUDIT_NONE },
	[DOCUMENT_COMMAND] = { accept_command, after_command, AUDIT_NONE },
};

static int keep(struct agent *a, const struct accepted *c, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(a->db, &tx, err) < 0 || acceptances[c->d->type].accept(a, c, err) < 0)
		return -1;
	return sqlite_commit(&tx, err);
}

void accept_document(struct agent *a, const struct document *d, const char *sha256,
		     const struct buf *canonical, const struct pending *p)
{
	struct accepted c = { d, sha256, canonical, p, NULL };
	json_auto_t *detail = json_pack("{s:s}", "instruction", d->header.id);
	struct error err = ERROR_INIT;

	if (!acceptances[d->type].accept) {
		log_warning("a %s is no instruction", document_type_name(d->type));
		return;
	}
	if (d->type == DOCUMENT_COMMAND)
		c.order = order_prepare(a, &d->command);
	if (keep(a, &c, &err) < 0) {
		order_drop(c.order);
		agent_record(a, &(struct queue_entry){ .event = AUDIT_INSTRUCTION_REFUSED,
						       .subject = "server",
						       .why = &err,
						       .detail = detail });
		return;
	}
	if (acceptances[d->type].event)
		agent_record(a, &(struct queue_entry){ .event = acceptances[d->type].event,
						       .subject = "server",
						       .detail = detail });
	acceptances[d->type].after(a, &c);
}
