/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "crypto/digest.h"

static int spawn_probe(int out, pid_t *pid, struct error *err)
{
	static char path[] = MUSTER_PROBE;
	const char *other = secure_getenv("MUSTER_PROBE");
	char *argv[] = { other ? (char *)other : path, NULL };
	posix_spawn_file_actions_t actions;
	int r;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return error_oom(err);
	r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn(pid, argv[0], &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r == 0 ? 0 : error_errno(err, r, "%s", argv[0]);
}

static int run_probe(struct buf *text, struct error *err)
{
	auto_close int from = -1, to = -1;
	int fds[2], status = 0, r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	from = fds[0];
	to = fds[1];
	if (spawn_probe(to, &pid, err) < 0)
		return -1;
	(void)close(STEAL_FD(to));
	r = file_read_fd(from, LIMIT_EVIDENCE, text, err);
	(void)close(STEAL_FD(from));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (r < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, ERROR_UNAVAILABLE, "muster-probe failed");
	return 0;
}

static int describe(const struct buf *text, const char *path, char **about, struct error *err)
{
	char digest[SHA256_HEX_SIZE];

	if (digest_sha256_hex(text->data, text->len, digest, err) < 0)
		return -1;
	if (asprintf(about, "%s, SHA-256 %s, not signed", path ? path : "this device", digest) < 0)
		return error_oom(err);
	return 0;
}

int evidence_load(const char *path, struct evidence *ret, char **about, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (!path)
		progress("looking at this device (%s)", geteuid() == 0 ? "as root"
								       : "not as root: some of "
									 "it stays unknown");
	if ((path ? file_read(path, LIMIT_EVIDENCE, &text, err) : run_probe(&text, err)) < 0)
		return -1;
	if (evidence_read(text.data, text.len, ret, err) < 0)
		return error_wrap(err, "%s", path ? path : "muster-probe");
	return describe(&text, path, about, err);
}
