/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Audit records (FAU_GEN.1, FAU_STG): those that devices sent, each stored once and in order, and
 * the server's own. There is no statement here that changes or deletes one (FAU_STG_EXT.2).
 */
#include "proto/admin.h"
#include "proto/record.h"
#include "store/db.h"

/* A device's record. `stored`: the server's time. Errors: CONFLICT (that sequence is there). */
MUST_USE int record_put_device(struct db *db, const char *device, const struct record *r,
			       int64_t stored, struct error *err);
/* The digest of a device's record. Errors: NOT_FOUND. */
MUST_USE int record_digest(struct db *db, const char *device, uint64_t sequence,
			   char ret[SHA256_HEX_SIZE], struct error *err);
/* A record of the server itself: its sequence and id are given here, and `previous` is the digest
 * of the record before; its texts are cleaned (base/text.h) and cut to their limits. `device`: whom
 * it is about, or NULL. */
MUST_USE int record_put_server(struct db *db, const char *device, struct record *r,
			       struct error *err);
/* struct admin_record, in order, from behind q->after (a `seq`, or NULL). Errors: INVALID
 * (q->after is no number). */
MUST_USE int record_list(struct db *db, const struct admin_query *q, struct admin_records *ret,
			 struct error *err);
