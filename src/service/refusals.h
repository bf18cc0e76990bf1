/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What keeps strangers from filling the audit trail: a refusal is a record of its own up to
 * LIMIT_REFUSALS of them an hour; what is beyond, and every try beyond a rate, is counted, and
 * becomes one record a minute and source (FAU_GEN.1, FAU_STG_EXT.2). A fixed table in memory.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/socket.h"

struct refusals;
/* NULL: out of memory. */
struct refusals *refusals_new(void);
struct refusals *refusals_free(struct refusals *r);

struct refusal {
	const char *source; /* "192.0.2.1", a login, a device */
	int event;	    /* enum audit_event */
	bool limited;	    /* refused for its rate: never a record of its own */
};
/* Whether it is counted here; false: it is to be recorded. */
bool refusals_count(struct refusals *r, const struct refusal *one, int64_t now);

/* What a minute came to. */
struct refusal_sum {
	char source[SOCKET_SOURCE_SIZE]; /* "" where they were of too many to tell apart */
	int event;
	int64_t since;
	uint32_t n;
};
/* One sum whose minute is over, taken out (`all`: also one whose is not); false: there is none. */
bool refusals_take(struct refusals *r, bool all, int64_t now, struct refusal_sum *ret);
