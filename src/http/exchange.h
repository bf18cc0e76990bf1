/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One request on its way to a reply, as a handler sees it. A handler is given an exchange and owes
 * it exactly one http_exchange_answer (or _error), at once or any time later; that call ends the
 * exchange, also where the peer is gone meanwhile and nobody hears it.
 *
 * A handler that waits for something to happen (not for work in progress) holds the exchange
 * instead: a held one is ended by whichever comes first of an answer, the end of its wait, a
 * further request behind it (both: 204), and the end of the connection; `end` tells the handler of
 * the last three, and the exchange is gone after it.
 */
#include "crypto/cert.h"
#include "http/reply.h"
#include "http/request.h"

struct http_exchange;

/* Who is at the other end; lives as long as the connection. */
struct http_peer {
	const struct cert *cert; /* judged; NULL: gave none */
	const char *address;	 /* "192.0.2.1:50000" */
	const char *tls;	 /* for audit: protocol, suite, group */
	void *data;		 /* the caller's, see http_listener_options */
	void *listener_data;	 /* http_listener_options.userdata */
};

struct http_request *http_exchange_request(struct http_exchange *x);
/* NULL where the peer is gone. */
struct http_peer *http_exchange_peer(struct http_exchange *x);

/* The reply's content is taken; *r is empty afterwards. x is gone. */
void http_exchange_answer(struct http_exchange *x, struct http_reply *r);
/* Answer in the one form of errors (http_reply_error). x is gone. */
void http_exchange_error(struct http_exchange *x, const struct error *e);

typedef void http_exchange_end_fn(struct http_exchange *x, void *userdata);
/* At most once per exchange. `end` may be called from within, where a request waits already. */
void http_exchange_hold(struct http_exchange *x, uint64_t wait_ms, http_exchange_end_fn *end,
			void *userdata);
