/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* RFC 4648 base64, standard alphabet with padding. */
#include "base/buf.h"

/* Appends without line breaks. Errors: UNAVAILABLE (memory). */
MUST_USE int base64_encode(const void *data, size_t len, struct buf *out, struct error *err);
/* Strict: canonical padding, zero trailing bits, no foreign character; with `wrapped`, line breaks
 * and spaces are skipped (RFC 7030 bodies). Appends. Errors: INVALID, UNAVAILABLE. */
MUST_USE int base64_decode(const char *text, size_t len, int wrapped, struct buf *out,
			   struct error *err);
/* Lower-case hex of len bytes into text (2 * len + 1 bytes). */
void hex_encode(const void *data, size_t len, char *text);
