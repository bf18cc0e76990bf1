/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct lockout_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct failed_authentication *a = args;

	(void)err;
	ret->rules = (struct lockout_rules){ .attempts = a->attempts,
					     .unlock_after_s = a->unlock_after_s };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct failed_authentication *a = args;

	if (a->unlock_after_s == 0)
		return buf_printf(
			out, err,
			"locked after %u wrong passwords, until an administrator opens it",
			a->attempts);
	return buf_printf(out, err, "locked for %u s after %u wrong passwords", a->unlock_after_s,
			  a->attempts);
}

DRIVEN(faillock_driver, room_nothing)

const struct behaviour failed_authentication_behaviour = {
	.by = "pam_faillock, tried through PAM",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
