/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/lint.h"

#include <stdio.h>
#include <string.h>

#include "assess/judge_unit.h"
#include "assess/lint_unit.h"
#include "assess/list.h"
#include "base/field.h"
#include "base/limits.h"
#include "proto/function.h"
#include "proto/ixit.h"

static const struct jmap finding_fields[] = {
	FIELD_REQ(lint_finding, where, "where", jmap_text, 1, LIMIT_TEXT, "what it is about"),
	FIELD_REQ(lint_finding, text, "text", jmap_text, 1, LIMIT_TEXT, "what is wrong"),
};
static const struct jmap_table finding_table =
	JMAP_TABLE("finding", "A fault of a catalogue", finding_fields, struct lint_finding);
static const struct jmap lint_fields[] = {
	FIELD_SUB(lint, findings, "findings", jmap_array, 100000, &finding_table, "what is wrong"),
};
const struct jmap_table lint_table =
	JMAP_TABLE("lint", "The faults of a catalogue", lint_fields, struct lint);

void lint_done(struct lint *l)
{
	jmap_done(&lint_table, l);
}

int lint_find(struct lint *l, const char *where, struct error *err, const char *fmt, ...)
{
	struct lint_finding *f = list_add(&l->findings, sizeof(*f), err);
	char text[512];
	va_list ap;

	if (!f)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return text_copy(where, &f->where, err) < 0 ? -1 : text_copy(text, &f->text, err);
}

/* ---- ids: every kind of element begins with its id ---- */

static const char *id_at(const struct jmap_list *l, size_t size, size_t i)
{
	return *(char *const *)((const char *)l->items + i * size);
}

static bool has_id(const struct jmap_list *l, size_t size, const char *id, size_t below)
{
	for (size_t i = 0; i < below; i++)
		if (strcmp(id_at(l, size, i), id) == 0)
			return true;
	return false;
}
_Static_assert(offsetof(struct control, id) == 0 && offsetof(struct trait, id) == 0 &&
		       offsetof(struct control_group, id) == 0 &&
		       offsetof(struct test_case, id) == 0 && offsetof(struct unit, id) == 0,
	       "id comes first");

static int unique(struct lint *l, const struct jmap_list *list, size_t size, const char *what,
		  struct error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (has_id(list, size, id_at(list, size, i), i) &&
		    lint_find(l, id_at(list, size, i), err, "a second %s of this id", what) < 0)
			return -1;
	return 0;
}

/* ---- references ---- */

static int refer(struct lint *l, const struct control *c, const struct strings *ids,
		 const struct jmap_list *traits, const char *what, struct error *err)
{
	for (size_t i = 0; i < ids->n; i++)
		if (!has_id(traits, sizeof(struct trait), ids->items[i], traits->n) &&
		    lint_find(l, c->id, err, "there is no %s %s", what, ids->items[i]) < 0)
			return -1;
	return 0;
}

/* Tables that the control lists and no unit reads, and the other way round. */
static bool reads_table(const struct control *c, const char *name)
{
	const struct test_case *cases = c->cases.items;

	for (size_t i = 0; i < c->cases.n; i++) {
		const struct unit *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++)
			if ((u[k].ixit && strcmp(u[k].ixit, name) == 0) || u[k].op == OP_INHERITS ||
			    u[k].op == OP_OBSERVED)
				return true;
	}
	return false;
}

static int check_tables(struct lint *l, const struct control *c, struct error *err)
{
	for (size_t i = 0; i < c->ixit.n; i++) {
		const char *name = c->ixit.items[i];

		if (!ixit_row(name)) {
			if (lint_find(l, c->id, err, "there is no IXIT table %s", name) < 0)
				return -1;
		} else if (!reads_table(c, name) &&
			   lint_find(l, c->id, err, "no unit reads IXIT %s", name) < 0) {
			return -1;
		}
	}
	return 0;
}

static int check_remedy(struct lint *l, const struct control *c, struct error *err)
{
	struct error why = ERROR_INIT;
	enum effect effect;

	if (!c->remedy || functions_check_settings(c->remedy, &effect, &why) == 0)
		return 0;
	return lint_find(l, c->id, err, "remedy: %s", why.msg);
}

static int check_cases(struct lint *l, const struct catalog *c, const struct control *one,
		       struct error *err)
{
	const struct test_case *cases = one->cases.items;

	if (one->cases.n == 0 && lint_find(l, one->id, err, "no test case") < 0)
		return -1;
	if (unique(l, &one->cases, sizeof(*cases), "case", err) < 0)
		return -1;
	for (size_t i = 0; i < one->cases.n; i++) {
		if (strncmp(cases[i].id, one->id, strlen(one->id)) != 0 &&
		    lint_find(l, cases[i].id, err, "a case of %s begins with its id", one->id) < 0)
			return -1;
		if (unique(l, &cases[i].units, sizeof(struct unit), "unit", err) < 0 ||
		    lint_case(l, c, &cases[i], err) < 0)
			return -1;
	}
	return 0;
}

static int check_control(struct lint *l, const struct catalog *c, const struct control *one,
			 struct error *err)
{
	if (!has_id(&c->groups, sizeof(struct control_group), one->group, c->groups.n) &&
	    lint_find(l, one->id, err, "there is no group %s", one->group) < 0)
		return -1;
	if (one->may_not_apply && one->level == LEVEL_MANDATORY && !one->replaces &&
	    lint_find(l, one->id, err, "it is mandatory, and says when it may not apply") < 0)
		return -1;
	if (refer(l, one, &one->conditions, &c->conditions, "condition", err) < 0 ||
	    refer(l, one, &one->features, &c->features, "feature", err) < 0 ||
	    check_tables(l, one, err) < 0 || check_remedy(l, one, err) < 0)
		return -1;
	return check_cases(l, c, one, err);
}

/* ---- orphans ---- */

static bool uses(const struct catalog *c, const char *id, bool condition)
{
	const struct control *controls = c->controls.items;

	for (size_t i = 0; i < c->controls.n; i++) {
		const struct strings *ids =
			condition ? &controls[i].conditions : &controls[i].features;

		for (size_t k = 0; k < ids->n; k++)
			if (strcmp(ids->items[k], id) == 0)
				return true;
	}
	return false;
}

static int check_traits(struct lint *l, const struct catalog *c, const struct jmap_list *traits,
			bool condition, struct error *err)
{
	const struct trait *t = traits->items;

	for (size_t i = 0; i < traits->n; i++) {
		if (!uses(c, t[i].id, condition) &&
		    lint_find(l, t[i].id, err, "no requirement depends on it") < 0)
			return -1;
		if (t[i].when && lint_unit(l, c, t[i].id, t[i].when, err) < 0)
			return -1;
	}
	return unique(l, traits, sizeof(*t), condition ? "condition" : "feature", err);
}

static int check_groups(struct lint *l, const struct catalog *c, struct error *err)
{
	const struct control_group *g = c->groups.items;
	const struct control *controls = c->controls.items;

	for (size_t i = 0; i < c->groups.n; i++) {
		bool used = false;

		for (size_t k = 0; k < c->controls.n; k++)
			used |= strcmp(controls[k].group, g[i].id) == 0;
		if (!used && lint_find(l, g[i].id, err, "a group without requirements") < 0)
			return -1;
	}
	return unique(l, &c->groups, sizeof(*g), "group", err);
}

int lint_catalog(const struct catalog *c, struct lint *ret, struct error *err)
{
	const struct control *controls = c->controls.items;

	if (unique(ret, &c->controls, sizeof(*controls), "requirement", err) < 0 ||
	    check_groups(ret, c, err) < 0 || check_traits(ret, c, &c->conditions, true, err) < 0 ||
	    check_traits(ret, c, &c->features, false, err) < 0)
		return -1;
	for (size_t i = 0; i < c->controls.n; i++)
		if (check_control(ret, c, &controls[i], err) < 0)
			return -1;
	return 0;
}

/* ---- maps ---- */

static int check_ends(struct lint *l, const struct strings *ids, const struct catalog *c,
		      struct error *err)
{
	for (size_t i = 0; i < ids->n; i++)
		if (!has_id(&c->controls, sizeof(struct control), ids->items[i], c->controls.n) &&
		    lint_find(l, ids->items[i], err, "%s has no such requirement", c->id) < 0)
			return -1;
	return 0;
}

static bool leads_from(const struct catalog_map *m, const char *id)
{
	const struct map_row *rows = m->rows.items;

	for (size_t i = 0; i < m->rows.n; i++)
		for (size_t k = 0; k < rows[i].from.n; k++)
			if (strcmp(rows[i].from.items[k], id) == 0)
				return true;
	return false;
}

int lint_map(const struct catalog_map *m, const struct catalog *source,
	     const struct catalog *target, struct lint *ret, struct error *err)
{
	const struct control *controls = source->controls.items;
	const struct map_row *rows = m->rows.items;

	for (size_t i = 0; i < m->rows.n; i++) {
		if (check_ends(ret, &rows[i].from, source, err) < 0 ||
		    check_ends(ret, &rows[i].to, target, err) < 0)
			return -1;
		if ((rows[i].relation == MAP_NONE) != (rows[i].to.n == 0) &&
		    lint_find(ret, rows[i].from.n ? rows[i].from.items[0] : m->id, err,
			      "only a gap leads nowhere, and it leads nowhere") < 0)
			return -1;
	}
	for (size_t i = 0; i < source->controls.n; i++)
		if (!leads_from(m, controls[i].id) &&
		    lint_find(ret, controls[i].id, err, "the map does not name it") < 0)
			return -1;
	return 0;
}
