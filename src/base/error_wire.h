/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one form that an error has in JSON, in every reply of the server and on standard output under
 * --json: {"error":{"code":"denied","message":"…","reason":"…"}}. The code is a name of
 * base/error.h, the reason one of base/reason.h and left out where there is none.
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/jmap.h"

/* The form as a table, for descriptions. */
extern const struct jmap_table error_wire_table;

/* As a tree. A message may quote bytes of a peer: control characters become '?', and all that is
 * not ASCII where it is not UTF-8. Errors: UNAVAILABLE (memory). */
MUST_USE int error_wire_tree(const struct error *e, json_t **ret, struct error *err);
/* The same as bytes. Appends. */
MUST_USE int error_wire_write(const struct error *e, struct buf *out, struct error *err);
/* An unknown code is ERROR_INTERNAL, an unknown reason none. Errors: INVALID, LIMIT (longer than
 * max), UNAVAILABLE: not an error in this form. */
MUST_USE int error_wire_read(const void *data, size_t len, size_t max, struct error *ret,
			     struct error *err);
