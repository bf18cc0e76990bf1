/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct access_rules rules_of(const struct local_account_access *a)
{
	return (struct access_rules){ .users = (const char *const *)a->users.items,
				      .n_users = a->users.n,
				      .groups = (const char *const *)a->groups.items,
				      .n_groups = a->groups.n,
				      .remote = a->remote };
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

static int probe(struct platform *p, const void *args, struct error *err)
{
	struct access_rules r;

	if (args)
		r = rules_of(args);
	return pam_access_driver.probe(p, args ? &r : NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct access_rules r = rules_of(args);

	return pam_access_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct access_rules r = rules_of(args);

	return pam_access_driver.read(p, &r, ret, err);
}

const struct behaviour local_account_access_behaviour = {
	.by = "pam_access, tried through PAM",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
