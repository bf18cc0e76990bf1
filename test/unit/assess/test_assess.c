/* SPDX-License-Identifier: Apache-2.0 */
/* The engine against the misjudgements that assessments by hand are known for. */
#include "check.h"

#include <string.h>

#include "assess/assess.h"

static const char head[] =
	"type: catalog\nid: c\ntitle: C\nversion: \"1\"\nsource: ours\n"
	"features:\n"
	"  - {id: p, text: has ports, when: {id: w, text: t, pattern: completeness,"
	" op: some, fact: net.listening}}\n"
	"  - {id: q, text: has a queue}\n"
	"groups: [{id: \"1\", title: One}]\ncontrols:\n";

/* One mandatory control, 1-1, with the units given as YAML flow mappings. */
#define CONTROL(id, level, more, units) \
	"  - {id: " id ", group: \"1\", level: " level ", title: t, text: t, " more \
	" cases: [{id: " id "-1, kind: functional, text: t, units: [" units "]}]}\n"
#define UNIT(id, rest) "{id: " id ", text: t, pattern: completeness, " rest "}"

struct inputs {
	struct catalog catalog;
	struct evidence evidence;
	struct statement statement;
	struct ixit ixit;
	bool has_evidence, has_statement, has_ixit;
};

static struct conf *yaml(const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	struct conf *c = NULL;

	CHECK_OK(conf_parse(name, text, strlen(text), &c, &err), err);
	return c;
}

static void give_catalog(struct inputs *in, const char *controls)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf text = BUF_INIT;
	auto_conf struct conf *file = NULL;

	CHECK_OK(buf_puts(&text, head, &err), err);
	CHECK_OK(buf_puts(&text, controls, &err), err);
	file = yaml("catalog", (const char *)text.data);
	CHECK_OK(catalog_read(file, &in->catalog, &err), err);
}

static void give_evidence(struct inputs *in, const char *facts)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf text = BUF_INIT;

	CHECK_OK(buf_printf(&text, &err,
			    "{\"type\":\"evidence\",\"version\":\"1\",\"device\":{},\"privileged\":"
			    "true,\"time\":\"2026-11-23T12:00:00Z\",\"state\":\"inUse\",\"facts\":["
			    "%s]}",
			    facts),
		 err);
	CHECK_OK(evidence_read(text.data, text.len, &in->evidence, &err), err);
	in->has_evidence = true;
}

static void give_statement(struct inputs *in, const char *rest)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf text = BUF_INIT;
	auto_conf struct conf *file = NULL;

	CHECK_OK(buf_printf(&text, &err, "type: statement\ncatalog: c\ndut: {name: d}\n%s", rest),
		 err);
	file = yaml("statement", (const char *)text.data);
	CHECK_OK(statement_read(file, &in->statement, &err), err);
	in->has_statement = true;
}

static void give_ixit(struct inputs *in, const char *tables)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf text = BUF_INIT;
	auto_conf struct conf *file = NULL;

	CHECK_OK(buf_printf(&text, &err, "type: ixit\ntables: %s\n", tables), err);
	file = yaml("ixit", (const char *)text.data);
	CHECK_OK(ixit_read(file, &in->ixit, &err), err);
	in->has_ixit = true;
}

static void inputs_done(struct inputs *in)
{
	catalog_done(&in->catalog);
	evidence_done(&in->evidence);
	statement_done(&in->statement);
	ixit_done(&in->ixit);
}
#define auto_inputs CLEANUP(inputs_done)

static void run(const struct inputs *in, struct assessment *a)
{
	struct error err = ERROR_INIT;
	struct assess_input input = {
		.catalog = &in->catalog,
		.evidence = in->has_evidence ? &in->evidence : NULL,
		.statement = in->has_statement ? &in->statement : NULL,
		.ixit = in->has_ixit ? &in->ixit : NULL,
	};

	CHECK_OK(assess(&input, a, &err), err);
}

static const struct control_result *control(const struct assessment *a, size_t i)
{
	return &((const struct control_result *)a->controls.items)[i];
}

static void check_verdict(const struct assessment *a, size_t i, enum verdict_kind want)
{
	CHECK(a->controls.n > i);
	CHECK_STR(verdict_enum.names[control(a, i)->verdict]
			  ? verdict_enum.names[control(a, i)->verdict]
			  : "none",
		  want ? verdict_enum.names[want] : "none");
}

#define LISTENING(ports) "{\"key\":\"net.listening\",\"state\":\"known\",\"items\":[" ports "]}"
#define WITHIN UNIT("a", "op: within, fact: net.listening, ixit: 28-LogIntf")

static void undeclared_port_fails(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", WITHIN));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"},{\"id\":\"tcp/23\"}"));
	give_ixit(&in, "{28-LogIntf: [{ID: tcp/22}]}");
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_FAIL);
	CHECK_STR(control(&a, 0)->because,
		  "1-1-1a: net.listening: not declared in 28-LogIntf: tcp/23");
	CHECK(a.verdict == VERDICT_FAIL && a.ics == ICS_ABSENT);
}

static void what_is_missing_is_named(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment none = { 0 }, unknown = { 0 }, paperless = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", WITHIN));
	run(&in, &none);
	check_verdict(&none, 0, VERDICT_INCONCLUSIVE);
	CHECK_STR(control(&none, 0)->because, "1-1-1a: the fact net.listening");
	give_evidence(&in, "{\"key\":\"net.listening\",\"state\":\"unknown\",\"reason\":"
			   "\"noPrivilege\",\"detail\":\"not root\"}");
	run(&in, &unknown);
	CHECK_STR(control(&unknown, 0)->because,
		  "1-1-1a: the fact net.listening: noPrivilege: not root");
	evidence_done(&in.evidence);
	give_evidence(&in, LISTENING(""));
	run(&in, &paperless);
	check_verdict(&paperless, 0, VERDICT_INCONCLUSIVE);
	CHECK_STR(control(&paperless, 0)->because, "1-1-1a: IXIT 28-LogIntf");
}

static void nothing_looked_at_never_passes(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, "  - {id: 1-1, group: \"1\", level: M, title: t, text: t}\n");
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_INCONCLUSIVE);
}

static void all_is_not_some(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "",
				  UNIT("a", "op: declared, ixit: 12-NetSecImpl, column: Report,"
					    " values: [none]")));
	give_ixit(&in, "{12-NetSecImpl: [{ID: a, Report: r}, {ID: b, Report: none}]}");
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_FAIL);
}

static void refuting_look_supports_at_best(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment alone = { 0 }, observed = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "",
				  UNIT("a", "op: none, fact: net.listening, decides: fail")));
	give_evidence(&in, LISTENING(""));
	run(&in, &alone);
	check_verdict(&alone, 0, VERDICT_INCONCLUSIVE);
	give_statement(&in, "claims: [{control: 1-1, support: Y}]\n"
			    "traits: [{id: p, holds: false}, {id: q, holds: false}]\n"
			    "observations: [{unit: 1-1-1a, verdict: PASS, by: lab, time: "
			    "\"2026-11-01T00:00:00Z\", evidence: seen}]\n");
	run(&in, &observed);
	check_verdict(&observed, 0, VERDICT_PASS);
	CHECK(observed.verdict == VERDICT_PASS && observed.ics == ICS_VALID);
}

static void observation_does_not_overrule_a_failure(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", UNIT("a", "op: none, fact: net.listening")));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/23\"}"));
	give_statement(&in, "claims: [{control: 1-1, support: Y}]\n"
			    "traits: [{id: p, holds: true}, {id: q, holds: false}]\n"
			    "observations: [{unit: 1-1-1a, verdict: PASS, by: lab, time: "
			    "\"2026-11-01T00:00:00Z\", evidence: seen}]\n");
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_FAIL);
}

static void escape_passes_and_only_where_it_holds(void)
{
	static const char escaping[] =
		"  - {id: 1-1, group: \"1\", level: M, title: t, text: t, cases: [{id: 1-1-1, "
		"kind: "
		"functional, text: t, escape: {id: e, text: none, pattern: escape, op: none, fact: "
		"net.listening}, units: [" UNIT("a", "op: observed") "]}]}\n";
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment free = { 0 }, bound = { 0 };

	give_catalog(&in, escaping);
	give_evidence(&in, LISTENING(""));
	run(&in, &free);
	check_verdict(&free, 0, VERDICT_PASS);
	evidence_done(&in.evidence);
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	run(&in, &bound);
	check_verdict(&bound, 0, VERDICT_INCONCLUSIVE);
}

static void inherited_case_counts(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", UNIT("a", "op: inherits, ref: 1-2-1")) CONTROL(
				  "1-2", "M", "", UNIT("a", "op: none, fact: net.clearText")));
	give_evidence(&in, "{\"key\":\"net.clearText\",\"state\":\"known\",\"items\":[{\"id\":"
			   "\"tcp/23\"}]}");
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_FAIL);
	CHECK_STR(control(&a, 0)->because, "1-1-1a: as case 1-2-1");
}

static void inheriting_in_a_circle_is_an_error(void)
{
	auto_inputs struct inputs in = { 0 };
	struct error err = ERROR_INIT;
	struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", UNIT("a", "op: inherits, ref: 1-1-1")));
	CHECK_ERROR(assess(&(struct assess_input){ .catalog = &in.catalog }, &a, &err), err,
		    ERROR_INVALID);
}

static void an_op_of_another_type_is_an_error(void)
{
	auto_inputs struct inputs in = { 0 };
	struct error err = ERROR_INIT;
	struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", UNIT("a", "op: isFalse, fact: net.listening")));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	CHECK_ERROR(
		assess(&(struct assess_input){ .catalog = &in.catalog, .evidence = &in.evidence },
		       &a, &err),
		err, ERROR_INVALID);
}

static void contradiction_is_the_statements_fault(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "features: [p],", WITHIN));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	give_ixit(&in, "{28-LogIntf: [{ID: tcp/22}]}");
	give_statement(&in, "claims: [{control: 1-1, support: N/A, detail: no ports}]\n"
			    "traits: [{id: p, holds: false}, {id: q, holds: false}]\n");
	run(&in, &a);
	CHECK(a.ics == ICS_INVALID && a.verdict == VERDICT_FAIL && a.faults.n == 2);
	CHECK_STR(((struct assessment_fault *)a.faults.items)[0].text,
		  "p (has ports): stated no, but the device shows yes: net.listening: tcp/22");
	check_verdict(&a, 0, VERDICT_NONE_);
}

static void na_needs_a_condition_that_does_not_hold(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in,
		     CONTROL("1-1", "R", "", WITHIN) CONTROL("1-2", "R", "features: [q],", WITHIN));
	give_statement(&in, "claims: [{control: 1-1, support: N/A, detail: d}, {control: 1-2, "
			    "support: N/A, detail: d}]\n"
			    "traits: [{id: p, holds: false}, {id: q, holds: true}]\n");
	run(&in, &a);
	CHECK(a.ics == ICS_INVALID && a.faults.n == 2);
	CHECK_STR(((struct assessment_fault *)a.faults.items)[0].text,
		  "1-1: N/A, but it applies to every device");
}

static void statement_must_be_complete(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "", WITHIN) CONTROL("1-2", "R", "", WITHIN)
				  CONTROL("1-3", "R", "", WITHIN));
	give_statement(&in, "claims: [{control: 1-1, support: N, detail: d}, {control: 1-2, "
			    "support: N}, {control: 9-9, support: Y}]\n"
			    "traits: [{id: p, holds: false}]\n");
	run(&in, &a);
	CHECK(a.ics == ICS_INVALID && a.faults.n == 5);
	CHECK(a.sum.not_claimed == 2 && a.verdict == VERDICT_FAIL);
}

static void claimed_recommendation_that_fails_fails_the_whole(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "R", "", UNIT("a", "op: none, fact: net.listening")));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	give_statement(&in, "claims: [{control: 1-1, support: Y}]\n"
			    "traits: [{id: p, holds: true}, {id: q, holds: false}]\n");
	run(&in, &a);
	CHECK(a.ics == ICS_VALID && a.verdict == VERDICT_FAIL);
}

static void unknown_applicability_is_inconclusive(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 };

	give_catalog(&in, CONTROL("1-1", "M", "features: [q],",
				  UNIT("a", "op: none, fact: net.listening")));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	run(&in, &a);
	check_verdict(&a, 0, VERDICT_INCONCLUSIVE);
	CHECK_STR(control(&a, 0)->because, "not known whether it applies: q (has a queue)");
}

static void assessment_round_trip(void)
{
	auto_inputs struct inputs in = { 0 };
	auto_assessment struct assessment a = { 0 }, back = { 0 };
	auto_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct error err = ERROR_INIT;

	give_catalog(&in, CONTROL("1-1", "M", "remedy: {loginBanner: {text: x}},", WITHIN));
	give_evidence(&in, LISTENING("{\"id\":\"tcp/22\"}"));
	give_ixit(&in, "{28-LogIntf: []}");
	run(&in, &a);
	CHECK_OK(jmap_write(&a, &assessment_table, &first, &err), err);
	CHECK_OK(jmap_read(first.data, first.len, 1 << 20, &assessment_table, &back, &err), err);
	CHECK_OK(jmap_write(&back, &assessment_table, &second, &err), err);
	CHECK(buf_is(&second, first.data, first.len));
}

static const struct check_case cases[] = {
	{ "5.6-1: an undeclared open port fails", undeclared_port_fails },
	{ "TS103701: what is missing is INCONCLUSIVE, and named", what_is_missing_is_named },
	{ "TS103701: what looks at nothing never passes", nothing_looked_at_never_passes },
	{ "TS103701: all entries must do, not some", all_is_not_some },
	{ "TS103701: a look that can only refute supports at best",
	  refuting_look_supports_at_best },
	{ "TS103701: an observation does not overrule a failure",
	  observation_does_not_overrule_a_failure },
	{ "TS103701: an escape clause passes, only where it holds",
	  escape_passes_and_only_where_it_holds },
	{ "5.8-1: an inherited case counts", inherited_case_counts },
	{ "catalogue: inheriting in a circle is an error", inheriting_in_a_circle_is_an_error },
	{ "catalogue: an op that the fact's type cannot answer is an error, never a pass",
	  an_op_of_another_type_is_an_error },
	{ "TS103701: a contradiction invalidates the ICS, and fails no provision",
	  contradiction_is_the_statements_fault },
	{ "TS103701: N/A needs a condition that does not hold",
	  na_needs_a_condition_that_does_not_hold },
	{ "5.0-1: the ICS must be complete", statement_must_be_complete },
	{ "TS103701: a claimed recommendation that fails, fails the whole",
	  claimed_recommendation_that_fails_fails_the_whole },
	{ "TS103701: unknown applicability is INCONCLUSIVE",
	  unknown_applicability_is_inconclusive },
	{ "assessment: round trip", assessment_round_trip },
};
CHECK_MAIN(cases)
