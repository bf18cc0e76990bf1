/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Audit records and alerts that wait for the server (FAU_GEN.1(2), FAU_ALT_EXT.2): numbered without
 * a gap, chained by digest, sent at least once and in order, kept through restarts and lost
 * contact. Past LIMIT_QUEUE the newest are not kept (but those that are always recorded, up to
 * twice that), and the loss is itself recorded once there is room.
 */
#include "base/sqlite.h"
#include "proto/record.h"

/* What is recorded; the rest (number, id, time, chain) is filled in. Nothing is owned. */
struct queue_entry {
	enum audit_event event;
	const char *subject;	 /* who caused it; NULL: "agent" */
	const struct error *why; /* NULL or code ERROR_NONE: success */
	const char *text;	 /* NULL: the catalogue's */
	json_t *detail;		 /* borrowed; may be NULL */
};

/* Durable on return, unless a transaction of the caller is open. */
MUST_USE int queue_add(struct sqlite *db, const struct queue_entry *e, struct error *err);
/* The oldest records, and a seal (JSON; may be empty), as the body of POST /device/v1/records; *n:
 * how many records, 0: none waits. */
MUST_USE int queue_batch(struct sqlite *db, const struct buf *seal, struct buf *out, size_t *n,
			 struct error *err);
/* The number of the n-th record that waits; 0: there are fewer. */
MUST_USE int queue_number(struct sqlite *db, size_t n, uint64_t *ret, struct error *err);
/* The server has stored everything up to there. */
MUST_USE int queue_stored(struct sqlite *db, uint64_t sequence, struct error *err);
/* Records that wait. */
MUST_USE int queue_length(struct sqlite *db, int64_t *ret, struct error *err);
/* Begin anew: another enrollment, another chain. */
MUST_USE int queue_clear(struct sqlite *db, struct error *err);
