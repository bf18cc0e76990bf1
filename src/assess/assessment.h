/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The result of an assessment, by ETSI TS 103 701: verdicts of units, cases, groups (one control
 * each) and of the whole, each with what it rests on. Data with field tables: what is printed as
 * JSON is what a later run is compared with.
 */
#include "proto/catalog.h"
#include "proto/statement.h"

/* What is known of something that may hold. */
#define TRUTHS(X) \
	X(TRUTH_YES, "yes") \
	X(TRUTH_NO, "no") \
	X(TRUTH_UNKNOWN, "unknown")

#define ICS_STATES(X) \
	X(ICS_VALID, "valid") \
	X(ICS_INVALID, "invalid") \
	X(ICS_ABSENT, "absent")

#define X(id, name) id,
enum truth { TRUTH_NONE_ = 0, TRUTHS(X) };
enum ics_state { ICS_NONE_ = 0, ICS_STATES(X) };
#undef X
extern const struct jmap_enum truth_enum, ics_state_enum;

struct unit_result {
	char *id;   /* "5.6-1-2a" */
	char *text; /* of the unit */
	int pattern, verdict;
	char *because;	/* what was found, in one sentence */
	char *evidence; /* what it rests on: "fact net.listening", "IXIT 28-LogIntf", a person */
	char *missing;	/* INCONCLUSIVE: exactly what is missing */
};

struct case_result {
	char *id, *text;
	int kind, verdict;
	bool escaped;		/* there was nothing to judge */
	struct jmap_list units; /* struct unit_result */
};

struct control_result {
	char *id, *title, *group;
	char *group_title, *guidance; /* of the catalogue, for people */
	int level;
	bool unverified;
	int applies;		/* enum truth */
	int support;		/* enum support; absent without a statement */
	int verdict;		/* enum verdict_kind; absent: not judged */
	char *because;		/* why it is not judged, or which case decided */
	json_t *remedy;		/* settings of a policy that would mend a failure; or NULL */
	struct jmap_list cases; /* struct case_result */
};

struct trait_result {
	char *id, *text;
	int stated, seen; /* enum truth: by the supplier, by the facts */
	bool contradiction;
	char *because;
};

/* What became of a requirement or a unit since an earlier run. */
#define CHANGE_KINDS(X) \
	X(CHANGE_BETTER, "better") /* it passes now */ \
	X(CHANGE_DRIFT, "drift")   /* it fails now, or what passed is not known any more */ \
	X(CHANGE_OTHER, "other")
#define X(id, name) id,
enum change_kind { CHANGE_NONE_ = 0, CHANGE_KINDS(X) };
#undef X
extern const struct jmap_enum change_enum;

struct result_change {
	char *id, *text; /* of the requirement, or of a unit where only that changed */
	int kind;	 /* enum change_kind */
	int from, to;	 /* enum verdict_kind; absent: was not judged */
	char *because;	 /* of the later one */
};

struct assessment_sum {
	uint32_t pass, fail, inconclusive; /* controls, by verdict */
	uint32_t not_applicable, not_claimed;
};

struct assessment {
	char *type; /* "assessment" */
	char *catalog, *title, *version, *source;
	int64_t time;		   /* of the evidence */
	struct fact_device device; /* that was looked at */
	char *evidence;		   /* SHA-256 of the evidence's bytes, and who signed it */
	int ics;		   /* enum ics_state */
	struct jmap_list faults;   /* struct assessment_fault: what makes the ICS invalid */
	int verdict;		   /* enum verdict_kind: of the whole */
	struct assessment_sum sum;
	struct jmap_list traits;   /* struct trait_result */
	struct jmap_list controls; /* struct control_result */
	int64_t since;		   /* of the evidence of the run that it was compared with; or 0 */
	struct jmap_list changes;  /* struct result_change: since then */
};

struct assessment_fault {
	char *text;
};

extern const struct jmap_table assessment_table;

void unit_result_done(struct unit_result *u);
#define auto_unit_result CLEANUP(unit_result_done)
void case_result_done(struct case_result *c);
#define auto_case_result CLEANUP(case_result_done)
void assessment_done(struct assessment *a);
#define auto_assessment CLEANUP(assessment_done)
