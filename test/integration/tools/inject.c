/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject PID | inject --child-of PID NAME: make a running process perform the system calls that are
 * read from standard input, one a line, print what each answered, and let the process go on as if
 * nothing had been. So the tests try a confinement from inside, with the process's own user,
 * capabilities, namespaces and seccomp filter, and no door for tests in the program itself.
 *
 * A line is a name of the table below and its arguments: numbers, or texts that start with '@' and
 * are put on the process's stack ("openat -100 @/etc/shadow 0"). The answer is a number, -errno
 * where the call failed, or "killed" where the filter ended the process.
 *
 * --child-of is for a process that lives for a moment: it traces PID, says "ready", and stops the
 * next child that executes a program of that name (as the kernel cuts it, to 15 characters) in the
 * very return from the call that gave it its own filter. The child waits there as long as it takes;
 * PID and its other children go on meanwhile.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers of this machine are not known here"
#endif

enum { MAX_ARGS = 6, WAIT_S = 60 };

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define EVENT(status) ((unsigned)(status) >> 16)

#define CALL(name) \
	{ \
#name, SYS_##name \
	}
static const struct {
	const char *name;
	long number;
} calls[] = {
	CALL(openat),	    CALL(socket),	 CALL(execve),
	CALL(ptrace),	    CALL(kill),		 CALL(setuid),
	CALL(mount),	    CALL(unshare),	 CALL(mkdirat),
	CALL(bpf),	    CALL(reboot),	 CALL(chroot),
	CALL(setns),	    CALL(init_module),	 CALL(getpid),
	CALL(close),	    CALL(faccessat),	 CALL(fork),
	CALL(sethostname),  CALL(settimeofday),	 CALL(keyctl),
	CALL(userfaultfd),  CALL(unlinkat),	 CALL(perf_event_open),
	CALL(fchmodat),	    CALL(mprotect),	 CALL(io_uring_setup),
	CALL(getuid),	    CALL(symlinkat),	 CALL(mknodat),
	CALL(capset),	    CALL(personality),	 CALL(clone),
	CALL(memfd_create), CALL(kexec_load),	 CALL(process_vm_readv),
	CALL(mmap),	    CALL(add_key),	 CALL(open_by_handle_at),
	CALL(pivot_root),   CALL(swapon),	 CALL(fanotify_init),
	CALL(clone3),	    CALL(acct),		 CALL(quotactl),
	CALL(iopl),	    CALL(clock_settime), CALL(landlock_create_ruleset),
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	(void)fprintf(stderr, "inject: no system call '%s' in the table\n", name);
	exit(2);
}

/* Whether /proc/PID/comm is this name. */
static int is_named(pid_t pid, const char *name)
{
	char path[64], line[64] = "";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	(void)fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, name) == 0;
}

/* To the next stop at a system call's entry or exit. 1: the process is gone. */
static int step(pid_t pid)
{
	int status, deliver = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)deliver) < 0)
			fail("step");
		if (waitpid(pid, &status, __WALL) < 0)
			fail("waitpid");
		if (WIFSIGNALED(status) || WIFEXITED(status))
			return 1;
		if (WSTOPSIG(status) == SYSCALL_STOP)
			return 0;
		deliver = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
	}
}

static void get(pid_t pid, struct user_regs_struct *regs)
{
	if (ptrace(PTRACE_GETREGS, pid, NULL, regs) < 0)
		fail("registers");
}

static void set(pid_t pid, const struct user_regs_struct *regs)
{
	if (ptrace(PTRACE_SETREGS, pid, NULL, regs) < 0)
		fail("set registers");
}

static unsigned long long put_text(pid_t pid, unsigned long *top, const char *text)
{
	size_t n = strlen(text) + 1;
	struct iovec local = { (void *)(size_t)text, n }, remote;

	*top = (*top - n) & ~15UL;
	remote = (struct iovec){ (void *)*top, n };
	if (process_vm_writev(pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
		fail("write text");
	return *top;
}

/* One call, from the exit of another. 1: the process is gone. */
static int perform(pid_t pid, const struct user_regs_struct *saved, char *line)
{
	struct user_regs_struct regs = *saved;
	unsigned long long *const args[MAX_ARGS] = { &regs.rdi, &regs.rsi, &regs.rdx,
						     &regs.r10, &regs.r8,  &regs.r9 };
	unsigned long top = saved->rsp - 1024;
	char *word = strtok(line, " \n");

	regs.rip = saved->rip - 2;
	regs.rax = (unsigned long long)number_of(word);
	for (int i = 0; i < MAX_ARGS; i++) {
		word = word ? strtok(NULL, " \n") : NULL;
		*args[i] = !word	    ? 0
			   : word[0] == '@' ? put_text(pid, &top, word + 1)
					    : (unsigned long long)strtoll(word, NULL, 0);
	}
	set(pid, &regs);
	if (step(pid) || step(pid)) {
		puts("killed");
		return 1;
	}
	get(pid, &regs);
	printf("%lld\n", (long long)regs.rax);
	return 0;
}

static void attach(pid_t pid, long options)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | options)) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		fail("attach");
	if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status)) {
		(void)fprintf(stderr, "inject: the process ended\n");
		exit(2);
	}
}

static void resume(pid_t pid, enum __ptrace_request how, int deliver)
{
	/* One that was killed meanwhile is reaped by its parent. */
	if (ptrace(how, pid, NULL, (void *)(long)deliver) < 0 && errno != ESRCH)
		fail("resume");
}

/* What a stop that is no event and no system call hands on. */
static int signal_of(int status)
{
	return EVENT(status) || WSTOPSIG(status) == SYSCALL_STOP ? 0 : WSTOPSIG(status);
}

/* Whether it stands where the kernel has just taken its filter. */
static int has_sealed_itself(pid_t pid)
{
	struct __ptrace_syscall_info now;
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(now), &now) < 0 ||
	    now.op != PTRACE_SYSCALL_INFO_EXIT || now.exit.is_error)
		return 0;
	get(pid, &regs);
	return (regs.orig_rax == SYS_seccomp && regs.rdi == SECCOMP_SET_MODE_FILTER) ||
	       (regs.orig_rax == SYS_prctl && regs.rdi == PR_SET_SECCOMP);
}

/* A stop of the child that may become the one, which is traced from call to call once it is. */
static int look_at_child(pid_t pid, int status, const char *name)
{
	if (EVENT(status) == PTRACE_EVENT_EXEC && !is_named(pid, name)) {
		resume(pid, PTRACE_DETACH, 0);
		return 0;
	}
	if (WSTOPSIG(status) == SYSCALL_STOP && is_named(pid, name) && has_sealed_itself(pid))
		return 1;
	resume(pid, is_named(pid, name) ? PTRACE_SYSCALL : PTRACE_CONT, signal_of(status));
	return 0;
}

/* Stopped again, to be let go: a tracer that ends does so to all that it traces. */
static void let_go(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 && waitpid(pid, &status, __WALL) == pid)
		resume(pid, PTRACE_DETACH, WIFSTOPPED(status) ? signal_of(status) : 0);
}

static pid_t await_child(pid_t parent, const char *name)
{
	int status;
	pid_t pid;

	attach(parent,
	       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
	resume(parent, PTRACE_CONT, 0);
	puts("ready");
	(void)fflush(stdout);
	(void)alarm(WAIT_S);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		if (pid == parent) {
			resume(pid, PTRACE_CONT, signal_of(status));
		} else if (look_at_child(pid, status, name)) {
			(void)alarm(0);
			let_go(parent);
			return pid;
		}
	}
	fail("wait for a child");
	return -1;
}

/* The entry of the program's own next call: remembered and skipped, to be made again at the end. */
static void stop_between_calls(pid_t pid, struct user_regs_struct *saved)
{
	struct user_regs_struct skip;

	attach(pid, 0);
	if (step(pid))
		fail("the process ended");
	get(pid, saved);
	skip = *saved;
	skip.orig_rax = (unsigned long long)-1;
	set(pid, &skip);
	if (step(pid))
		fail("the process ended");
	saved->rax = saved->orig_rax;
}

int main(int argc, char **argv)
{
	struct user_regs_struct saved;
	char line[512];
	pid_t pid;

	if (argc == 4 && strcmp(argv[1], "--child-of") == 0) {
		pid = await_child((pid_t)strtol(argv[2], NULL, 10), argv[3]);
		get(pid, &saved);
	} else if (argc == 2) {
		pid = (pid_t)strtol(argv[1], NULL, 10);
		stop_between_calls(pid, &saved);
	} else {
		(void)fprintf(stderr, "usage: inject PID | --child-of PID NAME\n");
		return 2;
	}
	while (fgets(line, sizeof(line), stdin))
		if (line[0] != '\n' && perform(pid, &saved, line))
			return 0;
	if (argc == 2)
		saved.rip -= 2;
	saved.orig_rax = (unsigned long long)-1;
	set(pid, &saved);
	if (ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0)
		fail("let go");
	return 0;
}
