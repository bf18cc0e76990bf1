/* SPDX-License-Identifier: Apache-2.0 */
/* The whole server, as `muster init` and `muster-server` make it: comes up, survives, ends. */
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "crypto/tls.h"
#include "http/session.h"
#include "ipc/supervisor_messages.h"

enum { NOBODY = 65534 };

struct run {
	char directory[64];
	pid_t pid;
	int output;
	uint16_t port;	 /* enrollment */
	char text[4096]; /* what the server wrote */
	size_t n;
};

static const char *build_path(const char *rest)
{
	static char path[512];
	const char *build = getenv("MUSTER_TEST_BUILD");

	(void)snprintf(path, sizeof(path), "%s/%s", build ? build : ".", rest);
	return path;
}

static int shell(const char *fmt, const char *a, const char *b)
{
	char line[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(line, sizeof(line), fmt, a, b);
#pragma GCC diagnostic pop
	return system(line);
}

static void write_conf(const struct run *r, const char *text)
{
	struct error err = ERROR_INIT;
	char path[128];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/home/channel/server.conf", r->directory),
		 err);
	CHECK_OK(file_replace(path, text, strlen(text), 0644, &err), err);
}

/* A channel tree by `muster init`, owned by who will serve it. */
static void run_init(struct run *r)
{
	static const char *const programs[] = { "src/server/key/muster-server-key",
						"src/server/core/muster-server-core",
						"src/server/front/muster-server-front",
						"src/server/supervisor/muster-server" };
	char conf[512];

	*r = (struct run){ .directory = "/tmp/muster-server-XXXXXX", .output = -1 };
	CHECK(mkdtemp(r->directory) != NULL);
	CHECK(shell("%s init --enterprise Test --administrator ada --server mdm.test "
		    "--connect 127.0.0.1 --home %s/home >/dev/null",
		    build_path("src/cli/muster"), r->directory) == 0);
	(void)snprintf(conf, sizeof(conf),
		       "data: \"%s/data\"\nfronts: 2\ndevice: \"127.0.0.1:0\"\n"
		       "enrollment: \"127.0.0.1:0\"\nadministration: \"127.0.0.1:0\"\n",
		       r->directory);
	write_conf(r, conf);
	CHECK(shell("mkdir %s/bin%s", r->directory, "") == 0);
	/* Copies: a build tree may be where only its owner may go. */
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		CHECK(shell("cp %s %s/bin/", build_path(programs[i]), r->directory) == 0);
	if (geteuid() == 0)
		CHECK(shell("chown -R 65534:65534 %s%s", r->directory, "") == 0);
}

static void run_done(struct run *r)
{
	if (r->pid > 0) {
		(void)kill(r->pid, SIGKILL);
		(void)waitpid(r->pid, NULL, 0);
	}
	closep(&r->output);
	(void)shell("rm -rf %s%s", r->directory, "");
}

static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		_exit(126);
}

static void start(struct run *r, bool as_root)
{
	char conf[128], libexec[128], program[128];
	int ends[2];

	(void)snprintf(conf, sizeof(conf), "%s/home/channel/server.conf", r->directory);
	(void)snprintf(libexec, sizeof(libexec), "%s/bin", r->directory);
	(void)snprintf(program, sizeof(program), "%s/bin/muster-server", r->directory);
	CHECK(pipe(ends) == 0);
	r->pid = fork();
	if (r->pid == 0) {
		(void)dup2(ends[1], 1);
		(void)dup2(ends[1], 2);
		(void)setenv("MUSTER_LIBEXECDIR", libexec, 1);
		/* A leak checker needs what the sealed supervisor may not do. */
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		if (!as_root)
			become_nobody();
		(void)execl(program, "muster-server", "--config", conf, NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	closep(&r->output);
	r->output = ends[0];
	r->n = 0;
	r->text[0] = '\0';
}

/* Read what it writes until a text stands in it; false where it ends or is silent before. */
static bool wait_text(struct run *r, const char *text)
{
	while (!strstr(r->text, text)) {
		struct pollfd p = { .fd = r->output, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, 15000) <= 0)
			return false;
		n = read(r->output, r->text + r->n, sizeof(r->text) - 1 - r->n);
		if (n <= 0)
			return false;
		r->n += (size_t)n;
		r->text[r->n] = '\0';
	}
	return true;
}

static void start_ready(struct run *r)
{
	const char *line;
	char host[SOCKET_HOST_SIZE], address[SOCKET_ADDRESS_SIZE];
	struct error err = ERROR_INIT;

	start(r, false);
	if (!wait_text(r, "ready\n"))
		printf("# %s\n", r->text);
	CHECK(strstr(r->text, "ready\n") != NULL);
	line = strstr(r->text, "enrollment ");
	CHECK(line && sscanf(line, "enrollment %63s", address) == 1);
	CHECK_OK(socket_parse(address, host, &r->port, &err), err);
}

static int wait_exit(struct run *r)
{
	int status = -1;

	CHECK(waitpid(r->pid, &status, 0) == r->pid);
	r->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The status of a request that core must answer; 0 where no answer comes. */
static int ask(const struct run *r)
{
	auto_tls_config struct tls_config *config = NULL;
	auto_http_session struct http_session *s = NULL;
	auto_http_answer struct http_answer a = { 0 };
	auto_certs struct certs *anchors = NULL;
	struct http_target to = { .host = "127.0.0.1", .port = r->port, .reference = "mdm.test" };
	struct error err = ERROR_INIT;
	char path[128];
	const struct http_send send = { .method = HTTP_GET, .target = "/pki/device.crl" };

	(void)snprintf(path, sizeof(path), "%s/home/channel/issuers/server.crt", r->directory);
	CHECK_OK(certs_load(path, &anchors, &err), err);
	CHECK_OK(tls_config_client(&(struct tls_options){ .purpose = X509_EST_SERVER,
							  .anchors = anchors,
							  .reference = "mdm.test",
							  .x509_flags = X509_STATUS_PENDING },
				   &config, &err),
		 err);
	to.tls = config;
	CHECK_OK(http_session_new(&to, &s, &err), err);
	return http_session_call(s, &send, &a, &err) < 0 ? 0 : a.status;
}

/* The process ids of the children whose name begins so. */
static size_t children(const struct run *r, const char *name, pid_t *pids, size_t most)
{
	char path[64], list[256] = "", comm[32];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", r->pid, r->pid);
	f = fopen(path, "re");
	if (f && !fgets(list, sizeof(list), f))
		list[0] = '\0';
	if (f)
		(void)fclose(f);
	for (char *word = strtok(list, " "); word && n < most; word = strtok(NULL, " ")) {
		(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", word);
		f = fopen(path, "re");
		if (f && fgets(comm, sizeof(comm), f) && strncmp(comm, name, strlen(name)) == 0)
			pids[n++] = (pid_t)atoi(word);
		if (f)
			(void)fclose(f);
	}
	return n;
}

/* Kill a child, and wait until another is in its place. */
static void replace(const struct run *r, const char *name, size_t want)
{
	pid_t before[4], after[4];
	size_t n = children(r, name, before, 4), m = 0;
	bool replaced = false;

	CHECK(n == want);
	CHECK(kill(before[0], SIGKILL) == 0);
	for (unsigned i = 0; i < 500 && !replaced; i++) {
		(void)usleep(10000);
		m = children(r, name, after, 4);
		replaced = m == want;
		for (size_t k = 0; k < m; k++)
			replaced = replaced && after[k] != before[0];
	}
	CHECK(replaced);
}

/* Some seconds may pass until all is joined again. */
static bool answers(const struct run *r)
{
	for (unsigned i = 0; i < 500; i++) {
		if (ask(r) == 200)
			return true;
		(void)usleep(20000);
	}
	return false;
}

static void comes_up(void)
{
	CLEANUP(run_done) struct run r;
	pid_t pids[4];

	run_init(&r);
	start_ready(&r);
	CHECK(ask(&r) == 200);
	CHECK(children(&r, "muster-server-k", pids, 4) == 1 &&
	      children(&r, "muster-server-c", pids, 4) == 1 &&
	      children(&r, "muster-server-f", pids, 4) == 2);
	CHECK(kill(r.pid, SIGTERM) == 0);
	CHECK(wait_exit(&r) == 0);
	start_ready(&r); /* and again, on the same store */
	CHECK(ask(&r) == 200);
}

static void survives(void)
{
	static const struct {
		const char *name;
		size_t n;
	} victims[] = { { "muster-server-c", 1 },
			{ "muster-server-k", 1 },
			{ "muster-server-f", 2 } };
	CLEANUP(run_done) struct run r;

	run_init(&r);
	start_ready(&r);
	for (size_t i = 0; i < ARRAY_SIZE(victims); i++) {
		replace(&r, victims[i].name, victims[i].n);
		CHECK(answers(&r));
	}
	CHECK(kill(r.pid, SIGHUP) == 0); /* certificates anew */
	CHECK(answers(&r));
	CHECK(kill(r.pid, SIGTERM) == 0);
	CHECK(wait_exit(&r) == 0);
}

static void refuses_root(void)
{
	CLEANUP(run_done) struct run r;

	if (geteuid() != 0) {
		printf("# not root: skipped\n");
		return;
	}
	run_init(&r);
	start(&r, true);
	CHECK(wait_text(&r, "never runs as root"));
	CHECK(wait_exit(&r) == error_exit(ERROR_DENIED));
}

static void refuses_conf(void)
{
	static const struct {
		const char *conf, *says;
		enum error_code code;
	} bad[] = {
		{ "profile: \"modern\"\n", "profile", ERROR_INVALID },
		{ "fronts: many\n", "fronts", ERROR_INVALID },
		{ "port: 8443\n", "port", ERROR_INVALID },
		{ "device: \"8443\"\ndata: \"/tmp\"\n", "PORT", ERROR_INVALID },
		{ "tree: \"/tmp\"\n", "no channel tree", ERROR_NOT_FOUND },
	};
	CLEANUP(run_done) struct run r;

	run_init(&r);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		write_conf(&r, bad[i].conf);
		start(&r, false);
		if (!wait_text(&r, bad[i].says))
			printf("# %s: %s\n", bad[i].conf, r.text);
		CHECK(strstr(r.text, bad[i].says) != NULL);
		CHECK(wait_exit(&r) == error_exit(bad[i].code));
	}
}

static void gives_up(void)
{
	CLEANUP(run_done) struct run r;

	run_init(&r);
	CHECK(shell("rm %s/home/channel/issuers/%s", r.directory, "device.key") == 0);
	start(&r, false);
	CHECK(wait_text(&r, "did not come up"));
	CHECK(strstr(r.text, "ready\n") == NULL);
	CHECK(wait_exit(&r) == error_exit(ERROR_UNAVAILABLE));
}

static const struct check_case cases[] = {
	{ "server: comes up, ends in order, and comes up again", comes_up },
	{ "server: each process that dies is replaced, and the server answers", survives },
	{ "server: refuses to run as root", refuses_root },
	{ "server: a bad configuration is named and refused", refuses_conf },
	{ "server: what cannot start is given up, and said", gives_up },
};
CHECK_MAIN(cases)
