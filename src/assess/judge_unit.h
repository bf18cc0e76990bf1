/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One unit of a case: the smallest thing that has a verdict. */
#include "assess/assess.h"

/*
 * ret starts zeroed; id and text are not set here. key: what an observation names it by
 * ("5.6-1-2a"), or NULL. Errors: as assess.
 */
MUST_USE int judge_unit(const struct assess_input *in, const struct unit *u, const char *key,
			struct unit_result *ret, struct error *err);
/* All units of a case, and its escape. */
MUST_USE int judge_case(const struct assess_input *in, const struct test_case *c,
			struct case_result *ret, struct error *err);
#define FACT_BIT(type) (1u << (type))
/* What an op reads: types of facts (FACT_BIT; 0: no fact), a table of the IXIT, a
 * column of it, values, another case. */
struct op_reads {
	unsigned types;
	bool ixit, column, values, ref;
};
/* op: one that a catalogue bound. */
const struct op_reads *op_reads(enum unit_op op);
/* The case of an id; NULL where there is none. */
const struct test_case *find_case(const struct catalog *c, const char *id);
/* The weightier of two; VERDICT_NONE_ weighs nothing. */
enum verdict_kind weigh(enum verdict_kind a, enum verdict_kind b);
