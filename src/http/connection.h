/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Inside the listener: one accepted connection. connection.c moves bytes and keeps time,
 * exchange.c turns them into requests and replies. Everything that happens to a connection ends in
 * http_connection_run, which goes on until it must wait, and may free the connection.
 */
#include <systemd/sd-event.h>

#include "base/socket.h"
#include "http/listener.h"

/* What a connection waits for, and how long it may. X(id, seconds) */
#define HTTP_WAITS(X) \
	X(HTTP_WAIT_HANDSHAKE, LIMIT_HTTP_HANDSHAKE_S) \
	X(HTTP_WAIT_REQUEST, LIMIT_HTTP_IDLE_S) \
	X(HTTP_WAIT_HEAD, LIMIT_HTTP_HEAD_S) \
	X(HTTP_WAIT_BODY, LIMIT_HTTP_BODY_S) \
	X(HTTP_WAIT_ANSWER, LIMIT_HTTP_ANSWER_S) \
	X(HTTP_WAIT_HELD, LIMIT_HTTP_HOLD_S) \
	X(HTTP_WAIT_WRITE, LIMIT_HTTP_WRITE_S) \
	X(HTTP_WAIT_LINGER, LIMIT_HTTP_LINGER_S)

enum http_wait {
#define X(id, seconds) id,
	HTTP_WAITS(X)
#undef X
};

struct http_connection {
	struct http_listener *listener;
	struct http_connection *prev, *next; /* of the listener */
	int fd;
	struct tls *tls;
	sd_event_source *io, *timer;
	uint32_t events; /* that io waits for */
	enum http_wait wait;
	bool up;      /* handshake done, peer welcomed */
	bool running; /* in http_connection_run: calls from within only leave their mark */
	bool ended;   /* the peer has ended its side: nothing more comes */
	bool last;    /* no request is read any more; close when nothing is owed */
	bool broken;  /* close without a word */
	bool lingering;
	struct buf in, out;
	size_t sent;	/* of out */
	bool have_head; /* of request; its body is still to come */
	struct http_request request;
	const struct http_route *route;
	struct http_exchange *exchange; /* in work or held */
	struct http_peer peer;
	char address[SOCKET_ADDRESS_SIZE];
};

struct http_exchange {
	struct http_connection *connection; /* NULL: gone */
	struct http_request request;
	http_exchange_end_fn *end; /* set: held */
	void *userdata;
};

/* Takes over fd. Adds itself to the listener. */
MUST_USE int http_connection_new(struct http_listener *l, int fd, struct error *err);
void http_connection_run(struct http_connection *c);
/* At once, from the listener's end. */
void http_connection_free(struct http_connection *c);
/* Begin a new wait, even one of the same kind; us: its length, 0 for the kind's own. */
void http_connection_wait(struct http_connection *c, enum http_wait wait, uint64_t us);
bool http_connection_unsent(const struct http_connection *c);

/* One step from bytes to requests; true: something moved, so go on. */
bool http_exchange_step(struct http_connection *c);
/* The wait of a held exchange is over: 204. */
void http_exchange_expire(struct http_connection *c);
/* The connection ends: what is held is told, what is in work is let go. */
void http_exchange_abandon(struct http_connection *c);

/* Of the listener. */
struct http_listener {
	sd_event *loop;
	sd_event_source *accept, *pause;
	int fd;
	struct http_listener_options o;
	struct tls_config *tls;
	struct http_connection *connections;
	size_t n;
	bool draining;
};
/* A connection has gone: room for another. */
void http_listener_resume(struct http_listener *l);
