/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/worker.h"

#include <stdio.h>
#include <string.h>

#include "agent/manager/journal.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/function.h"

enum {
	DEADLINE_S = 120, /* the longest: a store of certificates is built anew */
	STATES_MAX = LIMIT_SETTINGS * 2,
};

struct worker {
	struct child *child;
	struct sqlite *db;
	int64_t run;
	uint32_t last_seq;
	struct ipc_message states[STATES_MAX]; /* what the lists below live in */
	struct work_state *state_items;
	struct jmap_list state_list;
	struct ipc_message abilities, done;
	bool has_abilities, is_done;
	worker_fn *fn;
	void *userdata;
};

unsigned worker_needs(const json_t *settings)
{
	unsigned needs = 0;
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)settings, key, value) {
		const struct function *f = function_find(key, FUNCTION_SETTING);

		needs |= f ? f->needs : 0;
	}
	return needs;
}

static void keep(struct ipc_message *to, struct ipc_message *m)
{
	ipc_message_done(to);
	*to = *m;
	*m = (struct ipc_message)IPC_MESSAGE_INIT;
}

static int take_undo(struct worker *w, struct channel *c, const struct ipc_message *m,
		     struct error *err)
{
	const struct work_undo *u = m->body;
	struct work_kept kept = { .seq = u->seq };

	if (w->run == 0 || u->seq <= w->last_seq)
		return error_set(err, ERROR_INVALID, "an undo record out of place");
	/* On disk when this returns: only then may the worker change the thing. */
	if (journal_add(w->db, w->run,
			&(struct journal_record){ u->seq, u->key, u->object, m->blob }, err) < 0)
		return -1;
	w->last_seq = u->seq;
	return channel_send(c, &(struct ipc_send){ .type = WORK_KEPT, .id = m->id, .body = &kept },
			    err);
}

static int take_state(struct worker *w, struct ipc_message *m, struct error *err)
{
	if (w->state_list.n == STATES_MAX)
		return error_set(err, ERROR_LIMIT, "too many states");
	/* A shallow copy: the texts live in the kept message. */
	w->state_items[w->state_list.n] = *(struct work_state *)m->body;
	keep(&w->states[w->state_list.n++], m);
	return 0;
}

static void judge_end(const struct worker *w, int status, struct error *why)
{
	const struct work_done *d = w->is_done ? w->done.body : NULL;
	const char *text = d && d->message ? d->message : "";
	int r = 0;

	if (!d)
		r = error_set(why, ERROR_INTERNAL, "the worker ended without a result (%d)",
			      status);
	else if (d->outcome == WORK_UNSUPPORTED)
		r = error_refuse(why, REASON_UNSUPPORTED, "%s", text);
	else if (d->outcome != WORK_OK)
		r = error_set(why, ERROR_INTERNAL, "%s", text);
	(void)r;
}

static void on_ended(struct child *c, int status, void *userdata)
{
	static const struct jmap_list none = { 0 };
	struct worker *w = userdata;
	struct error why = ERROR_INIT;
	struct worker_result r = { .why = &why, .states = &w->state_list, .abilities = &none };

	judge_end(w, status, &why);
	if (w->has_abilities)
		r.abilities = &((struct work_capabilities *)w->abilities.body)->items;
	if (w->is_done)
		r.detail = ((struct work_done *)w->done.body)->detail;
	r.orderly = w->is_done;
	w->fn(w, &r, w->userdata);
}

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct worker *w = userdata;

	switch (m->type) {
	case WORK_UNDO: return take_undo(w, c, m, err);
	case WORK_STATE: return take_state(w, m, err);
	case WORK_CAPABILITIES:
		keep(&w->abilities, m);
		w->has_abilities = true;
		return 0;
	case WORK_DONE:
		keep(&w->done, m);
		w->is_done = true;
		/* At once, without waiting for the process to end. */
		on_ended(w->child, 0, w);
		return 0;
	default: return error_set(err, ERROR_INVALID, "an unexpected message");
	}
}

struct worker *worker_free(struct worker *w)
{
	if (!w)
		return NULL;
	w->child = child_free(w->child);
	for (size_t i = 0; i < w->state_list.n; i++)
		ipc_message_done(&w->states[i]);
	ipc_message_done(&w->abilities);
	ipc_message_done(&w->done);
	free(w->state_items);
	free(w);
	return NULL;
}

static int fill_items(const struct worker_job *job, struct jmap_list *items, struct error *err)
{
	struct work_item *list = calloc(LIMIT_SETTINGS, sizeof(*list));
	const char *key;
	json_t *value;

	if (!list)
		return error_oom(err);
	items->items = list;
	json_object_foreach ((json_t *)job->items, key, value) {
		if (items->n == LIMIT_SETTINGS)
			return error_set(err, ERROR_LIMIT, "more than %d settings", LIMIT_SETTINGS);
		list[items->n++] =
			(struct work_item){ .key = (char *)key,
					    .wanted = json_is_object(value) ? value : NULL };
	}
	return 0;
}

static int send_start(struct worker *w, const struct worker_job *job, struct error *err)
{
	struct work_start s = { .kind = (int)job->kind, .deadline_s = DEADLINE_S };
	int r;

	if (job->keys) {
		s.key_level = job->keys->level;
		s.key_reason = (char *)job->keys->reason;
	}
	(void)snprintf(s.id, sizeof(s.id), "%s", job->id ? job->id : "");
	if (job->undo_run >= 0 && journal_count(w->db, job->undo_run, &s.n_undo, err) < 0)
		return -1;
	r = fill_items(job, &s.items, err);
	if (r == 0)
		r = channel_send(child_channel(w->child),
				 &(struct ipc_send){ .type = WORK_START, .body = &s }, err);
	free(s.items.items);
	return r;
}

static int send_undo(const struct journal_record *r, void *userdata, struct error *err)
{
	struct worker *w = userdata;
	const struct work_undo u = { .seq = r->seq,
				     .key = (char *)r->key,
				     .object = (char *)r->object };

	return channel_send(child_channel(w->child),
			    &(struct ipc_send){ .type = WORK_UNDO,
						.body = &u,
						.blob = r->content.data,
						.blob_len = r->content.len },
			    err);
}

int worker_prepare(const struct host *host, const struct worker_job *job, struct worker **ret,
		   struct error *err)
{
	CLEANUP(worker_freep) struct worker *w = calloc(1, sizeof(*w));
	const struct child_spec spec = { .which = AGENT_WORK,
					 .needs = job->needs,
					 .libexec = host->libexec,
					 .protocol = &work_protocol,
					 .peer_fd = -1,
					 .deadline_s = DEADLINE_S };

	if (!w)
		return error_oom(err);
	w->state_items = calloc(STATES_MAX, sizeof(*w->state_items));
	if (!w->state_items)
		return error_oom(err);
	w->state_list.items = w->state_items;
	w->db = host->db;
	w->run = job->run;
	w->fn = job->fn;
	w->userdata = job->userdata;
	if (child_start(host->loop, &spec, &(struct child_handler){ on_message, on_ended, w },
			&w->child, err) < 0)
		return error_wrap(err, "worker");
	*ret = STEAL(w);
	return 0;
}

int worker_begin(struct worker *w, const struct worker_job *job, struct error *err)
{
	if (send_start(w, job, err) < 0)
		return error_wrap(err, "worker");
	if (job->undo_run >= 0 && journal_each(w->db, job->undo_run, send_undo, w, err) < 0)
		return error_wrap(err, "worker");
	return 0;
}

int worker_start(const struct host *host, const struct worker_job *job, struct worker **ret,
		 struct error *err)
{
	CLEANUP(worker_freep) struct worker *w = NULL;

	if (worker_prepare(host, job, &w, err) < 0 || worker_begin(w, job, err) < 0)
		return -1;
	*ret = STEAL(w);
	return 0;
}
