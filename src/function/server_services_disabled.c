/* SPDX-License-Identifier: Apache-2.0 */
#include "function/behaviour.h"

#include "base/limits.h"
#include "proto/function_check.h"

struct room {
	struct service_rules rules;
	struct service_off services[LIMIT_SERVICES];
};

static int class_of(const char *unit)
{
	return (int)service_class(unit);
}

static int room_of(const void *args, struct room *ret, struct error *err)
{
	const struct server_services_disabled *a = args;
	const struct disabled_service *s = a->services.items;

	(void)err;
	for (size_t i = 0; i < a->services.n; i++)
		ret->services[i] = (struct service_off){ .unit = s[i].unit,
							 .ports = s[i].ports.items,
							 .n_ports = s[i].ports.n };
	ret->rules = (struct service_rules){ ret->services, a->services.n, class_of };
	return 0;
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

DRIVEN(systemd_service_driver, room_nothing)

const struct behaviour server_services_disabled_behaviour = {
	.by = "systemd, and a connection to each port",
	.describe = describe,
	DRIVEN_OPERATIONS,
};
