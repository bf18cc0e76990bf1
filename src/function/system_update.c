/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct update_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct system_update *a = args;
	static const enum update_mode modes[] = { [SYSTEM_UPDATE_AUTOMATIC] = UPDATE_DAILY,
						  [SYSTEM_UPDATE_WINDOWED] = UPDATE_WINDOW,
						  [SYSTEM_UPDATE_POSTPONE] = UPDATE_NEVER };

	(void)err;
	ret->rules = (struct update_rules){ .mode = modes[a->type],
					    .start_min = a->start_min,
					    .end_min = a->end_min };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct system_update *a = args;

	if (a->type != SYSTEM_UPDATE_WINDOWED)
		return buf_puts(out,
				a->type == SYSTEM_UPDATE_AUTOMATIC ? "installed daily"
								   : "not installed by itself",
				err);
	return buf_printf(out, err, "installed from %02u:%02u to %02u:%02u only", a->start_min / 60,
			  a->start_min % 60, a->end_min / 60, a->end_min % 60);
}

DRIVEN(apt_driver, room_nothing)

const struct behaviour system_update_behaviour = {
	.by = "apt and systemd, asked over D-Bus",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
