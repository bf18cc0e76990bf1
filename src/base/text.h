/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Texts that came from elsewhere. A plain text is valid UTF-8 (RFC 3629) without control
 * characters, as jmap_str binds it; lengths are bytes.
 */
#include <stdbool.h>
#include <stddef.h>

/* min … max bytes, and plain. NULL is not. */
bool text_plain(const char *s, size_t min, size_t max);
/* The beginning of a text that fits `to`, with a '?' for each byte that is not plain; never cut
 * inside a character. size: of `to`, with its NUL, at least 1. */
void text_clean(const char *from, char *to, size_t size);
