/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and replies as bytes: the golden files, round trips, and every documented error. */
#include <dirent.h>
#include <stdio.h>

#include "check.h"
#include "http/reply.h"
#include "http/request.h"

static int read_golden(const char *name, const char *suffix, struct buf *out)
{
	struct error err = ERROR_INIT;
	const char *root = getenv("MUSTER_TEST_SOURCE");
	char path[512], chunk[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/golden/http/%s%s", root ? root : "test", name,
		       suffix);
	f = fopen(path, "rb");
	if (!f)
		return -1;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		CHECK_OK(buf_append(out, chunk, n, &err), err);
	(void)fclose(f);
	return 0;
}

static void dump_head(const struct http_head *h, size_t used, struct buf *out)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < h->n_fields; i++)
		CHECK_OK(
			buf_printf(out, &err, "[%s]=[%s]\n", h->fields[i].name, h->fields[i].value),
			err);
	CHECK_OK(buf_printf(out, &err, "head %zu body %llu%s\n", used,
			    (unsigned long long)h->length, h->close ? " close" : ""),
		 err);
}

/* The parse of one golden file as text. */
static void describe(const char *name, const struct buf *in, struct buf *out)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	auto_http_answer struct http_answer a = { 0 };
	struct error err = ERROR_INIT, ignored = ERROR_INIT;
	bool request = strncmp(name, "request-", 8) == 0;
	size_t used = 0;
	int rc = request ? http_request_parse(in->data, in->len, &r, &used, &err)
			 : http_answer_parse(in->data, in->len, &a, &used, &err);

	if (rc < 0)
		CHECK_OK(buf_printf(out, &ignored, "%s: %s\n", error_name(err.code), err.msg),
			 ignored);
	else if (used == 0)
		CHECK_OK(buf_puts(out, "need more\n", &ignored), ignored);
	else if (request)
		CHECK_OK(buf_printf(out, &ignored, "%s [%s] [%s]\n", http_method_name(r.method),
				    r.path, r.query),
			 ignored);
	else
		CHECK_OK(buf_printf(out, &ignored, "%d\n", a.status), ignored);
	if (rc == 0 && used)
		dump_head(request ? &r.head : &a.head, used, out);
}

static void golden_files(void)
{
	struct dirent **files;
	const char *root = getenv("MUSTER_TEST_SOURCE");
	char path[512];
	int n;

	(void)snprintf(path, sizeof(path), "%s/golden/http", root ? root : "test");
	n = scandir(path, &files, NULL, alphasort);
	CHECK(n > 50);
	for (int i = 0; i < n; i++) {
		char *dot = strstr(files[i]->d_name, ".http");
		auto_buf struct buf in = BUF_INIT, want = BUF_INIT, got = BUF_INIT;

		if (dot) {
			*dot = '\0';
			CHECK(read_golden(files[i]->d_name, ".http", &in) == 0);
			describe(files[i]->d_name, &in, &got);
			if (getenv("MUSTER_GOLDEN_PRINT"))
				printf("== %s\n%s", files[i]->d_name, (char *)got.data);
			CHECK(read_golden(files[i]->d_name, ".txt", &want) == 0);
			if (want.len != got.len || memcmp(want.data, got.data, got.len) != 0)
				printf("# %s: got %s", files[i]->d_name, (char *)got.data);
			CHECK(want.len == got.len && memcmp(want.data, got.data, got.len) == 0);
		}
		free(files[i]);
	}
	free(files);
}

static void any_cut_needs_more(void)
{
	static const char whole[] = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n";

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		CLEANUP(http_request_done) struct http_request r = { 0 };
		struct error err = ERROR_INIT;
		size_t used = 99;

		CHECK_OK(http_request_parse(whole, n, &r, &used, &err), err);
		CHECK(used == 0);
	}
}

static int parse(const char *text, struct http_request *r, struct error *err)
{
	size_t used;

	if (http_request_parse(text, strlen(text), r, &used, err) < 0)
		return -1;
	CHECK(used > 0);
	return 0;
}

static void request_round_trip(void)
{
	const struct http_send s = {
		.method = HTTP_POST,
		.target = "/est/x?a=b",
		.host = "h:1",
		.type = "text/plain",
		.accept = "*/*",
		.basic_user = "user",
		.basic_password = "p:w",
		.body = "hello",
		.body_len = 5,
	};
	CLEANUP(http_request_done) struct http_request r = { 0 };
	CLEANUP(buf_wipe) struct buf password = BUF_INIT;
	auto_buf struct buf wire = BUF_INIT;
	auto_free char *user = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(http_request_write(&s, &wire, &err), err);
	CHECK_OK(parse((char *)wire.data, &r, &err), err);
	CHECK(r.method == HTTP_POST && r.head.length == 5);
	CHECK_STR(r.path, "/est/x");
	CHECK_STR(r.query, "a=b");
	CHECK_STR(http_head_field(&r.head, "content-type"), "text/plain");
	CHECK_OK(http_request_basic(&r, &user, &password, &err), err);
	CHECK_STR(user, "user");
	CHECK_STR((char *)password.data, "p:w");
	CHECK(wire.len > 5 && memcmp(wire.data + wire.len - 5, "hello", 5) == 0);
}

static void request_injection(void)
{
	struct http_send s = { .method = HTTP_GET, .target = "/", .host = "h\r\nX: y" };
	auto_buf struct buf wire = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_ERROR(http_request_write(&s, &wire, &err), err, ERROR_INVALID);
	s.host = "h";
	s.target = "/ HTTP/1.1\r\n";
	CHECK_ERROR(http_request_write(&s, &wire, &err), err, ERROR_INVALID);
	s.target = "/";
	s.basic_user = "a:b";
	CHECK_ERROR(http_request_write(&s, &wire, &err), err, ERROR_INVALID);
}

static void query_values(void)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	struct error err = ERROR_INIT;
	auto_free char *a = NULL, *none = NULL, *x = NULL;
	uint64_t n = 0;

	CHECK_OK(parse("GET /?a=1%3a2+3&n=42&twice=1&twice=2&bad=%4&ctl=%0a&aa=9 HTTP/1.1\r\n"
		       "Host: h\r\n\r\n",
		       &r, &err),
		 err);
	CHECK_OK(http_request_query(&r, "a", &a, &err), err);
	CHECK_STR(a, "1:2 3");
	CHECK_OK(http_request_query(&r, "none", &none, &err), err);
	CHECK(!none);
	CHECK_OK(http_request_query_u64(&r, "n", 42, 0, &n, &err), err);
	CHECK(n == 42);
	CHECK_OK(http_request_query_u64(&r, "none", 42, 7, &n, &err), err);
	CHECK(n == 7);
	CHECK_ERROR(http_request_query_u64(&r, "n", 41, 0, &n, &err), err, ERROR_INVALID);
	CHECK_ERROR(http_request_query_u64(&r, "a", 41, 0, &n, &err), err, ERROR_INVALID);
	CHECK_ERROR(http_request_query(&r, "twice", &x, &err), err, ERROR_INVALID);
	CHECK_ERROR(http_request_query(&r, "bad", &x, &err), err, ERROR_INVALID);
	CHECK_ERROR(http_request_query(&r, "ctl", &x, &err), err, ERROR_INVALID);
}

static void basic_refused(void)
{
	static const char *const lines[] = {
		"",
		"Authorization: Bearer abc\r\n",
		"Authorization: Basic !!!\r\n",
		"Authorization: Basic bm9jb2xvbg==\r\n",
		"Authorization: Basic YQA6Yg==\r\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		CLEANUP(http_request_done) struct http_request r = { 0 };
		auto_buf struct buf text = BUF_INIT, password = BUF_INIT;
		struct error err = ERROR_INIT;
		char *user = NULL;

		CHECK_OK(buf_printf(&text, &err, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", lines[i]),
			 err);
		CHECK_OK(parse((char *)text.data, &r, &err), err);
		CHECK_ERROR(http_request_basic(&r, &user, &password, &err), err,
			    ERROR_UNAUTHORIZED);
	}
}

static void reply_round_trip(void)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "application/json" };
	auto_http_answer struct http_answer a = { 0 };
	auto_buf struct buf wire = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t used = 0;

	CHECK_OK(buf_puts(&r.body, "{}", &err), err);
	CHECK_OK(http_reply_field(&r, "Allow", "GET", &err), err);
	CHECK_ERROR(http_reply_field(&r, "Allow", "GET\r\nX: y", &err), err, ERROR_INVALID);
	CHECK_OK(http_reply_write(&r, HTTP_REPLY_CLOSE, &wire, &err), err);
	CHECK_OK(http_answer_parse(wire.data, wire.len, &a, &used, &err), err);
	CHECK(a.status == 200 && a.head.length == 2 && a.head.close);
	CHECK_STR(http_head_field(&a.head, "allow"), "GET");
	CHECK(wire.len == used + 2);
}

/* An error as a reply, and the reply as it is read. */
static void cross(const struct error *e, struct http_answer *ret)
{
	auto_http_reply struct http_reply r = HTTP_REPLY_INIT;
	auto_buf struct buf wire = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t used = 0;

	http_reply_error(&r, e);
	CHECK_OK(http_reply_write(&r, 0, &wire, &err), err);
	CHECK_OK(http_answer_parse(wire.data, wire.len, ret, &used, &err), err);
	CHECK_OK(buf_append(&ret->body, wire.data + used, wire.len - used, &err), err);
}

static void error_round_trip(void)
{
	auto_http_answer struct http_answer a = { 0 };
	struct error e = ERROR_INIT, err = ERROR_INIT;

	CHECK(error_refuse(&e, REASON_SIGNATURE, "a \xff bad \x01 one") < 0);
	cross(&e, &a);
	CHECK(a.status == 422);
	CHECK_REFUSED(http_answer_error(&a, &err), err, REASON_SIGNATURE);
	CHECK_STR(err.msg, "a ? bad ? one");
}

static void reply_to_head(void)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "application/json" };
	auto_buf struct buf whole = BUF_INIT, head = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(buf_puts(&r.body, "{}", &err), err);
	CHECK_OK(http_reply_write(&r, 0, &whole, &err), err);
	CHECK_OK(http_reply_write(&r, HTTP_REPLY_HEAD, &head, &err), err);
	CHECK(head.len + 2 == whole.len && memcmp(head.data, whole.data, head.len) == 0);
}

static void says_when_to_come_again(void)
{
	auto_http_answer struct http_answer a = { 0 };
	struct error e = ERROR_INIT, err = ERROR_INIT;

	CHECK(error_set(&e, ERROR_RATE, "too many requests") < 0);
	cross(&e, &a);
	CHECK(a.status == 429);
	CHECK_STR(http_head_field(&a.head, "Retry-After"), "1");
	CHECK_ERROR(http_answer_error(&a, &err), err, ERROR_RATE);
}

static void error_of_others(void)
{
	auto_http_answer struct http_answer a = { .status = 404 };
	struct error err = ERROR_INIT;

	CHECK_ERROR(http_answer_error(&a, &err), err, ERROR_NOT_FOUND);
	a.status = 418;
	CHECK_ERROR(http_answer_error(&a, &err), err, ERROR_INVALID);
	a.status = 599;
	CHECK_ERROR(http_answer_error(&a, &err), err, ERROR_INTERNAL);
}

static const struct check_case cases[] = {
	{ "http: golden requests and replies parse as written", golden_files },
	{ "http: a head cut anywhere asks for more", any_cut_needs_more },
	{ "http: a request that was written is read back", request_round_trip },
	{ "http: a part that would break a request's head is refused", request_injection },
	{ "http: query values are decoded, doubled and bad ones refused", query_values },
	{ "http: credentials that are not Basic are unauthorized", basic_refused },
	{ "http: a reply that was written is read back", reply_round_trip },
	{ "http: an error crosses with its code and reason", error_round_trip },
	{ "http: a foreign error maps to the nearest code", error_of_others },
	{ "http: a reply to HEAD is the head of the reply to GET", reply_to_head },
	{ "http: a 429 says when to come again", says_when_to_come_again },
};
CHECK_MAIN(cases)
