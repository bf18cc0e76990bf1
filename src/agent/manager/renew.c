/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renewal in two slots (FIA_X509_EXT.2, docs/protocol.md "Renewal"). Each step is durable before
 *the next one begins, and until the next identity has been used, the one before is kept: whatever
 *is cut short is taken up again, and no step leaves the device without an identity that works.
 *
 *	renewing	the other slot is empty, or its key is of this renewal
 *	next		that key is certified, and is to be probed; the server may take it already
 *	promoted	it is in use; the slot before is emptied before the next renewal, at the
 *latest
 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

enum {
	RETRY_S = 60, /* doubles, up to an hour */
	RETRY_SHIFT = 6,
	DENIED_S = 86400, /* where the server has said no */
};

enum agent_key renew_channel_key(const struct agent *a)
{
	return a->me.channel_b ? AGENT_KEY_CHANNEL_B : AGENT_KEY_CHANNEL;
}

enum agent_key renew_evidence_key(const struct agent *a)
{
	return a->me.evidence_b ? AGENT_KEY_EVIDENCE_B : AGENT_KEY_EVIDENCE;
}

static enum agent_key other_channel_key(const struct agent *a)
{
	return a->me.channel_b ? AGENT_KEY_CHANNEL : AGENT_KEY_CHANNEL_B;
}

static enum agent_key other_evidence_key(const struct agent *a)
{
	return a->me.evidence_b ? AGENT_KEY_EVIDENCE : AGENT_KEY_EVIDENCE_B;
}

/* A third of its life has passed, and up to a twelfth more, which is each device's own: those that
 * were enrolled together do not come together. */
static bool is_due(const struct agent *a, int64_t from, int64_t to)
{
	int64_t life = to - from, spread = life / 12;
	int64_t own = spread > 0 ? (int64_t)strtoul(a->me.device, NULL, 16) % spread : 0;

	return to && clock_now() >= from + life / 3 + own;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	renew_consider(userdata);
	return 0;
}

static void again_in(struct agent *a, uint64_t seconds)
{
	uint64_t us = seconds * 1000000;
	int r = a->renew_timer ? sd_event_source_set_time_relative(a->renew_timer, us)
			       : sd_event_add_time_relative(a->loop, &a->renew_timer,
							    CLOCK_BOOTTIME, us, 0, on_timer, a);

	if (r < 0 || sd_event_source_set_enabled(a->renew_timer, SD_EVENT_ONESHOT) < 0)
		log_error("renewal: timer");
}

/* Once: what a person has to know. The policy in force stays so. */
static void tell_denied(struct agent *a, const struct error *why)
{
	struct error said = *why;
	bool expired = a->me.channel_to && clock_now() > a->me.channel_to;

	if (a->renew_told)
		return;
	a->renew_told = true;
	if (expired)
		(void)!error_wrap(&said,
				  "unenroll this device and enroll it anew; until then the last "
				  "policy stays in force");
	agent_record(a, &(struct queue_entry){ .event = AUDIT_RENEWAL_FAILED, .why = &said });
}

static bool is_denial(const struct error *why)
{
	return why->code == ERROR_DENIED || why->code == ERROR_UNAUTHORIZED;
}

static void try_later(struct agent *a, const struct error *why)
{
	unsigned shift = a->renew_tries < RETRY_SHIFT ? a->renew_tries : RETRY_SHIFT;
	uint64_t seconds = (uint64_t)RETRY_S << shift;

	a->renew_busy = false;
	a->renew_tries++;
	log_warning("renewal: %s", why->msg);
	if (is_denial(why)) {
		tell_denied(a, why);
		seconds = DENIED_S;
	}
	again_in(a, seconds);
}

static int destroy(struct agent *a, enum agent_key key, struct error *err)
{
	const struct agent_key_select which = { .key = (int)key };

	return keyholder_ask(a->keys,
			     &(struct ipc_send){ .type = AGENT_KEY_DESTROY, .body = &which },
			     AGENT_KEY_DESTROYED, NULL, err);
}

/* The key of a slot, and a request for it. The first time, what lies there is of another renewal.
 */
static int make_request(struct agent *a, enum agent_key key, bool *under_way, struct buf *csr,
			struct error *err)
{
	const struct agent_key_select which = {
		.key = (int)key,
		.p384 = a->conf.profile && strcmp(a->conf.profile, "cnsa") == 0,
	};
	const struct agent_key_request rq = { .key = (int)key, .subject = a->me.device };

	if (!*under_way) {
		if (destroy(a, key, err) < 0)
			return -1;
		*under_way = true;
		if (membership_save(a->db, &a->me, err) < 0) {
			*under_way = false;
			return -1;
		}
	}
	if (keyholder_ask(a->keys, &(struct ipc_send){ .type = AGENT_KEY_MAKE, .body = &which },
			  AGENT_KEY_PUBLIC, NULL, err) < 0)
		return -1;
	return keyholder_ask(a->keys, &(struct ipc_send){ .type = AGENT_KEY_REQUEST, .body = &rq },
			     AGENT_KEY_REQUESTED, csr, err);
}

/* ---- the channel's key ---- */

static void record_renewed(struct agent *a, const char *key, int64_t until)
{
	char at[TIME_SIZE];
	json_auto_t *detail = NULL;

	time_format(until, at);
	detail = json_pack("{s:s, s:s*}", "key", key, "notAfter", until ? at : NULL);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_KEY_RENEWED, .detail = detail });
}

/* One write makes the next identity the one in use. */
static void promote(struct agent *a)
{
	enum agent_key before = renew_channel_key(a);
	struct error err = ERROR_INIT;

	buf_done(&a->me.certificate);
	a->me.certificate = buf_steal(&a->me.next);
	a->me.channel_b = !a->me.channel_b;
	a->me.channel_renewing = false;
	a->me.channel_from = a->me.channel_to = 0; /* net tells, with the next connection */
	if (membership_save(a->db, &a->me, &err) < 0 || destroy(a, before, &err) < 0)
		agent_complain(a, &err);
	a->renew_tries = 0;
	a->renew_asked = a->renew_told = false;
	record_renewed(a, "channel", 0);
	agent_connect(a);
}

/* The server does not take it, and never did: begun anew. */
static void drop_next(struct agent *a)
{
	struct error err = ERROR_INIT;

	buf_done(&a->me.next);
	a->me.channel_renewing = false;
	if (membership_save(a->db, &a->me, &err) < 0)
		agent_complain(a, &err);
}

static void on_probed(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;

	a->renew_busy = false;
	if (a->phase != PHASE_ENROLLED || !a->me.next.len)
		return;
	if (why->code == ERROR_NONE) {
		promote(a);
		return;
	}
	if (is_denial(why))
		drop_next(a);
	try_later(a, why);
}

static void probe(struct agent *a)
{
	struct net_connect as = agent_identity(a);

	as.certificate = a->me.next;
	as.key = (int)other_channel_key(a);
	a->renew_busy = true;
	uplink_ask(a->up, &(struct ipc_send){ .type = NET_PROBE, .body = &as }, on_probed, a);
}

static void on_renewed(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;
	struct error err = *why;

	a->renew_busy = false;
	if (a->phase != PHASE_ENROLLED)
		return;
	if (err.code) {
		try_later(a, &err);
		return;
	}
	a->me.next = buf_steal(&m->blob);
	if (membership_save(a->db, &a->me, &err) < 0) {
		buf_done(&a->me.next); /* the server answers the same request the same way */
		try_later(a, &err);
		return;
	}
	probe(a);
}

static void renew_channel(struct agent *a)
{
	struct net_renew rq = { .now = agent_identity(a),
				.expired = a->me.channel_to && clock_now() > a->me.channel_to };
	auto_buf struct buf csr = BUF_INIT;
	struct error err = ERROR_INIT;

	if (rq.expired)
		rq.now.url = a->me.enrollment_url;
	if (!rq.now.url)
		(void)!error_set(
			&err, ERROR_DENIED,
			"the certificate has expired, and no enrollment listener is known");
	if (err.code ||
	    make_request(a, other_channel_key(a), &a->me.channel_renewing, &csr, &err) < 0) {
		try_later(a, &err);
		return;
	}
	a->renew_busy = true;
	uplink_ask(a->up,
		   &(struct ipc_send){
			   .type = NET_RENEW, .body = &rq, .blob = csr.data, .blob_len = csr.len },
		   on_renewed, a);
}

/* ---- the evidence key, over the channel ---- */

static int take_evidence(struct agent *a, const struct ipc_message *m, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
	const struct net_certified *got = m->body;
	struct membership me = a->me;

	me.evidence_b = a->me.evidence_renewing ? !a->me.evidence_b : a->me.evidence_b;
	me.evidence_renewing = false;
	me.evidence_from = got->not_before;
	me.evidence_to = got->not_after;
	if (sqlite_begin(a->db, &tx, err) < 0 || membership_save(a->db, &me, err) < 0 ||
	    spool_set_data(a->db, EVIDENCE_CERTIFICATE, m->blob.data, m->blob.len, err) < 0 ||
	    sqlite_commit(&tx, err) < 0)
		return -1;
	a->me = me;
	return 0;
}

static void on_evidence(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;
	enum agent_key before = renew_evidence_key(a);
	bool renewed = a->me.evidence_renewing;
	struct error err = *why;

	a->renew_busy = false;
	if (a->phase != PHASE_ENROLLED)
		return;
	if (err.code || take_evidence(a, m, &err) < 0) {
		try_later(a, &err);
		return;
	}
	a->renew_tries = 0;
	if (renewed) {
		record_renewed(a, "evidence", a->me.evidence_to);
		if (destroy(a, before, &err) < 0)
			agent_complain(a, &err);
	}
	upload_seal_soon(a);
	renew_consider(a);
}

/* first: the key that enrollment made has no certificate yet. */
static void certify_evidence(struct agent *a, bool first)
{
	const struct agent_key_request rq = { .key = (int)renew_evidence_key(a),
					      .subject = a->me.device };
	const struct ipc_send ask = { .type = AGENT_KEY_REQUEST, .body = &rq };
	auto_buf struct buf csr = BUF_INIT;
	struct error err = ERROR_INIT;
	int r = first ? keyholder_ask(a->keys, &ask, AGENT_KEY_REQUESTED, &csr, &err)
		      : make_request(a, other_evidence_key(a), &a->me.evidence_renewing, &csr,
				     &err);

	if (r < 0) {
		try_later(a, &err);
		return;
	}
	a->renew_busy = true;
	uplink_ask(a->up,
		   &(struct ipc_send){ .type = NET_CERTIFY, .blob = csr.data, .blob_len = csr.len },
		   on_evidence, a);
}

/* ---- what comes next ---- */

static bool has_evidence(struct agent *a)
{
	auto_buf struct buf have = BUF_INIT;
	struct error err = ERROR_INIT;

	return spool_data(a->db, EVIDENCE_CERTIFICATE, &have, &err) == 0 && have.len > 0;
}

/* It failed a moment ago. */
static bool waits(const struct agent *a)
{
	int on = SD_EVENT_OFF;

	return a->renew_timer && sd_event_source_get_enabled(a->renew_timer, &on) >= 0 &&
	       on != SD_EVENT_OFF;
}

void renew_consider(struct agent *a)
{
	bool up = uplink_up(a->up);
	bool late = a->me.channel_to && clock_now() > a->me.channel_to;

	if (a->phase != PHASE_ENROLLED || a->renew_busy || !a->trust_version || waits(a))
		return;
	if (a->me.next.len)
		probe(a);
	else if ((up || late) && (a->renew_asked || a->me.channel_renewing ||
				  is_due(a, a->me.channel_from, a->me.channel_to)))
		renew_channel(a);
	else if (up && !has_evidence(a))
		certify_evidence(a, true);
	else if (up && (a->me.evidence_renewing || !a->me.evidence_to ||
			is_due(a, a->me.evidence_from, a->me.evidence_to)))
		certify_evidence(a, false);
}

int renew_now(struct agent *a, struct error *err)
{
	if (a->phase != PHASE_ENROLLED)
		return error_set(err, ERROR_CONFLICT, "this device is %s", phase_name(a->phase));
	if (!uplink_up(a->up))
		return error_set(err, ERROR_UNAVAILABLE, "not connected");
	a->renew_asked = true;
	(void)sd_event_source_set_enabled(a->renew_timer, SD_EVENT_OFF);
	renew_consider(a);
	return 0;
}

void renew_forget(struct agent *a)
{
	a->renew_busy = a->renew_asked = a->renew_told = false;
	a->renew_tries = 0;
	(void)sd_event_source_set_enabled(a->renew_timer, SD_EVENT_OFF);
}

void renew_done(struct agent *a)
{
	sd_event_source_disable_unref(a->renew_timer);
}
