/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded driver: one file, write-ahead log, synchronous=FULL (base/sqlite.h). */
#include "base/sqlite.h"
#include "store/db.h"

struct conn {
	struct sqlite *sqlite;
	struct sqlite_tx tx;
};

enum { ARGS_MAX = 40 };

static void lite_close(void *conn)
{
	struct conn *c = conn;

	sqlite_rollback(&c->tx);
	(void)sqlite_free(c->sqlite);
	free(c);
}

static int lite_exec(void *conn, const char *script, struct error *err)
{
	return sqlite_exec(((struct conn *)conn)->sqlite, script, err);
}

static int lite_begin(void *conn, struct error *err)
{
	struct conn *c = conn;

	return sqlite_begin(c->sqlite, &c->tx, err);
}

static int lite_commit(void *conn, struct error *err)
{
	struct conn *c = conn;

	if (!c->tx.db)
		return error_set(err, ERROR_INTERNAL, "database: no transaction is open");
	return sqlite_commit(&c->tx, err);
}

static void lite_rollback(void *conn)
{
	sqlite_rollback(&((struct conn *)conn)->tx);
}

static int lite_query(void *conn, const char *sql, const struct db_arg *args, void **stmt,
		      struct error *err)
{
	struct sqlite_arg out[ARGS_MAX + 1] = { 0 };
	struct sqlite_stmt *s = NULL;

	for (size_t i = 0; args && args[i].name; i++) {
		if (i == ARGS_MAX)
			return error_set(err, ERROR_INTERNAL, "database: too many parameters");
		if (args[i].type == DB_ARG_INT)
			out[i] = SQL_INT(args[i].name, args[i].number);
		else if (args[i].type == DB_ARG_TEXT)
			out[i] = SQL_TEXT(args[i].name, args[i].data);
		else if (args[i].type == DB_ARG_BLOB)
			out[i] = SQL_BLOB(args[i].name, args[i].data, args[i].len);
		else
			out[i] = SQL_NULL(args[i].name);
	}
	if (sqlite_query(((struct conn *)conn)->sqlite, sql, out, &s, err) < 0)
		return -1;
	*stmt = s;
	return 0;
}

static int lite_step(void *stmt, bool *row, struct error *err)
{
	return sqlite_step(stmt, row, err);
}

static const char *lite_column_name(void *stmt, int col)
{
	return sqlite_column_name(stmt, col);
}

static int64_t lite_column_int(void *stmt, int col)
{
	return sqlite_column_int(stmt, col);
}

static const char *lite_column_text(void *stmt, int col)
{
	return sqlite_column_text(stmt, col);
}

static struct buf lite_column_blob(void *stmt, int col)
{
	return sqlite_column_blob(stmt, col);
}

static void lite_reset(void *stmt)
{
	sqlite_reset(stmt);
}

static int64_t lite_changes(void *conn)
{
	return sqlite_changes(((struct conn *)conn)->sqlite);
}

static const struct db_ops sqlite_ops = {
	.name = "sqlite",
	.close = lite_close,
	.exec = lite_exec,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.query = lite_query,
	.step = lite_step,
	.column_name = lite_column_name,
	.column_int = lite_column_int,
	.column_text = lite_column_text,
	.column_blob = lite_column_blob,
	.reset = lite_reset,
	.changes = lite_changes,
};

int db_open_sqlite(const char *path, struct db **ret, struct error *err)
{
	struct conn *c = calloc(1, sizeof(*c));
	auto_db struct db *db = NULL;

	if (!c)
		return error_oom(err);
	if (sqlite_open(path, &c->sqlite, err) < 0) {
		free(c);
		return -1;
	}
	if (db_new(&sqlite_ops, c, &db, err) < 0 || db_migrate(db, err) < 0)
		return -1;
	*ret = STEAL(db);
	return 0;
}
