/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Token buckets: how often one caller may ask. A fixed table in memory: a caller whose row another
 * took starts anew, so that the table errs on the side of letting in, never of growing. Each rate
 * has a table of its own, in an order that nobody outside knows: who chooses one name cannot push
 * out the row that counts another.
 */
#include <stdbool.h>
#include <stdint.h>

/* X(id, burst, refilled per second, what takes from the bucket) */
#define RATES(X) \
	X(RATE_ADMIN, 4000, 500, ALL)	/* a CLI that waits asks every few milliseconds */ \
	X(RATE_DEVICE, 1000, 100, ALL)	/* one that obeys twenty commands a second */ \
	X(RATE_ENROLL, 20, 1, FAILURES) /* wrong secrets from one host, or of IPv6 one /64 */ \
	X(RATE_TOKEN, 60, 1, FAILURES)	/* wrong secrets for one token, wherever from */

enum rate {
#define X(id, burst, per_s, what) id,
	RATES(X)
#undef X
		RATE_MAX_
};

struct quota;
/* NULL: out of memory. */
struct quota *quota_new(void);
struct quota *quota_free(struct quota *q);

/* Whether the caller may go on; where it may, and the rate counts everything, one is taken. */
bool quota_take(struct quota *q, enum rate rate, const char *caller, int64_t now);
/* A failure: one is taken where the rate counts failures only. */
void quota_failed(struct quota *q, enum rate rate, const char *caller, int64_t now);
