/* SPDX-License-Identifier: Apache-2.0 */
/* Check-ins, and records. */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/known.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"

enum {
	ACCURACY_US = 30 * 1000 * 1000, /* lets the kernel put wake-ups together */
	RETRY_S = 60,
};

/* ---- check-in ---- */

static int on_checkin_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	/* Reading back comes first, so that the check-in says how things are. */
	apply_readback(userdata);
	report_checkin(userdata);
	return 0;
}

void report_schedule(struct agent *a, uint32_t seconds)
{
	uint64_t us = seconds * 1000000ULL, random;

	/* A tenth of jitter, so that devices that started together do not stay together. */
	random_fill(&random, sizeof(random));
	us += random % (us / 10 + 1);
	if (sd_event_source_set_time_relative(a->checkin_timer, us) < 0 ||
	    sd_event_source_set_enabled(a->checkin_timer, SD_EVENT_ONESHOT) < 0)
		log_error("check-in timer");
}

static void end_checkin(struct agent *a, uint32_t next_s)
{
	a->checking_in = false;
	report_schedule(a, next_s);
}

static int take_head(struct agent *a, const struct head *h, struct error *err)
{
	const struct head_issuer *issuers = h->crl_numbers.items;
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(a->db, &tx, err) < 0)
		return -1;
	for (size_t i = 0; i < h->crl_numbers.n; i++)
		if (known_raise(
			    a->db,
			    &(struct known_name){ a->me.enterprise, KNOWN_CRL, issuers[i].issuer },
			    issuers[i].number, NULL, err) < 0)
			return -1;
	for (size_t i = 0; i < h->cancelled.n; i++)
		if (known_use(a->db, a->me.enterprise, h->cancelled.items[i], true, h->not_after,
			      err) < 0)
			return -1;
	if (known_expire(a->db, h->time - 86400, err) < 0)
		return -1;
	return sqlite_commit(&tx, err);
}

/* A reply whose head is being judged. */
struct checked {
	struct agent *agent;
	struct checkin_reply reply;
	bool status_sent, crl_fetched;
};

static void checked_free(struct checked *c)
{
	jmap_done(&checkin_reply_table, &c->reply);
	free(c);
}

static void judge_head(struct checked *c);

static void contact_made(struct checked *c, const struct head *h)
{
	struct agent *a = c->agent;

	agent_signed_time(a, h->time);
	/* From when it was asked for: so the time that passed since is never too short. */
	a->time = h->time > a->time ? h->time : a->time;
	a->time_us = a->nonce_us;
	a->last_contact = clock_now();
	end_checkin(a, c->reply.interval_s ? c->reply.interval_s : a->conf.checkin_s);
	if (c->reply.need_status && !c->status_sent) {
		a->status_hash[0] = 0;
		report_checkin(a);
	}
}

static void refuse_head(struct checked *c, const struct verify_verdict *v)
{
	struct agent *a = c->agent;
	json_auto_t *detail = json_pack("{s:s}", "type", "head");
	struct error why = ERROR_INIT;

	if (error_set(&why, error_find(v->code), "%s", v->message ? v->message : v->code) < 0 &&
	    v->reason)
		why.reason = reason_find(v->reason);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_INSTRUCTION_REFUSED,
					       .subject = "server",
					       .why = &why,
					       .detail = detail });
	end_checkin(a, RETRY_S);
}

static void on_crl(struct ipc_message *m, const struct error *err, void *userdata);

static void on_head(struct verifier *f, const struct verify_verdict *v, struct buf *canonical,
		    void *userdata)
{
	struct checked *c = userdata;
	struct agent *a = c->agent;
	auto_document struct document d = { 0 };
	struct net_fetch fetch = { .name = (char *)"authority.crl" };
	struct error err = ERROR_INIT;

	a->head_verifier = NULL;
	if (strcmp(v->code, "ok") == 0) {
		if (document_read(canonical->data, canonical->len, &d, &err) < 0 ||
		    take_head(a, &d.head, &err) < 0)
			agent_complain(a, &err);
		contact_made(c, &d.head);
		checked_free(c);
	} else if (v->reason && reason_find(v->reason) == REASON_NEED_STATUS && !c->crl_fetched) {
		c->crl_fetched = true;
		uplink_ask(a->up, &(struct ipc_send){ .type = NET_FETCH, .body = &fetch }, on_crl,
			   c);
	} else {
		refuse_head(c, v);
		checked_free(c);
	}
	(void)verifier_free(f);
}

static void judge_head(struct checked *c)
{
	struct agent *a = c->agent;
	struct verifier_question q = agent_question(a, "head", &c->reply.head, on_head);
	const struct host host = agent_host(a);
	struct error err = ERROR_INIT;

	q.userdata = c;
	q.nonce = a->nonce;
	if (verifier_start(&host, &q, &a->head_verifier, &err) < 0) {
		agent_complain(a, &err);
		end_checkin(a, RETRY_S);
		checked_free(c);
	}
}

static void crl_judged(struct agent *a)
{
	struct checked *c = STEAL(a->head_waiting);

	if (c)
		judge_head(c);
}

static void on_crl(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct checked *c = userdata;

	c->agent->head_waiting = c;
	if (err->code)
		crl_judged(c->agent);
	else
		intake_crl(c->agent, &m->blob, crl_judged);
}

static void on_checked(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct checked *c = userdata;
	struct error err = *why;

	if (err.code == ERROR_NONE && m->type == NET_CHECKED &&
	    jmap_read(m->blob.data, m->blob.len, LIMIT_IPC_BLOB, &checkin_reply_table, &c->reply,
		      &err) == 0) {
		judge_head(c);
		return;
	}
	log_warning("check-in: %s", err.msg);
	end_checkin(c->agent, RETRY_S);
	checked_free(c);
}

/* The body of the request: tiny, unless the status is not the one that the server knows. */
static int make_checkin(struct agent *a, struct buf *out, bool *with_status, struct error *err)
{
	struct checkin_request rq = { 0 };
	struct device_status status = { 0 };
	auto_buf struct buf canonical = BUF_INIT;
	uint8_t random[32];
	int r;

	random_fill(random, sizeof(random));
	hex_encode(random, sizeof(random), a->nonce);
	a->nonce_us = clock_boot_us();
	memcpy(rq.nonce, a->nonce, sizeof(rq.nonce));
	r = status_fill(a, &status, err);
	if (r == 0)
		r = jmap_write(&status, &device_status_table, &canonical, err);
	if (r == 0) {
		hash_sha256_hex(canonical.data, canonical.len, rq.status_hash);
		*with_status = strcmp(rq.status_hash, a->status_hash) != 0;
		memcpy(a->status_hash, rq.status_hash, sizeof(a->status_hash));
		rq.status = *with_status ? &status : NULL;
		r = jmap_write(&rq, &checkin_request_table, out, err);
	}
	status_done(&status);
	return r;
}

void report_checkin(struct agent *a)
{
	auto_buf struct buf body = BUF_INIT;
	struct checked *c;
	struct error err = ERROR_INIT;

	/* Without trust no head could be believed; the instructions bring it. */
	if (a->checking_in || !uplink_up(a->up) || !a->trust_version)
		return;
	report_flush(a);
	c = calloc(1, sizeof(*c));
	if (!c)
		return;
	c->agent = a;
	if (make_checkin(a, &body, &c->status_sent, &err) < 0) {
		agent_complain(a, &err);
		free(c);
		return;
	}
	a->checking_in = true;
	uplink_ask(
		a->up,
		&(struct ipc_send){ .type = NET_CHECKIN, .blob = body.data, .blob_len = body.len },
		on_checked, c);
}

/* ---- records ---- */

static void flush_now(struct agent *a);

static void on_stored(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;
	struct error err = ERROR_INIT;

	a->flushing = false;
	if (why->code) {
		log_warning("records: %s", why->msg);
		return; /* they stay, and go with the next contact */
	}
	if (m->type == NET_STORED &&
	    queue_stored(a->db, ((struct net_stored *)m->body)->last, &err) < 0)
		agent_complain(a, &err);
	if (a->flush_again)
		flush_now(a);
	else if (a->phase == PHASE_UNENROLLING)
		leave_resume(a);
}

static void flush_now(struct agent *a)
{
	auto_buf struct buf body = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t n = 0;

	a->flush_again = false;
	if (queue_batch(a->db, &body, &n, &err) < 0) {
		agent_complain(a, &err);
		return;
	}
	if (n == 0)
		return;
	a->flushing = true;
	a->flush_again = n == LIMIT_RECORDS;
	uplink_ask(
		a->up,
		&(struct ipc_send){ .type = NET_RECORDS, .blob = body.data, .blob_len = body.len },
		on_stored, a);
}

static int on_flush(sd_event_source *s, void *userdata)
{
	flush_now(userdata);
	return 0;
}

void report_flush(struct agent *a)
{
	if (!a->up || !uplink_up(a->up))
		return;
	if (a->flushing)
		a->flush_again = true;
	else
		/* At the end of this turn of the loop: what is recorded together goes together. */
		(void)sd_event_source_set_enabled(a->flush, SD_EVENT_ONESHOT);
}

int report_init(struct agent *a, struct error *err)
{
	if (sd_event_add_time_relative(a->loop, &a->checkin_timer, CLOCK_BOOTTIME, 0, ACCURACY_US,
				       on_checkin_timer, a) < 0 ||
	    sd_event_source_set_enabled(a->checkin_timer, SD_EVENT_OFF) < 0 ||
	    sd_event_add_defer(a->loop, &a->flush, on_flush, a) < 0 ||
	    sd_event_source_set_enabled(a->flush, SD_EVENT_OFF) < 0)
		return error_oom(err);
	return 0;
}

void report_done(struct agent *a)
{
	a->head_verifier = verifier_free(a->head_verifier);
	sd_event_source_disable_unref(a->checkin_timer);
	sd_event_source_disable_unref(a->flush);
}
