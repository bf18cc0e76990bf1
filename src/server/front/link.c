/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/link.h"

#include "base/limits.h"
#include "base/log.h"

enum { BUCKETS = 1024 };

struct pending {
	struct pending *next;
	uint32_t id;
	enum server_message expect;
	link_reply_fn *reply;
	void *userdata;
};

struct link {
	sd_event *loop;
	struct link_handler handler;
	struct channel *channel;
	sd_event_source *timer;		  /* until `alone` */
	struct pending *buckets[BUCKETS]; /* by id, which counts up */
};

static void give_up(link_reply_fn *reply, void *userdata)
{
	struct error err = ERROR_INIT;

	if (error_set(&err, ERROR_UNAVAILABLE, "the server is starting") < 0)
		reply(NULL, &err, userdata);
}

static void drop_all(struct link *l)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct pending *list = STEAL(l->buckets[i]);

		while (list) {
			struct pending *p = list;

			list = p->next;
			give_up(p->reply, p->userdata);
			free(p);
		}
	}
}

static struct pending *take(struct link *l, uint32_t id)
{
	for (struct pending **p = &l->buckets[id % BUCKETS]; *p; p = &(*p)->next)
		if ((*p)->id == id) {
			struct pending *found = *p;

			*p = found->next;
			return found;
		}
	return NULL;
}

static void finish(struct pending *p, struct ipc_message *m)
{
	struct error e = ERROR_INIT;
	int r = 0;

	if (m->type == SERVER_ERROR)
		r = server_error_take(m->body, &e);
	else if (m->type != (unsigned)p->expect)
		r = error_set(&e, ERROR_INTERNAL, "core answered with '%s'", m->def->name);
	if (e.code == ERROR_INTERNAL)
		log_error("core: %s", e.msg);
	p->reply(r < 0 ? NULL : m, r < 0 ? &e : NULL, p->userdata);
	free(p);
}

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct link *l = userdata;
	struct pending *p;

	if (m->id == 0) {
		l->handler.event(m, l->handler.userdata);
		return 0;
	}
	p = take(l, m->id);
	if (!p)
		return error_set(err, ERROR_INVALID, "core answered what was not asked");
	finish(p, m);
	return 0;
}

/* An answer that does not bind is the end of that request alone. */
static int on_unbound(struct channel *c, const struct ipc_message *m, const struct error *why,
		      void *userdata, struct error *err)
{
	struct pending *p = m->id ? take(userdata, m->id) : NULL;
	struct error e = ERROR_INIT;

	log_error("core: %s", why->msg);
	if (m->id && !p)
		return error_set(err, ERROR_INVALID, "core answered what was not asked");
	if (p && error_set(&e, ERROR_INTERNAL, "the server failed; see its log") < 0) {
		p->reply(NULL, &e, p->userdata);
		free(p);
	}
	return 0;
}

static int on_alone(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct link *l = userdata;

	if (!l->channel)
		l->handler.alone(l->handler.userdata);
	return 0;
}

static void set_timer(struct link *l)
{
	l->timer = sd_event_source_disable_unref(l->timer);
	if (sd_event_add_time_relative(l->loop, &l->timer, CLOCK_MONOTONIC,
				       LIMIT_SERVER_ALONE_MS * 1000ull, 10000, on_alone, l) < 0)
		l->handler.alone(l->handler.userdata);
}

static void on_closed(struct channel *c, const struct error *err, void *userdata)
{
	struct link *l = userdata;

	log_warning("core is gone: %s", err->msg);
	if (l->channel == c)
		l->channel = NULL;
	channel_free(c);
	set_timer(l);
	drop_all(l);
}

int link_new(sd_event *loop, const struct link_handler *h, struct link **ret, struct error *err)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return error_oom(err);
	l->loop = sd_event_ref(loop);
	l->handler = *h;
	*ret = l;
	return 0;
}

struct link *link_free(struct link *l)
{
	if (!l)
		return NULL;
	l->channel = channel_free(l->channel);
	sd_event_source_disable_unref(l->timer);
	drop_all(l);
	sd_event_unref(l->loop);
	free(l);
	return NULL;
}

int link_attach(struct link *l, int fd, struct error *err)
{
	const struct channel_handler h = { on_message, on_closed, l, on_unbound };

	l->channel = channel_free(l->channel);
	l->timer = sd_event_source_disable_unref(l->timer);
	drop_all(l);
	if (channel_new(l->loop, fd, &server_protocol, &h, &l->channel, err) < 0)
		return -1;
	l->handler.attached(l->handler.userdata);
	return 0;
}

static int ask(struct link *l, const struct ipc_send *s, struct pending *p, struct error *err)
{
	struct ipc_send send = *s;

	if (!l->channel)
		return error_set(err, ERROR_UNAVAILABLE, "the server is starting");
	send.id = channel_next_id(l->channel);
	if (channel_send(l->channel, &send, err) < 0)
		/* core's queue is full: no fault of who asks */
		return err->code == ERROR_LIMIT
			       ? error_set(err, ERROR_UNAVAILABLE, "the server is busy")
			       : -1;
	p->id = send.id;
	p->next = l->buckets[p->id % BUCKETS];
	l->buckets[p->id % BUCKETS] = p;
	return 0;
}

void link_call(struct link *l, const struct ipc_send *s, enum server_message expect,
	       link_reply_fn *reply, void *userdata)
{
	struct pending *p = calloc(1, sizeof(*p));
	struct error err = ERROR_INIT;

	if (!p) {
		give_up(reply, userdata);
		return;
	}
	*p = (struct pending){ .expect = expect, .reply = reply, .userdata = userdata };
	if (ask(l, s, p, &err) < 0) {
		free(p);
		reply(NULL, &err, userdata);
	}
}

void link_post(struct link *l, const struct ipc_send *s)
{
	struct error err = ERROR_INIT;

	if (l->channel && channel_send(l->channel, s, &err) < 0)
		log_warning("to core: %s", err.msg);
}
