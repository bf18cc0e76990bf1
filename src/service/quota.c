/* SPDX-License-Identifier: Apache-2.0 */
#include "service/quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

struct bucket {
	char caller[72]; /* a digest, an id or an address; longer names share their beginning */
	enum rate rate;
	int64_t last;
	uint32_t left;
};

struct quota {
	struct bucket buckets[BUCKETS];
};

enum what { ALL, FAILURES };

static const struct {
	uint32_t burst, per_s;
	enum what what;
} rates[] = {
#define X(id, burst, per_s, what) [id] = { burst, per_s, what },
	RATES(X)
#undef X
};

struct quota *quota_new(void)
{
	return calloc(1, sizeof(struct quota));
}

struct quota *quota_free(struct quota *q)
{
	free(q);
	return NULL;
}

/* FNV-1a: spread only; whoever aims at another's row only empties or resets a bucket. */
static uint32_t hash(enum rate rate, const char *text)
{
	uint32_t h = 2166136261u ^ (uint32_t)rate;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

static struct bucket *find(struct quota *q, enum rate rate, const char *caller, int64_t now)
{
	struct bucket *b = &q->buckets[hash(rate, caller) % BUCKETS];
	int64_t gained;

	if (b->rate != rate || strncmp(b->caller, caller, sizeof(b->caller) - 1) != 0 ||
	    b->last == 0 || b->last > now) {
		*b = (struct bucket){ .rate = rate, .last = now, .left = rates[rate].burst };
		(void)snprintf(b->caller, sizeof(b->caller), "%s", caller);
		return b;
	}
	gained = (now - b->last) * rates[rate].per_s;
	b->last = now;
	b->left = gained >= rates[rate].burst - b->left ? rates[rate].burst
							: b->left + (uint32_t)gained;
	return b;
}

bool quota_take(struct quota *q, enum rate rate, const char *caller, int64_t now)
{
	struct bucket *b = find(q, rate, caller, now);

	if (b->left == 0)
		return false;
	if (rates[rate].what == ALL)
		b->left--;
	return true;
}

void quota_failed(struct quota *q, enum rate rate, const char *caller, int64_t now)
{
	struct bucket *b = find(q, rate, caller, now);

	if (rates[rate].what == FAILURES && b->left > 0)
		b->left--;
}
