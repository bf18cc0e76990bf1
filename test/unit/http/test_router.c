/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "http/router.h"

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .path = "/api/v1/devices" },
	{ .method = HTTP_GET, .path = "/api/v1/devices/{id}" },
	{ .method = HTTP_DELETE, .path = "/api/v1/devices/{id}" },
	{ .method = HTTP_GET, .path = "/api/v1/instructions/{id}/der/{part}" },
	{ .method = HTTP_GET, .path = "/" },
};

static enum http_found find(const char *line, struct http_request *r, const struct http_route **row,
			    unsigned *allow)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t used;

	CHECK_OK(buf_printf(&text, &err, "%s HTTP/1.1\r\nHost: h\r\n\r\n", line), err);
	CHECK_OK(http_request_parse(text.data, text.len, r, &used, &err), err);
	return http_route_find(routes, ARRAY_SIZE(routes), r, row, allow);
}

static void finds(void)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	const struct http_route *row = NULL;
	struct error err = ERROR_INIT;
	unsigned allow = 0;

	CHECK(find("GET /api/v1/instructions/17/der/x-y?q=1", &r, &row, &allow) == HTTP_FOUND);
	CHECK(row == &routes[3]);
	CHECK_OK(http_route_params(row, &r, &err), err);
	CHECK(r.n_params == 2);
	CHECK_STR(http_request_param(&r, "id"), "17");
	CHECK_STR(http_request_param(&r, "part"), "x-y");
	CHECK(!http_request_param(&r, "other"));
	CHECK_STR(r.path, "/api/v1/instructions/17/der/x-y");
}

static void no_path(void)
{
	static const char *const lines[] = {
		"GET /api/v1/devices/",
		"GET /api/v1/devices/1/2",
		"GET /api/v1",
		"GET //",
		"GET /api/v1/devicesX",
		"GET /api/v1/device",
		"GET /api/v1/devices%2f1",
		"GET /api/v1/instructions/1/der/",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(http_request_done) struct http_request r = { 0 };
		const struct http_route *row = NULL;
		unsigned allow = 0;

		enum http_found found = find(lines[i], &r, &row, &allow);

		if (found != HTTP_NO_PATH)
			printf("# %s\n", lines[i]);
		CHECK(found == HTTP_NO_PATH);
	}
}

static void no_method(void)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	auto_buf struct buf text = BUF_INIT;
	const struct http_route *row = NULL;
	struct error err = ERROR_INIT;
	unsigned allow = 0;

	CHECK(find("POST /api/v1/devices/1", &r, &row, &allow) == HTTP_NO_METHOD);
	CHECK_OK(http_allow_write(allow, &text, &err), err);
	CHECK_STR((char *)text.data, "GET, HEAD, DELETE");
}

static void head_is_get(void)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	const struct http_route *row = NULL;
	unsigned allow = 0;

	CHECK(find("HEAD /api/v1/devices/1", &r, &row, &allow) == HTTP_FOUND);
	CHECK(row == &routes[1] && r.method == HTTP_HEAD);
}

static const struct check_case cases[] = {
	{ "router: a path with names is found and its values are cut out", finds },
	{ "router: what fits no path is not found", no_path },
	{ "router: a path without the method tells which it has", no_method },
	{ "router: HEAD takes the row of GET", head_is_get },
};
CHECK_MAIN(cases)
