/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct password_rules rules_of(const struct password_requirements *a)
{
	return (struct password_rules){ .length = a->length,
					.lower = a->lower,
					.upper = a->upper,
					.digits = a->numeric,
					.symbols = a->symbols };
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

static int probe(struct platform *p, const void *args, struct error *err)
{
	(void)args;
	return pwquality_driver.probe(p, NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct password_rules r = rules_of(args);

	return pwquality_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct password_rules r = rules_of(args);

	return pwquality_driver.read(p, &r, ret, err);
}

const struct behaviour password_requirements_behaviour = {
	.by = "pam_pwquality, tried through PAM",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
