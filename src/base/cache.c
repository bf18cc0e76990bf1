/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"

enum {
	WAYS = 8,	/* places that a key may have */
	BUSY_MAX_S = 5, /* whoever holds a place for longer is dead, or as good */
};

/* The state's two low bits; above them: FULL, when it ends; BUSY, since when. Boot clock, s. */
enum { FREE, BUSY, FULL, MASK = 3 };

struct slot {
	_Atomic uint64_t state;
	uint32_t len;
	uint8_t key[CACHE_KEY];
	uint64_t sum; /* over len, key and data: two writers at once would show */
	uint8_t data[LIMIT_CACHE_ENTRY];
};

enum { SETS = LIMIT_CACHE_ENTRIES / WAYS };
_Static_assert(LIMIT_CACHE_ENTRIES % WAYS == 0, "whole sets");
/* The words are shared between processes: no lock may be behind them. */
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "lock-free");

struct cache {
	struct slot (*sets)[WAYS];
};

#define CACHE_SIZE (sizeof(struct slot) * WAYS * SETS)
#define CACHE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int cache_create(int *ret_fd, struct error *err)
{
	auto_close int fd = memfd_create("muster-cache", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	/* Zeros are free places, and take no memory before they are used. */
	if (fd < 0 || ftruncate(fd, CACHE_SIZE) < 0 || fcntl(fd, F_ADD_SEALS, CACHE_SEALS) < 0)
		return error_errno(err, errno, "shared memory");
	*ret_fd = STEAL_FD(fd);
	return 0;
}

int cache_open(int fd, struct cache **ret, struct error *err)
{
	auto_close int own = fd;
	auto_cache struct cache *c = calloc(1, sizeof(*c));
	struct stat st;
	void *at;

	if (!c)
		return error_oom(err);
	/* Without the seals, whoever else has it could cut it off under us. */
	if (fstat(own, &st) < 0 || (size_t)st.st_size != CACHE_SIZE ||
	    fcntl(own, F_GET_SEALS) != CACHE_SEALS)
		return error_set(err, ERROR_INVALID, "not the memory of a cache");
	at = mmap(NULL, CACHE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
	if (at == MAP_FAILED)
		return error_errno(err, errno, "shared memory");
	(void)madvise(at, CACHE_SIZE, MADV_DONTDUMP);
	c->sets = at;
	*ret = STEAL(c);
	return 0;
}

struct cache *cache_free(struct cache *c)
{
	if (!c)
		return NULL;
	if (c->sets)
		(void)munmap(c->sets, CACHE_SIZE);
	free(c);
	return NULL;
}

static uint64_t now_s(void)
{
	return clock_boot_us() / 1000000;
}

static struct slot *set_of(struct cache *c, const uint8_t key[CACHE_KEY])
{
	uint32_t n;

	memcpy(&n, key, sizeof(n));
	return c->sets[n % SETS];
}

/* Get hold of a place that is as it was seen. */
static bool hold(struct slot *s, uint64_t seen, uint64_t now)
{
	return atomic_compare_exchange_strong(&s->state, &seen, now << 2 | BUSY);
}

static void let_go(struct slot *s, uint64_t state)
{
	atomic_store(&s->state, state);
}

/* An entry of our own: what is shared is copied before it is looked at. */
struct entry {
	uint32_t len;
	uint8_t key[CACHE_KEY];
	uint8_t data[LIMIT_CACHE_ENTRY];
};

/*
 * FNV-1a of 64 bits. It is for accidents: whoever means harm and may write here could hash as well,
 * and holds the secrets of the cache anyway.
 */
static uint64_t sum_more(uint64_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t sum_of(const struct entry *e)
{
	return sum_more(sum_more(UINT64_C(0xcbf29ce484222325) ^ e->len, e->key, CACHE_KEY), e->data,
			e->len);
}

/* How soon a place may be had for a new entry: 0 at once, the later the worse; UINT64_MAX never. */
static uint64_t worth(uint64_t state, uint64_t now)
{
	uint64_t time = state >> 2;

	switch (state & MASK) {
	case FREE: return 0;
	case FULL: return time <= now ? 0 : time;
	default: return time + BUSY_MAX_S < now ? 0 : UINT64_MAX;
	}
}

static struct slot *place(struct slot *set, uint64_t now, uint64_t *ret_seen)
{
	uint64_t least = UINT64_MAX;
	struct slot *best = NULL;

	for (struct slot *s = set; s < set + WAYS; s++) {
		uint64_t state = atomic_load(&s->state);

		if (worth(state, now) < least) {
			least = worth(state, now);
			best = s;
			*ret_seen = state;
		}
	}
	return best;
}

void cache_put(struct cache *c, const uint8_t key[CACHE_KEY], const void *data, size_t len,
	       uint32_t life_s)
{
	uint64_t now = now_s(), seen = 0;
	struct entry e = { .len = (uint32_t)len };
	struct slot *s;

	if (len == 0 || len > LIMIT_CACHE_ENTRY)
		return;
	s = place(set_of(c, key), now, &seen);
	if (!s || !hold(s, seen, now))
		return;
	memcpy(e.key, key, CACHE_KEY);
	memcpy(e.data, data, len);
	s->len = e.len;
	memcpy(s->key, key, CACHE_KEY);
	memcpy(s->data, data, len);
	s->sum = sum_of(&e);
	let_go(s, (now + life_s) << 2 | FULL);
	explicit_bzero(&e, sizeof(e));
}

/* Of a place that we hold: what is in it, if that is whole and the key's. */
static size_t copy(const struct slot *s, const uint8_t key[CACHE_KEY],
		   uint8_t data[LIMIT_CACHE_ENTRY])
{
	struct entry e = { .len = *(const volatile uint32_t *)&s->len };
	bool good = false;

	if (e.len > 0 && e.len <= LIMIT_CACHE_ENTRY) {
		memcpy(e.key, s->key, CACHE_KEY);
		memcpy(e.data, s->data, e.len);
		good = sum_of(&e) == s->sum && memcmp(e.key, key, CACHE_KEY) == 0;
	}
	if (good)
		memcpy(data, e.data, e.len);
	explicit_bzero(e.data, sizeof(e.data));
	return good ? e.len : 0;
}

size_t cache_take(struct cache *c, const uint8_t key[CACHE_KEY], uint8_t data[LIMIT_CACHE_ENTRY])
{
	struct slot *set = set_of(c, key);
	uint64_t now = now_s();
	size_t len = 0;

	for (struct slot *s = set; s < set + WAYS && len == 0; s++) {
		uint64_t state = atomic_load(&s->state);

		/* Another's: looked at before it is held, so that misses disturb nobody. */
		if ((state & MASK) != FULL || memcmp(s->key, key, CACHE_KEY) != 0 ||
		    !hold(s, state, now))
			continue;
		if (state >> 2 > now)
			len = copy(s, key, data);
		explicit_bzero(s->data, sizeof(s->data));
		explicit_bzero(s->key, sizeof(s->key));
		let_go(s, FREE);
	}
	return len;
}
