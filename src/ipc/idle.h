/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A process that stays gives memory back (base/memory.h) when its loop has been quiet for a while.
 */
#include <systemd/sd-event.h>

#include "base/error.h"

struct idle;

/* From now on: IDLE_AFTER_S after the last event of the loop, once. Errors: UNAVAILABLE (memory).
 */
MUST_USE int idle_new(sd_event *loop, struct idle **ret, struct error *err);
struct idle *idle_free(struct idle *i);
DEFINE_CLEANUP(struct idle *, idle_free)
