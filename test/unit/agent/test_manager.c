/* SPDX-License-Identifier: Apache-2.0 */
/* The manager against a server, a net and a verifier that do not mean well (docs/threats). */
#include "agent/manager/agent.h"

#include <stdlib.h>

#include "agent/manager/documents.h"
#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "check.h"
#include "stub_child.h"

#define ENTERPRISE "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define DEVICE "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66"
#define COMMAND "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d63"
#define ROOT "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum { NOON = 1795435200 }; /* 2026-11-23T12:00:00Z */

static const char trust[] =
	"{\"anchors\":[{\"certificate\":\"YSBERVIgY2VydGlmaWNhdGU=\"}],"
	"\"delays\":{\"destructiveSeconds\":%u},\"enterprise\":\"" ENTERPRISE "\","
	"\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d60\",\"issued\":\"2026-11-23T12:00:00Z\","
	"\"maxTargets\":100,\"online\":{\"may\":[],\"signers\":[]},"
	"\"quorum\":{\"authority\":1,\"channelCutting\":1,\"code\":1,\"configuration\":1,"
	"\"destructive\":1,\"routine\":1},\"roles\":[{\"name\":\"administrator\",\"signers\":["
	"{\"key\":\"" DIGEST "\",\"person\":\"alice\"}]}],\"type\":\"trust\",\"version\":%u}";
static const char command[] =
	"{\"args\":{},\"command\":\"%s\",\"enterprise\":\"" ENTERPRISE "\",\"id\":\"" COMMAND "\","
	"\"notAfter\":\"2026-11-24T12:00:00Z\",\"notBefore\":\"2026-11-23T12:00:00Z\","
	"\"targets\":[{\"device\":\"" DEVICE "\",\"enrollment\":\"" DEVICE "\"}],"
	"\"type\":\"command\"}";
static const char head[] =
	"{\"cancelled\":[%s],\"crlNumbers\":[{\"issuer\":\"" ROOT "\",\"number\":%llu}],"
	"\"device\":\"" DEVICE "\",\"enterprise\":\"" ENTERPRISE "\","
	"\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d64\",\"nonce\":\"" DIGEST "\","
	"\"notAfter\":\"2026-11-24T12:00:00Z\",\"streams\":[],"
	"\"time\":\"2026-11-23T12:00:00Z\",\"trustVersion\":%u,\"type\":\"head\"}";

static const struct net_event up = { .state = NET_UP };

static int on_instruction(const struct net_instruction *i, struct buf *der, void *userdata,
			  struct error *err)
{
	return intake_add(userdata, i, der, err);
}

static void on_event(const struct net_event *e, void *userdata)
{
	((struct agent *)userdata)->channel.code =
		e->state == NET_UP ? ERROR_NONE : ERROR_UNAVAILABLE;
}

/* An enrolled device with a trust of that version, connected. */
static void begin(struct agent *a, uint32_t version, uint32_t delay_s)
{
	const struct uplink_handler h = { on_instruction, on_event, a };
	auto_buf struct buf json = BUF_INIT;
	struct error err = ERROR_INIT;

	*a = (struct agent){ .libexec = "/nonexistent", .conf = { 3600, 60 } };
	a->intake.last = &a->intake.first;
	CHECK(sd_event_new(&a->loop) >= 0);
	CHECK_OK(spool_open(":memory:", &a->db, &err), err);
	memcpy(a->me.enterprise, ENTERPRISE, sizeof(ENTERPRISE));
	memcpy(a->me.device, DEVICE, sizeof(DEVICE));
	memcpy(a->me.enrollment, DEVICE, sizeof(DEVICE));
	memcpy(a->me.trust_digest, DIGEST, sizeof(DIGEST));
	a->me.device_url = strdup("https://mdm.example:8443");
	a->me.reference = strdup("mdm.example");
	CHECK_OK(buf_append(&a->me.certificate, "cert", 4, &err), err);
	CHECK_OK(buf_append(&a->me.anchor, "cert", 4, &err), err);
	a->me.ownership = OWNERSHIP_ENTERPRISE;
	a->phase = PHASE_ENROLLED;
	a->trust_version = version;
	if (version) {
		CHECK_OK(buf_printf(&json, &err, trust, delay_s, version), err);
		CHECK_OK(documents_put(a->db, ROLE_TRUST, DEVICE, DIGEST, &json, &err), err);
	}
	CHECK_OK(spool_set_data(a->db, "evidence-certificate", "c", 1, &err), err);
	CHECK_OK(keyholder_new(a->loop, a->libexec, &a->keys, &err), err);
	CHECK_OK(uplink_new(a->loop, a->libexec, -1, &h, &a->up, &err), err);
	CHECK_OK(report_init(a, &err), err);
	agent_connect(a);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_EVENT, .body = &up });
}

static void end(struct agent *a)
{
	agent_stop(a);
	sd_event_unref(a->loop);
}

static void give(struct agent *a, uint64_t seq, const char *type)
{
	struct net_instruction i = { .seq = seq, .type = (char *)type, .id = COMMAND };
	char bytes[32];

	(void)snprintf(bytes, sizeof(bytes), "%s %llu", type, (unsigned long long)seq);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_INSTRUCTION,
				     .body = &i,
				     .blob = bytes,
				     .blob_len = strlen(bytes) });
}

static void judge_as(struct agent *a, struct verify_verdict *v, const char *json)
{
	CHECK(stub_child(AGENT_VERIFY) != NULL);
	if (!stub_child(AGENT_VERIFY))
		return;
	memcpy(v->sha256, ROOT, sizeof(ROOT));
	stub_say(a->loop, stub_child(AGENT_VERIFY),
		 &(struct ipc_send){ .type = VERIFY_VERDICT,
				     .body = v,
				     .blob = json,
				     .blob_len = json ? strlen(json) : 0 });
}

static void believe(struct agent *a, const char *json, const char *effect)
{
	struct verify_verdict v = { .code = (char *)"ok", .effect = (char *)effect, .time = NOON };

	judge_as(a, &v, json);
}

static void refuse(struct agent *a, const char *code, const char *reason)
{
	struct verify_verdict v = { .code = (char *)code, .reason = (char *)reason };

	judge_as(a, &v, NULL);
}

static int64_t after(struct agent *a)
{
	struct error err = ERROR_INIT;
	int64_t n = -1;

	CHECK_OK(spool_number(a->db, "after", &n, &err), err);
	return n;
}

/* Read what net was told until one of that type comes. */
static bool told(struct agent *a, unsigned type, uint32_t *id)
{
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		if (!stub_hear(stub_child(AGENT_NET), &m))
			return false;
		if (id)
			*id = m.id;
		if (m.type == type)
			return true;
	}
}

static unsigned recorded(struct agent *a, const char *name)
{
	auto_buf struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	unsigned found = 0;
	size_t n = 0;

	CHECK_OK(queue_batch(a->db, &out, &n, &err), err);
	for (const char *at = (char *)out.data; (at = strstr(at, name)); at++)
		found++;
	return found;
}

/* A check-in whose head says that. */
static void check_in(struct agent *a, const char *cancelled, uint64_t number, uint32_t version,
		     uint64_t latest)
{
	char body[200], json[1000];
	uint32_t id = 0;

	report_checkin(a);
	CHECK(told(a, NET_CHECKIN, &id));
	(void)snprintf(body, sizeof(body),
		       "{\"enrollment\":\"" DEVICE "\",\"head\":\"aGVhZA==\",\"latest\":%llu}",
		       (unsigned long long)latest);
	stub_say(a->loop, stub_child(AGENT_NET),
		 &(struct ipc_send){
			 .type = NET_CHECKED, .id = id, .blob = body, .blob_len = strlen(body) });
	(void)snprintf(json, sizeof(json), head, cancelled, (unsigned long long)number, version);
	believe(a, json, NULL);
}

/* ---- ---- */

static void heads_raise_no_floor(void)
{
	struct agent a;
	struct error err = ERROR_INIT;
	struct jmap_list floors = { 0 };
	const struct known_name root = { ENTERPRISE, KNOWN_CRL, ROOT };
	uint64_t floor = 0;

	begin(&a, 1, 0);
	CHECK_OK(known_put_crl(a.db, ROOT, 3, &BUF_VIEW("crl", 3), &err), err);
	CHECK_OK(known_raise(a.db, &root, 3, NULL, &err), err);
	check_in(&a, "", INT64_MAX, 1, 0);
	CHECK_OK(known_floor(a.db, &root, NULL, &floor, &err), err);
	CHECK(floor == 3);
	CHECK_OK(known_crl_floors(a.db, ENTERPRISE, &floors, &err), err);
	CHECK(floors.n == 1);
	free(floors.items);
	/* It says where a newer one is to be had, and no more. */
	CHECK(told(&a, NET_FETCH, NULL));
	end(&a);
}

static void time_stands(void)
{
	struct agent a;

	begin(&a, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us() - 3600ULL * 1000000);
	CHECK(agent_now(&a) >= NOON + 3600 && agent_now(&a) <= NOON + 3602);
	for (int i = 0; i < 100; i++) {
		agent_signed_time(&a, NOON + 30 * i, clock_boot_us());
		agent_signed_time(&a, 0, clock_boot_us());
	}
	CHECK(agent_now(&a) >= NOON + 3600 && agent_now(&a) <= NOON + 3602);
	CHECK(a.time == NOON);
	/* One that is later than all that has passed moves both together. */
	agent_signed_time(&a, NOON + 7200, clock_boot_us());
	CHECK(agent_now(&a) >= NOON + 7200 && agent_now(&a) <= NOON + 7202);
	end(&a);
}

static void time_outlives(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	begin(&a, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us());
	CHECK_OK(membership_erase(a.db, &err), err);
	CHECK_OK(agent_load_time(&a, &err), err);
	CHECK(a.time == NOON);
	end(&a);
}

static void floods(void)
{
	struct net_instruction i = { .type = (char *)"policy", .id = COMMAND };
	struct agent a;
	struct error err = ERROR_INIT;
	unsigned taken = 0;

	begin(&a, 1, 0);
	for (i.seq = 1; i.seq <= 10000; i.seq++) {
		auto_buf struct buf der = BUF_INIT;

		CHECK_OK(buf_append(&der, trust, sizeof(trust), &err), err);
		if (intake_add(&a, &i, &der, &err) == 0)
			taken++;
	}
	CHECK(taken == LIMIT_INTAKE && err.code == ERROR_LIMIT);
	CHECK(a.intake.bytes <= LIMIT_INTAKE_BYTES);
	/* Over the channel it costs net its life. */
	give(&a, 20000, "policy");
	CHECK(stub_child(AGENT_NET) == NULL);
	end(&a);
}

static void asks_for_more(void)
{
	struct agent a;

	begin(&a, 1, 0);
	give(&a, 1, "policy");
	give(&a, 2, "policy");
	CHECK(!told(&a, NET_NEXT, NULL));
	refuse(&a, "refused", "serial");
	CHECK(!told(&a, NET_NEXT, NULL) && after(&a) == 1);
	refuse(&a, "refused", "serial");
	CHECK(told(&a, NET_NEXT, NULL) && after(&a) == 2);
	end(&a);
}

static void tried_again(void)
{
	struct agent a;

	begin(&a, 1, 0);
	give(&a, 1, "command");
	refuse(&a, "internal", NULL);
	CHECK(after(&a) == 0 && recorded(&a, "instruction-refused") == 0);
	CHECK(sd_event_run(a.loop, 3000000) > 0); /* its time */
	stub_settle(a.loop);
	CHECK(stub_started(AGENT_VERIFY) >= 2 && stub_child(AGENT_VERIFY));
	refuse(&a, "refused", "expired");
	CHECK(after(&a) == 1 && recorded(&a, "instruction-refused") == 1);
	end(&a);
}

static void older_trust(void)
{
	char json[1000];
	struct agent a;

	begin(&a, 1, 0);
	check_in(&a, "", 0, 2, 0);
	CHECK(a.trust_wanted == 2);
	give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), command, "sync");
	believe(&a, json, "routine");
	CHECK(recorded(&a, "command-delivered") == 0 && after(&a) == 0);
	CHECK(told(&a, NET_NEXT, NULL)); /* what it waits for comes after it */
	give(&a, 2, "trust");
	(void)snprintf(json, sizeof(json), trust, 0, 2);
	believe(&a, json, NULL);
	CHECK(a.trust_version == 2);
	(void)snprintf(json, sizeof(json), command, "sync");
	believe(&a, json, "routine");
	CHECK(recorded(&a, "command-delivered") == 1 && after(&a) == 2);
	end(&a);
}

static void starts_over(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	begin(&a, 1, 0);
	CHECK_OK(spool_set_number(a.db, "after", 1LL << 60, &err), err);
	check_in(&a, "", 0, 1, 20);
	CHECK(after(&a) == 0);
	end(&a);
}

static void destroys_later(void)
{
	char json[1000];
	struct agent a;

	begin(&a, 1, 600);
	agent_signed_time(&a, NOON, clock_boot_us());
	give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), command, "unenroll");
	believe(&a, json, "destructive");
	CHECK(recorded(&a, "command-accepted") == 1 && recorded(&a, "runsAt") == 1);
	CHECK(a.phase == PHASE_ENROLLED && recorded(&a, "command-delivered") == 0);
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED);
	/* A restart: without a signed time, it waits longer. */
	a.time_us = 0;
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED && a.time_us);
	agent_signed_time(&a, NOON + 601, clock_boot_us());
	delay_resume(&a);
	CHECK(a.phase == PHASE_UNENROLLING && recorded(&a, "command-delivered") == 1);
	end(&a);
}

static void called_off(void)
{
	char json[1000];
	struct agent a;

	begin(&a, 1, 600);
	agent_signed_time(&a, NOON, clock_boot_us());
	give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), command, "unenroll");
	believe(&a, json, "destructive");
	check_in(&a, "\"" COMMAND "\"", 0, 1, 1);
	CHECK(recorded(&a, "command-cancelled") == 1);
	agent_signed_time(&a, NOON + 7200, clock_boot_us());
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED);
	end(&a);
}

/* What the server has is no status: asked for, looked at, and the document is refused. */
static void no_status(void)
{
	struct agent a;
	uint32_t id = 0;

	begin(&a, 1, 0);
	give(&a, 1, "command");
	refuse(&a, "refused", "need-status");
	CHECK(after(&a) == 0 && recorded(&a, "instruction-refused") == 0);
	CHECK(told(&a, NET_FETCH, &id));
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){
			 .type = NET_FETCHED, .id = id, .blob = "no CRL", .blob_len = 6 });
	refuse(&a, "refused", "cert-form"); /* the list */
	refuse(&a, "refused", "need-status");
	CHECK(after(&a) == 1 && recorded(&a, "instruction-refused") == 2); /* and the list */
	CHECK(recorded(&a, "need-status") == 1 && recorded(&a, "command-delivered") == 0);
	end(&a);
}

static void stray_answers(void)
{
	static const struct net_stored stored = { .last = 7 };
	struct agent a;
	uint32_t id = 0;

	/* Of nobody's request. */
	begin(&a, 1, 0);
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_STORED, .body = &stored });
	CHECK(stub_child(AGENT_NET) == NULL);
	end(&a);
	/* Of another kind. */
	begin(&a, 1, 0);
	report_checkin(&a);
	CHECK(told(&a, NET_CHECKIN, &id));
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_STORED, .id = id, .body = &stored });
	CHECK(stub_child(AGENT_NET) == NULL && !a.checking_in);
	end(&a);
}

static void cut_short(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	begin(&a, 0, 0);
	CHECK_OK(membership_save(a.db, &a.me, &err), err);
	enroll_cut_short(&a);
	CHECK(a.phase == PHASE_UNENROLLED && !a.me.enterprise[0]);
	CHECK(recorded(&a, "enrollment-failed") == 1);
	end(&a);
}

static void keys_stay(void)
{
	struct agent a;

	/* The key process cannot be started: the device is not said to be free of management. */
	begin(&a, 1, 0);
	a.phase = PHASE_UNENROLLING;
	uplink_stop(a.up);
	leave_resume(&a);
	a.apply.reverted(&a);
	CHECK(a.phase == PHASE_UNENROLLING && a.me.enterprise[0] && a.leave_timer);
	end(&a);
}

static const struct check_case cases[] = {
	{ "floors: a head raises no CRL floor, and may make the device fetch",
	  heads_raise_no_floor },
	{ "time: a hundred documents in an hour move no signed time", time_stands },
	{ "A-POL-5: trusted time outlives the enrollment", time_outlives },
	{ "intake: ten thousand instructions are not kept", floods },
	{ "intake: more is asked for when all is dealt with", asks_for_more },
	{ "intake: what could not be judged is not lost", tried_again },
	{ "A-POL-4: status is asked for once, and without it the document is refused", no_status },
	{ "trust: an older trust rules nothing, and what waits for the newer one is kept",
	  older_trust },
	{ "intake: a mended server's instructions are asked for from the first", starts_over },
	{ "delay: what destroys waits, through a restart, and then is carried out",
	  destroys_later },
	{ "delay: what destroys can be called off", called_off },
	{ "net: net ends where it answers what was not asked", stray_answers },
	{ "enrollment: an enrollment that was cut short begins anew", cut_short },
	{ "keys: keys that could not be destroyed are tried again", keys_stay },
};

CHECK_MAIN(cases)
