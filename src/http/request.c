/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"

static const char *const methods[] = { [HTTP_METHOD_NONE] = "?",
#define X(id, name) [id] = name,
				       HTTP_METHODS(X)
#undef X
};

const char *http_method_name(enum http_method m)
{
	return (unsigned)m < HTTP_METHOD_MAX_ ? methods[m] : "?";
}

static enum http_method method_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i], name) == 0)
			return (enum http_method)i;
	return HTTP_METHOD_NONE;
}

void http_request_done(struct http_request *r)
{
	http_head_done(&r->head);
	free(r->segments);
	buf_wipe(&r->body);
	*r = (struct http_request){ 0 };
}

/* RFC 3986: pchar, "/" and "?" without what an escape would make ambiguous. */
static bool is_target_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("-._~!$&'()*+,;=:@%/?", c));
}

static int check_target(const char *target, struct error *err)
{
	if (*target != '/')
		return error_set(err, ERROR_INVALID, "a target that is not a path");
	for (const char *p = target; *p; p++)
		if (!is_target_char((unsigned char)*p))
			return error_set(err, ERROR_INVALID, "byte 0x%02x in a target",
					 (unsigned char)*p);
	return 0;
}

static int read_start(struct http_request *r, struct error *err)
{
	static char none[] = "";
	char *target = (char *)r->head.start[1];
	const char *host = http_head_field(&r->head, "Host");

	if (!http_is_token(r->head.start[0]))
		return error_set(err, ERROR_INVALID, "a method that is not a token");
	if (check_target(target, err) < 0)
		return -1;
	if (strncmp(r->head.start[2], "HTTP/", 5) != 0)
		return error_set(err, ERROR_INVALID, "not an HTTP request");
	if (strcmp(r->head.start[2], "HTTP/1.1") != 0)
		return error_set(err, ERROR_UNSUPPORTED, "HTTP/1.1 is spoken here");
	if (!host || !*host)
		return error_set(err, ERROR_INVALID, "no Host field");
	r->method = method_find(r->head.start[0]);
	r->path = target;
	r->query = strchr(target, '?');
	if (r->query)
		*r->query++ = '\0';
	else
		r->query = none;
	return 0;
}

int http_request_parse(const void *data, size_t len, struct http_request *ret, size_t *ret_used,
		       struct error *err)
{
	CLEANUP(http_request_done) struct http_request r = { 0 };
	size_t used;

	if (http_head_parse(data, len, &r.head, &used, err) < 0)
		return -1;
	if (used && read_start(&r, err) < 0)
		return -1;
	*ret = r;
	r = (struct http_request){ 0 };
	*ret_used = used;
	return 0;
}

const char *http_request_param(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->n_params; i++)
		if (strcmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	return NULL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undo application/x-www-form-urlencoded. */
static int decode(const char *s, size_t n, char **ret, struct error *err)
{
	auto_free char *out = malloc(n + 1);
	size_t o = 0;

	if (!out)
		return error_oom(err);
	for (size_t i = 0; i < n; i++) {
		int high, low;
		char c = s[i] == '+' ? ' ' : s[i];

		if (c == '%') {
			high = i + 2 < n ? hex_value(s[i + 1]) : -1;
			low = high >= 0 ? hex_value(s[i + 2]) : -1;
			if (low < 0)
				return error_set(err, ERROR_INVALID, "a bad escape in the query");
			c = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)c < ' ' || c == 0x7f)
			return error_set(err, ERROR_INVALID, "a control character in the query");
		out[o++] = c;
	}
	out[o] = '\0';
	*ret = STEAL(out);
	return 0;
}

int http_request_query(const struct http_request *r, const char *name, char **ret,
		       struct error *err)
{
	size_t name_len = strlen(name), found_len = 0;
	const char *found = NULL;

	for (const char *p = r->query; *p;) {
		size_t n = strcspn(p, "&");

		if (n >= name_len && strncmp(p, name, name_len) == 0 &&
		    (n == name_len || p[name_len] == '=')) {
			if (found)
				return error_set(err, ERROR_INVALID, "'%s' stands twice", name);
			found = n == name_len ? p + n : p + name_len + 1;
			found_len = (size_t)(p + n - found);
		}
		p += n + (p[n] == '&');
	}
	if (!found) {
		*ret = NULL;
		return 0;
	}
	if (decode(found, found_len, ret, err) < 0)
		return error_wrap(err, "'%s'", name);
	return 0;
}

int http_request_query_u64(const struct http_request *r, const char *name, uint64_t max,
			   uint64_t fallback, uint64_t *ret, struct error *err)
{
	auto_free char *text = NULL;
	uint64_t v = 0;
	size_t n;

	if (http_request_query(r, name, &text, err) < 0)
		return -1;
	if (!text) {
		*ret = fallback;
		return 0;
	}
	n = strspn(text, "0123456789");
	if (n == 0 || text[n] || n > 19)
		return error_set(err, ERROR_INVALID, "'%s' is not a number", name);
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	if (v > max)
		return error_set(err, ERROR_INVALID, "'%s' is more than %llu", name,
				 (unsigned long long)max);
	*ret = v;
	return 0;
}

int http_request_basic(const struct http_request *r, char **ret_user, struct buf *ret_password,
		       struct error *err)
{
	const char *value = http_head_field(&r->head, "Authorization");
	CLEANUP(buf_wipe) struct buf plain = BUF_INIT, password = BUF_INIT;
	struct error ignored = ERROR_INIT;
	auto_free char *user = NULL;
	uint8_t *colon;

	if (!value || strncasecmp(value, "Basic ", 6) != 0)
		return error_set(err, ERROR_UNAUTHORIZED, "HTTP Basic authentication is needed");
	if (base64_decode(value + 6, strlen(value + 6), 0, &plain, &ignored) < 0 || !plain.len ||
	    memchr(plain.data, 0, plain.len))
		return error_set(err, ERROR_UNAUTHORIZED, "credentials that are not base64 text");
	colon = memchr(plain.data, ':', plain.len);
	if (!colon)
		return error_set(err, ERROR_UNAUTHORIZED, "credentials without a colon");
	*colon = 0;
	user = strdup((char *)plain.data);
	if (!user)
		return error_oom(err);
	if (buf_puts(&password, (char *)colon + 1, err) < 0)
		return -1;
	*ret_user = STEAL(user);
	*ret_password = buf_steal(&password);
	return 0;
}

/* Parts that go into a head must not end its lines. */
static int check_part(const char *s, const char *what, struct error *err)
{
	for (const char *p = s; p && *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			return error_set(err, ERROR_INVALID, "byte 0x%02x in %s", (unsigned char)*p,
					 what);
	return 0;
}

static int write_basic(const struct http_send *s, struct buf *out, struct error *err)
{
	CLEANUP(buf_wipe) struct buf plain = BUF_INIT;

	if (!s->basic_user)
		return 0;
	if (strchr(s->basic_user, ':'))
		return error_set(err, ERROR_INVALID, "a colon in a user name");
	if (buf_printf(&plain, err, "%s:%s", s->basic_user,
		       s->basic_password ? s->basic_password : "") < 0 ||
	    buf_puts(out, "Authorization: Basic ", err) < 0 ||
	    base64_encode(plain.data, plain.len, out, err) < 0)
		return -1;
	return buf_puts(out, "\r\n", err);
}

static int write_field(struct buf *out, const char *name, const char *value, struct error *err)
{
	return value ? buf_printf(out, err, "%s: %s\r\n", name, value) : 0;
}

int http_request_write(const struct http_send *s, struct buf *out, struct error *err)
{
	if (check_target(s->target, err) < 0 || check_part(s->host, "Host", err) < 0 ||
	    check_part(s->type, "Content-Type", err) < 0 ||
	    check_part(s->accept, "Accept", err) < 0)
		return -1;
	if (buf_printf(out, err, "%s %s HTTP/1.1\r\nHost: %s\r\n", http_method_name(s->method),
		       s->target, s->host) < 0 ||
	    write_field(out, "Accept", s->accept, err) < 0 || write_basic(s, out, err) < 0)
		return -1;
	if ((s->body_len || s->method != HTTP_GET) &&
	    (write_field(out, "Content-Type", s->type, err) < 0 ||
	     buf_printf(out, err, "Content-Length: %zu\r\n", s->body_len) < 0))
		return -1;
	if (buf_puts(out, "\r\n", err) < 0)
		return -1;
	return buf_append(out, s->body, s->body_len, err);
}
