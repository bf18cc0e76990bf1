/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"

#include <string.h>
#include <strings.h>

#include "http/connection.h"

struct http_request *http_exchange_request(struct http_exchange *x)
{
	return &x->request;
}

struct http_peer *http_exchange_peer(struct http_exchange *x)
{
	return x->connection ? &x->connection->peer : NULL;
}

static void exchange_free(struct http_exchange *x)
{
	if (x->connection)
		x->connection->exchange = NULL;
	http_request_done(&x->request);
	free(x);
}

static void queue(struct http_connection *c, enum http_method method, const struct http_reply *r)
{
	const unsigned how =
		(c->last ? HTTP_REPLY_CLOSE : 0) | (method == HTTP_HEAD ? HTTP_REPLY_HEAD : 0);
	struct error err = ERROR_INIT;

	if (http_reply_write(r, how, &c->out, &err) < 0)
		c->broken = true; /* no memory for a reply: nothing could be said */
}

void http_exchange_answer(struct http_exchange *x, struct http_reply *r)
{
	struct http_connection *c = x->connection;

	if (c) {
		c->last = c->last || x->request.head.close || c->listener->draining;
		queue(c, x->request.method, r);
	}
	http_reply_done(r);
	exchange_free(x);
	if (c)
		http_connection_run(c);
}

void http_exchange_error(struct http_exchange *x, const struct error *e)
{
	auto_http_reply struct http_reply r = HTTP_REPLY_INIT;

	http_reply_error(&r, e);
	http_exchange_answer(x, &r);
}

/* A held exchange ends without an answer of its handler. */
static void end_held(struct http_connection *c)
{
	struct http_exchange *x = c->exchange;
	const struct http_reply nothing = { .status = 204 };

	c->last = c->last || x->request.head.close || c->listener->draining;
	queue(c, x->request.method, &nothing);
	c->exchange = NULL;
	x->connection = NULL;
	x->end(x, x->userdata);
	exchange_free(x);
}

void http_exchange_expire(struct http_connection *c)
{
	if (c->exchange && c->exchange->end)
		end_held(c);
}

void http_exchange_abandon(struct http_connection *c)
{
	struct http_exchange *x = c->exchange;

	if (!x)
		return;
	c->exchange = NULL;
	x->connection = NULL;
	if (x->end) {
		x->end(x, x->userdata);
		exchange_free(x);
	}
}

void http_exchange_hold(struct http_exchange *x, uint64_t wait_ms, http_exchange_end_fn *end,
			void *userdata)
{
	struct http_connection *c = x->connection;

	x->end = end;
	x->userdata = userdata;
	if (!c) {
		end(x, userdata);
		exchange_free(x);
		return;
	}
	if (wait_ms == 0 || wait_ms > LIMIT_HTTP_HOLD_S * 1000ull)
		wait_ms = LIMIT_HTTP_HOLD_S * 1000ull;
	http_connection_wait(c, HTTP_WAIT_HELD, wait_ms * 1000);
	http_connection_run(c); /* ends it where a request waits behind it */
}

/* Answer a request that reaches no handler. Its body, if one is to come, is not read. */
static void answer_early(struct http_connection *c, const struct error *e, int status,
			 unsigned allow)
{
	auto_http_reply struct http_reply r = HTTP_REPLY_INIT;
	auto_buf struct buf methods = BUF_INIT;
	struct error err = ERROR_INIT;

	http_reply_error(&r, e);
	if (status)
		r.status = status;
	if (allow && (http_allow_write(allow, &methods, &err) < 0 ||
		      http_reply_field(&r, "Allow", (char *)methods.data, &err) < 0))
		c->last = true;
	c->last = c->last || c->request.head.length || c->request.head.close;
	queue(c, c->request.method, &r);
	http_request_done(&c->request);
	c->have_head = false;
}

static bool has_type(const struct http_request *r, const char *want)
{
	const char *type = http_head_field(&r->head, "Content-Type");
	size_t n = strlen(want);

	return type && strncasecmp(type, want, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* Is the request one that its route takes? *ret_status: a status of its own, or 0. */
static int judge_head(const struct http_connection *c, int *ret_status, struct error *err)
{
	const struct http_head *h = &c->request.head;
	const char *expect = http_head_field(h, "Expect");

	*ret_status = 0;
	if (h->length > c->route->body_max)
		return error_set(err, ERROR_LIMIT, "a body of more than %zu bytes",
				 c->route->body_max);
	if (h->length && c->route->type && !has_type(&c->request, c->route->type)) {
		*ret_status = 415;
		return error_set(err, ERROR_INVALID, "a body of type %s is wanted", c->route->type);
	}
	if (expect && strcasecmp(expect, "100-continue") != 0) {
		*ret_status = 417;
		return error_set(err, ERROR_INVALID, "an expectation that is not known");
	}
	return 0;
}

static void take_head(struct http_connection *c)
{
	const struct http_head *h = &c->request.head;
	struct error e = ERROR_INIT;
	int status;

	if (judge_head(c, &status, &e) < 0)
		answer_early(c, &e, status, 0);
	else if (http_head_field(h, "Expect") && c->in.len < h->length &&
		 buf_puts(&c->out, "HTTP/1.1 100 Continue\r\n\r\n", &e) < 0)
		c->broken = true;
}

static void find_route(struct http_connection *c)
{
	const struct http_listener *l = c->listener;
	struct error e = ERROR_INIT;
	unsigned allow = 0;

	switch (http_route_find(l->o.routes, l->o.n_routes, &c->request, &c->route, &allow)) {
	case HTTP_FOUND:
		if (http_route_params(c->route, &c->request, &e) < 0)
			answer_early(c, &e, 0, 0);
		else
			take_head(c);
		break;
	case HTTP_NO_PATH:
		if (error_set(&e, ERROR_NOT_FOUND, "nothing is at this path") < 0)
			answer_early(c, &e, 0, 0);
		break;
	case HTTP_NO_METHOD:
		if (error_set(&e, ERROR_INVALID, "the path does not have this method") < 0)
			answer_early(c, &e, 405, allow);
		break;
	}
}

static bool read_head(struct http_connection *c)
{
	struct error e = ERROR_INIT;
	size_t used;

	if (http_request_parse(c->in.data, c->in.len, &c->request, &used, &e) < 0) {
		c->last = true;
		answer_early(c, &e, 0, 0);
		return true;
	}
	if (used == 0)
		return false;
	buf_consume(&c->in, used);
	c->have_head = true;
	find_route(c);
	return true;
}

static bool read_body(struct http_connection *c)
{
	size_t length = (size_t)c->request.head.length;
	struct http_exchange *x;
	struct error e = ERROR_INIT;

	if (c->in.len < length)
		return false;
	x = calloc(1, sizeof(*x));
	if (!x || buf_append(&c->request.body, c->in.data, length, &e) < 0) {
		free(x);
		c->broken = true;
		return false;
	}
	buf_consume(&c->in, length);
	x->connection = c;
	x->request = c->request;
	c->request = (struct http_request){ 0 };
	c->have_head = false;
	c->exchange = x;
	http_connection_wait(c, HTTP_WAIT_ANSWER, 0);
	c->route->handle(x, c->route);
	return true;
}

bool http_exchange_step(struct http_connection *c)
{
	if (c->exchange) {
		if (!c->exchange->end || !(c->in.len || c->ended || c->listener->draining))
			return false;
		end_held(c);
		return true;
	}
	if (c->last || http_connection_unsent(c))
		return false;
	if (c->have_head)
		return read_body(c);
	if (c->in.len == 0) {
		c->last = c->listener->draining;
		return false;
	}
	return read_head(c);
}

void http_peer_close(struct http_peer *peer)
{
	struct http_connection *c =
		(struct http_connection *)((char *)peer - offsetof(struct http_connection, peer));

	c->broken = true;
	http_connection_run(c);
}
