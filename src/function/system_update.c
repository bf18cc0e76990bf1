/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

static struct update_rules rules_of(const struct system_update *a)
{
	static const enum update_mode modes[] = { [SYSTEM_UPDATE_AUTOMATIC] = UPDATE_DAILY,
						  [SYSTEM_UPDATE_WINDOWED] = UPDATE_WINDOW,
						  [SYSTEM_UPDATE_POSTPONE] = UPDATE_NEVER };

	return (struct update_rules){ .mode = modes[a->type],
				      .start_min = a->start_min,
				      .end_min = a->end_min };
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct system_update *a = args;

	if (a->type != SYSTEM_UPDATE_WINDOWED)
		return buf_puts(out,
				a->type == SYSTEM_UPDATE_AUTOMATIC ? "installed daily"
								   : "not installed by itself",
				err);
	return buf_printf(out, err, "installed from %02u:%02u to %02u:%02u only", a->start_min / 60,
			  a->start_min % 60, a->end_min / 60, a->end_min % 60);
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	struct update_rules r;

	if (args)
		r = rules_of(args);
	return apt_driver.probe(p, args ? &r : NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct update_rules r = rules_of(args);

	return apt_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct update_rules r = rules_of(args);

	return apt_driver.read(p, &r, ret, err);
}

static int settle(struct platform *p, struct error *err)
{
	return apt_driver.settle(p, err);
}

const struct behaviour system_update_behaviour = {
	.by = "apt and systemd, asked over D-Bus",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
