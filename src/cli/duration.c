/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as people write them. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const struct {
	const char *suffix;
	uint32_t seconds;
} units[] = {
	{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
};

static int duration_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	const char *text = json_string_value(v);
	unsigned long n = 0;
	char *end = NULL;

	if (text && *text >= '0' && *text <= '9' && strlen(text) < 12)
		n = strtoul(text, &end, 10);
	for (size_t i = 0; end && i < ARRAY_SIZE(units); i++) {
		unsigned long long s = (unsigned long long)n * units[i].seconds;

		if (strcmp(end, units[i].suffix) != 0)
			continue;
		if (s < (unsigned long long)f->min ||
		    s > (f->max ? (unsigned long long)f->max : UINT32_MAX))
			return error_set(err, ERROR_INVALID, "not within %lld and %lld seconds",
					 f->min, f->max);
		*(uint32_t *)dst = (uint32_t)s;
		return 0;
	}
	return error_set(err, ERROR_INVALID, "not a duration like 90s, 15m, 1h or 30d");
}

static int duration_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	return jmap_u32.write(src, f, ret, err);
}

static json_t *duration_schema(const struct jmap *f)
{
	return jmap_u32.schema(f);
}

const struct jmap_type cli_duration = { "duration", duration_read, duration_write, duration_schema,
					NULL };
