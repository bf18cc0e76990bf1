/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The blocking client, for the CLI: one request, one reply, the connection kept for the next one.
 *
 *	auto_http_session struct http_session *s = NULL;
 *	auto_http_answer struct http_answer a = { 0 };
 *	http_session_new(&(struct http_target){ … }, &s, err);
 *	http_session_call(s, &(struct http_send){ .method = HTTP_GET, .target = "/…" }, &a, err);
 *	if (a.status >= 400)
 *		return http_answer_error(&a, err);
 */
#include "http/client.h"

struct http_session;
/* Copies the target, refers to its tls. Connects at the first call. Errors: UNAVAILABLE (memory).
 */
MUST_USE int http_session_new(const struct http_target *target, struct http_session **ret,
			      struct error *err);
struct http_session *http_session_free(struct http_session *s);
DEFINE_CLEANUP(struct http_session *, http_session_free)
#define auto_http_session CLEANUP(http_session_freep)

/* Seconds that connecting and a reply may take, each; LIMIT_HTTP_CALL_S where it is not called. */
void http_session_timeout(struct http_session *s, unsigned seconds);

/* Any reply is a success here, whatever its status. A kept connection that the server has closed
 * meanwhile is opened anew, once, as long as no byte of a reply came.
 * Errors: as socket_connect and tls_handshake (REFUSED: the server's certificate; UNAUTHORIZED:
 * ours), TIMEOUT, INVALID and LIMIT (the reply), UNAVAILABLE. */
MUST_USE int http_session_call(struct http_session *s, const struct http_send *send,
			       struct http_answer *ret, struct error *err);
/* The connection, for its peer chain; NULL where none is open. */
const struct tls *http_session_tls(const struct http_session *s);
