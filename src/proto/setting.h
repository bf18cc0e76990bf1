/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What became of one setting on a device: the row that a worker reports, the agent keeps and the
 * server shows. "Applied" exists only as a state that was read back from the platform.
 */
#include "base/jmap.h"

#define SETTING_STATES(X) \
	X(SETTING_ENFORCED, "enforced")	      /* read back from the platform as wanted */ \
	X(SETTING_CONFIGURED, "configured")   /* stored; nothing here that it could act on */ \
	X(SETTING_UNSUPPORTED, "unsupported") /* the platform cannot do it */ \
	X(SETTING_FAILED, "failed")	      /* tried, and undone */ \
	X(SETTING_DRIFTED, "drifted")	      /* was enforced, and no longer reads back so */

enum setting_state {
	SETTING_NONE = 0,
#define X(id, name) id,
	SETTING_STATES(X)
#undef X
		SETTING_MAX_
};

extern const struct jmap_enum setting_state_enum;
/* The wire name ("enforced"); "?" out of range. */
const char *setting_state_name(enum setting_state s);

struct setting_status {
	char *key;	 /* of functions.def */
	int state;	 /* enum setting_state */
	char *wanted;	 /* one line for people, no secrets */
	char *read_back; /* one line: what the platform said */
	char *by;	 /* who enforces it ("pam_pwquality"), and how it was read */
	char *reason;	 /* of unsupported, failed and drifted; NULL else */
};

extern const struct jmap_table setting_status_table;
