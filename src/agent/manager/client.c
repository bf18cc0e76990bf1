/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/profile.h"
#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "ipc/agent_messages.h"

static int connect_agent(int *ret, struct error *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = AGENT_RUN "/control" };
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return error_errno(err, errno, "muster-agent is not running (%s)", at.sun_path);
	*ret = STEAL_FD(fd);
	return 0;
}

/* The error that the agent answers with. */
static int take_failed(const struct agent_failed *f, struct error *err)
{
	if (error_set(err, error_find(f->code), "%s", f->message ? f->message : f->code) < 0 &&
	    f->reason)
		err->reason = reason_find(f->reason);
	return -1;
}

/* Show progress until the agent is done. */
static int await_done(int fd, struct error *err)
{
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		if (ipc_read(fd, &control_protocol, &m, err) < 0)
			return -1;
		if (m.type == CONTROL_DONE)
			return 0;
		if (m.type == CONTROL_FAILED)
			return take_failed(m.body, err);
		if (m.type == CONTROL_PROGRESS)
			printf("%s\n", ((struct control_progress *)m.body)->text);
		(void)fflush(stdout);
	}
}

static int request(unsigned type, struct error *err)
{
	auto_close int fd = -1;

	if (connect_agent(&fd, err) < 0 ||
	    ipc_write(fd, &control_protocol, &(struct ipc_send){ .type = type }, err) < 0)
		return -1;
	return await_done(fd, err);
}

/* ---- status ---- */

struct status_options {
	bool json;
};
static const struct jmap status_fields[] = {
	FIELD(status_options, json, "json", jmap_bool, 0, 0, "print JSON"),
};
static const struct jmap_table status_table =
	JMAP_TABLE("status", "", status_fields, struct status_options);

static const struct {
	const char *key, *label;
} lines[] = {
	{ "phase", "Management" },
	{ "enterpriseName", "Enterprise" },
	{ "enterprise", "Enterprise id" },
	{ "ownership", "Ownership" },
	{ "device", "Device id" },
	{ "server", "Server" },
	{ "reference", "Server's name" },
	{ "enrolled", "Enrolled" },
	{ "channel", "Channel" },
	{ "lastContact", "Last contact" },
	{ "trustVersion", "Trust version" },
	{ "stream", "Policy stream" },
	{ "policyName", "Policy" },
	{ "policySerial", "Policy serial" },
	{ "recordsWaiting", "Records waiting" },
};

static void print_settings(const json_t *settings)
{
	size_t i;
	json_t *s;

	if (json_array_size(settings) == 0)
		return;
	printf("\n%-26s %-12s %-40s %s\n", "SETTING", "STATE", "READ BACK", "BY");
	json_array_foreach (settings, i, s) {
		const char *back = json_string_value(json_object_get(s, "readBack"));
		const char *by = json_string_value(json_object_get(s, "by"));

		printf("%-26s %-12s %-40.40s %s\n", json_string_value(json_object_get(s, "key")),
		       json_string_value(json_object_get(s, "state")), back ? back : "",
		       by ? by : "");
	}
}

static void print_keys(const json_t *keys)
{
	size_t i;
	json_t *k;

	json_array_foreach (keys, i, k)
		printf("%-8s %-9s level %lld: %s\n", i ? "" : "Keys",
		       json_string_value(json_object_get(k, "key")),
		       (long long)json_integer_value(json_object_get(k, "level")),
		       json_string_value(json_object_get(k, "reason")));
}

static void print_status(const json_t *status)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const json_t *v = json_object_get(status, lines[i].key);

		if (json_is_string(v) && json_string_length(v))
			printf("%-18s %s\n", lines[i].label, json_string_value(v));
		else if (json_is_integer(v))
			printf("%-18s %lld\n", lines[i].label, (long long)json_integer_value(v));
	}
	print_keys(json_object_get(status, "keys"));
	print_settings(json_object_get(status, "settings"));
}

static int run_status(void *options, struct error *err)
{
	const struct status_options *o = options;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_buf struct buf text = BUF_INIT;
	auto_close int fd = -1;
	const json_t *status;

	if (connect_agent(&fd, err) < 0 ||
	    ipc_write(fd, &control_protocol, &(struct ipc_send){ .type = CONTROL_STATUS }, err) <
		    0 ||
	    ipc_read(fd, &control_protocol, &m, err) < 0)
		return -1;
	if (m.type != CONTROL_ANSWER)
		return m.type == CONTROL_FAILED
			       ? take_failed(m.body, err)
			       : error_set(err, ERROR_INVALID, "an unexpected answer");
	status = ((struct control_answer *)m.body)->status;
	if (!o->json) {
		print_status(status);
		return 0;
	}
	if (jmap_dump(status, &text, err) < 0)
		return -1;
	printf("%s\n", (char *)text.data);
	return 0;
}

const struct opt_command client_status = {
	.name = "status",
	.doc = "Show who manages this device, and the state of each setting",
	.examples =
		(const char *const[]){ "muster-agent status", "muster-agent status --json", NULL },
	.options = &status_table,
	.run = run_status,
};

/* ---- enroll ---- */

struct enroll_options {
	char *file;
	bool yes, trust_on_first_use;
};
static const struct jmap enroll_fields[] = {
	{ .key = "file",
	  .type = &jmap_str,
	  .off = offsetof(struct enroll_options, file),
	  .flags = JMAP_REQUIRED | JMAP_POSITION,
	  .max = LIMIT_URL,
	  .doc = "the enrollment payload (JSON); - for standard input",
	  .hint = "FILE" },
	FIELD(enroll_options, yes, "yes", jmap_bool, 0, 0,
	      "agree without being asked to what is shown"),
	FIELD(enroll_options, trust_on_first_use, "trustOnFirstUse", jmap_bool, 0, 0,
	      "enroll with a payload without digests: whoever answers is believed"),
};
static const struct jmap_table enroll_table =
	JMAP_TABLE("enroll", "", enroll_fields, struct enroll_options);

static void print_terms(const struct control_terms *t)
{
	printf("Enterprise   %s (%s)\nOwnership    %s\nServer       %s, as %s\n",
	       t->name ? t->name : "", t->enterprise, t->ownership, t->url, t->reference);
	if (t->trust_on_first_use)
		printf("\nNothing tells this enterprise from any other: whoever answers at that "
		       "address is believed.\n");
	printf("\nIt will be able to:\n");
	for (size_t i = 0; i < t->rights.n; i++)
		printf("  - %s\n", t->rights.items[i]);
	(void)fflush(stdout);
}

static bool agreed(void)
{
	char line[16];

	printf("\nEnroll this device? [y/N] ");
	(void)fflush(stdout);
	return fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y');
}

static int read_payload(const char *file, struct buf *out, struct error *err)
{
	return strcmp(file, "-") == 0 ? file_read_fd(0, LIMIT_PAYLOAD, out, err)
				      : file_read(file, LIMIT_PAYLOAD, out, err);
}

static int run_enroll(void *options, struct error *err)
{
	const struct enroll_options *o = options;
	const struct control_enroll rq = { .trust_on_first_use = o->trust_on_first_use };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_secret struct buf payload = BUF_INIT;
	auto_close int fd = -1;

	if (read_payload(o->file, &payload, err) < 0 || connect_agent(&fd, err) < 0 ||
	    ipc_write(fd, &control_protocol,
		      &(struct ipc_send){ .type = CONTROL_ENROLL,
					  .body = &rq,
					  .blob = payload.data,
					  .blob_len = payload.len },
		      err) < 0 ||
	    ipc_read(fd, &control_protocol, &m, err) < 0)
		return -1;
	if (m.type == CONTROL_FAILED)
		return take_failed(m.body, err);
	if (m.type != CONTROL_TERMS)
		return error_set(err, ERROR_INVALID, "an unexpected answer");
	print_terms(m.body);
	if (!o->yes && !agreed())
		return error_set(err, ERROR_DENIED, "not agreed to; nothing was changed");
	if (ipc_write(fd, &control_protocol, &(struct ipc_send){ .type = CONTROL_AGREE }, err) < 0)
		return -1;
	return await_done(fd, err);
}

const struct opt_command client_enroll = {
	.name = "enroll",
	.doc = "Put this device under an enterprise's management, after showing what that means",
	.examples = (const char *const[]){ "muster-agent enroll payload.json",
					   "muster-agent enroll --yes - < payload.json", NULL },
	.options = &enroll_table,
	.run = run_enroll,
};

/* ---- unenroll, sync ---- */

static int run_unenroll(void *options, struct error *err)
{
	return request(CONTROL_UNENROLL, err);
}

static int run_sync(void *options, struct error *err)
{
	return request(CONTROL_SYNC, err);
}

static int run_renew(void *options, struct error *err)
{
	return request(CONTROL_RENEW, err);
}

const struct opt_command client_unenroll = {
	.name = "unenroll",
	.doc = "Take this device out of management; every change is undone",
	.examples = (const char *const[]){ "muster-agent unenroll", NULL },
	.run = run_unenroll,
};

const struct opt_command client_sync = {
	.name = "sync",
	.doc = "Read every setting back and check in with the server now",
	.examples = (const char *const[]){ "muster-agent sync", NULL },
	.run = run_sync,
};

const struct opt_command client_renew = {
	.name = "renew",
	.doc = "Renew the key of the channel now; by itself that is done in time",
	.examples = (const char *const[]){ "muster-agent renew", NULL },
	.run = run_renew,
};
