/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The system bus, for the drivers: opened at first use, errors in our words. */
#include <systemd/sd-bus.h>

#include "platform/platform.h"

/* Every method call ends within this time. */
#define BUS_TIMEOUT_US (25ull * 1000 * 1000)

/* Errors: UNSUPPORTED (the device has no system bus). The connection stays the platform's. */
MUST_USE int bus_of(struct platform *p, sd_bus **ret, struct error *err);
/* Fill err from a failed call (r < 0, or 0 with e set). */
MUST_USE PRINTF(4, 5) int bus_fail(struct error *err, int r, const sd_bus_error *e, const char *fmt,
				   ...);
/* Whether a well-known name has an owner, or is activatable. */
MUST_USE int bus_has_name(struct platform *p, const char *name, bool *ret, struct error *err);
