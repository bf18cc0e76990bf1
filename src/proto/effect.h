/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Effect classes: what a document would do, as a rising list. The class decides how many persons
 * must sign, and is computed on the device from every value of the document (trust/judge.h).
 */
#define EFFECT_CLASSES(X) \
	X(EFFECT_ROUTINE, "routine")	     /* message, query, session lock, reboot, sync */ \
	X(EFFECT_CONFIG, "configuration")    /* an ordinary policy or an assignment */ \
	X(EFFECT_CHANNEL, "channel-cutting") /* may cut the device off from its server */ \
	X(EFFECT_DESTRUCTIVE, "destructive") /* wipe, unenroll, lock-out, destroy keys */ \
	X(EFFECT_CODE, "code")		     /* installs or updates code */ \
	X(EFFECT_AUTHORITY, "authority")     /* changes whom the device trusts */

enum effect {
#define X(id, name) id,
	EFFECT_CLASSES(X)
#undef X
		EFFECT_MAX_
};

/* The wire name ("channel-cutting"); "?" out of range. */
const char *effect_name(enum effect e);
