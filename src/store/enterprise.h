/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one enterprise that this server serves. Keyed by nothing: there is one row. */
#include "store/db.h"

struct enterprise {
	char id[UUID_SIZE];
	char *name;
	int64_t imported; /* when the bootstrap file was imported */
};

/* Errors: NOT_FOUND (nothing was imported yet). Release with enterprise_done. */
MUST_USE int enterprise_get(struct db *db, struct enterprise *ret, struct error *err);
/* Errors: CONFLICT (that id is there). */
MUST_USE int enterprise_put(struct db *db, const struct enterprise *e, struct error *err);
void enterprise_done(struct enterprise *e);
#define auto_enterprise CLEANUP(enterprise_done)
