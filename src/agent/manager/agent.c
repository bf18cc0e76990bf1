/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

enum { RECONNECT_US = 1000 * 1000 };

void agent_complain(const struct agent *a, const struct error *err)
{
	log_error("%s", err->msg);
}

int64_t agent_now(const struct agent *a)
{
	/* One second more than the head's, whose time has whole seconds: never behind the server.
	 */
	if (a->time && a->time_us)
		return a->time + 1 + (int64_t)((clock_boot_us() - a->time_us) / 1000000);
	return a->time;
}

/* Under which name the spool keeps it. */
static void time_name(const struct agent *a, char *ret, size_t size)
{
	(void)snprintf(ret, size, "time:%s", a->me.enterprise);
}

int agent_load_time(struct agent *a, struct error *err)
{
	char name[64];

	a->time_us = 0;
	time_name(a, name, sizeof(name));
	return spool_number(a->db, name, &a->time, err);
}

/* Both move together, and from signed times alone: what passed since the one before is in the new
 * one, and is not counted twice. */
void agent_signed_time(struct agent *a, int64_t t, uint64_t at_us)
{
	struct error err = ERROR_INIT;
	char name[64];
	int64_t since = (int64_t)((clock_boot_us() - at_us) / 1000000);

	if (t <= 0 || t + 1 + since <= agent_now(a))
		return;
	a->time_us = at_us;
	if (t <= a->time)
		return;
	a->time = t;
	time_name(a, name, sizeof(name));
	if (spool_set_number(a->db, name, t, &err) < 0)
		agent_complain(a, &err);
}

void agent_start_clock(struct agent *a)
{
	if (!a->time_us)
		a->time_us = clock_boot_us();
}

void agent_record(struct agent *a, const struct queue_entry *e)
{
	struct error err = ERROR_INIT;
	const struct audit_row *row = audit_row(e->event);

	if (e->why && e->why->code)
		log_warning("%s: %s", row->name, e->why->msg);
	else
		log_notice("%s%s%s", row->name, e->text ? ": " : "", e->text ? e->text : "");
	if (queue_add(a->db, e, &err) < 0)
		agent_complain(a, &err);
	else
		report_flush(a);
}

struct host agent_host(const struct agent *a)
{
	return (struct host){ a->loop, a->libexec, a->db };
}

struct verifier_question agent_question(struct agent *a, const char *type, const struct buf *der,
					verifier_fn *fn)
{
	return (struct verifier_question){
		.fn = fn,
		.userdata = a,
		.type = type,
		.der = *der,
		.first_trust = a->trust_version ? NULL : a->me.trust_digest,
		.enterprise = a->me.enterprise,
		.device = a->me.device,
		.enrollment = a->me.enrollment,
		.stream = a->me.stream,
		.now = agent_now(a),
	};
}

static void record_channel(struct agent *a, const struct net_event *e)
{
	json_auto_t *detail =
		json_pack("{s:s*, s:s*, s:s*, s:s*}", "protocol", e->protocol, "peer", e->peer,
			  "presented", e->presented, "reference", e->reference);
	bool refused = a->channel.code == ERROR_REFUSED;

	agent_record(
		a, &(struct queue_entry){ .event = e->state == NET_UP ? AUDIT_CHANNEL_OPENED
						   : refused	      ? AUDIT_CHANNEL_REFUSED
								      : AUDIT_CHANNEL_CLOSED,
					  .why = refused ? &a->channel : NULL,
					  .text = refused || e->state == NET_UP ? NULL : e->message,
					  .detail = detail });
}

static void keep_crl(struct agent *a, const struct buf *crl)
{
	struct error err = ERROR_INIT;

	buf_done(&a->me.crl);
	if (buf_append(&a->me.crl, crl->data, crl->len, &err) < 0 ||
	    membership_save(a->db, &a->me, &err) < 0)
		agent_complain(a, &err);
}

static int on_reconnect(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;

	if (a->phase != PHASE_UNENROLLED && a->me.enterprise[0])
		agent_connect(a);
	return 0;
}

void agent_reconnect(struct agent *a)
{
	int r = a->reconnect ? sd_event_source_set_time_relative(a->reconnect, RECONNECT_US)
			     : sd_event_add_time_relative(a->loop, &a->reconnect, CLOCK_BOOTTIME,
							  RECONNECT_US, 0, on_reconnect, a);

	if (r < 0 || sd_event_source_set_enabled(a->reconnect, SD_EVENT_ONESHOT) < 0)
		log_error("reconnect: timer");
}

static void came_up(struct agent *a)
{
	intake_wake(a);
	report_checkin(a);
	renew_consider(a);
}

/* What net reads of the certificate that it uses; where it has expired, only a renewal helps. */
static void note_life(struct agent *a, const struct net_event *e)
{
	struct error err = ERROR_INIT;

	if (!e->not_after ||
	    (a->me.channel_from == e->not_before && a->me.channel_to == e->not_after))
		return;
	a->me.channel_from = e->not_before;
	a->me.channel_to = e->not_after;
	if (a->me.enterprise[0] && membership_save(a->db, &a->me, &err) < 0)
		agent_complain(a, &err);
}

static void on_event(const struct net_event *e, void *userdata)
{
	struct agent *a = userdata;
	bool was_up = a->channel.code == ERROR_NONE;

	if (e->crl.len) {
		keep_crl(a, &e->crl);
		if (e->state == NET_DOWN || was_up)
			return;
	}
	a->channel = (struct error)ERROR_INIT;
	if (e->state == NET_DOWN) {
		if (error_set(&a->channel, e->code ? error_find(e->code) : ERROR_UNAVAILABLE, "%s",
			      e->message ? e->message : "not connected") < 0 &&
		    e->reason)
			a->channel.reason = reason_find(e->reason);
	}
	record_channel(a, e);
	note_life(a, e);
	if (e->state == NET_UP)
		came_up(a);
	else if (e->code && strcmp(e->code, error_name(ERROR_INTERNAL)) == 0)
		agent_reconnect(a);
	if (e->state == NET_DOWN)
		renew_consider(a);
}

static int on_instruction(const struct net_instruction *i, struct buf *der, void *userdata,
			  struct error *err)
{
	return intake_add(userdata, i, der, err);
}

static void on_asked(void *userdata)
{
	report_asked(userdata);
}

struct net_connect agent_identity(const struct agent *a)
{
	return (struct net_connect){
		.url = a->me.device_url,
		.connect = a->me.connect,
		.reference = a->me.reference,
		.profile = a->conf.profile,
		.tls12 = a->conf.tls12,
		.certificate = a->me.certificate,
		.issuers = a->me.issuers,
		.anchor = a->me.anchor,
		.crl = a->me.crl,
		.key = (int)renew_channel_key(a),
		.wait_s = a->conf.wait_s,
	};
}

void agent_connect(struct agent *a)
{
	int64_t after = 0;
	struct error err = ERROR_INIT;
	struct net_connect c = agent_identity(a);

	/* What was not dealt with comes again. */
	intake_done(a);
	report_forget(a);
	if (spool_number(a->db, "after", &after, &err) < 0) {
		agent_complain(a, &err);
		return;
	}
	c.after = (uint64_t)after;
	if (uplink_tell(a->up, &(struct ipc_send){ .type = NET_CONNECT, .body = &c }, &err) < 0)
		agent_complain(a, &err);
}

int agent_load_trust(struct agent *a, struct error *err)
{
	const struct known_name n = { a->me.enterprise, KNOWN_TRUST, "" };
	uint64_t floor = 0;

	if (known_floor(a->db, &n, NULL, &floor, err) < 0)
		return -1;
	a->trust_wanted = (uint32_t)floor;
	return 0;
}

static int load(struct agent *a, struct error *err)
{
	auto_document struct document trust = { 0 };
	bool found = false;

	if (membership_load(a->db, &a->me, err) < 0 || agent_load_time(a, err) < 0 ||
	    documents_get(a->db, ROLE_TRUST, &trust, NULL, &found, err) < 0 ||
	    agent_load_trust(a, err) < 0)
		return -1;
	if (found)
		a->trust_version = trust.trust.version;
	a->phase = !a->me.enterprise[0] ? PHASE_UNENROLLED
		   : a->me.leaving	? PHASE_UNENROLLING
					: PHASE_ENROLLED;
	return known_expire(a->db, a->time, err);
}

/* The key process's own directory in the spool's: its user's, and nobody else's. */
static int make_places(struct agent *a, struct error *err)
{
	uid_t uid;
	gid_t gid;

	if (file_mkdir(AGENT_STATE, 0700, err) < 0 || file_mkdir(AGENT_KEYS, 0700, err) < 0 ||
	    file_mkdir(AGENT_RUN, 0755, err) < 0 ||
	    proc_user(agent_profile(AGENT_KEY, 0)->user, &uid, &gid, err) < 0)
		return -1;
	if (chown(AGENT_KEYS, uid, gid) < 0 || chmod(AGENT_RUN, 0755) < 0)
		return error_set(err, ERROR_DENIED, "%s: owner", AGENT_KEYS);
	return 0;
}

/* Being without a server is normal: what is in force is looked after from the start. */
static void go_on(struct agent *a)
{
	orders_recover(a);
	agent_connect(a);
	if (a->phase == PHASE_UNENROLLING) {
		leave_resume(a);
		return;
	}
	apply_query(a);
	apply_readback(a);
	report_schedule(a, a->conf.checkin_s);
	delay_resume(a);
}

/* What muster-selftest wrote down when it kept the agent from starting (FPT_TST_EXT.1). */
static void record_self_test(struct agent *a)
{
	static const char path[] = AGENT_STATE "/selftest-failed";
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT, why = ERROR_INIT;

	if (!file_exists(path))
		return;
	if (file_read(path, LIMIT_TEXT, &text, &err) < 0)
		agent_complain(a, &err);
	(void)!error_set(&why, ERROR_CONFLICT, "%.300s", text.len ? (char *)text.data : "unknown");
	agent_record(a, &(struct queue_entry){ .event = AUDIT_SELF_TEST_FAILED, .why = &why });
	if (unlink(path) < 0)
		log_warning("%s cannot be removed", path);
}

int agent_start(struct agent *a, struct error *err)
{
	const struct uplink_handler h = { on_instruction, on_event, on_asked, a };

	a->channel = (struct error){ .code = ERROR_UNAVAILABLE, .msg = "not connected yet" };
	a->intake.last = &a->intake.first;
	a->key_store = (struct keyholder_store){ a->conf.key_store, &a->conf.key_store_access };
	if (make_places(a, err) < 0 || spool_open(AGENT_STATE "/spool.db", &a->db, err) < 0 ||
	    load(a, err) < 0 ||
	    keyholder_new(a->loop, a->libexec, &a->key_store, &a->keys, err) < 0 ||
	    uplink_new(a->loop, a->libexec, a->keys, &h, &a->up, err) < 0 ||
	    report_init(a, err) < 0 || control_start(a, err) < 0)
		return -1;
	record_self_test(a);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_AGENT_STARTED });
	if (a->phase == PHASE_ENROLLED && !a->trust_version)
		enroll_cut_short(a);
	if (a->phase == PHASE_UNENROLLED)
		enroll_unattended(a);
	else
		go_on(a);
	return 0;
}

void agent_forget(struct agent *a)
{
	membership_done(&a->me);
	intake_done(a);
	orders_done(a);
	report_forget(a);
	renew_forget(a);
	(void)sd_event_source_set_enabled(a->checkin_timer, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(a->due_timer, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(a->reconnect, SD_EVENT_OFF);
	a->trust_version = a->trust_wanted = 0;
	memset(a->key_levels, 0, sizeof(a->key_levels));
	a->keys_rated = false;
	a->time = 0;
	a->time_us = 0;
	a->stale_us = 0;
	a->stale_told = a->told = false;
	a->status_hash[0] = 0;
	a->phase = PHASE_UNENROLLED;
}

void agent_stop(struct agent *a)
{
	struct error err = ERROR_INIT;

	if (a->db &&
	    queue_add(a->db, &(struct queue_entry){ .event = AUDIT_AGENT_STOPPED }, &err) < 0)
		agent_complain(a, &err);
	if (a->up)
		uplink_stop(a->up); /* whoever waits for an answer is told that there is none */
	control_stop(a);
	apply_done(a);
	orders_done(a);
	intake_done(a);
	report_done(a);
	renew_done(a);
	sd_event_source_disable_unref(a->leave_timer);
	sd_event_source_disable_unref(a->reconnect);
	sd_event_source_disable_unref(a->due_timer);
	a->up = uplink_free(a->up);
	a->keys = keyholder_free(a->keys);
	membership_done(&a->me);
	a->db = sqlite_free(a->db);
}
