/* SPDX-License-Identifier: Apache-2.0 */
/* Events of the device that no other test provokes (FAU_GEN.1, FAU_ALT_EXT.2). */
#include <stdlib.h>
#include <unistd.h>

#include "agent/manager/documents.h"
#include "agent/manager/journal.h"
#include "base/clock.h"
#include "check.h"
#include "manager_bed.h"
#include "stub_child.h"

static const char policy[] =
	"{\"enterprise\":\"" ENTERPRISE "\",\"id\":\"" COMMAND "\",\"name\":\"office\","
	"\"notAfter\":\"2026-11-24T12:00:00Z\",\"notBefore\":\"2026-11-23T12:00:00Z\",\"serial\":7,"
	"\"settings\":{\"loginBanner\":{\"text\":\"hello\"}},\"stream\":\"default\",\"type\":"
	"\"policy\"}";
static const char assignment[] =
	"{\"device\":\"" DEVICE "\",\"enrollment\":\"" DEVICE "\",\"enterprise\":\"" ENTERPRISE
	"\",\"groups\":[],\"id\":\"" COMMAND "\",\"ownership\":\"enterprise\",\"serial\":1,"
	"\"stream\":\"default\",\"type\":\"assignment\"}";
static const struct work_done well = { .outcome = WORK_OK };
static const struct work_done badly = { .outcome = WORK_FAILED, .message = (char *)"no bus" };

static void work(struct agent *a, unsigned type, const void *body)
{
	CHECK(stub_child(AGENT_WORK) != NULL);
	if (stub_child(AGENT_WORK))
		stub_say(a->loop, stub_child(AGENT_WORK),
			 &(struct ipc_send){ .type = type, .body = body });
}

static void stopped(void)
{
	char path[] = "/tmp/muster-events.XXXXXX", more[64];
	int fd = mkstemp(path);
	struct agent a;

	CHECK(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
	bed_open(&a, path, 1, 0);
	bed_end(&a);
	bed_open(&a, path, 1, 0);
	CHECK(bed_recorded(&a, "\"agent-stopped\"") == 1);
	bed_end(&a);
	(void)unlink(path);
	(void)snprintf(more, sizeof(more), "%s-wal", path);
	(void)unlink(more);
	(void)snprintf(more, sizeof(more), "%s-shm", path);
	(void)unlink(more);
}

static void attempt(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	leave_begin(&a, "root");
	CHECK(bed_recorded(&a, "\"unenroll-attempt\"") == 1 && a.phase == PHASE_UNENROLLING);
	bed_end(&a);
}

static void assigned(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	bed_give(&a, 1, "assignment");
	bed_believe(&a, assignment, "configuration");
	CHECK(bed_recorded(&a, "\"assignment-accepted\"") == 1);
	CHECK_STR(a.me.stream, "default");
	bed_end(&a);
}

static void recovered(void)
{
	struct agent a;
	struct error err = ERROR_INIT;
	int64_t run = 0;

	bed_begin(&a, 1, 0);
	CHECK_OK(journal_begin(a.db, COMMAND, &run, &err), err);
	apply_resume(&a);
	work(&a, WORK_DONE, &well);
	CHECK(bed_recorded(&a, "\"policy-recovered\"") == 1);
	CHECK_OK(journal_open_run(a.db, &run, NULL, &err), err);
	CHECK(run == 0);
	bed_end(&a);
}

static void restored(void)
{
	const struct work_state state = { .key = (char *)"loginBanner",
					  .state = (char *)"enforced" };
	struct agent a;
	struct error err = ERROR_INIT;

	bed_begin(&a, 1, 0);
	CHECK_OK(documents_put(a.db, ROLE_POLICY, COMMAND, ROOT,
			       &BUF_VIEW(policy, sizeof(policy) - 1), &err),
		 err);
	a.apply.drifted = true;
	apply_resume(&a);
	work(&a, WORK_STATE, &state);
	work(&a, WORK_DONE, &well);
	CHECK(bed_recorded(&a, "\"setting-restored\"") == 1 && !a.apply.drifted);
	bed_end(&a);
}

static void stale(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	a.stale_us = 1; /* since the system started, which is more than a minute ago */
	bed_check_in(&a, "", 0, 2, 0);
	CHECK(bed_recorded(&a, "\"server-stale\"") == (clock_boot_us() > 61000000));
	bed_end(&a);
}

static void failed(void)
{
	char json[1000];
	struct agent a;

	bed_begin(&a, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us());
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, "lock");
	bed_believe(&a, json, "routine");
	work(&a, WORK_DONE, &badly);
	CHECK(bed_recorded(&a, "\"command-failed\"") == 1 && bed_recorded(&a, "no bus") == 1);
	bed_end(&a);
}

static const struct check_case cases[] = {
	{ "FAU_GEN.1.1(2): the agent's end is recorded", stopped },
	{ "FMT_UNR_EXT.1: who tries to unenroll is recorded", attempt },
	{ "FMT_SMF_EXT.3: an assignment is recorded", assigned },
	{ "FMT_SMF_EXT.3: a change that was cut short is undone, and recorded", recovered },
	{ "FMT_SMF_EXT.3: a setting that is enforced again is recorded", restored },
	{ "FMT_POL_EXT.2: a server that holds back is recorded", stale },
	{ "FMT_SMF_EXT.3: a command that fails is recorded", failed },
};

CHECK_MAIN(cases)
