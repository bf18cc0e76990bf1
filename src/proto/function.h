/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The rows of functions.def as data: what a policy may set and a command may do, with limits,
 * effect class and needs. Pure: no driver, no file. The behaviour is in function/.
 */
#include "base/jmap.h"
#include "proto/effect.h"
#include "proto/function_args.h"

enum function_kind { FUNCTION_SETTING = 1, FUNCTION_COMMAND };

/* What a row needs from the sandbox of the process that carries it out; all else is closed. */
#define SANDBOXES(X) \
	X(SANDBOX_ETC, 0, "etc", "writes below /etc") \
	X(SANDBOX_BUS, 1, "bus", "talks to the system bus") \
	X(SANDBOX_PAM, 2, "pam", "runs the device's PAM stack to read back") \
	X(SANDBOX_TALLY, 3, "tally", "writes the tally of failed logins") \
	X(SANDBOX_EXEC, 4, "exec", "runs programs of the distribution") \
	X(SANDBOX_LOOPBACK, 5, "loopback", "connects to the device's own ports") \
	X(SANDBOX_TERMINALS, 6, "terminals", "writes to the terminals of sessions")

enum sandbox {
#define X(id, bit, name, doc) id = 1 << (bit),
	SANDBOXES(X)
#undef X
};

enum {
	ROW_IDEMPOTENT = 1 << 0, /* twice is as once */
	ROW_REBOOT = 1 << 1,	 /* in force only after a restart */
	ROW_MANAGER = 1 << 2,	 /* carried out by the agent's manager itself, by no worker */
};

enum function_id {
#define FUNCTION(id, ...) FUNCTION_##id,
#include "proto/functions.def"
#undef FUNCTION
	FUNCTION_MAX_
};

struct function {
	const char *key;
	enum function_kind kind;
	enum effect effect;    /* base class; see function_effect */
	unsigned needs;	       /* enum sandbox */
	unsigned flags;	       /* ROW_IDEMPOTENT … */
	const char *mdm, *mdf; /* PP numbers, "" where none */
	const struct jmap_table *args;
	int (*check)(const void *args, struct error *err); /* NULL: the table says all */
	enum effect (*effect_of)(const void *args);	   /* NULL: always the base class */
	const char *doc;
};

extern const struct function functions[FUNCTION_MAX_];

/* "setting", "command"; "?" out of range. */
const char *function_kind_name(enum function_kind kind);
/* The name of one bit of enum sandbox; "?" for what is none. */
const char *sandbox_name(enum sandbox bit);

/* The row of a key and kind; NULL where there is none. */
const struct function *function_find(const char *key, enum function_kind kind);
enum function_id function_id_of(const struct function *f);

/* Bind arguments and check them. *ret is the row's struct, allocated; release with function_free.
 * Errors: INVALID (names the key), LIMIT, UNAVAILABLE (memory). */
MUST_USE int function_bind(const struct function *f, const json_t *tree, void **ret,
			   struct error *err);
void function_free(const struct function *f, void *args);

/* The class of these values; never below the row's base class. */
enum effect function_effect(const struct function *f, const void *args);

/* Every setting of a policy's `settings` object, or one command's `args`: bound, checked and
 * released again. *ret: the highest class among them; EFFECT_CONFIG for a policy without settings.
 * Errors: INVALID (an unknown key, or the setting's own), LIMIT (more than LIMIT_SETTINGS). */
MUST_USE int functions_check_settings(const json_t *settings, enum effect *ret, struct error *err);
MUST_USE int functions_check_command(const char *command, const json_t *args, enum effect *ret,
				     struct error *err);
/* The JSON Schema (2020-12) of a policy's `settings`, from the rows. */
MUST_USE int functions_settings_schema(json_t **ret, struct error *err);
