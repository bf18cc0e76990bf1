/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include "store/sql.h"

int seal_put(struct db *db, const struct seal *s, const char *certificate, int64_t stored,
	     struct error *err)
{
	return db_run(db, sql_seal_put,
		      ARGS(ARG_TEXT("$device", s->device), ARG_INT("$sequence", s->sequence),
			   ARG_TEXT("$enrollment", s->enrollment), ARG_INT("$time", s->time),
			   ARG_TEXT("$certificate", certificate),
			   ARG_BLOB("$signature", s->signature.data, s->signature.len),
			   ARG_INT("$stored", stored)),
		      NULL, err);
}
