/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The service manager over D-Bus. */
#include "platform/platform.h"

struct unit_state {
	char load[24];	 /* "loaded", "masked", "not-found" */
	char active[24]; /* "active", "inactive", "failed" */
};

MUST_USE int systemd_unit_state(struct platform *p, const char *unit, struct unit_state *ret,
				struct error *err);
/* The name by which the manager knows a unit, and every other that leads to it, this one too. */
MUST_USE int systemd_unit_names(struct platform *p, const char *unit, struct strings *ret,
				struct error *err);
/* Active, or on the way there. A unit that does not exist is not active. */
MUST_USE int systemd_is_active(struct platform *p, const char *unit, bool *ret, struct error *err);
/* Start, stop, restart, reload …: the Manager's method, until its job has ended.
 * Errors: TIMEOUT, INTERNAL (the job failed), NOT_FOUND. */
MUST_USE int systemd_job(struct platform *p, const char *method, const char *unit,
			 struct error *err);
/* Reload a unit's configuration if it runs. */
MUST_USE int systemd_reload_if_active(struct platform *p, const char *unit, struct error *err);
MUST_USE int systemd_daemon_reload(struct platform *p, struct error *err);
MUST_USE int systemd_mask(struct platform *p, const char *unit, struct error *err);
/* Take notice of unit files that were put back, and start the unit again if it ran. */
MUST_USE int systemd_put_back(struct platform *p, const char *unit, bool active, struct error *err);
/* A string property of a unit's object: interface "org.freedesktop.systemd1.Timer" … */
MUST_USE int systemd_unit_path(struct platform *p, const char *unit, char *path, size_t size,
			       struct error *err);
