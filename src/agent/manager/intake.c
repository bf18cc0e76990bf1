/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/hash.h"
#include "base/log.h"

static void judge_first(struct agent *a);

static void drop_first(struct agent *a)
{
	struct intake *in = &a->intake;
	struct pending *p = in->first;

	in->first = p->next;
	if (!in->first)
		in->last = &in->first;
	in->fetched = false;
	buf_done(&p->der);
	free(p->head.type);
	free(p);
}

/* The first is dealt with: it is not asked for again. */
static void finish_first(struct agent *a)
{
	struct error err = ERROR_INIT;

	if (spool_set_number(a->db, "after", (int64_t)a->intake.first->head.seq, &err) < 0)
		agent_complain(a, &err);
	drop_first(a);
	if (a->intake.first)
		judge_first(a);
}

static void refuse_first(struct agent *a, const struct error *why)
{
	const struct pending *p = a->intake.first;
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
		finish_first(a);
}

/* A CRL under judgement, and who waits for it. */
struct crl_check {
	struct agent *agent;
	struct buf der;
	void (*then)(struct agent *a);
};

static void on_crl_verdict(struct verifier *f, const struct verify_verdict *v,
			   struct buf *canonical, void *userdata)
{
	struct crl_check *c = userdata;
	struct agent *a = c->agent;
	struct error err = ERROR_INIT;
	const struct known_name issuer = { a->me.enterprise, KNOWN_CRL, v->issuer };
	uint64_t floor = 0;

	if (strcmp(v->code, "ok") != 0) {
		log_warning("authority.crl: %s", v->message ? v->message : v->code);
	} else if (known_floor(a->db, &issuer, NULL, &floor, &err) == 0 && v->number >= floor) {
		if (known_raise(a->db, &issuer, v->number, NULL, &err) < 0 ||
		    known_put_crl(a->db, "authority.crl", v->issuer, v->number, &c->der, &err) < 0)
			agent_complain(a, &err);
		agent_signed_time(a, v->time);
	}
	c->then(a);
	buf_done(&c->der);
	free(c);
	(void)verifier_free(f);
}

void intake_crl(struct agent *a, const struct buf *der, void (*then)(struct agent *a))
{
	struct crl_check *c = calloc(1, sizeof(*c));
	struct verifier_question q = agent_question(a, "crl", der, on_crl_verdict);
	const struct host host = agent_host(a);
	struct verifier *f = NULL;
	struct error err = ERROR_INIT;

	if (c && buf_append(&c->der, der->data, der->len, &err) == 0) {
		c->agent = a;
		c->then = then;
		q.userdata = c;
		if (verifier_start(&host, &q, &f, &err) == 0)
			return;
	}
	agent_complain(a, &err);
	if (c)
		buf_done(&c->der);
	free(c);
	then(a);
}

static void judge_again(struct agent *a)
{
	a->intake.fetching = false;
	if (a->intake.first)
		judge_first(a);
}

/* Before a trust is in force, no anchor tells whose CRL this is: it is kept for the judge, who
 * believes it only where an anchor of the document has signed it. */
static void keep_unjudged(struct agent *a, const struct buf *der)
{
	struct error err = ERROR_INIT;

	if (known_put_crl(a->db, "authority.crl", "", 0, der, &err) < 0)
		agent_complain(a, &err);
	judge_again(a);
}

static void on_fetched(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct agent *a = userdata;

	if (err->code) {
		log_warning("authority.crl: %s", err->msg);
		judge_again(a);
	} else if (a->trust_version) {
		intake_crl(a, &m->blob, judge_again);
	} else {
		keep_unjudged(a, &m->blob);
	}
}

static void on_verdict(struct verifier *f, const struct verify_verdict *v, struct buf *canonical,
		       void *userdata)
{
	struct agent *a = userdata;
	struct pending *p = a->intake.first;
	auto_document struct document d = { 0 };
	struct error why = ERROR_INIT;
	struct net_fetch fetch = { .name = (char *)"authority.crl" };

	a->intake.verifier = NULL;
	if (strcmp(v->code, "ok") == 0) {
		agent_signed_time(a, v->time);
		if (document_read(canonical->data, canonical->len, &d, &why) == 0) {
			accept_document(a, &d, v->sha256, canonical, p);
			finish_first(a);
		} else {
			refuse_first(a, &why);
		}
	} else if (v->reason && reason_find(v->reason) == REASON_NEED_STATUS &&
		   !a->intake.fetched) {
		a->intake.fetched = a->intake.fetching = true;
		uplink_ask(a->up, &(struct ipc_send){ .type = NET_FETCH, .body = &fetch },
			   on_fetched, a);
	} else {
		if (error_set(&why, error_find(v->code), "%s", v->message ? v->message : v->code) <
			    0 &&
		    v->reason)
			why.reason = reason_find(v->reason);
		refuse_first(a, &why);
	}
	(void)verifier_free(f);
}

static void judge_first(struct agent *a)
{
	struct pending *p = a->intake.first;
	struct verifier_question q = agent_question(a, p->head.type, &p->der, on_verdict);
	const struct host host = agent_host(a);
	char sha256[SHA256_HEX_SIZE];
	struct error err = ERROR_INIT;
	bool known = false;

	if (a->intake.verifier || a->intake.fetching)
		return;
	/* Identical bytes are answered from what is known of them (docs/protocol.md "Replay"). */
	hash_sha256_hex(p->der.data, p->der.len, sha256);
	if (documents_known(a->db, sha256, &known, &err) == 0 && known) {
		finish_first(a);
		return;
	}
	/* Only an enrollment by trust on first use gave no digest: it takes the first that comes.
	 */
	if (!a->trust_version && !a->me.trust_digest[0])
		q.first_trust = sha256;
	if (verifier_start(&host, &q, &a->intake.verifier, &err) < 0)
		refuse_first(a, &err);
}

void intake_add(struct agent *a, const struct net_instruction *i, struct buf *der)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p)
		return; /* asked for again after the next start */
	p->head = *i;
	p->head.type = strdup(i->type);
	p->der = buf_steal(der);
	if (!p->head.type) {
		buf_done(&p->der);
		free(p);
		return;
	}
	*a->intake.last = p;
	a->intake.last = &p->next;
	if (a->intake.first == p)
		judge_first(a);
}

void intake_done(struct agent *a)
{
	a->intake.verifier = verifier_free(a->intake.verifier);
	while (a->intake.first)
		drop_first(a);
}
