/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a document does, in words, from its own bytes: what a signer sees before signing. Nothing
 * here is taken from a server: names come from the signer's roster.
 */
#include <stdio.h>

#include "cli/roster.h"
#include "proto/document.h"

/* One more line, harmless for a terminal, of whatever length. */
MUST_USE PRINTF(3, 4) int explain_line(json_t *to, struct error *err, const char *fmt, ...);

/* A trust document in lines (a JSON array of strings). */
MUST_USE int explain_trust(const struct trust *t, json_t **ret, struct error *err);
/* What changes from one to the next, a line each; an empty array: nothing. */
MUST_USE int explain_changes(const struct trust *from, const struct trust *to, json_t **ret,
			     struct error *err);

/* Who is among those whom a document is for. */
struct explain_targets {
	size_t n, unknown, changed;
};
/*
 * {"type", "id", "effect", "does": [line…], "targets": [{"device", "enrollment", "hostname", …,
 * "roster"}]}. in_force: for the changes of a trust document, and the delay; may be NULL.
 */
MUST_USE int explain_document(const struct document *d, const struct trust *in_force,
			      const struct roster *r, json_t **ret, struct explain_targets *targets,
			      struct error *err);
/* Print it for a person. */
MUST_USE int explain_print(FILE *out, const json_t *what, struct error *err);
