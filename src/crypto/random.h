/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Random bytes from OpenSSL's generator, seeded by the kernel. FCS_RBG_EXT.1. */
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Errors: UNAVAILABLE (the generator failed; nothing may go on with weaker bytes). */
MUST_USE int random_bytes(void *ret, size_t len, struct error *err);
/* 2 * len hex digits and a NUL. */
MUST_USE int random_hex(char *ret, size_t len, struct error *err);
