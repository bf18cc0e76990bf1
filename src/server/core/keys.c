/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to `key`: asked after the commit of what they rest on. */
#include <string.h>

#include "base/log.h"
#include "server/core/core.h"

static const struct error no_key = {
	.code = ERROR_UNAVAILABLE,
	.msg = "the process with the keys is not there",
};

/* The works that wait, but for the one taken out. */
static struct work *take_waiting(struct core *c, uint32_t id)
{
	struct work_list rest = { 0 };
	struct work *w, *found = NULL;

	while ((w = work_list_take(&c->waiting))) {
		if (!found && w->question_id == id)
			found = w;
		else
			work_list_add(&rest, w);
	}
	c->waiting = rest;
	return found;
}

/* key's word on a work: some end in the store, the others here. */
static void end(struct core *c, struct work *w)
{
	w->resumed = true;
	if (w->handler->resume) {
		batch_queue(c, w);
		return;
	}
	if (w->key_error.code) {
		w->failed = true;
		w->error = w->key_error;
	} else {
		w->reply_blob = buf_steal(&w->key_reply.blob);
	}
	batch_answer(c, w);
}

static void fail(struct core *c, struct work *w, const struct error *err)
{
	w->key_error = *err;
	end(c, w);
}

void keys_ask(struct core *c, struct work *w)
{
	struct error err = ERROR_INIT;
	struct ipc_send s = { .type = w->question, .body = w->question_body };

	if (!c->key) {
		fail(c, w, &no_key);
		return;
	}
	if (w->question_blob) {
		s.blob = w->question_blob->data;
		s.blob_len = w->question_blob->len;
	}
	s.id = w->question_id = channel_next_id(c->key);
	if (channel_send(c->key, &s, &err) < 0)
		fail(c, w, &err);
	else
		work_list_add(&c->waiting, w);
}

static void take_reply(struct core *c, struct ipc_message *m)
{
	struct work *w = take_waiting(c, m->id);
	struct error err = ERROR_INIT;

	if (!w) {
		log_warning("key: an answer to nothing, '%s'", m->def->name);
		return;
	}
	if (m->type == KEY_ERROR) {
		if (server_error_take(m->body, &err) < 0)
			fail(c, w, &err);
		return;
	}
	w->key_reply = *m;
	*m = (struct ipc_message)IPC_MESSAGE_INIT;
	end(c, w);
}

static int on_key(struct channel *channel, struct ipc_message *m, void *userdata, struct error *err)
{
	struct core *c = userdata;

	switch (m->type) {
	case KEY_TREE_IS: return pki_take_tree(c, m, err);
	case KEY_CRL_IS: pki_take_crl(c, m); return 0;
	default: break;
	}
	/* The tree and CRLs are asked for with no work behind them. */
	if (m->type == KEY_ERROR && m->id == 0) {
		log_warning("key: %s", ((const struct server_error *)m->body)->message);
		memset(c->crl_asked, 0, sizeof(c->crl_asked));
		return 0;
	}
	take_reply(c, m);
	return 0;
}

/* key's answer does not bind: the end of that work alone. */
static int on_key_unbound(struct channel *channel, const struct ipc_message *m,
			  const struct error *why, void *userdata, struct error *err)
{
	struct core *c = userdata;
	struct error e = ERROR_INIT;
	struct work *w;

	log_error("key: %s", why->msg);
	if (m->id == 0)
		return error_set(err, ERROR_INVALID, "%s", why->msg);
	w = take_waiting(c, m->id);
	if (w && error_set(&e, ERROR_INTERNAL, "%s", why->msg) < 0)
		fail(c, w, &e);
	return 0;
}

static void lost(struct core *c, const struct error *err)
{
	struct work *w;

	c->key = channel_free(c->key);
	memset(c->crl_asked, 0, sizeof(c->crl_asked));
	while ((w = work_list_take(&c->waiting)))
		fail(c, w, err);
}

static void on_key_closed(struct channel *channel, const struct error *err, void *userdata)
{
	log_warning("key: %s", err->msg);
	lost(userdata, err);
}

int keys_attach(struct core *c, int fd, struct error *err)
{
	const struct channel_handler h = { on_key, on_key_closed, c, on_key_unbound };

	if (c->key)
		lost(c, &no_key);
	if (channel_new(c->loop, fd, &key_protocol, &h, &c->key, err) < 0)
		return -1;
	return channel_send(c->key, &(struct ipc_send){ .type = KEY_TREE }, err);
}
