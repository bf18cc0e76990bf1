/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What became of each setting of the policy in force, as last read back. */
#include "base/sqlite.h"
#include "ipc/agent_messages.h"
#include "proto/setting.h"

/* One state as a worker reported it. Errors: INVALID (a state that there is not). */
MUST_USE int settings_put(struct sqlite *db, const struct work_state *s, struct error *err);
MUST_USE int settings_clear(struct sqlite *db, struct error *err);
/* All, as struct setting_status, by key; release each with jmap_done and the array with free. */
MUST_USE int settings_list(struct sqlite *db, struct jmap_list *ret, struct error *err);
void settings_list_done(struct jmap_list *l);
/* The state of one; SETTING_NONE where it is not known. */
MUST_USE int settings_state(struct sqlite *db, const char *key, enum setting_state *ret,
			    struct error *err);
enum setting_state settings_state_of(const char *name);
