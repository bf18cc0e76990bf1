/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <stdio.h>
#include <string.h>

#include "agent/manager/ledger.h"
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
	struct error failure; /* of the preparation */
	bool delivered;	      /* and waits to be proven */
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

static void record(struct agent *a, const char *id, const struct function *f,
		   enum audit_event event, const struct error *why, json_t *answer)
{
	json_auto_t *detail = json_pack("{s:s, s:s, s:O*}", "instruction", id, "command", f->key,
					"answer", answer);

	agent_record(a,
		     &(struct queue_entry){
			     .event = event, .subject = "server", .why = why, .detail = detail });
}

/* The end of a command: recorded, and off the ledger, or neither. */
static int settle(struct agent *a, const char *id, const struct function *f, enum audit_event event,
		  const struct error *why, json_t *answer)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
	struct error err = ERROR_INIT;
	int r = sqlite_begin(a->db, &tx, &err);

	if (r == 0)
		r = ledger_remove(a->db, id, &err);
	if (r == 0) {
		record(a, id, f, event, why, answer);
		r = sqlite_commit(&tx, &err);
	}
	if (r < 0)
		agent_complain(a, &err);
	return r;
}

static void settle_order(struct order *o, enum audit_event event, const struct error *why,
			 json_t *answer)
{
	/* What cannot be recorded now, the next life of the manager records. */
	(void)!settle(o->agent, o->id, o->function, event, why, answer);
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
			record(a, o->id, o->function, AUDIT_COMMAND_PROVEN, NULL, answer);
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

	settle_order(o, failed ? AUDIT_COMMAND_FAILED : AUDIT_COMMAND_DELIVERED, r->why, r->detail);
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
	settle_order(o, AUDIT_COMMAND_DELIVERED, NULL, NULL);
	apply_readback(o->agent);
	report_checkin(o->agent);
}

static void do_unenroll(struct order *o)
{
	/* From where it is durable that the device leaves, this is proven (see proven). */
	leave_begin(o->agent, "server");
	settle_order(o, AUDIT_COMMAND_DELIVERED, NULL, NULL);
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

	if (!o)
		return NULL;
	o->agent = a;
	o->function = function_find(c->command, FUNCTION_COMMAND);
	memcpy(o->id, c->header.id, sizeof(o->id));
	o->next = a->orders;
	a->orders = o;
	job = job_of(o, NULL);
	/* What goes wrong here is told by order_begin, once the command counts as used. */
	if (!(o->function->flags & ROW_MANAGER))
		(void)!worker_prepare(&host, &job, &o->worker, &o->failure);
	return o;
}

/* -1: it stays in the ledger as it was, and nothing was done. */
static int begin(struct order *o, const struct command *c)
{
	json_auto_t *none = json_object();
	json_auto_t *items = json_pack("{s:O}", c->command, c->args ? c->args : none);
	const struct worker_job job = job_of(o, items);
	struct error err = ERROR_INIT;

	if (ledger_start(o->agent->db, o->id, &err) < 0) {
		agent_complain(o->agent, &err);
		order_drop(o);
		return -1;
	}
	if (o->function->flags & ROW_MANAGER) {
		run_own(o);
	} else if (o->failure.code || worker_begin(o->worker, &job, &o->failure) < 0) {
		settle_order(o, AUDIT_COMMAND_FAILED, &o->failure, NULL);
		order_drop(o);
	}
	return 0;
}

void order_begin(struct order *o, const struct command *c)
{
	(void)begin(o, c);
}

/* ---- after a crash ---- */

/* What has come of it is seen without having been there. */
static bool proven(const struct agent *a, enum function_id id, bool same_boot)
{
	return (id == FUNCTION_UNENROLL && a->phase == PHASE_UNENROLLING) ||
	       (id == FUNCTION_REBOOT && !same_boot);
}

static int recover(struct agent *a, const struct command *c, bool same_boot)
{
	const struct function *f = function_find(c->command, FUNCTION_COMMAND);
	struct error why = ERROR_INIT;

	if (proven(a, function_id_of(f), same_boot))
		return settle(a, c->header.id, f, AUDIT_COMMAND_DELIVERED, NULL, NULL);
	(void)!error_refuse(&why, REASON_INTERRUPTED,
			    "the agent ended while it carried out \"%s\"; what came of it is not "
			    "known",
			    f->key);
	return settle(a, c->header.id, f, AUDIT_COMMAND_FAILED, &why, NULL);
}

/* Nothing was done of it yet. */
static int resume(struct agent *a, const struct command *c)
{
	const struct function *f = function_find(c->command, FUNCTION_COMMAND);
	struct error why = ERROR_INIT;
	struct order *o;

	if (agent_now(a) > c->not_after) {
		(void)!error_refuse(&why, REASON_WINDOW,
				    "the agent ended before it began \"%s\", whose window is over",
				    f->key);
		return settle(a, c->header.id, f, AUDIT_COMMAND_FAILED, &why, NULL);
	}
	o = order_prepare(a, c);
	return o ? begin(o, c) : -1;
}

/* One after the other; what cannot be taken off the ledger ends it. */
static bool next(struct agent *a, enum ledger_phase phase, struct document *d, bool *same_boot)
{
	struct error err = ERROR_INIT;
	bool found = false;

	if (ledger_first(a->db, phase, d, same_boot, &found, &err) < 0)
		agent_complain(a, &err);
	return found;
}

void orders_recover(struct agent *a)
{
	for (;;) {
		auto_document struct document d = { 0 };
		bool same_boot = true;

		if (!next(a, LEDGER_STARTED, &d, &same_boot) ||
		    recover(a, &d.command, same_boot) < 0)
			return;
	}
}

void orders_resume(struct agent *a)
{
	for (;;) {
		auto_document struct document d = { 0 };

		if (a->phase != PHASE_ENROLLED || !next(a, LEDGER_ACCEPTED, &d, NULL) ||
		    resume(a, &d.command) < 0)
			return;
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
