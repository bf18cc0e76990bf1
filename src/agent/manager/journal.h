/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How things were: undo records, durable before each change. The base (run 0) is what every touched
 * thing was before the first policy, one record a thing; an open run holds what one worker has
 * changed so far. A run ends by being committed (the base takes what is new to it) or by being
 * undone. So a device is, after any crash, in the old or the new state, whole.
 */
#include <stdbool.h>

#include "base/jmap.h"
#include "base/sqlite.h"

enum { JOURNAL_BASE = 0 };

/* Open a run for a document; at most one is open. Errors: CONFLICT (one is). */
MUST_USE int journal_begin(struct sqlite *db, const char *document, int64_t *run,
			   struct error *err);
/* The open run; 0: none. `document` (UUID_SIZE bytes, may be NULL) gets what it was for. */
MUST_USE int journal_open_run(struct sqlite *db, int64_t *run, char *document, struct error *err);
/* One undo record; nothing is owned. */
struct journal_record {
	uint32_t seq;	    /* order of the changes within the run */
	const char *key;    /* of functions.def */
	const char *object; /* what was changed */
	struct buf content; /* opaque */
};
MUST_USE int journal_add(struct sqlite *db, int64_t run, const struct journal_record *r,
			 struct error *err);
/* In the caller's transaction: the run's records of things that the base does not know join it. */
MUST_USE int journal_commit(struct sqlite *db, int64_t run, struct error *err);
/* In the same transaction, once the states of the policy's settings are stored: what belongs to
 * settings that are no longer in force leaves the base. The run has put it back, and what becomes
 * of it now is the user's. (Lines in files that settings share are things of their own.) */
MUST_USE int journal_release(struct sqlite *db, struct error *err);
/* Forget a run's records (0: the base), and that it was open. */
MUST_USE int journal_drop(struct sqlite *db, int64_t run, struct error *err);
/* Whose records a run has: the functions' keys; release each and the array with free. */
MUST_USE int journal_keys(struct sqlite *db, int64_t run, struct strings *ret, struct error *err);
MUST_USE int journal_count(struct sqlite *db, int64_t run, uint32_t *ret, struct error *err);

/* Each record of a run, the newest first. -1 from the function stops. */
typedef int journal_fn(const struct journal_record *r, void *userdata, struct error *err);
MUST_USE int journal_each(struct sqlite *db, int64_t run, journal_fn *fn, void *userdata,
			  struct error *err);
