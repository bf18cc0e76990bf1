/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Lists of results, whose length the catalogue gives. */
#include "base/jmap.h"

/* n zeroed elements. Errors: UNAVAILABLE. */
MUST_USE int list_alloc(struct jmap_list *l, size_t n, size_t size, struct error *err);
/* One element more, at the end; what stands before moves. NULL and *err: UNAVAILABLE. */
void *list_add(struct jmap_list *l, size_t size, struct error *err);
/* A copy, or NULL of NULL. */
MUST_USE int text_copy(const char *from, char **to, struct error *err);
MUST_USE PRINTF(3, 4) int text_format(char **to, struct error *err, const char *fmt, ...);
