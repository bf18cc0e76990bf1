/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"

static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
					   "DEBIAN_FRONTEND=noninteractive", NULL };

/* *other: the terminal's other end, to be held open. */
static int input_of(const struct run *r, int *ret, int *other, struct error *err)
{
	auto_close int fd = -1;

	if (r->terminal) {
		if (openpty(other, &fd, NULL, NULL, NULL) < 0)
			return error_errno(err, errno, "open a terminal");
		(void)fcntl(*other, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	} else if (!r->input) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return error_errno(err, errno, "/dev/null");
	} else {
		fd = memfd_create("input", MFD_CLOEXEC);
		if (fd < 0)
			return error_errno(err, errno, "memfd");
		if (file_write_fd(fd, r->input, r->input_len, err) < 0)
			return -1;
		(void)lseek(fd, 0, SEEK_SET);
	}
	*ret = STEAL_FD(fd);
	return 0;
}

static void child(const struct run *r, int in, int out)
{
	/* It ends with this process, so that who undoes a killed run is alone. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
	    dup2(out, 2) == 2)
		(void)execve(r->argv[0], (char *const *)r->argv, (char *const *)environment);
	_exit(127);
}

static int start(const struct run *r, int in, int out, pid_t *ret, struct error *err)
{
	pid_t pid = -1;

	if (access(r->argv[0], X_OK) < 0)
		return error_errno(err, errno, "%s", r->argv[0]);
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child(r, in, out);
	*ret = pid;
	return 0;
}

/* Read until the program closes its output, or the deadline is over. */
static int collect(int fd, struct buf *output, struct error *err)
{
	time_t end = time(NULL) + RUN_TIMEOUT_S;

	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		char bytes[4096];
		ssize_t n;

		if (time(NULL) > end)
			return error_set(err, ERROR_TIMEOUT, "it runs longer than %d s",
					 RUN_TIMEOUT_S);
		if (poll(&pfd, 1, 1000) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "read its output");
		if (n > 0 && output->len < LIMIT_RUN_OUTPUT &&
		    buf_append(output, bytes, (size_t)n, err) < 0)
			return -1;
	}
}

int run_program(const struct run *r, int *status, struct buf *output, struct error *err)
{
	auto_close int in = -1, other = -1, out_read = -1, out_write = -1;
	int pair[2], code = 0, failed;
	pid_t pid = -1;

	if (input_of(r, &in, &other, err) < 0)
		return -1;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	out_read = pair[0];
	out_write = pair[1];
	if (start(r, in, out_write, &pid, err) < 0)
		return -1;
	close(STEAL_FD(out_write));
	failed = collect(out_read, output, err);
	if (failed < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
		;
	if (failed < 0)
		return error_wrap(err, "%s", r->argv[0]);
	if (!WIFEXITED(code))
		return error_set(err, ERROR_INTERNAL, "%s ended by a signal", r->argv[0]);
	*status = WEXITSTATUS(code);
	return 0;
}

int run_checked(const char *const *argv, struct error *err)
{
	struct run r = { .argv = argv };
	auto_buf struct buf output = BUF_INIT;
	const char *last;
	int status;

	if (run_program(&r, &status, &output, err) < 0)
		return -1;
	if (status == 0)
		return 0;
	while (output.len && output.data[output.len - 1] == '\n')
		output.data[--output.len] = 0;
	last = output.len ? strrchr((char *)output.data, '\n') : NULL;
	return error_set(err, ERROR_INTERNAL, "%s: exit %d: %.120s", argv[0], status,
			 last	      ? last + 1
			 : output.len ? (char *)output.data
				      : "");
}
