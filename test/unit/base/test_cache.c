/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cache.h"
#include "base/file.h"
#include "check.h"

static struct cache *fresh(int *fd)
{
	struct error err = ERROR_INIT;
	struct cache *c = NULL;

	CHECK_OK(cache_create(fd, &err), err);
	CHECK_OK(cache_open(dup(*fd), &c, &err), err);
	return c;
}

static void once(void)
{
	static const uint8_t key[CACHE_KEY] = { 1, 2, 3 }, other[CACHE_KEY] = { 1, 2, 3, 0, 5 };
	uint8_t out[LIMIT_CACHE_ENTRY];
	auto_close int fd = -1;
	auto_cache struct cache *c = fresh(&fd);

	CHECK(cache_take(c, key, out) == 0);
	cache_put(c, key, "hello", 5, 60);
	CHECK(cache_take(c, other, out) == 0); /* of the same place */
	CHECK(cache_take(c, key, out) == 5 && memcmp(out, "hello", 5) == 0);
	CHECK(cache_take(c, key, out) == 0);
	cache_put(c, key, "gone", 4, 0);
	CHECK(cache_take(c, key, out) == 0); /* its time is over */
}

static void bounded(void)
{
	static uint8_t big[LIMIT_CACHE_ENTRY + 1];
	uint8_t key[CACHE_KEY] = { 9 }, out[LIMIT_CACHE_ENTRY];
	auto_close int fd = -1;
	auto_cache struct cache *c = fresh(&fd);
	unsigned found = 0;

	cache_put(c, key, big, sizeof(big), 60);
	CHECK(cache_take(c, key, out) == 0);
	cache_put(c, key, big, sizeof(big) - 1, 60);
	CHECK(cache_take(c, key, out) == LIMIT_CACHE_ENTRY);
	/* Twenty for one set: the newest stay, which end last. */
	for (uint8_t i = 0; i < 20; i++) {
		key[8] = i;
		cache_put(c, key, &i, 1, 60 + i);
	}
	for (uint8_t i = 0; i < 20; i++) {
		key[8] = i;
		if (cache_take(c, key, out) == 1) {
			CHECK(out[0] == i && i >= 12);
			found++;
		}
	}
	CHECK(found == 8);
}

/* What another process put is found, by one of those who look. */
static void shared(void)
{
	enum { N = 500 };
	uint8_t key[CACHE_KEY] = { 0 }, out[LIMIT_CACHE_ENTRY];
	auto_close int fd = -1;
	auto_cache struct cache *c = fresh(&fd);
	pid_t child = fork();
	unsigned mine = 0;
	int status;

	CHECK(child >= 0);
	for (uint16_t i = 0; child == 0 && i < N; i++) {
		memcpy(key, &i, sizeof(i));
		cache_put(c, key, &i, sizeof(i), 60);
	}
	if (child == 0)
		_exit(0);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	child = fork();
	for (uint16_t i = 0; i < N; i++) {
		memcpy(key, &i, sizeof(i));
		if (cache_take(c, key, out) == sizeof(i) && memcmp(out, &i, sizeof(i)) == 0)
			mine++;
	}
	if (child == 0)
		_exit(mine / 2 > 255 ? 255 : (int)(mine / 2));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	/* Two at once may both miss; none is had twice. */
	CHECK(mine / 2 + (unsigned)WEXITSTATUS(status) <= N / 2 && mine + WEXITSTATUS(status) > 0);
}

/* Whoever writes in it by the way is not believed, and cannot take it away. */
static void spoilt(void)
{
	static const uint8_t key[CACHE_KEY] = { 0 };
	uint8_t out[LIMIT_CACHE_ENTRY], *raw;
	auto_close int fd = -1;
	auto_cache struct cache *c = fresh(&fd);
	off_t size = lseek(fd, 0, SEEK_END);
	unsigned spoilt = 0;

	CHECK(ftruncate(fd, 10) < 0 && ftruncate(fd, size * 2) < 0);
	raw = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(raw != MAP_FAILED);
	/* The whole of one place, byte by byte: state, length, key, sum, data. */
	for (size_t i = 0; i < 8 + 4 + CACHE_KEY + 4 + 8 + 5; i++) {
		cache_put(c, key, "hello", 5, 60);
		raw[i] ^= 0xff;
		if (cache_take(c, key, out) == 0)
			spoilt++;
		else
			CHECK(memcmp(out, "hello", 5) == 0);
		memset(raw, 0, 4096);
	}
	CHECK(spoilt > 4 + CACHE_KEY + 8);
	(void)munmap(raw, 4096);
}

static void not_a_cache(void)
{
	struct error err = ERROR_INIT;
	struct cache *c = NULL;
	auto_close int fd = -1;
	struct cache *real = fresh(&fd);
	int plain = memfd_create("plain", MFD_CLOEXEC);

	CHECK(plain >= 0 && ftruncate(plain, lseek(fd, 0, SEEK_END)) == 0);
	CHECK_ERROR(cache_open(plain, &c, &err), err, ERROR_INVALID); /* not sealed */
	CHECK_ERROR(cache_open(open("/dev/null", O_RDWR | O_CLOEXEC), &c, &err), err,
		    ERROR_INVALID);
	cache_free(real);
}

static const struct check_case cases[] = {
	{ "cache: an entry is taken once, by its key, in its time", once },
	{ "cache: number and size are bounded", bounded },
	{ "cache: what one process puts another takes", shared },
	{ "cache: what somebody spoilt is not there", spoilt },
	{ "cache: only a sealed memory of its size is one", not_a_cache },
};

CHECK_MAIN(cases)
