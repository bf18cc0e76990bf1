/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/socket.h"

enum { READ_SIZE = 16384 };

/* A request that is sent, or queued, and has no reply yet. */
struct in_flight {
	http_client_reply_fn *reply;
	void *userdata;
	uint64_t deadline; /* CLOCK_MONOTONIC, us */
};

struct http_client {
	sd_event *loop;
	sd_event_source *io, *timer;
	struct http_client_handler handler;
	char *reference;
	struct tls_config *config;
	struct tls *tls;
	int fd;
	bool connected, up;
	struct buf out, in;
	size_t sent;
	struct http_answer answer; /* being read */
	struct in_flight queue[LIMIT_HTTP_IN_FLIGHT];
	size_t n_queue;
	uint64_t up_deadline;
};

static uint64_t now_of(sd_event *loop)
{
	uint64_t now = 0;

	(void)sd_event_now(loop, CLOCK_MONOTONIC, &now);
	return now;
}

static int connect_step(struct http_client *c, uint32_t *events, struct error *err)
{
	enum tls_want want;

	if (!c->connected) {
		if (socket_connected(c->fd, err) < 0)
			return -1;
		c->connected = true;
		if (tls_new(c->config, c->fd, &c->tls, err) < 0)
			return -1;
	}
	if (tls_handshake(c->tls, &want, err) < 0)
		return -1;
	if (want == TLS_DONE)
		c->up = true;
	else
		*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
	return 0;
}

static int write_step(struct http_client *c, uint32_t *events, struct error *err)
{
	enum tls_want want;
	size_t n;

	while (c->sent < c->out.len) {
		if (tls_write(c->tls, c->out.data + c->sent, c->out.len - c->sent, &n, &want, err) <
		    0)
			return -1;
		if (want != TLS_DONE) {
			*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
			return 0;
		}
		c->sent += n;
	}
	buf_wipe(&c->out);
	c->sent = 0;
	return 0;
}

/* Hand out one whole reply. */
static int deliver(struct http_client *c, struct error *err)
{
	auto_http_answer struct http_answer a = c->answer;
	struct in_flight first = c->queue[0];

	c->answer = (struct http_answer){ 0 };
	c->n_queue--;
	memmove(c->queue, c->queue + 1, c->n_queue * sizeof(c->queue[0]));
	first.reply(c, &a, first.userdata);
	if (a.head.close)
		return error_set(err, ERROR_UNAVAILABLE, "the server ends the connection");
	return 0;
}

static int take_replies(struct http_client *c, struct error *err)
{
	bool whole = true;

	while (c->in.len && whole) {
		if (c->n_queue == 0)
			return error_set(err, ERROR_INVALID, "a reply to no request");
		if (http_answer_take(&c->in, &c->answer, &whole, err) < 0 ||
		    (whole && deliver(c, err) < 0))
			return -1;
	}
	return 0;
}

static int read_step(struct http_client *c, uint32_t *events, struct error *err)
{
	enum tls_want want;
	size_t n;

	for (;;) {
		if (buf_reserve(&c->in, READ_SIZE, err) < 0 ||
		    tls_read(c->tls, c->in.data + c->in.len, READ_SIZE, &n, &want, err) < 0)
			return -1;
		if (want == TLS_CLOSED)
			return error_set(err, ERROR_UNAVAILABLE, "the server closed");
		if (want != TLS_DONE)
			break;
		c->in.len += n;
		c->in.data[c->in.len] = 0;
		if (take_replies(c, err) < 0)
			return -1;
	}
	if (c->in.len == 0)
		buf_done(&c->in); /* an idle connection holds no buffer */
	*events |= want == TLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
	return 0;
}

static void set_timer(struct http_client *c)
{
	uint64_t first = c->up ? UINT64_MAX : c->up_deadline;

	for (size_t i = 0; i < c->n_queue; i++)
		if (c->queue[i].deadline < first)
			first = c->queue[i].deadline;
	(void)sd_event_source_set_time(c->timer, first);
	(void)sd_event_source_set_enabled(c->timer,
					  first == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int step(struct http_client *c, uint32_t *events, struct error *err)
{
	if (!c->up) {
		if (connect_step(c, events, err) < 0)
			return -1;
		if (!c->up)
			return 0;
		if (c->handler.up)
			c->handler.up(c, c->handler.userdata);
	}
	if (write_step(c, events, err) < 0 || read_step(c, events, err) < 0)
		return -1;
	/* A reply's handler may have queued another request. */
	return c->out.len ? write_step(c, events, err) : 0;
}

/* The end: said once, and the client may be freed in it. */
static void end(struct http_client *c, const struct error *why)
{
	struct error copy = *why;

	c->io = sd_event_source_disable_unref(c->io);
	c->timer = sd_event_source_disable_unref(c->timer);
	c->handler.closed(c, &copy, c->handler.userdata);
}

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct http_client *c = userdata;
	struct error err = ERROR_INIT;
	uint32_t events = 0;

	if (step(c, &events, &err) < 0) {
		end(c, &err);
		return 0;
	}
	(void)sd_event_source_set_io_events(c->io, events);
	set_timer(c);
	return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct http_client *c = userdata;
	struct error err = ERROR_INIT;

	if (error_set(&err, ERROR_TIMEOUT, c->up ? "no reply in time" : "no connection in time") <
	    0)
		end(c, &err);
	return 0;
}

static int watch(struct http_client *c, struct error *err)
{
	int r = sd_event_add_io(c->loop, &c->io, c->fd, EPOLLOUT, on_io, c);

	c->up_deadline = now_of(c->loop) + LIMIT_HTTP_HANDSHAKE_S * 1000000ull;
	if (r >= 0) /* one second late is soon enough, and lets wake-ups fall together */
		r = sd_event_add_time(c->loop, &c->timer, CLOCK_MONOTONIC, c->up_deadline, 1000000,
				      on_timer, c);
	return r < 0 ? error_errno(err, -r, "watch a connection") : 0;
}

int http_client_new(sd_event *loop, const struct http_target *target,
		    const struct http_client_handler *h, struct http_client **ret,
		    struct error *err)
{
	auto_http_client struct http_client *c = calloc(1, sizeof(*c));

	if (!c)
		return error_oom(err);
	c->fd = -1;
	c->loop = sd_event_ref(loop);
	c->handler = *h;
	c->config = tls_config_ref(target->tls);
	c->reference = strdup(target->reference);
	if (!c->reference)
		return error_oom(err);
	if (socket_connect(target->host, target->port, &c->fd, err) < 0 || watch(c, err) < 0)
		return -1;
	*ret = STEAL(c);
	return 0;
}

struct http_client *http_client_free(struct http_client *c)
{
	if (!c)
		return NULL;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	if (c->up)
		tls_shutdown(c->tls);
	tls_free(c->tls);
	tls_config_free(c->config);
	if (c->fd >= 0)
		(void)close(c->fd);
	buf_wipe(&c->out);
	buf_wipe(&c->in);
	http_answer_done(&c->answer);
	free(c->reference);
	sd_event_unref(c->loop);
	free(c);
	return NULL;
}

int http_client_send(struct http_client *c, const struct http_send *s, uint64_t timeout_ms,
		     http_client_reply_fn *reply, void *userdata, struct error *err)
{
	struct http_send send = *s;

	if (!c->io)
		return error_set(err, ERROR_UNAVAILABLE, "the connection has ended");
	if (c->n_queue == ARRAY_SIZE(c->queue))
		return error_set(err, ERROR_LIMIT, "more than %zu requests without a reply",
				 c->n_queue);
	send.host = c->reference;
	if (http_request_write(&send, &c->out, err) < 0)
		return -1;
	c->queue[c->n_queue++] =
		(struct in_flight){ reply, userdata, now_of(c->loop) + timeout_ms * 1000 };
	if (c->up)
		(void)sd_event_source_set_io_events(c->io, EPOLLIN | EPOLLOUT);
	set_timer(c);
	return 0;
}

size_t http_client_in_flight(const struct http_client *c)
{
	return c->n_queue;
}

const struct tls *http_client_tls(const struct http_client *c)
{
	return c->up ? c->tls : NULL;
}
