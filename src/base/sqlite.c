/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>

enum {
	BUSY_TIMEOUT_MS = 5000, /* one writer a database: longer means that something hangs */
	KEPT_MAX = 128,		/* statements kept prepared; a program has a fixed set of texts */
};

struct sqlite_stmt {
	struct sqlite *db;
	sqlite3_stmt *handle;
	bool busy;
};

struct sqlite {
	sqlite3 *handle;
	struct sqlite_stmt *kept[KEPT_MAX]; /* each once allocated: pointers stay valid */
	size_t n_kept;
	bool in_tx;
};

static enum error_code code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT: return ERROR_CONFLICT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_NOMEM:
	case SQLITE_FULL:
	case SQLITE_IOERR: return ERROR_UNAVAILABLE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERROR_INVALID;
	case SQLITE_READONLY:
	case SQLITE_PERM: return ERROR_DENIED;
	case SQLITE_CANTOPEN: return ERROR_NOT_FOUND;
	case SQLITE_TOOBIG: return ERROR_LIMIT;
	default: return ERROR_INTERNAL;
	}
}

static int fail(struct sqlite *db, int rc, struct error *err)
{
	return error_set(err, code_of(rc), "database: %s",
			 db && db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
}

/* SQLite would create it with the umask's mode, and readable for a moment. */
static int create_file(const char *path, struct error *err)
{
	auto_close int fd = -1;

	if (strcmp(path, ":memory:") == 0)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	return 0;
}

int sqlite_open(const char *path, struct sqlite **ret, struct error *err)
{
	auto_sqlite struct sqlite *db = calloc(1, sizeof(*db));
	int rc;

	if (!db)
		return error_oom(err);
	if (create_file(path, err) < 0)
		return -1;
	rc = sqlite3_open_v2(path, &db->handle,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
			     NULL);
	if (rc != SQLITE_OK)
		return fail(db, rc, err);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	if (sqlite_exec(db,
			"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
			"PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY",
			err) < 0)
		return error_wrap(err, "%s", path);
	*ret = STEAL(db);
	return 0;
}

struct sqlite *sqlite_free(struct sqlite *db)
{
	if (!db)
		return NULL;
	for (size_t i = 0; i < db->n_kept; i++) {
		(void)sqlite3_finalize(db->kept[i]->handle);
		free(db->kept[i]);
	}
	(void)sqlite3_close(db->handle);
	free(db);
	return NULL;
}

int sqlite_exec(struct sqlite *db, const char *script, struct error *err)
{
	int rc = sqlite3_exec(db->handle, script, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(db, rc, err);
}

static int bind_one(struct sqlite_stmt *stmt, const struct sqlite_arg *arg, struct error *err)
{
	int at = sqlite3_bind_parameter_index(stmt->handle, arg->name);
	int rc;

	if (at == 0)
		return error_set(err, ERROR_INTERNAL, "database: no parameter %s in: %s", arg->name,
				 sqlite3_sql(stmt->handle));
	if (arg->type == SQLITE_ARG_INT)
		rc = sqlite3_bind_int64(stmt->handle, at, arg->number);
	else if (arg->type == SQLITE_ARG_TEXT && arg->data)
		rc = sqlite3_bind_text(stmt->handle, at, arg->data, -1, SQLITE_STATIC);
	else if (arg->type == SQLITE_ARG_BLOB && arg->data)
		rc = sqlite3_bind_blob64(stmt->handle, at, arg->data, arg->len, SQLITE_STATIC);
	else
		rc = sqlite3_bind_null(stmt->handle, at);
	return rc == SQLITE_OK ? 0 : fail(stmt->db, rc, err);
}

static int bind_all(struct sqlite_stmt *stmt, const struct sqlite_arg *args, struct error *err)
{
	int n = 0;

	for (; args && args[n].name; n++)
		if (bind_one(stmt, &args[n], err) < 0)
			return -1;
	if (n != sqlite3_bind_parameter_count(stmt->handle))
		return error_set(
			err, ERROR_INTERNAL, "database: %d values for %d parameters in: %s", n,
			sqlite3_bind_parameter_count(stmt->handle), sqlite3_sql(stmt->handle));
	return 0;
}

static int prepare(struct sqlite *db, const char *sql, struct sqlite_stmt **ret, struct error *err)
{
	auto_free struct sqlite_stmt *stmt = calloc(1, sizeof(*stmt));
	int rc;

	if (!stmt)
		return error_oom(err);
	if (db->n_kept == KEPT_MAX)
		return error_set(err, ERROR_INTERNAL, "database: more than %d statements",
				 KEPT_MAX);
	rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle,
				NULL);
	if (rc != SQLITE_OK)
		return fail(db, rc, err);
	if (!stmt->handle)
		return error_set(err, ERROR_INTERNAL, "database: an empty statement");
	stmt->db = db;
	db->kept[db->n_kept++] = stmt;
	*ret = STEAL(stmt);
	return 0;
}

static struct sqlite_stmt *find(struct sqlite *db, const char *sql)
{
	for (size_t i = 0; i < db->n_kept; i++)
		if (strcmp(sqlite3_sql(db->kept[i]->handle), sql) == 0)
			return db->kept[i];
	return NULL;
}

int sqlite_query(struct sqlite *db, const char *sql, const struct sqlite_arg *args,
		 struct sqlite_stmt **ret, struct error *err)
{
	struct sqlite_stmt *stmt = find(db, sql);

	if (!stmt && prepare(db, sql, &stmt, err) < 0)
		return -1;
	if (stmt->busy)
		return error_set(err, ERROR_CONFLICT, "database: the statement is in use: %s", sql);
	if (bind_all(stmt, args, err) < 0) {
		sqlite_reset(stmt);
		return -1;
	}
	stmt->busy = true;
	*ret = stmt;
	return 0;
}

int sqlite_step(struct sqlite_stmt *stmt, bool *row, struct error *err)
{
	int rc = sqlite3_step(stmt->handle);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fail(stmt->db, rc, err);
	*row = rc == SQLITE_ROW;
	return 0;
}

void sqlite_reset(struct sqlite_stmt *stmt)
{
	if (!stmt)
		return;
	(void)sqlite3_reset(stmt->handle);
	(void)sqlite3_clear_bindings(stmt->handle);
	stmt->busy = false;
}

int sqlite_run(struct sqlite *db, const char *sql, const struct sqlite_arg *args, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row = true;

	if (sqlite_query(db, sql, args, &stmt, err) < 0)
		return -1;
	while (row)
		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
	return 0;
}

int sqlite_run_int(struct sqlite *db, const char *sql, const struct sqlite_arg *args, int64_t *ret,
		   struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row = false;

	if (sqlite_query(db, sql, args, &stmt, err) < 0 || sqlite_step(stmt, &row, err) < 0)
		return -1;
	if (!row)
		return error_set(err, ERROR_NOT_FOUND, "database: no row");
	*ret = sqlite_column_int(stmt, 0);
	return 0;
}

int64_t sqlite_column_int(struct sqlite_stmt *stmt, int col)
{
	return sqlite3_column_int64(stmt->handle, col);
}

const char *sqlite_column_text(struct sqlite_stmt *stmt, int col)
{
	return (const char *)sqlite3_column_text(stmt->handle, col);
}

struct buf sqlite_column_blob(struct sqlite_stmt *stmt, int col)
{
	const void *data = sqlite3_column_blob(stmt->handle, col);

	return BUF_VIEW(data, (size_t)sqlite3_column_bytes(stmt->handle, col));
}

const char *sqlite_column_name(struct sqlite_stmt *stmt, int col)
{
	if (col >= sqlite3_column_count(stmt->handle))
		return NULL;
	return sqlite3_column_name(stmt->handle, col);
}

bool sqlite_column_is_null(struct sqlite_stmt *stmt, int col)
{
	return sqlite3_column_type(stmt->handle, col) == SQLITE_NULL;
}

int sqlite_column_copy(struct sqlite_stmt *stmt, int col, struct buf *out, struct error *err)
{
	struct buf view = sqlite_column_blob(stmt, col);

	return buf_append(out, view.data, view.len, err);
}

int64_t sqlite_changes(struct sqlite *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t sqlite_last_id(struct sqlite *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int sqlite_begin(struct sqlite *db, struct sqlite_tx *tx, struct error *err)
{
	if (db->in_tx)
		return error_set(err, ERROR_CONFLICT, "database: a transaction is open already");
	if (sqlite_run(db, "BEGIN IMMEDIATE", NULL, err) < 0)
		return -1;
	db->in_tx = true;
	tx->db = db;
	return 0;
}

bool sqlite_in_tx(const struct sqlite *db)
{
	return db->in_tx;
}

int sqlite_commit(struct sqlite_tx *tx, struct error *err)
{
	if (sqlite_run(tx->db, "COMMIT", NULL, err) < 0)
		return -1;
	tx->db->in_tx = false;
	tx->db = NULL;
	return 0;
}

void sqlite_rollback(struct sqlite_tx *tx)
{
	struct error err = ERROR_INIT;

	if (!tx->db)
		return;
	/* SQLite may have rolled back by itself (disk full): then there is nothing to do. */
	if (!sqlite3_get_autocommit(tx->db->handle) &&
	    sqlite_run(tx->db, "ROLLBACK", NULL, &err) < 0)
		(void)err;
	tx->db->in_tx = false;
	tx->db = NULL;
}
