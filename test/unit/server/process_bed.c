/* SPDX-License-Identifier: Apache-2.0 */
#include "process_bed.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/cleanup.h"

static const char *build(void)
{
	const char *dir = getenv("MUSTER_TEST_BUILD");

	return dir ? dir : ".";
}

static int run(const char *const *argv)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void bed_open(struct process_bed *b)
{
	char muster[256], home[96];
	const char *const argv[] = {
		muster,	    "init",   "--enterprise", "Test", "--administrator", "ada", "--server",
		"mdm.test", "--home", home,	      NULL
	};

	*b = (struct process_bed){ .front = -1, .key.supervisor = -1, .core.supervisor = -1 };
	(void)signal(SIGPIPE, SIG_IGN);
	strcpy(b->dir, "/tmp/muster-process-XXXXXX");
	CHECK(mkdtemp(b->dir) != NULL);
	(void)snprintf(muster, sizeof(muster), "%s/src/cli/muster", build());
	(void)snprintf(home, sizeof(home), "%s/home", b->dir);
	(void)snprintf(b->tree, sizeof(b->tree), "%s/home/channel", b->dir);
	(void)snprintf(b->data, sizeof(b->data), "%s", b->dir);
	CHECK(run(argv) == 0);
}

void bed_kill(struct process *p)
{
	if (p->pid <= 0)
		return;
	(void)kill(p->pid, SIGKILL);
	(void)waitpid(p->pid, NULL, 0);
	closep(&p->supervisor);
	*p = (struct process){ 0, -1 };
}

void bed_close(struct process_bed *b)
{
	const char *const argv[] = { "/bin/rm", "-rf", b->dir, NULL };

	bed_kill(&b->core);
	bed_kill(&b->key);
	closep(&b->front);
	CHECK(run(argv) == 0);
}

static void patience(int fd)
{
	const struct timeval t = { .tv_sec = 20 };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
}

/* The child has its end as SUPERVISOR_FD and nothing else. */
static void start(struct process *p, const char *const *argv)
{
	int pair[2] = { -1, -1 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	p->pid = fork();
	if (p->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* A leak checker needs what a sealed process no longer may. */
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		if (pair[1] == SUPERVISOR_FD)
			(void)fcntl(SUPERVISOR_FD, F_SETFD, 0);
		else
			(void)dup2(pair[1], SUPERVISOR_FD);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pair[1]);
	p->supervisor = pair[0];
	patience(p->supervisor);
}

static void await_ready(struct process *p)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(ipc_read(p->supervisor, &supervisor_protocol, &m, &err), err);
	CHECK(m.type == SUPERVISOR_READY);
}

void bed_start_key(struct process_bed *b)
{
	char path[256];
	const char *const argv[] = { path, "--tree", b->tree, NULL };

	(void)snprintf(path, sizeof(path), "%s/src/server/key/muster-server-key", build());
	start(&b->key, argv);
	await_ready(&b->key);
}

static void give(struct process *p, enum server_role role, int fd)
{
	const struct supervisor_peer body = { (int)role };
	const struct ipc_send s = {
		.type = SUPERVISOR_PEER, .body = &body, .fds = &fd, .n_fds = 1
	};
	struct error err = ERROR_INIT;

	CHECK_OK(ipc_write(p->supervisor, &supervisor_protocol, &s, &err), err);
	close(fd);
}

int bed_peer(struct process *p, enum server_role role)
{
	int pair[2] = { -1, -1 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	give(p, role, pair[1]);
	patience(pair[0]);
	return pair[0];
}

void bed_join(struct process_bed *b)
{
	int pair[2] = { -1, -1 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	give(&b->key, SERVER_CORE, pair[0]);
	give(&b->core, SERVER_KEY, pair[1]);
}

void bed_start_core(struct process_bed *b)
{
	char path[256], bootstrap[128];
	const char *const argv[] = { path, "--data", b->data, "--bootstrap", bootstrap, NULL };

	(void)snprintf(path, sizeof(path), "%s/src/server/core/muster-server-core", build());
	(void)snprintf(bootstrap, sizeof(bootstrap), "%s/bootstrap.json", b->tree);
	start(&b->core, argv);
	closep(&b->front);
	b->front = bed_peer(&b->core, SERVER_FRONT);
	bed_join(b);
	await_ready(&b->core);
}

void bed_tell(struct process *p, unsigned type)
{
	struct error err = ERROR_INIT;

	CHECK_OK(ipc_write(p->supervisor, &supervisor_protocol, &(struct ipc_send){ .type = type },
			   &err),
		 err);
}

int bed_wait(struct process *p)
{
	int status = -1;

	CHECK(waitpid(p->pid, &status, 0) == p->pid);
	closep(&p->supervisor);
	*p = (struct process){ 0, -1 };
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int bed_ask(struct process_bed *b, int fd, const struct ipc_protocol *p, const struct ipc_send *s,
	    struct ipc_message *ret, struct error *err)
{
	struct ipc_send own = *s;

	ipc_message_done(ret);
	*ret = (struct ipc_message)IPC_MESSAGE_INIT;
	own.id = ++b->id;
	if (ipc_write(fd, p, &own, err) < 0)
		return -1;
	for (;;) {
		if (ipc_read(fd, p, ret, err) < 0)
			return -1;
		if (ret->id == own.id)
			break;
		ipc_message_done(ret);
		*ret = (struct ipc_message)IPC_MESSAGE_INIT;
	}
	/* SERVER_ERROR and KEY_ERROR are the first of their tables. */
	if (ret->type == 0) {
		int r = server_error_take(ret->body, err);

		ipc_message_done(ret);
		*ret = (struct ipc_message)IPC_MESSAGE_INIT;
		return r;
	}
	return 0;
}

void bed_await(struct process_bed *b, unsigned type, struct ipc_message *ret)
{
	struct error err = ERROR_INIT;

	while (ipc_read(b->front, &server_protocol, ret, &err) == 0) {
		if (ret->type == type && ret->id == 0)
			return;
		ipc_message_done(ret);
		*ret = (struct ipc_message)IPC_MESSAGE_INIT;
	}
	CHECK_OK(-1, err);
}
