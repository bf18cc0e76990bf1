/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct banner_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct login_banner *a = args;

	(void)err;
	ret->rules = (struct banner_rules){ .text = a->text };
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct login_banner *a = args;

	return buf_puts(out, a->text, err);
}

DRIVEN(banner_driver, room_nothing)

const struct behaviour login_banner_behaviour = {
	.by = "agetty and sshd, asked for what they show",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
