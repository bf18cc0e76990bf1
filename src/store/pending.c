/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pending.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(stored_pending, id, DB_CHARS),	      DB_FIELD(stored_pending, type, DB_TEXT),
	DB_FIELD(stored_pending, name, DB_TEXT),      DB_FIELD(stored_pending, stream, DB_TEXT),
	DB_FIELD(stored_pending, effect, DB_TEXT),    DB_FIELD(stored_pending, content, DB_CHARS),
	DB_FIELD(stored_pending, digest, DB_CHARS),   DB_FIELD(stored_pending, signers, DB_STRINGS),
	DB_FIELD(stored_pending, have, DB_U32),	      DB_FIELD(stored_pending, want, DB_U32),
	DB_FIELD(stored_pending, posted_by, DB_TEXT), DB_FIELD(stored_pending, posted, DB_INT),
	DB_FIELD(stored_pending, der, DB_BYTES),
};
static const struct db_table table = DB_TABLE(fields, stored_pending);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_pending, id, DB_CHARS),	     DB_FIELD(admin_pending, type, DB_TEXT),
	DB_FIELD(admin_pending, name, DB_TEXT),	     DB_FIELD(admin_pending, stream, DB_TEXT),
	DB_FIELD(admin_pending, effect, DB_TEXT),    DB_FIELD(admin_pending, content, DB_CHARS),
	DB_FIELD(admin_pending, digest, DB_CHARS),   DB_FIELD(admin_pending, signers, DB_STRINGS),
	DB_FIELD(admin_pending, have, DB_U32),	     DB_FIELD(admin_pending, want, DB_U32),
	DB_FIELD(admin_pending, posted_by, DB_TEXT), DB_FIELD(admin_pending, posted, DB_INT),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_pending);

int pending_put(struct db *db, const struct stored_pending *p, struct error *err)
{
	return db_put(db, sql_pending_put, &table, p, err);
}

int pending_get(struct db *db, const char *id, struct admin_pending *ret, struct error *err)
{
	return db_one(db, sql_pending_get, ARGS(ARG_TEXT("$id", id)), &admin_table, ret, err);
}

int pending_get_der(struct db *db, const char *id, struct buf *ret, struct error *err)
{
	struct stored_pending row;

	if (db_one(db, sql_pending_get_der, ARGS(ARG_TEXT("$id", id)), &table, &row, err) < 0)
		return -1;
	*ret = buf_steal(&row.der);
	db_row_done(&table, &row);
	return 0;
}

int pending_list(struct db *db, uint32_t limit, struct jmap_list *ret, struct error *err)
{
	return db_list(db, sql_pending_list, ARGS(ARG_INT("$limit", limit)), &admin_table, ret,
		       err);
}

int pending_count(struct db *db, int64_t *ret, struct error *err)
{
	return db_int(db, sql_pending_count, NULL, ret, err);
}

int pending_remove(struct db *db, const char *id, bool *removed, struct error *err)
{
	int64_t n;

	if (db_run(db, sql_pending_remove, ARGS(ARG_TEXT("$id", id)), &n, err) < 0)
		return -1;
	if (removed)
		*removed = n > 0;
	return 0;
}
