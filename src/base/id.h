/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Ids: UUIDs (RFC 9562), in lower case. */
#include <stdbool.h>
#include <stddef.h>

enum { UUID_SIZE = 37 }; /* the text and its NUL */

/* 8-4-4-4-12 lower-case hex digits, and not the nil UUID. */
bool uuid_valid(const char *text);
/* A random (version 4) UUID into text (UUID_SIZE bytes). Randomness from getrandom(2); aborts where
 * the kernel has none, since nothing may go on without it. */
void uuid_new(char *text);
/* A UUID (version 8) that a hex digest of at least 32 digits determines: both ends of a protocol
 * can compute it, and neither can choose it. */
void uuid_of_digest(const char *hex, char *text);
/* n random bytes, likewise. */
void random_fill(void *p, size_t n);
