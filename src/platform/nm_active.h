/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether the device depends on a network: what is never taken from it by a policy. */
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "base/error.h"

/* One connection that NetworkManager has up. */
struct nm_active {
	char uuid[64];
	bool is_default; /* a default route of either family goes by it */
};

/* Whether the device's only default route is this connection's. Pure. */
bool nm_is_only_way(const struct nm_active *active, size_t n, const char *uuid);
/* Errors: CONFLICT: the connection is the only way out that the device has now. */
MUST_USE int nm_may_go(sd_bus *bus, const char *uuid, struct error *err);
