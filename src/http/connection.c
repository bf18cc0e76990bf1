/* SPDX-License-Identifier: Apache-2.0 */
#include "http/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static const unsigned wait_seconds[] = {
#define X(id, seconds) [id] = seconds,
	HTTP_WAITS(X)
#undef X
};

/* Read in pieces of this size: one TLS record. */
enum { READ_SIZE = 16384 };

bool http_connection_unsent(const struct http_connection *c)
{
	return c->sent < c->out.len;
}

void http_connection_wait(struct http_connection *c, enum http_wait wait, uint64_t us)
{
	uint64_t now;

	if (sd_event_now(c->listener->loop, CLOCK_MONOTONIC, &now) < 0)
		return;
	c->wait = wait;
	(void)sd_event_source_set_time(c->timer, now + (us ? us : wait_seconds[wait] * 1000000ull));
	(void)sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
}

/* Begin a wait unless it is on already. */
static void wait_for(struct http_connection *c, enum http_wait wait)
{
	if (c->wait != wait)
		http_connection_wait(c, wait, 0);
}

void http_connection_free(struct http_connection *c)
{
	struct http_listener *l = c->listener;

	c->running = true; /* what is called from here may not come back for more */
	http_exchange_abandon(c);
	if (c->up && l->o.bye)
		l->o.bye(&c->peer, l->o.userdata);
	if (c->prev)
		c->prev->next = c->next;
	else if (l->connections == c)
		l->connections = c->next;
	if (c->next)
		c->next->prev = c->prev;
	l->n--;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	tls_free(c->tls);
	if (c->fd >= 0)
		(void)close(c->fd);
	buf_wipe(&c->in);
	buf_wipe(&c->out);
	http_request_done(&c->request);
	free(c);
	http_listener_resume(l);
}

/* Our last word is sent. Closing with unread bytes would reset the connection, and the peer might
 * lose that word (an alert, a 413): so what still comes is read and dropped for a moment. */
static void linger(struct http_connection *c)
{
	if (c->peer.tls) /* the handshake was done */
		tls_shutdown(c->tls);
	(void)shutdown(c->fd, SHUT_WR);
	http_exchange_abandon(c);
	c->lingering = true;
	http_connection_wait(c, HTTP_WAIT_LINGER, 0);
}

/* False: the peer has closed as well. */
static bool drop_input(struct http_connection *c)
{
	char scratch[4096];
	ssize_t n;

	for (unsigned i = 0; i < 16; i++) {
		n = recv(c->fd, scratch, sizeof(scratch), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (n < 0)
			return true;
	}
	return true;
}

static void refuse(struct http_connection *c, const struct error *why)
{
	const struct http_listener *l = c->listener;

	if (l->o.refused)
		l->o.refused(c->address, why, l->o.userdata);
	c->last = true;
}

static void welcome(struct http_connection *c)
{
	struct http_listener *l = c->listener;
	struct error err = ERROR_INIT;

	c->peer.cert = tls_peer(c->tls);
	c->peer.address = c->address;
	c->peer.tls = tls_describe(c->tls);
	c->peer.listener_data = l->o.userdata;
	if (l->o.welcome && l->o.welcome(&c->peer, l->o.userdata, &err) < 0) {
		refuse(c, &err);
		return;
	}
	c->up = true;
	http_connection_wait(c, HTTP_WAIT_REQUEST, 0);
}

/* True: something moved. */
static bool shake_hands(struct http_connection *c, uint32_t *events)
{
	struct error err = ERROR_INIT;
	enum tls_want want;

	if (tls_handshake(c->tls, &want, &err) < 0) {
		refuse(c, &err);
		return false;
	}
	if (want == TLS_DONE) {
		welcome(c);
		return c->up;
	}
	*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
	return false;
}

static bool write_out(struct http_connection *c, uint32_t *events)
{
	struct error err = ERROR_INIT;
	enum tls_want want;
	bool moved = false;
	size_t n;

	while (http_connection_unsent(c)) {
		if (tls_write(c->tls, c->out.data + c->sent, c->out.len - c->sent, &n, &want,
			      &err) < 0) {
			c->broken = true;
			return false;
		}
		if (want != TLS_DONE) {
			*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
			break;
		}
		c->sent += n;
		moved = true;
	}
	if (!http_connection_unsent(c)) {
		buf_wipe(&c->out);
		c->sent = 0;
	} else if (moved) {
		http_connection_wait(c, HTTP_WAIT_WRITE, 0);
	}
	return moved;
}

/* How much may stand in `in`: a body that was agreed to, else a head and what follows it. */
static size_t room(const struct http_connection *c)
{
	size_t most = LIMIT_HTTP_AHEAD;

	if (c->have_head && !c->exchange && c->request.head.length > most)
		most = (size_t)c->request.head.length;
	return c->in.len < most ? most - c->in.len : 0;
}

static bool read_in(struct http_connection *c, uint32_t *events)
{
	struct error err = ERROR_INIT;
	enum tls_want want = TLS_DONE;
	size_t space, n;
	bool moved = false;

	if (c->ended || c->last || http_connection_unsent(c))
		return false;
	while ((space = room(c)) > 0) {
		if (space > READ_SIZE)
			space = READ_SIZE;
		if (buf_reserve(&c->in, space, &err) < 0 ||
		    tls_read(c->tls, c->in.data + c->in.len, space, &n, &want, &err) < 0) {
			c->broken = true;
			return false;
		}
		if (want != TLS_DONE)
			break;
		c->in.len += n;
		c->in.data[c->in.len] = 0;
		moved = true;
	}
	if (c->in.len == 0)
		buf_done(&c->in); /* an idle connection holds no buffer */
	if (want == TLS_CLOSED) {
		c->ended = true;
		return true;
	}
	if (want != TLS_DONE)
		*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
	return moved;
}

static bool step(struct http_connection *c, uint32_t *events)
{
	bool moved;

	*events = 0;
	if (!c->up)
		return shake_hands(c, events);
	moved = write_out(c, events);
	if (c->broken)
		return false;
	moved = read_in(c, events) || moved;
	return !c->broken && (http_exchange_step(c) || moved);
}

/* Which clock runs now; a held exchange has set its own. */
static void keep_time(struct http_connection *c)
{
	if (!c->up)
		wait_for(c, HTTP_WAIT_HANDSHAKE);
	else if (http_connection_unsent(c))
		wait_for(c, HTTP_WAIT_WRITE);
	else if (c->exchange && !c->exchange->end)
		wait_for(c, HTTP_WAIT_ANSWER);
	else if (!c->exchange && c->have_head)
		wait_for(c, HTTP_WAIT_BODY);
	else if (!c->exchange && c->in.len)
		wait_for(c, HTTP_WAIT_HEAD);
	else if (!c->exchange)
		wait_for(c, HTTP_WAIT_REQUEST);
}

static void set_events(struct http_connection *c, uint32_t events)
{
	if (events == c->events)
		return;
	c->events = events;
	(void)sd_event_source_set_io_events(c->io, events);
}

static bool owes(const struct http_connection *c)
{
	return c->exchange || http_connection_unsent(c);
}

void http_connection_run(struct http_connection *c)
{
	uint32_t events = 0;

	if (c->running)
		return;
	c->running = true;
	while (!c->lingering && !c->broken && (!c->last || owes(c)) && step(c, &events))
		continue;
	if (!c->lingering && !c->broken && (c->last || c->ended) && !owes(c))
		linger(c);
	if (c->broken || (c->lingering && !drop_input(c))) {
		http_connection_free(c);
		return;
	}
	if (!c->lingering)
		keep_time(c);
	set_events(c, c->lingering ? EPOLLIN : events);
	c->running = false;
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct http_connection *c = userdata;

	/* Gone both ways while nothing was to be read: no read would tell. */
	if ((revents & (EPOLLERR | EPOLLHUP)) && !(c->events & EPOLLIN))
		c->broken = true;
	http_connection_run(c);
	return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct http_connection *c = userdata;
	struct error err = ERROR_INIT;

	if (c->wait == HTTP_WAIT_HELD) {
		http_exchange_expire(c);
	} else {
		if (c->wait == HTTP_WAIT_HANDSHAKE &&
		    error_set(&err, ERROR_TIMEOUT, "no handshake within %u s",
			      wait_seconds[HTTP_WAIT_HANDSHAKE]) < 0)
			refuse(c, &err);
		c->broken = true;
	}
	http_connection_run(c);
	return 0;
}

static int set_up(struct http_connection *c, struct error *err)
{
	sd_event *loop = c->listener->loop;
	const int on = 1;
	int r;

	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (socket_peer(c->fd, c->address, err) < 0 ||
	    tls_new(c->listener->tls, c->fd, &c->tls, err) < 0)
		return -1;
	r = sd_event_add_io(loop, &c->io, c->fd, EPOLLIN, on_io, c);
	if (r >= 0) /* times are limits: half a second late is soon enough */
		r = sd_event_add_time(loop, &c->timer, CLOCK_MONOTONIC, UINT64_MAX, 500000,
				      on_timer, c);
	if (r < 0)
		return error_errno(err, -r, "watch a connection");
	c->events = EPOLLIN;
	http_connection_wait(c, HTTP_WAIT_HANDSHAKE, 0);
	return 0;
}

int http_connection_new(struct http_listener *l, int fd, struct error *err)
{
	struct http_connection *c = calloc(1, sizeof(*c));

	if (!c) {
		(void)close(fd);
		return error_oom(err);
	}
	c->listener = l;
	c->fd = fd;
	c->next = l->connections;
	if (c->next)
		c->next->prev = c;
	l->connections = c;
	l->n++;
	if (set_up(c, err) < 0) {
		http_connection_free(c);
		return -1;
	}
	return 0;
}
