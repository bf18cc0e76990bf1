/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Digests for the processes that link OpenSSL (the others have base/hash). FCS_COP.1(2). */
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

#define SHA256_SIZE 32
#define SHA384_SIZE 48

/* Errors: UNAVAILABLE (the library has no memory or no such digest). */
MUST_USE int digest_sha256(const void *data, size_t len, uint8_t ret[SHA256_SIZE],
			   struct error *err);
MUST_USE int digest_sha384(const void *data, size_t len, uint8_t ret[SHA384_SIZE],
			   struct error *err);
/* Lower-case hex with a NUL, as digests travel on the wire. */
MUST_USE int digest_sha256_hex(const void *data, size_t len, char ret[SHA256_HEX_SIZE],
			       struct error *err);
