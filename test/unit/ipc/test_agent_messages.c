/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/agent_messages.h"

#include <sys/socket.h>

#include "base/limits.h"
#include "check.h"

static const struct ipc_protocol *const protocols[] = {
	&net_protocol, &agent_key_protocol, &verify_protocol, &work_protocol, &control_protocol,
};

/* Write and read one message over a socket pair; whether both went well. */
static bool pass(const struct ipc_protocol *p, const struct ipc_send *s, struct ipc_message *m,
		 struct error *err)
{
	int fds[2], r;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	r = ipc_write(fds[0], p, s, err);
	close(fds[0]);
	if (r == 0)
		r = ipc_read(fds[1], p, m, err);
	close(fds[1]);
	return r == 0;
}

static void tables(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		for (size_t t = 0; t < protocols[i]->n_types; t++) {
			const struct ipc_type *type = &protocols[i]->types[t];

			CHECK(type->name && type->fds_max <= IPC_FDS_MAX);
			CHECK(type->blob_max <= LIMIT_IPC_BLOB);
			CHECK(!type->table || type->table->n_fields);
		}
}

static void undo_round_trip(void)
{
	const struct work_undo u = { .seq = 3,
				     .key = (char *)"loginBanner",
				     .object = (char *)"file:/etc/issue" };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	const struct work_undo *back;

	CHECK(pass(
		&work_protocol,
		&(struct ipc_send){ .type = WORK_UNDO, .body = &u, .blob = "\0\1", .blob_len = 2 },
		&m, &err));
	back = m.body;
	CHECK(m.blob.len == 2 && back->seq == 3);
	CHECK_STR(back->object, "file:/etc/issue");
}

static void start_round_trip(void)
{
	json_auto_t *wanted = json_pack("{s:s}", "text", "Hello");
	struct work_item item = { .key = (char *)"loginBanner", .wanted = wanted };
	const struct work_start s = {
		.kind = WORK_POLICY, .deadline_s = 60, .items = { &item, 1 }, .n_undo = 4
	};
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	const struct work_start *back;

	CHECK(pass(&work_protocol, &(struct ipc_send){ .type = WORK_START, .body = &s }, &m, &err));
	back = m.body;
	CHECK(back->kind == WORK_POLICY && back->n_undo == 4 && back->items.n == 1);
	CHECK_STR(json_string_value(
			  json_object_get(((struct work_item *)back->items.items)->wanted, "text")),
		  "Hello");
}

/* What one side must not be able to make the other take. */
static void limits(void)
{
	static char big[LIMIT_PAYLOAD + 1];
	const struct control_enroll enroll = { 0 };
	const struct work_kept none = { 0 };
	const struct agent_key_select bad = { .key = 7 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	CHECK(!pass(&control_protocol,
		    &(struct ipc_send){ .type = CONTROL_ENROLL,
					.body = &enroll,
					.blob = big,
					.blob_len = sizeof(big) },
		    &m, &err));
	CHECK(!pass(&work_protocol, &(struct ipc_send){ .type = WORK_KEPT, .body = &none }, &m,
		    &err));
	CHECK(!pass(&agent_key_protocol, &(struct ipc_send){ .type = AGENT_KEY_MAKE, .body = &bad },
		    &m, &err));
	CHECK(!pass(&net_protocol, &(struct ipc_send){ .type = 99 }, &m, &err));
}

static const struct check_case cases[] = {
	{ "agent messages: every row is within the channel's limits", tables },
	{ "agent messages: an undo record comes through", undo_round_trip },
	{ "agent messages: a worker's order comes through", start_round_trip },
	{ "agent messages: what does not fit the table is refused", limits },
};

CHECK_MAIN(cases)
