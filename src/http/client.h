/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The asynchronous client: one persistent TLS connection on an sd-event loop. Requests may follow
 * each other without waiting; replies come in order. A request sent behind a held one makes the
 * server end the held one at once (204). The connection ends once, by `closed`; to connect anew is
 * the caller's decision.
 */
#include <systemd/sd-event.h>

#include "crypto/tls.h"
#include "http/reply.h"
#include "http/request.h"

/* Where to. Nothing is owned. */
struct http_target {
	const char *host; /* to connect to: a DNS name or an IP */
	uint16_t port;
	const char *reference;	/* the server's name, for the Host field (tls has it for itself) */
	struct tls_config *tls; /* a client's */
};

struct http_client;
/* A reply with its whole body; it is the client's, and is released after the call unless emptied.
 * New requests may be sent from here; the client must not be freed from here. */
typedef void http_client_reply_fn(struct http_client *c, struct http_answer *a, void *userdata);

struct http_client_handler {
	/* The handshake is done; requests sent before have been queued. May be NULL. */
	void (*up)(struct http_client *c, void *userdata);
	/* The connection has ended, requests in flight have no reply. *err says why: as
	 * tls_handshake, and TIMEOUT, UNAVAILABLE (the server closed), INVALID, LIMIT (a reply).
	 * Called once, from the loop; the client may be freed in it. */
	void (*closed)(struct http_client *c, const struct error *err, void *userdata);
	void *userdata;
};

/* Begin to connect. Errors: as socket_connect. */
MUST_USE int http_client_new(sd_event *loop, const struct http_target *target,
			     const struct http_client_handler *h, struct http_client **ret,
			     struct error *err);
/* Closes the connection without a further call back. */
struct http_client *http_client_free(struct http_client *c);
DEFINE_CLEANUP(struct http_client *, http_client_free)
#define auto_http_client CLEANUP(http_client_freep)

/* Queue one request; s->host is filled in. `timeout_ms`: from now to the end of its reply, after
 * which the connection counts as dead. Errors: LIMIT (LIMIT_HTTP_IN_FLIGHT), UNAVAILABLE (closed),
 * INVALID. */
MUST_USE int http_client_send(struct http_client *c, const struct http_send *s, uint64_t timeout_ms,
			      http_client_reply_fn *reply, void *userdata, struct error *err);
/* Requests without a reply yet. */
size_t http_client_in_flight(const struct http_client *c);
/* The connection, for its peer chain; NULL before it is up. */
const struct tls *http_client_tls(const struct http_client *c);
