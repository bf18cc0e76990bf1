/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files that people write, YAML or JSON, as one tree that remembers where each value stood, so that
 * whatever is wrong is reported as "FILE:LINE:COLUMN: 'settings.x.y': …".
 *
 * A file whose first significant byte is '{' or '[' is JSON (RFC 8259, strict as jmap_parse); any
 * other is YAML, of which a strict part is taken: one document, mappings with unique plain or
 * quoted keys, sequences and scalars. Anchors, aliases, explicit tags and further documents are
 * refused, and so are numbers that YAML versions read differently (0644, 0x1f, 1_000, 12:30). A
 * plain scalar is null (null, ~ or nothing), true, false, a decimal integer, a decimal fraction, or
 * else a string: yes, no, on and off are strings. Limits: LIMIT_CONF bytes, LIMIT_CONF_NODES
 * values, LIMIT_JSON_DEPTH levels.
 */
#include "base/jmap.h"

struct conf;

/* Where something stands in a file: both count from 1; columns count characters. */
struct conf_position {
	unsigned line, column;
};

/*
 * Parse bytes; name is what messages call them ("policy.yaml"), copied.
 * Errors: INVALID ("NAME:LINE:COLUMN: …"), LIMIT, UNAVAILABLE (memory).
 */
MUST_USE int conf_parse(const char *name, const void *data, size_t len, struct conf **ret,
			struct error *err);
/* Read and parse a file; "-" is standard input. Errors: as conf_parse, and what opening it gave. */
MUST_USE int conf_load(const char *path, struct conf **ret, struct error *err);
/* NULL is fine; returns NULL. */
struct conf *conf_free(struct conf *c);
DEFINE_CLEANUP(struct conf *, conf_free)
#define auto_conf CLEANUP(conf_freep)

/* The tree; the reference stays with c. */
json_t *conf_tree(const struct conf *c);
const char *conf_name(const struct conf *c);
/*
 * Bind the whole tree, or the part at a path ("" for all), by a table.
 * Errors: INVALID and LIMIT ("NAME:LINE:COLUMN: 'path': …"), NOT_FOUND (no such path).
 */
MUST_USE int conf_bind(const struct conf *c, const char *path, const struct jmap_table *t,
		       void *dst, struct error *err);
/*
 * Where the value of a path ("settings.banner", "groups[2]", "" for the root) begins; of the
 * nearest parent where the path itself is absent.
 */
struct conf_position conf_where(const struct conf *c, const char *path);
/*
 * Put "NAME:LINE:COLUMN: 'path': " before an error about the value at path, or about a part of it
 * that the message names as jmap_bind does. For binding by other means (function_bind). Returns -1.
 */
MUST_USE int conf_blame(const struct conf *c, const char *path, struct error *err);
/* ERROR_INVALID about the value at a path, in the same words. */
MUST_USE PRINTF(4, 5) int conf_invalid(const struct conf *c, const char *path, struct error *err,
				       const char *fmt, ...);
