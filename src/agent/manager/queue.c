/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/queue.h"

#include <string.h>

#include "agent/manager/spool.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"

#define LOST "records-lost" /* in the spool: how many were not kept, and nobody was told yet */

/* Fills the record that the entry describes; its texts stay the entry's. */
static int fill(struct sqlite *db, const struct queue_entry *e, struct record *r, struct buf *last,
		struct error *err)
{
	int64_t sequence;
	bool failed = e->why && e->why->code;

	if (spool_number(db, "record-sequence", &sequence, err) < 0 ||
	    spool_data(db, "record-digest", last, err) < 0)
		return -1;
	*r = (struct record){
		.sequence = (uint64_t)sequence + 1,
		.time = clock_now(),
		.event = (int)e->event,
		.outcome = failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS,
		.subject = (char *)(e->subject ? e->subject : "agent"),
		.text = (char *)(e->text ? e->text : audit_row(e->event)->text),
		.detail = e->detail,
	};
	uuid_new(r->id);
	if (failed)
		r->reason = (char *)(e->why->code == ERROR_REFUSED ? reason_name(e->why->reason)
								   : error_name(e->why->code));
	if (failed && !e->text)
		r->text = (char *)e->why->msg;
	if (last->len == SHA256_HEX_SIZE - 1)
		memcpy(r->previous, last->data, last->len);
	return 0;
}

static int insert(struct sqlite *db, const struct record *r, struct error *err)
{
	auto_buf struct buf body = BUF_INIT;
	char digest[SHA256_HEX_SIZE];

	if (record_write(r, &body, err) < 0)
		return -1;
	hash_sha256_hex(body.data, body.len, digest);
	if (sqlite_run(db, "INSERT INTO record (sequence, body) VALUES ($sequence, $body)",
		       SQLITE_ARGS(SQL_INT("$sequence", (int64_t)r->sequence),
				   SQL_BLOB("$body", body.data, body.len)),
		       err) < 0 ||
	    spool_set_number(db, "record-sequence", (int64_t)r->sequence, err) < 0)
		return -1;
	return spool_set_data(db, "record-digest", digest, SHA256_HEX_SIZE - 1, err);
}

static int add_one(struct sqlite *db, const struct queue_entry *e, struct error *err)
{
	auto_buf struct buf last = BUF_INIT;
	struct record r;

	return fill(db, e, &r, &last, err) < 0 ? -1 : insert(db, &r, err);
}

/*
 * Where the queue is full, the newest are not kept: so nobody who provokes records can erase what
 * was recorded before, or fill the disk. What is always recorded has as much room again.
 */
static int64_t room_for(enum audit_event event)
{
	return audit_row(event)->flags & AUDIT_ALWAYS ? 2LL * LIMIT_QUEUE : LIMIT_QUEUE;
}

/* The loss is recorded as soon as there is room again. */
static int tell_loss(struct sqlite *db, int64_t lost, struct error *err)
{
	json_auto_t *detail = json_pack("{s:I}", "lost", (json_int_t)lost);

	if (add_one(db, &(struct queue_entry){ .event = AUDIT_RECORDS_LOST, .detail = detail },
		    err) < 0)
		return -1;
	return spool_set_number(db, LOST, 0, err);
}

static int add(struct sqlite *db, const struct queue_entry *e, struct error *err)
{
	int64_t lost, n;

	if (spool_number(db, LOST, &lost, err) < 0 || queue_length(db, &n, err) < 0)
		return -1;
	if (n >= room_for(e->event))
		return spool_set_number(db, LOST, lost + 1, err);
	if (n < LIMIT_QUEUE && lost && tell_loss(db, lost, err) < 0)
		return -1;
	return add_one(db, e, err);
}

int queue_add(struct sqlite *db, const struct queue_entry *e, struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;

	if (!sqlite_in_tx(db) && sqlite_begin(db, &tx, err) < 0)
		return -1;
	if (add(db, e, err) < 0)
		return error_wrap(err, "record");
	return tx.db ? sqlite_commit(&tx, err) : 0;
}

int queue_batch(struct sqlite *db, const struct buf *seal, struct buf *out, size_t *n,
		struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	size_t count = 0;
	bool row;

	if (sqlite_query(db, "SELECT body FROM record ORDER BY sequence LIMIT $n",
			 SQLITE_ARGS(SQL_INT("$n", LIMIT_RECORDS)), &stmt, err) < 0 ||
	    buf_puts(out, "{\"records\":[", err) < 0)
		return -1;
	for (;; count++) {
		if (sqlite_step(stmt, &row, err) < 0)
			return -1;
		if (!row)
			break;
		/* The bytes that were chained, as they are. */
		if ((count && buf_puts(out, ",", err) < 0) ||
		    sqlite_column_copy(stmt, 0, out, err) < 0)
			return -1;
	}
	if (buf_puts(out, "]", err) < 0 ||
	    (seal->len && (buf_puts(out, ",\"seal\":", err) < 0 ||
			   buf_append(out, seal->data, seal->len, err) < 0)))
		return -1;
	*n = count;
	return buf_puts(out, "}", err);
}

int queue_number(struct sqlite *db, size_t n, uint64_t *ret, struct error *err)
{
	int64_t number;

	if (sqlite_run_int(db,
			   "SELECT coalesce((SELECT sequence FROM record ORDER BY sequence"
			   " LIMIT 1 OFFSET $n - 1), 0)",
			   SQLITE_ARGS(SQL_INT("$n", (int64_t)n)), &number, err) < 0)
		return -1;
	*ret = (uint64_t)number;
	return 0;
}

int queue_stored(struct sqlite *db, uint64_t sequence, struct error *err)
{
	return sqlite_run(db, "DELETE FROM record WHERE sequence <= $sequence",
			  SQLITE_ARGS(SQL_INT("$sequence", (int64_t)sequence)), err);
}

int queue_length(struct sqlite *db, int64_t *ret, struct error *err)
{
	return sqlite_run_int(db, "SELECT count(*) FROM record", NULL, ret, err);
}

int queue_clear(struct sqlite *db, struct error *err)
{
	if (sqlite_run(db, "DELETE FROM record", NULL, err) < 0 ||
	    spool_set_number(db, "record-sequence", 0, err) < 0 ||
	    spool_set_number(db, LOST, 0, err) < 0)
		return -1;
	return spool_set_data(db, "record-digest", NULL, 0, err);
}
