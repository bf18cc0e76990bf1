/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <string.h>
#include <sys/stat.h>

#include "agent/manager/documents.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/enrollment.h"

#define UNATTENDED AGENT_CONF "/enrollment.json"

#define TRIES "unattended-tries" /* in the spool: how many, and the digest of the payload */
enum { TRIES_MAX = 3 };

/* An enrollment under way; freed when trust v1 is in force, or on failure. */
struct enrolling {
	struct agent *agent;
	struct enrollment payload;
	bool first_use;
	struct enroll_listener listener;
};

static struct enrolling *enrolling_free(struct enrolling *e)
{
	if (!e)
		return NULL;
	enrollment_done(&e->payload);
	free(e);
	return NULL;
}

static void tell(const struct enrolling *e, const char *text)
{
	log_info("enrollment: %s", text);
	if (e->listener.progress)
		e->listener.progress(text, e->listener.userdata);
}

void enroll_forget(struct agent *a, const void *userdata)
{
	if (a->enrolling && a->enrolling->listener.userdata == userdata)
		a->enrolling->listener = (struct enroll_listener){ 0 };
}

/* Nothing is kept of an enrollment that failed. */
static void clear(struct agent *a)
{
	struct error err = ERROR_INIT;

	uplink_stop(a->up);
	if (keyholder_destroy(a->keys, &err) < 0)
		agent_complain(a, &err); /* the next enrollment destroys them before it begins */
	if (a->me.enterprise[0] && membership_erase(a->db, &err) < 0)
		agent_complain(a, &err);
	agent_forget(a);
}

void enroll_cut_short(struct agent *a)
{
	struct error why = ERROR_INIT;

	clear(a);
	(void)!error_set(&why, ERROR_UNAVAILABLE, "the agent ended in the middle of it");
	agent_record(a, &(struct queue_entry){ .event = AUDIT_ENROLLMENT_FAILED, .why = &why });
}

/* But its record. */
static void fail(struct agent *a, const struct error *why)
{
	struct enrolling *e = STEAL(a->enrolling);
	json_auto_t *detail = json_pack("{s:s, s:s, s:s}", "enterprise", e->payload.enterprise,
					"reference", e->payload.reference, "url", e->payload.url);

	clear(a);
	agent_record(a, &(struct queue_entry){
				.event = AUDIT_ENROLLMENT_FAILED, .why = why, .detail = detail });
	if (e->listener.done)
		e->listener.done(why, e->listener.userdata);
	(void)enrolling_free(e);
}

int enroll_check(const struct agent *a, const struct enrollment *e, bool first_use,
		 struct error *err)
{
	if (a->phase != PHASE_UNENROLLED)
		return error_set(err, ERROR_CONFLICT, "this device is %s already",
				 phase_name(a->phase));
	if (e->expires < clock_now())
		return error_refuse(err, REASON_WINDOW, "the enrollment payload has expired");
	if (!first_use && (!e->trust_digest[0] || !e->anchor_digest[0]))
		return error_set(err, ERROR_DENIED,
				 "the payload has no digests that tell the right enterprise from "
				 "another; --trust-on-first-use enrolls all the same");
	return 0;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/*
 * The enrollment's id follows from this device's own key: a server that was broken into cannot give
 * it the id of another device's enrollment, and replay what was signed for that one.
 */
static int take_enrollment(struct agent *a, struct error *err)
{
	const struct agent_key_select which = { .key = AGENT_KEY_CHANNEL };
	auto_buf struct buf spki = BUF_INIT;
	char digest[SHA256_HEX_SIZE];

	if (keyholder_ask(a->keys, &(struct ipc_send){ .type = AGENT_KEY_SHOW, .body = &which },
			  AGENT_KEY_PUBLIC, &spki, err) < 0)
		return -1;
	hash_sha256_hex(spki.data, spki.len, digest);
	uuid_of_digest(digest, a->me.enrollment);
	return 0;
}

/* What net brought, and what the payload said, become the membership. */
static int take_certificate(struct agent *a, struct net_enrolled *got, struct error *err)
{
	const struct enrollment *p = &a->enrolling->payload;
	struct membership *m = &a->me;

	if (strlen(got->device) != UUID_SIZE - 1)
		return error_set(err, ERROR_INVALID, "the certificate names no device");
	if (take_enrollment(a, err) < 0)
		return -1;
	memcpy(m->enterprise, p->enterprise, sizeof(m->enterprise));
	memcpy(m->trust_digest, p->trust_digest, sizeof(m->trust_digest));
	memcpy(m->anchor_digest, got->anchor_digest, sizeof(m->anchor_digest));
	memcpy(m->device, got->device, sizeof(m->device));
	m->enterprise_name = copy(p->enterprise_name);
	m->device_url = copy(p->device_url);
	m->enrollment_url = copy(p->url);
	m->connect = copy(p->connect);
	m->reference = copy(p->reference);
	m->certificate = buf_steal(&got->certificate);
	m->issuers = buf_steal(&got->issuers);
	m->anchor = buf_steal(&got->anchor);
	m->crl = buf_steal(&got->crl);
	m->ownership = p->ownership ? p->ownership : OWNERSHIP_ENTERPRISE;
	m->since = clock_now();
	if (agent_load_time(a, err) < 0 || agent_load_trust(a, err) < 0)
		return -1;
	return membership_save(a->db, m, err);
}

static void on_enrolled(struct ipc_message *m, const struct error *why, void *userdata)
{
	struct agent *a = userdata;
	struct error err = *why;

	if (!a->enrolling)
		return;
	if (err.code == ERROR_NONE && m->type != NET_ENROLLED)
		(void)!error_set(&err, ERROR_INTERNAL, "an unexpected answer");
	if (err.code || take_certificate(a, m->body, &err) < 0) {
		fail(a, &err);
		return;
	}
	tell(a->enrolling, "the server has certified this device's key");
	tell(a->enrolling, "waiting for the enterprise's trust document");
	agent_connect(a);
}

static int make_keys(struct agent *a, struct error *err)
{
	/* What an enrollment that was cut short could not destroy is not used in another. */
	if (keyholder_destroy(a->keys, err) < 0)
		return -1;
	for (int key = AGENT_KEY_CHANNEL; key <= AGENT_KEY_EVIDENCE; key++) {
		const struct agent_key_select which = {
			.key = key,
			.p384 = a->conf.profile && strcmp(a->conf.profile, "cnsa") == 0,
		};

		if (keyholder_ask(a->keys,
				  &(struct ipc_send){ .type = AGENT_KEY_MAKE, .body = &which },
				  AGENT_KEY_PUBLIC, NULL, err) < 0)
			return -1;
	}
	return 0;
}

void enroll_begin(struct agent *a, struct enrollment *payload, bool first_use,
		  const struct enroll_listener *l)
{
	struct enrolling *e = calloc(1, sizeof(*e));
	struct device_status host = { 0 };
	struct net_enroll rq = { 0 };
	struct error err = ERROR_INIT;

	if (!e) {
		if (l->done && error_oom(&err) < 0)
			l->done(&err, l->userdata);
		return;
	}
	e->agent = a;
	e->payload = *payload;
	*payload = (struct enrollment){ 0 };
	e->first_use = first_use;
	e->listener = *l;
	a->enrolling = e;
	a->phase = PHASE_ENROLLING;
	if (first_use)
		agent_record(a, &(struct queue_entry){ .event = AUDIT_TRUST_ON_FIRST_USE });
	if (make_keys(a, &err) < 0) {
		fail(a, &err);
		return;
	}
	tell(e, "made this device's keys");
	rq.url = e->payload.url;
	rq.connect = e->payload.connect;
	rq.reference = e->payload.reference;
	rq.profile = a->conf.profile;
	rq.tls12 = a->conf.tls12;
	rq.token = e->payload.token;
	rq.secret = e->payload.secret;
	memcpy(rq.anchor_digest, e->payload.anchor_digest, sizeof(rq.anchor_digest));
	/* What a token may be limited by. The name comes with the first check-in: an enrollment
	 * that this device then refuses takes no name away. */
	status_host(&host);
	rq.hardware_id = host.hardware_id;
	rq.manufacturer = host.manufacturer;
	rq.model = host.model;
	rq.serial_number = host.serial_number;
	rq.os = host.os;
	rq.os_version = host.os_version;
	uplink_ask(a->up, &(struct ipc_send){ .type = NET_ENROLL, .body = &rq }, on_enrolled, a);
	status_done(&host);
}

void enroll_settled(struct agent *a, const struct error *why)
{
	struct enrolling *e = a->enrolling;
	json_auto_t *detail = NULL;
	static const struct error none = ERROR_INIT;

	if (!e)
		return;
	if (why) {
		fail(a, why);
		return;
	}
	a->enrolling = NULL;
	a->phase = PHASE_ENROLLED;
	detail = json_pack("{s:s, s:s, s:s}", "enterprise", a->me.enterprise, "reference",
			   a->me.reference, "device", a->me.device);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_ENROLLED, .detail = detail });
	renew_consider(a); /* the evidence key has no certificate yet */
	apply_query(a);
	report_schedule(a, a->conf.checkin_s);
	tell(e, "enrolled");
	if (e->listener.done)
		e->listener.done(&none, e->listener.userdata);
	(void)enrolling_free(e);
}

/* Unattended: whoever could write this file could do anything else too, if it is root's alone. */
static int read_unattended(struct buf *out, struct error *err)
{
	struct stat st;

	if (lstat(UNATTENDED, &st) < 0)
		return error_set(err, ERROR_NOT_FOUND, UNATTENDED);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022))
		return error_set(err, ERROR_DENIED,
				 UNATTENDED
				 ": not a file that root owns and nobody else can write");
	return file_read(UNATTENDED, LIMIT_PAYLOAD, out, err);
}

/* An end, of either kind: the next start may try again. */
static void on_unattended_done(const struct error *err, void *userdata)
{
	struct agent *a = userdata;
	struct error own = ERROR_INIT;

	if (spool_set_number(a->db, TRIES, 0, &own) < 0)
		agent_complain(a, &own);
	if (err->code == ERROR_NONE && unlink(UNATTENDED) < 0)
		log_warning(UNATTENDED ": cannot be removed; its secret is used up");
}

/* A payload that ends the agent is not tried for ever: each try may use its token. */
static int count_try(struct agent *a, const struct buf *text, struct error *err)
{
	auto_buf struct buf before = BUF_INIT;
	char digest[SHA256_HEX_SIZE];
	int64_t tries = 0;

	hash_sha256_hex(text->data, text->len, digest);
	if (spool_number(a->db, TRIES, &tries, err) < 0 ||
	    spool_data(a->db, TRIES, &before, err) < 0)
		return -1;
	if (before.len != sizeof(digest) - 1 || memcmp(before.data, digest, before.len) != 0)
		tries = 0;
	if (tries >= TRIES_MAX)
		return error_set(err, ERROR_CONFLICT,
				 UNATTENDED ": cut short %d times; not tried again", TRIES_MAX);
	if (spool_set_data(a->db, TRIES, digest, sizeof(digest) - 1, err) < 0)
		return -1;
	return spool_set_number(a->db, TRIES, tries + 1, err);
}

void enroll_unattended(struct agent *a)
{
	const struct enroll_listener l = { .done = on_unattended_done, .userdata = a };
	auto_enrollment struct enrollment e = { 0 };
	auto_secret struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	if (read_unattended(&text, &err) < 0) {
		if (err.code != ERROR_NOT_FOUND)
			agent_complain(a, &err);
		return;
	}
	if (enrollment_read(text.data, text.len, &e, &err) < 0 ||
	    enroll_check(a, &e, false, &err) < 0 || count_try(a, &text, &err) < 0) {
		agent_record(
			a, &(struct queue_entry){ .event = AUDIT_ENROLLMENT_FAILED, .why = &err });
		return;
	}
	enroll_begin(a, &e, false, &l);
}
