/* SPDX-License-Identifier: Apache-2.0 */
/* Group commit: whatever has queued is one transaction, and is answered after it. */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/core/core.h"

enum { FAILURES_IN_A_ROW = 4 }; /* of works alone: then it is the store that fails */

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
	buf_wipe(&w->reply_blob);
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

/* Whether a reply's body fits a message. */
static bool fits(const struct work *w)
{
	auto_secret struct buf body = BUF_INIT;
	struct error ignored = ERROR_INIT;

	return jmap_write(w->reply, server_protocol.types[w->handler->reply].table, &body,
			  &ignored) < 0 ||
	       body.len <= LIMIT_IPC_BODY;
}

/* A page that does not fit is a smaller page: who asks goes on behind its last row. */
static int call_page(struct core *c, struct work *w, const struct service_io *io, struct error *err)
{
	const struct jmap_table *table = server_protocol.types[w->handler->reply].table;
	struct admin_query *q = w->message.body;

	for (;;) {
		if (service_call(c->service, w->handler->op, io, err) < 0)
			return -1;
		if (!table || q->limit == 1 || fits(w))
			return 0;
		jmap_done(table, w->reply);
		memset(w->reply, 0, table->size);
		q->limit = (q->limit ? q->limit : LIMIT_PAGE) / 2;
	}
}

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
	if (w->message.def->table == &admin_query_table)
		return call_page(c, w, &io, err);
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

/* What a work did in a transaction that was rolled back is undone here too. */
static void reset(struct core *c, struct work *w)
{
	auto_service_news struct service_news news = { 0 };

	service_take_news(c->service, &news);
	for (; w; w = w->next) {
		w->failed = false;
		if (w->resumed) {
			buf_wipe(&w->reply_blob);
			continue;
		}
		drop_outcome(w);
		enroll_grant_done(&w->grant);
		w->grant = (struct enroll_grant){ 0 };
	}
}

/* In a transaction of its own. -1: it was rolled back, which is what its sender is told. */
static int run_alone(struct core *c, struct work *w)
{
	static const struct error rolled_back = {
		.code = ERROR_UNAVAILABLE,
		.msg = "the server could not store it",
	};
	struct work_list one = { .first = w, .n = 1 };
	struct work *next = STEAL(w->next);
	struct error err = ERROR_INIT;
	int r = run_all(c, &one, &err);

	if (r < 0) {
		log_error("%s: rolled back: %s", w->message.def->name, err.msg);
		db_rollback(c->db);
		reset(c, w);
		w->failed = true;
		w->error = rolled_back;
	} else {
		core_tell_news(c);
	}
	w->next = next;
	return r;
}

/* A group that cannot be stored is done one by one, so that what is wrong with one work is not its
 * neighbours' end; where the store itself fails, the rest is spared the trying. */
static void retry(struct core *c, struct work_list *works, const struct error *err)
{
	unsigned failures = 0;

	log_error("a group of %zu was rolled back: %s", works->n, err->msg);
	db_rollback(c->db);
	reset(c, works->first);
	for (struct work *w = works->first; w; w = w->next) {
		if (failures == FAILURES_IN_A_ROW) {
			w->failed = true;
			w->error = *err;
			w->error.code = ERROR_UNAVAILABLE;
			continue;
		}
		failures = run_alone(c, w) < 0 ? failures + 1 : 0;
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
		err.code = ERROR_INTERNAL; /* no fault of who asked */
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
		retry(c, &works, &err);
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
