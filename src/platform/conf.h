/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Keys of a configuration file of "key = value" lines that others own too: theirs are put out of
 * force, ours stand at the end (edit.h). */
#include "platform/platform.h"

struct conf_edit {
	const char *path, *owner;
	const char *const *keys; /* of which the file's own lines are put out of force */
	size_t n_keys;
	const char *text; /* our lines, each with its line feed; NULL: none */
};

/* Errors: UNSUPPORTED (it is there, and no plain file). */
MUST_USE int conf_probe(const struct conf_edit *c, struct error *err);
/* A file that is not there is made of our lines. */
MUST_USE int conf_apply(struct platform *p, const struct conf_edit *c, struct error *err);
