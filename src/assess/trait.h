/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Applicability: conditions and features, as the supplier states them and as facts show them. */
#include "assess/assess.h"

/* Fills traits with all conditions, then all features. Errors: as assess. */
MUST_USE int judge_traits(const struct assess_input *in, struct jmap_list *traits,
			  struct error *err);
/*
 * Whether a control applies: all of its traits hold. *which is the trait that decided it, or NULL.
 * Where statement and facts differ, the trait counts as holding: the fault is the statement's.
 */
enum truth control_applies(const struct jmap_list *traits, const struct control *c,
			   const struct trait_result **which);
