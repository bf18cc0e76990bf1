/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct banner_rules rules_of(const struct login_banner *a)
{
	return (struct banner_rules){ .text = a->text };
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct login_banner *a = args;

	return buf_puts(out, a->text, err);
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	struct banner_rules r;

	if (args)
		r = rules_of(args);
	return banner_driver.probe(p, args ? &r : NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct banner_rules r = rules_of(args);

	return banner_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct banner_rules r = rules_of(args);

	return banner_driver.read(p, &r, ret, err);
}

static int settle(struct platform *p, struct error *err)
{
	return banner_driver.settle(p, err);
}

const struct behaviour login_banner_behaviour = {
	.by = "agetty and sshd, asked for what they show",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
