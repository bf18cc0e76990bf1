/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The engine: a catalogue, evidence, a supplier's statement and IXIT become verdicts, by the method
 * of ETSI TS 103 701. Pure: no clock, no file. Three-valued throughout: FAIL outweighs
 * INCONCLUSIVE outweighs PASS, and what was not looked at, not stated or not observed is
 * INCONCLUSIVE, never PASS.
 */
#include "assess/assessment.h"

struct assess_input {
	const struct catalog *catalog;
	const struct evidence *evidence;   /* NULL: the device was not looked at */
	const struct statement *statement; /* NULL: every control counts as claimed */
	const struct ixit *ixit;	   /* NULL: none */
};

/*
 * Judge all controls. Without a statement the whole can fail, but never pass.
 * Errors: UNAVAILABLE (memory), INVALID (a catalogue that refers to what it does not have).
 */
MUST_USE int assess(const struct assess_input *in, struct assessment *ret, struct error *err);
