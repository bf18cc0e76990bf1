/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The `muster` program: a table of commands (commands.c), one file a noun. A command binds its
 * options by a field table, does one thing, prints its result on standard output, and returns an
 * error that opt_main prints as one line. Secrets are in files or on standard output, never in an
 * argv or a log.
 */
#include <stdio.h>

#include "base/opt.h"

/* One row of a command's options; more designated initialisers may follow. */
#define OPTION(s, member, name, kind, placeholder, text, ...) \
	{ \
		.key = (name), .type = &(kind), .off = offsetof(struct s, member), \
		.hint = (placeholder), .doc = (text), ##__VA_ARGS__ \
	}
#define OPTION_HOME(s) \
	OPTION(s, home, "home", jmap_path, "DIR", \
	       "the operator's directory (default: $MUSTER_HOME, else ~/.config/muster)")
#define OPTION_JSON(s) \
	OPTION(s, json, "json", jmap_bool, NULL, "print JSON on one line, for scripts")

extern const struct opt_program muster_program;
/* When main began, of clock_boot_us. */
extern uint64_t cli_started_us;

/* The commands, by file; commands.c has their names, texts, options and examples. */
#define CLI_COMMANDS(X) \
	X(init) \
	X(token_create) \
	X(token_list) \
	X(token_revoke) \
	X(device_list) \
	X(device_show) \
	X(device_assign) \
	X(device_lock) \
	X(device_message) \
	X(device_reboot) \
	X(device_sync) \
	X(device_query) \
	X(device_unenroll) \
	X(device_retire) \
	X(policy_check) \
	X(policy_render) \
	X(policy_sign) \
	X(policy_publish) \
	X(policy_show) \
	X(policy_schema) \
	X(instruction_list) \
	X(instruction_show) \
	X(instruction_verify) \
	X(instruction_publish) \
	X(instruction_cancel) \
	X(sign) \
	X(approve) \
	X(pending_list) \
	X(pending_show) \
	X(pending_remove) \
	X(roster_update) \
	X(roster_list) \
	X(roster_remove) \
	X(records) \
	X(cert_verify) \
	X(assess) \
	X(catalog_list) \
	X(catalog_show) \
	X(catalog_lint) \
	X(catalog_export) \
	X(trust_init) \
	X(trust_show) \
	X(trust_request) \
	X(trust_add) \
	X(trust_remove) \
	X(trust_rotate) \
	X(trust_adopt) \
	X(trust_crl) \
	X(version) \
	X(completion) \
	X(help)

#define X(name) extern const struct opt_command command_##name;
CLI_COMMANDS(X)
#undef X

/* "90s", "15m", "1h", "30d" or a plain number of seconds: a uint32_t; min and max as for jmap_u32.
 */
extern const struct jmap_type cli_duration;

/* Print a tree as one canonical line (--json), or indented for people. */
MUST_USE int print_json(const json_t *tree, bool compact, struct error *err);
/* Print a struct through its table. */
MUST_USE int print_struct(const void *src, const struct jmap_table *t, bool compact,
			  struct error *err);
/* What became of one object: {"token":id,"state":"revoked"}, or "token ID is revoked" and `more`.
 */
MUST_USE int print_done(bool json, const char *noun, const char *id, const char *state,
			const char *more, struct error *err);
/* --json: a result (an object) that is a failure too, with the error in it. *why is shown then, so
 * that opt_main says no more of it. Returns -1. */
MUST_USE int print_failed(json_t *result, struct error *why);
/* Text from elsewhere for a terminal: control characters and escapes become '?'. Written to ret
 * (NUL-terminated, cut to fit). Returns ret. */
const char *printable(const char *text, char *ret, size_t size);
/* Write bytes to a file, or to standard output for NULL and "-". */
MUST_USE int write_output(const char *path, const struct buf *data, mode_t mode, struct error *err);
/* One line about what goes on, on standard error, where that is a terminal. */
PRINTF(1, 2) void progress(const char *fmt, ...);
/* For commands that judge: what cannot be read or used is INVALID (exit status 2), so that 1 is a
 * verdict and nothing else. Returns -1. */
MUST_USE int unusable(struct error *err);
/* A time option: 0 is now. */
int64_t time_or_now(int64_t t);
