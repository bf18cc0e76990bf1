/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/uplink.h"

#include <stdio.h>

#include "base/log.h"

struct request {
	uint32_t id; /* 0: could not be sent; `failure` says why */
	unsigned type;
	struct error failure;
	uplink_fn *fn;
	void *userdata;
	struct request *next;
};

struct uplink {
	sd_event *loop;
	const char *libexec;
	struct keyholder *keys;
	struct uplink_handler handler;
	struct child *child; /* NULL: does not run */
	bool up;
	struct request *requests;
	sd_event_source *fail; /* tells requests that could not be sent */
	uint32_t next_id;
};

bool uplink_up(const struct uplink *u)
{
	return u->up;
}

/* What answers what, besides NET_FAILED. */
static const struct {
	unsigned request, answer;
} answers[] = {
	{ NET_ENROLL, NET_ENROLLED },	{ NET_CHECKIN, NET_CHECKED }, { NET_RECORDS, NET_STORED },
	{ NET_CERTIFY, NET_CERTIFIED }, { NET_FETCH, NET_FETCHED },   { NET_RENEW, NET_CERTIFIED },
	{ NET_PROBE, NET_PROBED },
};

static bool answers_it(unsigned answer, unsigned request)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (answers[i].request == request)
			return answers[i].answer == answer || answer == NET_FAILED;
	return false;
}

/* Each is told; those that come meanwhile are not among them. why NULL: what failed each. */
static void tell_all(struct request *list, const struct error *why)
{
	while (list) {
		struct request *r = list;

		list = r->next;
		r->fn(NULL, why ? why : &r->failure, r->userdata);
		free(r);
	}
}

/* Requests that could not be sent. */
static int on_fail(sd_event_source *s, void *userdata)
{
	struct uplink *u = userdata;
	struct request *failed = NULL;

	for (struct request **at = &u->requests; *at;) {
		struct request *r = *at;

		if (r->id) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		r->next = failed;
		failed = r;
	}
	tell_all(failed, NULL);
	return 0;
}

static int take_answer(struct uplink *u, struct ipc_message *m, struct error *err)
{
	struct request **at = &u->requests, *r;
	struct error why = ERROR_INIT;

	while (*at && ((*at)->id == 0 || (*at)->id != m->id))
		at = &(*at)->next;
	r = *at;
	if (!r || !answers_it(m->type, r->type))
		return error_set(err, ERROR_INVALID, "an answer to nothing that was asked");
	*at = r->next;
	if (m->type == NET_FAILED) {
		const struct agent_failed *f = m->body;
		enum error_code code = error_find(f->code);

		if (error_set(&why, code ? code : ERROR_INTERNAL, "%s",
			      f->message ? f->message : "") < 0 &&
		    f->reason)
			why.reason = reason_find(f->reason);
	}
	r->fn(why.code ? NULL : m, &why, r->userdata);
	free(r);
	return 0;
}

static int on_message(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct uplink *u = userdata;
	const struct net_event *e;

	switch (m->type) {
	case NET_INSTRUCTION:
		return u->handler.instruction(m->body, &m->blob, u->handler.userdata, err);
	case NET_EVENT:
		e = m->body;
		u->up = e->state == NET_UP;
		u->handler.event(e, u->handler.userdata);
		return 0;
	case NET_ASKED: u->handler.asked(u->handler.userdata); return 0;
	default: return take_answer(u, m, err);
	}
}

static void on_ended(struct child *c, int status, void *userdata)
{
	struct uplink *u = userdata;
	struct net_event e = { .state = NET_DOWN,
			       .code = (char *)error_name(ERROR_INTERNAL),
			       .message = (char *)"the net process ended" };

	log_warning("net: ended with %d", status);
	uplink_stop(u);
	u->handler.event(&e, u->handler.userdata);
}

void uplink_stop(struct uplink *u)
{
	static const struct error gone = { .code = ERROR_UNAVAILABLE, .msg = "not connected" };

	u->child = child_free(u->child);
	u->up = false;
	tell_all(STEAL(u->requests), &gone);
}

static int ensure(struct uplink *u, struct error *err)
{
	struct child_spec spec = {
		.which = AGENT_NET, .libexec = u->libexec, .protocol = &net_protocol, .peer_fd = -1
	};

	if (u->child)
		return 0;
	if (u->keys && keyholder_net_fd(u->keys, &spec.peer_fd, err) < 0)
		return -1;
	return child_start(u->loop, &spec, &(struct child_handler){ on_message, on_ended, u },
			   &u->child, err);
}

int uplink_tell(struct uplink *u, const struct ipc_send *s, struct error *err)
{
	if (ensure(u, err) < 0)
		return -1;
	if (!child_channel(u->child))
		return error_set(err, ERROR_UNAVAILABLE, "net is ending");
	return channel_send(child_channel(u->child), s, err);
}

void uplink_ask(struct uplink *u, const struct ipc_send *s, uplink_fn *fn, void *userdata)
{
	struct request *r = calloc(1, sizeof(*r));
	struct ipc_send copy = *s;

	if (!r) {
		struct error err = ERROR_INIT;

		(void)!error_oom(&err);
		fn(NULL, &err, userdata);
		return;
	}
	if (++u->next_id == 0)
		u->next_id = 1;
	copy.id = u->next_id;
	*r = (struct request){
		.id = copy.id, .type = s->type, .fn = fn, .userdata = userdata, .next = u->requests
	};
	u->requests = r;
	if (uplink_tell(u, &copy, &r->failure) < 0) {
		r->id = 0;
		(void)sd_event_source_set_enabled(u->fail, SD_EVENT_ONESHOT);
	}
}

struct uplink *uplink_free(struct uplink *u)
{
	if (!u)
		return NULL;
	u->child = child_free(u->child);
	while (u->requests) {
		struct request *r = u->requests;

		u->requests = r->next;
		free(r);
	}
	sd_event_source_disable_unref(u->fail);
	sd_event_unref(u->loop);
	free(u);
	return NULL;
}

int uplink_new(sd_event *loop, const char *libexec, struct keyholder *keys,
	       const struct uplink_handler *h, struct uplink **ret, struct error *err)
{
	CLEANUP(uplink_freep) struct uplink *u = calloc(1, sizeof(*u));

	if (!u)
		return error_oom(err);
	*u = (struct uplink){
		.loop = sd_event_ref(loop), .libexec = libexec, .keys = keys, .handler = *h
	};
	if (sd_event_add_defer(loop, &u->fail, on_fail, u) < 0 ||
	    sd_event_source_set_enabled(u->fail, SD_EVENT_OFF) < 0)
		return error_oom(err);
	*ret = STEAL(u);
	return 0;
}
