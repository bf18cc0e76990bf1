/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which handler a request is for: a table per listener, searched by path and method. Pure.
 *
 * A path is a list of segments; "{name}" stands for one segment that is not empty. The first row
 * whose path fits and whose method is the request's is taken; HEAD takes the row of GET.
 */
#include "http/request.h"

struct http_exchange;

struct http_route {
	enum http_method method;
	const char *path; /* "/api/v1/devices/{id}" */
	size_t body_max;  /* bytes; 0: a body is refused */
	const char *type; /* the Content-Type that a body must have; NULL: any */
	void (*handle)(struct http_exchange *x, const struct http_route *route);
	unsigned may;	 /* for the caller: who may call it, a set of its own flags */
	const char *doc; /* one line */
};

enum http_found {
	HTTP_FOUND,
	HTTP_NO_PATH,	/* 404 */
	HTTP_NO_METHOD, /* 405: *ret_allow has the methods, a set of 1 << enum http_method */
};

/* Does path fit pattern? */
bool http_path_fits(const char *pattern, const char *path);
/* Find the row for a request. */
enum http_found http_route_find(const struct http_route *routes, size_t n,
				const struct http_request *r, const struct http_route **ret,
				unsigned *ret_allow);
/* Set the request's params from a pattern that fits its path. Errors: UNAVAILABLE. */
MUST_USE int http_route_params(const struct http_route *route, struct http_request *r,
			       struct error *err);
/* The value of an Allow field; appended. */
MUST_USE int http_allow_write(unsigned allow, struct buf *out, struct error *err);
