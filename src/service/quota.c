/* SPDX-License-Identifier: Apache-2.0 */
#include "service/quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKETS = 1024 };

struct bucket {
	char caller[72]; /* a digest, an id or an address; longer names share their beginning */
	int64_t last;
	uint32_t left;
};

struct quota {
	uint32_t seed;
	struct bucket buckets[RATE_MAX_][BUCKETS];
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
	struct quota *q = calloc(1, sizeof(*q));

	if (q && getrandom(&q->seed, sizeof(q->seed), 0) != sizeof(q->seed))
		return quota_free(q);
	return q;
}

struct quota *quota_free(struct quota *q)
{
	free(q);
	return NULL;
}

/* FNV-1a: spread only. */
static uint32_t hash(uint32_t seed, const char *text)
{
	uint32_t h = 2166136261u ^ seed;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

static struct bucket *find(struct quota *q, enum rate rate, const char *caller, int64_t now)
{
	struct bucket *b = &q->buckets[rate][hash(q->seed, caller) % BUCKETS];
	int64_t gained;

	if (strncmp(b->caller, caller, sizeof(b->caller) - 1) != 0 || b->last == 0 ||
	    b->last > now) {
		*b = (struct bucket){ .last = now, .left = rates[rate].burst };
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
