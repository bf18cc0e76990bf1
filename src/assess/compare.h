/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Two results of one catalogue: what got better, and what drifted. */
#include "assess/assessment.h"

/*
 * Fills a->since and a->changes. A requirement whose verdict is another is one change; where it is
 * the same, each unit whose verdict is another is. A PASS that became INCONCLUSIVE is drift: what
 * was known is not known any more. A FAIL that became anything but PASS is no betterment.
 * Errors: INVALID (another catalogue), UNAVAILABLE.
 */
MUST_USE int assessment_compare(const struct assessment *before, struct assessment *a,
				struct error *err);
/* Whether any change is drift. */
bool assessment_drifted(const struct assessment *a);
