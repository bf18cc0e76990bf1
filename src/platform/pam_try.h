/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A try at the device's PAM stack, as a program of the platform would make it: how settings that
 * PAM enforces are read back. Each try runs in a child of its own, since modules leave traces in
 * their process; delays that modules ask for are not slept.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

enum pam_phase { PAM_TRY_AUTHENTICATE = 1, PAM_TRY_ACCOUNT, PAM_TRY_PASSWORD };

struct pam_try {
	enum pam_phase phase;
	const char *service; /* a file of /etc/pam.d, or of confdir */
	const char *confdir; /* NULL: /etc/pam.d */
	const char *user;
	const char *tty, *rhost; /* NULL: not set */
	const char *secret;	 /* answered to every question that is not echoed */
};

/* *code: the PAM result, a number of <security/_pam_types.h>. What the modules said is appended to
 * said, one line each. Errors: UNAVAILABLE, TIMEOUT: the try could not be made. */
MUST_USE int pam_try(const struct pam_try *t, int *code, struct buf *said, struct error *err);

/* Whether a line of a PAM file is an active one of a type ("auth") and a module
 * ("pam_deny.so"): an edit_match_fn, userdata a struct pam_line. */
struct pam_line {
	const char *type, *module; /* module: NULL for any */
};
bool pam_line_matches(const char *line, size_t len, const void *userdata);

/* The control field of a line that matches, with its brackets; len 0 where the line has none. */
const char *pam_line_control(const char *line, size_t *len);
