/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"

int journal_begin(struct sqlite *db, const char *document, int64_t *run, struct error *err)
{
	int64_t open;

	if (journal_open_run(db, &open, NULL, err) < 0)
		return -1;
	if (open)
		return error_set(err, ERROR_CONFLICT, "a change is under way already");
	if (sqlite_run(db, "INSERT INTO run (document) VALUES ($document)",
		       SQLITE_ARGS(SQL_TEXT("$document", document)), err) < 0)
		return -1;
	*run = sqlite_last_id(db);
	return 0;
}

int journal_open_run(struct sqlite *db, int64_t *run, char *document, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db, "SELECT id, document FROM run LIMIT 1", NULL, &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	*run = row ? sqlite_column_int(stmt, 0) : 0;
	if (document)
		(void)snprintf(document, UUID_SIZE, "%s", row ? sqlite_column_text(stmt, 1) : "");
	return 0;
}

int journal_add(struct sqlite *db, int64_t run, const struct journal_record *r, struct error *err)
{
	return sqlite_run(
		db,
		"INSERT INTO undo (run, seq, key, object, record)"
		" VALUES ($run, $seq, $key, $object, $record)",
		SQLITE_ARGS(SQL_INT("$run", run), SQL_INT("$seq", r->seq), SQL_TEXT("$key", r->key),
			    SQL_TEXT("$object", r->object),
			    SQL_BLOB("$record", r->content.len ? (void *)r->content.data : "",
				     r->content.len)),
		err);
}

int journal_commit(struct sqlite *db, int64_t run, struct error *err)
{
	/* The oldest record of a thing within the run says how it was before the run. */
	if (sqlite_run(db,
		       "INSERT INTO undo (run, seq, key, object, record)"
		       " SELECT 0, (SELECT coalesce(max(seq), 0) FROM undo WHERE run = 0) + u.seq,"
		       " u.key, u.object, u.record FROM undo u WHERE u.run = $run"
		       " AND u.seq = (SELECT min(seq) FROM undo WHERE run = $run"
		       "  AND object = u.object)"
		       " AND u.object NOT IN (SELECT object FROM undo WHERE run = 0)",
		       SQLITE_ARGS(SQL_INT("$run", run)), err) < 0)
		return -1;
	return journal_drop(db, run, err);
}

int journal_release(struct sqlite *db, struct error *err)
{
	return sqlite_run(db,
			  "DELETE FROM undo WHERE run = 0 AND key NOT IN (SELECT key FROM setting)",
			  NULL, err);
}

int journal_drop(struct sqlite *db, int64_t run, struct error *err)
{
	if (sqlite_run(db, "DELETE FROM undo WHERE run = $run", SQLITE_ARGS(SQL_INT("$run", run)),
		       err) < 0)
		return -1;
	return sqlite_run(db, "DELETE FROM run WHERE id = $run", SQLITE_ARGS(SQL_INT("$run", run)),
			  err);
}

int journal_keys(struct sqlite *db, int64_t run, struct strings *ret, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db, "SELECT DISTINCT key FROM undo WHERE run = $run ORDER BY key",
			 SQLITE_ARGS(SQL_INT("$run", run)), &stmt, err) < 0)
		return -1;
	for (;;) {
		char **items, *key;

		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			return 0;
		items = realloc(ret->items, (ret->n + 1) * sizeof(*items));
		if (items)
			ret->items = items;
		key = items ? strdup(sqlite_column_text(stmt, 0)) : NULL;
		if (!key)
			return error_oom(err);
		ret->items[ret->n++] = key;
	}
}

int journal_count(struct sqlite *db, int64_t run, uint32_t *ret, struct error *err)
{
	int64_t n;

	if (sqlite_run_int(db, "SELECT count(*) FROM undo WHERE run = $run",
			   SQLITE_ARGS(SQL_INT("$run", run)), &n, err) < 0)
		return -1;
	*ret = (uint32_t)n;
	return 0;
}

int journal_each(struct sqlite *db, int64_t run, journal_fn *fn, void *userdata, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	if (sqlite_query(db,
			 "SELECT seq, key, object, record FROM undo WHERE run = $run"
			 " ORDER BY seq DESC",
			 SQLITE_ARGS(SQL_INT("$run", run)), &stmt, err) < 0)
		return -1;
	for (;;) {
		struct journal_record r;

		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			return 0;
		r = (struct journal_record){ (uint32_t)sqlite_column_int(stmt, 0),
					     sqlite_column_text(stmt, 1),
					     sqlite_column_text(stmt, 2),
					     sqlite_column_blob(stmt, 3) };
		if (fn(&r, userdata, err) < 0)
			return -1;
	}
}
