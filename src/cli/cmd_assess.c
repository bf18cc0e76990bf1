/* SPDX-License-Identifier: Apache-2.0 */
/* Judge a device against a catalogue. */
#include <string.h>

#include "assess/assess.h"
#include "assess/report.h"
#include "base/limits.h"
#include "cli/catalogs.h"
#include "cli/cli.h"
#include "cli/evidence.h"

struct assess_options {
	char *profile, *evidence, *statement, *ixit, *catalogs, *out;
	int fail_on;
	bool all, json;
};

/* Which verdicts make the exit status 1. */
enum fail_on { FAIL_ON_FAIL = 1, FAIL_ON_INCONCLUSIVE, FAIL_ON_NEVER };
static const char *const fail_on_names[] = {
	[FAIL_ON_FAIL] = "fail",
	[FAIL_ON_INCONCLUSIVE] = "inconclusive",
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
	       "exit with 1 on fail, on inconclusive too, or never (fail)", .sub = &fail_on_enum),
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

	if (o->json ? jmap_write(a, &assessment_table, &text, err) < 0 ||
			      buf_puts(&text, "\n", err) < 0
		    : report_text(a, o->all, &text, err) < 0)
		return -1;
	return write_output(o->out, &text, 0644, err);
}

static int exit_by(const struct assess_options *o, const struct assessment *a, struct error *err)
{
	bool bad = a->verdict == VERDICT_FAIL ||
		   (o->fail_on == FAIL_ON_INCONCLUSIVE && a->verdict != VERDICT_PASS);

	return bad && o->fail_on != FAIL_ON_NEVER ? error_set(err, ERROR_REFUSED, "%s", "") : 0;
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

	if (load_sources(o, &s, err) < 0 || assess(&in, &a, err) < 0)
		return unusable(err);
	a.evidence = STEAL(s.about);
	return put(o, &a, err) < 0 ? -1 : exit_by(o, &a, err);
}

static const char *const assess_examples[] = {
	"muster assess --profile en303645-v3",
	"muster assess --profile homegateway --evidence evidence.json --statement ics.yaml --ixit "
	"ixit.yaml --json --out result.json",
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
