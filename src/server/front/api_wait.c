/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/instructions/{id}?wait=SECONDS&state=delivered|proven: answered when every delivery
 * has come that far or has ended otherwise (refused, failed, cancelled); 204 where the wait is over
 * first.
 */
#include <string.h>

#include "base/field.h"
#include "base/limits.h"
#include "server/front/api.h"
#include "server/front/routes.h"

static const char *const goals[] = { [GOAL_DELIVERED] = "delivered", [GOAL_PROVEN] = "proven" };
static const struct jmap_enum goal_enum = { goals, ARRAY_SIZE(goals) };
static const struct jmap wait_fields[] = {
	FIELD(api_wait_query, wait_s, "wait", jmap_u32, 0, LIMIT_HTTP_HOLD_S,
	      "seconds; 0: answered at once"),
	FIELD_(api_wait_query, state, "state", jmap_enum, 0, 0, 0, &goal_enum,
	       "how far every delivery is to come; delivered where it is left out"),
};
const struct jmap_table api_wait_table =
	JMAP_TABLE("wait", "how long to wait", wait_fields, struct api_wait_query);

/* One request on its way. It is asked of core, then held, and asked again whenever core says that a
 * delivery moved; the exchange may end at any time while core's answer is due. */
struct api_wait {
	struct api_wait *next;
	struct front *front;
	struct http_exchange *x; /* NULL: ended */
	struct admin_named ask;	 /* owned */
	enum api_goal goal;
	uint64_t wait_ms;
	bool asking; /* core's answer is due */
	bool again;  /* something moved meanwhile */
	bool held;
};

static void wait_free(struct api_wait *w)
{
	struct api_wait **at = &w->front->waits;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	jmap_done(&admin_named_table, &w->ask);
	free(w);
}

static void on_end(struct http_exchange *x, void *userdata)
{
	struct api_wait *w = userdata;

	w->x = NULL;
	if (!w->asking)
		wait_free(w);
}

static bool reached(const struct admin_instruction *i, enum api_goal goal)
{
	uint32_t so_far = goal == GOAL_PROVEN ? i->proven : i->delivered;

	return so_far + i->failed + i->cancelled >= i->devices;
}

static void ask(struct api_wait *w);

static void wait_on(struct api_wait *w)
{
	if (w->again) {
		ask(w);
	} else if (!w->held) {
		w->held = true;
		http_exchange_hold(w->x, w->wait_ms, on_end, w);
	}
}

/* The answer to give, or the error; w is gone. */
static void answer(struct api_wait *w, struct ipc_message *m, const struct error *err)
{
	struct http_exchange *x = w->x;

	wait_free(w);
	if (m)
		front_answer_json(x, 200, m->body, m->def->table);
	else
		api_error(x, err);
}

static void on_reply(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct api_wait *w = userdata;
	const struct admin_instruction_detail *is = m ? m->body : NULL;

	w->asking = false;
	if (!w->x)
		wait_free(w);
	else if (is && !reached(&is->instruction, w->goal))
		wait_on(w);
	else if (!m && w->held && err->code == ERROR_UNAVAILABLE)
		w->again = false; /* core is being started anew, and asked again when it is there */
	else
		answer(w, m, err);
}

static void ask(struct api_wait *w)
{
	w->asking = true;
	w->again = false;
	link_call(w->front->core,
		  &(struct ipc_send){ .type = SERVER_INSTRUCTION_SHOW, .body = &w->ask },
		  SERVER_INSTRUCTION_IS, on_reply, w);
}

static bool concerns(const struct api_wait *w, const struct server_devices *moved)
{
	if (moved->devices.n == 0)
		return true;
	for (size_t i = 0; i < moved->devices.n; i++)
		if (strcmp(moved->devices.items[i], w->ask.id) == 0)
			return true;
	return false;
}

void api_moved(struct front *f, const struct server_devices *moved)
{
	struct api_wait *next;

	for (struct api_wait *w = f->waits; w; w = next) {
		next = w->next;
		if (!concerns(w, moved))
			continue;
		if (w->asking)
			w->again = true;
		else
			ask(w);
	}
}

static int read_goal(const struct http_request *rq, enum api_goal *ret, struct error *err)
{
	auto_free char *text = NULL;

	if (http_request_query(rq, "state", &text, err) < 0)
		return -1;
	for (int i = GOAL_DELIVERED; i <= GOAL_PROVEN; i++)
		if (strcmp(text ? text : goals[GOAL_DELIVERED], goals[i]) == 0) {
			*ret = i;
			return 0;
		}
	return error_set(err, ERROR_INVALID, "'state' is delivered or proven");
}

static int begin(struct http_exchange *x, uint64_t wait_s, struct api_wait **ret, struct error *err)
{
	const struct http_request *rq = http_exchange_request(x);
	const struct admin_caller caller = api_caller(x);
	enum api_goal goal = GOAL_DELIVERED;
	struct api_wait *w;

	if (read_goal(rq, &goal, err) < 0)
		return -1;
	w = calloc(1, sizeof(*w));
	if (!w)
		return error_oom(err);
	*w = (struct api_wait){
		.front = front_of(x), .x = x, .goal = goal, .wait_ms = wait_s * 1000
	};
	memcpy(w->ask.caller.login, caller.login, sizeof(w->ask.caller.login));
	w->ask.caller.address = strdup(caller.address);
	w->ask.id = strdup(http_request_param(rq, "id"));
	if (!w->ask.caller.address || !w->ask.id) {
		wait_free(w);
		return error_oom(err);
	}
	*ret = w;
	return 0;
}

void api_instruction(struct http_exchange *x, const struct http_route *r)
{
	struct error err = ERROR_INIT;
	struct api_wait *w = NULL;
	uint64_t wait_s;
	int found = http_request_query_u64(http_exchange_request(x), "wait", LIMIT_HTTP_HOLD_S, 0,
					   &wait_s, &err);

	if (found == 0 && wait_s == 0) {
		api_call(x, r);
	} else if (found < 0 || begin(x, wait_s, &w, &err) < 0) {
		api_error(x, &err);
	} else {
		w->next = w->front->waits;
		w->front->waits = w;
		ask(w);
	}
}
