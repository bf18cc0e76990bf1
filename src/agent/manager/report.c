/* SPDX-License-Identifier: Apache-2.0 */
/* Check-ins. */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/known.h"
#include "agent/manager/ledger.h"
#include "agent/manager/spool.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"

enum {
	ACCURACY_US = 30 * 1000 * 1000, /* lets the kernel put wake-ups together */
	RETRY_S = 60,
	STALE_US = 60 * 1000 * 1000, /* what the server has may be on its way for so long */
	CANCELLED_MAX = 1024, /* of commands that nobody has given; each is forgotten after a day */
	ASKED_S = 10,	      /* a server that asks for check-ins is heard as often as this */
};

/* ---- check-in ---- */

static int on_checkin_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;

	/* Without a server too: what drifts is mended all the same. */
	report_schedule(a, a->conf.checkin_s);
	/* Reading back comes first, so that the check-in says how things are. */
	apply_readback(a);
	report_checkin(a);
	renew_consider(a);
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
	report_schedule(a, a->asked && next_s > ASKED_S ? ASKED_S : next_s);
	a->asked = false;
}

/* Not carried out before, or waiting for its time: it will not be, whenever it comes. */
static int cancel(struct agent *a, const char *id, int64_t expires, struct error *err)
{
	json_auto_t *detail = json_pack("{s:s}", "instruction", id);
	bool waited = false, hit = false, used, before;
	int64_t n;

	if (known_command(a->db, a->me.enterprise, id, &used, &before, err) < 0 ||
	    delay_cancel(a, id, &waited, err) < 0 || ledger_cancel(a->db, id, &hit, err) < 0 ||
	    known_n_cancelled(a->db, a->me.enterprise, &n, err) < 0)
		return -1;
	/* Nobody fills the disk with what was never given. */
	if (n >= CANCELLED_MAX && !used && !before)
		return 0;
	if (known_use(a->db, a->me.enterprise, id, true, expires, err) < 0 ||
	    ((waited || hit) && known_call_off(a->db, a->me.enterprise, id, err) < 0))
		return -1;
	/* Every head names it: recorded is what the first one did. */
	if (waited || hit || (!used && !before))
		agent_record(a, &(struct queue_entry){ .event = AUDIT_COMMAND_CANCELLED,
						       .subject = "server",
						       .detail = detail });
	return 0;
}

/*
 * The time of a head, as far as it moves trusted time: a stolen online key throws no device months
 * ahead, where it would hear no honest head and no command any more.
 */
static int64_t time_of(const struct head *h)
{
	int64_t last = clock_now() + LIMIT_HEAD_AHEAD_S;

	return h->time < last ? h->time : last;
}

static int take_head(struct agent *a, const struct head *h, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(a->db, &tx, err) < 0)
		return -1;
	for (size_t i = 0; i < h->cancelled.n; i++)
		if (cancel(a, h->cancelled.items[i], h->not_after, err) < 0)
			return -1;
	/* By the time that is kept already: what is forgotten here never comes back with it. */
	if (known_expire(a->db, a->time - 86400, err) < 0)
		return -1;
	return sqlite_commit(&tx, err);
}

/* A reply whose head is being judged. */
struct checked {
	struct agent *agent;
	struct checkin_reply reply;
	uint64_t seen; /* seq of the last instruction that had come when this was asked */
	bool status_sent, crl_fetched;
	bool waiting; /* for the CRL */
};

static void checked_free(struct checked *c)
{
	if (c->agent->head == c)
		c->agent->head = NULL;
	jmap_done(&checkin_reply_table, &c->reply);
	free(c);
}

static void judge_head(struct checked *c);

/* FMT_POL_EXT.2: what the server says there is, and does not give, is told once: after a while, in
 * which it may be on its way. */
static void watch_freshness(struct agent *a, const struct head *h, struct error *err)
{
	const struct head_stream *s = h->streams.items;
	json_auto_t *detail = json_pack("{s:i, s:i}", "trust", (int)a->trust_version, "trustWanted",
					(int)h->trust_version);
	bool stale = a->trust_version < h->trust_version;
	uint64_t floor = 0;

	for (size_t i = 0; i < h->streams.n; i++) {
		const struct known_name n = { a->me.enterprise, KNOWN_POLICY, s[i].stream };

		if (!a->me.stream || strcmp(a->me.stream, s[i].stream) != 0)
			continue;
		if (known_floor(a->db, &n, NULL, &floor, err) < 0)
			agent_complain(a, err);
		stale |= floor < s[i].serial;
	}
	if (!stale) {
		a->stale_us = 0;
		a->stale_told = false;
	} else if (!a->stale_us) {
		a->stale_us = clock_boot_us();
	} else if (!a->stale_told && clock_boot_us() - a->stale_us >= STALE_US) {
		a->stale_told = true;
		(void)!error_refuse(err, REASON_SERIAL,
				    "the server has not delivered the newest policy or trust");
		agent_record(a, &(struct queue_entry){ .event = AUDIT_SERVER_STALE,
						       .subject = "server",
						       .why = err,
						       .detail = detail });
	}
}

static void nothing(struct agent *a) {}

static void on_newer_crl(struct ipc_message *m, const struct error *err, void *userdata)
{
	if (err->code)
		log_warning("authority.crl: %s", err->msg);
	else
		crl_judge(userdata, &m->blob, nothing);
}

/* A head's word on revocation lists raises no floor: it may say where a newer one is to be had. */
static void fetch_newer(struct agent *a, const struct head *h, struct error *err)
{
	char name[AUTHORITY_CRL_SIZE];
	const struct net_fetch fetch = { .name = name };
	const struct head_issuer *issuers = h->crl_numbers.items;
	uint64_t have = 0;
	bool found = false;

	for (size_t i = 0; i < h->crl_numbers.n; i++) {
		if (known_crl_number(a->db, issuers[i].issuer, &have, &found, err) < 0) {
			agent_complain(a, err);
			return;
		}
		if (!found || issuers[i].number <= have)
			continue;
		crl_name(issuers[i].issuer, name);
		uplink_ask(a->up, &(struct ipc_send){ .type = NET_FETCH, .body = &fetch },
			   on_newer_crl, a);
		return;
	}
}

/*
 * A server that has less than what came from it was broken, or mended: nothing of what it has is
 * known to have come. And what waits for a trust of which there is no word any more waits in vain:
 * the server that is there now is asked for it again.
 */
static void start_over(struct agent *a, const struct checked *c, struct error *err)
{
	if (c->reply.latest < c->seen) {
		log_notice("instructions are asked for from the first");
		if (spool_set_number(a->db, "after", 0, err) < 0)
			agent_complain(a, err);
		agent_reconnect(a);
	} else if (a->trust_wanted <= a->trust_version && intake_holds(a)) {
		agent_reconnect(a);
	}
}

/* A server may ask for the next check-in earlier, and not for a later one: what drifts is mended
 * with it, and nobody has signed that. */
static uint32_t interval(const struct agent *a, uint32_t asked_s)
{
	if (asked_s == 0 || asked_s > a->conf.checkin_s)
		return a->conf.checkin_s;
	return asked_s < ASKED_S ? ASKED_S : asked_s;
}

static void contact_made(struct checked *c, const struct head *h)
{
	struct agent *a = c->agent;
	struct error err = ERROR_INIT;

	/* From when it was asked for: so the time that passed since is never too short. */
	agent_signed_time(a, time_of(h), a->nonce_us);
	a->last_contact = clock_now();
	end_checkin(a, interval(a, c->reply.interval_s));
	if (agent_load_trust(a, &err) < 0)
		agent_complain(a, &err);
	if (a->trust_wanted < h->trust_version)
		a->trust_wanted = h->trust_version;
	watch_freshness(a, h, &err);
	fetch_newer(a, h, &err);
	delay_resume(a);
	orders_resume(a);
	start_over(a, c, &err);
	if (c->reply.need_status && !c->status_sent) {
		a->status_hash[0] = 0;
		report_checkin(a);
	}
}

static void refuse_head(struct checked *c, const struct verify_verdict *v)
{
	struct agent *a = c->agent;
	json_auto_t *detail = json_pack("{s:s}", "type", "head");
	struct error why = verifier_error(v);

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
	char name[AUTHORITY_CRL_SIZE];
	const struct net_fetch fetch = { .name = name };
	struct error err = ERROR_INIT;

	a->head_verifier = NULL;
	if (strcmp(v->code, "ok") == 0) {
		if (document_read(canonical->data, canonical->len, &d, &err) < 0 ||
		    take_head(a, &d.head, &err) < 0)
			agent_complain(a, &err);
		contact_made(c, &d.head);
		checked_free(c);
	} else if (v->reason && reason_find(v->reason) == REASON_NEED_STATUS && !c->crl_fetched) {
		c->crl_fetched = c->waiting = true;
		crl_name(v->needs, name);
		uplink_ask(a->up, &(struct ipc_send){ .type = NET_FETCH, .body = &fetch }, on_crl,
			   a);
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
	if (!a->head || !a->head->waiting)
		return;
	a->head->waiting = false;
	judge_head(a->head);
}

static void on_crl(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct agent *a = userdata;

	if (!a->head || !a->head->waiting) /* forgotten meanwhile */
		return;
	if (err->code)
		crl_judged(a);
	else
		crl_judge(a, &m->blob, crl_judged);
}

static void on_checked(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct checked *c = userdata;
	struct error err = *why;

	if (err.code == ERROR_NONE && m->type == NET_CHECKED &&
	    jmap_read(m->blob.data, m->blob.len, LIMIT_IPC_BLOB, &checkin_reply_table, &c->reply,
		      &err) == 0) {
		c->agent->head = c;
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
	status_rate_keys(a, false);
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

void report_asked(struct agent *a)
{
	uint64_t now = clock_boot_us();

	if (a->checking_in) {
		a->asked = true; /* its head may have been made before */
	} else if (a->asked_us && now - a->asked_us < ASKED_S * 1000000ULL) {
		report_schedule(a, ASKED_S);
	} else {
		a->asked_us = now;
		report_checkin(a);
	}
}

static int see(struct agent *a, uint64_t *ret, struct error *err)
{
	int64_t after = 0;

	if (spool_number(a->db, "after", &after, err) < 0)
		return -1;
	*ret = a->intake.received > (uint64_t)after ? a->intake.received : (uint64_t)after;
	return 0;
}

void report_checkin(struct agent *a)
{
	auto_buf struct buf body = BUF_INIT;
	struct checked *c;
	struct error err = ERROR_INIT;

	/* What has changed since goes with the next one, soon. */
	a->asked |= a->checking_in;
	/* Without trust no head could be believed; the instructions bring it. */
	if (a->checking_in || !uplink_up(a->up) || !a->trust_version)
		return;
	report_flush(a);
	c = calloc(1, sizeof(*c));
	if (!c)
		return;
	c->agent = a;
	if (make_checkin(a, &body, &c->status_sent, &err) < 0 || see(a, &c->seen, &err) < 0) {
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

int report_init(struct agent *a, struct error *err)
{
	if (sd_event_add_time_relative(a->loop, &a->checkin_timer, CLOCK_BOOTTIME, 0, ACCURACY_US,
				       on_checkin_timer, a) < 0 ||
	    sd_event_source_set_enabled(a->checkin_timer, SD_EVENT_OFF) < 0)
		return error_oom(err);
	return upload_init(a, err);
}

void report_forget(struct agent *a)
{
	a->head_verifier = verifier_free(a->head_verifier);
	if (a->head)
		checked_free(a->head);
	a->checking_in = a->asked = false;
	upload_forget(a);
}

void report_done(struct agent *a)
{
	report_forget(a);
	sd_event_source_disable_unref(a->checkin_timer);
	upload_done(a);
}
