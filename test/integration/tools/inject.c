/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject PID | inject --child-of PID NAME: make a running process perform the system calls that are
 * read from standard input, one a line, print what each answered, and let the process go on as if
 * nothing had been. So the tests try a confinement from inside, with the process's own user,
 * capabilities, namespaces and seccomp filter, and no door for tests in the program itself.
 *
 * A line is a name of the table below and its arguments: numbers, or texts that start with '@' and
 * are put on the process's stack ("openat -100 @/etc/shadow 0"). The answer is a number, -errno
 * where the call failed, or "killed" where the filter ended the process. --child-of waits for the
 * next child of that name (as the kernel cuts it, to 15 characters) to have a filter of its own.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

#ifndef __x86_64__
#error "the registers of this machine are not known here"
#endif

enum { MAX_ARGS = 6, WAIT_S = 60 };

#define CALL(name) \
	{ \
#name, SYS_##name \
	}
static const struct {
	const char *name;
	long number;
} calls[] = {
	CALL(openat),	 CALL(socket),	     CALL(execve),	   CALL(ptrace),
	CALL(kill),	 CALL(setuid),	     CALL(mount),	   CALL(unshare),
	CALL(mkdirat),	 CALL(bpf),	     CALL(reboot),	   CALL(chroot),
	CALL(setns),	 CALL(init_module),  CALL(getpid),	   CALL(close),
	CALL(faccessat), CALL(fork),	     CALL(sethostname),	   CALL(settimeofday),
	CALL(keyctl),	 CALL(userfaultfd),  CALL(unlinkat),	   CALL(perf_event_open),
	CALL(fchmodat),	 CALL(mprotect),     CALL(io_uring_setup), CALL(getuid),
	CALL(symlinkat), CALL(mknodat),	     CALL(capset),	   CALL(personality),
	CALL(clone),	 CALL(memfd_create),
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

/* How many seccomp filters a process has: a container gives some to all within it. */
static int filters(pid_t pid)
{
	char path[64], line[256];
	int n = -1;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	if (!f)
		return -1;
	while (n < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, "Seccomp_filters:", 16) == 0)
			n = (int)strtol(line + 16, NULL, 10);
	(void)fclose(f);
	return n;
}

static pid_t find_child(pid_t parent, const char *name, int inherited)
{
	char path[64];
	pid_t found = 0;
	int pid;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	f = fopen(path, "r");
	if (!f)
		fail(path);
	while (!found && fscanf(f, "%d", &pid) == 1)
		if (is_named(pid, name) && filters(pid) > inherited)
			found = pid;
	(void)fclose(f);
	return found;
}

static pid_t await_child(pid_t parent, const char *name)
{
	time_t end = time(NULL) + WAIT_S;
	int inherited = filters(parent);
	pid_t pid = 0;

	while (!pid && time(NULL) < end)
		pid = find_child(parent, name, inherited);
	if (!pid) {
		(void)fprintf(stderr, "inject: no child '%s' within %d s\n", name, WAIT_S);
		exit(2);
	}
	return pid;
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
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
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

static void attach(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		fail("attach");
	if (waitpid(pid, &status, __WALL) < 0 || !WIFSTOPPED(status)) {
		(void)fprintf(stderr, "inject: the process ended\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct user_regs_struct saved, skip;
	char line[512];
	pid_t pid;

	if (argc == 4 && strcmp(argv[1], "--child-of") == 0) {
		pid = await_child((pid_t)strtol(argv[2], NULL, 10), argv[3]);
	} else if (argc == 2) {
		pid = (pid_t)strtol(argv[1], NULL, 10);
	} else {
		(void)fprintf(stderr, "usage: inject PID | --child-of PID NAME\n");
		return 2;
	}
	attach(pid);
	/* The entry of the program's own next call: remembered, skipped, and made again at the end.
	 */
	if (step(pid))
		fail("the process ended");
	get(pid, &saved);
	skip = saved;
	skip.orig_rax = (unsigned long long)-1;
	set(pid, &skip);
	if (step(pid))
		fail("the process ended");
	while (fgets(line, sizeof(line), stdin))
		if (line[0] != '\n' && perform(pid, &saved, line))
			return 0;
	saved.rip -= 2;
	saved.rax = saved.orig_rax;
	set(pid, &saved);
	if (ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0)
		fail("let go");
	return 0;
}
