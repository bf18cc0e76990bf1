/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/agent.h"

#include <string.h>

#include "agent/manager/documents.h"
#include "agent/manager/journal.h"
#include "agent/manager/settings.h"
#include "base/log.h"
#include "proto/function.h"

enum {
	ATTEMPTS_MAX =
		2, /* at one policy, where a worker died: a second one shows whether by chance */
};

static void on_policy_done(struct worker *w, const struct worker_result *r, void *userdata);
static void on_recovered(struct worker *w, const struct worker_result *r, void *userdata);

static void strings_done(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i]);
	free(s->items);
}

/* What putting back the records of a run needs of the sandbox. */
static int undo_needs(struct agent *a, int64_t run, unsigned *needs, struct error *err)
{
	CLEANUP(strings_done) struct strings keys = { 0 };

	if (journal_keys(a->db, run, &keys, err) < 0)
		return -1;
	for (size_t i = 0; i < keys.n; i++) {
		const struct function *f = function_find(keys.items[i], FUNCTION_SETTING);

		if (f)
			*needs |= f->needs;
	}
	return 0;
}

static int start(struct agent *a, const struct worker_job *job, struct error *err)
{
	const struct host host = agent_host(a);
	struct worker_job mine = *job;
	struct keyholder_level weakest;

	if (json_object_get(job->items, functions[FUNCTION_KEY_PROTECTION].key)) {
		status_rate_keys(a, true);
		weakest = status_weakest_key(a);
		mine.keys = &weakest;
	}
	mine.userdata = a;
	a->apply.kind = job->kind;
	return worker_start(&host, &mine, &a->apply.worker, err);
}

static void finish_worker(struct agent *a, struct worker *w)
{
	a->apply.worker = NULL;
	(void)worker_free(w);
}

/* ---- a policy ---- */

static void record_policy(struct agent *a, enum audit_event event, const struct document *d,
			  const struct error *why, json_t *settings)
{
	json_auto_t *detail = json_pack("{s:s, s:s, s:I, s:O*}", "policy", d->header.id, "stream",
					d->policy.stream, "serial", (json_int_t)d->policy.serial,
					"settings", settings);

	agent_record(a,
		     &(struct queue_entry){
			     .event = event, .subject = "server", .why = why, .detail = detail });
}

/* Which settings it was, and why: {"systemUpdate": "unattended-upgrades is not installed"}. */
static json_t *culprits(const struct worker_result *r)
{
	const struct work_capability *can = r ? r->abilities->items : NULL;
	const struct work_state *s = r ? r->states->items : NULL;
	json_t *tree = json_object();

	for (size_t i = 0; r && i < r->abilities->n; i++)
		if (!can[i].supported)
			(void)json_object_set_new(tree, can[i].key,
						  json_string(can[i].reason ? can[i].reason : ""));
	for (size_t i = 0; r && i < r->states->n; i++)
		if (settings_state_of(s[i].state) == SETTING_FAILED ||
		    settings_state_of(s[i].state) == SETTING_UNSUPPORTED) {
			log_notice("%s is %s: %s", s[i].key, s[i].state,
				   s[i].reason ? s[i].reason : "no reason given");
			(void)json_object_set_new(tree, s[i].key,
						  json_string(s[i].reason ? s[i].reason : ""));
		}
	return tree;
}

/* The wanted policy is given up; the last good one stays in force. r: NULL where no worker ran. */
static void give_up(struct agent *a, const struct error *why, const struct worker_result *r)
{
	json_auto_t *settings = culprits(r);
	auto_document struct document d = { 0 };
	struct error err = ERROR_INIT;
	bool found = false;

	if (documents_get(a->db, (enum document_role)a->apply.role, &d, NULL, &found, &err) < 0)
		agent_complain(a, &err);
	if (found)
		record_policy(a, AUDIT_POLICY_FAILED, &d, why, settings);
	if (a->apply.role == ROLE_WANTED && documents_drop(a->db, ROLE_WANTED, &err) < 0)
		agent_complain(a, &err);
	a->apply.drifted = false;
}

static int commit(struct agent *a, const struct worker_result *r, struct error *err)
{
	const struct work_state *states = r->states->items;
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (sqlite_begin(a->db, &tx, err) < 0 || settings_clear(a->db, err) < 0)
		return -1;
	for (size_t i = 0; i < r->states->n; i++)
		if (settings_put(a->db, &states[i], err) < 0)
			return -1;
	if (journal_commit(a->db, a->apply.run, err) < 0 || journal_release(a->db, err) < 0 ||
	    (a->apply.role == ROLE_WANTED && documents_promote(a->db, err) < 0))
		return -1;
	return sqlite_commit(&tx, err);
}

/* FAU_ALT_EXT.2: success is said only when every setting was read back as wanted. */
static int check_states(const struct worker_result *r, struct error *err)
{
	const struct work_state *s = r->states->items;

	for (size_t i = 0; i < r->states->n; i++) {
		enum setting_state state = settings_state_of(s[i].state);

		if (state != SETTING_ENFORCED && state != SETTING_CONFIGURED)
			return error_set(err, ERROR_INTERNAL, "%s is %s: %s", s[i].key, s[i].state,
					 s[i].reason ? s[i].reason : "");
	}
	return 0;
}

static void recover(struct agent *a)
{
	struct worker_job job = { .kind = WORK_RECOVER,
				  .fn = on_recovered,
				  .undo_run = a->apply.run };
	struct error err = ERROR_INIT;

	if (undo_needs(a, a->apply.run, &job.needs, &err) < 0 || start(a, &job, &err) < 0)
		agent_complain(a, &err);
}

static void policy_is_in_force(struct agent *a)
{
	auto_document struct document d = { 0 };
	struct error err = ERROR_INIT;
	bool found = false;

	if (documents_get(a->db, ROLE_POLICY, &d, NULL, &found, &err) < 0)
		agent_complain(a, &err);
	else if (found)
		record_policy(a,
			      a->apply.role == ROLE_POLICY ? AUDIT_SETTING_RESTORED
							   : AUDIT_POLICY_APPLIED,
			      &d, NULL, NULL);
	a->apply.drifted = false;
	a->apply.run = 0;
}

static void on_policy_done(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;
	struct error why = *r->why;
	struct error err = ERROR_INIT;

	if (why.code == ERROR_NONE && check_states(r, &why) == 0 && commit(a, r, &why) == 0) {
		finish_worker(a, w);
		policy_is_in_force(a);
		report_checkin(a);
		apply_resume(a);
		return;
	}
	/* A worker that says "unsupported" has touched nothing, one that says "failed" has undone
	 * what it did; one that died, or whose result does not hold, has done neither. */
	if (r->why->code && r->orderly) {
		if (journal_drop(a->db, a->apply.run, &err) < 0)
			agent_complain(a, &err);
		a->apply.run = 0;
		give_up(a, &why, r);
	} else if (r->orderly || ++a->apply.attempts >= ATTEMPTS_MAX) {
		give_up(a, &why, r);
	}
	finish_worker(a, w);
	apply_resume(a);
}

/* What cannot even be started has changed nothing. */
static void abandon(struct agent *a, const struct error *why)
{
	struct error err = ERROR_INIT;

	if (a->apply.run && journal_drop(a->db, a->apply.run, &err) < 0)
		agent_complain(a, &err);
	a->apply.run = 0;
	give_up(a, why, NULL);
}

/* *begun: whether there was a policy of that role; what became of it is recorded. */
static int begin_policy(struct agent *a, enum document_role role, bool *begun, struct error *err)
{
	auto_document struct document d = { 0 };
	struct worker_job job = { .kind = WORK_POLICY,
				  .undo_run = JOURNAL_BASE,
				  .fn = on_policy_done };
	struct error why = ERROR_INIT;

	*begun = false;
	if (documents_get(a->db, role, &d, NULL, begun, err) < 0)
		return -1;
	if (!*begun)
		return 0;
	a->apply.role = (int)role;
	job.id = d.header.id;
	job.items = d.policy.settings;
	/* What is no longer wanted is put back, whatever that takes. */
	job.needs = worker_needs(d.policy.settings);
	if (undo_needs(a, JOURNAL_BASE, &job.needs, err) < 0)
		return -1;
	if (journal_begin(a->db, d.header.id, &a->apply.run, &why) == 0) {
		job.run = a->apply.run;
		if (start(a, &job, &why) == 0)
			return 0;
	}
	abandon(a, &why);
	return 0;
}

/* ---- after a crash ---- */

static void on_recovered(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;
	struct error why = *r->why;
	struct error err = ERROR_INIT;

	finish_worker(a, w);
	agent_record(a, &(struct queue_entry){ .event = AUDIT_POLICY_RECOVERED, .why = &why });
	if (why.code)
		return; /* the records stay: the next start tries again */
	if (journal_drop(a->db, a->apply.run, &err) < 0) {
		agent_complain(a, &err);
		return;
	}
	a->apply.run = 0;
	apply_resume(a);
}

/* ---- reading back ---- */

static void note_state(struct agent *a, const struct work_state *s)
{
	json_auto_t *detail = json_pack("{s:s, s:s*}", "setting", s->key, "readBack", s->read_back);
	enum setting_state before = SETTING_NONE;
	struct error err = ERROR_INIT;
	bool now = settings_state_of(s->state) == SETTING_DRIFTED;

	if (settings_state(a->db, s->key, &before, &err) < 0 || settings_put(a->db, s, &err) < 0)
		agent_complain(a, &err);
	if (now && before != SETTING_DRIFTED) {
		struct error why = ERROR_INIT;

		(void)!error_set(&why, ERROR_CONFLICT, "%s no longer reads back: %.120s", s->key,
				 s->read_back ? s->read_back : "");
		agent_record(a, &(struct queue_entry){ .event = AUDIT_SETTING_DRIFTED,
						       .why = &why,
						       .detail = detail });
	}
	a->apply.drifted |= now;
}

static void on_read_back(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;
	const struct work_state *s = r->states->items;

	if (r->why->code)
		log_warning("read back: %s", r->why->msg);
	for (size_t i = 0; i < r->states->n; i++)
		note_state(a, &s[i]);
	finish_worker(a, w);
	apply_resume(a);
	if (!a->apply.worker)
		report_checkin(a);
}

static int begin_readback(struct agent *a, struct error *err)
{
	auto_document struct document d = { 0 };
	struct worker_job job = { .kind = WORK_READBACK, .undo_run = -1, .fn = on_read_back };
	bool found = false;

	a->apply.want_readback = false;
	if (documents_get(a->db, ROLE_POLICY, &d, NULL, &found, err) < 0)
		return -1;
	if (!found)
		return 0;
	job.id = d.header.id;
	job.items = d.policy.settings;
	job.needs = worker_needs(d.policy.settings);
	return start(a, &job, err);
}

void apply_readback(struct agent *a)
{
	a->apply.want_readback = true;
	apply_resume(a);
}

/* ---- what the platform can do ---- */

static void forget_capabilities(struct agent *a)
{
	for (size_t i = 0; i < a->capabilities.n; i++)
		free(a->capabilities.items[i]);
	free(a->capabilities.items);
	a->capabilities = (struct strings){ 0 };
}

static void keep_capabilities(struct agent *a, const struct jmap_list *abilities)
{
	const struct work_capability *can = abilities->items;

	forget_capabilities(a);
	a->capabilities.items = calloc(abilities->n + 1, sizeof(char *));
	for (size_t i = 0; a->capabilities.items && i < abilities->n; i++) {
		char *key = can[i].supported ? strdup(can[i].key) : NULL;

		if (key)
			a->capabilities.items[a->capabilities.n++] = key;
	}
}

static void on_queried(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;

	if (r->why->code)
		log_warning("capabilities: %s", r->why->msg);
	else
		keep_capabilities(a, r->abilities);
	finish_worker(a, w);
	apply_resume(a);
	report_checkin(a);
}

static int begin_query(struct agent *a, struct error *err)
{
	json_auto_t *all = json_object();
	struct worker_job job = {
		.kind = WORK_QUERY, .fn = on_queried, .items = all, .undo_run = -1
	};

	a->apply.want_query = false;
	for (int i = 0; i < FUNCTION_MAX_; i++)
		if (!(functions[i].flags & ROW_MANAGER)) {
			job.needs |= functions[i].needs;
			/* without arguments: whatever they may be */
			(void)json_object_set_new(all, functions[i].key, json_null());
		}
	return start(a, &job, err);
}

void apply_query(struct agent *a)
{
	a->apply.want_query = true;
	apply_resume(a);
}

/* ---- everything undone ---- */

static void on_reverted(struct worker *w, const struct worker_result *r, void *userdata)
{
	struct agent *a = userdata;
	void (*then)(struct agent * a) = a->apply.reverted;

	if (r->why->code)
		log_error("undo: %s", r->why->msg);
	finish_worker(a, w);
	a->apply.reverted = NULL;
	if (then)
		then(a);
}

static int begin_revert(struct agent *a, struct error *err)
{
	struct worker_job job = { .kind = WORK_REVERT,
				  .fn = on_reverted,
				  .undo_run = JOURNAL_BASE };

	return undo_needs(a, JOURNAL_BASE, &job.needs, err) < 0 ? -1 : start(a, &job, err);
}

void apply_revert(struct agent *a, void (*then)(struct agent *a))
{
	a->apply.reverted = then;
	apply_resume(a);
}

/* ---- what comes next ---- */

/* One worker at a time, the most urgent thing first. */
static int next(struct agent *a, struct error *err)
{
	bool begun = false;

	if (journal_open_run(a->db, &a->apply.run, NULL, err) < 0)
		return -1;
	if (a->apply.run) {
		recover(a);
		return 0;
	}
	if (a->apply.reverted)
		return begin_revert(a, err);
	if (begin_policy(a, ROLE_WANTED, &begun, err) < 0 || begun)
		return begun ? 0 : -1;
	if (a->apply.drifted)
		return begin_policy(a, ROLE_POLICY, &begun, err);
	if (a->apply.want_readback && (begin_readback(a, err) < 0 || a->apply.worker))
		return a->apply.worker ? 0 : -1;
	return a->apply.want_query ? begin_query(a, err) : 0;
}

void apply_resume(struct agent *a)
{
	struct error err = ERROR_INIT;

	if (!a->apply.worker && next(a, &err) < 0)
		agent_complain(a, &err);
}

void apply_done(struct agent *a)
{
	a->apply.worker = worker_free(a->apply.worker);
	forget_capabilities(a);
}
