/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"

enum {
	RETRY_MAX_S = 512,
	BREAKS_MAX = 10, /* of the verifier at one document: seventeen minutes of tries */
};

static void judge_first(struct agent *a);

/* The first that does not wait for another. */
static struct pending *first(const struct intake *in)
{
	struct pending *p = in->first;

	while (p && p->held)
		p = p->next;
	return p;
}

static void drop(struct intake *in, struct pending *p)
{
	struct pending **at = &in->first;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (!*at)
		in->last = at;
	in->count--;
	in->bytes -= p->der.len;
	in->fetched = false;
	in->retries = in->breaks = 0;
	buf_done(&p->der);
	free(p->head.type);
	free(p);
}

/* The next one; where all is dealt with, net asks for more. */
static void carry_on(struct agent *a)
{
	const struct net_next next = { .after = a->intake.received };
	struct error err = ERROR_INIT;

	if (first(&a->intake))
		judge_first(a);
	else if (uplink_tell(a->up, &(struct ipc_send){ .type = NET_NEXT, .body = &next }, &err) <
		 0)
		agent_complain(a, &err);
}

/* It is dealt with: it is not asked for again, as those are that are held. */
static void finish(struct agent *a, struct pending *p)
{
	struct intake *in = &a->intake;
	uint64_t after;
	struct error err = ERROR_INIT;

	if (p->head.seq > in->finished)
		in->finished = p->head.seq;
	drop(in, p);
	after = in->finished;
	if (in->first && in->first->head.seq <= after)
		after = in->first->head.seq - 1;
	if (spool_set_number(a->db, "after", (int64_t)after, &err) < 0)
		agent_complain(a, &err);
	carry_on(a);
}

static void refuse(struct agent *a, struct pending *p, const struct error *why)
{
	json_auto_t *detail =
		json_pack("{s:s, s:s}", "instruction", p->head.id, "type", p->head.type);

	agent_record(a, &(struct queue_entry){ .event = AUDIT_INSTRUCTION_REFUSED,
					       .subject = "server",
					       .why = why,
					       .detail = detail });
	/* A first trust that will not do ends the enrollment, and with it everything that waits
	 * here. */
	if (a->enrolling)
		enroll_settled(a, why);
	else
		finish(a, p);
}

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;

	if (first(&a->intake))
		judge_first(a);
	return 0;
}

/* What is nobody's fault is tried again, and loses no document. */
static void retry_later(struct agent *a, struct pending *p, const struct error *why)
{
	struct intake *in = &a->intake;
	uint64_t us = 1000000ULL << (in->retries < 9 ? in->retries : 9);
	int r;

	if (a->enrolling) {
		refuse(a, p, why);
		return;
	}
	log_warning("instruction %s: %s; tried again", p->head.id, why->msg);
	in->retries++;
	r = in->retry ? sd_event_source_set_time_relative(in->retry, us)
		      : sd_event_add_time_relative(a->loop, &in->retry, CLOCK_BOOTTIME, us, 0,
						   on_retry, a);
	if (r < 0 || sd_event_source_set_enabled(in->retry, SD_EVENT_ONESHOT) < 0)
		log_error("instructions: timer");
}

void intake_wake(struct agent *a)
{
	if (first(&a->intake))
		judge_first(a);
}

/*
 * Rollback: an older trust than the one that the device knows of rules no policy and no command. It
 * waits for the newer one, which comes after it.
 */
static bool must_wait(const struct agent *a, const char *type)
{
	return a->trust_version && a->trust_version < a->trust_wanted &&
	       strcmp(type, document_type_name(DOCUMENT_TRUST)) != 0;
}

static void hold(struct agent *a, struct pending *p)
{
	struct intake *in = &a->intake;
	struct error why = ERROR_INIT;
	unsigned held = 0;

	for (const struct pending *i = in->first; i; i = i->next)
		held += i->held;
	if (held == LIMIT_INTAKE_HELD) {
		(void)!error_refuse(&why, REASON_NEED_TRUST,
				    "trust document %u has not come, this device has %u",
				    a->trust_wanted, a->trust_version);
		refuse(a, p, &why);
		return;
	}
	log_notice("instruction %s waits for trust document %u", p->head.id, a->trust_wanted);
	p->held = true;
	carry_on(a);
}

void intake_release(struct agent *a)
{
	for (struct pending *p = a->intake.first; p; p = p->next)
		p->held = false;
}

bool intake_holds(const struct agent *a)
{
	const struct pending *p = a->intake.first;

	while (p && !p->held)
		p = p->next;
	return p != NULL;
}

/* ---- revocation lists ---- */

static void judge_again(struct agent *a)
{
	a->intake.fetching = false;
	if (first(&a->intake))
		judge_first(a);
}

/* Before a trust is in force, no anchor tells whose CRL this is: it is kept for the judge, who
 * believes it only where an anchor of the document has signed it. */
static void keep_unjudged(struct agent *a, const struct buf *der)
{
	struct error err = ERROR_INIT;

	if (known_put_crl(a->db, "", 0, der, &err) < 0)
		agent_complain(a, &err);
	judge_again(a);
}

static void on_fetched(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct agent *a = userdata;

	if (err->code) {
		a->intake.fetching = a->intake.fetched = false;
		if (first(&a->intake))
			retry_later(a, first(&a->intake), err);
	} else if (a->trust_version) {
		crl_judge(a, &m->blob, judge_again);
	} else {
		keep_unjudged(a, &m->blob);
	}
}

/* ---- verdicts ---- */

static void believe(struct agent *a, struct pending *p, const struct verify_verdict *v,
		    const struct buf *canonical)
{
	auto_document struct document d = { 0 };
	struct error why = ERROR_INIT;

	agent_signed_time(a, v->time, clock_boot_us());
	if (document_read(canonical->data, canonical->len, &d, &why) < 0) {
		refuse(a, p, &why);
		return;
	}
	if (must_wait(a, document_type_name(d.type)) && d.type != DOCUMENT_ASSIGNMENT) {
		hold(a, p);
		return;
	}
	if (accept_document(a, &d, v, canonical, p, &why) < 0)
		retry_later(a, p, &why);
	else if (a->intake.first) /* it may have ended everything */
		finish(a, p);
}

static void disbelieve(struct agent *a, struct pending *p, const struct verify_verdict *v)
{
	char name[AUTHORITY_CRL_SIZE];
	const struct net_fetch fetch = { .name = name };
	struct error why = verifier_error(v);

	if (why.code == ERROR_REFUSED && why.reason == REASON_NEED_STATUS && !a->intake.fetched) {
		a->intake.fetched = a->intake.fetching = true;
		crl_name(v->needs, name);
		uplink_ask(a->up, &(struct ipc_send){ .type = NET_FETCH, .body = &fetch },
			   on_fetched, a);
	} else if (why.code == ERROR_REFUSED && must_wait(a, p->head.type)) {
		hold(a, p); /* who signed it may be known to the trust that comes */
	} else if (why.code == ERROR_REFUSED || ++a->intake.breaks == BREAKS_MAX) {
		refuse(a, p, &why);
	} else {
		retry_later(a, p, &why);
	}
}

static void on_verdict(struct verifier *f, const struct verify_verdict *v, struct buf *canonical,
		       void *userdata)
{
	struct agent *a = userdata;

	a->intake.verifier = NULL;
	if (strcmp(v->code, "ok") == 0)
		believe(a, first(&a->intake), v, canonical);
	else
		disbelieve(a, first(&a->intake), v);
	(void)verifier_free(f);
}

static void judge_first(struct agent *a)
{
	struct pending *p = first(&a->intake);
	struct verifier_question q = agent_question(a, p->head.type, &p->der, on_verdict);
	const struct host host = agent_host(a);
	char sha256[SHA256_HEX_SIZE];
	struct error err = ERROR_INIT;
	bool known = false;

	if (a->intake.verifier || a->intake.fetching)
		return;
	(void)sd_event_source_set_enabled(a->intake.retry, SD_EVENT_OFF);
	if (!accept_knows(document_type_find(p->head.type))) {
		(void)!error_refuse(&err, REASON_TYPE, "a '%.32s' is no instruction", p->head.type);
		refuse(a, p, &err);
		return;
	}
	/* Identical bytes are answered from what is known of them (docs/protocol.md "Replay"). */
	hash_sha256_hex(p->der.data, p->der.len, sha256);
	if (documents_known(a->db, sha256, &known, &err) == 0 && known) {
		finish(a, p);
		return;
	}
	/* Only an enrollment by trust on first use gave no digest: it takes the first that comes.
	 */
	if (!a->trust_version && !a->me.trust_digest[0])
		q.first_trust = sha256;
	if (verifier_start(&host, &q, &a->intake.verifier, &err) < 0)
		retry_later(a, p, &err);
}

int intake_add(struct agent *a, const struct net_instruction *i, struct buf *der, struct error *err)
{
	struct intake *in = &a->intake;
	struct pending *p;

	/* Net asks for more only when all is dealt with: this one does not keep to it. */
	if (in->count == LIMIT_INTAKE || in->bytes + der->len > LIMIT_INTAKE_BYTES)
		return error_set(err, ERROR_LIMIT, "more instructions than can wait");
	if (i->seq <= in->received && in->first)
		return error_set(err, ERROR_INVALID, "instructions are out of order");
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_oom(err);
	p->head = *i;
	p->head.type = strdup(i->type);
	if (!p->head.type) {
		free(p);
		return error_oom(err);
	}
	p->der = buf_steal(der);
	*in->last = p;
	in->last = &p->next;
	in->count++;
	in->bytes += p->der.len;
	in->received = i->seq;
	if (first(in) == p)
		judge_first(a);
	return 0;
}

void intake_done(struct agent *a)
{
	struct intake *in = &a->intake;

	in->verifier = verifier_free(in->verifier);
	in->retry = sd_event_source_disable_unref(in->retry);
	while (in->first)
		drop(in, in->first);
	in->fetching = false;
	in->received = in->finished = 0;
	crl_done(a);
}
