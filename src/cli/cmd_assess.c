/* SPDX-License-Identifier: Apache-2.0 */
/* Judge a device against a catalogue. */
#include <string.h>

#include "assess/assess.h"
#include "assess/compare.h"
#include "assess/remedy.h"
#include "assess/report.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/catalogs.h"
#include "cli/cli.h"
#include "cli/evidence.h"

struct assess_options {
	char *profile, *evidence, *statement, *ixit, *catalogs, *out, *compare, *remedy;
	int fail_on, format;
	bool all, json;
};

/* Which verdicts make the exit status 1. */
enum fail_on { FAIL_ON_FAIL = 1, FAIL_ON_INCONCLUSIVE, FAIL_ON_DRIFT, FAIL_ON_NEVER };
static const char *const fail_on_names[] = {
	[FAIL_ON_FAIL] = "fail",
	[FAIL_ON_INCONCLUSIVE] = "inconclusive",
	[FAIL_ON_DRIFT] = "drift",
	[FAIL_ON_NEVER] = "never",
};
static const struct jmap_enum fail_on_enum = { fail_on_names, ARRAY_SIZE(fail_on_names) };

static const struct jmap assess_fields[] = {
	OPTION(assess_options, profile, "profile", jmap_str, "ID",
	       "the catalogue or overlay to judge by (muster catalog list), or its file",
	       .flags = JMAP_REQUIRED, .max = LIMIT_TEXT),
	OPTION(assess_options, evidence, "evidence", jmap_path, "FILE",
	       "facts that muster-probe wrote (default: look at this device now)"),
	OPTION(assess_options, statement, "statement", jmap_path, "FILE",
	       "the supplier's statement (ICS) and observations, YAML or JSON"),
	OPTION(assess_options, ixit, "ixit", jmap_path, "FILE",
	       "how the requirements are met (IXIT), YAML or JSON"),
	OPTION(assess_options, fail_on, "failOn", jmap_enum, "VERDICT",
	       "exit with 1 on fail, on inconclusive too, on drift since --compare only, or never "
	       "(fail)",
	       .sub = &fail_on_enum),
	OPTION(assess_options, format, "format", jmap_enum, "FORMAT",
	       "text, html, oscal (assessment-results), poam (OSCAL), sarif or junit (text)",
	       .sub = &report_format_enum),
	OPTION(assess_options, compare, "compare", jmap_path, "FILE",
	       "what an earlier run wrote with --json: say what got better, and what drifted"),
	OPTION(assess_options, remedy, "remedy", jmap_path, "FILE",
	       "write the policy that would mend failures, ready to be signed"),
	OPTION(assess_options, all, "all", jmap_bool, NULL,
	       "print every unit, what passed included"),
	OPTION(assess_options, catalogs, "catalogs", jmap_path, "DIR",
	       "where the catalogues are (default: $MUSTER_CATALOGS, else the installed ones)"),
	OPTION(assess_options, out, "out", jmap_path, "FILE", "write there (standard output)"),
	OPTION_JSON(assess_options),
};
static const struct jmap_table assess_options_table =
	JMAP_TABLE("assess", "", assess_fields, struct assess_options);

/* What an assessment is made from. */
struct sources {
	struct catalog catalog;
	struct evidence evidence;
	struct statement statement;
	struct ixit ixit;
	char *about;
};

static void sources_done(struct sources *s)
{
	catalog_done(&s->catalog);
	evidence_done(&s->evidence);
	statement_done(&s->statement);
	ixit_done(&s->ixit);
	free(s->about);
}
#define auto_sources CLEANUP(sources_done)

static int load_papers(const struct assess_options *o, struct sources *s, struct error *err)
{
	auto_conf struct conf *statement = NULL, *ixit = NULL;

	if (o->statement && (conf_load(o->statement, &statement, err) < 0 ||
			     statement_read(statement, &s->statement, err) < 0))
		return -1;
	if (o->ixit && (conf_load(o->ixit, &ixit, err) < 0 || ixit_read(ixit, &s->ixit, err) < 0))
		return -1;
	return 0;
}

static int load_sources(const struct assess_options *o, struct sources *s, struct error *err)
{
	char dir[PATH_MAX];

	if (catalogs_dir(o->catalogs, dir, err) < 0 ||
	    catalogs_load(dir, o->profile, &s->catalog, err) < 0 || load_papers(o, s, err) < 0)
		return -1;
	return evidence_load(o->evidence, &s->evidence, &s->about, err);
}

static int put(const struct assess_options *o, const struct assessment *a, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	report_fn writer = report_writer(o->format ? (enum report_format)o->format : FORMAT_TEXT);
	int r;

	if (o->json)
		r = jmap_write(a, &assessment_table, &text, err) < 0 ? -1
								     : buf_puts(&text, "\n", err);
	else
		r = o->all ? report_text(a, true, &text, err) : writer(a, &text, err);
	return r < 0 ? -1 : write_output(o->out, &text, 0644, err);
}

static int check_options(const struct assess_options *o, struct error *err)
{
	if (o->json && o->format)
		return error_set(err, ERROR_INVALID, "--json is a format: not with --format");
	if (o->all && o->format > FORMAT_TEXT)
		return error_set(err, ERROR_INVALID, "--all is for text: the others have it all");
	if (o->fail_on == FAIL_ON_DRIFT && !o->compare)
		return error_set(err, ERROR_INVALID, "--fail-on drift needs --compare");
	return 0;
}

static int compare(const struct assess_options *o, struct assessment *a, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	auto_assessment struct assessment before = { 0 };

	if (!o->compare)
		return 0;
	if (file_read(o->compare, LIMIT_EVIDENCE, &text, err) < 0)
		return -1;
	if (jmap_read(text.data, text.len, LIMIT_EVIDENCE, &assessment_table, &before, err) < 0 ||
	    assessment_compare(&before, a, err) < 0)
		return error_wrap(err, "%s", o->compare);
	return 0;
}

/* The policy as people edit it: what names the enterprise and the time is added at signing. */
static int write_remedy(const struct assess_options *o, const struct assessment *a,
			const struct evidence *e, struct error *err)
{
	auto_remedy struct remedy r = { 0 };
	auto_buf struct buf text = BUF_INIT;
	auto_json json_t *policy = NULL;
	const struct remedy_note *notes;

	if (!o->remedy)
		return 0;
	if (remedy_of(a, e, &r, err) < 0)
		return -1;
	notes = r.notes.items;
	for (size_t i = 0; i < r.notes.n; i++)
		(void)fprintf(stderr, "%s: %s\n", notes[i].control, notes[i].text);
	policy = json_pack("{s:s, s:O}", "name", "remedy", "settings", r.settings);
	if (report_json(policy, &text, err) < 0)
		return -1;
	return write_output(o->remedy, &text, 0644, err);
}

static bool is_bad(const struct assess_options *o, const struct assessment *a)
{
	switch (o->fail_on) {
	case FAIL_ON_NEVER: return false;
	case FAIL_ON_DRIFT: return assessment_drifted(a);
	case FAIL_ON_INCONCLUSIVE: return a->verdict != VERDICT_PASS;
	default: return a->verdict == VERDICT_FAIL;
	}
}

static int assess_run(void *options, struct error *err)
{
	const struct assess_options *o = options;
	auto_sources struct sources s = { 0 };
	auto_assessment struct assessment a = { 0 };
	struct assess_input in = {
		.catalog = &s.catalog,
		.evidence = &s.evidence,
		.statement = o->statement ? &s.statement : NULL,
		.ixit = o->ixit ? &s.ixit : NULL,
	};

	if (check_options(o, err) < 0 || load_sources(o, &s, err) < 0 || assess(&in, &a, err) < 0 ||
	    compare(o, &a, err) < 0)
		return unusable(err);
	a.evidence = STEAL(s.about);
	if (put(o, &a, err) < 0 || write_remedy(o, &a, &s.evidence, err) < 0)
		return unusable(err);
	return is_bad(o, &a) ? error_set(err, ERROR_REFUSED, "%s", "") : 0;
}

static const char *const assess_examples[] = {
	"muster assess --profile en303645-v3",
	"muster assess --profile home-gateway --statement ics.yaml --ixit ixit.yaml --json",
	"muster assess --profile en303645-v3 --format html --out report.html",
	"muster assess --profile en303645-v3 --compare result.json --fail-on drift",
	NULL,
};

const struct opt_command command_assess = {
	.name = "assess",
	.doc = "judge a device against requirements, and say what is missing",
	.details =
		"By the method of ETSI TS 103 701. FAIL outweighs INCONCLUSIVE outweighs PASS, and "
		"what was not looked at, not stated or not observed is INCONCLUSIVE, never PASS. "
		"Without a statement every requirement counts as claimed, and the whole cannot "
		"pass."
		"\n\nExit status 0: no failure; 1: a failure, by --fail-on; 2: a file or an option "
		"cannot be used.",
	.examples = assess_examples,
	.options = &assess_options_table,
	.run = assess_run,
};
