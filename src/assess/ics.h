/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether a supplier's statement is one that can be assessed (TS 103 701, verification of the ICS).
 */
#include "assess/assess.h"

/* The claim on a control; NULL where there is none. */
const struct statement_claim *find_claim(const struct statement *s, const char *control);
/*
 * Fills a->ics and a->faults; a->traits are there already. Invalid are: a control without a claim
 * or with two, a claim on what the catalogue does not have, a mandatory control that is not
 * supported, N or N/A without a reason, N/A where it applies, a trait that is not stated or that
 * the facts contradict. Errors: as assess.
 */
MUST_USE int judge_ics(const struct assess_input *in, struct assessment *a, struct error *err);
