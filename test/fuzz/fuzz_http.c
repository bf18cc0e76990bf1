/* SPDX-License-Identifier: Apache-2.0 */
/* The same bytes as a request and as a reply; what parses must also route and be asked safely. */
#include <stdint.h>

#include "http/reply.h"
#include "http/router.h"

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .path = "/pki/{name}" },
	{ .method = HTTP_POST, .path = "/a/{b}/c/{d}/{e}/{f}" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	auto_http_answer struct http_answer a = { 0 };
	auto_buf struct buf password = BUF_INIT;
	auto_free char *user = NULL, *value = NULL;
	const struct http_route *row = NULL;
	struct error err = ERROR_INIT;
	unsigned allow = 0;
	size_t used = 0;

	if (http_request_parse(data, size, &r, &used, &err) == 0 && used) {
		if (used > size)
			__builtin_trap();
		(void)http_head_lists(&r.head, "Connection", "upgrade");
		if (http_request_query(&r, "a", &value, &err) < 0)
			value = NULL;
		if (http_request_basic(&r, &user, &password, &err) < 0)
			user = NULL;
		if (http_route_find(routes, ARRAY_SIZE(routes), &r, &row, &allow) == HTTP_FOUND &&
		    http_route_params(row, &r, &err) == 0 && r.n_params == 0)
			__builtin_trap();
	}
	if (http_answer_parse(data, size, &a, &used, &err) == 0 && used) {
		if (buf_append(&a.body, data + used, size - used, &err) == 0 &&
		    http_answer_error(&a, &err) == 0)
			__builtin_trap();
	}
	return 0;
}
