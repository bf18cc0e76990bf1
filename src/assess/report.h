/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An assessment as people and programs want it. Pure: from the result alone, so that one result
 * always gives the same bytes. */
#include "assess/assessment.h"

/* One line per requirement by chapter, failures and what is missing with their reason; appended.
 * all: every unit too. Errors: UNAVAILABLE. */
MUST_USE int report_text(const struct assessment *a, bool all, struct buf *out, struct error *err);
/* The changes alone. */
MUST_USE int report_changes(const struct assessment *a, struct buf *out, struct error *err);

/* What --format names. */
#define REPORT_FORMATS(X) \
	X(FORMAT_TEXT, "text", report_plain) \
	X(FORMAT_HTML, "html", report_html) \
	X(FORMAT_OSCAL, "oscal", report_oscal) \
	X(FORMAT_POAM, "poam", report_poam) \
	X(FORMAT_SARIF, "sarif", report_sarif) \
	X(FORMAT_JUNIT, "junit", report_junit)
#define X(id, name, write) id,
enum report_format { FORMAT_NONE_ = 0, REPORT_FORMATS(X) FORMAT_MAX_ };
#undef X
extern const struct jmap_enum report_format_enum;

/* One report, appended. Errors: UNAVAILABLE. */
typedef int (*report_fn)(const struct assessment *a, struct buf *out, struct error *err);
report_fn report_writer(enum report_format format);

/* Text without units. */
MUST_USE int report_plain(const struct assessment *a, struct buf *out, struct error *err);
/* One page of HTML5 that refers to nothing outside itself; every text of the result is escaped. */
MUST_USE int report_html(const struct assessment *a, struct buf *out, struct error *err);
/* OSCAL 1.2.1 assessment-results and plan-of-action-and-milestones, indented JSON. */
MUST_USE int report_oscal(const struct assessment *a, struct buf *out, struct error *err);
MUST_USE int report_poam(const struct assessment *a, struct buf *out, struct error *err);
/* SARIF 2.1.0: failures are errors or, of recommendations, warnings; INCONCLUSIVE is "open". */
MUST_USE int report_sarif(const struct assessment *a, struct buf *out, struct error *err);
/* JUnit XML: a suite per chapter; INCONCLUSIVE is an error, what is not judged is skipped. */
MUST_USE int report_junit(const struct assessment *a, struct buf *out, struct error *err);

/* Common to the writers: "PASS", "N/A", "not claimed". */
const char *report_verdict(const struct control_result *r);
/* Text as content or attribute of XML and HTML; what XML 1.0 cannot hold becomes '?'. */
MUST_USE int report_escape(const char *text, struct buf *out, struct error *err);
/* A tree as indented JSON with a line feed. */
MUST_USE int report_json(const json_t *tree, struct buf *out, struct error *err);
