/* SPDX-License-Identifier: Apache-2.0 */
#include "http/reply.h"

#include <string.h>

#include "base/error_wire.h"

static const struct {
	int status;
	const char *text;
} statuses[] = {
#define X(status, text) { status, text },
	HTTP_STATUSES(X)
#undef X
};

const char *http_status_text(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].text;
	return "Unknown";
}

void http_reply_done(struct http_reply *r)
{
	buf_wipe(&r->body);
	buf_done(&r->more);
	*r = (struct http_reply)HTTP_REPLY_INIT;
}

int http_reply_field(struct http_reply *r, const char *name, const char *value, struct error *err)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return error_set(err, ERROR_INVALID, "byte 0x%02x in %s", (unsigned char)*p,
					 name);
	return buf_printf(&r->more, err, "%s: %s\r\n", name, value);
}

void http_reply_error(struct http_reply *r, const struct error *e)
{
	struct error ignored = ERROR_INIT;

	http_reply_done(r);
	r->status = error_http(e->code);
	r->type = "application/json";
	if (error_wire_write(e, &r->body, &ignored) < 0) {
		buf_done(&r->body);
		r->type = NULL;
	}
	if (e->code == ERROR_RATE &&
	    buf_printf(&r->more, &ignored, "Retry-After: %d\r\n", LIMIT_HTTP_RETRY_S) < 0)
		buf_done(&r->more);
}

int http_reply_write(const struct http_reply *r, unsigned how, struct buf *out, struct error *err)
{
	if (buf_reserve(out, 256 + r->more.len + r->body.len, err) < 0 ||
	    buf_printf(out, err, "HTTP/1.1 %d %s\r\n", r->status, http_status_text(r->status)) < 0)
		return -1;
	if (r->type && buf_printf(out, err, "Content-Type: %s\r\n", r->type) < 0)
		return -1;
	if (buf_append(out, r->more.data, r->more.len, err) < 0)
		return -1;
	/* RFC 9110, 8.6: a 204 has no length. */
	if (r->status != 204 && buf_printf(out, err, "Content-Length: %zu\r\n", r->body.len) < 0)
		return -1;
	if (buf_puts(out, how & HTTP_REPLY_CLOSE ? "Connection: close\r\n\r\n" : "\r\n", err) < 0)
		return -1;
	if (r->status == 204 || how & HTTP_REPLY_HEAD)
		return 0;
	return buf_append(out, r->body.data, r->body.len, err);
}

void http_answer_done(struct http_answer *a)
{
	http_head_done(&a->head);
	buf_wipe(&a->body);
	*a = (struct http_answer){ 0 };
}

static int read_status(struct http_answer *a, struct error *err)
{
	const char *version = a->head.start[0], *s = a->head.start[1];

	if (strcmp(version, "HTTP/1.1") != 0)
		return error_set(err, ERROR_INVALID, "not a reply of HTTP/1.1");
	if (strlen(s) != 3 || strspn(s, "0123456789") != 3 || s[0] < '2' || s[0] > '5')
		return error_set(err, ERROR_INVALID, "a status that is no final one");
	a->status = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
	if (a->status == 204) {
		if (a->head.length)
			return error_set(err, ERROR_INVALID, "a 204 with a body");
		return 0;
	}
	if (!a->head.has_length)
		return error_set(err, ERROR_INVALID, "a reply without Content-Length");
	if (a->head.length > LIMIT_HTTP_REPLY)
		return error_set(err, ERROR_LIMIT, "a reply of more than %u bytes",
				 LIMIT_HTTP_REPLY);
	return 0;
}

int http_answer_parse(const void *data, size_t len, struct http_answer *ret, size_t *ret_used,
		      struct error *err)
{
	CLEANUP(http_answer_done) struct http_answer a = { 0 };
	size_t used;

	if (http_head_parse(data, len, &a.head, &used, err) < 0)
		return -1;
	if (used && read_status(&a, err) < 0)
		return -1;
	*ret = a;
	a = (struct http_answer){ 0 };
	*ret_used = used;
	return 0;
}

int http_answer_take(struct buf *in, struct http_answer *a, bool *ret_whole, struct error *err)
{
	size_t used, length;

	*ret_whole = false;
	if (a->status == 0) {
		if (http_answer_parse(in->data, in->len, a, &used, err) < 0)
			return -1;
		if (used == 0)
			return 0;
		buf_consume(in, used);
	}
	length = (size_t)a->head.length;
	if (in->len < length)
		return 0;
	if (buf_append(&a->body, in->data, length, err) < 0)
		return -1;
	buf_consume(in, length);
	*ret_whole = true;
	return 0;
}

/* The code whose status comes nearest. */
static enum error_code code_of_status(int status)
{
	for (int c = ERROR_NONE + 1; c < ERROR_MAX_; c++)
		if (error_http((enum error_code)c) == status)
			return (enum error_code)c;
	return status < 500 ? ERROR_INVALID : ERROR_INTERNAL;
}

int http_answer_error(const struct http_answer *a, struct error *err)
{
	struct error ignored = ERROR_INIT;
	const char *type = http_head_field(&a->head, "Content-Type");

	if (type && strncmp(type, "application/json", 16) == 0 &&
	    error_wire_read(a->body.data, a->body.len, LIMIT_HTTP_HEAD, err, &ignored) == 0)
		return -1;
	return error_set(err, code_of_status(a->status), "the server answered %d %s", a->status,
			 http_status_text(a->status));
}
