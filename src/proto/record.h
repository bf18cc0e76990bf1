/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Audit records and alerts (FAU_GEN.1, FAU_ALT_EXT.2): one row of audit.def per event, one record
 * per occurrence. A device numbers its records without a gap, and each carries the digest of the
 * one before, so that a missing or altered one shows.
 */
#include <stdbool.h>

#include "base/jmap.h"

enum audit_event {
	AUDIT_NONE = 0,
#define AUDIT(id, ...) AUDIT_##id,
#include "proto/audit.def"
#undef AUDIT
	AUDIT_MAX_
};

enum audit_source { AUDIT_DEVICE = 1, AUDIT_SERVER = 2 };
enum audit_flags {
	AUDIT_ALERT = 1 << 0,  /* shown to administrators too (FAU_ALT_EXT.2) */
	AUDIT_ALWAYS = 1 << 1, /* recorded whatever is selected (FAU_SEL.1) */
};

struct audit_row {
	const char *name; /* on the wire: "policy-applied" */
	enum audit_source source;
	unsigned flags;		 /* enum audit_flags */
	const char *requirement; /* the SFR that wants it */
	const char *message_id;	 /* of the journal: 32 hex digits */
	const char *text;	 /* the catalogue's text */
};

/* The row of an event; NULL out of range. */
const struct audit_row *audit_row(enum audit_event event);
enum audit_event audit_find(const char *name);
extern const struct jmap_enum audit_event_enum;

enum outcome { OUTCOME_SUCCESS = 1, OUTCOME_FAILURE };
extern const struct jmap_enum outcome_enum;

struct record {
	uint64_t sequence; /* 1, 2, … without a gap, per device and per server */
	char id[UUID_SIZE];
	int64_t time;	/* of the clock of who recorded */
	int event;	/* enum audit_event */
	int outcome;	/* enum outcome */
	char *subject;	/* who caused it: a person, "server", "agent", a device's id */
	char *reason;	/* a reason's or error's wire name, on failure */
	char *text;	/* one line for people */
	json_t *detail; /* typed fields of the event: {"instruction": …, "policy": …} */
	char previous[SHA256_HEX_SIZE]; /* of the canonical bytes of the record before; "" first */
};

extern const struct jmap_table record_table;

void record_done(struct record *r);
#define auto_record CLEANUP(record_done)
/* Errors: INVALID (names the key), LIMIT. */
MUST_USE int record_read(const void *data, size_t len, struct record *ret, struct error *err);
/* Canonical bytes; appended. */
MUST_USE int record_write(const struct record *r, struct buf *out, struct error *err);
