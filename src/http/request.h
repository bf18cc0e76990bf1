/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One HTTP/1.1 request: parsed on the server, formatted by the client. Pure. HTTP/1.1 only, a path
 * in origin form, exactly one Host. A path is compared as it came: percent-encoding stands in
 * query values alone, and is decoded when one is asked for.
 */
#include "http/head.h"

#define HTTP_METHODS(X) \
	X(HTTP_GET, "GET") \
	X(HTTP_HEAD, "HEAD") /* answered where GET is; a client of ours does not send it */ \
	X(HTTP_POST, "POST") \
	X(HTTP_PUT, "PUT") \
	X(HTTP_PATCH, "PATCH") \
	X(HTTP_DELETE, "DELETE")

enum http_method {
	HTTP_METHOD_NONE = 0, /* a token, but none of the list */
#define X(id, name) id,
	HTTP_METHODS(X)
#undef X
		HTTP_METHOD_MAX_
};
const char *http_method_name(enum http_method m);

struct http_param {
	const char *name;  /* of the route's pattern */
	const char *value; /* into the request's path */
};

struct http_request {
	struct http_head head;
	enum http_method method;
	char *path, *query; /* into the head; query "" where there is none */
	struct http_param params[LIMIT_HTTP_PARAMS]; /* set by the router */
	size_t n_params;
	char *segments;	 /* owned: the path cut for the params */
	struct buf body; /* owned; filled by the connection */
};

void http_request_done(struct http_request *r);

/* Parse a request's head; the body (head.length bytes) follows it. *ret_used as http_head_parse.
 * Errors: as http_head_parse; UNSUPPORTED for another HTTP version. */
MUST_USE int http_request_parse(const void *data, size_t len, struct http_request *ret,
				size_t *ret_used, struct error *err);

/* The value of a {name} of the route; NULL where the pattern has none. */
const char *http_request_param(const struct http_request *r, const char *name);
/* The decoded value of a query field. *ret (owned) is NULL where it is absent.
 * Errors: INVALID (bad escape, control character, or the field stands twice), UNAVAILABLE. */
MUST_USE int http_request_query(const struct http_request *r, const char *name, char **ret,
				struct error *err);
/* The same as a number in 0..max, or `fallback` where it is absent. Errors: INVALID. */
MUST_USE int http_request_query_u64(const struct http_request *r, const char *name, uint64_t max,
				    uint64_t fallback, uint64_t *ret, struct error *err);
/* User and password of HTTP Basic (RFC 7617). Errors: UNAUTHORIZED (absent, another scheme, or
 * not base64 of "user:password"). Both owned; wipe the password. */
MUST_USE int http_request_basic(const struct http_request *r, char **ret_user,
				struct buf *ret_password, struct error *err);

/* What a client sends. Nothing is owned. */
struct http_send {
	enum http_method method;
	const char *target;			 /* path and query, as they go on the wire */
	const char *host;			 /* the Host field: the reference id */
	const char *type;			 /* Content-Type; NULL: none */
	const char *accept;			 /* NULL: none */
	const char *basic_user, *basic_password; /* NULL: no Authorization */
	const void *body;
	size_t body_len;
};
/* Append the whole message. Errors: INVALID (a part with bytes that would break the head). */
MUST_USE int http_request_write(const struct http_send *s, struct buf *out, struct error *err);
