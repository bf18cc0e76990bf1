/* SPDX-License-Identifier: Apache-2.0 */
/* Listener and asynchronous client over real TLS on one loop. */
#include "check.h"

#include "base/socket.h"
#include "http/client.h"
#include "http/listener.h"
#include "pki.h"

enum { CLIENTS_MAX = 4, REPLIES_MAX = 8, TURN_US = 5000000 };

struct caller {
	struct http_client *client;
	struct error error; /* why it ended */
	int statuses[REPLIES_MAX];
	char bodies[REPLIES_MAX][64];
	size_t n;
};

/* One test's world. */
struct world {
	struct pki pki;
	sd_event *loop;
	struct http_listener *listener;
	struct tls_config *server;
	uint16_t port;
	struct caller callers[CLIENTS_MAX];
	struct http_exchange *parked;
	unsigned n_ended, n_welcome, n_bye;
	struct error refused;
};

static void handle_echo(struct http_exchange *x, const struct http_route *route)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "text/plain" };

	r.body = buf_steal(&http_exchange_request(x)->body);
	http_exchange_answer(x, &r);
}

static struct world *world_of(struct http_exchange *x)
{
	return http_exchange_peer(x)->listener_data;
}

static void on_end(struct http_exchange *x, void *userdata)
{
	struct world *w = userdata;

	w->n_ended++;
	w->parked = NULL;
}

/* Waits for work in progress: nothing ends it but its answer. */
static void handle_park(struct http_exchange *x, const struct http_route *route)
{
	world_of(x)->parked = x;
}

static void handle_hold(struct http_exchange *x, const struct http_route *route)
{
	struct world *w = world_of(x);
	struct error err = ERROR_INIT;
	uint64_t wait = 0;

	CHECK_OK(http_request_query_u64(http_exchange_request(x), "ms", 100000, 60000, &wait, &err),
		 err);
	w->parked = x;
	http_exchange_hold(x, wait, on_end, w);
}

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .path = "/echo", .handle = handle_echo },
	{ .method = HTTP_POST,
	  .path = "/echo",
	  .body_max = 100000,
	  .type = "text/plain",
	  .handle = handle_echo },
	{ .method = HTTP_GET, .path = "/park", .handle = handle_park },
	{ .method = HTTP_GET, .path = "/hold", .handle = handle_hold },
};

static int on_welcome(struct http_peer *peer, void *userdata, struct error *err)
{
	struct world *w = userdata;

	w->n_welcome++;
	return 0;
}

static void on_bye(struct http_peer *peer, void *userdata)
{
	((struct world *)userdata)->n_bye++;
}

static void on_refused(const char *address, const struct error *why, void *userdata)
{
	((struct world *)userdata)->refused = *why;
}

static void world_init(struct world *w, size_t connections_max)
{
	struct http_listener_options o = {
		.name = "test",
		.routes = routes,
		.n_routes = ARRAY_SIZE(routes),
		.connections_max = connections_max,
		.welcome = on_welcome,
		.bye = on_bye,
		.refused = on_refused,
		.userdata = w,
	};
	char text[SOCKET_ADDRESS_SIZE], host[SOCKET_HOST_SIZE];
	struct error err = ERROR_INIT;
	int fd = -1;

	*w = (struct world){ 0 };
	CHECK_OK(pki_make(&w->pki, &err), err);
	CHECK_OK(pki_config(&w->pki.server, &w->pki.client_root, true, &w->server, &err), err);
	CHECK(sd_event_new(&w->loop) >= 0);
	CHECK_OK(socket_listen("127.0.0.1:0", &fd, &err), err);
	CHECK_OK(socket_local(fd, text, &err), err);
	CHECK_OK(socket_parse(text, host, &w->port, &err), err);
	o.tls = w->server;
	CHECK_OK(http_listener_new(w->loop, fd, &o, &w->listener, &err), err);
}

static void world_done(struct world *w)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		http_client_free(w->callers[i].client);
	http_listener_free(w->listener);
	CHECK(w->n_bye == w->n_welcome);
	tls_config_free(w->server);
	sd_event_unref(w->loop);
	pki_done(&w->pki);
}

static void on_reply(struct http_client *c, struct http_answer *a, void *userdata)
{
	struct caller *caller = userdata;
	size_t n = a->body.len < 63 ? a->body.len : 63;

	CHECK(caller->n < REPLIES_MAX);
	if (n)
		memcpy(caller->bodies[caller->n], a->body.data, n);
	caller->statuses[caller->n++] = a->status;
}

static void on_closed(struct http_client *c, const struct error *err, void *userdata)
{
	((struct caller *)userdata)->error = *err;
}

static struct caller *call(struct world *w, size_t i, const struct pki_end *self)
{
	struct caller *caller = &w->callers[i];
	const struct http_client_handler h = { .closed = on_closed, .userdata = caller };
	auto_tls_config struct tls_config *config = NULL;
	struct http_target target = { .host = "127.0.0.1",
				      .port = w->port,
				      .reference = "mdm.example" };
	struct error err = ERROR_INIT;

	CHECK_OK(pki_config(self, &w->pki.server_root, false, &config, &err), err);
	target.tls = config;
	CHECK_OK(http_client_new(w->loop, &target, &h, &caller->client, &err), err);
	return caller;
}

/* A world with one caller, who has a good certificate. */
static struct caller *alone(struct world *w)
{
	world_init(w, 0);
	return call(w, 0, &w->pki.client);
}

static void ask(struct caller *c, enum http_method method, const char *target, const char *body)
{
	const struct http_send s = { .method = method,
				     .target = target,
				     .type = "text/plain",
				     .body = body,
				     .body_len = strlen(body) };
	struct error err = ERROR_INIT;

	CHECK_OK(http_client_send(c->client, &s, 10000, on_reply, c, &err), err);
}

/* Turn the loop until the condition holds; a failed check where it does not in time. */
#define UNTIL(w, cond) \
	do { \
		uint64_t begin_, now_; \
		bool ok_ = true; \
		sd_event_now((w)->loop, CLOCK_MONOTONIC, &begin_); \
		while (!(cond) && ok_) { \
			(void)sd_event_run((w)->loop, 100000); \
			(void)sd_event_now((w)->loop, CLOCK_MONOTONIC, &now_); \
			ok_ = now_ - begin_ < TURN_US; \
		} \
		CHECK(cond); \
	} while (0)

static void good_client(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_POST, "/echo", "hello");
	ask(c, HTTP_GET, "/nowhere", "");
	ask(c, HTTP_POST, "/park", "");
	ask(c, HTTP_POST, "/echo", "again");
	UNTIL(&w, c->n == 4);
	CHECK(c->statuses[0] == 200 && c->statuses[1] == 404 && c->statuses[2] == 405);
	CHECK_STR(c->bodies[0], "hello");
	CHECK_STR(c->bodies[3], "again");
	CHECK(http_listener_count(w.listener) == 1 && w.n_welcome == 1);
	CHECK(http_client_in_flight(c->client) == 0 && http_client_tls(c->client));
}

static void no_certificate(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	world_init(&w, 0);
	c = call(&w, 0, NULL);
	ask(c, HTTP_GET, "/echo", "");
	UNTIL(&w, c->error.code != ERROR_NONE && w.refused.code != ERROR_NONE);
	CHECK(c->error.code == ERROR_UNAUTHORIZED && c->n == 0);
	CHECK(w.refused.code == ERROR_REFUSED && w.n_welcome == 0);
}

static void rogue_certificate(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	world_init(&w, 0);
	c = call(&w, 0, &w.pki.rogue);
	ask(c, HTTP_GET, "/echo", "");
	UNTIL(&w, c->error.code != ERROR_NONE && w.refused.code != ERROR_NONE);
	CHECK(c->error.code == ERROR_UNAUTHORIZED && c->n == 0);
	CHECK(w.refused.reason == REASON_CERT_UNTRUSTED && w.n_welcome == 0);
}

static void rogue_server(void)
{
	CLEANUP(world_done) struct world w;
	auto_tls_config struct tls_config *config = NULL;
	struct error err = ERROR_INIT;
	struct caller *c;

	world_init(&w, 0);
	CHECK_OK(pki_config(&w.pki.rogue, &w.pki.client_root, true, &config, &err), err);
	http_listener_set_tls(w.listener, config);
	c = call(&w, 0, &w.pki.client);
	UNTIL(&w, c->error.code != ERROR_NONE);
	CHECK(c->error.code == ERROR_REFUSED);
	UNTIL(&w, http_listener_count(w.listener) == 0);
}

/* A newer CRL comes while connections are held: it ends those whom it names, and no other. */
static void revoked_meanwhile(void)
{
	CLEANUP(world_done) struct world w;
	struct issue_revoked entry = { .time = time(NULL) };
	const struct issue_crl t = { .number = 2,
				     .this_update = time(NULL) - 30,
				     .next_update = time(NULL) + 3600,
				     .revoked = &entry,
				     .n_revoked = 1 };
	auto_tls_config struct tls_config *config = NULL, *same = NULL;
	struct pki_end other = { 0 };
	struct error err = ERROR_INIT;
	struct caller *bad, *good;

	world_init(&w, 0);
	CHECK_OK(pki_end_make(&other, &w.pki.client_root, X509_TLS_CLIENT, &err), err);
	bad = call(&w, 0, &w.pki.client);
	good = call(&w, 1, &other);
	ask(bad, HTTP_GET, "/hold", "");
	UNTIL(&w, w.parked);
	ask(good, HTTP_GET, "/echo", "");
	UNTIL(&w, good->n == 1 && w.n_welcome == 2);
	CHECK_OK(pki_config(&w.pki.server, &w.pki.client_root, true, &same, &err), err);
	http_listener_set_tls(w.listener, same);
	CHECK(http_listener_count(w.listener) == 2 && w.refused.code == ERROR_NONE);
	crl_free(STEAL(w.pki.client_root.crl));
	entry.serial = cert_serial(certs_get(w.pki.client.chain, 0));
	CHECK_OK(issue_crl(&t, w.pki.client_root.cert, w.pki.client_root.key,
			   &w.pki.client_root.crl, &err),
		 err);
	CHECK_OK(pki_config(&w.pki.server, &w.pki.client_root, true, &config, &err), err);
	http_listener_set_tls(w.listener, config);
	CHECK(http_listener_count(w.listener) == 1 && w.n_bye == 1 && w.n_ended == 1);
	CHECK(w.refused.reason == REASON_CERT_REVOKED);
	UNTIL(&w, bad->error.code != ERROR_NONE);
	ask(good, HTTP_GET, "/echo", "");
	UNTIL(&w, good->n == 2);
	key_free(other.key);
	certs_free(other.chain);
}

static void bodies(void)
{
	static char large[100001];
	CLEANUP(world_done) struct world w;
	struct caller *c;

	memset(large, 'x', sizeof(large) - 1);
	c = alone(&w);
	ask(c, HTTP_POST, "/echo", large); /* exactly what is allowed */
	UNTIL(&w, c->n == 1);
	CHECK(c->statuses[0] == 200);
	ask(c, HTTP_GET, "/echo", "a body where none is wanted");
	UNTIL(&w, c->n == 2);
	CHECK(c->statuses[1] == 413);
	UNTIL(&w, c->error.code == ERROR_UNAVAILABLE); /* and the connection ends */
	UNTIL(&w, http_listener_count(w.listener) == 0);
}

static void wrong_type(void)
{
	CLEANUP(world_done) struct world w;
	const struct http_send s = { .method = HTTP_POST,
				     .target = "/echo",
				     .type = "text/html",
				     .body = "x",
				     .body_len = 1 };
	struct error err = ERROR_INIT;
	struct caller *c;

	c = alone(&w);
	CHECK_OK(http_client_send(c->client, &s, 10000, on_reply, c, &err), err);
	UNTIL(&w, c->n == 1);
	CHECK(c->statuses[0] == 415);
}

static void held_ends_by_next(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_GET, "/hold", "");
	UNTIL(&w, w.parked);
	CHECK(c->n == 0);
	ask(c, HTTP_POST, "/echo", "behind");
	UNTIL(&w, c->n == 2);
	CHECK(c->statuses[0] == 204 && c->statuses[1] == 200 && w.n_ended == 1 && !w.parked);
	CHECK_STR(c->bodies[1], "behind");
	/* Both at once: the held one must not wait either. */
	ask(c, HTTP_GET, "/hold", "");
	ask(c, HTTP_GET, "/hold?ms=60000", "");
	ask(c, HTTP_POST, "/echo", "third");
	UNTIL(&w, c->n == 5);
	CHECK(c->statuses[2] == 204 && c->statuses[3] == 204 && w.n_ended == 3);
}

static void held_is_answered(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_reply struct http_reply r = { .status = 200 };
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_GET, "/hold", "");
	UNTIL(&w, w.parked);
	http_exchange_answer(w.parked, &r);
	w.parked = NULL;
	UNTIL(&w, c->n == 1);
	CHECK(c->statuses[0] == 200 && w.n_ended == 0);
}

static void held_expires(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_GET, "/hold?ms=20", "");
	UNTIL(&w, c->n == 1);
	CHECK(c->statuses[0] == 204 && w.n_ended == 1);
}

static void held_ends_with_connection(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_GET, "/hold", "");
	UNTIL(&w, w.parked);
	c->client = http_client_free(c->client);
	UNTIL(&w, w.n_ended == 1 && http_listener_count(w.listener) == 0);
}

static void parked_outlives_connection(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_reply struct http_reply r = { .status = 200 };
	struct caller *c;

	c = alone(&w);
	ask(c, HTTP_GET, "/park", "");
	UNTIL(&w, w.parked);
	/* What follows waits; the one in work is not ended by it. */
	ask(c, HTTP_POST, "/echo", "behind");
	for (unsigned i = 0; i < 5; i++)
		(void)sd_event_run(w.loop, 10000);
	CHECK(c->n == 0);
	http_peer_close(http_exchange_peer(w.parked));
	UNTIL(&w, c->error.code != ERROR_NONE);
	CHECK(!http_exchange_peer(w.parked));
	http_exchange_answer(w.parked, &r); /* nobody hears it; it must be safe */
	CHECK(http_listener_count(w.listener) == 0);
}

static void connections_are_limited(void)
{
	CLEANUP(world_done) struct world w;
	struct caller *a, *b;

	world_init(&w, 1);
	a = call(&w, 0, &w.pki.client);
	ask(a, HTTP_GET, "/echo", "");
	UNTIL(&w, a->n == 1);
	b = call(&w, 1, &w.pki.client);
	ask(b, HTTP_GET, "/echo", "");
	for (unsigned i = 0; i < 5; i++)
		(void)sd_event_run(w.loop, 10000);
	CHECK(b->n == 0 && http_listener_count(w.listener) == 1);
	a->client = http_client_free(a->client);
	UNTIL(&w, b->n == 1);
}

static void drains(void)
{
	CLEANUP(world_done) struct world w;
	auto_http_reply struct http_reply r = { .status = 200 };
	struct caller *held, *idle, *working;
	struct http_exchange *work;

	world_init(&w, 0);
	working = call(&w, 2, &w.pki.client);
	ask(working, HTTP_GET, "/park", "");
	UNTIL(&w, w.parked);
	work = w.parked;
	held = call(&w, 0, &w.pki.client);
	ask(held, HTTP_GET, "/hold", "");
	UNTIL(&w, w.parked != work);
	idle = call(&w, 1, &w.pki.client);
	ask(idle, HTTP_GET, "/echo", "");
	UNTIL(&w, idle->n == 1);
	http_listener_drain(w.listener);
	UNTIL(&w, held->n == 1 && held->error.code && idle->error.code);
	CHECK(held->statuses[0] == 204);
	http_exchange_answer(work, &r);
	UNTIL(&w, working->n == 1 && working->error.code);
	UNTIL(&w, http_listener_count(w.listener) == 0);
}

static void client_limits(void)
{
	CLEANUP(world_done) struct world w;
	const struct http_send s = { .method = HTTP_GET, .target = "/park" };
	auto_http_reply struct http_reply r = { .status = 200 };
	struct error err = ERROR_INIT;
	struct caller *c;

	c = alone(&w);
	for (unsigned i = 0; i < LIMIT_HTTP_IN_FLIGHT; i++)
		CHECK_OK(http_client_send(c->client, &s, 50, on_reply, c, &err), err);
	CHECK_ERROR(http_client_send(c->client, &s, 50, on_reply, c, &err), err, ERROR_LIMIT);
	UNTIL(&w, c->error.code == ERROR_TIMEOUT); /* nobody answers a parked request */
	CHECK_ERROR(http_client_send(c->client, &s, 50, on_reply, c, &err), err, ERROR_UNAVAILABLE);
	http_peer_close(http_exchange_peer(w.parked)); /* the others of its connection too */
	http_exchange_answer(w.parked, &r);
}

static const struct check_case cases[] = {
	{ "http: requests of a known client are answered in order", good_client },
	{ "FCS_TLSS_EXT.1: a client without a certificate is refused", no_certificate },
	{ "FCS_TLSS_EXT.1: a client of a rogue authority is refused", rogue_certificate },
	{ "FCS_TLSC_EXT.1: a server of a rogue authority is refused", rogue_server },
	{ "FIA_X509_EXT.1, X-4: a newer CRL ends the open connections that it names",
	  revoked_meanwhile },
	{ "http: a body within its route's limit is read, another is refused", bodies },
	{ "http: a body of another type is refused", wrong_type },
	{ "http: a request behind a held one ends it at once", held_ends_by_next },
	{ "http: a held request is answered when its handler can", held_is_answered },
	{ "http: a held request ends with its wait", held_expires },
	{ "http: a held request ends with its connection", held_ends_with_connection },
	{ "http: an answer to a peer that is gone is dropped", parked_outlives_connection },
	{ "http: no more connections than allowed", connections_are_limited },
	{ "http: draining ends what is held and lets work finish", drains },
	{ "http: the client's limits in number and time hold", client_limits },
};
CHECK_MAIN(cases)
