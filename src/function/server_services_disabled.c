/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"

/* The driver's rules for these arguments, in room of the caller's. */
static struct service_rules rules_of(const struct server_services_disabled *a,
				     struct service_off room[LIMIT_SERVICES])
{
	const struct disabled_service *s = a->services.items;

	for (size_t i = 0; i < a->services.n; i++)
		room[i] = (struct service_off){ .unit = s[i].unit,
						.ports = s[i].ports.items,
						.n_ports = s[i].ports.n };
	return (struct service_rules){ room, a->services.n };
}

static int describe(const void *args, struct buf *out, struct error *err)
{
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;

	for (size_t i = 0; i < a->services.n; i++) {
		if (buf_printf(out, err, "%s%s off", i ? ", " : "", s[i].unit) < 0)
			return -1;
		for (size_t j = 0; j < s[i].ports.n; j++)
			if (buf_printf(out, err, ", port %u closed", s[i].ports.items[j]) < 0)
				return -1;
	}
	return 0;
}

static int probe(struct platform *p, const void *args, struct error *err)
{
	(void)args;
	return systemd_service_driver.probe(p, NULL, err);
}

static int apply(struct platform *p, const void *args, struct error *err)
{
	struct service_off room[LIMIT_SERVICES];
	struct service_rules r = rules_of(args, room);

	return systemd_service_driver.apply(p, &r, err);
}

static int read_back(struct platform *p, const void *args, struct readback *ret, struct error *err)
{
	struct service_off room[LIMIT_SERVICES];
	struct service_rules r = rules_of(args, room);

	return systemd_service_driver.read(p, &r, ret, err);
}

const struct behaviour server_services_disabled_behaviour = {
	.by = "systemd, and a connection to each port",
	.describe = describe,
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
