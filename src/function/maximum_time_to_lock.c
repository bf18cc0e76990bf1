/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct idle_rules rules_of(const struct maximum_time_to_lock *a)
{
	return (struct idle_rules){ .seconds = a->seconds };
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct maximum_time_to_lock *a = args;

	return buf_printf(out, err, "locked after %u s without input", a->seconds);
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	struct idle_rules r;

	if (args)
		r = rules_of(args);
	return logind_idle_driver.probe(p, args ? &r : NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct idle_rules r = rules_of(args);

	return logind_idle_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct idle_rules r = rules_of(args);

	return logind_idle_driver.read(p, &r, ret, err);
}

static int settle(struct platform *p, struct error *err)
{
	return logind_idle_driver.settle(p, err);
}

const struct behaviour maximum_time_to_lock_behaviour = {
	.by = "systemd-logind, asked over D-Bus",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
