/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An assessment as people and programs want it. Pure: from the result alone. */
#include "assess/assessment.h"

/* One line per requirement by chapter, failures and what is missing with their reason; appended.
 * all: every unit too. Errors: UNAVAILABLE. */
MUST_USE int report_text(const struct assessment *a, bool all, struct buf *out, struct error *err);
