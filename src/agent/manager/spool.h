/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The agent's memory, one SQLite database that only root can read: who manages the device, the
 * documents in force, what must never be accepted again, records that wait to be sent, how things
 * were before the policy. Every noun has its own file; here are the schema and single values.
 */
#include "base/sqlite.h"

/* Open or create; bring an older schema up. Errors: as sqlite_open; CONFLICT (a newer schema). */
MUST_USE int spool_open(const char *path, struct sqlite **ret, struct error *err);

/* Single values by name. An absent number is 0; absent data leaves *out empty. */
MUST_USE int spool_number(struct sqlite *db, const char *name, int64_t *ret, struct error *err);
MUST_USE int spool_set_number(struct sqlite *db, const char *name, int64_t number,
			      struct error *err);
MUST_USE int spool_data(struct sqlite *db, const char *name, struct buf *out, struct error *err);
MUST_USE int spool_set_data(struct sqlite *db, const char *name, const void *data, size_t len,
			    struct error *err);
