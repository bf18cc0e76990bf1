/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct password_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct password_requirements *a = args;

	(void)err;
	ret->rules = (struct password_rules){ .length = a->length,
					      .lower = a->lower,
					      .upper = a->upper,
					      .digits = a->numeric,
					      .symbols = a->symbols };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct password_requirements *a = args;

	return buf_printf(
		out, err,
		"at least %u characters, of them %u lower case, %u upper case, %u digits, "
		"%u symbols",
		a->length, a->lower, a->upper, a->numeric, a->symbols);
}

DRIVEN(pwquality_driver, room_nothing)

const struct behaviour password_requirements_behaviour = {
	.by = "pam_pwquality, tried through PAM",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
