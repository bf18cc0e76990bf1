/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One HTTP/1.1 reply: formatted by the server, parsed by the client. Pure. Head and body go into
 * one buffer, so that they leave in one write.
 */
#include "http/head.h"

/* The statuses that we send, with their reason phrases. */
#define HTTP_STATUSES(X) \
	X(200, "OK") \
	X(201, "Created") \
	X(202, "Accepted") \
	X(204, "No Content") \
	X(400, "Bad Request") \
	X(401, "Unauthorized") \
	X(403, "Forbidden") \
	X(404, "Not Found") \
	X(405, "Method Not Allowed") \
	X(409, "Conflict") \
	X(413, "Content Too Large") \
	X(415, "Unsupported Media Type") \
	X(417, "Expectation Failed") \
	X(422, "Unprocessable Content") \
	X(429, "Too Many Requests") \
	X(500, "Internal Server Error") \
	X(501, "Not Implemented") \
	X(503, "Service Unavailable") \
	X(504, "Gateway Timeout")

const char *http_status_text(int status);

struct http_reply {
	int status;
	const char *type; /* Content-Type, static or owned elsewhere; NULL: none */
	struct buf body;  /* owned */
	struct buf more;  /* owned: whole further field lines, each ended by CRLF */
};

#define HTTP_REPLY_INIT \
	{ \
		0 \
	}
void http_reply_done(struct http_reply *r);
#define auto_http_reply CLEANUP(http_reply_done)

/* Add one field line. Errors: INVALID (bytes that would break the head), UNAVAILABLE. */
MUST_USE int http_reply_field(struct http_reply *r, const char *name, const char *value,
			      struct error *err);
/* Replace the reply by an error in the one form that all of the server speaks:
 * {"error":{"code":…,"reason":…,"message":…}} with the code's status; ERROR_RATE also says when to
 * come again (Retry-After). Falls back to a bare status where memory is short, so it cannot fail.
 */
void http_reply_error(struct http_reply *r, const struct error *e);
/* How a reply goes out. */
enum {
	HTTP_REPLY_CLOSE = 1u << 0, /* it announces that the connection ends with it */
	HTTP_REPLY_HEAD = 1u << 1,  /* to HEAD: the same head, and no body (RFC 9110, 9.3.2) */
};
/* Append the whole message. */
MUST_USE int http_reply_write(const struct http_reply *r, unsigned how, struct buf *out,
			      struct error *err);

/* A reply as a client sees it. */
struct http_answer {
	int status;
	struct http_head head;
	struct buf body; /* owned; filled by who reads the connection */
};
void http_answer_done(struct http_answer *a);
#define auto_http_answer CLEANUP(http_answer_done)

/* Parse a reply's head; head.length bytes of body follow it (none for 204). *ret_used as
 * http_head_parse. Errors: as http_head_parse; INVALID also for an interim (1xx) reply and for a
 * body without length; LIMIT for one above LIMIT_HTTP_REPLY. */
MUST_USE int http_answer_parse(const void *data, size_t len, struct http_answer *ret,
			       size_t *ret_used, struct error *err);
/* Move one reply from the bytes that arrived into *a, which starts zeroed and is passed again until
 * *ret_whole. Errors: as http_answer_parse. */
MUST_USE int http_answer_take(struct buf *in, struct http_answer *a, bool *ret_whole,
			      struct error *err);
/* The struct error that a reply with a status of 400 and above carries: code and reason as the
 * server named them, or the nearest to the status where the body is not ours. Always -1. */
MUST_USE int http_answer_error(const struct http_answer *a, struct error *err);
