/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* NetworkManager's connections over D-Bus; the driver is in platform.h. */
#include "platform/platform.h"

/* Delete the connection of a UUID; 0 also where there is none. */
MUST_USE int networkmanager_delete(struct platform *p, const char *uuid, struct error *err);
