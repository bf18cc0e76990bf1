/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/known.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "ipc/agent_messages.h"

static const char *const kind_names[] = {
#define X(id, name) [id] = name,
	KNOWN_KINDS(X)
#undef X
};

int known_floor(struct sqlite *db, const struct known_name *n, const char *sha256, uint64_t *ret,
		struct error *err)
{
	int64_t number;

	if (sqlite_run_int(db,
			   "SELECT coalesce(max(number - (sha256 <> '' AND sha256 = $sha256)), 0)"
			   " FROM floor"
			   " WHERE enterprise = $enterprise AND kind = $kind AND name = $name",
			   SQLITE_ARGS(SQL_TEXT("$enterprise", n->enterprise),
				       SQL_TEXT("$kind", kind_names[n->kind]),
				       SQL_TEXT("$name", n->name ? n->name : ""),
				       SQL_TEXT("$sha256", sha256 ? sha256 : "")),
			   &number, err) < 0)
		return -1;
	*ret = (uint64_t)number;
	return 0;
}

int known_raise(struct sqlite *db, const struct known_name *n, uint64_t number, const char *sha256,
		struct error *err)
{
	return sqlite_run(db,
			  "INSERT INTO floor (enterprise, kind, name, number, sha256)"
			  " VALUES ($enterprise, $kind, $name, $number, $sha256)"
			  " ON CONFLICT (enterprise, kind, name) DO UPDATE SET"
			  " number = excluded.number, sha256 = excluded.sha256"
			  " WHERE excluded.number > floor.number",
			  SQLITE_ARGS(SQL_TEXT("$enterprise", n->enterprise),
				      SQL_TEXT("$kind", kind_names[n->kind]),
				      SQL_TEXT("$name", n->name ? n->name : ""),
				      SQL_INT("$number", (int64_t)number),
				      SQL_TEXT("$sha256", sha256 ? sha256 : "")),
			  err);
}

/* Each was an anchor of trust when it was raised, and known_anchors leaves no other: there are
 * never more than LIMIT_TRUST_ANCHORS. */
int known_crl_floors(struct sqlite *db, const char *enterprise, struct jmap_list *ret,
		     struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	auto_free struct verify_floor *items = calloc(LIMIT_HEAD_ISSUERS, sizeof(*items));
	size_t n = 0;
	bool row;

	if (!items)
		return error_oom(err);
	if (sqlite_query(db,
			 "SELECT name, number FROM floor WHERE enterprise = $enterprise"
			 " AND kind = 'crl'",
			 SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise)), &stmt, err) < 0)
		return -1;
	for (;; n++) {
		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			break;
		if (n == LIMIT_HEAD_ISSUERS)
			return error_set(err, ERROR_LIMIT, "floors of more than %d anchors",
					 LIMIT_HEAD_ISSUERS);
		(void)snprintf(items[n].issuer, sizeof(items[n].issuer), "%s",
			       sqlite_column_text(stmt, 0));
		items[n].number = (uint64_t)sqlite_column_int(stmt, 1);
	}
	*ret = (struct jmap_list){ STEAL(items), n };
	return 0;
}

int known_anchors(struct sqlite *db, const char *enterprise, const struct strings *issuers,
		  struct error *err)
{
	json_auto_t *list = json_array();
	auto_free char *text = NULL;

	for (size_t i = 0; i < issuers->n; i++)
		(void)json_array_append_new(list, json_string(issuers->items[i]));
	text = json_dumps(list, JSON_COMPACT);
	if (!text)
		return error_oom(err);
	if (sqlite_run(db,
		       "DELETE FROM floor WHERE enterprise = $enterprise AND kind = 'crl'"
		       " AND name NOT IN (SELECT value FROM json_each($issuers))",
		       SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise), SQL_TEXT("$issuers", text)),
		       err) < 0)
		return -1;
	return sqlite_run(
		db, "DELETE FROM crl WHERE issuer NOT IN (SELECT value FROM json_each($issuers))",
		SQLITE_ARGS(SQL_TEXT("$issuers", text)), err);
}

int known_command(struct sqlite *db, const char *enterprise, const char *id, bool *used,
		  bool *cancelled, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db,
			 "SELECT cancelled FROM used WHERE enterprise = $enterprise AND id = $id",
			 SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise), SQL_TEXT("$id", id)),
			 &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	*cancelled = row && sqlite_column_int(stmt, 0);
	*used = row && !*cancelled;
	return 0;
}

int known_use(struct sqlite *db, const char *enterprise, const char *id, bool cancelled,
	      int64_t expires, struct error *err)
{
	/* What was carried out cannot be cancelled any more. */
	return sqlite_run(db,
			  "INSERT INTO used (enterprise, id, cancelled, expires)"
			  " VALUES ($enterprise, $id, $cancelled, $expires)"
			  " ON CONFLICT (enterprise, id) DO UPDATE SET"
			  " cancelled = min(cancelled, excluded.cancelled),"
			  " expires = max(expires, excluded.expires)",
			  SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise), SQL_TEXT("$id", id),
				      SQL_INT("$cancelled", cancelled),
				      SQL_INT("$expires", expires)),
			  err);
}

int known_n_cancelled(struct sqlite *db, const char *enterprise, int64_t *ret, struct error *err)
{
	return sqlite_run_int(
		db, "SELECT count(*) FROM used WHERE enterprise = $enterprise AND cancelled = 1",
		SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise)), ret, err);
}

int known_call_off(struct sqlite *db, const char *enterprise, const char *id, struct error *err)
{
	return sqlite_run(
		db, "UPDATE used SET cancelled = 1 WHERE enterprise = $enterprise AND id = $id",
		SQLITE_ARGS(SQL_TEXT("$enterprise", enterprise), SQL_TEXT("$id", id)), err);
}

int known_expire(struct sqlite *db, int64_t now, struct error *err)
{
	return sqlite_run(db, "DELETE FROM used WHERE expires < $now",
			  SQLITE_ARGS(SQL_INT("$now", now)), err);
}

int known_put_crl(struct sqlite *db, const char *issuer, uint64_t number, const struct buf *der,
		  struct error *err)
{
	return sqlite_run(db,
			  "INSERT INTO crl (issuer, number, der) VALUES ($issuer, $number, $der)"
			  " ON CONFLICT (issuer) DO UPDATE SET number = excluded.number,"
			  " der = excluded.der WHERE excluded.number >= crl.number",
			  SQLITE_ARGS(SQL_TEXT("$issuer", issuer),
				      SQL_INT("$number", (int64_t)number),
				      SQL_BLOB("$der", der->data, der->len)),
			  err);
}

int known_crl_number(struct sqlite *db, const char *issuer, uint64_t *ret, bool *found,
		     struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;

	if (sqlite_query(db, "SELECT number FROM crl WHERE issuer = $issuer",
			 SQLITE_ARGS(SQL_TEXT("$issuer", issuer)), &stmt, err) < 0 ||
	    sqlite_step(stmt, found, err) < 0)
		return -1;
	*ret = *found ? (uint64_t)sqlite_column_int(stmt, 0) : 0;
	return 0;
}

int known_crls(struct sqlite *db, struct buf *out, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db, "SELECT der FROM crl", NULL, &stmt, err) < 0)
		return -1;
	for (;;) {
		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			return 0;
		if (sqlite_column_copy(stmt, 0, out, err) < 0)
			return -1;
	}
}
