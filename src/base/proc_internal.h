/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The parts of proc_spawn; each runs in the child, before exec. */
#include "base/proc.h"

/* Replace the root by the profile's view (PROC_VIEW, PROC_OVERLAY), in a mount namespace that the
 * caller has made. The command's own program must be in it. */
MUST_USE int proc_view_enter(const struct proc_profile *p, struct error *err);
/* Hold the view by Landlock (PROC_LANDLOCK). */
MUST_USE int proc_landlock_enter(const struct proc_profile *p, struct error *err);
