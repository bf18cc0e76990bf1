/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <string.h>

#include "store/sql.h"

struct db {
	const struct db_ops *ops;
	void *conn;
};

int db_new(const struct db_ops *ops, void *conn, struct db **ret, struct error *err)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db) {
		ops->close(conn);
		return error_oom(err);
	}
	*db = (struct db){ ops, conn };
	*ret = db;
	return 0;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db->ops->close(db->conn);
	free(db);
}

int db_begin(struct db *db, struct error *err)
{
	return db->ops->begin(db->conn, err);
}

int db_commit(struct db *db, struct error *err)
{
	return db->ops->commit(db->conn, err);
}

void db_rollback(struct db *db)
{
	db->ops->rollback(db->conn);
}

int db_mark(struct db *db, struct error *err)
{
	return db_run(db, "SAVEPOINT request", NULL, NULL, err);
}

int db_release(struct db *db, struct error *err)
{
	return db_run(db, "RELEASE request", NULL, NULL, err);
}

int db_undo(struct db *db, struct error *err)
{
	if (db_run(db, "ROLLBACK TO request", NULL, NULL, err) < 0)
		return -1;
	return db_release(db, err);
}

static int migrate_one(struct db *db, size_t i, struct error *err)
{
	if (db_begin(db, err) < 0)
		return -1;
	if (db->ops->exec(db->conn, sql_migrations[i], err) < 0 ||
	    db_run(db, "INSERT INTO migration (version) VALUES ($version)",
		   ARGS(ARG_INT("$version", i + 1)), NULL, err) < 0 ||
	    db_commit(db, err) < 0) {
		db_rollback(db);
		return error_wrap(err, "migration %zu", i + 1);
	}
	return 0;
}

int db_migrate(struct db *db, struct error *err)
{
	int64_t version;

	if (db->ops->exec(db->conn,
			  "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY)",
			  err) < 0 ||
	    db_int(db, "SELECT COALESCE(MAX(version), 0) FROM migration", NULL, &version, err) < 0)
		return -1;
	if (version > (int64_t)n_sql_migrations)
		return error_set(err, ERROR_INVALID, "database: its schema is newer than this");
	for (size_t i = (size_t)version; i < n_sql_migrations; i++)
		if (migrate_one(db, i, err) < 0)
			return -1;
	return 0;
}

/* ---- running ---- */

/* A statement in use. */
struct cursor {
	const struct db_ops *ops;
	void *stmt; /* NULL: none */
};

static void cursor_done(struct cursor *c)
{
	if (c->stmt)
		c->ops->reset(c->stmt);
	c->stmt = NULL;
}
#define auto_cursor CLEANUP(cursor_done)

static int start(struct db *db, const char *sql, const struct db_arg *args, struct cursor *c,
		 bool *row, struct error *err)
{
	c->ops = db->ops;
	if (db->ops->query(db->conn, sql, args, &c->stmt, err) < 0)
		return -1;
	return db->ops->step(c->stmt, row, err);
}

int db_run(struct db *db, const char *sql, const struct db_arg *args, int64_t *changed,
	   struct error *err)
{
	auto_cursor struct cursor c = { 0 };
	bool row = false;

	if (start(db, sql, args, &c, &row, err) < 0)
		return -1;
	while (row)
		if (db->ops->step(c.stmt, &row, err) < 0)
			return -1;
	if (changed)
		*changed = db->ops->changes(db->conn);
	return 0;
}

int db_int(struct db *db, const char *sql, const struct db_arg *args, int64_t *ret,
	   struct error *err)
{
	auto_cursor struct cursor c = { 0 };
	bool row = false;

	if (start(db, sql, args, &c, &row, err) < 0)
		return -1;
	if (!row)
		return error_set(err, ERROR_NOT_FOUND, "no such row");
	*ret = db->ops->column_int(c.stmt, 0);
	return 0;
}

static int append_text(struct strings *list, const char *text, struct error *err)
{
	char **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return error_oom(err);
	list->items = items;
	items[list->n] = strdup(text ? text : "");
	if (!items[list->n])
		return error_oom(err);
	list->n++;
	return 0;
}

void db_texts_done(struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

int db_texts(struct db *db, const char *sql, const struct db_arg *args, struct strings *ret,
	     struct error *err)
{
	auto_cursor struct cursor c = { 0 };
	struct strings list = { 0 };
	bool row = false;

	if (start(db, sql, args, &c, &row, err) < 0)
		return -1;
	while (row)
		if (append_text(&list, db->ops->column_text(c.stmt, 0), err) < 0 ||
		    db->ops->step(c.stmt, &row, err) < 0) {
			db_texts_done(&list);
			return -1;
		}
	*ret = list;
	return 0;
}

/* ---- from a row ---- */

static const struct db_field *find_field(const struct db_table *t, const char *column)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (strcmp(t->fields[i].name + 1, column) == 0)
			return &t->fields[i];
	return NULL;
}

static int read_enum(const struct db_field *f, const char *text, int *dst, struct error *err)
{
	for (size_t i = 0; text && i < f->names->n; i++)
		if (f->names->names[i] && strcmp(f->names->names[i], text) == 0) {
			*dst = (int)i;
			return 0;
		}
	return text ? error_set(err, ERROR_INVALID, "database: %s is '%.40s'", f->name, text) : 0;
}

static int read_text(const struct db_field *f, const char *text, void *dst, struct error *err)
{
	if (!text)
		return 0;
	if (f->kind == DB_TEXT) {
		*(char **)dst = strdup(text);
		return *(char **)dst ? 0 : error_oom(err);
	}
	if (strlen(text) >= f->size)
		return error_set(err, ERROR_INVALID, "database: %s is too long", f->name);
	memcpy(dst, text, strlen(text) + 1);
	return 0;
}

static int read_json(const struct db_field *f, const char *text, void *dst, struct error *err)
{
	auto_json json_t *tree = NULL;
	json_t *item;
	size_t i;

	if (!text)
		return 0;
	tree = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!tree)
		return error_set(err, ERROR_INVALID, "database: %s is no JSON", f->name);
	if (f->kind == DB_TREE) {
		*(json_t **)dst = STEAL(tree);
		return 0;
	}
	json_array_foreach (tree, i, item)
		if (append_text(dst, json_string_value(item), err) < 0)
			return -1;
	return 0;
}

static int read_column(const struct cursor *c, int col, const struct db_field *f, void *dst,
		       struct error *err)
{
	int64_t n = c->ops->column_int(c->stmt, col);
	struct buf view;

	switch (f->kind) {
	case DB_INT: *(int64_t *)dst = n; return 0;
	case DB_U64: *(uint64_t *)dst = (uint64_t)n; return 0;
	case DB_U32: *(uint32_t *)dst = (uint32_t)n; return 0;
	case DB_BOOL: *(bool *)dst = n != 0; return 0;
	case DB_ENUM: return read_enum(f, c->ops->column_text(c->stmt, col), dst, err);
	case DB_CHARS:
	case DB_TEXT: return read_text(f, c->ops->column_text(c->stmt, col), dst, err);
	case DB_STRINGS:
	case DB_TREE: return read_json(f, c->ops->column_text(c->stmt, col), dst, err);
	case DB_BYTES:
		view = c->ops->column_blob(c->stmt, col);
		return buf_append(dst, view.data, view.len, err);
	}
	return error_set(err, ERROR_INTERNAL, "database: no such kind of field");
}

static int read_row(const struct cursor *c, const struct db_table *t, void *dst, struct error *err)
{
	const struct db_field *f;
	const char *name;

	for (int col = 0; (name = c->ops->column_name(c->stmt, col)); col++) {
		f = find_field(t, name);
		if (!f)
			return error_set(err, ERROR_INTERNAL, "database: no member for column %s",
					 name);
		if (read_column(c, col, f, (char *)dst + f->off, err) < 0)
			return -1;
	}
	return 0;
}

void db_row_done(const struct db_table *t, void *row)
{
	for (size_t i = 0; i < t->n_fields; i++) {
		void *p = (char *)row + t->fields[i].off;

		if (t->fields[i].kind == DB_TEXT)
			free(*(char **)p);
		else if (t->fields[i].kind == DB_BYTES)
			buf_done(p);
		else if (t->fields[i].kind == DB_STRINGS)
			db_texts_done(p);
		else if (t->fields[i].kind == DB_TREE)
			json_decref(*(json_t **)p);
	}
	memset(row, 0, t->size);
}

void db_list_done(const struct db_table *t, struct jmap_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		db_row_done(t, (char *)list->items + i * t->size);
	free(list->items);
	*list = (struct jmap_list){ 0 };
}

int db_one(struct db *db, const char *sql, const struct db_arg *args, const struct db_table *t,
	   void *dst, struct error *err)
{
	auto_cursor struct cursor c = { 0 };
	bool row = false;

	memset(dst, 0, t->size);
	if (start(db, sql, args, &c, &row, err) < 0)
		return -1;
	if (!row)
		return error_set(err, ERROR_NOT_FOUND, "no such row");
	if (read_row(&c, t, dst, err) < 0) {
		db_row_done(t, dst);
		return -1;
	}
	return 0;
}

/* Room for one more struct, zeroed; NULL: out of memory. */
static void *list_grow(struct jmap_list *list, size_t size)
{
	char *items = reallocarray(list->items, list->n + 1, size);

	if (!items)
		return NULL;
	list->items = items;
	return memset(items + list->n++ * size, 0, size);
}

int db_list(struct db *db, const char *sql, const struct db_arg *args, const struct db_table *t,
	    struct jmap_list *ret, struct error *err)
{
	auto_cursor struct cursor c = { 0 };
	struct jmap_list list = { 0 };
	bool row = false;
	int r = start(db, sql, args, &c, &row, err);

	while (r == 0 && row) {
		void *dst = list_grow(&list, t->size);

		r = dst ? read_row(&c, t, dst, err) : error_oom(err);
		if (r == 0)
			r = db->ops->step(c.stmt, &row, err);
	}
	if (r < 0)
		db_list_done(t, &list);
	else
		*ret = list;
	return r;
}

/* ---- to parameters ---- */

enum { PUT_MAX = 32 };

static int json_text(const struct db_field *f, const void *src, char **ret, struct error *err)
{
	const struct strings *list = src;
	auto_json json_t *tree = NULL;

	if (f->kind == DB_TREE) {
		tree = json_incref(*(json_t *const *)src);
	} else {
		tree = json_array();
		for (size_t i = 0; i < list->n; i++)
			(void)json_array_append_new(tree, json_string(list->items[i]));
	}
	*ret = tree ? json_dumps(tree, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	return *ret || !tree ? 0 : error_oom(err);
}

static int put_field(const struct db_field *f, const void *src, struct db_arg *arg, char **temp,
		     struct error *err)
{
	const struct buf *bytes = src;
	const char *chars = src;

	switch (f->kind) {
	case DB_INT: *arg = ARG_INT(f->name, *(const int64_t *)src); return 0;
	case DB_U64: *arg = ARG_INT(f->name, *(const uint64_t *)src); return 0;
	case DB_U32: *arg = ARG_INT(f->name, *(const uint32_t *)src); return 0;
	case DB_BOOL: *arg = ARG_INT(f->name, *(const bool *)src); return 0;
	case DB_ENUM: *arg = ARG_TEXT(f->name, f->names->names[*(const int *)src]); return 0;
	case DB_CHARS: *arg = ARG_TEXT(f->name, chars[0] ? chars : NULL); return 0;
	case DB_TEXT: *arg = ARG_TEXT(f->name, *(char *const *)src); return 0;
	case DB_BYTES:
		*arg = (struct db_arg){ f->name, DB_ARG_BLOB, 0, bytes->data, bytes->len };
		return 0;
	case DB_STRINGS:
	case DB_TREE:
		if (json_text(f, src, temp, err) < 0)
			return -1;
		*arg = ARG_TEXT(f->name, *temp);
		return 0;
	}
	return error_set(err, ERROR_INTERNAL, "database: no such kind of field");
}

int db_put(struct db *db, const char *sql, const struct db_table *t, const void *src,
	   struct error *err)
{
	struct db_arg args[PUT_MAX + 1] = { 0 };
	char *temps[PUT_MAX] = { 0 };
	int r = 0;

	if (t->n_fields > PUT_MAX)
		return error_set(err, ERROR_INTERNAL, "database: too many fields");
	for (size_t i = 0; i < t->n_fields && r == 0; i++)
		r = put_field(&t->fields[i], (const char *)src + t->fields[i].off, &args[i],
			      &temps[i], err);
	if (r == 0)
		r = db_run(db, sql, args, NULL, err);
	for (size_t i = 0; i < t->n_fields; i++)
		free(temps[i]);
	return r;
}
