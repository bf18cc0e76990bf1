/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit: whatever has queued is one transaction, and is answered after it. */
#include "base/log.h"
#include "server/core/core.h"

void work_list_add(struct work_list *l, struct work *w)
{
	w->next = NULL;
	if (!l->first)
		l->last = &l->first;
	*l->last = w;
	l->last = &w->next;
	l->n++;
}

struct work *work_list_take(struct work_list *l)
{
	struct work *w = l->first;

	if (w) {
		l->first = w->next;
		l->n--;
	}
	return w;
}

static void free_body(const struct ipc_type *type, void *body)
{
	if (body && type->table)
		jmap_done(type->table, body);
	free(body);
}

static void drop_outcome(struct work *w)
{
	free_body(&server_protocol.types[w->handler->reply], w->reply);
	w->reply = NULL;
	buf_done(&w->reply_blob);
	if (w->question)
		free_body(&key_protocol.types[w->question], w->question_body);
	w->question = 0;
	w->question_body = NULL;
}

struct work *work_free(struct work *w)
{
	if (!w)
		return NULL;
	drop_outcome(w);
	enroll_grant_done(&w->grant);
	ipc_message_done(&w->message);
	ipc_message_done(&w->key_reply);
	free(w);
	return NULL;
}

void batch_queue(struct core *c, struct work *w)
{
	work_list_add(&c->queue, w);
	/* Before key has told its tree there is nothing to answer from: it waits. */
	if (c->ready)
		(void)sd_event_source_set_enabled(c->group, SD_EVENT_ONESHOT);
}

/* ---- one work ---- */

/* Administrators' requests: the message's bodies are the operation's. */
static int call(struct core *c, struct work *w, struct error *err)
{
	const struct service_io io = {
		.in = w->message.body,
		.blob = &w->message.blob,
		.out = w->reply,
		.out_blob = &w->reply_blob,
	};
	enum operation op = w->handler->op;

	if (w->message.type == SERVER_PUBLISH)
		op = service_publish_operation(((const struct admin_publish *)io.in)->type);
	return service_call(c->service, op, &io, err);
}

static int run(struct core *c, struct work *w, struct error *err)
{
	const struct jmap_table *table = server_protocol.types[w->handler->reply].table;

	if (w->resumed)
		return w->handler->resume(c, w, err);
	w->reply = calloc(1, table ? table->size : 1);
	if (!w->reply)
		return error_oom(err);
	return w->handler->run ? w->handler->run(c, w, err) : call(c, w, err);
}

/* What the network is told of an error: the store's own troubles are for the log. */
static void fail(struct work *w, const struct error *err)
{
	static const struct error internal = {
		.code = ERROR_INTERNAL,
		.msg = "the server failed; see its log",
	};

	w->failed = true;
	w->error = *err;
	if (err->code == ERROR_INTERNAL || err->code == ERROR_UNAVAILABLE)
		log_error("%s: %s", w->message.def->name, err->msg);
	if (err->code == ERROR_INTERNAL)
		w->error = internal;
}

/* All of them in one transaction. -1: it was rolled back. */
static int run_all(struct core *c, const struct work_list *works, struct error *err)
{
	if (db_begin(c->db, err) < 0)
		return -1;
	for (struct work *w = works->first; w; w = w->next) {
		struct error e = ERROR_INIT;

		if (run(c, w, &e) == 0)
			continue;
		if (e.code == ERROR_UNAVAILABLE && !w->resumed) {
			*err = e;
			return -1;
		}
		fail(w, &e);
	}
	return db_commit(c->db, err);
}

/* A group that was rolled back: nobody is told anything but that. */
static void give_up(struct core *c, struct work_list *works, const struct error *err)
{
	static const struct error rolled_back = {
		.code = ERROR_UNAVAILABLE,
		.msg = "the server could not store it",
	};
	auto_service_news struct service_news news = { 0 };

	log_error("a group of %zu was rolled back: %s", works->n, err->msg);
	db_rollback(c->db);
	service_take_news(c->service, &news);
	for (struct work *w = works->first; w; w = w->next) {
		drop_outcome(w);
		w->failed = true;
		w->error = rolled_back;
	}
}

void batch_answer(struct core *c, struct work *w)
{
	CLEANUP(work_freep) struct work *own = w;
	const struct ipc_send s = {
		.type = w->handler->reply,
		.id = w->message.id,
		.body = w->reply,
		.blob = w->reply_blob.data,
		.blob_len = w->reply_blob.len,
	};
	struct error err = ERROR_INIT;
	int r = 0;

	if (!w->front || w->message.id == 0)
		return;
	if (w->failed)
		r = server_error_send(w->front->channel, SERVER_ERROR, w->message.id, &w->error,
				      &err);
	else
		r = channel_send(w->front->channel, &s, &err);
	if (r < 0 && !w->failed && err.code != ERROR_UNAVAILABLE) {
		log_error("%s: the answer does not fit: %s", w->message.def->name, err.msg);
		r = server_error_send(w->front->channel, SERVER_ERROR, w->message.id, &err, &err);
	}
	if (r < 0)
		log_warning("%s: %s", w->message.def->name, err.msg);
}

void batch_run(struct core *c)
{
	struct work_list works = c->queue;
	struct error err = ERROR_INIT;
	struct work *w;

	c->queue = (struct work_list){ 0 };
	if (!works.first)
		return;
	if (run_all(c, &works, &err) < 0)
		give_up(c, &works, &err);
	while ((w = work_list_take(&works))) {
		if (w->question && !w->failed && !w->resumed)
			keys_ask(c, w);
		else
			batch_answer(c, w);
	}
	core_tell_news(c);
}

static int on_group(sd_event_source *s, void *userdata)
{
	batch_run(userdata);
	return 0;
}

int batch_start(struct core *c, struct error *err)
{
	int r = sd_event_add_defer(c->loop, &c->group, on_group, c);

	/* After the channels: what has arrived is read before the group begins. */
	if (r >= 0)
		r = sd_event_source_set_priority(c->group, SD_EVENT_PRIORITY_IDLE);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->group, SD_EVENT_OFF);
	return r < 0 ? error_errno(err, -r, "event loop") : 0;
}
