/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SQLite as this project uses it: one connection a process, write-ahead log with synchronous=FULL
 * (what was committed survives a power cut), foreign keys on, statements kept prepared, and every
 * parameter bound by its name. SQLite's `$1` is a name too, numbered by first appearance: so
 * nothing here binds by number.
 *
 *	sqlite_run(db, "INSERT INTO t (id, n) VALUES ($id, $n)",
 *		   SQLITE_ARGS(SQL_TEXT("$id", id), SQL_INT("$n", 3)), err)
 *
 * Errors of every function: CONFLICT (a constraint), UNAVAILABLE (busy, disk full or failing,
 * memory), INVALID (the file is damaged or no database), DENIED (read-only), LIMIT (too big),
 * INTERNAL (wrong SQL, or a parameter without a value).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct sqlite;
struct sqlite_stmt;

/* The value of one named parameter. Text and bytes are borrowed until the next step or reset. */
struct sqlite_arg {
	const char *name; /* with its prefix: "$id"; NULL ends a list */
	enum { SQLITE_ARG_NULL, SQLITE_ARG_INT, SQLITE_ARG_TEXT, SQLITE_ARG_BLOB } type;
	int64_t number;
	const void *data; /* NULL: SQL NULL */
	size_t len;
};

#define SQL_INT(n, v) ((struct sqlite_arg){ .name = (n), .type = SQLITE_ARG_INT, .number = (v) })
#define SQL_TEXT(n, v) ((struct sqlite_arg){ .name = (n), .type = SQLITE_ARG_TEXT, .data = (v) })
#define SQL_BLOB(n, p, l) \
	((struct sqlite_arg){ .name = (n), .type = SQLITE_ARG_BLOB, .data = (p), .len = (l) })
#define SQL_NULL(n) ((struct sqlite_arg){ .name = (n), .type = SQLITE_ARG_NULL })
#define SQLITE_ARGS(...) ((const struct sqlite_arg[]){ __VA_ARGS__, { 0 } })

/* Open or create (mode 0600) a database file; ":memory:" for a private one. */
MUST_USE int sqlite_open(const char *path, struct sqlite **ret, struct error *err);
/* Closes, finalizing every statement, kept or prepared. Accepts NULL; returns NULL. */
struct sqlite *sqlite_free(struct sqlite *db);

/* Run a script of several statements, none with parameters (schema, pragmas). */
MUST_USE int sqlite_exec(struct sqlite *db, const char *script, struct error *err);
/* Run one statement to its end; rows are passed over. args NULL: no parameters. */
MUST_USE int sqlite_run(struct sqlite *db, const char *sql, const struct sqlite_arg *args,
			struct error *err);
/* As sqlite_run for a statement that answers at most one row of one integer; NOT_FOUND if none. */
MUST_USE int sqlite_run_int(struct sqlite *db, const char *sql, const struct sqlite_arg *args,
			    int64_t *ret, struct error *err);

/*
 * Prepare, or take from the kept ones, and bind every parameter. The connection owns the
 * statement; give it back with sqlite_reset() (auto_stmt does). CONFLICT where the same text is
 * in use already: a query may not nest in itself.
 */
MUST_USE int sqlite_query(struct sqlite *db, const char *sql, const struct sqlite_arg *args,
			  struct sqlite_stmt **ret, struct error *err);
/* Advance; *row says whether there is one. Column values live until the next step or reset. */
MUST_USE int sqlite_step(struct sqlite_stmt *stmt, bool *row, struct error *err);
void sqlite_reset(struct sqlite_stmt *stmt);
DEFINE_CLEANUP(struct sqlite_stmt *, sqlite_reset)
#define auto_stmt CLEANUP(sqlite_resetp)

/* Columns by position, from 0. Text is NULL for SQL NULL; an absent number reads 0. */
int64_t sqlite_column_int(struct sqlite_stmt *stmt, int col);
const char *sqlite_column_text(struct sqlite_stmt *stmt, int col);
/* A view, to be copied by who keeps it. */
struct buf sqlite_column_blob(struct sqlite_stmt *stmt, int col);
/* The column's name; NULL past the last. */
const char *sqlite_column_name(struct sqlite_stmt *stmt, int col);
bool sqlite_column_is_null(struct sqlite_stmt *stmt, int col);
/* Appends a copy of a blob or text column. */
MUST_USE int sqlite_column_copy(struct sqlite_stmt *stmt, int col, struct buf *out,
				struct error *err);

/* Rows changed by the last statement; the row id of the last insert. */
int64_t sqlite_changes(struct sqlite *db);
int64_t sqlite_last_id(struct sqlite *db);

/* A transaction that is rolled back unless it is committed: declare with auto_tx. */
struct sqlite_tx {
	struct sqlite *db; /* NULL: none open */
};
/* BEGIN IMMEDIATE. Errors: CONFLICT where one is open already. */
MUST_USE int sqlite_begin(struct sqlite *db, struct sqlite_tx *tx, struct error *err);
/* On failure the transaction stays open, to be rolled back. */
MUST_USE int sqlite_commit(struct sqlite_tx *tx, struct error *err);
void sqlite_rollback(struct sqlite_tx *tx);
/* Whether a transaction is open: for functions that need one, and may be called within another. */
bool sqlite_in_tx(const struct sqlite *db);
#define auto_tx CLEANUP(sqlite_rollback)
#define SQLITE_TX_INIT \
	{ \
		0 \
	}

DEFINE_CLEANUP(struct sqlite *, sqlite_free)
#define auto_sqlite CLEANUP(sqlite_freep)
