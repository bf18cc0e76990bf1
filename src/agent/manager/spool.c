/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/spool.h"

#include <stdio.h>

/* What each version of the schema adds, from an empty file on; the number is the file's
 * user_version. */
static const char first[] =
	"CREATE TABLE value (name TEXT PRIMARY KEY, number INTEGER, data BLOB) STRICT;"
	/* In force; and `wanted`: a policy that was believed and is not applied yet. */
	"CREATE TABLE document (role TEXT PRIMARY KEY, id TEXT NOT NULL, sha256 TEXT NOT NULL,"
	" canonical BLOB NOT NULL) STRICT;"
	/* The chain of trust documents, as they came. */
	"CREATE TABLE trust (version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, der BLOB NOT NULL)"
	" STRICT;"
	/* Below or at which nothing is accepted again; kept through enrollments. */
	"CREATE TABLE floor (enterprise TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
	" number INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (enterprise, kind, name)) "
	"STRICT;"
	/* Commands that were carried out or cancelled; kept until they have expired. */
	"CREATE TABLE used (enterprise TEXT NOT NULL, id TEXT NOT NULL, cancelled INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, PRIMARY KEY (enterprise, id)) STRICT;"
	/* One an issuer; '': not judged yet. */
	"CREATE TABLE crl (issuer TEXT PRIMARY KEY, number INTEGER NOT NULL, der BLOB NOT NULL)"
	" STRICT;"
	/* Commands that were accepted and wait until they may be carried out. */
	"CREATE TABLE due (id TEXT PRIMARY KEY, canonical BLOB NOT NULL, due INTEGER NOT NULL)"
	" STRICT;"
	"CREATE TABLE record (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
	"CREATE TABLE setting (key TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;"
	/* Run 0: how things were before the first policy. Others: of a run that has not ended. */
	"CREATE TABLE run (id INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;"
	"CREATE TABLE undo (run INTEGER NOT NULL, seq INTEGER NOT NULL, key TEXT NOT NULL,"
	" object TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (run, seq)) STRICT;";
/* Commands that were accepted and whose end is not recorded yet (ledger.h). */
static const char ledger[] = "CREATE TABLE ledger (id TEXT PRIMARY KEY, phase TEXT NOT NULL,"
			     " boot TEXT NOT NULL, canonical BLOB NOT NULL) STRICT;";
static const char *const migrations[] = { first, ledger };

/* A small database in a process that must stay small, and one that keeps no byte of what it has
 * forgotten (Wi-Fi secrets, FCS_CKM_EXT.4). */
static const char tuning[] = "PRAGMA cache_size = -128; PRAGMA wal_autocheckpoint = 64;"
			     "PRAGMA journal_size_limit = 1048576; PRAGMA secure_delete = ON";

static int migrate(struct sqlite *db, int64_t version, struct error *err)
{
	for (; version < (int64_t)ARRAY_SIZE(migrations); version++) {
		auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
		char mark[40];

		(void)snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", (int)version + 1);
		if (sqlite_begin(db, &tx, err) < 0 ||
		    sqlite_exec(db, migrations[version], err) < 0 ||
		    sqlite_exec(db, mark, err) < 0 || sqlite_commit(&tx, err) < 0)
			return -1;
	}
	return 0;
}

int spool_open(const char *path, struct sqlite **ret, struct error *err)
{
	auto_sqlite struct sqlite *db = NULL;
	int64_t version;

	if (sqlite_open(path, &db, err) < 0 || sqlite_exec(db, tuning, err) < 0 ||
	    sqlite_run_int(db, "PRAGMA user_version", NULL, &version, err) < 0)
		return -1;
	if (version > (int64_t)ARRAY_SIZE(migrations))
		return error_set(err, ERROR_CONFLICT, "%s: made by a newer agent", path);
	if (migrate(db, version, err) < 0)
		return error_wrap(err, "%s", path);
	*ret = STEAL(db);
	return 0;
}

int spool_number(struct sqlite *db, const char *name, int64_t *ret, struct error *err)
{
	struct error none = ERROR_INIT;

	if (sqlite_run_int(db, "SELECT number FROM value WHERE name = $name",
			   SQLITE_ARGS(SQL_TEXT("$name", name)), ret, &none) == 0)
		return 0;
	if (none.code != ERROR_NOT_FOUND) {
		*err = none;
		return -1;
	}
	*ret = 0;
	return 0;
}

int spool_set_number(struct sqlite *db, const char *name, int64_t number, struct error *err)
{
	return sqlite_run(db,
			  "INSERT INTO value (name, number) VALUES ($name, $number)"
			  " ON CONFLICT (name) DO UPDATE SET number = excluded.number",
			  SQLITE_ARGS(SQL_TEXT("$name", name), SQL_INT("$number", number)), err);
}

int spool_data(struct sqlite *db, const char *name, struct buf *out, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db, "SELECT data FROM value WHERE name = $name",
			 SQLITE_ARGS(SQL_TEXT("$name", name)), &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	return row ? sqlite_column_copy(stmt, 0, out, err) : 0;
}

int spool_set_data(struct sqlite *db, const char *name, const void *data, size_t len,
		   struct error *err)
{
	return sqlite_run(db,
			  "INSERT INTO value (name, data) VALUES ($name, $data)"
			  " ON CONFLICT (name) DO UPDATE SET data = excluded.data",
			  SQLITE_ARGS(SQL_TEXT("$name", name), SQL_BLOB("$data", data, len)), err);
}
