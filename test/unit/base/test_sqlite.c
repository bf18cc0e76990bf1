/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sqlite.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"

#define SCHEMA "CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER NOT NULL, b BLOB) STRICT"
#define INSERT "INSERT INTO t (id, n, b) VALUES ($id, $n, $b)"

static struct sqlite *memory_db(void)
{
	struct error err = ERROR_INIT;
	struct sqlite *db = NULL;

	CHECK_OK(sqlite_open(":memory:", &db, &err), err);
	CHECK_OK(sqlite_exec(db, SCHEMA, &err), err);
	return db;
}

static int put(struct sqlite *db, const char *id, int64_t n, struct error *err)
{
	return sqlite_run(
		db, INSERT,
		SQLITE_ARGS(SQL_TEXT("$id", id), SQL_INT("$n", n), SQL_BLOB("$b", "\0x", 2)), err);
}

static void round_trip(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	auto_stmt struct sqlite_stmt *stmt = NULL;
	struct error err = ERROR_INIT;
	auto_buf struct buf copy = BUF_INIT;
	bool row = false;

	CHECK_OK(put(db, "a", INT64_MIN, &err), err);
	CHECK(sqlite_changes(db) == 1 && sqlite_last_id(db) == 1);
	CHECK_OK(sqlite_query(db, "SELECT id, n, b, NULL FROM t WHERE id = $id",
			      SQLITE_ARGS(SQL_TEXT("$id", "a")), &stmt, &err),
		 err);
	CHECK_OK(sqlite_step(stmt, &row, &err), err);
	CHECK(row);
	CHECK_STR(sqlite_column_text(stmt, 0), "a");
	CHECK(sqlite_column_int(stmt, 1) == INT64_MIN);
	CHECK_OK(sqlite_column_copy(stmt, 2, &copy, &err), err);
	CHECK(copy.len == 2 && copy.data[1] == 'x');
	CHECK(sqlite_column_is_null(stmt, 3) && !sqlite_column_text(stmt, 3));
	CHECK_OK(sqlite_step(stmt, &row, &err), err);
	CHECK(!row);
}

static void binds_by_name(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	struct error err = ERROR_INIT;
	int64_t n = 0;

	/* $2 appears first: a binding by number would swap the two. */
	CHECK_OK(sqlite_run_int(db, "SELECT $2 * 10 + $1",
				SQLITE_ARGS(SQL_INT("$1", 1), SQL_INT("$2", 2)), &n, &err),
		 err);
	CHECK(n == 21);
	CHECK_ERROR(sqlite_run(db, "SELECT $a", SQLITE_ARGS(SQL_INT("$b", 1)), &err), err,
		    ERROR_INTERNAL);
	CHECK_ERROR(sqlite_run(db, "SELECT $a, $b", SQLITE_ARGS(SQL_INT("$a", 1)), &err), err,
		    ERROR_INTERNAL);
	CHECK_ERROR(sqlite_run(db, "SELEC 1", NULL, &err), err, ERROR_INTERNAL);
	CHECK_ERROR(sqlite_run(db, "", NULL, &err), err, ERROR_INTERNAL);
	CHECK_ERROR(sqlite_run_int(db, "SELECT n FROM t", NULL, &n, &err), err, ERROR_NOT_FOUND);
}

static void constraints(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	struct error err = ERROR_INIT;

	CHECK_OK(put(db, "a", 1, &err), err);
	CHECK_ERROR(put(db, "a", 2, &err), err, ERROR_CONFLICT);
	CHECK_OK(put(db, "b", 2, &err), err);
}

static void nested_query(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	auto_stmt struct sqlite_stmt *one = NULL;
	struct sqlite_stmt *two = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(sqlite_query(db, "SELECT 1", NULL, &one, &err), err);
	CHECK_ERROR(sqlite_query(db, "SELECT 1", NULL, &two, &err), err, ERROR_CONFLICT);
	sqlite_reset(STEAL(one));
	CHECK_OK(sqlite_query(db, "SELECT 1", NULL, &two, &err), err);
	sqlite_reset(two);
}

static void leave_open(struct sqlite *db)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
	struct sqlite_tx second = SQLITE_TX_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(sqlite_begin(db, &tx, &err), err);
	CHECK_ERROR(sqlite_begin(db, &second, &err), err, ERROR_CONFLICT);
	CHECK_OK(put(db, "x", 1, &err), err);
}

static void transactions(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
	struct error err = ERROR_INIT;
	int64_t n = -1;

	leave_open(db);
	CHECK_OK(sqlite_run_int(db, "SELECT count(*) FROM t", NULL, &n, &err), err);
	CHECK(n == 0);
	CHECK_OK(sqlite_begin(db, &tx, &err), err);
	CHECK_OK(put(db, "x", 1, &err), err);
	CHECK_OK(sqlite_commit(&tx, &err), err);
	sqlite_rollback(&tx);
	CHECK_OK(sqlite_run_int(db, "SELECT count(*) FROM t", NULL, &n, &err), err);
	CHECK(n == 1);
}

static void files(void)
{
	char dir[] = "/tmp/muster-sqlite.XXXXXX", path[PATH_MAX], link[PATH_MAX], cmd[PATH_MAX];
	auto_sqlite struct sqlite *db = NULL;
	struct sqlite *bad = NULL;
	struct error err = ERROR_INIT;
	struct stat st;

	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/spool.db", dir);
	(void)snprintf(link, sizeof(link), "%s/link.db", dir);
	CHECK_OK(sqlite_open(path, &db, &err), err);
	CHECK_OK(sqlite_exec(db, SCHEMA, &err), err);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(symlink(path, link) == 0);
	CHECK_ERROR(sqlite_open(link, &bad, &err), err, ERROR_INTERNAL);
	(void)snprintf(link, sizeof(link), "%s/no/such.db", dir);
	CHECK_ERROR(sqlite_open(link, &bad, &err), err, ERROR_NOT_FOUND);
	(void)snprintf(link, sizeof(link), "%s/junk.db", dir);
	FILE *f = fopen(link, "w");
	for (int i = 0; f && i < 1000; i++)
		(void)fputs("this is no database", f);
	CHECK(f && fclose(f) == 0);
	CHECK_ERROR(sqlite_open(link, &bad, &err), err, ERROR_INVALID);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	CHECK(system(cmd) == 0);
}

static void read_only(void)
{
	auto_sqlite struct sqlite *db = memory_db();
	struct error err = ERROR_INIT;

	CHECK_OK(sqlite_exec(db, "PRAGMA query_only=ON", &err), err);
	CHECK_ERROR(put(db, "a", 1, &err), err, ERROR_DENIED);
}

static const struct check_case cases[] = {
	{ "sqlite: values come back as they were bound", round_trip },
	{ "sqlite: parameters are bound by name, and all of them", binds_by_name },
	{ "sqlite: a constraint is a conflict", constraints },
	{ "sqlite: a statement does not nest in itself", nested_query },
	{ "sqlite: what is not committed is rolled back", transactions },
	{ "sqlite: files are private, links and junk are refused", files },
	{ "sqlite: a read-only database denies", read_only },
};

CHECK_MAIN(cases)
