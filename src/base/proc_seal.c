/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define CALLS(...) ((const int[]){ __VA_ARGS__, -1 })
#define SYS(name) SCMP_SYS(name)

/* What clone can make beside a process. */
#define CLONE_NAMESPACES \
	((scmp_datum_t)(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET))
/* Of these, what proc_spawn makes so. */
#define CLONE_CONFINING ((scmp_datum_t)(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID))

/* Calls that are allowed with any arguments. What needs its arguments looked at is below. */
static const struct {
	unsigned set;
	const int *calls;
} sets[] = {
	{ PROC_SET_BASIC,
	  CALLS(SYS(read), SYS(readv), SYS(pread64), SYS(write), SYS(writev), SYS(pwrite64),
		SYS(close), SYS(close_range), SYS(fstat), SYS(lseek), SYS(dup), SYS(dup2),
		SYS(dup3), SYS(fcntl), SYS(pipe2), SYS(eventfd2), SYS(memfd_create), SYS(munmap),
		SYS(mremap), SYS(madvise), SYS(brk), SYS(rt_sigaction), SYS(rt_sigprocmask),
		SYS(rt_sigreturn), SYS(rt_sigtimedwait), SYS(sigaltstack), SYS(signalfd4),
		SYS(exit), SYS(exit_group), SYS(restart_syscall), SYS(futex), SYS(set_robust_list),
		SYS(rseq), SYS(sched_yield), SYS(sched_getaffinity), SYS(clock_gettime),
		SYS(clock_getres), SYS(clock_nanosleep), SYS(nanosleep), SYS(gettimeofday),
		SYS(time), SYS(alarm), SYS(setitimer), SYS(timerfd_create), SYS(timerfd_settime),
		SYS(timerfd_gettime), SYS(poll), SYS(ppoll), SYS(epoll_create1), SYS(epoll_ctl),
		SYS(epoll_wait), SYS(epoll_pwait), SYS(epoll_pwait2), SYS(getrandom), SYS(getpid),
		SYS(gettid), SYS(getppid), SYS(getuid), SYS(geteuid), SYS(getgid), SYS(getegid),
		SYS(getresuid), SYS(getresgid), SYS(getrlimit), SYS(getrusage), SYS(uname),
		SYS(sysinfo), SYS(umask), SYS(tgkill), SYS(recvmsg), SYS(sendmsg), SYS(recvfrom),
		SYS(sendto), SYS(shutdown), SYS(getsockopt)) },
	{ PROC_SET_FILES,
	  CALLS(SYS(open), SYS(openat), SYS(openat2), SYS(stat), SYS(lstat), SYS(newfstatat),
		SYS(statx), SYS(statfs), SYS(fstatfs), SYS(access), SYS(faccessat), SYS(faccessat2),
		SYS(readlink), SYS(readlinkat), SYS(getdents64), SYS(getcwd), SYS(fadvise64),
		SYS(flock), SYS(name_to_handle_at), SYS(inotify_init1), SYS(inotify_add_watch),
		SYS(inotify_rm_watch)) },
	{ PROC_SET_CHANGE,
	  CALLS(SYS(fsync), SYS(fdatasync), SYS(ftruncate), SYS(fallocate), SYS(rename),
		SYS(renameat), SYS(renameat2), SYS(unlink), SYS(unlinkat), SYS(mkdir), SYS(mkdirat),
		SYS(rmdir), SYS(link), SYS(linkat), SYS(symlink), SYS(symlinkat), SYS(chmod),
		SYS(fchmod), SYS(fchmodat), SYS(chown), SYS(lchown), SYS(fchown), SYS(fchownat),
		SYS(utimensat), SYS(sendfile), SYS(copy_file_range), SYS(setxattr), SYS(fsetxattr),
		SYS(getxattr), SYS(fgetxattr), SYS(listxattr), SYS(flistxattr), SYS(removexattr),
		SYS(fremovexattr), SYS(lgetxattr), SYS(lsetxattr), SYS(llistxattr),
		SYS(lremovexattr), SYS(chdir), SYS(fchdir), SYS(sync_file_range), SYS(syncfs)) },
	{ PROC_SET_MESSAGES, CALLS(SYS(sendmmsg), SYS(recvmmsg), SYS(getsockname), SYS(getpeername),
				   SYS(setsockopt), SYS(socketpair)) },
	{ PROC_SET_UNIX, CALLS(SYS(connect)) },
	{ PROC_SET_INET, CALLS(SYS(connect), SYS(bind), SYS(ioctl)) },
	{ PROC_SET_SERVE, CALLS(SYS(bind), SYS(listen), SYS(accept), SYS(accept4), SYS(chmod)) },
	{ PROC_SET_SPAWN,
	  CALLS(SYS(fork), SYS(vfork), SYS(execve), SYS(wait4), SYS(waitid), SYS(kill),
		SYS(pidfd_open), SYS(pidfd_send_signal), SYS(prlimit64), SYS(setrlimit), SYS(prctl),
		SYS(arch_prctl), SYS(set_tid_address), SYS(setsid), SYS(setpgid), SYS(getpgrp),
		SYS(getpgid), SYS(getsid), SYS(ioctl), SYS(capget), SYS(capset), SYS(pipe),
		SYS(select), SYS(pselect6), SYS(getgroups), SYS(getpriority), SYS(setpriority),
		SYS(msync), SYS(mincore), SYS(sched_getparam), SYS(sched_getscheduler),
		SYS(get_robust_list)) },
	{ PROC_SET_USERS, CALLS(SYS(setuid), SYS(setgid), SYS(setreuid), SYS(setregid),
				SYS(setresuid), SYS(setresgid), SYS(setgroups), SYS(getgroups),
				SYS(setfsuid), SYS(setfsgid), SYS(capget), SYS(capset)) },
	{ PROC_SET_SEAL, CALLS(SYS(seccomp), SYS(landlock_create_ruleset), SYS(landlock_add_rule),
			       SYS(landlock_restrict_self)) },
	{ PROC_SET_MOUNT, CALLS(SYS(mount), SYS(umount2), SYS(pivot_root), SYS(open_tree),
				SYS(move_mount), SYS(mount_setattr)) },
};

static int allow(scmp_filter_ctx ctx, int call, struct error *err)
{
	/* A call that the architecture does not have (open on arm64) is none to allow. */
	int r = call < 0 ? 0 : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 0);

	return r == 0 || r == -EDOM ? 0 : error_errno(err, -r, "allow system call %d", call);
}

static int allow_arg(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp arg, struct error *err)
{
	int r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &arg);

	return r == 0 ? 0 : error_errno(err, -r, "allow system call %d", call);
}

static int allow_sockets(scmp_filter_ctx ctx, unsigned which, struct error *err)
{
	static const struct {
		unsigned set;
		int family;
	} families[] = {
		{ PROC_SET_UNIX, AF_UNIX },
		{ PROC_SET_INET, AF_INET },
		{ PROC_SET_INET, AF_INET6 },
		{ PROC_SET_INET, AF_UNIX },    /* the resolver's */
		{ PROC_SET_INET, AF_NETLINK }, /* getaddrinfo asks which addresses exist */
		/* libpam's audit messages: without them every answer is a system error. */
		{ PROC_SET_USERS, AF_NETLINK },
	};
	unsigned done = 0; /* bits of families: a rule stands once */

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (!(which & families[i].set) || (done & 1u << families[i].family))
			continue;
		done |= 1u << families[i].family;
		if (allow_arg(ctx, SYS(socket),
			      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i].family), err) < 0)
			return -1;
	}
	return 0;
}

/* Memory that is executable cannot be had, unless the set "load" says so; and what was ever
 * writable is not executable even then. */
static int allow_memory(scmp_filter_ctx ctx, unsigned which, struct error *err)
{
	struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	struct scmp_arg_cmp fixed_code =
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC);

	if (allow_arg(ctx, SYS(mmap), no_code, err) < 0 ||
	    allow_arg(ctx, SYS(mprotect), no_code, err) < 0)
		return -1;
	return which & PROC_SET_LOAD ? allow_arg(ctx, SYS(mmap), fixed_code, err) : 0;
}

/* Processes, and for who confines them the namespaces that proc_spawn makes: never one of users. */
static int allow_processes(scmp_filter_ctx ctx, unsigned which, struct error *err)
{
	scmp_datum_t no =
		which & PROC_SET_MOUNT ? CLONE_NAMESPACES & ~CLONE_CONFINING : CLONE_NAMESPACES;

	if ((which & PROC_SET_SPAWN) &&
	    allow_arg(ctx, SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, no, 0), err) < 0)
		return -1;
	if (!(which & PROC_SET_MOUNT))
		return 0;
	if (allow_arg(ctx, SYS(unshare), SCMP_A0(SCMP_CMP_EQ, CLONE_NEWNET), err) < 0 ||
	    allow_arg(ctx, SYS(setns), SCMP_A1(SCMP_CMP_EQ, CLONE_NEWNET), err) < 0 ||
	    /* Something to mount a file on; no device. */
	    allow_arg(ctx, SYS(mknodat), SCMP_A2(SCMP_CMP_MASKED_EQ, S_IFMT, S_IFREG), err) < 0)
		return -1;
	return 0;
}

/* Reading limits, naming itself, and staying undumpable: harmless, and libc and OpenSSL ask. */
static int allow_some(scmp_filter_ctx ctx, unsigned which, struct error *err)
{
	if (which & PROC_SET_SPAWN)
		return 0;
	if (allow_arg(ctx, SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0), err) < 0 ||
	    allow_arg(ctx, SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME), err) < 0 ||
	    allow_arg(ctx, SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_GET_DUMPABLE), err) < 0)
		return -1;
	return 0;
}

static int build(scmp_filter_ctx ctx, unsigned which, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		if (!(which & sets[i].set))
			continue;
		for (const int *call = sets[i].calls; *call != -1; call++)
			if (allow(ctx, *call, err) < 0)
				return -1;
	}
	if (allow_sockets(ctx, which, err) < 0 || allow_memory(ctx, which, err) < 0 ||
	    allow_processes(ctx, which, err) < 0 || allow_some(ctx, which, err) < 0)
		return -1;
	/* libc falls back to clone and waitpid-like calls only on ENOSYS. */
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SYS(clone3), 0) < 0)
		return error_set(err, ERROR_INTERNAL, "system call filter");
	return 0;
}

static void release(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

int proc_seal(const struct proc_profile *p, struct error *err)
{
	CLEANUP(release) scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	struct rlimit no_core = { 0, 0 };
	int r;

	if (!ctx)
		return error_oom(err);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &no_core) < 0)
		return error_errno(err, errno, "no dumps");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "no_new_privs");
	if (build(ctx, p->sets | PROC_SET_BASIC, err) < 0)
		return -1;
	r = seccomp_load(ctx);
	if (r < 0)
		return error_errno(err, -r, "system call filter");
	return 0;
}
