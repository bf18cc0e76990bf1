/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whether a catalogue holds together: ids are unique, every reference leads somewhere, a unit asks
 * of a fact what its type can answer, nothing is orphaned, and remedies are settings that a policy
 * can have.
 */
#include "proto/catalog.h"

struct lint_finding {
	char *where; /* "5.6-1-2a" */
	char *text;
};

struct lint {
	struct jmap_list findings; /* struct lint_finding */
};
extern const struct jmap_table lint_table;
void lint_done(struct lint *l);
#define auto_lint CLEANUP(lint_done)

/* Errors: UNAVAILABLE (memory). Findings are added to ret. */
MUST_USE int lint_catalog(const struct catalog *c, struct lint *ret, struct error *err);
/* A map between two catalogues (overlays applied). Controls of the source that no row names are
 * findings too. */
MUST_USE int lint_map(const struct catalog_map *m, const struct catalog *source,
		      const struct catalog *target, struct lint *ret, struct error *err);
