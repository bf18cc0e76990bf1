/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Times: seconds since 1970 UTC in C, RFC 3339 with "Z" and whole seconds on the wire. */
#include <stdint.h>

enum { TIME_SIZE = 21 }; /* "2026-11-23T15:48:00Z" and its NUL */

/* Strict: exactly the form above, years 1970..9999, a real day. Returns 0, or -1 (*ret untouched).
 */
int time_parse(const char *text, int64_t *ret);
/* text: at least TIME_SIZE bytes. Times outside 1970..9999 are clamped. */
void time_format(int64_t t, char *text);
/* The wall clock, in seconds. Never trusted for judging documents on a device: see trust/; it
 * bounds what a head says. */
int64_t clock_now(void);
/* CLOCK_BOOTTIME in microseconds: counts through suspend, never set back. */
uint64_t clock_boot_us(void);
