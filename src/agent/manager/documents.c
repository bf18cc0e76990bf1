/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/documents.h"

#include <stdio.h>

static const char *const role_names[] = {
#define X(id, name) [id] = name,
	DOCUMENT_ROLES(X)
#undef X
};

int documents_get(struct sqlite *db, enum document_role role, struct document *ret, char *sha256,
		  bool *found, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	struct buf bytes;
	bool row;

	if (sqlite_query(db, "SELECT canonical, sha256 FROM document WHERE role = $role",
			 SQLITE_ARGS(SQL_TEXT("$role", role_names[role])), &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	*found = row;
	if (!row)
		return 0;
	bytes = sqlite_column_blob(stmt, 0);
	if (sha256)
		(void)snprintf(sha256, SHA256_HEX_SIZE, "%s", sqlite_column_text(stmt, 1));
	if (document_read(bytes.data, bytes.len, ret, err) < 0)
		return error_wrap(err, "spool: %s", role_names[role]);
	return 0;
}

int documents_bytes(struct sqlite *db, enum document_role role, struct buf *out, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db, "SELECT canonical FROM document WHERE role = $role",
			 SQLITE_ARGS(SQL_TEXT("$role", role_names[role])), &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	return row ? sqlite_column_copy(stmt, 0, out, err) : 0;
}

int documents_put(struct sqlite *db, enum document_role role, const char *id, const char *sha256,
		  const struct buf *canonical, struct error *err)
{
	return sqlite_run(db,
			  "INSERT OR REPLACE INTO document (role, id, sha256, canonical)"
			  " VALUES ($role, $id, $sha256, $canonical)",
			  SQLITE_ARGS(SQL_TEXT("$role", role_names[role]), SQL_TEXT("$id", id),
				      SQL_TEXT("$sha256", sha256),
				      SQL_BLOB("$canonical", canonical->data, canonical->len)),
			  err);
}

int documents_promote(struct sqlite *db, struct error *err)
{
	return sqlite_run(db,
			  "UPDATE OR REPLACE document SET role = 'policy' WHERE role = 'wanted'",
			  NULL, err);
}

int documents_drop(struct sqlite *db, enum document_role role, struct error *err)
{
	return sqlite_run(db, "DELETE FROM document WHERE role = $role",
			  SQLITE_ARGS(SQL_TEXT("$role", role_names[role])), err);
}

int documents_known(struct sqlite *db, const char *sha256, bool *ret, struct error *err)
{
	int64_t n;

	if (sqlite_run_int(db,
			   "SELECT (SELECT count(*) FROM document WHERE sha256 = $sha256) +"
			   " (SELECT count(*) FROM trust WHERE sha256 = $sha256)",
			   SQLITE_ARGS(SQL_TEXT("$sha256", sha256)), &n, err) < 0)
		return -1;
	*ret = n > 0;
	return 0;
}

int documents_chain(struct sqlite *db, uint32_t version, const char *sha256, const struct buf *der,
		    struct error *err)
{
	return sqlite_run(db,
			  "INSERT OR REPLACE INTO trust (version, sha256, der)"
			  " VALUES ($version, $sha256, $der)",
			  SQLITE_ARGS(SQL_INT("$version", version), SQL_TEXT("$sha256", sha256),
				      SQL_BLOB("$der", der->data, der->len)),
			  err);
}
