/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/assessment.h"

#include "base/field.h"
#include "base/limits.h"

#define X(id, name) [id] = name,
static const char *const truth_names[] = { TRUTHS(X) };
static const char *const ics_names[] = { ICS_STATES(X) };
static const char *const change_names[] = { CHANGE_KINDS(X) };
#undef X
const struct jmap_enum truth_enum = { truth_names, ARRAY_SIZE(truth_names) };
const struct jmap_enum ics_state_enum = { ics_names, ARRAY_SIZE(ics_names) };
const struct jmap_enum change_enum = { change_names, ARRAY_SIZE(change_names) };

/* A sentence names at most ten things, and says how many more there are. */
#define SAID (8 * LIMIT_TEXT)
#define LIMIT_CHANGES (LIMIT_CATALOG_CONTROLS * LIMIT_CATALOG_CASES)
#define TEXT(s, m, k, d) FIELD(s, m, k, jmap_text, 0, SAID, d)
#define TEXT_REQ(s, m, k, d) FIELD_REQ(s, m, k, jmap_text, 0, SAID, d)
#define ENUM(s, m, k, e, d) FIELD_(s, m, k, jmap_enum, 0, 0, 0, &(e), d)
#define ENUM_REQ(s, m, k, e, d) FIELD_(s, m, k, jmap_enum, JMAP_REQUIRED, 0, 0, &(e), d)

static const struct jmap unit_fields[] = {
	TEXT_REQ(unit_result, id, "id", "the case and the unit's letter"),
	TEXT_REQ(unit_result, text, "text", "what must hold"),
	ENUM_REQ(unit_result, pattern, "pattern", unit_pattern_enum, "how it is meant"),
	ENUM_REQ(unit_result, verdict, "verdict", verdict_enum, "what came out"),
	TEXT(unit_result, because, "because", "what was found"),
	TEXT(unit_result, evidence, "evidence", "what the verdict rests on"),
	TEXT(unit_result, missing, "missing", "what a verdict would need"),
};
static const struct jmap_table unit_result_table =
	JMAP_TABLE("unit", "The verdict of a unit", unit_fields, struct unit_result);

static const struct jmap case_fields[] = {
	TEXT_REQ(case_result, id, "id", "the test case"),
	TEXT_REQ(case_result, text, "text", "its purpose"),
	ENUM_REQ(case_result, kind, "kind", case_kind_enum, "papers or device"),
	ENUM_REQ(case_result, verdict, "verdict", verdict_enum, "what came out"),
	FIELD(case_result, escaped, "escaped", jmap_bool, 0, 0, "there was nothing to judge"),
	FIELD_SUB(case_result, units, "units", jmap_array, LIMIT_CATALOG_UNITS, &unit_result_table,
		  "its units"),
};
static const struct jmap_table case_table =
	JMAP_TABLE("case", "The verdict of a test case", case_fields, struct case_result);

static const struct jmap control_fields[] = {
	TEXT_REQ(control_result, id, "id", "the requirement"),
	TEXT_REQ(control_result, title, "title", "in a few words"),
	TEXT_REQ(control_result, group, "group", "the chapter"),
	TEXT(control_result, group_title, "groupTitle", "the chapter's name"),
	TEXT(control_result, guidance, "guidance", "how it is met on Linux"),
	ENUM_REQ(control_result, level, "level", control_level_enum, "mandatory or recommended"),
	FIELD(control_result, unverified, "unverified", jmap_bool, 0, 0,
	      "its source was not seen by us"),
	ENUM_REQ(control_result, applies, "applies", truth_enum, "whether it applies"),
	ENUM(control_result, support, "support", support_enum, "the supplier's claim"),
	ENUM(control_result, verdict, "verdict", verdict_enum, "what came out"),
	TEXT(control_result, because, "because", "why"),
	FIELD(control_result, remedy, "remedy", jmap_tree, 0, 0, "settings that would mend it"),
	FIELD_SUB(control_result, cases, "cases", jmap_array, LIMIT_CATALOG_CASES, &case_table,
		  "its test cases"),
};
static const struct jmap_table control_result_table = JMAP_TABLE(
	"control", "The verdict on a requirement", control_fields, struct control_result);

static const struct jmap change_fields[] = {
	TEXT_REQ(result_change, id, "id", "the requirement, or the unit where only that changed"),
	TEXT_REQ(result_change, text, "text", "what it asks"),
	ENUM_REQ(result_change, kind, "kind", change_enum, "better, drift or other"),
	ENUM(result_change, from, "from", verdict_enum, "what came out then; absent: not judged"),
	ENUM(result_change, to, "to", verdict_enum, "what comes out now; absent: not judged"),
	TEXT(result_change, because, "because", "what was found now"),
};
static const struct jmap_table change_table = JMAP_TABLE(
	"change", "What changed since an earlier run", change_fields, struct result_change);

static const struct jmap trait_fields[] = {
	TEXT_REQ(trait_result, id, "id", "a condition or a feature"),
	TEXT_REQ(trait_result, text, "text", "what it is"),
	ENUM_REQ(trait_result, stated, "stated", truth_enum, "by the supplier"),
	ENUM_REQ(trait_result, seen, "seen", truth_enum, "by the facts"),
	FIELD(trait_result, contradiction, "contradiction", jmap_bool, 0, 0, "they differ"),
	TEXT(trait_result, because, "because", "what the facts show"),
};
static const struct jmap_table trait_result_table = JMAP_TABLE(
	"trait", "Whether a condition or a feature holds", trait_fields, struct trait_result);

static const struct jmap fault_fields[] = {
	TEXT_REQ(assessment_fault, text, "text", "what is wrong with the statement"),
};
static const struct jmap_table fault_table =
	JMAP_TABLE("fault", "A fault of the statement", fault_fields, struct assessment_fault);

#define COUNT(m, k, d) FIELD_EMIT(assessment_sum, m, k, jmap_u32, 0, UINT32_MAX, d)
static const struct jmap sum_fields[] = {
	COUNT(pass, "pass", "requirements that are met"),
	COUNT(fail, "fail", "requirements that are not met"),
	COUNT(inconclusive, "inconclusive", "requirements on which something is missing"),
	COUNT(not_applicable, "notApplicable", "requirements that do not apply"),
	COUNT(not_claimed, "notClaimed", "recommendations that are not claimed"),
};
static const struct jmap_table sum_table =
	JMAP_TABLE("sum", "How many came out how", sum_fields, struct assessment_sum);

static const struct jmap assessment_fields[] = {
	TEXT_REQ(assessment, type, "type", "\"assessment\""),
	TEXT_REQ(assessment, catalog, "catalog", "the catalogue or overlay"),
	TEXT_REQ(assessment, title, "title", "its full name"),
	TEXT_REQ(assessment, version, "version", "of its source"),
	TEXT_REQ(assessment, source, "source", "what it was made from"),
	FIELD(assessment, time, "time", jmap_time, 0, 0, "when the device was looked at"),
	FIELD_OBJECT(assessment, device, "device", &fact_device_table, "what was looked at"),
	TEXT(assessment, evidence, "evidence", "which evidence, and who signed it"),
	ENUM_REQ(assessment, ics, "ics", ics_state_enum, "the supplier's statement"),
	FIELD_SUB(assessment, faults, "faults", jmap_array, 4 * LIMIT_CATALOG_CONTROLS,
		  &fault_table, "what makes it invalid"),
	ENUM_REQ(assessment, verdict, "verdict", verdict_enum, "of the whole"),
	FIELD_OBJECT(assessment, sum, "sum", &sum_table, "how many came out how"),
	FIELD_SUB(assessment, traits, "traits", jmap_array, 2 * LIMIT_CATALOG_IDS,
		  &trait_result_table, "conditions and features"),
	FIELD_SUB(assessment, controls, "controls", jmap_array, LIMIT_CATALOG_CONTROLS,
		  &control_result_table, "every requirement"),
	FIELD(assessment, since, "since", jmap_time, 0, 0, "of the run it was compared with"),
	FIELD_(assessment, changes, "changes", jmap_array, 0, 0, LIMIT_CHANGES, &change_table,
	       "what changed since then"),
};
const struct jmap_table assessment_table = JMAP_TABLE("assessment", "The result of an assessment",
						      assessment_fields, struct assessment);

void unit_result_done(struct unit_result *u)
{
	jmap_done(&unit_result_table, u);
}

void case_result_done(struct case_result *c)
{
	jmap_done(&case_table, c);
}

void assessment_done(struct assessment *a)
{
	jmap_done(&assessment_table, a);
}
