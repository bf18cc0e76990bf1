/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a supplier states of a device, by ETSI TS 103 701: the ICS (which requirements it supports,
 * EN 303 645 annex B) with the device's identification, and the IXIT (how; annex C). What persons
 * observed in tests that no program can do stands in the statement too. Files that people write:
 * YAML or JSON.
 */
#include "base/conf.h"
#include "proto/fact.h"

#define SUPPORTS(X) \
	X(SUPPORT_YES, "Y") \
	X(SUPPORT_NO, "N") \
	X(SUPPORT_NOT_APPLICABLE, "N/A")

#define VERDICTS(X) \
	X(VERDICT_PASS, "PASS") \
	X(VERDICT_INCONCLUSIVE, "INCONCLUSIVE") \
	X(VERDICT_FAIL, "FAIL")

#define X(id, name) id,
enum support { SUPPORT_NONE_ = 0, SUPPORTS(X) };
/* In the order in which one outweighs another. */
enum verdict_kind { VERDICT_NONE_ = 0, VERDICTS(X) };
#undef X
extern const struct jmap_enum support_enum, verdict_enum;

/* The device under test, by annex A of TS 103 701. */
struct statement_dut {
	char *name, *model, *hardware, *software; /* software: the newest there is */
	char *supplier, *contact;
	char *services; /* what it talks to, in words */
};

/* The supplier's word on a numbered condition or a lettered feature. */
struct statement_trait {
	char *id;
	bool holds;
	char *detail;
};

struct statement_claim {
	char *control; /* id in the catalogue */
	int support;   /* enum support */
	char *detail;  /* N and N/A: why */
};

struct statement_observation {
	char *unit;  /* "5.3-3-1a": a case's id and the unit's letter */
	int verdict; /* enum verdict_kind */
	char *by;    /* who observed */
	int64_t time;
	char *evidence; /* what was seen, or where it is kept */
};

struct statement {
	char *type;    /* "statement" */
	char *catalog; /* id of the catalogue or overlay that it is about */
	struct statement_dut dut;
	int state;		       /* enum device_state: the state that the ICS is about */
	struct jmap_list traits;       /* struct statement_trait: conditions and features */
	struct jmap_list claims;       /* struct statement_claim */
	struct jmap_list observations; /* struct statement_observation */
};

/* An IXIT: its tables by name ("28-LogIntf"), each a list of entries, each an object of strings. */
struct ixit {
	char *type;	/* "ixit" */
	json_t *tables; /* object of arrays of objects; the shape is checked */
};

extern const struct jmap_table statement_table, ixit_table;

void statement_done(struct statement *s);
#define auto_statement CLEANUP(statement_done)
void ixit_done(struct ixit *x);
#define auto_ixit CLEANUP(ixit_done)
/* Errors: INVALID and LIMIT ("NAME:LINE:COLUMN: 'claims[3].support': …"). */
MUST_USE int statement_read(const struct conf *file, struct statement *ret, struct error *err);
MUST_USE int ixit_read(const struct conf *file, struct ixit *ret, struct error *err);
