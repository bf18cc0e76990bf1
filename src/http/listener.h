/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The server's side: accepts TLS connections on a listening socket, reads requests one after the
 * other, routes them, and writes replies in order. No connection can hold more than its limits
 * (limits.h, LIMIT_HTTP_*) in bytes or time; a peer that does not read its reply is not read from.
 */
#include <systemd/sd-event.h>

#include "crypto/tls.h"
#include "http/exchange.h"
#include "http/router.h"

struct http_listener;

struct http_listener_options {
	const char *name;	/* for messages; kept by reference, as the routes are */
	struct tls_config *tls; /* a server's; a reference is taken */
	const struct http_route *routes;
	size_t n_routes;
	size_t connections_max; /* 0: LIMIT_HTTP_CONNECTIONS */
	/* The handshake is done and the peer's certificate is good: may it stay? May set
	 * peer->data. NULL: yes. On -1 the connection is closed, and `refused` is told. */
	int (*welcome)(struct http_peer *peer, void *userdata, struct error *err);
	/* A welcomed peer is gone. May be NULL. */
	void (*bye)(struct http_peer *peer, void *userdata);
	/* A peer did not come in: its handshake failed or it was not welcome. May be NULL. */
	void (*refused)(const char *address, const struct error *why, void *userdata);
	void *userdata;
};

/* Takes over fd, a non-blocking listening socket, on success and on failure. */
MUST_USE int http_listener_new(sd_event *loop, int fd, const struct http_listener_options *o,
			       struct http_listener **ret, struct error *err);
/* For connections from now on; those that are open keep theirs, but for peers whose certificate is
 * revoked by the new one's CRLs: these are closed, and `refused` is told. */
void http_listener_set_tls(struct http_listener *l, struct tls_config *tls);
size_t http_listener_count(const struct http_listener *l); /* of connections */
/* Accept no more, and close every connection as soon as it owes no reply; held ones end now. */
void http_listener_drain(struct http_listener *l);
/* Closes all; `bye` is called for each welcomed peer. */
struct http_listener *http_listener_free(struct http_listener *l);
DEFINE_CLEANUP(struct http_listener *, http_listener_free)
#define auto_http_listener CLEANUP(http_listener_freep)

/* Close one peer's connection, from outside of its own handlers' calls or within. */
void http_peer_close(struct http_peer *peer);
