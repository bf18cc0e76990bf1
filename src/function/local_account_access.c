/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

struct room {
	struct access_rules rules;
};

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct local_account_access *a = args;

	(void)err;
	ret->rules = (struct access_rules){ .users = (const char *const *)a->users.items,
					    .n_users = a->users.n,
					    .groups = (const char *const *)a->groups.items,
					    .n_groups = a->groups.n,
					    .remote = a->remote };
	return 0;
}

static int list(const struct strings *names, const char *prefix, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < names->n; i++)
		if (buf_printf(out, err, ", %s%s", prefix, names->items[i]) < 0)
			return -1;
	return 0;
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct local_account_access *a = args;

	if (buf_puts(out, "root at the console", err) < 0 || list(&a->users, "", out, err) < 0 ||
	    list(&a->groups, "group ", out, err) < 0)
		return -1;
	return buf_puts(out, a->remote ? ", also from other hosts" : ", at the device only", err);
}

DRIVEN(pam_access_driver, room_nothing)

const struct behaviour local_account_access_behaviour = {
	.by = "pam_access, tried through PAM",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
