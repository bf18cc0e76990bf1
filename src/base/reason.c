/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reason.h"

#include <string.h>

#include "base/cleanup.h"

static const struct {
	const char *name, *text;
} reasons[] = { [REASON_NONE] = { "none", "no reason" },
#define X(id, name, text) [id] = { name, text },
		REASONS(X)
#undef X
};
_Static_assert(ARRAY_SIZE(reasons) == REASON_MAX_, "every reason has a name");

const char *reason_name(enum reason reason)
{
	return (unsigned)reason < REASON_MAX_ ? reasons[reason].name : "?";
}

const char *reason_text(enum reason reason)
{
	return (unsigned)reason < REASON_MAX_ ? reasons[reason].text : "?";
}

enum reason reason_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(reasons); i++)
		if (strcmp(reasons[i].name, name) == 0)
			return (enum reason)i;
	return REASON_NONE;
}
