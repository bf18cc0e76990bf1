/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/judge_unit.h"

#include <string.h>

#include "assess/list.h"
#include "assess/look.h"

/* A catalogue whose cases inherit in a circle is refused by the linter; here it only must end. */
enum { INHERIT_DEPTH = 8 };

static int judge_units(const struct assess_input *in, const struct test_case *c, unsigned depth,
		       struct case_result *ret, struct error *err);

static int look_inherits(struct look *l, struct error *err)
{
	const struct test_case *c = find_case(l->in->catalog, l->u->ref ? l->u->ref : "");
	auto_case_result struct case_result r = { 0 };

	if (!c || l->depth >= INHERIT_DEPTH)
		return error_set(err, ERROR_INVALID, "catalogue %s: a unit inherits %s '%s'",
				 l->in->catalog->id, c ? "in a circle, through" : "from no case:",
				 l->u->ref ? l->u->ref : "");
	if (judge_units(l->in, c, l->depth + 1, &r, err) < 0)
		return -1;
	if (r.verdict == VERDICT_INCONCLUSIVE)
		return lacking(l, err, "what case %s needs", c->id);
	return conclude(l, r.verdict == VERDICT_PASS, err, "as case %s", c->id);
}

static const struct {
	look_fn *look;
	struct op_reads reads;
} ops[OP_MAX_] = {
	[OP_IS_TRUE] = { look_true, { FACT_BIT(FACT_BOOL) } },
	[OP_IS_FALSE] = { look_true, { FACT_BIT(FACT_BOOL) } },
	[OP_NONE] = { look_items, { FACT_BIT(FACT_ITEMS) } },
	[OP_SOME] = { look_items, { FACT_BIT(FACT_ITEMS) } },
	[OP_AT_LEAST] = { look_count, { FACT_BIT(FACT_COUNT) | FACT_BIT(FACT_ITEMS) } },
	[OP_AT_MOST] = { look_count, { FACT_BIT(FACT_COUNT) | FACT_BIT(FACT_ITEMS) } },
	[OP_EQUALS] = { look_one_of,
			{ FACT_BIT(FACT_TEXT) | FACT_BIT(FACT_ITEMS), .values = true } },
	[OP_ONE_OF] = { look_one_of,
			{ FACT_BIT(FACT_TEXT) | FACT_BIT(FACT_ITEMS), .values = true } },
	[OP_LACKS] = { look_lacks, { FACT_BIT(FACT_ITEMS), .values = true } },
	[OP_WITHIN] = { look_within, { FACT_BIT(FACT_ITEMS), .ixit = true } },
	[OP_COVERS] = { look_covers, { FACT_BIT(FACT_ITEMS), .ixit = true } },
	[OP_FILLED] = { look_filled, { .ixit = true, .values = true } },
	[OP_CONFIRMED] = { look_confirmed, { .ixit = true } },
	[OP_DECLARED] = { look_declared, { .ixit = true, .column = true, .values = true } },
	[OP_INHERITS] = { look_inherits, { .ref = true } },
	[OP_JUSTIFIED] = { look_justified, { 0 } },
	[OP_OBSERVED] = { look_observed, { 0 } },
};

const struct op_reads *op_reads(enum unit_op op)
{
	return &ops[op].reads;
}

/* 1: there; 0: missing, and said so; -1: *err. */
static int find_fact(struct look *l, struct error *err)
{
	const struct fact_row *row;
	const struct fact *f;

	if (!l->u->fact)
		return error_set(err, ERROR_INVALID, "catalogue %s: a unit names no fact: %.80s",
				 l->in->catalog->id, l->u->text);
	row = fact_row(fact_find(l->u->fact));
	if (!row || !(op_reads(l->u->op)->types & FACT_BIT(row->type)))
		return error_set(err, ERROR_INVALID, "catalogue %s: %s cannot be asked of %.80s",
				 l->in->catalog->id, unit_op_enum.names[l->u->op], l->u->fact);
	f = l->in->evidence ? evidence_fact(l->in->evidence, l->u->fact) : NULL;
	if (!f)
		return lacking(l, err, "the fact %s", l->u->fact);
	if (f->state != FACT_KNOWN)
		return lacking(l, err, "the fact %s: %s%s%s", l->u->fact,
			       fact_reason_enum.names[f->reason], f->detail ? ": " : "",
			       f->detail ? f->detail : "");
	l->fact = f;
	return text_format(&l->result->evidence, err, "fact %s", l->u->fact) < 0 ? -1 : 1;
}

static int find_table(struct look *l, struct error *err)
{
	if (!l->u->ixit)
		return error_set(err, ERROR_INVALID, "catalogue %s: a unit names no table: %.80s",
				 l->in->catalog->id, l->u->text);
	l->table = l->in->ixit ? json_object_get(l->in->ixit->tables, l->u->ixit) : NULL;
	if (!l->table)
		return lacking(l, err, "IXIT %s", l->u->ixit);
	return text_format(&l->result->evidence, err, "%s%sIXIT %s", l->fact ? "fact " : "",
			   l->fact ? l->u->fact : "", l->u->ixit) < 0
		       ? -1
		       : 1;
}

static int look_at(struct look *l, struct error *err)
{
	const struct op_reads *reads = op_reads(l->u->op);
	int there = 1;

	if (reads->types)
		there = find_fact(l, err);
	if (there > 0 && reads->ixit)
		there = find_table(l, err);
	if (there < 0 || l->result->verdict != VERDICT_NONE_)
		return there < 0 ? -1 : 0;
	return ops[l->u->op].look(l, err);
}

/* A unit that can only refute supports at best, and the other way round. */
static int limit_to_what_it_decides(struct look *l, struct error *err)
{
	int v = l->result->verdict;

	if (l->u->decides == DECIDES_FAIL && v == VERDICT_PASS)
		return lacking(l, err, "an observation by a person: this look can only refute");
	if (l->u->decides == DECIDES_PASS && v == VERDICT_FAIL)
		return lacking(l, err, "an observation by a person: this look can only support");
	return 0;
}

/* A person's observation decides what nothing else could. */
static int observe(struct look *l, const char *key, struct error *err)
{
	const struct statement *s = l->in->statement;
	const struct statement_observation *o = s ? s->observations.items : NULL;

	for (size_t i = 0; key && o && i < s->observations.n; i++) {
		if (strcmp(o[i].unit, key) != 0)
			continue;
		l->result->verdict = o[i].verdict;
		free(l->result->missing);
		l->result->missing = NULL;
		if (text_copy(o[i].evidence, &l->result->because, err) < 0)
			return -1;
		return text_format(&l->result->evidence, err, "observed by %s", o[i].by);
	}
	return 0;
}

static int judge_look(struct look *l, const char *key, struct error *err)
{
	l->result->pattern = l->u->pattern;
	if (look_at(l, err) < 0 || limit_to_what_it_decides(l, err) < 0)
		return -1;
	return l->result->verdict == VERDICT_INCONCLUSIVE ? observe(l, key, err) : 0;
}

int judge_unit(const struct assess_input *in, const struct unit *u, const char *key,
	       struct unit_result *ret, struct error *err)
{
	struct look l = { .in = in, .u = u, .result = ret };

	return judge_look(&l, key, err);
}

enum verdict_kind weigh(enum verdict_kind a, enum verdict_kind b)
{
	return a > b ? a : b;
}

static int judge_units(const struct assess_input *in, const struct test_case *c, unsigned depth,
		       struct case_result *ret, struct error *err)
{
	const struct unit *units = c->units.items;
	struct unit_result *results;
	int verdict = VERDICT_NONE_;

	if (list_alloc(&ret->units, c->units.n, sizeof(*results), err) < 0)
		return -1;
	results = ret->units.items;
	for (size_t i = 0; i < c->units.n; i++) {
		struct look l = { .in = in, .u = &units[i], .result = &results[i], .depth = depth };

		if (text_format(&results[i].id, err, "%s%s", c->id, units[i].id) < 0 ||
		    text_copy(units[i].text, &results[i].text, err) < 0 ||
		    judge_look(&l, results[i].id, err) < 0)
			return -1;
		verdict = weigh(verdict, results[i].verdict);
	}
	/* A case that looks at nothing has proven nothing. */
	ret->verdict = verdict == VERDICT_NONE_ ? VERDICT_INCONCLUSIVE : verdict;
	return 0;
}

/* Where the escape holds, it is the only unit of the result. */
static int judge_escape(const struct assess_input *in, const struct test_case *c,
			struct case_result *ret, struct error *err)
{
	auto_case_result struct case_result tried = { 0 };
	struct unit_result *r;

	if (list_alloc(&tried.units, 1, sizeof(*r), err) < 0)
		return -1;
	r = tried.units.items;
	if (text_format(&r->id, err, "%s%s", c->id, c->escape->id) < 0 ||
	    text_copy(c->escape->text, &r->text, err) < 0 ||
	    judge_unit(in, c->escape, r->id, r, err) < 0)
		return -1;
	if (r->verdict != VERDICT_PASS)
		return 0;
	ret->escaped = true;
	ret->verdict = VERDICT_PASS;
	ret->units = tried.units;
	tried.units = (struct jmap_list){ 0 };
	return 0;
}

int judge_case(const struct assess_input *in, const struct test_case *c, struct case_result *ret,
	       struct error *err)
{
	ret->kind = c->kind;
	if (text_copy(c->id, &ret->id, err) < 0 || text_copy(c->text, &ret->text, err) < 0 ||
	    (c->escape && judge_escape(in, c, ret, err) < 0))
		return -1;
	return ret->escaped ? 0 : judge_units(in, c, 0, ret, err);
}

const struct test_case *find_case(const struct catalog *c, const char *id)
{
	const struct control *controls = c->controls.items;

	for (size_t i = 0; i < c->controls.n; i++) {
		const struct test_case *cases = controls[i].cases.items;

		for (size_t k = 0; k < controls[i].cases.n; k++)
			if (strcmp(cases[k].id, id) == 0)
				return &cases[k];
	}
	return NULL;
}
