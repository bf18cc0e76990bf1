/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include <string.h>

/* The end of the segment that p stands at. */
static const char *segment_end(const char *p)
{
	return p + strcspn(p, "/");
}

bool http_path_fits(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		const char *pe, *e;

		if (*pattern++ != '/' || *path++ != '/')
			return false;
		pe = segment_end(pattern);
		e = segment_end(path);
		if (*pattern == '{' ? e == path
				    : (pe - pattern != e - path ||
				       memcmp(pattern, path, (size_t)(e - path)) != 0))
			return false;
		pattern = pe;
		path = e;
	}
	return *pattern == *path;
}

/* HEAD is GET whose body is not sent (RFC 9110, 9.3.2): the writer of the reply leaves it out. */
static bool takes(const struct http_route *route, enum http_method m)
{
	return route->method == (m == HTTP_HEAD ? HTTP_GET : m);
}

enum http_found http_route_find(const struct http_route *routes, size_t n,
				const struct http_request *r, const struct http_route **ret,
				unsigned *ret_allow)
{
	unsigned allow = 0;

	for (size_t i = 0; i < n; i++) {
		if (!http_path_fits(routes[i].path, r->path))
			continue;
		if (takes(&routes[i], r->method)) {
			*ret = &routes[i];
			return HTTP_FOUND;
		}
		allow |= 1u << routes[i].method;
		if (routes[i].method == HTTP_GET)
			allow |= 1u << HTTP_HEAD;
	}
	if (!allow)
		return HTTP_NO_PATH;
	*ret_allow = allow;
	return HTTP_NO_METHOD;
}

int http_route_params(const struct http_route *route, struct http_request *r, struct error *err)
{
	const char *pattern = route->path;
	char *path;

	if (!strchr(pattern, '{'))
		return 0;
	/* Twice the path: values below, names above. */
	r->segments = malloc(strlen(r->path) + strlen(pattern) + 2);
	if (!r->segments)
		return error_oom(err);
	path = memcpy(r->segments, r->path, strlen(r->path) + 1);
	char *names = memcpy(path + strlen(path) + 1, pattern, strlen(pattern) + 1);

	while (*names == '/' && *path == '/' && r->n_params < LIMIT_HTTP_PARAMS) {
		size_t name_len = strcspn(++names, "/"), len = strcspn(++path, "/");
		bool last = names[name_len] == '\0';

		if (*names == '{') {
			names[name_len - 1] = '\0';
			r->params[r->n_params++] = (struct http_param){ names + 1, path };
		}
		names += name_len;
		path += len;
		if (last)
			break;
	}
	/* Cut the values only now: the walk above needed the slashes. */
	for (size_t i = 0; i < r->n_params; i++) {
		char *value = (char *)r->params[i].value;

		value[strcspn(value, "/")] = '\0';
	}
	return 0;
}

int http_allow_write(unsigned allow, struct buf *out, struct error *err)
{
	const char *comma = "";

	for (unsigned m = HTTP_METHOD_NONE + 1; m < HTTP_METHOD_MAX_; m++) {
		if (!(allow & 1u << m))
			continue;
		if (buf_printf(out, err, "%s%s", comma, http_method_name((enum http_method)m)) < 0)
			return -1;
		comma = ", ";
	}
	return 0;
}
