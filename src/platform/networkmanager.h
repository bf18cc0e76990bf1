/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* NetworkManager's connections over D-Bus, to undo changes of them; the driver is in platform.h. */
#include "platform/undo.h"

/* The record of how the connection of a UUID is now: absent, or its file. Errors: CONFLICT (it is
 * in no file). */
MUST_USE int networkmanager_undo(struct platform *p, const char *uuid, struct undo *ret,
				 struct error *err);
/* Whether a policy may take the connection away. Errors: CONFLICT (it is the only way out). */
MUST_USE int networkmanager_may_go(struct platform *p, const char *uuid, struct error *err);
MUST_USE int networkmanager_put_back(struct platform *p, const struct undo *u, struct error *err);
