/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A floor below the protection of the device's own keys (FCS_STG_EXT.4). Nothing is changed: where
 * a key is was decided when it was made. The levels are the key process's answer, asked for by the
 * manager for this very order.
 */
#include "function/behaviour.h"

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct key_protection *a = args;

	return buf_printf(out, err, "every key at level %u or above", a->minimum_level);
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	const struct key_protection *a = args;

	if (!a || (p->keys.reason && p->keys.level >= a->minimum_level))
		return 0;
	return error_set(err, ERROR_UNSUPPORTED, "a key is at level %u of the %u wanted: %s",
			 p->keys.level, a->minimum_level,
			 p->keys.reason ? p->keys.reason : "no key process has answered");
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	return probe(p, args, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct error why = ERROR_INIT;

	if (readback_say(ret, err, "level %u: %s", p->keys.level,
			 p->keys.reason ? p->keys.reason : "not known") < 0)
		return -1;
	ret->verdict = READBACK_ENFORCED;
	return probe(p, args, &why) == 0 ? 0 : readback_differs(ret, err, "%s", why.msg);
}

const struct behaviour key_protection_behaviour = {
	.by = "the key process, asked how it keeps each key",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
