/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct idle_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct maximum_time_to_lock *a = args;

	(void)err;
	ret->rules = (struct idle_rules){ .seconds = a->seconds };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct maximum_time_to_lock *a = args;

	return buf_printf(out, err, "locked after %u s without input", a->seconds);
}

DRIVEN(logind_idle_driver, room_nothing)

const struct behaviour maximum_time_to_lock_behaviour = {
	.by = "systemd-logind, asked over D-Bus",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
