/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Years of renewals, a day a step (docs/protocol.md "Renewal"): the manager's own code and the
 * server's rules over their stores, with outages, lost answers and crashes; keys, network and time
 * are the test's.
 */
#include "agent/manager/agent.h"

#include <stdlib.h>

#include "../service/bed.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "check.h"
#include "stub_child.h"

enum { DAY = 86400, YEARS = 3 * 365 };

/* ---- time ---- */

static int64_t today;

int64_t clock_now(void)
{
	return today;
}

/* ---- the key process: a slot holds a number ---- */

struct keyholder {
	unsigned slots[AGENT_KEY_MAX_]; /* 0: empty */
	unsigned made;
};
static struct keyholder keys;

int keyholder_ask(struct keyholder *k, const struct ipc_send *s, enum agent_key_type answer,
		  struct buf *out, struct error *err)
{
	int which = *(const int *)s->body;

	(void)answer;
	if (s->type == AGENT_KEY_DESTROY)
		k->slots[which] = 0;
	else if (s->type == AGENT_KEY_MAKE && !k->slots[which])
		k->slots[which] = ++k->made;
	else if (!k->slots[which])
		return error_set(err, ERROR_NOT_FOUND, "no key");
	return out && k->slots[which] ? buf_printf(out, err, "key %u", k->slots[which]) : 0;
}

int keyholder_destroy(struct keyholder *k, struct error *err)
{
	(void)err;
	memset(k->slots, 0, sizeof(k->slots));
	return 0;
}

int keyholder_rate(struct keyholder *k, enum agent_key key, struct keyholder_level *ret,
		   struct error *err)
{
	(void)k;
	(void)key;
	(void)ret;
	return error_set(err, ERROR_UNSUPPORTED, "not here");
}

int keyholder_new(sd_event *loop, const char *libexec, const struct keyholder_store *store,
		  struct keyholder **ret, struct error *err)
{
	(void)loop;
	(void)libexec;
	(void)store;
	(void)err;
	*ret = &keys;
	return 0;
}

int keyholder_net_fd(struct keyholder *k, int *ret, struct error *err)
{
	(void)k;
	(void)ret;
	return error_set(err, ERROR_UNSUPPORTED, "not here");
}

struct keyholder *keyholder_free(struct keyholder *k)
{
	(void)k;
	return NULL;
}

/* ---- the world ---- */

struct world {
	struct bed bed;
	struct agent agent;
	char device[UUID_SIZE];
	bool server_up;
	unsigned lose; /* of the messages to come: the nth is lost, after the server has had it */
	bool cut;      /* and the manager dies with it */
	unsigned renewals, denied;
};

static void digest_of(const struct buf *b, char ret[SHA256_HEX_SIZE])
{
	hash_sha256_hex(b->data, b->len, ret);
}

static struct device_caller caller_of(const struct world *w, const struct buf *certificate)
{
	struct device_caller c = { .address = "192.0.2.9" };

	memcpy(c.device, w->device, UUID_SIZE);
	digest_of(certificate, c.certificate);
	return c;
}

/* What key and core do with a grant: a certificate is its key's name and when it was made. */
static int finish(struct world *w, struct enroll_grant *g, const struct buf *key, struct buf *der,
		  struct error *err)
{
	struct enroll_issued issued = { .serial = "1",
					.not_before = today,
					.not_after = today + LIMIT_DEVICE_CERT_S,
					.der = der };
	int r;

	if (g->issued.len)
		return buf_append(der, g->issued.data, g->issued.len, err);
	if (buf_printf(der, err, "%lld %lld %.*s", (long long)issued.not_before,
		       (long long)issued.not_after, (int)key->len, (char *)key->data) < 0)
		return -1;
	digest_of(der, issued.digest);
	CHECK_OK(db_begin(w->bed.db, err), *err);
	r = enroll_finish(w->bed.service, g, &issued, err);
	CHECK(db_commit(w->bed.db, &(struct error)ERROR_INIT) == 0);
	return r;
}

static int server_renews(struct world *w, const struct net_renew *rq,
			 enum certificate_purpose purpose, const struct buf *csr, struct buf *der,
			 struct error *err)
{
	struct reenroll_request in = { .caller = caller_of(w, &rq->now.certificate),
				       .purpose = purpose,
				       .expired = rq->expired };
	auto_enroll_grant struct enroll_grant g = { 0 };

	if (!w->server_up)
		return error_set(err, ERROR_UNAVAILABLE, "no server");
	digest_of(csr, in.key);
	if (bed_call(&w->bed, OP_REENROLL, &in, &g, err) < 0)
		return -1;
	return finish(w, &g, csr, der, err);
}

static int server_takes(struct world *w, const struct buf *certificate, struct error *err)
{
	const struct device_caller in = caller_of(w, certificate);
	struct connect_answer out;

	if (!w->server_up)
		return error_set(err, ERROR_UNAVAILABLE, "no server");
	return bed_call(&w->bed, OP_CONNECT, &in, &out, err);
}

static struct net_certified life_of(const struct buf *der)
{
	struct net_certified r = { 0 };
	char text[80];
	char *end;

	(void)snprintf(text, sizeof(text), "%.*s", (int)der->len, (char *)der->data);
	r.not_before = strtoll(text, &end, 10);
	r.not_after = strtoll(end, NULL, 10);
	return r;
}

/* The key that a certificate is for is where the manager says. */
static bool has_key(const struct buf *der, int slot)
{
	char text[80], *key;

	(void)snprintf(text, sizeof(text), "%.*s", (int)der->len, (char *)der->data);
	key = strstr(text, "key ");
	return key && (unsigned)atoi(key + 4) == keys.slots[slot];
}

/* ---- net ---- */

static int on_instruction(const struct net_instruction *i, struct buf *der, void *userdata,
			  struct error *err)
{
	(void)i;
	(void)der;
	(void)userdata;
	return error_set(err, ERROR_INVALID, "none");
}

static void on_event(const struct net_event *e, void *userdata)
{
	struct agent *a = userdata;

	a->me.channel_from = e->not_before;
	a->me.channel_to = e->not_after;
	renew_consider(a);
}

/* The manager dies and comes back with what the spool has. */
static void restart(struct world *w)
{
	struct agent *a = &w->agent;
	struct error err = ERROR_INIT;

	uplink_stop(a->up);
	stub_settle(a->loop);
	membership_done(&a->me);
	CHECK_OK(membership_load(a->db, &a->me, &err), err);
	renew_forget(a);
	agent_connect(a);
}

static void answer(struct world *w, uint32_t id, unsigned type, const struct buf *der,
		   const struct error *why)
{
	const struct agent_failed f = { .code = (char *)error_name(why->code),
					.message = (char *)why->msg };
	const struct net_certified life = der->len ? life_of(der) : (struct net_certified){ 0 };
	struct ipc_send s = { .type = type, .id = id };

	if (why->code) {
		w->denied += why->code == ERROR_DENIED;
		s.type = NET_FAILED;
		s.body = &f;
	} else if (type == NET_CERTIFIED) {
		s.body = &life;
		s.blob = der->data;
		s.blob_len = der->len;
	}
	stub_say(w->agent.loop, stub_child(AGENT_NET), &s);
}

/* One message of the manager's; false: there was none. */
static bool serve(struct world *w)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct net_renew *rq;
	const struct net_connect *as;
	auto_buf struct buf der = BUF_INIT;
	struct error why = ERROR_INIT;
	unsigned reply = NET_CERTIFIED;
	struct net_renew now = { .now = agent_identity(&w->agent) };

	if (!stub_hear(stub_child(AGENT_NET), &m))
		return false;
	rq = m.body;
	as = m.body;
	if (m.type == NET_RENEW) {
		CHECK(has_key(&rq->now.certificate, rq->now.key));
		w->renewals++;
		(void)!server_renews(w, rq, CERTIFICATE_IDENTITY, &m.blob, &der, &why);
	} else if (m.type == NET_CERTIFY) {
		(void)!server_renews(w, &now, CERTIFICATE_EVIDENCE, &m.blob, &der, &why);
	} else if (m.type == NET_PROBE) {
		CHECK(has_key(&as->certificate, as->key));
		(void)!server_takes(w, &as->certificate, &why);
		reply = NET_PROBED;
	} else {
		return true; /* NET_CONNECT, records, a check-in: not of this test */
	}
	if (w->lose && --w->lose == 0) {
		if (w->cut)
			restart(w);
		else
			answer(w, m.id, reply, &der,
			       &(struct error){ .code = ERROR_TIMEOUT, .msg = "lost" });
		return true;
	}
	answer(w, m.id, reply, &der, &why);
	return true;
}

/* A day on which the device is on: it connects, and considers what is due. */
static void live(struct world *w)
{
	struct agent *a = &w->agent;
	struct net_certified life = life_of(&a->me.certificate);
	struct net_event e = { .state = NET_DOWN,
			       .not_before = life.not_before,
			       .not_after = life.not_after };
	struct error err = ERROR_INIT;

	if (server_takes(w, &a->me.certificate, &err) == 0)
		e.state = NET_UP;
	(void)sd_event_source_set_enabled(a->renew_timer, SD_EVENT_OFF); /* a day has passed */
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_EVENT, .body = &e });
	renew_consider(a);
	stub_settle(a->loop);
	for (unsigned i = 0; i < 100 && serve(w); i++)
		stub_settle(a->loop);
}

static bool accepted(struct world *w)
{
	struct error err = ERROR_INIT;

	return server_takes(w, &w->agent.me.certificate, &err) == 0 &&
	       has_key(&w->agent.me.certificate, (int)renew_channel_key(&w->agent));
}

static void begin(struct world *w)
{
	const struct uplink_handler h = { on_instruction, on_event, NULL, &w->agent };
	struct agent *a = &w->agent;
	struct bed_token t;
	auto_enroll_grant struct enroll_grant g = { 0 };
	auto_buf struct buf key = BUF_INIT;
	struct error err = ERROR_INIT;

	memset(w, 0, sizeof(*w));
	keys = (struct keyholder){ .slots = { [AGENT_KEY_CHANNEL] = 1, [AGENT_KEY_EVIDENCE] = 2 },
				   .made = 2 };
	bed_open(&w->bed);
	today = w->bed.now;
	w->server_up = true;
	*a = (struct agent){ .libexec = "/nonexistent",
			     .conf = { .checkin_s = 3600, .wait_s = 60 } };
	a->intake.last = &a->intake.first;
	a->keys = &keys;
	CHECK(sd_event_new(&a->loop) >= 0);
	CHECK_OK(spool_open(":memory:", &a->db, &err), err);
	t = bed_token(&w->bed, NULL);
	CHECK_OK(bed_claim(&w->bed, &t, AS("key 1", NULL, NULL), &g, &err), err);
	CHECK_OK(buf_puts(&key, "key 1", &err), err);
	CHECK_OK(finish(w, &g, &key, &a->me.certificate, &err), err);
	memcpy(w->device, g.device, UUID_SIZE);
	memcpy(a->me.device, g.device, UUID_SIZE);
	memcpy(a->me.enrollment, g.enrollment, UUID_SIZE);
	memcpy(a->me.enterprise, g.device, UUID_SIZE);
	a->me.device_url = strdup("https://mdm.example:8443");
	a->me.enrollment_url = strdup("https://mdm.example:8444");
	a->me.reference = strdup("mdm.example");
	CHECK_OK(buf_puts(&a->me.anchor, "anchor", &err), err);
	a->me.ownership = OWNERSHIP_ENTERPRISE;
	a->me.since = today;
	CHECK_OK(membership_save(a->db, &a->me, &err), err);
	a->phase = PHASE_ENROLLED;
	a->trust_version = 1;
	CHECK_OK(uplink_new(a->loop, a->libexec, NULL, &h, &a->up, &err), err);
	CHECK_OK(report_init(a, &err), err);
	agent_connect(a);
}

static void end(struct world *w)
{
	agent_stop(&w->agent);
	sd_event_unref(w->agent.loop);
	bed_close(&w->bed);
}

static void next_day(struct world *w)
{
	today += DAY;
	w->bed.now = today;
}

static unsigned recorded(struct agent *a, const char *event)
{
	struct error err = ERROR_INIT;
	int64_t n = 0;

	CHECK_OK(sqlite_run_int(a->db, "SELECT count(*) FROM record WHERE instr(body, $event)",
				SQLITE_ARGS(SQL_TEXT("$event", event)), &n, &err),
		 err);
	return (unsigned)n;
}

/* ---- ---- */

static void three_years(void)
{
	struct world w;

	begin(&w);
	for (int day = 0; day < YEARS; day++) {
		next_day(&w);
		live(&w);
		CHECK(accepted(&w));
	}
	printf("# %u renewals\n", w.renewals);
	CHECK(w.renewals >= 6 && w.renewals <= 9 && w.denied == 0);
	CHECK(recorded(&w.agent, "key-renewed") >= 2 * w.renewals - 1);
	/* One key of each kind, and no other, is left. */
	CHECK(!!keys.slots[AGENT_KEY_CHANNEL] + !!keys.slots[AGENT_KEY_CHANNEL_B] == 1);
	CHECK(!!keys.slots[AGENT_KEY_EVIDENCE] + !!keys.slots[AGENT_KEY_EVIDENCE_B] == 1);
	end(&w);
}

/* The server is away for five months of each year, the device in its own turn. */
static void outages(void)
{
	struct world w;

	begin(&w);
	for (int day = 0; day < YEARS; day++) {
		next_day(&w);
		w.server_up = day % 365 > 150;
		if (day % 100 < 70)
			live(&w);
	}
	w.server_up = true;
	next_day(&w);
	live(&w);
	live(&w);
	CHECK(accepted(&w) && w.denied == 0);
	end(&w);
}

/* Each message of each renewal is lost once, with and without the manager's life. */
static void lost_answers(void)
{
	struct world w;

	begin(&w);
	for (int day = 0; day < YEARS; day++) {
		next_day(&w);
		w.lose = 1 + (unsigned)day % 3;
		w.cut = day % 2;
		live(&w);
		w.lose = 0;
		live(&w);
		CHECK(accepted(&w));
	}
	CHECK(!!keys.slots[AGENT_KEY_CHANNEL] + !!keys.slots[AGENT_KEY_CHANNEL_B] == 1);
	end(&w);
}

/* Off for as long as its certificate lives, and a little more. */
static void late(void)
{
	struct world w;

	begin(&w);
	live(&w);
	for (int day = 0; day < 365 + 20; day++)
		next_day(&w);
	CHECK(!accepted(&w));
	live(&w);
	live(&w);
	CHECK(accepted(&w) && w.denied == 0 && recorded(&w.agent, "renewal-failed") == 0);
	end(&w);
}

/* Too late: said once, with what to do; the enrollment and what is enforced stay. */
static void too_late(void)
{
	struct world w;

	begin(&w);
	live(&w);
	for (int day = 0; day < 365 + 31; day++)
		next_day(&w);
	for (int day = 0; day < 10; day++) {
		next_day(&w);
		live(&w);
	}
	CHECK(!accepted(&w) && recorded(&w.agent, "renewal-failed") == 1);
	CHECK(recorded(&w.agent, "enroll it anew") == 1);
	CHECK(w.agent.phase == PHASE_ENROLLED && w.agent.me.certificate.len);
	CHECK(keys.slots[renew_channel_key(&w.agent)]);
	end(&w);
}

static const struct check_case cases[] = {
	{ "FIA_X509_EXT.2: three years of renewals, and one key of each kind", three_years },
	{ "FIA_X509_EXT.2: outages of months strand no device", outages },
	{ "FIA_X509_EXT.2: whatever answer is lost, an identity works", lost_answers },
	{ "FIA_X509_EXT.2: an expired certificate is renewed within the grace", late },
	{ "FIA_X509_EXT.2: past the grace it is said what to do, once", too_late },
};

CHECK_MAIN(cases)
