/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records on their way to the server, and the seal that proves them (proto/seal.h). Records go at
 * once; the seal follows when there was quiet for a moment, so that one signature serves a burst,
 * and what administrators wait for does not wait for it.
 */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/seal.h"

#define SEALED "sealed" /* in the spool: up to which record the server has a seal */

enum {
	QUIET_US = 2 * 1000 * 1000,
	ACCURACY_US = 1000 * 1000,
};

static void flush_now(struct agent *a, bool with_seal);

static bool enabled(sd_event_source *s)
{
	int on = SD_EVENT_OFF;

	return s && sd_event_source_get_enabled(s, &on) >= 0 && on != SD_EVENT_OFF;
}

/* ---- seals ---- */

static int on_quiet(sd_event_source *s, uint64_t usec, void *userdata)
{
	flush_now(userdata, true);
	return 0;
}

void upload_seal_soon(struct agent *a)
{
	int64_t recorded = 0, sealed = 0;
	struct error err = ERROR_INIT;

	if (spool_number(a->db, "record-sequence", &recorded, &err) < 0 ||
	    spool_number(a->db, SEALED, &sealed, &err) < 0) {
		agent_complain(a, &err);
		return;
	}
	if (sealed >= recorded || enabled(a->seal_timer))
		return;
	if (sd_event_source_set_time_relative(a->seal_timer, QUIET_US) < 0 ||
	    sd_event_source_set_enabled(a->seal_timer, SD_EVENT_ONESHOT) < 0)
		log_error("seal: timer");
}

/* What the next seal is about; sequence 0: nothing is to be sealed, or nobody could check it yet.
 */
static int next_seal(struct agent *a, struct seal *s, struct error *err)
{
	auto_buf struct buf digest = BUF_INIT;
	int64_t recorded, sealed, waiting;

	if (spool_number(a->db, "record-sequence", &recorded, err) < 0 ||
	    spool_number(a->db, SEALED, &sealed, err) < 0 ||
	    queue_length(a->db, &waiting, err) < 0 ||
	    spool_data(a->db, "record-digest", &digest, err) < 0 ||
	    spool_data(a->db, EVIDENCE_CERTIFICATE, &s->certificate, err) < 0)
		return -1;
	/* It names the last record: with what goes now, the server has all up to it. */
	if (recorded == sealed || waiting > LIMIT_RECORDS || s->certificate.len == 0 ||
	    digest.len != SHA256_HEX_SIZE - 1)
		return 0;
	memcpy(s->digest, digest.data, digest.len);
	memcpy(s->device, a->me.device, sizeof(s->device));
	memcpy(s->enrollment, a->me.enrollment, sizeof(s->enrollment));
	s->time = clock_now();
	s->sequence = (uint64_t)recorded;
	return 0;
}

/* Have the key process sign it. */
static int sign(struct agent *a, struct seal *s, struct error *err)
{
	struct agent_key_seal q = { .key = (int)renew_evidence_key(a),
				    .sequence = s->sequence,
				    .time = s->time };

	memcpy(q.device, s->device, sizeof(q.device));
	memcpy(q.enrollment, s->enrollment, sizeof(q.enrollment));
	memcpy(q.digest, s->digest, sizeof(q.digest));
	return keyholder_ask(a->keys, &(struct ipc_send){ .type = AGENT_KEY_SEAL, .body = &q },
			     AGENT_KEY_SIGNED, &s->signature, err);
}

/* Its JSON; empty where there is none. *sequence: what it is about. */
static int make_seal(struct agent *a, struct buf *out, uint64_t *sequence, struct error *err)
{
	auto_seal struct seal s = { 0 };

	*sequence = 0;
	if (next_seal(a, &s, err) < 0)
		return -1;
	if (!s.sequence)
		return 0;
	if (sign(a, &s, err) < 0 || jmap_write(&s, &seal_table, out, err) < 0)
		return -1;
	*sequence = s.sequence;
	return 0;
}

/* ---- records ---- */

static void on_stored(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;
	struct error err = ERROR_INIT;
	uint64_t last;

	a->flushing = false;
	if (why->code) {
		log_warning("records: %s", why->msg);
		return; /* they stay, and go with the next contact */
	}
	/* What was not sent yet is not stored, whoever says so. */
	last = ((const struct net_stored *)m->body)->last;
	if (queue_stored(a->db, last < a->sent ? last : a->sent, &err) < 0 ||
	    (a->sealing && spool_set_number(a->db, SEALED, (int64_t)a->sealing, &err) < 0))
		agent_complain(a, &err);
	if (a->flush_again) {
		flush_now(a, false);
		return;
	}
	upload_seal_soon(a);
	if (a->phase == PHASE_UNENROLLING)
		leave_resume(a);
}

static void flush_now(struct agent *a, bool with_seal)
{
	auto_buf struct buf seal = BUF_INIT;
	auto_buf struct buf body = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t n = 0;

	if (a->flushing || !uplink_up(a->up))
		return; /* what comes after it arms the seal again */
	a->flush_again = false;
	a->sealing = 0;
	/* A device that leaves has no time for a second message. */
	if ((with_seal || a->phase == PHASE_UNENROLLING) &&
	    make_seal(a, &seal, &a->sealing, &err) < 0)
		agent_complain(a, &err);
	a->sent = 0;
	if (queue_batch(a->db, &seal, &body, &n, &err) < 0 ||
	    (n && queue_number(a->db, n, &a->sent, &err) < 0)) {
		agent_complain(a, &err);
		return;
	}
	if (n == 0 && !a->sealing)
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
	flush_now(userdata, false);
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

int upload_init(struct agent *a, struct error *err)
{
	if (sd_event_add_defer(a->loop, &a->flush, on_flush, a) < 0 ||
	    sd_event_source_set_enabled(a->flush, SD_EVENT_OFF) < 0 ||
	    sd_event_add_time_relative(a->loop, &a->seal_timer, CLOCK_BOOTTIME, 0, ACCURACY_US,
				       on_quiet, a) < 0 ||
	    sd_event_source_set_enabled(a->seal_timer, SD_EVENT_OFF) < 0)
		return error_oom(err);
	return 0;
}

void upload_forget(struct agent *a)
{
	a->flushing = a->flush_again = false;
	(void)sd_event_source_set_enabled(a->seal_timer, SD_EVENT_OFF);
}

void upload_done(struct agent *a)
{
	sd_event_source_disable_unref(a->flush);
	sd_event_source_disable_unref(a->seal_timer);
}
