/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manager that is killed at any point between the coming of a command and the record of its end
 * (FMT_SMF_EXT.3, FAU_ALT_EXT.2). It runs in a child that is traced, and is killed before the nth
 * system call that writes something, for each n there is; another one then opens what it left.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/manager/known.h"
#include "agent/manager/ledger.h"
#include "agent/manager/spool.h"
#include "base/clock.h"
#include "check.h"
#include "manager_bed.h"
#include "stub_child.h"

enum { POINTS_MAX = 500 };

static char spool_path[64];

static void remove_spool(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[80];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", spool_path, ends[i]);
		(void)unlink(path);
	}
}

/* ---- the life that is cut short ---- */

static const struct work_done work_well = { .outcome = WORK_OK };

static void life(const char *name, const char *effect)
{
	struct ipc_message m = IPC_MESSAGE_INIT;
	char json[1000];
	struct agent a;

	bed_open(&a, spool_path, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us());
	(void)raise(SIGSTOP); /* from here on */
	bed_give(&a, 1, "command");
	(void)snprintf(json, sizeof(json), BED_COMMAND, name);
	bed_believe(&a, json, effect);
	if (stub_hear(stub_child(AGENT_WORK), &m) && m.type == WORK_START)
		stub_say(a.loop, stub_child(AGENT_WORK),
			 &(struct ipc_send){ .type = WORK_DONE, .body = &work_well });
	_exit(0);
}

/* System calls that change what is outside of the process. */
static bool writes(unsigned long long number)
{
	static const unsigned long long list[] = { SYS_write,	 SYS_writev, SYS_pwrite64,
						   SYS_sendmsg,	 SYS_fsync,  SYS_fdatasync,
						   SYS_ftruncate };

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (list[i] == number)
			return true;
	return false;
}

/* True: killed before its nth write. False: it came to its end before. */
static bool run_until(const char *name, const char *effect, unsigned n)
{
	struct user_regs_struct regs;
	bool entering = true;
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		life(name, effect);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 ||
		    waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		if (entering && ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0 &&
		    writes(regs.orig_rax) && n-- == 0)
			break;
		entering = !entering;
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return true;
}

/* ---- the life after it ---- */

struct after {
	bool used, accepted, started;
	unsigned delivered, interrupted, records;
};

static bool in_ledger(struct agent *a, enum ledger_phase phase)
{
	auto_document struct document d = { 0 };
	struct error err = ERROR_INIT;
	bool found = false;

	CHECK_OK(ledger_first(a->db, phase, &d, NULL, &found, &err), err);
	return found;
}

static struct after look(struct agent *a)
{
	struct after r = { .accepted = in_ledger(a, LEDGER_ACCEPTED),
			   .started = in_ledger(a, LEDGER_STARTED),
			   .delivered = bed_recorded(a, "command-delivered"),
			   .interrupted = bed_recorded(a, "\"interrupted\""),
			   .records = bed_recorded(a, COMMAND) };
	struct error err = ERROR_INIT;
	bool cancelled;

	CHECK_OK(known_command(a->db, ENTERPRISE, COMMAND, &r.used, &cancelled, &err), err);
	return r;
}

/* What the spool says is one of four things, and each is gone on with. */
static void check_after(const char *name, bool destroys, unsigned seen[4])
{
	struct after was, now;
	unsigned began = stub_started(AGENT_WORK);
	struct agent a;

	bed_open(&a, spool_path, 1, 0);
	agent_signed_time(&a, NOON, clock_boot_us());
	was = look(&a);
	CHECK(was.used == (was.accepted || was.started || was.records > 0));
	CHECK(!(was.accepted && destroys));
	orders_recover(&a);
	now = look(&a);
	CHECK(!now.started);
	if (!was.used) {
		seen[0]++;
		CHECK(now.records == 0);
	} else if (was.accepted) {
		seen[1]++;
		CHECK(now.accepted && now.records == 0);
		orders_resume(&a);
		now = look(&a);
		CHECK(!now.accepted && now.started && stub_started(AGENT_WORK) == began + 1);
		stub_say(a.loop, stub_child(AGENT_WORK),
			 &(struct ipc_send){ .type = WORK_DONE, .body = &work_well });
		CHECK(look(&a).delivered == 1 && !look(&a).started);
	} else if (was.started) {
		seen[2]++;
		CHECK(now.interrupted == 1 && now.delivered == 0 && now.records == 1);
		CHECK(stub_started(AGENT_WORK) == began);
	} else {
		seen[3]++;
		CHECK(now.delivered == 1 && now.interrupted == 0);
	}
	bed_end(&a);
}

static void cut(const char *name, const char *effect, unsigned seen[4])
{
	unsigned n = 0;
	bool cut_short;

	(void)snprintf(spool_path, sizeof(spool_path), "/tmp/muster-crash.%d", (int)getpid());
	do {
		remove_spool();
		cut_short = run_until(name, effect, n++);
		check_after(name, strcmp(effect, "destructive") == 0, seen);
	} while (cut_short && n < POINTS_MAX && check_failures == 0);
	CHECK(!cut_short);
	remove_spool();
	printf("# %u points: not accepted %u, accepted %u, started %u, recorded %u\n", n, seen[0],
	       seen[1], seen[2], seen[3]);
}

static void routine(void)
{
	unsigned seen[4] = { 0 };

	cut("lock", "routine", seen);
	CHECK(seen[0] && seen[1] && seen[2] && seen[3]);
}

static void destructive(void)
{
	unsigned seen[4] = { 0 };

	cut("lock", "destructive", seen);
	CHECK(seen[0] && !seen[1] && seen[2] && seen[3]);
}

/* ---- what a restart finds ---- */

static void put(struct agent *a, const char *name, enum ledger_phase phase)
{
	auto_document struct document d = { 0 };
	struct error err = ERROR_INIT;
	char json[1000];
	int n = snprintf(json, sizeof(json), BED_COMMAND, name);

	CHECK_OK(document_read(json, (size_t)n, &d, &err), err);
	CHECK_OK(ledger_add(a->db, &d.command, &BUF_VIEW(json, (size_t)n), phase, &err), err);
}

static void reboot_proven(void)
{
	struct agent a;
	struct error err = ERROR_INIT;

	bed_begin(&a, 1, 0);
	put(&a, "reboot", LEDGER_STARTED);
	CHECK_OK(sqlite_exec(a.db, "UPDATE ledger SET boot = 'another'", &err), err);
	orders_recover(&a);
	CHECK(bed_recorded(&a, "command-delivered") == 1 && bed_recorded(&a, "interrupted") == 0);
	put(&a, "reboot", LEDGER_STARTED);
	orders_recover(&a);
	CHECK(bed_recorded(&a, "command-delivered") == 1 &&
	      bed_recorded(&a, "\"interrupted\"") == 1);
	bed_end(&a);
}

static void unenroll_proven(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	put(&a, "unenroll", LEDGER_STARTED);
	a.phase = PHASE_UNENROLLING;
	orders_recover(&a);
	CHECK(bed_recorded(&a, "command-delivered") == 1 && bed_recorded(&a, "interrupted") == 0);
	bed_end(&a);
}

static void window_over(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	put(&a, "lock", LEDGER_ACCEPTED);
	orders_recover(&a);
	CHECK(look(&a).accepted && bed_recorded(&a, COMMAND) == 0);
	agent_signed_time(&a, NOON + 86400 + 10, clock_boot_us());
	orders_resume(&a);
	CHECK(!look(&a).accepted && bed_recorded(&a, "\"window\"") == 1);
	CHECK(stub_child(AGENT_WORK) == NULL);
	bed_end(&a);
}

static void called_off(void)
{
	struct agent a;

	bed_begin(&a, 1, 0);
	put(&a, "lock", LEDGER_ACCEPTED);
	bed_check_in(&a, "\"" COMMAND "\"", 0, 1, 0);
	CHECK(!look(&a).accepted && bed_recorded(&a, "command-cancelled") == 1);
	CHECK(stub_child(AGENT_WORK) == NULL);
	bed_end(&a);
}

static const struct check_case cases[] = {
	{ "FMT_SMF_EXT.3: a command is carried out once or reported, wherever the manager is "
	  "killed",
	  routine },
	{ "FMT_SMF_EXT.3: what destroys is not begun by another life of the manager", destructive },
	{ "FMT_SMF_EXT.3: a reboot is proven by another boot", reboot_proven },
	{ "FMT_UNR_EXT.1: an unenrollment is proven by its being under way", unenroll_proven },
	{ "FMT_SMF_EXT.3: what was not begun is not begun after its window", window_over },
	{ "FMT_SMF_EXT.3: what was not begun can be called off", called_off },
};

CHECK_MAIN(cases)
