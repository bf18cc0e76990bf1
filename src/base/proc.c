/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc_internal.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum {
	FIRST_FD = 3,
	FDS_MAX = 16,
};

static void close_file(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

int proc_user(const char *user, uid_t *uid, gid_t *gid, struct error *err)
{
	/* Not getpwnam: it would load the name service's modules into a root process for good. Our
	 * users are made by sysusers.d, which writes /etc/passwd. */
	CLEANUP(close_file) FILE *f = NULL;
	struct passwd *pw;
	char *end;
	unsigned long id = strtoul(user, &end, 10);

	if (*user && !*end) {
		*uid = (uid_t)id;
		*gid = (gid_t)id;
		return 0;
	}
	f = fopen("/etc/passwd", "re");
	while (f && (pw = fgetpwent(f)))
		if (strcmp(pw->pw_name, user) == 0) {
			*uid = pw->pw_uid;
			*gid = pw->pw_gid;
			return 0;
		}
	return error_set(err, ERROR_NOT_FOUND, "no user %s in /etc/passwd", user);
}

/* What the child needs, gathered before it exists. */
struct plan {
	int net; /* a network namespace to enter; -1: none */
	const struct proc_profile *p;
	const struct proc_command *c;
	uid_t uid;
	gid_t gid;
	int report; /* where the child writes its struct error; closed by exec */
};

/*
 * One namespace without a network for all children: making one for each costs the kernel
 * milliseconds, at its start and at its end. In it there is nothing to share but abstract Unix
 * sockets, which need a call that the profiles with an empty network do not allow.
 */
static int empty_network(int *ret, struct error *err)
{
	static int empty = -1;
	auto_close int own = -1;

	if (empty >= 0) {
		*ret = empty;
		return 0;
	}
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0 || unshare(CLONE_NEWNET) < 0)
		return error_errno(err, errno, "a network namespace");
	empty = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (setns(own, CLONE_NEWNET) < 0)
		abort(); /* there is no going on without a network that others rely on */
	if (empty < 0)
		return error_errno(err, errno, "a network namespace");
	*ret = empty;
	return 0;
}

static int set_limit(int what, uint64_t value, struct error *err)
{
	struct rlimit limit = { value, value };

	if (setrlimit((__rlimit_resource_t)what, &limit) < 0)
		return error_errno(err, errno, "resource limit %d", what);
	return 0;
}

static int set_limits(const struct proc_profile *p, struct error *err)
{
	if (set_limit(RLIMIT_CORE, 0, err) < 0)
		return -1;
	if (p->max_files && set_limit(RLIMIT_NOFILE, p->max_files, err) < 0)
		return -1;
	if (p->max_memory && set_limit(RLIMIT_DATA, p->max_memory, err) < 0)
		return -1;
	if (p->max_file_size && set_limit(RLIMIT_FSIZE, p->max_file_size, err) < 0)
		return -1;
	return 0;
}

/* Descriptors 3 … as the command says, an empty stdin, and nothing else. */
static int arrange_fds(struct plan *plan, struct error *err)
{
	const struct proc_command *c = plan->c;
	int high[FDS_MAX], nothing;

	/* First out of the way of the final numbers, so that none is overwritten. */
	for (size_t i = 0; i < c->n_fds; i++)
		if ((high[i] = fcntl(c->fds[i], F_DUPFD_CLOEXEC, FIRST_FD + FDS_MAX + 2)) < 0)
			return error_errno(err, errno, "descriptor %d", c->fds[i]);
	plan->report = fcntl(plan->report, F_DUPFD_CLOEXEC, FIRST_FD + FDS_MAX + 2);
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (plan->report < 0 || nothing < 0 || dup2(nothing, 0) < 0)
		return error_errno(err, errno, "descriptors");
	for (size_t i = 0; i < c->n_fds; i++)
		if (dup2(high[i], FIRST_FD + (int)i) < 0)
			return error_errno(err, errno, "descriptor %d", c->fds[i]);
	(void)close_range(FIRST_FD + (unsigned)c->n_fds, (unsigned)plan->report - 1, 0);
	(void)close_range((unsigned)plan->report + 1, ~0U, 0);
	return 0;
}

/* Everything that the profile does not keep leaves all sets, the bounding set too. */
static int set_capabilities(const struct plan *plan, struct error *err)
{
	bool change = plan->p->user && plan->uid != 0;

	capng_clear(CAPNG_SELECT_ALL);
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++)
		if ((plan->p->caps >> cap & 1) &&
		    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
				 cap) < 0)
			return error_set(err, ERROR_INVALID, "capability %u", cap);
	if (change && capng_change_id((int)plan->uid, (int)plan->gid,
				      CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0)
		return error_set(err, ERROR_DENIED, "become user %s", plan->p->user);
	if (!change && geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || capng_apply(CAPNG_SELECT_BOTH) < 0))
		return error_errno(err, errno, "drop capabilities");
	return 0;
}

static int confine(struct plan *plan, struct error *err)
{
	const struct proc_profile *p = plan->p;
	sigset_t none;

	(void)sigemptyset(&none);
	if (plan->net >= 0 && setns(plan->net, CLONE_NEWNET) < 0)
		return error_errno(err, errno, "enter a network namespace");
	if (arrange_fds(plan, err) < 0 || set_limits(p, err) < 0)
		return -1;
	if ((p->flags & (PROC_VIEW | PROC_OVERLAY)) && proc_view_enter(p, err) < 0)
		return -1;
	if (set_capabilities(plan, err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(err, errno, "no_new_privs");
	if ((p->flags & PROC_LANDLOCK) && proc_landlock_enter(p, err) < 0)
		return -1;
	/* After the change of user, which clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return error_errno(err, errno, "signals");
	(void)umask(077);
	return 0;
}

static __attribute__((noreturn)) void run_child(struct plan *plan)
{
	static const char *const plain[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
					     NULL, NULL, NULL };
	const char *env[ARRAY_SIZE(plain)];
	static char level[40], journal[64];
	struct error err = ERROR_INIT;
	size_t n = 2;

	memcpy(env, plain, sizeof(plain));
	if (getenv("MUSTER_LOG")) {
		(void)snprintf(level, sizeof(level), "MUSTER_LOG=%s", getenv("MUSTER_LOG"));
		env[n++] = level;
	}
	if (getenv("JOURNAL_STREAM")) {
		(void)snprintf(journal, sizeof(journal), "JOURNAL_STREAM=%s",
			       getenv("JOURNAL_STREAM"));
		env[n++] = journal;
	}
	if (confine(plan, &err) == 0) {
		(void)execve(plan->c->path, (char *const *)plan->c->argv,
			     (char *const *)(plan->c->env ? plan->c->env : env));
		if (error_errno(&err, errno, "%s", plan->c->path) < 0)
			(void)err;
	}
	if (write(plan->report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* The child says what failed, or exec closes its end. */
static int await_exec(int fd, pid_t pid, struct error *err)
{
	struct error report = ERROR_INIT;
	ssize_t n;

	do
		n = read(fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != sizeof(report))
		return error_set(err, ERROR_INTERNAL, "the child died before exec");
	*err = report;
	return -1;
}

static unsigned long clone_flags(unsigned flags)
{
	return SIGCHLD | (flags & PROC_NEW_PID ? CLONE_NEWPID : 0) |
	       (flags & PROC_NEW_IPC ? CLONE_NEWIPC : 0) |
	       (flags & (PROC_VIEW | PROC_OVERLAY) ? CLONE_NEWNS : 0);
}

static int check_profile(const struct proc_profile *p, const struct proc_command *c,
			 struct error *err)
{
	if (c->n_fds > FDS_MAX)
		return error_set(err, ERROR_INVALID, "%s: more than %d descriptors", p->name,
				 FDS_MAX);
	if ((p->flags & PROC_VIEW) && (p->flags & PROC_OVERLAY))
		return error_set(err, ERROR_INVALID, "%s: one view only", p->name);
	if (p->user && p->caps)
		return error_set(err, ERROR_INVALID, "%s: capabilities are kept by root only",
				 p->name);
	return 0;
}

int proc_spawn(const struct proc_profile *p, const struct proc_command *c, pid_t *ret,
	       struct error *err)
{
	struct plan plan = { .net = -1, .p = p, .c = c, .uid = geteuid(), .gid = getegid() };
	auto_close int read_end = -1;
	auto_close int write_end = -1;
	int ends[2];
	pid_t pid;

	if (check_profile(p, c, err) < 0)
		return -1;
	if (p->user && proc_user(p->user, &plan.uid, &plan.gid, err) < 0)
		return -1;
	if (p->user && p->group)
		plan.gid = p->group;
	if ((p->flags & PROC_NEW_NET) && empty_network(&plan.net, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	read_end = ends[0];
	write_end = plan.report = ends[1];
	/* As fork, with the namespaces made at once: so that the child is the first process of its
	 * own process namespace. This process has one thread, which is all that fork would mind. */
	pid = (pid_t)syscall(SYS_clone, clone_flags(p->flags), NULL, NULL, NULL, NULL);
	if (pid < 0)
		return error_errno(err, errno, "start %s", p->name);
	if (pid == 0)
		run_child(&plan);
	close(STEAL_FD(write_end));
	if (await_exec(read_end, pid, err) < 0)
		return error_wrap(err, "start %s", p->name);
	*ret = pid;
	return 0;
}
