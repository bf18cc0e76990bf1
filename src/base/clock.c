/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int time_parse(const char *text, int64_t *ret)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
	char again[TIME_SIZE];
	struct tm tm = { 0 };
	int64_t t;

	if (strlen(text) != sizeof(shape) - 1)
		return -1;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return -1;
	if (!strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return -1;
	t = (int64_t)timegm(&tm);
	if (t < 0)
		return -1;
	/* A day that does not exist was normalised to another: it does not come back the same. */
	time_format(t, again);
	if (strcmp(again, text) != 0)
		return -1;
	*ret = t;
	return 0;
}

void time_format(int64_t t, char *text)
{
	const int64_t last = 253402300799; /* 9999-12-31T23:59:59Z */
	time_t clamped = (time_t)(t < 0 ? 0 : t > last ? last : t);
	struct tm tm;

	(void)gmtime_r(&clamped, &tm);
	(void)strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

uint64_t clock_boot_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}
