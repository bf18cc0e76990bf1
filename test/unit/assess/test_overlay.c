/* SPDX-License-Identifier: Apache-2.0 */
/* Verticals: what each operation does, and that none weakens. And what the linter finds. */
#include "check.h"

#include <string.h>

#include "assess/lint.h"
#include "assess/overlay.h"

static const char base_text[] =
	"type: catalog\nid: b\ntitle: B\nversion: \"1\"\nsource: ours\n"
	"conditions: [{id: \"3\", text: three}]\n"
	"groups: [{id: \"1\", title: One}]\ncontrols:\n"
	"  - {id: 1-1, group: \"1\", level: M, title: t, text: t, cases: [{id: 1-1-1, kind: "
	"functional, text: t, units: [{id: a, text: t, pattern: misuse, op: observed}]}]}\n"
	"  - {id: 1-2, group: \"1\", level: R, title: t, text: t, mayNotApply: n, cases: [{id: "
	"1-2-1, kind: functional, text: t, units: [{id: a, text: t, pattern: misuse, op: "
	"observed}]}]}\n"
	"  - {id: 1-3, group: \"1\", level: R, conditions: [\"3\"], title: t, text: t, cases: "
	"[{id: 1-3-1, kind: functional, text: t, units: [{id: a, text: t, pattern: misuse, op: "
	"observed}]}]}\n";

#define NEW(id, level, more) \
	"control: {id: " id ", group: \"1\", level: " level ", title: t, text: t, " more \
	" cases: [{id: " id "-1, kind: functional, text: t, units: [{id: a, text: t, pattern: " \
	"misuse, op: observed}]}]}"

static void base(struct catalog *c)
{
	auto_conf struct conf *file = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(conf_parse("base", base_text, strlen(base_text), &file, &err), err);
	CHECK_OK(catalog_read(file, c, &err), err);
}

static int apply(const char *changes, struct catalog *ret, struct error *err)
{
	auto_catalog struct catalog b = { 0 };
	auto_overlay struct overlay o = { 0 };
	auto_conf struct conf *file = NULL;
	auto_buf struct buf text = BUF_INIT;

	base(&b);
	CHECK_OK(buf_printf(&text, err,
			    "type: overlay\nid: o\ntitle: O\nversion: \"1\"\nsource: s\nbase: "
			    "b\nchanges:\n%s",
			    changes),
		 *err);
	CHECK_OK(conf_parse("overlay", text.data, text.len, &file, err), *err);
	CHECK_OK(overlay_read(file, &o, err), *err);
	return overlay_apply(&b, &o, ret, err);
}

static const struct control *at(const struct catalog *c, size_t i)
{
	CHECK(i < c->controls.n);
	return &((const struct control *)c->controls.items)[i];
}

static void each_operation(void)
{
	auto_catalog struct catalog c = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(
		apply("  - {op: promotion, target: 1-2, text: t}\n"
		      "  - {op: exclusion, target: 1-3, text: t}\n"
		      "  - {op: refinement, target: 1-2, text: more}\n"
		      "  - {op: refinement, target: 1-1-1, text: t, units: [{id: b, text: t, "
		      "pattern: misuse, op: observed}]}\n"
		      "  - {op: extension, target: 1-1, text: t, " NEW(
			      "X-1", "R",
			      "extends: 1-1,") "}\n"
					       "  - {op: substitution, target: 1-1, text: t, " NEW(
						       "S-1", "M",
						       "replaces: 1-1,") "}\n"
									 "  - {op: addition, text: "
									 "t, " NEW("A-1", "M",
										   "") "}\n",
		      &c, &err),
		err);
	CHECK(c.controls.n == 4 && c.conditions.n == 0);
	CHECK_STR(at(&c, 0)->id, "S-1");
	CHECK_STR(at(&c, 1)->id, "X-1");
	CHECK_STR(at(&c, 2)->id, "1-2");
	CHECK_STR(at(&c, 2)->text, "t\nmore");
	CHECK(at(&c, 2)->level == LEVEL_MANDATORY && !at(&c, 2)->may_not_apply);
	CHECK_STR(at(&c, 3)->id, "A-1");
	CHECK_STR(c.id, "o");
}

static void refined_case_has_more_units(void)
{
	auto_catalog struct catalog c = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(apply("  - {op: refinement, target: 1-1-1, text: t, units: [{id: b, text: t, "
		       "pattern: misuse, op: observed}]}\n",
		       &c, &err),
		 err);
	CHECK(((struct test_case *)at(&c, 0)->cases.items)[0].units.n == 2);
}

static void refused(const char *changes, const char *why)
{
	auto_catalog struct catalog c = { 0 };
	struct error err = ERROR_INIT;

	CHECK(apply(changes, &c, &err) < 0);
	CHECK(err.code == ERROR_INVALID);
	CHECK_STR(err.msg, why);
}

static void mandatory_is_never_weakened(void)
{
	refused("  - {op: exclusion, target: 1-1, text: t}\n",
		"overlay o: changes[0] (exclusion 1-1): it is mandatory, and cannot be weakened");
	refused("  - {op: promotion, target: 1-2, text: t}\n"
		"  - {op: exclusion, target: 1-2, text: t}\n",
		"overlay o: changes[1] (exclusion 1-2): it is mandatory, and cannot be weakened");
	refused("  - {op: substitution, target: 1-1, text: t, " NEW("S-1", "R",
								    "replaces: 1-1,") "}\n",
		"overlay o: changes[0] (substitution 1-1): it is mandatory, and cannot be "
		"weakened");
}

static void references_are_held(void)
{
	refused("  - {op: promotion, target: 9-9, text: t}\n",
		"overlay o: changes[0] (promotion 9-9): b has no such requirement");
	refused("  - {op: promotion, target: 1-1, text: t}\n",
		"overlay o: changes[0] (promotion 1-1): it is mandatory already");
	refused("  - {op: extension, target: 1-1, text: t}\n",
		"overlay o: changes[0] (extension 1-1): its control is missing");
	refused("  - {op: extension, target: 1-1, text: t, " NEW("1-2", "R", "extends: 1-1,") "}\n",
		"overlay o: changes[0] (extension 1-1): there is a requirement 1-2 already");
	refused("  - {op: extension, target: 1-1, text: t, " NEW("X-1", "R", "extends: 1-2,") "}\n",
		"overlay o: changes[0] (extension 1-1): its control does not name 1-1");
	refused("  - {op: addition, target: 1-1, text: t, " NEW("X-1", "R", "") "}\n",
		"overlay o: changes[0] (addition 1-1): an addition has no target");
	refused("  - {op: refinement, target: 1-1, text: t, units: [{id: b, text: t, pattern: "
		"misuse, op: observed}]}\n",
		"overlay o: changes[0] (refinement 1-1): units refine a case, not a requirement");
}

/* ---- the linter ---- */

/* A catalogue with one control, whose one unit is this. */
static void lint_unit_text(const char *unit, const char *where, const char *want)
{
	auto_conf struct conf *file = NULL;
	auto_catalog struct catalog c = { 0 };
	auto_lint struct lint l = { 0 };
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(buf_printf(
			 &text, &err,
			 "type: catalog\nid: b\ntitle: B\nversion: \"1\"\nsource: s\ngroups: "
			 "[{id: \"1\", title: One}]\ncontrols: [{id: 1-1, group: \"1\", level: M, "
			 "title: t, text: t, cases: [{id: 1-1-1, kind: functional, text: t, units: "
			 "[{id: a, text: t, pattern: misuse, %s}]}]}]\n",
			 unit),
		 err);
	CHECK_OK(conf_parse("c", text.data, text.len, &file, &err), err);
	CHECK_OK(catalog_read(file, &c, &err), err);
	CHECK_OK(lint_catalog(&c, &l, &err), err);
	CHECK(l.findings.n == (want ? 1 : 0));
	if (want && l.findings.n == 1) {
		CHECK_STR(((struct lint_finding *)l.findings.items)[0].where, where);
		CHECK_STR(((struct lint_finding *)l.findings.items)[0].text, want);
	}
}

static void units_are_linted(void)
{
	lint_unit_text("op: observed", NULL, NULL);
	lint_unit_text("op: none, fact: net.listening", NULL, NULL);
	lint_unit_text("op: none, fact: net.nothing", "1-1-1a", "there is no fact net.nothing");
	lint_unit_text("op: isTrue, fact: net.listening", "1-1-1a",
		       "isTrue cannot be asked of net.listening, a fact of type items");
	lint_unit_text("op: filled, ixit: 99-Nothing, values: [ID]", "1-1-1a",
		       "there is no IXIT table 99-Nothing");
	lint_unit_text("op: filled, ixit: 28-LogIntf, values: [Colour]", "1-1-1a",
		       "28-LogIntf has no column Colour");
	lint_unit_text("op: declared, ixit: 28-LogIntf, values: [none]", "1-1-1a",
		       "declared needs a column");
	lint_unit_text("op: lacks, fact: net.listening", "1-1-1a", "lacks needs values");
	lint_unit_text("op: inherits, ref: 1-2-1", "1-1-1a", "there is no case 1-2-1");
	lint_unit_text("op: inherits, ref: 1-1-1", "1-1-1", "it inherits in a circle");
}

static const struct check_case cases[] = {
	{ "overlay: each of the six operations does its part", each_operation },
	{ "overlay: a refined case has more units", refined_case_has_more_units },
	{ "overlay: nothing mandatory is weakened", mandatory_is_never_weakened },
	{ "overlay: references are held", references_are_held },
	{ "catalogue: the linter finds what cannot be judged", units_are_linted },
};
CHECK_MAIN(cases)
