/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Devices as a person names them. */
#include "cli/api.h"

/*
 * The enrolled device with this id, this host name, or the one whose id or host name begins so. The
 * struct starts zeroed and is released with device_done.
 * Errors: NOT_FOUND, CONFLICT (several; names some).
 */
MUST_USE int device_find(struct api *a, const char *name, struct admin_device *ret,
			 struct error *err);
void device_done(struct admin_device *d);
/* All devices, page after page: struct admin_devices as a tree ({"devices": […]}). */
MUST_USE int devices_all(struct api *a, const char *device, json_t **ret, struct error *err);
