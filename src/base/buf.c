/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mem_wipe(void *p, size_t n)
{
	if (n)
		explicit_bzero(p, n);
}

int mem_differs(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;
	uint8_t d = 0;

	for (size_t i = 0; i < n; i++)
		d |= (uint8_t)(x[i] ^ y[i]);
	return d != 0;
}

void buf_done(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		mem_wipe(b->data, b->cap);
	buf_done(b);
}

int buf_reserve(struct buf *b, size_t extra, struct error *err)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *p;

	if (extra > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		return error_oom(err);
	if (b->len + extra + 1 <= b->cap)
		return 0;
	while (cap < b->len + extra + 1)
		cap *= 2;
	/* Not realloc: the old block may hold a secret, and is wiped. */
	p = malloc(cap);
	if (!p)
		return error_oom(err);
	if (b->len)
		memcpy(p, b->data, b->len);
	p[b->len] = 0;
	if (b->data)
		mem_wipe(b->data, b->cap);
	free(b->data);
	b->data = p;
	b->cap = cap;
	return 0;
}

int buf_append(struct buf *b, const void *data, size_t len, struct error *err)
{
	if (buf_reserve(b, len, err) < 0)
		return -1;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = 0;
	return 0;
}

int buf_puts(struct buf *b, const char *text, struct error *err)
{
	return buf_append(b, text, strlen(text), err);
}

int buf_printf(struct buf *b, struct error *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return error_set(err, ERROR_INTERNAL, "a text cannot be formatted");
	if (buf_reserve(b, (size_t)n, err) < 0)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void buf_consume(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
	} else {
		memmove(b->data, b->data + n, b->len - n);
		b->len -= n;
	}
	if (b->data)
		b->data[b->len] = 0;
}

bool buf_is(const struct buf *b, const void *data, size_t len)
{
	return b->len == len && (len == 0 || memcmp(b->data, data, len) == 0);
}

struct buf buf_steal(struct buf *b)
{
	struct buf out = *b;

	*b = (struct buf)BUF_INIT;
	return out;
}
