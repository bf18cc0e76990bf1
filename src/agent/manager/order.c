/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "proto/function.h"

enum {
	PROVE_FIRST_US = 1000 * 1000,
	PROVE_TRIES = 10, /* a locker needs seconds, not minutes */
};

static struct order *order_free(struct order *o)
{
	struct order **at = &o->agent->orders;

	while (*at && *at != o)
		at = &(*at)->next;
	if (*at)
		*at = o->next;
	sd_event_source_disable_unref(o->timer);
	(void)worker_free(o->worker);
	free(o);
	(void)malloc_trim(0);
	return NULL;
}

static void record_order(struct order *o, enum audit_event event, const struct error *why,
			 json_t *answer)
{
	json_auto_t *detail = json_pack("{s:s, s:s, s:O?}", "instruction", o->id, "command", o->key,
					"answer", answer);

	agent_record(o->agent,
		     &(struct queue_entry){
			     .event = event, .subject = "server", .why = why, .detail = detail });
}

static int run(struct order *o, enum work_kind kind, const json_t *args, worker_fn *fn,
	       struct error *err)
{
	const struct function *f = function_find(o->key, FUNCTION_COMMAND);
	json_auto_t *items = json_pack("{s:O}", o->key, args);
	const struct worker_job job = {
		.kind = kind, .id = o->id, .items = items, .needs = f->needs, .undo_run = -1
	};

	if (!items)
		return error_oom(err);
	return worker_start(o->agent->loop, o->agent->libexec, o->agent->db, &job, fn, o,
			    &o->worker, err);
}

static void on_proof(struct worker *w, const struct worker_result *r, void *userdata);

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct order *o = userdata;
	json_auto_t *none = json_object();
	struct error err = ERROR_INIT;

	if (run(o, WORK_READBACK, none, on_proof, &err) < 0) {
		agent_complain(o->agent, &err);
		(void)order_free(o);
	}
	return 0;
}

/* A lock is delivered when its signal was sent, and proven when the session says that it is locked.
 */
static void prove_later(struct order *o)
{
	uint64_t wait = PROVE_FIRST_US;

	if (o->tries++ == PROVE_TRIES) {
		(void)order_free(o);
		return;
	}
	if (o->timer)
		(void)sd_event_source_disable_unref(STEAL(o->timer));
	if (sd_event_add_time_relative(o->agent->loop, &o->timer, CLOCK_BOOTTIME, wait, 0, on_timer,
				       o) < 0)
		(void)order_free(o);
}

static void on_proof(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct order *o = userdata;
	const struct work_state *s = r->states->items;
	bool proven = r->why->code == ERROR_NONE && r->states->n == 1 &&
		      strcmp(s->state, "enforced") == 0;
	json_auto_t *answer = proven ? json_pack("{s:s*}", "readBack", s->read_back) : NULL;

	o->worker = worker_free(w);
	if (proven) {
		record_order(o, AUDIT_COMMAND_PROVEN, NULL, answer);
		(void)order_free(o);
	} else {
		prove_later(o);
	}
}

static void on_done(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct order *o = userdata;
	bool failed = r->why->code;

	record_order(o, failed ? AUDIT_COMMAND_FAILED : AUDIT_COMMAND_DELIVERED, r->why, r->detail);
	o->worker = worker_free(w);
	if (!failed && strcmp(o->key, functions[FUNCTION_LOCK].key) == 0)
		prove_later(o);
	else
		(void)order_free(o);
}

static void do_sync(struct order *o)
{
	record_order(o, AUDIT_COMMAND_DELIVERED, NULL, NULL);
	apply_readback(o->agent);
	report_checkin(o->agent);
}

static void do_unenroll(struct order *o)
{
	record_order(o, AUDIT_COMMAND_DELIVERED, NULL, NULL);
	leave_begin(o->agent, "server");
}

/* Rows with FUNCTION_MANAGER. */
static const struct {
	enum function_id id;
	void (*run)(struct order *o);
} own[] = {
	{ FUNCTION_SYNC, do_sync },
	{ FUNCTION_UNENROLL, do_unenroll },
};

static bool run_own(struct order *o, const struct function *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (function_id_of(f) == own[i].id) {
			own[i].run(o);
			return true;
		}
	return false;
}

void order_start(struct agent *a, const struct command *c)
{
	struct order *o = calloc(1, sizeof(*o));
	const struct function *f = function_find(c->command, FUNCTION_COMMAND);
	json_auto_t *none = json_object();
	struct error err = ERROR_INIT;

	if (!o || !f)
		return; /* the verifier has bound the row already */
	o->agent = a;
	o->next = a->orders;
	a->orders = o;
	memcpy(o->id, c->header.id, sizeof(o->id));
	(void)snprintf(o->key, sizeof(o->key), "%s", c->command);
	if (run_own(o, f)) {
		(void)order_free(o);
		return;
	}
	if (run(o, WORK_COMMAND, c->args ? c->args : none, on_done, &err) < 0) {
		record_order(o, AUDIT_COMMAND_FAILED, &err, NULL);
		(void)order_free(o);
	}
}

void orders_done(struct agent *a)
{
	while (a->orders)
		(void)order_free(a->orders);
}
