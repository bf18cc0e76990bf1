/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that wait: what destroys is accepted now and carried out later, so that whoever is in
 * charge can call it off (trust.delays, docs/protocol.md). Times are trusted time, which only
 * signed documents move: a restart makes a command wait longer, never shorter.
 */
#include "agent/manager/agent.h"

#include <stdio.h>

#include "agent/manager/documents.h"
#include "agent/manager/ledger.h"
#include "base/limits.h"
#include "base/log.h"

enum { RETRY_S = 60 };

int delay_seconds(struct agent *a, uint32_t *ret, struct error *err)
{
	auto_document struct document trust = { 0 };
	bool found = false;

	if (documents_get(a->db, ROLE_TRUST, &trust, NULL, &found, err) < 0)
		return -1;
	*ret = found ? trust.trust.delays.destructive_s : 0;
	return 0;
}

int delay_add(struct agent *a, const struct command *c, const struct buf *canonical, int64_t due,
	      struct error *err)
{
	int64_t n;

	if (sqlite_run_int(a->db, "SELECT count(*) FROM due", NULL, &n, err) < 0)
		return -1;
	if (n >= LIMIT_ORDERS)
		return error_set(err, ERROR_LIMIT, "%d commands wait already", LIMIT_ORDERS);
	return sqlite_run(
		a->db,
		"INSERT OR REPLACE INTO due (id, canonical, due) VALUES ($id, $canonical, $due)",
		SQLITE_ARGS(SQL_TEXT("$id", c->header.id),
			    SQL_BLOB("$canonical", canonical->data, canonical->len),
			    SQL_INT("$due", due)),
		err);
}

int delay_cancel(struct agent *a, const char *id, bool *hit, struct error *err)
{
	int64_t n;

	if (sqlite_run_int(a->db, "SELECT count(*) FROM due WHERE id = $id",
			   SQLITE_ARGS(SQL_TEXT("$id", id)), &n, err) < 0)
		return -1;
	*hit = n > 0;
	return sqlite_run(a->db, "DELETE FROM due WHERE id = $id", SQLITE_ARGS(SQL_TEXT("$id", id)),
			  err);
}

/* The next one; *due 0: none waits. */
static int next(struct agent *a, struct buf *canonical, int64_t *due, struct error *err)
{
	auto_stmt struct sqlite_stmt *stmt = NULL;
	bool row;

	*due = 0;
	if (sqlite_query(a->db, "SELECT canonical, due FROM due ORDER BY due LIMIT 1", NULL, &stmt,
			 err) < 0 ||
	    sqlite_step(stmt, &row, err) < 0)
		return -1;
	if (!row)
		return 0;
	*due = sqlite_column_int(stmt, 1);
	return sqlite_column_copy(stmt, 0, canonical, err);
}

static int on_due(sd_event_source *s, uint64_t usec, void *userdata)
{
	delay_resume(userdata);
	return 0;
}

static void wait_for(struct agent *a, int64_t seconds)
{
	uint64_t us = (uint64_t)seconds * 1000000;
	int r = a->due_timer ? sd_event_source_set_time_relative(a->due_timer, us)
			     : sd_event_add_time_relative(a->loop, &a->due_timer, CLOCK_BOOTTIME,
							  us, 0, on_due, a);

	if (r < 0 || sd_event_source_set_enabled(a->due_timer, SD_EVENT_ONESHOT) < 0)
		log_error("commands that wait: timer");
}

/* From one list to the other: whatever comes of it, it comes once. */
static int move(struct agent *a, const struct command *c, const struct buf *canonical,
		struct error *err)
{
	auto_tx struct sqlite_tx tx = SQLITE_TX_INIT;
	bool hit;

	if (sqlite_begin(a->db, &tx, err) < 0 || delay_cancel(a, c->header.id, &hit, err) < 0 ||
	    ledger_add(a->db, c, canonical, LEDGER_STARTED, err) < 0)
		return -1;
	return sqlite_commit(&tx, err);
}

static int carry_out(struct agent *a, const struct buf *canonical, struct error *err)
{
	auto_document struct document d = { 0 };
	struct order *o;

	if (document_read(canonical->data, canonical->len, &d, err) < 0)
		return -1;
	o = order_prepare(a, &d.command);
	if (!o)
		return error_oom(err);
	if (move(a, &d.command, canonical, err) < 0) {
		order_drop(o);
		return -1;
	}
	order_begin(o, &d.command);
	return 0;
}

void delay_resume(struct agent *a)
{
	auto_buf struct buf canonical = BUF_INIT;
	struct error err = ERROR_INIT;
	int64_t due = 0, now = agent_now(a);

	if (a->phase != PHASE_ENROLLED)
		return;
	if (next(a, &canonical, &due, &err) < 0) {
		agent_complain(a, &err);
	} else if (due > now) {
		/* Without a signed time in this life, the clock starts now: later, never earlier.
		 */
		if (!a->time_us)
			agent_start_clock(a);
		wait_for(a, due - now);
	} else if (due && carry_out(a, &canonical, &err) < 0) {
		agent_complain(a, &err);
		wait_for(a, RETRY_S);
	} else if (due) {
		delay_resume(a);
	}
}
