/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/settings.h"

#include <string.h>

#include "base/limits.h"

enum setting_state settings_state_of(const char *name)
{
	for (int i = SETTING_NONE + 1; i < SETTING_MAX_; i++)
		if (strcmp(setting_state_name((enum setting_state)i), name) == 0)
			return (enum setting_state)i;
	return SETTING_NONE;
}

int settings_put(struct sqlite *db, const struct work_state *s, struct error *err)
{
	auto_buf struct buf body = BUF_INIT;
	const struct setting_status row = {
		.key = s->key,
		.state = (int)settings_state_of(s->state),
		.wanted = s->wanted,
		.read_back = s->read_back,
		.by = s->by,
		.reason = s->reason,
	};

	if (row.state == SETTING_NONE)
		return error_set(err, ERROR_INVALID, "%s: no state is called %s", s->key, s->state);
	if (jmap_write(&row, &setting_status_table, &body, err) < 0)
		return -1;
	return sqlite_run(
		db, "INSERT OR REPLACE INTO setting (key, body) VALUES ($key, $body)",
		SQLITE_ARGS(SQL_TEXT("$key", s->key), SQL_BLOB("$body", body.data, body.len)), err);
}

int settings_clear(struct sqlite *db, struct error *err)
{
	return sqlite_run(db, "DELETE FROM setting", NULL, err);
}

void settings_list_done(struct jmap_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		jmap_done(&setting_status_table, (struct setting_status *)l->items + i);
	free(l->items);
	*l = (struct jmap_list){ 0 };
}

static int read_rows(struct sqlite_stmt *stmt, struct jmap_list *l, struct error *err)
{
	struct setting_status *items = l->items;
	bool row;

	while (l->n < LIMIT_SETTINGS) {
		struct buf body;

		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			return 0;
		body = sqlite_column_blob(stmt, 0);
		l->n++;
		if (jmap_read(body.data, body.len, LIMIT_DOCUMENT_CONTENT, &setting_status_table,
			      &items[l->n - 1], err) < 0)
			return error_wrap(err, "spool: setting");
	}
	return 0;
}

int settings_list(struct sqlite *db, struct jmap_list *ret, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	CLEANUP(settings_list_done)
	struct jmap_list l = { .items = calloc(LIMIT_SETTINGS, sizeof(struct setting_status)) };

	if (!l.items)
		return error_oom(err);
	if (sqlite_query(db, "SELECT body FROM setting ORDER BY key", NULL, &stmt, err) < 0 ||
	    read_rows(stmt, &l, err) < 0)
		return -1;
	*ret = l;
	l = (struct jmap_list){ 0 };
	return 0;
}

int settings_state(struct sqlite *db, const char *key, enum setting_state *ret, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	struct setting_status s = { 0 };
	struct buf body;
	bool row;
	int r;

	if (sqlite_query(db, "SELECT body FROM setting WHERE key = $key",
			 SQLITE_ARGS(SQL_TEXT("$key", key)), &stmt, err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	if (!row) {
		*ret = SETTING_NONE;
		return 0;
	}
	body = sqlite_column_blob(stmt, 0);
	r = jmap_read(body.data, body.len, LIMIT_DOCUMENT_CONTENT, &setting_status_table, &s, err);
	if (r == 0)
		*ret = (enum setting_state)s.state;
	jmap_done(&setting_status_table, &s);
	return r;
}
