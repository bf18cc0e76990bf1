/* SPDX-License-Identifier: Apache-2.0 */
/* GET /device/v1/instructions?after=SEQ&wait=SECONDS: answered when there is something. */
#include <string.h>

#include "base/limits.h"
#include "proto/checkin.h"
#include "server/front/device.h"
#include "server/front/routes.h"

/* One request on its way. It is asked of core, then held, and asked again at each wake-up; the
 * exchange may end at any time while core's answer is due. */
struct device_poll {
	struct front *front;
	struct http_exchange *x;  /* NULL: ended */
	struct device_peer *peer; /* NULL: gone */
	struct server_instructions ask;
	uint64_t wait_ms;
	bool asking; /* core's answer is due */
	bool again;  /* woken meanwhile */
	bool held;
};

static void poll_free(struct device_poll *poll)
{
	if (poll->peer && poll->peer->poll == poll)
		poll->peer->poll = NULL;
	free(poll);
}

static void on_end(struct http_exchange *x, void *userdata)
{
	struct device_poll *poll = userdata;

	poll->x = NULL;
	if (!poll->asking)
		poll_free(poll);
}

void poll_orphan(struct device_peer *p)
{
	if (p->poll)
		p->poll->peer = NULL;
	p->poll = NULL;
}

/* core's list and its blob as the device's JSON. */
static int write_reply(const struct ipc_message *m, struct http_reply *r, struct error *err)
{
	const struct server_instructions_are *are = m->body;
	const struct server_instruction *from = are->instructions.items;
	size_t n = are->instructions.n, at = 0;
	auto_free struct instruction_item *items = calloc(n + 1, sizeof(*items));
	struct instructions_reply reply = { { items, n }, are->checkin };

	if (!items)
		return error_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (from[i].size > m->blob.len - at)
			return error_set(err, ERROR_INTERNAL, "an instruction is not whole");
		items[i].seq = from[i].seq;
		items[i].type = from[i].type;
		memcpy(items[i].id, from[i].id, sizeof(items[i].id));
		items[i].document = BUF_VIEW(m->blob.data + at, from[i].size);
		at += from[i].size;
	}
	return jmap_write(&reply, &instructions_reply_table, &r->body, err);
}

static void answer(struct device_poll *poll, const struct ipc_message *m)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "application/json" };
	struct http_exchange *x = poll->x;
	struct error err = ERROR_INIT;

	poll_free(poll);
	if (write_reply(m, &r, &err) < 0)
		http_exchange_error(x, &err);
	else
		http_exchange_answer(x, &r);
}

static void ask(struct device_poll *poll);

/* Nothing yet. */
static void wait_on(struct device_poll *poll)
{
	auto_http_reply struct http_reply nothing = { .status = 204 };

	if (poll->again) {
		ask(poll);
	} else if (poll->wait_ms == 0) {
		struct http_exchange *x = poll->x;

		poll_free(poll);
		http_exchange_answer(x, &nothing);
	} else if (!poll->held) {
		poll->held = true;
		http_exchange_hold(poll->x, poll->wait_ms, on_end, poll);
	}
}

static bool has_news(const struct server_instructions_are *are)
{
	return are->instructions.n > 0 || are->checkin;
}

static void on_instructions(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct device_poll *poll = userdata;

	poll->asking = false;
	if (!poll->x) {
		poll_free(poll);
	} else if (m && has_news(m->body)) {
		answer(poll, m);
	} else if (m) {
		wait_on(poll);
	} else if (poll->held && err->code == ERROR_UNAVAILABLE) {
		/* core is being started anew: it is asked again when it is there. */
		poll->again = false;
	} else {
		struct http_exchange *x = poll->x;

		poll_free(poll);
		http_exchange_error(x, err);
	}
}

static void ask(struct device_poll *poll)
{
	poll->asking = true;
	poll->again = false;
	link_call(poll->front->core,
		  &(struct ipc_send){ .type = SERVER_INSTRUCTIONS, .body = &poll->ask },
		  SERVER_INSTRUCTIONS_ARE, on_instructions, poll);
}

void poll_wake(struct front *f, struct device_peer *p)
{
	if (!p->poll)
		return;
	if (p->poll->asking)
		p->poll->again = true;
	else
		ask(p->poll);
}

void device_instructions(struct http_exchange *x, const struct http_route *r)
{
	struct device_peer *p = device_of(x);
	struct device_poll *poll;
	struct error err = ERROR_INIT;
	uint64_t after, wait_s;

	if (!p)
		return;
	if (http_request_query_u64(http_exchange_request(x), "after", INT64_MAX, 0, &after, &err) <
		    0 ||
	    http_request_query_u64(http_exchange_request(x), "wait", LIMIT_HTTP_HOLD_S, 0, &wait_s,
				   &err) < 0) {
		http_exchange_error(x, &err);
		return;
	}
	poll = calloc(1, sizeof(*poll));
	if (!poll) {
		if (error_oom(&err) < 0)
			http_exchange_error(x, &err);
		return;
	}
	*poll = (struct device_poll){
		.front = front_of(x), .x = x, .peer = p, .wait_ms = wait_s * 1000
	};
	memcpy(poll->ask.device, p->device, sizeof(poll->ask.device));
	memcpy(poll->ask.certificate, p->certificate, sizeof(poll->ask.certificate));
	poll->ask.after = after;
	if (p->poll)
		p->poll->peer = NULL; /* an earlier one that ended, with core's answer still due */
	p->poll = poll;
	ask(poll);
}
