/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Undo records of a run or of earlier ones, and putting them back. */
#include "platform/undo.h"
#include "proto/function.h"

struct record {
	const struct function *function; /* NULL: a key that this version does not know */
	char *object;
	struct undo undo;
};
struct records {
	struct record *items; /* owned */
	size_t n;
};

void records_done(struct records *r);
#define auto_records CLEANUP(records_done)
/* Add one; bytes as undo_write made them. Errors: INVALID, LIMIT (LIMIT_UNDO_RECORDS). */
MUST_USE int records_add(struct records *r, const char *key, const char *object,
			 const struct buf *bytes, struct error *err);

/* Things are put back in two passes: units start again when every file is back, since a unit that
 * another needs may be masked until then. */
enum { RECORD_PASSES = 2 };
int record_pass(const struct record *x);

/* Functions whose files were put back, and which must take notice (behaviour's settle). */
struct unsettled {
	bool of[FUNCTION_MAX_];
};
/* Settles every function of the set. All are tried; the first error is reported. */
MUST_USE int settle_all(struct platform *p, const struct unsettled *u, struct error *err);
/* Put back every record, from the first to the last or, with `newest_last`, from the last to the
 * first, and settle. All are tried; the first error is reported. */
MUST_USE int records_put_back(struct platform *p, const struct records *r, bool newest_last,
			      struct error *err);
