/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How long to wait before connecting again: decorrelated jitter (each wait is random between the
 * shortest and three times the one before), so that devices that lost their server together do not
 * come back together.
 */
#include <stdint.h>

struct backoff {
	uint64_t last_us; /* 0: nothing failed yet */
};

enum {
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 300 * 1000,
};

/* The next wait, in microseconds; `random`: 64 random bits. */
uint64_t backoff_next(struct backoff *b, uint64_t random);
void backoff_reset(struct backoff *b);
