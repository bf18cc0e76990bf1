/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>

#include "agent/manager/known.h"
#include "base/clock.h"
#include "base/log.h"

/* A revocation list under judgement, and who waits for it. */
struct crl_check {
	struct agent *agent;
	struct verifier *verifier;
	struct buf der;
	void (*then)(struct agent *a);
	struct crl_check *next;
};

/* Accepts NULL. */
static void check_free(struct crl_check *c)
{
	if (!c)
		return;
	(void)verifier_free(c->verifier);
	buf_done(&c->der);
	free(c);
}

void crl_name(const char *issuer, char ret[AUTHORITY_CRL_SIZE])
{
	(void)snprintf(ret, AUTHORITY_CRL_SIZE, "%s.crl", issuer[0] ? issuer : "authority");
}

void crl_done(struct agent *a)
{
	while (a->crl_checks) {
		struct crl_check *c = a->crl_checks;

		a->crl_checks = c->next;
		check_free(c);
	}
}

static void refused(struct agent *a, const struct error *why)
{
	json_auto_t *detail = json_pack("{s:s}", "type", "crl");

	agent_record(a, &(struct queue_entry){ .event = AUDIT_INSTRUCTION_REFUSED,
					       .subject = "server",
					       .why = why,
					       .detail = detail });
}

/* Its issuer has signed it, so its number counts: nothing older does from now on. */
static void keep(struct agent *a, const struct verify_verdict *v, const struct buf *der)
{
	const struct known_name issuer = { a->me.enterprise, KNOWN_CRL, v->issuer };
	struct error err = ERROR_INIT;
	uint64_t floor = 0;

	if (known_floor(a->db, &issuer, NULL, &floor, &err) < 0) {
		agent_complain(a, &err);
		return;
	}
	if (v->number < floor) {
		(void)!error_refuse(&err, REASON_SERIAL,
				    "revocation list %llu is older than %llu, which came before",
				    (unsigned long long)v->number, (unsigned long long)floor);
		refused(a, &err);
		return;
	}
	if (known_put_crl(a->db, v->issuer, v->number, der, &err) < 0 ||
	    known_raise(a->db, &issuer, v->number, NULL, &err) < 0)
		agent_complain(a, &err);
	agent_signed_time(a, v->time, clock_boot_us());
}

static void on_verdict(struct verifier *f, const struct verify_verdict *v, struct buf *canonical,
		       void *userdata)
{
	struct crl_check *c = userdata, **at = &c->agent->crl_checks;
	struct agent *a = c->agent;
	struct error why;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	if (strcmp(v->code, "ok") == 0) {
		keep(a, v, &c->der);
	} else {
		why = verifier_error(v);
		refused(a, &why);
	}
	c->then(a);
	check_free(c);
}

void crl_judge(struct agent *a, const struct buf *der, void (*then)(struct agent *a))
{
	struct crl_check *c = calloc(1, sizeof(*c));
	struct verifier_question q = agent_question(a, "crl", der, on_verdict);
	const struct host host = agent_host(a);
	struct error err = ERROR_INIT;

	q.userdata = c;
	if (c && buf_append(&c->der, der->data, der->len, &err) == 0 &&
	    verifier_start(&host, &q, &c->verifier, &err) == 0) {
		c->agent = a;
		c->then = then;
		c->next = a->crl_checks;
		a->crl_checks = c;
		return;
	}
	agent_complain(a, &err);
	check_free(c);
	then(a);
}
