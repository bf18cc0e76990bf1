/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The state of each setting on each device, as the device last read it back, and how fresh that
 * is. */
#include "proto/admin.h"
#include "proto/setting.h"
#include "store/db.h"

/* Replace a device's rows: `list` holds struct setting_status; `checked`: when it was read back.
 * `changed` moves only where a state differs from the one before. */
MUST_USE int setting_replace(struct db *db, const char *device, const struct jmap_list *list,
			     int64_t checked, struct error *err);
/* The device said that nothing has changed. */
MUST_USE int setting_touch(struct db *db, const char *device, int64_t checked, struct error *err);
/* struct admin_setting, by key. */
MUST_USE int setting_list(struct db *db, const char *device, struct jmap_list *ret,
			  struct error *err);
