/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/backoff.h"

uint64_t backoff_next(struct backoff *b, uint64_t random)
{
	const uint64_t min = BACKOFF_MIN_MS * 1000ULL, max = BACKOFF_MAX_MS * 1000ULL;
	uint64_t top = b->last_us ? b->last_us * 3 : 2 * min;

	if (top > max)
		top = max;
	if (top <= min)
		top = min + 1;
	b->last_us = min + random % (top - min);
	return b->last_us;
}

void backoff_reset(struct backoff *b)
{
	b->last_us = 0;
}
