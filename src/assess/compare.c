/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/compare.h"

#include <string.h>

#include "assess/list.h"

static enum change_kind kind_of(int from, int to)
{
	if (to == VERDICT_PASS)
		return CHANGE_BETTER;
	if (to == VERDICT_FAIL || (from == VERDICT_PASS && to == VERDICT_INCONCLUSIVE))
		return CHANGE_DRIFT;
	return CHANGE_OTHER;
}

/* A change that a caller describes. */
struct pair {
	const char *id, *text, *because;
	int from, to;
};

static int add(struct assessment *a, const struct pair *p, struct error *err)
{
	struct result_change *c = list_add(&a->changes, sizeof(*c), err);

	if (!c)
		return -1;
	c->kind = kind_of(p->from, p->to);
	c->from = p->from;
	c->to = p->to;
	if (text_copy(p->id, &c->id, err) < 0 || text_copy(p->text, &c->text, err) < 0)
		return -1;
	return text_copy(p->because, &c->because, err);
}

static const struct unit_result *find_unit(const struct control_result *r, const char *id)
{
	const struct case_result *cases = r->cases.items;

	for (size_t i = 0; i < r->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++)
			if (strcmp(u[k].id, id) == 0)
				return &u[k];
	}
	return NULL;
}

static int compare_unit(const struct control_result *before, const struct unit_result *now,
			struct assessment *a, struct error *err)
{
	const struct unit_result *u = find_unit(before, now->id);
	struct pair p = { now->id, now->text, now->missing ? now->missing : now->because,
			  u ? u->verdict : VERDICT_NONE_, now->verdict };

	return u && p.from != p.to ? add(a, &p, err) : 0;
}

static int compare_control(const struct control_result *before, const struct control_result *now,
			   struct assessment *a, struct error *err)
{
	const struct case_result *cases = now->cases.items;
	struct pair p = { now->id, now->title, now->because, before->verdict, now->verdict };

	if (p.from != p.to)
		return add(a, &p, err);
	for (size_t i = 0; i < now->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++)
			if (compare_unit(before, &u[k], a, err) < 0)
				return -1;
	}
	return 0;
}

static const struct control_result *find_control(const struct assessment *a, const char *id)
{
	const struct control_result *r = a->controls.items;

	for (size_t i = 0; i < a->controls.n; i++)
		if (strcmp(r[i].id, id) == 0)
			return &r[i];
	return NULL;
}

int assessment_compare(const struct assessment *before, struct assessment *a, struct error *err)
{
	const struct control_result *r = a->controls.items;

	if (strcmp(before->catalog, a->catalog) != 0)
		return error_set(err, ERROR_INVALID,
				 "the earlier run was judged by %s, this one is by %s",
				 before->catalog, a->catalog);
	a->since = before->time;
	for (size_t i = 0; i < a->controls.n; i++) {
		const struct control_result *b = find_control(before, r[i].id);

		if (b && compare_control(b, &r[i], a, err) < 0)
			return -1;
	}
	return 0;
}

bool assessment_drifted(const struct assessment *a)
{
	const struct result_change *c = a->changes.items;

	for (size_t i = 0; i < a->changes.n; i++)
		if (c[i].kind == CHANGE_DRIFT)
			return true;
	return false;
}
