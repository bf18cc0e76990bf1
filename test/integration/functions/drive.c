/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work-drive: the manager's side of a worker, for the tests of functions: start the real worker in
 * its real sandbox, give it one order, keep its undo records in files, and print what it says as
 * lines of JSON. It can end the worker at any record, as a crash would.
 *
 *	work-drive --worker FILE --kind KIND [--items FILE] [--before FILE] [--run FILE]
 *	           [--kill-at N [--kill-after-us US | --kill-unkept]]
 *
 * --items: {"key": {…}, …}. --before: records that are announced, oldest first (they go out newest
 * first). --run: the records of this run are added to it, durable before they are acknowledged.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "agent/profile.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/limits.h"
#include "ipc/agent_messages.h"
#include "proto/function.h"

struct drive {
	char *worker, *kind, *items, *before, *run;
	uint32_t kill_at, kill_after_us;
	bool kill_unkept;
	json_t *wanted;	 /* of --items */
	json_t *records; /* of --before: an array, oldest first */
	int fd;
	pid_t pid;
};

static void die(const char *what, const struct error *err)
{
	(void)fprintf(stderr, "work-drive: %s: %s\n", what, err->msg);
	exit(2);
}

/* ---- files of records: an array of {key, object, blob (base64)} ---- */

static json_t *read_json(const char *path, json_t *otherwise)
{
	json_error_t je;
	json_t *v = path ? json_load_file(path, JSON_REJECT_DUPLICATES, &je) : NULL;

	if (path && !v && file_exists(path)) {
		(void)fprintf(stderr, "work-drive: %s: %s\n", path, je.text);
		exit(2);
	}
	return v ? v : otherwise;
}

static void keep_record(const struct drive *d, const struct ipc_message *m)
{
	const struct work_undo *u = m->body;
	struct error err = ERROR_INIT;
	auto_buf struct buf blob = BUF_INIT, out = BUF_INIT;
	auto_json json_t *all = read_json(d->run, json_array());

	if (base64_encode(m->blob.data, m->blob.len, &blob, &err) < 0)
		die("record", &err);
	(void)json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "key", u->key, "object",
						   u->object, "blob", (char *)blob.data));
	if (jmap_dump(all, &out, &err) < 0 ||
	    file_replace(d->run, out.data, out.len, 0600, &err) < 0)
		die("record", &err);
}

/* ---- the order ---- */

static void tell(const struct drive *d, unsigned type, const void *body, const struct buf *blob)
{
	struct error err = ERROR_INIT;
	struct ipc_send s = { .type = type,
			      .body = body,
			      .blob = blob ? blob->data : NULL,
			      .blob_len = blob ? blob->len : 0 };

	if (ipc_write(d->fd, &work_protocol, &s, &err) < 0)
		die("send", &err);
}

static int kind_of(const char *name)
{
	static const char *const names[] = { NULL,     "policy",  "command", "readback",
					     "revert", "recover", "query" };

	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	(void)fprintf(stderr, "work-drive: no kind '%s'\n", name);
	exit(2);
}

static void send_order(const struct drive *d)
{
	struct work_item items[LIMIT_SETTINGS] = { 0 };
	struct work_start s = { .kind = kind_of(d->kind),
				.deadline_s = 300,
				.items = { items, 0 } };
	size_t n = json_array_size(d->records);
	const char *key;
	json_t *v;

	json_object_foreach (d->wanted, key, v)
		items[s.items.n++] = (struct work_item){ .key = (char *)key, .wanted = v };
	s.n_undo = (uint32_t)n;
	tell(d, WORK_START, &s, NULL);
	for (size_t i = n; i-- > 0;) {
		const json_t *r = json_array_get(d->records, i);
		const char *text = json_string_value(json_object_get(r, "blob"));
		struct error err = ERROR_INIT;
		auto_buf struct buf blob = BUF_INIT;
		struct work_undo u = {
			.seq = (uint32_t)i + 1,
			.key = (char *)json_string_value(json_object_get(r, "key")),
			.object = (char *)json_string_value(json_object_get(r, "object")),
		};

		if (base64_decode(text, strlen(text), 0, &blob, &err) < 0)
			die("blob", &err);
		tell(d, WORK_UNDO, &u, &blob);
	}
}

static unsigned needs(const struct drive *d)
{
	unsigned all = 0;
	const char *key;
	json_t *v;
	size_t i;

	json_object_foreach (d->wanted, key, v) {
		const struct function *f = function_find(key, FUNCTION_SETTING);

		f = f ? f : function_find(key, FUNCTION_COMMAND);
		all |= f ? f->needs : 0;
	}
	json_array_foreach (d->records, i, v) {
		const char *name = json_string_value(json_object_get(v, "key"));
		const struct function *f = function_find(name, FUNCTION_SETTING);

		all |= f ? f->needs : 0;
	}
	return all;
}

static void start(struct drive *d)
{
	const char *const argv[] = { "muster-agent-work", NULL };
	struct error err = ERROR_INIT;
	int pair[2];
	struct proc_command c = { .path = d->worker, .argv = argv, .fds = &pair[1], .n_fds = 1 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		exit(2);
	if (proc_spawn(agent_profile(AGENT_WORK, needs(d)), &c, &d->pid, &err) < 0)
		die("start the worker", &err);
	close(pair[1]);
	d->fd = pair[0];
}

/* ---- what the worker says ---- */

static void print(const struct ipc_message *m)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf out = BUF_INIT;

	if (m->def->table && jmap_write(m->body, m->def->table, &out, &err) < 0)
		die("print", &err);
	(void)printf("{\"%s\":%s}\n", m->def->name, out.len ? (char *)out.data : "null");
	(void)fflush(stdout);
}

static void end_worker(const struct drive *d)
{
	(void)kill(d->pid, SIGKILL);
	(void)waitpid(d->pid, NULL, 0);
	(void)printf("{\"killed\":true}\n");
	exit(0);
}

static void on_undo(const struct drive *d, const struct ipc_message *m)
{
	struct work_kept kept = { .seq = ((const struct work_undo *)m->body)->seq };
	bool here = d->kill_at == kept.seq;

	keep_record(d, m);
	if (here && d->kill_unkept)
		end_worker(d);
	tell(d, WORK_KEPT, &kept, NULL);
	if (here) {
		struct timespec t = { d->kill_after_us / 1000000,
				      d->kill_after_us % 1000000 * 1000L };

		(void)nanosleep(&t, NULL);
		end_worker(d);
	}
}

static int listen_to(const struct drive *d)
{
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
		struct error err = ERROR_INIT;
		int status = 0;

		if (ipc_read(d->fd, &work_protocol, &m, &err) < 0) {
			(void)waitpid(d->pid, &status, 0);
			(void)printf("{\"died\":%d}\n", status);
			return 1;
		}
		print(&m);
		if (m.type == WORK_UNDO)
			on_undo(d, &m);
		if (m.type == WORK_DONE) {
			(void)waitpid(d->pid, &status, 0);
			return status ? 1 : 0;
		}
	}
}

/* The value of an option, or NULL. */
static char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

int main(int argc, char **argv)
{
	struct drive d = { .worker = option(argc, argv, "--worker"),
			   .kind = option(argc, argv, "--kind"),
			   .items = option(argc, argv, "--items"),
			   .before = option(argc, argv, "--before"),
			   .run = option(argc, argv, "--run") };
	const char *at = option(argc, argv, "--kill-at"),
		   *us = option(argc, argv, "--kill-after-us");

	if (!d.worker || !d.kind || !d.run) {
		(void)fprintf(stderr, "usage: work-drive --worker FILE --kind KIND --run FILE …\n");
		return 2;
	}
	d.kill_at = at ? (uint32_t)strtoul(at, NULL, 10) : 0;
	d.kill_after_us = us ? (uint32_t)strtoul(us, NULL, 10) : 0;
	d.kill_unkept = us == NULL;
	d.wanted = read_json(d.items, json_object());
	d.records = read_json(d.before, json_array());
	(void)signal(SIGPIPE, SIG_IGN);
	start(&d);
	send_order(&d);
	return listen_to(&d);
}
