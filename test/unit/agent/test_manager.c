/* SPDX-License-Identifier: Apache-2.0 */
/* The manager against a server, a net and a verifier that do not mean well (docs/threats). */
#include "agent/manager/agent.h"

#include <stdlib.h>

#include "agent/manager/known.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/limits.h"
#include "check.h"
#include "manager_bed.h"
#include "stub_child.h"

/* ---- ---- */

static void heads_raise_no_floor(void)
{
	struct agent a;
	struct error err = ERROR_INIT;
	struct jmap_list floors = { 0 };
	const struct known_name root = { ENTERPRISE, KNOWN_CRL, ROOT };
	uint64_t floor = 0;

	bed_begin(&a, 1, 0);
	CHECK_OK(known_put_crl(a.db, ROOT, 3, &BUF_VIEW("crl", 3), &err), err);
	CHECK_OK(known_raise(a.db, &root, 3, NULL, &err), err);
	bed_check_in(&a, "", INT64_MAX, 1, 0);
	CHECK_OK(known_floor(a.db, &root, NULL, &floor, &err), err);
	CHECK(floor == 3);
	CHECK_OK(known_crl_floors(a.db, ENTERPRISE, &floors, &err), err);
	CHECK(floors.n == 1);
	free(floors.items);
	/* It says where a newer one is to be had, and no more. */
	CHECK(bed_told(&a, NET_FETCH, NULL));
	bed_end(&a);
}

static void time_stands(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
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
	bed_end(&a);
}

static void time_outlives(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	bed_begin(&a, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us());
	CHECK_OK(membership_erase(a.db, &err), err);
	CHECK_OK(agent_load_time(&a, &err), err);
	CHECK(a.time == NOON);
	bed_end(&a);
}

static void floods(void)
{
	struct net_instruction i = { .type = (char *)"policy", .id = COMMAND };
	struct agent a;
	struct error err = ERROR_INIT;
	unsigned taken = 0;

	bed_begin(&a, 1, 0);
	for (i.seq = 1; i.seq <= 10000; i.seq++) {
		auto_buf struct buf der = BUF_INIT;

		CHECK_OK(buf_append(&der, BED_TRUST, sizeof(BED_TRUST), &err), err);
		if (intake_add(&a, &i, &der, &err) == 0)
			taken++;
	}
	CHECK(taken == LIMIT_INTAKE && err.code == ERROR_LIMIT);
	CHECK(a.intake.bytes <= LIMIT_INTAKE_BYTES);
	/* Over the channel it costs net its life. */
	bed_give(&a, 20000, "policy");
	CHECK(stub_child(AGENT_NET) == NULL);
	bed_end(&a);
}

static void asks_for_more(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	bed_give(&a, 1, "policy");
	bed_give(&a, 2, "policy");
	CHECK(!bed_told(&a, NET_NEXT, NULL));
	bed_refuse(&a, "refused", "serial");
	CHECK(!bed_told(&a, NET_NEXT, NULL) && bed_after(&a) == 1);
	bed_refuse(&a, "refused", "serial");
	CHECK(bed_told(&a, NET_NEXT, NULL) && bed_after(&a) == 2);
	bed_end(&a);
}

static void tried_again(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	bed_give(&a, 1, "command");
	bed_refuse(&a, "internal", NULL);
	CHECK(bed_after(&a) == 0 && bed_recorded(&a, "instruction-refused") == 0);
	CHECK(sd_event_run(a.loop, 3000000) > 0); /* its time */
	stub_settle(a.loop);
	CHECK(stub_started(AGENT_VERIFY) >= 2 && stub_child(AGENT_VERIFY));
	bed_refuse(&a, "refused", "expired");
	CHECK(bed_after(&a) == 1 && bed_recorded(&a, "instruction-refused") == 1);
	bed_end(&a);
}

static void older_trust(void)
{
	char json[1000];
	struct agent a;

	bed_begin(&a, 1, 0);
	bed_check_in(&a, "", 0, 2, 0);
	CHECK(a.trust_wanted == 2);
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, "sync");
	bed_believe(&a, json, "routine");
	CHECK(bed_recorded(&a, "command-delivered") == 0 && bed_after(&a) == 0);
	CHECK(bed_told(&a, NET_NEXT, NULL)); /* what it waits for comes after it */
	bed_give(&a, 2, "trust");
	(void)snprintf(json, sizeof(json), BED_TRUST, 0, 2);
	bed_believe(&a, json, NULL);
	CHECK(a.trust_version == 2);
	(void)snprintf(json, sizeof(json), BED_COMMAND, "sync");
	bed_believe(&a, json, "routine");
	CHECK(bed_recorded(&a, "command-delivered") == 1 && bed_after(&a) == 2);
	bed_end(&a);
}

static void starts_over(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	bed_begin(&a, 1, 0);
	CHECK_OK(spool_set_number(a.db, "after", 1LL << 60, &err), err);
	bed_check_in(&a, "", 0, 1, 20);
	CHECK(bed_after(&a) == 0);
	bed_end(&a);
}

static void destroys_later(void)
{
	char json[1000];
	struct agent a;

	bed_begin(&a, 1, 600);
	agent_signed_time(&a, NOON, clock_boot_us());
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, "unenroll");
	bed_believe(&a, json, "destructive");
	CHECK(bed_recorded(&a, "command-accepted") == 1 && bed_recorded(&a, "runsAt") == 1);
	CHECK(a.phase == PHASE_ENROLLED && bed_recorded(&a, "command-delivered") == 0);
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED);
	/* A restart: without a signed time, it waits longer. */
	a.time_us = 0;
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED && a.time_us);
	agent_signed_time(&a, NOON + 601, clock_boot_us());
	delay_resume(&a);
	CHECK(a.phase == PHASE_UNENROLLING && bed_recorded(&a, "command-delivered") == 1);
	bed_end(&a);
}

static void called_off(void)
{
	char json[1000];
	struct agent a;
	struct error err = ERROR_INIT;
	bool used = true, cancelled = false;

	bed_begin(&a, 1, 600);
	agent_signed_time(&a, NOON, clock_boot_us());
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, "unenroll");
	bed_believe(&a, json, "destructive");
	bed_check_in(&a, "\"" COMMAND "\"", 0, 1, 1);
	CHECK(bed_recorded(&a, "command-cancelled") == 1);
	/* From now on it was cancelled, not used: whoever brings it again is told so. */
	CHECK_OK(known_command(a.db, ENTERPRISE, COMMAND, &used, &cancelled, &err), err);
	CHECK(cancelled && !used);
	agent_signed_time(&a, NOON + 7200, clock_boot_us());
	delay_resume(&a);
	CHECK(a.phase == PHASE_ENROLLED);
	bed_end(&a);
}

/* Before it came: it will not be carried out, and that is recorded once, not with every head. */
static void called_off_early(void)
{
	struct agent a;
	struct error err = ERROR_INIT;
	bool used = true, cancelled = false;

	bed_begin(&a, 1, 600);
	bed_check_in(&a, "\"" COMMAND "\"", 0, 1, 1);
	bed_check_in(&a, "\"" COMMAND "\"", 0, 1, 1);
	CHECK(bed_recorded(&a, "command-cancelled") == 1);
	CHECK_OK(known_command(a.db, ENTERPRISE, COMMAND, &used, &cancelled, &err), err);
	CHECK(cancelled && !used);
	bed_end(&a);
}

/* What was carried out is not cancelled any more, and no record says so. */
static void called_off_late(void)
{
	char json[1000];
	struct agent a;
	struct error err = ERROR_INIT;
	bool used = false, cancelled = true;

	bed_begin(&a, 1, 0);
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, "sync");
	bed_believe(&a, json, "routine");
	CHECK(bed_recorded(&a, "command-delivered") == 1);
	bed_check_in(&a, "\"" COMMAND "\"", 0, 1, 1);
	CHECK(bed_recorded(&a, "command-cancelled") == 0);
	CHECK_OK(known_command(a.db, ENTERPRISE, COMMAND, &used, &cancelled, &err), err);
	CHECK(used && !cancelled);
	bed_end(&a);
}

/* A server that asks for check-ins is heard at once, but keeps nobody busy with it. */
static void asked(void)
{
	struct agent a;
	uint32_t first = 0;

	bed_begin(&a, 1, 0);
	stub_say(a.loop, stub_child(AGENT_NET), &(struct ipc_send){ .type = NET_ASKED });
	CHECK(bed_told(&a, NET_CHECKIN, &first));
	a.checking_in = false;
	for (int i = 0; i < 100; i++)
		stub_say(a.loop, stub_child(AGENT_NET), &(struct ipc_send){ .type = NET_ASKED });
	CHECK(!bed_told(&a, NET_CHECKIN, NULL));
	bed_end(&a);
}

/* What the server has is no status: asked for, looked at, and the document is refused. */
static void no_status(void)
{
	struct agent a;
	uint32_t id = 0;

	bed_begin(&a, 1, 0);
	bed_give(&a, 1, "command");
	bed_refuse(&a, "refused", "need-status");
	CHECK(bed_after(&a) == 0 && bed_recorded(&a, "instruction-refused") == 0);
	CHECK(bed_told(&a, NET_FETCH, &id));
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){
			 .type = NET_FETCHED, .id = id, .blob = "no CRL", .blob_len = 6 });
	bed_refuse(&a, "refused", "cert-form"); /* the list */
	bed_refuse(&a, "refused", "need-status");
	CHECK(bed_after(&a) == 1 &&
	      bed_recorded(&a, "instruction-refused") == 2); /* and the list */
	CHECK(bed_recorded(&a, "need-status") == 1 && bed_recorded(&a, "command-delivered") == 0);
	bed_end(&a);
}

static void stray_answers(void)
{
	static const struct net_stored stored = { .last = 7 };
	struct agent a;
	uint32_t id = 0;

	/* Of nobody's request. */
	bed_begin(&a, 1, 0);
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_STORED, .body = &stored });
	CHECK(stub_child(AGENT_NET) == NULL);
	bed_end(&a);
	/* Of another kind. */
	bed_begin(&a, 1, 0);
	report_checkin(&a);
	CHECK(bed_told(&a, NET_CHECKIN, &id));
	stub_say(a.loop, stub_child(AGENT_NET),
		 &(struct ipc_send){ .type = NET_STORED, .id = id, .body = &stored });
	CHECK(stub_child(AGENT_NET) == NULL && !a.checking_in);
	bed_end(&a);
}

static void cut_short(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	bed_begin(&a, 0, 0);
	CHECK_OK(membership_save(a.db, &a.me, &err), err);
	enroll_cut_short(&a);
	CHECK(a.phase == PHASE_UNENROLLED && !a.me.enterprise[0]);
	CHECK(bed_recorded(&a, "enrollment-failed") == 1);
	bed_end(&a);
}

static void keys_stay(void)
{
	struct agent a;

	/* The key process cannot be started: the device is not said to be free of management. */
	bed_begin(&a, 1, 0);
	a.phase = PHASE_UNENROLLING;
	uplink_stop(a.up);
	leave_resume(&a);
	a.apply.reverted(&a);
	CHECK(a.phase == PHASE_UNENROLLING && a.me.enterprise[0] && a.leave_timer);
	bed_end(&a);
}

/* Until the next check-in, in seconds. */
static uint64_t next_checkin(const struct agent *a)
{
	uint64_t at = 0, now = 0;

	CHECK(sd_event_source_get_time(a->checkin_timer, &at) == 0);
	CHECK(sd_event_now(a->loop, CLOCK_BOOTTIME, &now) >= 0);
	return (at - now) / 1000000;
}

static void no_later(void)
{
	const struct {
		unsigned asked, least, most; /* with a tenth of jitter */
	} rows[] = { { 0, 3599, 3961 }, { 7 * 86400, 3599, 3961 }, { 60, 59, 67 }, { 1, 9, 12 } };
	struct agent a;

	bed_begin(&a, 1, 0);
	a.conf.checkin_s = 3600;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t next;

		bed_interval_s = rows[i].asked;
		bed_check_in(&a, "", 0, 1, 0);
		next = next_checkin(&a);
		CHECK(next >= rows[i].least && next <= rows[i].most);
	}
	bed_interval_s = 0;
	bed_end(&a);
}

static const struct check_case cases[] = {
	{ "check-in: a server may ask for an earlier one, and for no later one", no_later },
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
	{ "delay: a command is called off before it came, and that is recorded once",
	  called_off_early },
	{ "delay: what was carried out is not called off", called_off_late },
	{ "check-in: a server may ask for one, but not for many", asked },
	{ "net: net ends where it answers what was not asked", stray_answers },
	{ "enrollment: an enrollment that was cut short begins anew", cut_short },
	{ "keys: keys that could not be destroyed are tried again", keys_stay },
};

CHECK_MAIN(cases)
