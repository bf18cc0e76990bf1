/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines of ours in a text file that others own too (pam.d, faillock.conf). Each setting has blocks
 * of its own between marker lines, and keeps a line that it puts out of force in a comment, so
 * that taking the blocks out gives back every byte, whatever others changed meanwhile:
 * strip(insert(x)) is x. Pure.
 *
 *	# muster failedAuthentication begin
 *	# muster was: auth	requisite	pam_deny.so
 *	auth	[default=die]	pam_faillock.so authfail
 *	# muster failedAuthentication end
 */
#include <stdbool.h>

#include "base/buf.h"

/* Whether a line, without its line feed, is the one meant. */
typedef bool edit_match_fn(const char *line, size_t len, const void *userdata);

enum edit_where {
	EDIT_TOP = 1, /* before the first line */
	EDIT_BEFORE,  /* before the first line that matches */
	EDIT_AFTER,   /* after it */
	EDIT_REPLACE, /* in its place */
	EDIT_OFF,     /* every line that matches is put out of force; text is not used */
	EDIT_BOTTOM,  /* after the last line */
};

struct edit {
	enum edit_where where;
	edit_match_fn *match; /* BEFORE, AFTER, REPLACE, OFF */
	const void *userdata;
	const char *text; /* whole lines, each with its line feed */
};

/* Take every block of `owner` out. A begin without an end is left as it is. Appends to out.
 * Errors: UNAVAILABLE (memory). */
MUST_USE int edit_strip(const struct buf *in, const char *owner, struct buf *out,
			struct error *err);
/* Strip, then make each edit. Errors: NOT_FOUND (no line matches BEFORE, AFTER or REPLACE). */
MUST_USE int edit_apply(const struct buf *in, const char *owner, const struct edit *edits,
			size_t n_edits, struct buf *out, struct error *err);
