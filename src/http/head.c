/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <string.h>
#include <strings.h>

/* Fields that decide how a message is framed, routed or trusted: twice the same one is refused. */
static const char *const singletons[] = {
	"Authorization", "Connection", "Content-Length",    "Content-Type",
	"Expect",	 "Host",       "Transfer-Encoding", "Upgrade",
};

void http_head_done(struct http_head *h)
{
	buf_wipe(&h->text);
	*h = (struct http_head){ 0 };
}

static bool is_token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(const char *s)
{
	const char *p = s;

	while (is_token_char((unsigned char)*p))
		p++;
	return p != s && *p == '\0';
}

/* The size of the head with its empty line; 0 where the end is not there yet. */
static size_t find_end(const char *data, size_t len)
{
	const char *end = len ? memmem(data, len, "\r\n\r\n", 4) : NULL;

	return end ? (size_t)(end - data) + 4 : 0;
}

/* Every byte must be one that we would print: the rest is where parsers differ. */
static int check_bytes(const char *data, size_t len, struct error *err)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\r' && i + 1 < len && data[i + 1] == '\n') {
			i++;
			continue;
		}
		if ((c < ' ' && c != '\t') || c > '~')
			return error_set(err, ERROR_INVALID, "byte 0x%02x in a head", c);
	}
	return 0;
}

static int split_start(struct http_head *h, char *line, struct error *err)
{
	char *first = strchr(line, ' ');
	char *second = first ? strchr(first + 1, ' ') : NULL;

	if (!second)
		return error_set(err, ERROR_INVALID, "a start line of fewer than three parts");
	*first++ = '\0';
	*second++ = '\0';
	h->start[0] = line;
	h->start[1] = first;
	h->start[2] = second;
	return 0;
}

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		s[--n] = '\0';
	return s;
}

static int add_field(struct http_head *h, char *line, struct error *err)
{
	char *colon = strchr(line, ':');

	if (!colon)
		return error_set(err, ERROR_INVALID, "a field without a colon");
	*colon = '\0';
	if (!http_is_token(line))
		return error_set(err, ERROR_INVALID, "a field's name is not a token");
	if (h->n_fields == ARRAY_SIZE(h->fields))
		return error_set(err, ERROR_LIMIT, "more than %zu fields", ARRAY_SIZE(h->fields));
	h->fields[h->n_fields++] = (struct http_field){ line, trim(colon + 1) };
	return 0;
}

static int read_length(struct http_head *h, const char *value, struct error *err)
{
	size_t n = strspn(value, "0123456789");
	uint64_t v = 0;

	/* Eighteen digits cannot overflow; more is no length of ours. */
	if (n == 0 || value[n] != '\0' || n > 18)
		return error_set(err, ERROR_INVALID, "Content-Length is not a number");
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (uint64_t)(value[i] - '0');
	h->length = v;
	h->has_length = true;
	return 0;
}

static int check_singletons(const struct http_head *h, struct error *err)
{
	for (size_t s = 0; s < ARRAY_SIZE(singletons); s++) {
		unsigned n = 0;

		for (size_t i = 0; i < h->n_fields; i++)
			n += strcasecmp(h->fields[i].name, singletons[s]) == 0;
		if (n > 1)
			return error_set(err, ERROR_INVALID, "%s stands twice", singletons[s]);
	}
	return 0;
}

static int read_framing(struct http_head *h, struct error *err)
{
	const char *length = http_head_field(h, "Content-Length");

	if (check_singletons(h, err) < 0)
		return -1;
	if (http_head_field(h, "Transfer-Encoding"))
		return error_set(err, ERROR_UNSUPPORTED,
				 "Transfer-Encoding: bodies have a Content-Length here");
	h->close = http_head_lists(h, "Connection", "close");
	return length ? read_length(h, length, err) : 0;
}

/* Cut h->text, a whole head, into its lines. */
static int cut(struct http_head *h, struct error *err)
{
	char *line = (char *)h->text.data;
	bool start = true;

	for (;;) {
		char *end = strstr(line, "\r\n");

		if (!end || end == line)
			break;
		*end = '\0';
		if ((size_t)(end - line) > LIMIT_HTTP_LINE)
			return error_set(err, ERROR_LIMIT, "a line of a head is longer than %u",
					 LIMIT_HTTP_LINE);
		if ((start ? split_start : add_field)(h, line, err) < 0)
			return -1;
		start = false;
		line = end + 2;
	}
	if (start)
		return error_set(err, ERROR_INVALID, "a head without a start line");
	return read_framing(h, err);
}

int http_head_parse(const void *data, size_t len, struct http_head *ret, size_t *ret_used,
		    struct error *err)
{
	size_t seen = len < LIMIT_HTTP_HEAD ? len : LIMIT_HTTP_HEAD;
	CLEANUP(http_head_done) struct http_head h = { 0 };
	size_t size = find_end(data, seen);

	if (check_bytes(data, size ? size : seen, err) < 0) {
		/* A head cut between CR and LF ends in a lone CR: not yet an error. */
		if (size || seen == 0 || ((const char *)data)[seen - 1] != '\r' ||
		    check_bytes(data, seen - 1, err) < 0)
			return -1;
	}
	if (!size) {
		if (len >= LIMIT_HTTP_HEAD)
			return error_set(err, ERROR_LIMIT, "a head of more than %u bytes",
					 LIMIT_HTTP_HEAD);
		*ret = h;
		*ret_used = 0;
		return 0;
	}
	if (buf_append(&h.text, data, size, err) < 0 || cut(&h, err) < 0)
		return -1;
	*ret = h;
	h = (struct http_head){ 0 };
	*ret_used = size;
	return 0;
}

const char *http_head_field(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->n_fields; i++)
		if (strcasecmp(h->fields[i].name, name) == 0)
			return h->fields[i].value;
	return NULL;
}

bool http_head_lists(const struct http_head *h, const char *name, const char *member)
{
	const char *p = http_head_field(h, name);

	while (p && *p) {
		size_t n;

		p += strspn(p, " \t,");
		n = strcspn(p, " \t,");
		if (n == strlen(member) && strncasecmp(p, member, n) == 0)
			return true;
		p += n;
	}
	return false;
}
