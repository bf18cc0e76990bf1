/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "proto/function.h"

enum {
	PROVE_WAIT_US = 1000 * 1000,
	PROVE_TRIES = 10, /* a locker needs seconds, not minutes */
};

struct order {
	struct agent *agent;
	const struct function *function;
	struct worker *worker; /* NULL: the manager carries it out itself */
	char id[UUID_SIZE];
	bool delivered; /* and waits to be proven */
	struct order *next;
};

/*
 * A lock is delivered when its signal was sent, and proven when the sessions say that they are
 * locked. One look serves all locks that wait for it.
 */
struct proof {
	struct worker *worker;
	sd_event_source *timer;
	unsigned tries;
};

void order_drop(struct order *o)
{
	struct order **at;

	if (!o)
		return;
	for (at = &o->agent->orders; *at && *at != o;)
		at = &(*at)->next;
	if (*at)
		*at = o->next;
	(void)worker_free(o->worker);
	free(o);
}

static void record_order(struct order *o, enum audit_event event, const struct error *why,
			 json_t *answer)
{
	json_auto_t *detail = json_pack("{s:s, s:s, s:O*}", "instruction", o->id, "command",
					o->function->key, "answer", answer);

	agent_record(o->agent,
		     &(struct queue_entry){
			     .event = event, .subject = "server", .why = why, .detail = detail });
}

/* ---- proof ---- */

static void on_proof(struct worker *w, const struct worker_result *r, void *userdata);

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;
	const struct function *f = &functions[FUNCTION_LOCK];
	const struct host host = agent_host(a);
	json_auto_t *items = json_pack("{s:{}}", f->key);
	const struct worker_job job = { .kind = WORK_READBACK,
					.items = items,
					.needs = f->needs,
					.undo_run = -1,
					.fn = on_proof,
					.userdata = a };
	struct error err = ERROR_INIT;

	if (!a->proof->worker && worker_start(&host, &job, &a->proof->worker, &err) < 0)
		agent_complain(a, &err);
	return 0;
}

static void prove_soon(struct agent *a)
{
	if (!a->proof) {
		a->proof = calloc(1, sizeof(*a->proof));
		if (!a->proof ||
		    sd_event_add_time_relative(a->loop, &a->proof->timer, CLOCK_BOOTTIME,
					       PROVE_WAIT_US, 0, on_timer, a) < 0)
			log_error("proof of a lock: out of memory");
		return;
	}
	if (!a->proof->timer || a->proof->worker)
		return; /* on_proof looks again */
	(void)sd_event_source_set_time_relative(a->proof->timer, PROVE_WAIT_US);
	(void)sd_event_source_set_enabled(a->proof->timer, SD_EVENT_ONESHOT);
}

/* Every lock that was delivered is proven, or is given up. */
static void settle_locks(struct agent *a, json_t *answer, bool proven)
{
	for (struct order *o = a->orders, *next; o; o = next) {
		next = o->next;
		if (!o->delivered)
			continue;
		if (proven)
			record_order(o, AUDIT_COMMAND_PROVEN, NULL, answer);
		order_drop(o);
	}
}

static void on_proof(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;
	const struct work_state *s = r->states->items;
	bool proven = r->why->code == ERROR_NONE && r->states->n == 1 &&
		      strcmp(s->state, "enforced") == 0;
	json_auto_t *answer = proven ? json_pack("{s:s*}", "readBack", s->read_back) : NULL;

	a->proof->worker = worker_free(w);
	if (!proven && ++a->proof->tries < PROVE_TRIES) {
		prove_soon(a);
		return;
	}
	settle_locks(a, answer, proven);
	a->proof->tries = 0;
}

/* ---- carrying out ---- */

static void on_done(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct order *o = userdata;
	struct agent *a = o->agent;
	bool failed = r->why->code;

	record_order(o, failed ? AUDIT_COMMAND_FAILED : AUDIT_COMMAND_DELIVERED, r->why, r->detail);
	o->worker = worker_free(w);
	if (!failed && function_id_of(o->function) == FUNCTION_LOCK) {
		o->delivered = true;
		if (a->proof)
			a->proof->tries = 0;
		prove_soon(a);
	} else {
		order_drop(o);
	}
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

/* Rows with ROW_MANAGER. */
static const struct {
	enum function_id id;
	void (*run)(struct order *o);
} own[] = {
	{ FUNCTION_SYNC, do_sync },
	{ FUNCTION_UNENROLL, do_unenroll },
};

static void run_own(struct order *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (function_id_of(o->function) == own[i].id)
			own[i].run(o);
	order_drop(o);
}

static struct worker_job job_of(struct order *o, const json_t *items)
{
	return (struct worker_job){ .kind = WORK_COMMAND,
				    .id = o->id,
				    .items = items,
				    .needs = o->function->needs,
				    .undo_run = -1,
				    .fn = on_done,
				    .userdata = o };
}

struct order *order_prepare(struct agent *a, const struct command *c)
{
	struct order *o = calloc(1, sizeof(*o));
	const struct host host = agent_host(a);
	struct worker_job job;
	struct error err = ERROR_INIT;

	if (!o)
		return NULL;
	o->agent = a;
	o->function = function_find(c->command, FUNCTION_COMMAND);
	memcpy(o->id, c->header.id, sizeof(o->id));
	o->next = a->orders;
	a->orders = o;
	job = job_of(o, NULL);
	if ((o->function->flags & ROW_MANAGER) ||
	    worker_prepare(&host, &job, &o->worker, &err) == 0)
		return o;
	record_order(o, AUDIT_COMMAND_FAILED, &err, NULL);
	order_drop(o);
	return NULL;
}

void order_begin(struct order *o, const struct command *c)
{
	json_auto_t *none = json_object();
	json_auto_t *items = json_pack("{s:O}", c->command, c->args ? c->args : none);
	const struct worker_job job = job_of(o, items);
	struct error err = ERROR_INIT;

	if (!o->worker) {
		run_own(o);
		return;
	}
	if (worker_begin(o->worker, &job, &err) < 0) {
		record_order(o, AUDIT_COMMAND_FAILED, &err, NULL);
		order_drop(o);
	}
}

void orders_done(struct agent *a)
{
	while (a->orders)
		order_drop(a->orders);
	if (!a->proof)
		return;
	(void)worker_free(a->proof->worker);
	sd_event_source_disable_unref(a->proof->timer);
	free(a->proof);
	a->proof = NULL;
}
