/* SPDX-License-Identifier: Apache-2.0 */
/* The program is its own child: started again under a profile with the name of what to try. */
#include "base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "check.h"

#define LIBS \
	{ "/usr", PROC_READ }, { "/lib", PROC_READ }, { "/lib64", PROC_READ }, \
		{ "/etc/ld.so.cache", PROC_READ }, \
	{ \
		"/proc/self", PROC_READ \
	}

static char self[4096], self_dir[4096];

static int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? errno : 0;
}

static int try_shadow(void)
{
	return opens("/etc/shadow", O_RDONLY);
}
static int try_write_usr(void)
{
	return opens("/usr/muster-test", O_WRONLY | O_CREAT);
}
static int try_write_var_tmp(void)
{
	return opens("/var/tmp/muster-proc-test", O_WRONLY | O_CREAT);
}
static int try_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}
static int try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}
static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}
static int try_exec(void)
{
	char *argv[] = { self, NULL };

	(void)execv("/bin/true", argv);
	return errno;
}
static int try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return p == MAP_FAILED ? errno : 0;
}
static int try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, 1, NULL, NULL) < 0 ? errno : 0;
}
static int try_kill(void)
{
	return kill(1, 0) < 0 ? errno : 0;
}
static int try_setuid(void)
{
	return setuid(0) < 0 ? errno : 0;
}
static int try_uid(void)
{
	return geteuid() == 0 ? 0 : EPERM;
}
static int try_cap(void)
{
	return prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 1 ? 0 : EPERM;
}
static int try_first(void)
{
	return getpid() == 1 ? 0 : EPERM;
}
static int try_fd(void)
{
	return write(3, "x", 1) != 1 ? EIO : fcntl(4, F_GETFD) < 0 ? errno : 0;
}
static int try_hidden(void)
{
	return opens("/root", O_RDONLY | O_DIRECTORY);
}

static int try_users(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}
static int try_keyring(void)
{
	return syscall(SYS_keyctl, 0, -3, 0) < 0 ? errno : 0;
}
/* Whether /proc shows this process and no other. */
static int try_alone(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] >= '0' && e->d_name[0] <= '9';
	if (d)
		(void)closedir(d);
	return n == 1 ? 0 : EBUSY;
}
static int try_write_proc(void)
{
	return opens("/proc/sys/kernel/core_pattern", O_WRONLY);
}

static const struct {
	const char *name;
	int (*run)(void);
} tries[] = {
	{ "users", try_users },
	{ "keyring", try_keyring },
	{ "alone", try_alone },
	{ "write-proc", try_write_proc },
	{ "shadow", try_shadow },
	{ "write-usr", try_write_usr },
	{ "write-var-tmp", try_write_var_tmp },
	{ "inet", try_inet },
	{ "unix", try_unix },
	{ "fork", try_fork },
	{ "exec", try_exec },
	{ "code", try_code },
	{ "ptrace", try_ptrace },
	{ "kill", try_kill },
	{ "setuid", try_setuid },
	{ "uid", try_uid },
	{ "cap", try_cap },
	{ "first", try_first },
	{ "fd", try_fd },
	{ "hidden", try_hidden },
};

static const struct proc_path libs[] = { LIBS, { self_dir, PROC_READ } };
static const struct proc_path writing[] = { LIBS,
					    { self_dir, PROC_READ },
					    { "/var/tmp", PROC_WRITE } };
static const struct proc_path over[] = { { "/var/tmp", PROC_WRITE },
					 { "/root", PROC_HIDDEN },
					 { "/etc/shadow", PROC_HIDDEN } };

static const struct proc_profile plain = { .name = "plain", .sets = ~0U };
static const struct proc_profile closed = {
	.name = "closed",
	.user = "65534",
	.flags = PROC_NEW_NET | PROC_NEW_PID | PROC_NEW_IPC | PROC_VIEW,
	.view = libs,
	.n_view = ARRAY_SIZE(libs),
	.sets = PROC_SET_FILES,
	.max_files = 32,
};
static const struct proc_profile rooted = {
	.name = "rooted",
	.caps = 1ULL << CAP_CHOWN,
	.flags = PROC_OVERLAY | PROC_NEW_NET,
	.view = over,
	.n_view = ARRAY_SIZE(over),
	.sets = PROC_SET_FILES | PROC_SET_CHANGE | PROC_SET_INET | PROC_SET_SPAWN,
};
static const struct proc_profile landlocked = {
	.name = "landlocked",
	.flags = PROC_LANDLOCK,
	.view = writing,
	.n_view = ARRAY_SIZE(writing),
	.sets = PROC_SET_FILES | PROC_SET_CHANGE | PROC_SET_UNIX,
};
static const struct proc_profile apart = {
	.name = "apart",
	.flags = PROC_OVERLAY | PROC_NEW_PID,
	.sets = PROC_SET_FILES,
};
static const struct proc_profile *const profiles[] = { &plain, &closed, &rooted, &landlocked,
						       &apart };

enum { NOT_TRIED = 200 };

/* Exit status: the errno of the try; NOT_TRIED and more where sealing failed. */
static int child(const char *profile, const char *name)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (strcmp(profiles[i]->name, profile) == 0 && proc_seal(profiles[i], &err) < 0) {
			printf("# %s\n", err.msg);
			return NOT_TRIED;
		}
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
		if (strcmp(tries[i].name, name) == 0)
			return tries[i].run();
	return NOT_TRIED + 1;
}

static int attempt(const struct proc_profile *p, const char *name)
{
	const char *const argv[] = { self, p->name, name, NULL };
	struct error err = ERROR_INIT;
	pid_t pid = -1;
	int status = 0, ends[2], n = -1;
	char byte;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	CHECK_OK(proc_spawn(p,
			    &(struct proc_command){
				    .path = self, .argv = argv, .fds = &ends[1], .n_fds = 1 },
			    &pid, &err),
		 err);
	close(ends[1]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		n = WEXITSTATUS(status);
	if (strcmp(name, "fd") == 0)
		CHECK(read(ends[0], &byte, 1) == 1);
	close(ends[0]);
	return n;
}

static bool denied(int result)
{
	return result > 0 && result < NOT_TRIED;
}

#define DENIED(p, what) CHECK(denied(attempt(&(p), what)))
#define ALLOWED(p, what) CHECK(attempt(&(p), what) == 0)

static bool skip_without_root(void)
{
	if (geteuid() == 0)
		return false;
	printf("# skipped: needs root\n");
	return true;
}

static void spawns(void)
{
	ALLOWED(plain, "fork");
	ALLOWED(plain, "unix");
	CHECK(attempt(&plain, "fd") == EBADF);
}

/* Even of all sets together, which is more than any process has. */
static void never(void)
{
	DENIED(plain, "code");
	DENIED(plain, "users");
	DENIED(plain, "keyring");
	DENIED(plain, "ptrace");
}

static void sees_itself(void)
{
	if (skip_without_root())
		return;
	ALLOWED(apart, "first");
	ALLOWED(apart, "alone");
	DENIED(apart, "write-proc");
	DENIED(plain, "alone");
}

static void closes(void)
{
	if (skip_without_root())
		return;
	ALLOWED(closed, "first");
	DENIED(closed, "uid");
	DENIED(closed, "shadow");
	DENIED(closed, "write-usr");
	DENIED(closed, "write-var-tmp");
	DENIED(closed, "inet");
	DENIED(closed, "unix");
	DENIED(closed, "fork");
	DENIED(closed, "exec");
	DENIED(closed, "code");
	DENIED(closed, "ptrace");
	DENIED(closed, "kill");
	DENIED(closed, "setuid");
	DENIED(closed, "cap");
}

static void overlays(void)
{
	if (skip_without_root())
		return;
	ALLOWED(rooted, "uid");
	ALLOWED(rooted, "write-var-tmp");
	DENIED(rooted, "write-usr");
	DENIED(rooted, "hidden");
	ALLOWED(plain, "shadow");
	DENIED(rooted, "shadow");
	DENIED(rooted, "users");
	DENIED(rooted, "cap");
	DENIED(rooted, "code");
	ALLOWED(rooted, "fork");
}

static void landlocks(void)
{
	if (!proc_has_landlock()) {
		printf("# skipped: the kernel has no Landlock\n");
		return;
	}
	ALLOWED(landlocked, "write-var-tmp");
	ALLOWED(landlocked, "unix");
	DENIED(landlocked, "shadow");
	DENIED(landlocked, "write-usr");
	DENIED(landlocked, "inet");
	DENIED(landlocked, "exec");
}

static void fails(void)
{
	static const struct proc_profile nobody = { .name = "n", .user = "no-such-user" };
	static const struct proc_profile both = { .name = "b", .flags = PROC_VIEW | PROC_OVERLAY };
	static const struct proc_profile caps = { .name = "c", .user = "1", .caps = 1 };
	static const struct proc_profile bad = {
		.name = "h", .flags = PROC_LANDLOCK, .view = over, .n_view = ARRAY_SIZE(over)
	};
	const char *const argv[] = { self, NULL };
	struct proc_command c = { .path = "/no/such/program", .argv = argv };
	struct error err = ERROR_INIT;
	pid_t pid;

	CHECK_ERROR(proc_spawn(&plain, &c, &pid, &err), err, ERROR_NOT_FOUND);
	c.path = self;
	CHECK_ERROR(proc_spawn(&nobody, &c, &pid, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(proc_spawn(&both, &c, &pid, &err), err, ERROR_INVALID);
	CHECK_ERROR(proc_spawn(&caps, &c, &pid, &err), err, ERROR_INVALID);
	if (proc_has_landlock())
		CHECK_ERROR(proc_spawn(&bad, &c, &pid, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "proc: a child gets the descriptors it was given and no other", spawns },
	{ "proc: a closed profile denies users, files, network, code and processes", closes },
	{ "proc: an overlay is read-only but for what it names", overlays },
	{ "proc: no set allows a namespace of users, the keyring, tracing, or writable code",
	  never },
	{ "proc: in a namespace of processes of its own, one sees no other", sees_itself },
	{ "proc: Landlock holds a view without root", landlocks },
	{ "proc: what cannot be confined is not started", fails },
};

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	/* Without atexit: a leak checker needs what the child no longer may. */
	if (argc == 3)
		_exit(child(argv[1], argv[2]));
	if (n < 0)
		return 1;
	memcpy(self_dir, self, sizeof(self));
	*strrchr(self_dir, '/') = 0;
	int failed = check_run(cases, ARRAY_SIZE(cases));

	(void)unlink("/var/tmp/muster-proc-test");
	return failed;
}
