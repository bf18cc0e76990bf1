/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Entries in memory that processes of one kind share: a sealed memfd, so that what survives is
 * neither a file nor one process's. Bounded in number, size and time; nobody ever waits for
 * another, and an entry is taken once.
 *
 * It is a cache: an entry may be gone at any time (its place was wanted, another process was just
 * looking), and its owner does without. What is found is what was put whole: a process that dies or
 * stops while it writes leaves nothing that another could take.
 */
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"

enum { CACHE_KEY = 32 };

struct cache;

/* The memory, to be handed to processes: a descriptor. Errors: UNAVAILABLE. */
MUST_USE int cache_create(int *ret_fd, struct error *err);
/* Takes over fd, on failure too. Errors: INVALID (not what cache_create made), UNAVAILABLE. */
MUST_USE int cache_open(int fd, struct cache **ret, struct error *err);
struct cache *cache_free(struct cache *c); /* this process's view of it */
DEFINE_CLEANUP(struct cache *, cache_free)
#define auto_cache CLEANUP(cache_freep)

/*
 * Keep data for life_s seconds of the boot clock. The key is random: entries are found by its first
 * bytes. The oldest of those that share a place with it may go for it; more than LIMIT_CACHE_ENTRY
 * bytes are not kept.
 */
void cache_put(struct cache *c, const uint8_t key[CACHE_KEY], const void *data, size_t len,
	       uint32_t life_s);
/* Take an entry out, wiped behind us: its length, 0 where there is none. */
size_t cache_take(struct cache *c, const uint8_t key[CACHE_KEY], uint8_t data[LIMIT_CACHE_ENTRY]);
