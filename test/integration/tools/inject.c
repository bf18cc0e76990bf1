/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject PID SYSCALL [ARG…]: make a running process perform one system call, print what it
 * answered, and let it go on as if nothing had been. So the tests try a confinement from inside,
 * with the process's own user, capabilities, namespaces and seccomp filter, and no door for tests
 * in the program itself.
 *
 * ARG: a number, or text that starts with '@' and is put on the process's stack ("@/etc/shadow").
 * Prints the result as a number (-errno where it failed), or "killed" where the filter ended the
 * process.
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

#ifndef __x86_64__
#error "the registers of this machine are not known here"
#endif

static const struct {
	const char *name;
	long number;
} calls[] = {
	{ "openat", SYS_openat },
	{ "socket", SYS_socket },
	{ "execve", SYS_execve },
	{ "ptrace", SYS_ptrace },
	{ "kill", SYS_kill },
	{ "setuid", SYS_setuid },
	{ "mount", SYS_mount },
	{ "unshare", SYS_unshare },
	{ "mkdirat", SYS_mkdirat },
	{ "bpf", SYS_bpf },
	{ "init_module", SYS_init_module },
	{ "reboot", SYS_reboot },
	{ "chroot", SYS_chroot },
	{ "setns", SYS_setns },
	{ "getpid", SYS_getpid },
	{ "close", SYS_close },
	{ "faccessat", SYS_faccessat },
	{ "fork", SYS_fork },
	{ "sethostname", SYS_sethostname },
	{ "settimeofday", SYS_settimeofday },
	{ "userfaultfd", SYS_userfaultfd },
	{ "keyctl", SYS_keyctl },
	{ "perf_event_open", SYS_perf_event_open },
	{ "process_vm_readv", SYS_process_vm_readv },
	{ "unlinkat", SYS_unlinkat },
	{ "fchmodat", SYS_fchmodat },
	{ "connect", SYS_connect },
};

/* What a stopped process is about to do; its stack below the red zone holds the texts. */
struct target {
	pid_t pid;
	struct user_regs_struct saved, regs;
	unsigned long top;
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static int wait_stop(pid_t pid)
{
	int status;

	for (;;) {
		if (waitpid(pid, &status, __WALL) < 0)
			fail("waitpid");
		if (!WIFSTOPPED(status) || WSTOPSIG(status) == SIGTRAP)
			return status;
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)WSTOPSIG(status)) < 0)
			fail("resume");
	}
}

static unsigned long put_text(struct target *t, const char *text)
{
	size_t n = strlen(text) + 1;
	struct iovec local = { (void *)(size_t)text, n }, remote;

	t->top = (t->top - n) & ~15UL;
	remote = (struct iovec){ (void *)t->top, n };
	if (process_vm_writev(t->pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
		fail("write text");
	return t->top;
}

static void set_arguments(struct target *t, int argc, char **argv)
{
	unsigned long long *const registers[] = { &t->regs.rdi, &t->regs.rsi, &t->regs.rdx,
						  &t->regs.r10, &t->regs.r8,  &t->regs.r9 };

	for (int i = 0; i < 6; i++)
		*registers[i] = 0;
	for (int i = 0; i < argc && i < 6; i++)
		*registers[i] = argv[i][0] == '@' ? put_text(t, argv[i] + 1)
						  : (unsigned long long)strtoll(argv[i], NULL, 0);
}

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].number;
	(void)fprintf(stderr, "inject: no system call '%s' in the table\n", name);
	exit(2);
}

/* The two bytes of the `syscall` instruction that the process waits behind. */
static unsigned long find_instruction(const struct target *t)
{
	unsigned long at = t->saved.rip - 2;
	unsigned char code[2];
	struct iovec local = { code, sizeof(code) }, remote = { (void *)at, sizeof(code) };

	if (process_vm_readv(t->pid, &local, 1, &remote, 1, 0) != sizeof(code) || code[0] != 0x0f ||
	    code[1] != 0x05) {
		(void)fprintf(stderr, "inject: the process is not waiting in a system call\n");
		exit(2);
	}
	return at;
}

/* To the entry of the call, and to its exit. 0, or 1 where the process is gone. */
static int step(pid_t pid)
{
	for (int i = 0; i < 2; i++) {
		int status;

		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
			fail("step");
		status = wait_stop(pid);
		if (WIFSIGNALED(status) || WIFEXITED(status))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct target t = { 0 };

	if (argc < 3) {
		(void)fprintf(stderr, "usage: inject PID SYSCALL [ARG...]\n");
		return 2;
	}
	t.pid = (pid_t)strtol(argv[1], NULL, 10);
	if (ptrace(PTRACE_SEIZE, t.pid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, t.pid, NULL, NULL) < 0)
		fail("attach");
	(void)wait_stop(t.pid);
	if (ptrace(PTRACE_GETREGS, t.pid, NULL, &t.saved) < 0)
		fail("registers");
	t.regs = t.saved;
	t.top = t.saved.rsp - 1024;
	set_arguments(&t, argc - 3, argv + 3);
	t.regs.rip = find_instruction(&t);
	t.regs.rax = (unsigned long long)number_of(argv[2]);
	t.regs.orig_rax = (unsigned long long)-1;
	if (ptrace(PTRACE_SETREGS, t.pid, NULL, &t.regs) < 0)
		fail("set registers");
	if (step(t.pid)) {
		puts("killed");
		return 0;
	}
	if (ptrace(PTRACE_GETREGS, t.pid, NULL, &t.regs) < 0)
		fail("result");
	printf("%lld\n", (long long)t.regs.rax);
	if (ptrace(PTRACE_SETREGS, t.pid, NULL, &t.saved) < 0 ||
	    ptrace(PTRACE_DETACH, t.pid, NULL, NULL) < 0)
		fail("let go");
	return 0;
}
