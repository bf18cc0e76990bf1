/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/front.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "server/front/api.h"
#include "server/front/device.h"
#include "server/front/listeners.h"
#include "trust/judge.h"

static void front_done(struct front *f)
{
	for (size_t i = 0; i < LISTENER_MAX_; i++) {
		f->listeners[i] = http_listener_free(f->listeners[i]);
		closep(&f->sockets[i]);
	}
	link_free(f->core);
	staples_done(f);
	cache_free(f->sessions);
	channel_free(f->supervisor);
	document_done(&f->trust);
	pki_done(&f->pki);
	sd_event_unref(f->loop);
}

struct front *front_of(struct http_exchange *x)
{
	return http_exchange_peer(x)->listener_data;
}

void front_answer_json(struct http_exchange *x, int status, const void *body,
		       const struct jmap_table *table)
{
	auto_http_reply struct http_reply r = { .status = status, .type = "application/json" };
	struct error err = ERROR_INIT;

	if (jmap_write(body, table, &r.body, &err) < 0)
		http_exchange_error(x, &err);
	else
		http_exchange_answer(x, &r);
}

void front_audit(struct front *f, const char *event, const char *subject, const char *address,
		 const struct error *why)
{
	char detail[sizeof(why->msg)];
	struct server_audit a = {
		.event = (char *)event,
		.subject = (char *)subject,
		.address = (char *)address,
		.reason = (char *)(why->code == ERROR_REFUSED ? reason_name(why->reason)
							      : error_name(why->code)),
		.detail = detail,
	};
	uint64_t second = clock_boot_us() / 1000000;

	text_clean(why->msg, detail, sizeof(detail)); /* it may quote what a peer sent */
	log_info("%s: %s from %s: %s", event, subject, address, detail);
	if (second != f->audit_second) {
		f->audit_second = second;
		f->n_audit = 0;
	}
	if (f->n_audit++ < LIMIT_SERVER_AUDIT_RATE)
		link_post(f->core, &(struct ipc_send){ .type = SERVER_AUDIT, .body = &a });
}

/* Everything is there: say so, once. */
static void update(struct front *f)
{
	struct error err = ERROR_INIT;

	if (f->pki.n == 0 || f->trust.type == DOCUMENT_NONE || f->stopping)
		return;
	for (size_t l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++)
		if (f->sockets[l] < 0 && !f->listeners[l])
			return;
	if (listeners_update(f, &err) < 0) {
		log_error("listeners: %s", err.msg);
		if (!f->ready)
			(void)sd_event_exit(f->loop, ERROR_INTERNAL);
		return;
	}
	staples_ask(f);
	if (f->ready)
		return;
	f->ready = true;
	if (channel_send(f->supervisor, &(struct ipc_send){ .type = SUPERVISOR_READY }, &err) < 0)
		log_error("supervisor: %s", err.msg);
}

static void take_pki(struct front *f, const struct ipc_message *m)
{
	struct error err = ERROR_INIT;
	struct pki p = { 0 };

	if (pki_read(m->body, &m->blob, &p, &err) < 0) {
		log_error("what core publishes: %s", err.msg);
		return;
	}
	pki_done(&f->pki);
	f->pki = p;
	update(f);
}

/* core believes it: it was judged before it was stored, v1 by its digest at `muster init`. */
static void take_trust(struct front *f, const struct ipc_message *m)
{
	const struct server_trust_is *body = m->body;
	struct document d = { 0 };
	struct error err = ERROR_INIT;

	if (judge_peek(m->blob.data, m->blob.len, &d, &err) < 0 || d.type != DOCUMENT_TRUST) {
		log_error("trust, as core has it: %s", err.msg);
		document_done(&d);
		return;
	}
	document_done(&f->trust);
	f->trust = d;
	memcpy(f->trust_digest, body->digest, sizeof(f->trust_digest));
	update(f);
}

static void on_event(struct ipc_message *m, void *userdata)
{
	struct front *f = userdata;

	switch (m->type) {
	case SERVER_PKI_IS: take_pki(f, m); break;
	case SERVER_TRUST_IS: take_trust(f, m); break;
	case SERVER_WAKE: device_wake(f, m->body); break;
	case SERVER_MOVED: api_moved(f, m->body); break;
	case SERVER_CUT: device_cut(f, m->body); break;
	default: log_warning("core: an event '%s'", m->def->name);
	}
}

static void on_first(struct ipc_message *m, const struct error *err, void *userdata)
{
	if (m)
		on_event(m, userdata);
	else if (err->code != ERROR_UNAVAILABLE)
		log_error("core: %s", err->msg);
}

static void on_attached(void *userdata)
{
	struct front *f = userdata;

	link_call(f->core, &(struct ipc_send){ .type = SERVER_PKI }, SERVER_PKI_IS, on_first, f);
	link_call(f->core, &(struct ipc_send){ .type = SERVER_TRUST }, SERVER_TRUST_IS, on_first,
		  f);
	/* A wake-up may have been lost with the core that was there before. */
	device_wake(f, &(struct server_devices){ 0 });
	api_moved(f, &(struct server_devices){ 0 });
}

/* Nothing could be answered any more: the supervisor starts this process anew, with a core. */
static void on_alone(void *userdata)
{
	struct front *f = userdata;

	log_error("core is gone and none came in its place: ending");
	f->alone = true;
	(void)sd_event_exit(f->loop, f->stopping ? 0 : ERROR_UNAVAILABLE);
}

static int on_drained(sd_event_source *s, void *userdata)
{
	struct front *f = userdata;
	size_t left = 0;

	for (size_t l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++)
		left += f->listeners[l] ? http_listener_count(f->listeners[l]) : 0;
	if (left == 0)
		(void)sd_event_exit(f->loop, 0);
	return 0;
}

static int on_overdue(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct front *f = userdata;

	(void)sd_event_exit(f->loop, 0);
	return 0;
}

static int stop(struct front *f, struct error *err)
{
	const uint64_t most = (LIMIT_SERVER_STOP_S - 2) * 1000000ull;
	int r;

	f->stopping = true;
	for (size_t l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++) {
		closep(&f->sockets[l]);
		f->sockets[l] = -1;
		if (f->listeners[l])
			http_listener_drain(f->listeners[l]);
	}
	r = sd_event_add_time_relative(f->loop, NULL, CLOCK_MONOTONIC, most, 0, on_overdue, f);
	if (r >= 0)
		r = sd_event_add_post(f->loop, NULL, on_drained, f);
	if (r < 0)
		return error_errno(err, -r, "stop");
	(void)on_drained(NULL, f); /* it is called after further events only */
	return 0;
}

static int on_supervisor(struct channel *c, struct ipc_message *m, void *userdata,
			 struct error *err)
{
	struct front *f = userdata;
	const struct supervisor_listen *listen = m->body;

	switch (m->type) {
	case SUPERVISOR_PEER: return link_attach(f->core, STEAL_FD(m->fds[0]), err);
	case SUPERVISOR_CACHE:
		return f->sessions ? error_set(err, ERROR_INVALID, "a second cache")
				   : cache_open(STEAL_FD(m->fds[0]), &f->sessions, err);
	case SUPERVISOR_LISTEN:
		closep(&f->sockets[listen->listener]);
		f->sockets[listen->listener] = STEAL_FD(m->fds[0]);
		update(f);
		return 0;
	case SUPERVISOR_RELOAD: update(f); return 0;
	case SUPERVISOR_STOP: return stop(f, err);
	default: return error_set(err, ERROR_INVALID, "'%s' is not for a front", m->def->name);
	}
}

static void on_supervisor_gone(struct channel *c, const struct error *err, void *userdata)
{
	struct front *f = userdata;

	(void)sd_event_exit(f->loop, f->stopping ? 0 : ERROR_UNAVAILABLE);
}

static int set_up(struct front *f, struct error *err)
{
	const struct link_handler core = { on_event, on_attached, on_alone, f };
	const struct channel_handler supervisor = { on_supervisor, on_supervisor_gone, f };
	int r = sd_event_new(&f->loop);

	if (r < 0)
		return error_errno(err, -r, "event loop");
	if (link_new(f->loop, &core, &f->core, err) < 0)
		return -1;
	return channel_new(f->loop, SUPERVISOR_FD, &supervisor_protocol, &supervisor,
			   &f->supervisor, err);
}

int front_run(const struct front_options *o, struct error *err)
{
	CLEANUP(front_done) struct front f = { .options = *o };
	int r;

	for (size_t i = 0; i < LISTENER_MAX_; i++)
		f.sockets[i] = -1;
	if (set_up(&f, err) < 0)
		return -1;
	r = sd_event_loop(f.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	if (r == ERROR_UNAVAILABLE)
		return error_set(err, ERROR_UNAVAILABLE, "%s is gone",
				 f.alone ? "core" : "the supervisor");
	return r ? error_set(err, (enum error_code)r, "nothing can be listened at") : 0;
}
