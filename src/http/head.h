/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The head of an HTTP/1.1 message (RFC 9112): start line and fields, parsed the same way by server
 * and client. Pure, and stricter than the RFC: lines end in CRLF, no folded lines, no bytes outside
 * printable ASCII, a field that steers framing or routing stands once, bodies are framed by
 * Content-Length alone. What two parsers could read in two ways is refused.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"

struct http_field {
	const char *name, *value; /* into the head's text */
};

struct http_head {
	struct buf text; /* owned: the bytes, cut into strings */
	/* A request's method, target and version; a response's version, status and reason. */
	const char *start[3];
	struct http_field fields[LIMIT_HTTP_FIELDS];
	size_t n_fields;
	uint64_t length; /* of the body, by Content-Length; 0 where it is absent */
	bool has_length;
	bool close; /* "Connection: close": no further message on this connection */
};

void http_head_done(struct http_head *h);

/* Parse the head that `data` begins with. *ret_used is its size with the empty line, or 0 where
 * more bytes are needed (*ret is then empty). The start line is only split at its spaces: its
 * parts are the caller's to judge.
 * Errors: INVALID (form), LIMIT (line, count or size of fields), UNSUPPORTED (Transfer-Encoding),
 * UNAVAILABLE (memory). */
MUST_USE int http_head_parse(const void *data, size_t len, struct http_head *ret, size_t *ret_used,
			     struct error *err);

/* The value of a field, name compared without case; NULL where it is absent. */
const char *http_head_field(const struct http_head *h, const char *name);
/* Does a field's comma-separated list have this member, compared without case? */
bool http_head_lists(const struct http_head *h, const char *name, const char *member);
/* Is s, wholly, a token (RFC 9110, 5.6.2)? */
bool http_is_token(const char *s);
