/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listener.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "http/connection.h"

/* Connections taken in one turn of the loop, so that those which are open get theirs. */
enum { ACCEPT_BATCH = 32 };
/* How long to wait where descriptors have run out. */
enum { PAUSE_US = 200000 };

static size_t most(const struct http_listener *l)
{
	return l->o.connections_max ? l->o.connections_max : LIMIT_HTTP_CONNECTIONS;
}

void http_listener_resume(struct http_listener *l)
{
	if (!l->draining && l->accept)
		(void)sd_event_source_set_enabled(l->accept,
						  l->n < most(l) ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int on_pause(sd_event_source *s, uint64_t usec, void *userdata)
{
	http_listener_resume(userdata);
	return 0;
}

/* The rest stays in the kernel's queue until there is room. */
static void pause_accept(struct http_listener *l)
{
	uint64_t now;

	(void)sd_event_source_set_enabled(l->accept, SD_EVENT_OFF);
	if (sd_event_now(l->loop, CLOCK_MONOTONIC, &now) < 0)
		return;
	(void)sd_event_source_set_time(l->pause, now + PAUSE_US);
	(void)sd_event_source_set_enabled(l->pause, SD_EVENT_ONESHOT);
}

static int on_accept(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct http_listener *l = userdata;

	for (unsigned i = 0; i < ACCEPT_BATCH; i++) {
		struct error err = ERROR_INIT;
		int peer;

		if (l->n >= most(l)) {
			pause_accept(l);
			return 0;
		}
		peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (peer < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
			pause_accept(l);
		if (peer < 0)
			return 0;
		if (http_connection_new(l, peer, &err) < 0 && l->o.refused)
			l->o.refused("?", &err, l->o.userdata);
	}
	return 0;
}

int http_listener_new(sd_event *loop, int fd, const struct http_listener_options *o,
		      struct http_listener **ret, struct error *err)
{
	auto_http_listener struct http_listener *l = calloc(1, sizeof(*l));
	int r;

	if (!l) {
		(void)close(fd);
		return error_oom(err);
	}
	l->fd = fd;
	l->o = *o;
	l->loop = sd_event_ref(loop);
	l->tls = tls_config_ref(o->tls);
	r = sd_event_add_io(loop, &l->accept, fd, EPOLLIN, on_accept, l);
	if (r >= 0)
		r = sd_event_add_time(loop, &l->pause, CLOCK_MONOTONIC, 0, 0, on_pause, l);
	if (r >= 0)
		r = sd_event_source_set_enabled(l->pause, SD_EVENT_OFF);
	if (r < 0)
		return error_errno(err, -r, "watch the %s listener", o->name);
	*ret = STEAL(l);
	return 0;
}

static void put_out_revoked(struct http_listener *l)
{
	struct http_connection *next;
	struct error why = ERROR_INIT;

	for (struct http_connection *c = l->connections; c; c = next) {
		next = c->next;
		if (!c->up || !tls_revoked(c->tls, l->tls))
			continue;
		if (error_refuse(&why, REASON_CERT_REVOKED,
				 "the certificate of an open connection was revoked") < 0 &&
		    l->o.refused)
			l->o.refused(c->address, &why, l->o.userdata);
		c->broken = true;
		http_connection_run(c);
	}
}

void http_listener_set_tls(struct http_listener *l, struct tls_config *tls)
{
	struct tls_config *old = l->tls;

	l->tls = tls_config_ref(tls);
	tls_config_free(old);
	put_out_revoked(l);
}

size_t http_listener_count(const struct http_listener *l)
{
	return l->n;
}

void http_listener_drain(struct http_listener *l)
{
	struct http_connection *next;

	l->draining = true;
	l->accept = sd_event_source_disable_unref(l->accept);
	for (struct http_connection *c = l->connections; c; c = next) {
		next = c->next;
		/* Between requests there is no last word that could be lost. */
		if (c->up && !c->exchange && !c->have_head && c->in.len == 0 && !c->lingering &&
		    !http_connection_unsent(c)) {
			tls_shutdown(c->tls);
			c->broken = true;
		}
		http_connection_run(c);
	}
}

struct http_listener *http_listener_free(struct http_listener *l)
{
	if (!l)
		return NULL;
	l->draining = true;
	while (l->connections)
		http_connection_free(l->connections);
	sd_event_source_disable_unref(l->accept);
	sd_event_source_disable_unref(l->pause);
	tls_config_free(l->tls);
	sd_event_unref(l->loop);
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l);
	return NULL;
}
