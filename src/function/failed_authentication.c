/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct lockout_rules rules_of(const struct failed_authentication *a)
{
	return (struct lockout_rules){ .attempts = a->attempts,
				       .unlock_after_s = a->unlock_after_s };
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

static int probe(struct platform *p, const void *args, struct error *err)
{
	struct lockout_rules r;

	if (args)
		r = rules_of(args);
	return faillock_driver.probe(p, args ? &r : NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct lockout_rules r = rules_of(args);

	return faillock_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct lockout_rules r = rules_of(args);

	return faillock_driver.read(p, &r, ret, err);
}

static int settle(struct platform *p, struct error *err)
{
	return faillock_driver.settle(p, err);
}

const struct behaviour failed_authentication_behaviour = {
	.by = "pam_faillock, tried through PAM",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
