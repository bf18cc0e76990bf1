/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Rows of field tables (base/jmap.h), short enough to be read as a table. */
#include "base/jmap.h"

#define FIELD_(s, m, k, t, fl, lo, hi, sb, d) \
	{ \
		.key = (k), .type = &(t), .off = offsetof(struct s, m), .flags = (fl), \
		.min = (lo), .max = (hi), .sub = (sb), .doc = (d) \
	}
#define FIELD(s, m, k, t, lo, hi, d) FIELD_(s, m, k, t, 0, lo, hi, NULL, d)
#define FIELD_REQ(s, m, k, t, lo, hi, d) FIELD_(s, m, k, t, JMAP_REQUIRED, lo, hi, NULL, d)
/* Written even when zero, false or empty. */
#define FIELD_EMIT(s, m, k, t, lo, hi, d) FIELD_(s, m, k, t, JMAP_EMIT, lo, hi, NULL, d)
/* An object that must be there: read without it, it could not be written again. */
#define FIELD_OBJECT(s, m, k, sb, d) \
	FIELD_(s, m, k, jmap_object, JMAP_REQUIRED | JMAP_EMIT, 0, 0, sb, d)
/* Arrays of at most `hi` objects (jmap_array): written even when empty. */
#define FIELD_SUB(s, m, k, t, hi, sb, d) FIELD_(s, m, k, t, JMAP_EMIT, 0, hi, sb, d)
