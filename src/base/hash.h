/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SHA-256 by libgcrypt, for processes that must not link OpenSSL (the device's manager). */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SHA256_HEX_SIZE = 65 }; /* 64 lower-case hex digits and a NUL */

/* The digest of data as 64 lower-case hex digits and a NUL (SHA256_HEX_SIZE bytes). */
void hash_sha256_hex(const void *data, size_t len, char *text);
/* The digest as 32 bytes. */
void hash_sha256(const void *data, size_t len, uint8_t digest[32]);
/* HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits and a NUL. Errors: UNAVAILABLE. */
MUST_USE int hash_hmac_hex(const struct buf *key, const void *data, size_t len, char *text,
			   struct error *err);
