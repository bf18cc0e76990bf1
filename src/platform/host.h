/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the device says of itself: software version and hardware model. */
#include "platform/platform.h"

/* An object: "system", "version", "kernel", "vendor", "model", "hostname" …, as far as known. */
MUST_USE int host_facts(struct platform *p, json_t **ret, struct error *err);
