/* SPDX-License-Identifier: Apache-2.0 */
/* The blocking client, and raw bytes, against a listener in another process. */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "check.h"

#include "base/socket.h"
#include "http/listener.h"
#include "http/session.h"
#include "pki.h"

struct world {
	struct pki pki;
	struct tls_config *client;
	pid_t server;
	uint16_t port;
};

static void handle_echo(struct http_exchange *x, const struct http_route *route)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "text/plain" };

	r.body = buf_steal(&http_exchange_request(x)->body);
	http_exchange_answer(x, &r);
}

static void handle_close(struct http_exchange *x, const struct http_route *route)
{
	auto_http_reply struct http_reply r = { .status = 200 };
	struct http_peer *peer = http_exchange_peer(x);

	http_exchange_answer(x, &r);
	http_peer_close(peer); /* after the reply went out or not: the client must cope */
}

static void handle_refuse(struct http_exchange *x, const struct http_route *route)
{
	struct error err = ERROR_INIT;

	if (error_refuse(&err, REASON_SERIAL, "older than what is there") < 0)
		http_exchange_error(x, &err);
}

static void handle_never(struct http_exchange *x, const struct http_route *route)
{
	(void)x;
}

static const struct http_route routes[] = {
	{ .method = HTTP_POST, .path = "/echo", .body_max = 1000000, .handle = handle_echo },
	{ .method = HTTP_GET, .path = "/close", .handle = handle_close },
	{ .method = HTTP_GET, .path = "/refuse", .handle = handle_refuse },
	{ .method = HTTP_GET, .path = "/never", .handle = handle_never },
};

static void serve(int fd, struct tls_config *tls)
{
	const struct http_listener_options o = {
		.name = "test", .tls = tls, .routes = routes, .n_routes = ARRAY_SIZE(routes)
	};
	struct http_listener *l = NULL;
	struct error err = ERROR_INIT;
	sd_event *loop = NULL;

	if (sd_event_new(&loop) < 0 || http_listener_new(loop, fd, &o, &l, &err) < 0)
		_exit(1);
	(void)sd_event_loop(loop);
	_exit(1);
}

static void world_init(struct world *w)
{
	auto_tls_config struct tls_config *server = NULL;
	char text[SOCKET_ADDRESS_SIZE], host[SOCKET_HOST_SIZE];
	struct error err = ERROR_INIT;
	auto_close int fd = -1;

	*w = (struct world){ 0 };
	CHECK_OK(pki_make(&w->pki, &err), err);
	CHECK_OK(pki_config(&w->pki.server, &w->pki.client_root, true, &server, &err), err);
	CHECK_OK(pki_config(&w->pki.client, &w->pki.server_root, false, &w->client, &err), err);
	CHECK_OK(socket_listen("127.0.0.1:0", &fd, &err), err);
	CHECK_OK(socket_local(fd, text, &err), err);
	CHECK_OK(socket_parse(text, host, &w->port, &err), err);
	w->server = fork();
	if (w->server == 0)
		serve(fd, server);
}

static void world_done(struct world *w)
{
	(void)kill(w->server, SIGKILL);
	(void)waitpid(w->server, NULL, 0);
	tls_config_free(w->client);
	pki_done(&w->pki);
}

static struct http_target target_of(const struct world *w)
{
	return (struct http_target){
		.host = "127.0.0.1", .port = w->port, .reference = "mdm.example", .tls = w->client
	};
}

static void begin(struct world *w, struct http_session **ret)
{
	struct error err = ERROR_INIT;
	struct http_target to;

	world_init(w);
	to = target_of(w);
	CHECK_OK(http_session_new(&to, ret, &err), err);
}

static void calls(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_session struct http_session *s = NULL;
	auto_buf struct buf large = BUF_INIT;
	struct error err = ERROR_INIT;
	const struct tls *first;

	begin(&w, &s);
	for (unsigned i = 0; i < 50000; i++)
		CHECK_OK(buf_printf(&large, &err, "line %u\n", i), err);
	for (unsigned i = 0; i < 3; i++) {
		auto_http_answer struct http_answer a = { 0 };

		CHECK_OK(http_session_call(s,
					   &(struct http_send){ .method = HTTP_POST,
								.target = "/echo",
								.body = large.data,
								.body_len = large.len },
					   &a, &err),
			 err);
		CHECK(a.status == 200 && a.body.len == large.len &&
		      memcmp(a.body.data, large.data, large.len) == 0);
		if (i == 0)
			first = http_session_tls(s);
		CHECK(http_session_tls(s) == first); /* the connection is kept */
	}
}

static void errors_arrive(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_session struct http_session *s = NULL;
	auto_http_answer struct http_answer a = { 0 };
	struct error err = ERROR_INIT;

	begin(&w, &s);
	CHECK_OK(http_session_call(s,
				   &(struct http_send){ .method = HTTP_GET, .target = "/refuse" },
				   &a, &err),
		 err);
	CHECK(a.status == 422);
	CHECK_REFUSED(http_answer_error(&a, &err), err, REASON_SERIAL);
}

static void reconnects(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_session struct http_session *s = NULL;
	struct error err = ERROR_INIT;

	begin(&w, &s);
	for (unsigned i = 0; i < 4; i++) {
		auto_http_answer struct http_answer a = { 0 };
		const struct http_send send = {
			.method = i % 2 ? HTTP_GET : HTTP_POST,
			.target = i % 2 ? "/close" : "/echo",
		};

		if (http_session_call(s, &send, &a, &err) < 0)
			CHECK(i % 2 && err.code == ERROR_UNAVAILABLE);
		else
			CHECK(a.status == 200);
	}
}

static void times_out(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_session struct http_session *s = NULL;
	auto_http_answer struct http_answer a = { 0 };
	struct error err = ERROR_INIT;

	begin(&w, &s);
	http_session_timeout(s, 1);
	CHECK_ERROR(http_session_call(s,
				      &(struct http_send){ .method = HTTP_GET, .target = "/never" },
				      &a, &err),
		    err, ERROR_TIMEOUT);
}

static void nobody_there(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_session struct http_session *s = NULL;
	auto_http_answer struct http_answer a = { 0 };
	struct error err = ERROR_INIT;
	struct http_target to;

	world_init(&w);
	to = target_of(&w);
	to.port = 1; /* nobody listens there */
	CHECK_OK(http_session_new(&to, &s, &err), err);
	CHECK_ERROR(http_session_call(s, &(struct http_send){ .method = HTTP_GET, .target = "/" },
				      &a, &err),
		    err, ERROR_UNAVAILABLE);
}

/* Send bytes as they are, and read until the server closes. */
static void raw(const struct world *w, const char *bytes, struct buf *out)
{
	auto_tls struct tls *tls = NULL;
	auto_close int fd = -1;
	struct error err = ERROR_INIT;
	enum tls_want want = TLS_WANT_WRITE;
	size_t sent = 0, n;

	CHECK_OK(socket_connect("127.0.0.1", w->port, &fd, &err), err);
	CHECK_OK(tls_new(w->client, fd, &tls, &err), err);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = want == TLS_WANT_READ ? POLLIN : POLLOUT };
		char chunk[4096];

		if (want != TLS_DONE && poll(&p, 1, 5000) <= 0)
			break;
		if (!tls_describe(tls) || sent < strlen(bytes)) {
			if (tls_handshake(tls, &want, &err) < 0)
				break;
			if (want != TLS_DONE)
				continue;
			if (tls_write(tls, bytes + sent, strlen(bytes) - sent, &n, &want, &err) < 0)
				break;
			sent += want == TLS_DONE ? n : 0;
			continue;
		}
		if (tls_read(tls, chunk, sizeof(chunk), &n, &want, &err) < 0 || want == TLS_CLOSED)
			break;
		if (want == TLS_DONE)
			CHECK_OK(buf_append(out, chunk, n, &err), err);
	}
}

static void continues(void)
{
	CLEANUP(world_done) struct world w;
	auto_buf struct buf out = BUF_INIT;

	world_init(&w);
	raw(&w,
	    "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
	    "Connection: close\r\n\r\n",
	    &out);
	/* The body never came, so the server waits for it: what came is the word to go on. */
	CHECK_STR((char *)out.data, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void answers_head(void)
{
	CLEANUP(world_done) struct world w;
	auto_buf struct buf out = BUF_INIT;
	const char *end;

	world_init(&w);
	raw(&w, "HEAD /refuse HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &out);
	end = strstr((char *)out.data, "\r\n\r\n");
	CHECK(end && end[4] == '\0' && !strstr((char *)out.data, "Content-Length: 0\r\n"));
}

static void refuses_bytes(void)
{
	static const struct {
		const char *bytes, *status;
	} cases[] = {
		{ "GET / HTTP/1.0\r\nHost: h\r\n\r\n", "HTTP/1.1 501 " },
		{ "GET /\r\n\r\n", "HTTP/1.1 400 " },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		  "HTTP/1.1 501 " },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000001\r\n\r\nabc",
		  "HTTP/1.1 413 " },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 1\r\n\r\nx",
		  "HTTP/1.1 417 " },
		{ "POST /refuse HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		  "HTTP/1.1 405 " },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\n"
		  "xGET / HTTP/1.1\r\n",
		  "HTTP/1.1 200 " },
	};
	CLEANUP(world_done) struct world w;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		auto_buf struct buf out = BUF_INIT;

		raw(&w, cases[i].bytes, &out);
		CHECK(out.len > 20 &&
		      strncmp((char *)out.data, cases[i].status, strlen(cases[i].status)) == 0);
		CHECK(strstr((char *)out.data, "Connection: close\r\n"));
		if (i == 5)
			CHECK(strstr((char *)out.data, "\r\nAllow: GET, HEAD\r\n"));
	}
}

static const struct check_case cases[] = {
	{ "http: calls share one connection, and carry large bodies", calls },
	{ "http: a server's error arrives with code and reason", errors_arrive },
	{ "http: a connection that the server closed is opened anew", reconnects },
	{ "http: a server that does not answer is given up in time", times_out },
	{ "http: nobody there", nobody_there },
	{ "http: Expect: 100-continue is answered", continues },
	{ "http: bytes that are no request of ours are refused, and the refusal arrives",
	  refuses_bytes },
	{ "http: HEAD is answered as GET is, without the body", answers_head },
};
CHECK_MAIN(cases)
