/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether a unit can be judged at all. Inside assess/ only. */
#include "assess/lint.h"

MUST_USE PRINTF(4, 5) int lint_find(struct lint *l, const char *where, struct error *err,
				    const char *fmt, ...);
/* where: what it is part of. */
MUST_USE int lint_unit(struct lint *l, const struct catalog *c, const char *where,
		       const struct unit *u, struct error *err);
MUST_USE int lint_case(struct lint *l, const struct catalog *c, const struct test_case *one,
		       struct error *err);
