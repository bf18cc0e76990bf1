/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/assess.h"

#include <string.h>

#include "assess/ics.h"
#include "assess/judge_unit.h"
#include "assess/list.h"
#include "assess/trait.h"

/* FAIL needs to know that the control applies at all; so does PASS. */
static int doubt(struct control_result *r, const struct trait_result *which, struct error *err)
{
	r->verdict = VERDICT_INCONCLUSIVE;
	return text_format(&r->because, err, "not known whether it applies: %s (%s)",
			   which ? which->id : "?", which ? which->text : "an unknown trait");
}

/* The first case of the control's verdict says why. */
static int explain(struct control_result *r, struct error *err)
{
	const struct case_result *cases = r->cases.items;

	for (size_t i = 0; i < r->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++)
			if (u[k].verdict == r->verdict)
				return text_format(&r->because, err, "%s: %s", u[k].id,
						   u[k].missing	  ? u[k].missing
						   : u[k].because ? u[k].because
								  : u[k].text);
	}
	return text_copy("it has no test case", &r->because, err);
}

static int judge_cases(const struct assess_input *in, const struct control *c,
		       struct control_result *r, struct error *err)
{
	const struct test_case *cases = c->cases.items;
	struct case_result *results;
	int verdict = VERDICT_NONE_;

	if (list_alloc(&r->cases, c->cases.n, sizeof(*results), err) < 0)
		return -1;
	results = r->cases.items;
	for (size_t i = 0; i < c->cases.n; i++) {
		if (judge_case(in, &cases[i], &results[i], err) < 0)
			return -1;
		verdict = weigh(verdict, results[i].verdict);
	}
	r->verdict = verdict == VERDICT_NONE_ ? VERDICT_INCONCLUSIVE : verdict;
	return explain(r, err);
}

static int describe_group(const struct catalog *catalog, const struct control *c,
			  struct control_result *r, struct error *err)
{
	const struct control_group *g = catalog->groups.items;

	for (size_t i = 0; i < catalog->groups.n; i++)
		if (strcmp(g[i].id, c->group) == 0)
			return text_copy(g[i].title, &r->group_title, err);
	return 0;
}

static int describe(const struct catalog *catalog, const struct control *c,
		    struct control_result *r, struct error *err)
{
	r->level = c->level;
	r->unverified = c->unverified;
	r->remedy = json_incref(c->remedy);
	if (text_copy(c->id, &r->id, err) < 0 || text_copy(c->title, &r->title, err) < 0 ||
	    text_copy(c->guidance, &r->guidance, err) < 0 || describe_group(catalog, c, r, err) < 0)
		return -1;
	return text_copy(c->group, &r->group, err);
}

static int judge_control(const struct assess_input *in, const struct assessment *a,
			 const struct control *c, struct control_result *r, struct error *err)
{
	const struct statement_claim *claim =
		in->statement ? find_claim(in->statement, c->id) : NULL;
	const struct trait_result *which = NULL;

	r->support = claim ? claim->support : SUPPORT_NONE_;
	r->applies = control_applies(&a->traits, c, &which);
	if (describe(in->catalog, c, r, err) < 0)
		return -1;
	if (r->applies == TRUTH_NO)
		return text_format(&r->because, err, "does not apply: not %s (%s)", which->id,
				   which->text);
	if (r->support == SUPPORT_NO || r->support == SUPPORT_NOT_APPLICABLE)
		return text_format(&r->because, err, "%s: %s", support_enum.names[r->support],
				   claim->detail ? claim->detail : "no reason given");
	if (judge_cases(in, c, r, err) < 0)
		return -1;
	return r->applies == TRUTH_UNKNOWN ? doubt(r, which, err) : 0;
}

static void count(struct assessment_sum *sum, const struct control_result *r)
{
	sum->pass += r->verdict == VERDICT_PASS;
	sum->fail += r->verdict == VERDICT_FAIL;
	sum->inconclusive += r->verdict == VERDICT_INCONCLUSIVE;
	if (r->verdict != VERDICT_NONE_)
		return;
	if (r->applies == TRUTH_NO || r->support == SUPPORT_NOT_APPLICABLE)
		sum->not_applicable++;
	else
		sum->not_claimed++;
}

static int judge_controls(const struct assess_input *in, struct assessment *a, struct error *err)
{
	const struct control *controls = in->catalog->controls.items;
	struct control_result *results;

	if (list_alloc(&a->controls, in->catalog->controls.n, sizeof(*results), err) < 0)
		return -1;
	results = a->controls.items;
	for (size_t i = 0; i < in->catalog->controls.n; i++) {
		if (judge_control(in, a, &controls[i], &results[i], err) < 0)
			return -1;
		count(&a->sum, &results[i]);
		a->verdict = weigh(a->verdict, results[i].verdict);
	}
	return 0;
}

/* An invalid ICS fails the whole; without one nothing can be said to pass. */
static void judge_whole(struct assessment *a)
{
	if (a->ics == ICS_INVALID)
		a->verdict = VERDICT_FAIL;
	else if (a->ics == ICS_ABSENT || a->verdict == VERDICT_NONE_)
		a->verdict = weigh(a->verdict, VERDICT_INCONCLUSIVE);
}

static int describe_device(const struct evidence *e, struct assessment *a, struct error *err)
{
	if (!e)
		return 0;
	a->time = e->time;
	memcpy(a->device.id, e->device.id, sizeof(a->device.id));
	memcpy(a->device.enrollment, e->device.enrollment, sizeof(a->device.enrollment));
	if (text_copy(e->device.hostname, &a->device.hostname, err) < 0 ||
	    text_copy(e->device.model, &a->device.model, err) < 0 ||
	    text_copy(e->device.os, &a->device.os, err) < 0 ||
	    text_copy(e->device.kernel, &a->device.kernel, err) < 0)
		return -1;
	return text_copy(e->device.architecture, &a->device.architecture, err);
}

static int describe_catalog(const struct catalog *c, struct assessment *a, struct error *err)
{
	if (text_copy("assessment", &a->type, err) < 0 || text_copy(c->id, &a->catalog, err) < 0 ||
	    text_copy(c->title, &a->title, err) < 0 || text_copy(c->version, &a->version, err) < 0)
		return -1;
	return text_copy(c->source, &a->source, err);
}

int assess(const struct assess_input *in, struct assessment *ret, struct error *err)
{
	auto_assessment struct assessment a = { 0 };

	if (describe_catalog(in->catalog, &a, err) < 0 ||
	    describe_device(in->evidence, &a, err) < 0 || judge_traits(in, &a.traits, err) < 0 ||
	    judge_ics(in, &a, err) < 0 || judge_controls(in, &a, err) < 0)
		return -1;
	judge_whole(&a);
	*ret = a;
	a = (struct assessment){ 0 };
	return 0;
}
