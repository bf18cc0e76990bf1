/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A database as the store sees it: a handful of operations (struct db_ops), one driver a file
 * (db_sqlite.c), and what is built on them once: rows to structs and back by field tables.
 * Statements are in sql/ and migrate/, written in the SQL that the drivers share; parameters are
 * names ($id).
 *
 * Errors of every function: CONFLICT (a constraint), UNAVAILABLE (busy, full, failing, memory),
 * INVALID (the file is damaged or no database of ours), LIMIT (too big), INTERNAL (wrong SQL).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jmap.h"

struct db;

/* The value of one named parameter; borrowed while the call lasts. */
struct db_arg {
	const char *name; /* "$id"; NULL ends a list */
	enum { DB_ARG_NULL, DB_ARG_INT, DB_ARG_TEXT, DB_ARG_BLOB } type;
	int64_t number;
	const void *data; /* NULL: SQL NULL */
	size_t len;
};
#define ARG_INT(n, v) ((struct db_arg){ .name = (n), .type = DB_ARG_INT, .number = (int64_t)(v) })
#define ARG_TEXT(n, v) ((struct db_arg){ .name = (n), .type = DB_ARG_TEXT, .data = (v) })
#define ARG_BLOB(n, p, l) \
	((struct db_arg){ .name = (n), .type = DB_ARG_BLOB, .data = (p), .len = (l) })
#define ARGS(...) ((const struct db_arg[]){ __VA_ARGS__, { 0 } })

/* What a driver does. `conn` and `stmt` are the driver's own. */
struct db_ops {
	const char *name;
	void (*close)(void *conn);
	int (*exec)(void *conn, const char *script, struct error *err);
	int (*begin)(void *conn, struct error *err);
	int (*commit)(void *conn, struct error *err);
	void (*rollback)(void *conn);
	int (*query)(void *conn, const char *sql, const struct db_arg *args, void **stmt,
		     struct error *err);
	int (*step)(void *stmt, bool *row, struct error *err);
	const char *(*column_name)(void *stmt, int col); /* NULL past the last */
	int64_t (*column_int)(void *stmt, int col);
	const char *(*column_text)(void *stmt, int col); /* NULL: SQL NULL */
	struct buf (*column_blob)(void *stmt, int col);	 /* a view */
	void (*reset)(void *stmt);
	int64_t (*changes)(void *conn);
};

/* Takes conn over, on failure too. */
MUST_USE int db_new(const struct db_ops *ops, void *conn, struct db **ret, struct error *err);
/* Rolls back what is open, and closes. */
void db_free(struct db *db);
DEFINE_CLEANUP(struct db *, db_free)
#define auto_db CLEANUP(db_freep)

/* Open or create the SQLite database of a path (":memory:": a private one), and bring its schema
 * up to date. Errors: INVALID too where the schema is newer than this program. */
MUST_USE int db_open_sqlite(const char *path, struct db **ret, struct error *err);
/* Apply the migrations that are missing, each in its own transaction. */
MUST_USE int db_migrate(struct db *db, struct error *err);

/* One transaction at a time. Within it, db_mark and db_release or db_undo enclose one request of a
 * group, so that a refused request leaves no trace while its neighbours commit. */
MUST_USE int db_begin(struct db *db, struct error *err);
MUST_USE int db_commit(struct db *db, struct error *err);
void db_rollback(struct db *db);
MUST_USE int db_mark(struct db *db, struct error *err);
MUST_USE int db_release(struct db *db, struct error *err);
MUST_USE int db_undo(struct db *db, struct error *err);

/* ---- rows and structs ---- */

enum db_kind {
	DB_INT,	    /* int64_t */
	DB_U64,	    /* uint64_t */
	DB_U32,	    /* uint32_t */
	DB_BOOL,    /* bool */
	DB_ENUM,    /* int; its text in the database by `names` */
	DB_CHARS,   /* char[size]; "" is NULL */
	DB_TEXT,    /* char *, owned */
	DB_BYTES,   /* struct buf, owned */
	DB_STRINGS, /* struct strings; a JSON array in the database */
	DB_TREE,    /* json_t *; JSON text in the database */
};
/* A member, its column ("id") and its parameter ("$id"). */
struct db_field {
	const char *name; /* the parameter: the column with its "$" */
	enum db_kind kind;
	size_t off, size; /* size: of the member */
	const struct jmap_enum *names;
};
struct db_table {
	const struct db_field *fields;
	size_t n_fields, size; /* size: of the struct */
};
#define DB_FIELD(s, m, k) \
	{ \
		"$" #m, (k), offsetof(struct s, m), sizeof(((struct s *)0)->m), NULL \
	}
#define DB_FIELD_ENUM(s, m, e) \
	{ \
		"$" #m, DB_ENUM, offsetof(struct s, m), sizeof(int), &(e) \
	}
#define DB_TABLE(f, s) \
	{ \
		(f), ARRAY_SIZE(f), sizeof(struct s) \
	}

/* Run to the end; *changed (may be NULL): rows that were written. */
MUST_USE int db_run(struct db *db, const char *sql, const struct db_arg *args, int64_t *changed,
		    struct error *err);
/* Run with every field of *src as a parameter. */
MUST_USE int db_put(struct db *db, const char *sql, const struct db_table *t, const void *src,
		    struct error *err);
/* The one row of a query into *dst (zeroed; members without a column stay zero). NOT_FOUND: no
 * row; err's message is then the caller's to write. Release with db_row_done. */
MUST_USE int db_one(struct db *db, const char *sql, const struct db_arg *args,
		    const struct db_table *t, void *dst, struct error *err);
/* All rows, as a list of structs. */
MUST_USE int db_list(struct db *db, const char *sql, const struct db_arg *args,
		     const struct db_table *t, struct jmap_list *ret, struct error *err);
/* The first column of the one row. NOT_FOUND: no row. */
MUST_USE int db_int(struct db *db, const char *sql, const struct db_arg *args, int64_t *ret,
		    struct error *err);
/* The first column of all rows. */
MUST_USE int db_texts(struct db *db, const char *sql, const struct db_arg *args,
		      struct strings *ret, struct error *err);
void db_texts_done(struct strings *list);
void db_row_done(const struct db_table *t, void *row);
void db_list_done(const struct db_table *t, struct jmap_list *list);
