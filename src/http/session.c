/* SPDX-License-Identifier: Apache-2.0 */
#include "http/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/socket.h"

enum { READ_SIZE = 16384 };

struct http_session {
	char *host, *reference;
	uint16_t port;
	unsigned timeout_s;
	struct tls_config *config;
	struct tls *tls;
	int fd;
	struct buf in;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void hang_up(struct http_session *s)
{
	tls_free(s->tls);
	s->tls = NULL;
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	buf_wipe(&s->in);
}

/* Wait until the socket is ready for what TLS wants. */
static int wait_ready(const struct http_session *s, enum tls_want want, uint64_t deadline,
		      struct error *err)
{
	struct pollfd p = { .fd = s->fd, .events = want == TLS_WANT_READ ? POLLIN : POLLOUT };
	uint64_t now;
	int r;

	do {
		now = now_ms();
		r = now < deadline ? poll(&p, 1, (int)(deadline - now)) : 0;
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return error_errno(err, errno, "poll");
	if (r == 0)
		return error_set(err, ERROR_TIMEOUT, "no answer from %s port %u within %u s",
				 s->host, s->port, s->timeout_s);
	return 0;
}

static int dial(struct http_session *s, struct error *err)
{
	uint64_t deadline = now_ms() + s->timeout_s * 1000ull;
	enum tls_want want = TLS_WANT_WRITE;

	if (socket_connect(s->host, s->port, &s->fd, err) < 0 ||
	    wait_ready(s, want, deadline, err) < 0)
		return -1;
	if (socket_connected(s->fd, err) < 0)
		return error_wrap(err, "%s port %u", s->host, s->port);
	if (tls_new(s->config, s->fd, &s->tls, err) < 0)
		return -1;
	for (;;) {
		if (tls_handshake(s->tls, &want, err) < 0)
			return -1;
		if (want == TLS_DONE)
			return 0;
		if (wait_ready(s, want, deadline, err) < 0)
			return -1;
	}
}

static int send_all(struct http_session *s, const struct buf *out, uint64_t deadline,
		    struct error *err)
{
	enum tls_want want;
	size_t sent = 0, n;

	while (sent < out->len) {
		if (tls_write(s->tls, out->data + sent, out->len - sent, &n, &want, err) < 0)
			return -1;
		if (want == TLS_DONE)
			sent += n;
		else if (wait_ready(s, want, deadline, err) < 0)
			return -1;
	}
	return 0;
}

static int receive(struct http_session *s, struct http_answer *a, uint64_t deadline,
		   struct error *err)
{
	bool whole = false;
	enum tls_want want;
	size_t n;

	while (!whole) {
		if (buf_reserve(&s->in, READ_SIZE, err) < 0 ||
		    tls_read(s->tls, s->in.data + s->in.len, READ_SIZE, &n, &want, err) < 0)
			return -1;
		if (want == TLS_CLOSED)
			return error_set(err, ERROR_UNAVAILABLE, "the server closed");
		if (want != TLS_DONE) {
			if (wait_ready(s, want, deadline, err) < 0)
				return -1;
			continue;
		}
		s->in.len += n;
		s->in.data[s->in.len] = 0;
		if (http_answer_take(&s->in, a, &whole, err) < 0)
			return -1;
	}
	return 0;
}

static int exchange(struct http_session *s, const struct buf *out, struct http_answer *ret,
		    struct error *err)
{
	uint64_t deadline = now_ms() + s->timeout_s * 1000ull;
	auto_http_answer struct http_answer a = { 0 };

	if (!s->tls && dial(s, err) < 0)
		return -1;
	if (send_all(s, out, deadline, err) < 0 || receive(s, &a, deadline, err) < 0)
		return -1;
	if (a.head.close)
		hang_up(s);
	*ret = a;
	a = (struct http_answer){ 0 };
	return 0;
}

int http_session_call(struct http_session *s, const struct http_send *send, struct http_answer *ret,
		      struct error *err)
{
	CLEANUP(buf_wipe) struct buf out = BUF_INIT;
	struct http_send full = *send;
	bool kept = s->tls != NULL;

	full.host = s->reference;
	if (http_request_write(&full, &out, err) < 0)
		return -1;
	if (exchange(s, &out, ret, err) == 0)
		return 0;
	kept = kept && s->in.len == 0 && err->code == ERROR_UNAVAILABLE;
	hang_up(s);
	if (!kept)
		return -1;
	if (exchange(s, &out, ret, err) == 0)
		return 0;
	hang_up(s);
	return -1;
}

int http_session_new(const struct http_target *target, struct http_session **ret, struct error *err)
{
	auto_http_session struct http_session *s = calloc(1, sizeof(*s));

	if (!s)
		return error_oom(err);
	s->fd = -1;
	s->port = target->port;
	s->timeout_s = LIMIT_HTTP_CALL_S;
	s->config = tls_config_ref(target->tls);
	s->host = strdup(target->host);
	s->reference = strdup(target->reference);
	if (!s->host || !s->reference)
		return error_oom(err);
	*ret = STEAL(s);
	return 0;
}

struct http_session *http_session_free(struct http_session *s)
{
	if (!s)
		return NULL;
	if (s->tls)
		tls_shutdown(s->tls);
	hang_up(s);
	tls_config_free(s->config);
	free(s->host);
	free(s->reference);
	free(s);
	return NULL;
}

void http_session_timeout(struct http_session *s, unsigned seconds)
{
	s->timeout_s = seconds;
}

const struct tls *http_session_tls(const struct http_session *s)
{
	return s->tls;
}
