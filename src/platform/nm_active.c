/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/nm_active.h"

#include <stdio.h>
#include <string.h>

#include "platform/bus.h"

#define NM "org.freedesktop.NetworkManager"
#define NM_ACTIVE NM ".Connection.Active"
/* Connections with a default route: a device has one or two. */
enum { MAX_ACTIVE = 32 };

bool nm_is_only_way(const struct nm_active *active, size_t n, const char *uuid)
{
	bool this = false, other = false;

	for (size_t i = 0; i < n; i++) {
		bool same = strcmp(active[i].uuid, uuid) == 0;

		this |= active[i].is_default && same;
		other |= active[i].is_default && !same;
	}
	return this && !other;
}

/* Whether a default route goes by it. A connection that went down meanwhile has no properties any
 * more, and is none. */
static bool read_active(sd_bus *bus, const char *path, struct nm_active *ret)
{
	static const char *const routes[] = { "Default", "Default6" };
	auto_free char *uuid = NULL;

	*ret = (struct nm_active){ .uuid = "" };
	if (sd_bus_get_property_string(bus, NM, path, NM_ACTIVE, "Uuid", NULL, &uuid) >= 0)
		(void)snprintf(ret->uuid, sizeof(ret->uuid), "%s", uuid);
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		int yes = 0;

		if (sd_bus_get_property_trivial(bus, NM, path, NM_ACTIVE, routes[i], NULL, 'b',
						&yes) >= 0)
			ret->is_default |= yes != 0;
	}
	return ret->is_default;
}

int nm_may_go(sd_bus *bus, const char *uuid, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	struct nm_active active[MAX_ACTIVE];
	const char *path;
	size_t n = 0;
	int r = sd_bus_get_property(bus, NM, "/org/freedesktop/NetworkManager", NM,
				    "ActiveConnections", &e, &m, "ao");

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "o");
	while (r >= 0 && n < MAX_ACTIVE && (r = sd_bus_message_read(m, "o", &path)) > 0)
		n += read_active(bus, path, &active[n]) ? 1 : 0;
	if (r < 0)
		return bus_fail(err, r, &e, "list the active connections");
	if (nm_is_only_way(active, n, uuid))
		return error_set(err, ERROR_CONFLICT,
				 "network %s is the device's only way out now: it stays", uuid);
	return 0;
}
