/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/ledger.h"
#include "base/clock.h"
#include "base/log.h"
#include "proto/effect.h"

/* What the row of a document's type does: `accept` in the spool, in one transaction with raising
 * its floor; `after` in memory and beyond, once that is durable. */
struct accepted {
	const struct document *d;
	const struct verify_verdict *verdict;
	const struct buf *canonical;
	const struct pending *pending;
	struct order *order; /* of a command */
	int64_t due;	     /* of a command that waits; 0: it does not */
};

static int accept_trust(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct trust *t = &c->d->trust;
	const char *sha256 = c->verdict->sha256;

	if (documents_put(a->db, ROLE_TRUST, t->header.id, sha256, c->canonical, err) < 0 ||
	    documents_chain(a->db, t->version, sha256, &c->pending->der, err) < 0 ||
	    known_anchors(a->db, a->me.enterprise, &c->verdict->anchors, err) < 0)
		return -1;
	return known_raise(a->db, &(struct known_name){ a->me.enterprise, KNOWN_TRUST, "" },
			   t->version, sha256, err);
}

static int accept_assignment(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct assignment *s = &c->d->assignment;
	struct membership me = a->me;

	me.stream = s->stream;
	me.ownership = s->ownership;
	if (documents_put(a->db, ROLE_ASSIGNMENT, s->header.id, c->verdict->sha256, c->canonical,
			  err) < 0 ||
	    known_raise(a->db,
			&(struct known_name){ a->me.enterprise, KNOWN_ASSIGNMENT, s->device },
			s->serial, c->verdict->sha256, err) < 0)
		return -1;
	return membership_save(a->db, &me, err);
}

static int accept_policy(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct policy *p = &c->d->policy;

	if (documents_put(a->db, ROLE_WANTED, p->header.id, c->verdict->sha256, c->canonical, err) <
	    0)
		return -1;
	return known_raise(a->db, &(struct known_name){ a->me.enterprise, KNOWN_POLICY, p->stream },
			   p->serial, c->verdict->sha256, err);
}

static bool destroys(const struct verify_verdict *v)
{
	return v->effect && strcmp(v->effect, effect_name(EFFECT_DESTRUCTIVE)) == 0;
}

static int accept_command(struct agent *a, const struct accepted *c, struct error *err)
{
	const struct command *o = &c->d->command;
	/* What destroys is not begun by another life of the manager. */
	enum ledger_phase phase = destroys(c->verdict) ? LEDGER_STARTED : LEDGER_ACCEPTED;

	if (c->due ? delay_add(a, o, c->canonical, c->due, err) < 0
		   : ledger_add(a->db, o, c->canonical, phase, err) < 0)
		return -1;
	return known_use(a->db, a->me.enterprise, o->header.id, false, o->not_after, err);
}

static void after_trust(struct agent *a, const struct accepted *c)
{
	a->trust_version = c->d->trust.version;
	intake_release(a);
	enroll_settled(a, NULL);
	report_checkin(a);
}

static void after_assignment(struct agent *a, const struct accepted *c)
{
	const struct assignment *s = &c->d->assignment;
	char *stream = strdup(s->stream);

	if (stream) {
		free(a->me.stream);
		a->me.stream = stream;
	} else {
		log_error("out of memory: the stream is followed after the next start");
	}
	a->me.ownership = s->ownership;
	report_checkin(a);
}

static void after_policy(struct agent *a, const struct accepted *c)
{
	a->apply.attempts = 0;
	apply_resume(a);
}

static void record_due(struct agent *a, const struct accepted *c)
{
	char at[TIME_SIZE], text[80];
	json_auto_t *detail = NULL;

	time_format(c->due, at);
	(void)snprintf(text, sizeof(text), "%.30s runs at %s", c->d->command.command, at);
	detail = json_pack("{s:s, s:s, s:s}", "instruction", c->d->header.id, "command",
			   c->d->command.command, "runsAt", at);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_COMMAND_ACCEPTED,
					       .subject = "server",
					       .text = text,
					       .detail = detail });
}

static void after_command(struct agent *a, const struct accepted *c)
{
	if (c->due) {
		record_due(a, c);
		delay_resume(a);
	} else {
		order_begin(c->order, &c->d->command);
	}
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

bool accept_knows(enum document_type type)
{
	return acceptances[type].accept;
}

static int keep(struct agent *a, const struct accepted *c, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(a->db, &tx, err) < 0 || acceptances[c->d->type].accept(a, c, err) < 0)
		return -1;
	return sqlite_commit(&tx, err);
}

/* FMT_SMF_EXT: what destroys waits, so that it can be called off. */
static int find_due(struct agent *a, struct accepted *c, struct error *err)
{
	uint32_t wait = 0;

	if (c->d->type != DOCUMENT_COMMAND || !destroys(c->verdict))
		return 0;
	if (delay_seconds(a, &wait, err) < 0)
		return -1;
	c->due = wait ? agent_now(a) + wait : 0;
	return 0;
}

int accept_document(struct agent *a, const struct document *d, const struct verify_verdict *v,
		    const struct buf *canonical, const struct pending *p, struct error *err)
{
	struct accepted c = { .d = d, .verdict = v, .canonical = canonical, .pending = p };
	json_auto_t *detail = json_pack("{s:s}", "instruction", d->header.id);

	if (find_due(a, &c, err) < 0)
		return -1;
	if (d->type == DOCUMENT_COMMAND && !c.due) {
		c.order = order_prepare(a, &d->command);
		if (!c.order)
			return error_oom(err);
	}
	if (keep(a, &c, err) < 0) {
		order_drop(c.order);
		return -1;
	}
	if (acceptances[d->type].event)
		agent_record(a, &(struct queue_entry){ .event = acceptances[d->type].event,
						       .subject = "server",
						       .detail = detail });
	acceptances[d->type].after(a, &c);
	return 0;
}
