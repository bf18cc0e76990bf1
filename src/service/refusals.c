/* SPDX-License-Identifier: Apache-2.0 */
#include "service/refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Sources told apart within a minute; the last row is everybody else's. */
enum { SOURCES = 16, ROWS = SOURCES + 1, MINUTE_S = 60, HOUR_S = 3600 };

struct refusals {
	struct refusal_sum rows[ROWS];
	int64_t hour; /* when it began, and how many records it has had */
	uint32_t recorded;
};

struct refusals *refusals_new(void)
{
	return calloc(1, sizeof(struct refusals));
}

struct refusals *refusals_free(struct refusals *r)
{
	free(r);
	return NULL;
}

static bool within_hour(struct refusals *r, int64_t now)
{
	if (now - r->hour >= HOUR_S || now < r->hour) {
		r->hour = now;
		r->recorded = 0;
	}
	return r->recorded < LIMIT_REFUSALS;
}

static struct refusal_sum *row_of(struct refusals *r, const struct refusal *one, int64_t now)
{
	struct refusal_sum *vacant = &r->rows[SOURCES];

	for (size_t i = 0; i < SOURCES; i++) {
		struct refusal_sum *row = &r->rows[i];

		if (row->n > 0 && row->event == one->event &&
		    strncmp(row->source, one->source, sizeof(row->source) - 1) == 0)
			return row;
		if (row->n == 0)
			vacant = row;
	}
	if (vacant->n > 0)
		return vacant;
	*vacant = (struct refusal_sum){ .event = one->event, .since = now };
	if (vacant != &r->rows[SOURCES])
		(void)snprintf(vacant->source, sizeof(vacant->source), "%s", one->source);
	return vacant;
}

bool refusals_count(struct refusals *r, const struct refusal *one, int64_t now)
{
	if (!one->limited && within_hour(r, now)) {
		r->recorded++;
		return false;
	}
	row_of(r, one, now)->n++;
	return true;
}

bool refusals_take(struct refusals *r, bool all, int64_t now, struct refusal_sum *ret)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct refusal_sum *row = &r->rows[i];

		if (row->n == 0 || (!all && now - row->since < MINUTE_S && now >= row->since))
			continue;
		*ret = *row;
		*row = (struct refusal_sum){ 0 };
		return true;
	}
	return false;
}
