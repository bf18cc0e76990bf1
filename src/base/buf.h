/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A growing byte buffer. Zero-initialised is empty; `data` is NUL-terminated past `len`. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buf {
	uint8_t *data; /* owned; NULL while empty */
	size_t len, cap;
};

#define BUF_INIT \
	{ \
		0 \
	}
/* A view of foreign bytes as a buffer; never grown, never freed. */
#define BUF_VIEW(p, n) ((struct buf){ .data = (uint8_t *)(p), .len = (n) })

void buf_done(struct buf *b);
/* As buf_done, and the bytes are overwritten first: for secrets. */
void buf_wipe(struct buf *b);
#define auto_buf CLEANUP(buf_done)
#define auto_secret CLEANUP(buf_wipe)

/* Errors: UNAVAILABLE (memory). The old content stays. */
MUST_USE int buf_reserve(struct buf *b, size_t extra, struct error *err);
MUST_USE int buf_append(struct buf *b, const void *data, size_t len, struct error *err);
MUST_USE int buf_puts(struct buf *b, const char *text, struct error *err);
MUST_USE PRINTF(3, 4) int buf_printf(struct buf *b, struct error *err, const char *fmt, ...);
/* Drop the first n bytes (n <= len). */
void buf_consume(struct buf *b, size_t n);
/* Whether the content is these bytes. */
bool buf_is(const struct buf *b, const void *data, size_t len);
/* Hand the content over; b is empty afterwards. */
struct buf buf_steal(struct buf *b);

/* Overwrite memory in a way that the compiler keeps. */
void mem_wipe(void *p, size_t n);
/* Compare without a timing that depends on the content. */
int mem_differs(const void *a, const void *b, size_t n);
