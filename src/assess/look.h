/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a unit looks at a fact or a paper: what the files of look_*.c share. Inside assess/ only. */
#include "assess/judge_unit.h"

/* One judgement under way. */
struct look {
	const struct assess_input *in;
	const struct unit *u;
	const struct fact *fact;    /* known, where the op reads one */
	const json_t *table;	    /* of the IXIT, where the op reads one */
	struct unit_result *result; /* because, evidence, missing and verdict are set */
	unsigned depth;		    /* of inheriting cases */
};

/* A way of looking, one per op: it ends with conclude or lacking. */
typedef int look_fn(struct look *l, struct error *err);
look_fn look_true, look_items, look_lacks, look_count, look_one_of, look_within, look_covers;
look_fn look_filled, look_confirmed, look_declared, look_justified, look_observed;

/* PASS or FAIL, and the sentence that says what was found. Returns 0, or -1 without memory. */
MUST_USE PRINTF(4, 5) int conclude(struct look *l, bool holds, struct error *err, const char *fmt,
				   ...);
/* INCONCLUSIVE, and what is missing. Returns 0, or -1 without memory. */
MUST_USE PRINTF(3, 4) int lacking(struct look *l, struct error *err, const char *fmt, ...);

/* Names as a sentence lists them: ten, and how many more. */
struct naming {
	struct buf text;
	size_t n;
};
void naming_done(struct naming *n);
#define auto_naming CLEANUP(naming_done)
MUST_USE int name_one(struct naming *n, const char *name, struct error *err);
MUST_USE int name_end(struct naming *n, struct error *err);
const char *named(const struct naming *n);

/* The text of an entry's column; NULL without one. A column of NULL is "ID". */
const char *cell_of(const json_t *entry, const char *column);
/* Whether a cell is this id, or lists it: "tcp/22, tcp/443". */
bool cell_names(const char *cell, const char *id);
bool strings_have(const struct strings *values, const char *id);
