/* SPDX-License-Identifier: Apache-2.0 */
#include "store/token.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(token, id, DB_CHARS),
	DB_FIELD(token, secret, DB_CHARS),
	DB_FIELD(token, note, DB_TEXT),
	DB_FIELD(token, created_by, DB_TEXT),
	DB_FIELD(token, created, DB_INT),
	DB_FIELD(token, not_before, DB_INT),
	DB_FIELD(token, expires, DB_INT),
	DB_FIELD(token, count, DB_U32),
	DB_FIELD(token, used, DB_U32),
	DB_FIELD(token, revoked, DB_INT),
	DB_FIELD(token, hardware_ids, DB_STRINGS),
	DB_FIELD(token, models, DB_STRINGS),
	DB_FIELD(token, ownership, DB_TEXT),
};
static const struct db_table table = DB_TABLE(fields, token);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_token, id, DB_CHARS),	   DB_FIELD(admin_token, note, DB_TEXT),
	DB_FIELD(admin_token, state, DB_TEXT),	   DB_FIELD(admin_token, created_by, DB_TEXT),
	DB_FIELD(admin_token, created, DB_INT),	   DB_FIELD(admin_token, not_before, DB_INT),
	DB_FIELD(admin_token, expires, DB_INT),	   DB_FIELD(admin_token, count, DB_U32),
	DB_FIELD(admin_token, used, DB_U32),	   DB_FIELD(admin_token, hardware_ids, DB_STRINGS),
	DB_FIELD(admin_token, models, DB_STRINGS), DB_FIELD(admin_token, ownership, DB_TEXT),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_token);

int token_get(struct db *db, const char *id, struct token *ret, struct error *err)
{
	return db_one(db, sql_token_get, ARGS(ARG_TEXT("$id", id)), &table, ret, err);
}

int token_put(struct db *db, const struct token *t, struct error *err)
{
	return db_put(db, sql_token_put, &table, t, err);
}

void token_done(struct token *t)
{
	db_row_done(&table, t);
}

int token_use(struct db *db, const char *id, struct error *err)
{
	int64_t n;

	if (db_run(db, sql_token_use, ARGS(ARG_TEXT("$id", id)), &n, err) < 0)
		return -1;
	return n == 1 ? 0 : error_set(err, ERROR_CONFLICT, "the token is used up");
}

int token_give_back(struct db *db, const char *id, struct error *err)
{
	return db_run(db, sql_token_give_back, ARGS(ARG_TEXT("$id", id)), NULL, err);
}

int token_revoke(struct db *db, const char *id, int64_t now, struct error *err)
{
	int64_t n;

	if (db_run(db, sql_token_revoke, ARGS(ARG_TEXT("$id", id), ARG_INT("$now", now)), &n, err) <
	    0)
		return -1;
	return n == 1 ? 0 : error_set(err, ERROR_NOT_FOUND, "no token '%.60s' to revoke", id);
}

int token_list(struct db *db, const char *after, uint32_t limit, int64_t now,
	       struct admin_tokens *ret, struct error *err)
{
	return db_list(
		db, sql_token_list,
		ARGS(ARG_TEXT("$after", after), ARG_INT("$limit", limit), ARG_INT("$now", now)),
		&admin_table, &ret->tokens, err);
}
