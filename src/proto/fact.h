/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Facts: what a probe saw on a device. A fact is typed, dated and bounded, and never a judgement:
 * what it means for a requirement is said in a catalogue. One row of facts.def per fact, one
 * `struct fact` per look at it; all of one look at a device are its evidence.
 *
 * That nothing is there is known (an empty list, false, 0). Unknown is only what could not be
 * looked at, with the reason; nothing may be concluded from it.
 */
#include <stdbool.h>

#include "base/jmap.h"

#define FACT_TYPES(X) \
	X(FACT_BOOL, "bool") \
	X(FACT_COUNT, "count") \
	X(FACT_TEXT, "text") \
	X(FACT_ITEMS, "items")

#define FACT_STATES(X) \
	X(FACT_KNOWN, "known") \
	X(FACT_UNKNOWN, "unknown")

#define FACT_REASONS(X) \
	X(FACT_NO_PRIVILEGE, "noPrivilege") /* needs root, or a capability */ \
	X(FACT_NO_MEANS, "noMeans")	    /* no driver or tool to ask */ \
	X(FACT_LIMIT, "limit")		    /* more than we take */ \
	X(FACT_TIMEOUT, "timeout") \
	X(FACT_ERROR, "error")

/* TS 103 701's states of a device: a probe means another thing in each. */
#define DEVICE_STATES(X) \
	X(DEVICE_FACTORY, "factory") \
	X(DEVICE_INITIALISED, "initialised") \
	X(DEVICE_IN_USE, "inUse") \
	X(DEVICE_DECOMMISSIONED, "decommissioned")

#define X(id, name) id,
enum fact_type { FACT_TYPE_NONE_ = 0, FACT_TYPES(X) };
enum fact_state { FACT_STATE_NONE_ = 0, FACT_STATES(X) };
enum fact_reason { FACT_REASON_NONE_ = 0, FACT_REASONS(X) };
enum device_state { DEVICE_STATE_NONE_ = 0, DEVICE_STATES(X) };
#undef X
extern const struct jmap_enum fact_type_enum, fact_state_enum, fact_reason_enum, device_state_enum;

enum fact_id {
	FACT_ID_NONE_ = 0,
#define FACT(id, ...) FACT_##id,
#include "proto/facts.def"
#undef FACT
	FACT_ID_MAX_
};

struct fact_row {
	const char *key; /* on the wire and in catalogues: "net.listening" */
	enum fact_type type;
	bool privileged;  /* only root sees all of it */
	const char *item; /* of items: what an id looks like: "tcp/22" */
	const char *doc;
};

/* NULL out of range. */
const struct fact_row *fact_row(enum fact_id id);
/* FACT_ID_NONE_ where there is none of that key. */
enum fact_id fact_find(const char *key);

struct fact_item {
	char *id;     /* what IXIT entries and values are compared with; unique in its list */
	char *detail; /* for people; or NULL */
};

struct fact {
	char *key;
	int state;    /* enum fact_state */
	int reason;   /* enum fact_reason, where unknown */
	char *detail; /* why unknown, or how it was seen; or NULL */
	bool truth;   /* the value, by the row's type */
	uint64_t count;
	char *text;
	struct jmap_list items; /* struct fact_item, by id */
};

struct fact_device {
	char id[UUID_SIZE], enrollment[UUID_SIZE]; /* "" where no agent is enrolled */
	char *hostname, *model, *os, *kernel, *architecture;
};

struct evidence {
	char *type;    /* "evidence" */
	char *version; /* of the program that looked */
	struct fact_device device;
	int64_t time;
	int state;		/* enum device_state */
	bool privileged;	/* whether root looked */
	struct jmap_list facts; /* struct fact, by key; each at most once */
};

extern const struct jmap_table fact_table, fact_device_table, evidence_table;

void evidence_done(struct evidence *e);
#define auto_evidence CLEANUP(evidence_done)
/* Errors: LIMIT, INVALID: an unknown key, one that is there twice, a value of another type than
 * its row's, an unknown fact without a reason (names the key). */
MUST_USE int evidence_read(const void *data, size_t len, struct evidence *ret, struct error *err);
/* Canonical bytes; appended. */
MUST_USE int evidence_write(const struct evidence *e, struct buf *out, struct error *err);
/* NULL where it was not looked at. */
const struct fact *evidence_fact(const struct evidence *e, const char *key);
