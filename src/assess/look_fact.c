/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at facts: alone, and held against what was declared. */
#include <string.h>

#include "assess/look.h"

int look_true(struct look *l, struct error *err)
{
	return conclude(l, l->fact->truth == (l->u->op == OP_IS_TRUE), err, "%s: %s", l->u->fact,
			l->fact->truth ? "yes" : "no");
}

/* Names the items whose id is, or is not, among the values (all of them where there are none). */
static int name_items(const struct look *l, bool present, struct naming *n, struct error *err)
{
	const struct fact_item *items = l->fact->items.items;

	for (size_t i = 0; i < l->fact->items.n; i++)
		if ((l->u->values.n == 0 || strings_have(&l->u->values, items[i].id) == present) &&
		    name_one(n, items[i].id, err) < 0)
			return -1;
	return name_end(n, err);
}

int look_items(struct look *l, struct error *err)
{
	auto_naming struct naming n = { 0 };
	bool wanted = l->u->op == OP_SOME;

	if (name_items(l, true, &n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, !wanted, err, "%s: none", l->u->fact);
	return conclude(l, wanted, err, "%s: %s", l->u->fact, named(&n));
}

int look_lacks(struct look *l, struct error *err)
{
	auto_naming struct naming n = { 0 };

	if (name_items(l, true, &n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "%s: nothing of that kind", l->u->fact);
	return conclude(l, false, err, "%s: %s", l->u->fact, named(&n));
}

int look_count(struct look *l, struct error *err)
{
	const struct fact_row *row = fact_row(fact_find(l->u->fact));
	uint64_t n = row && row->type == FACT_ITEMS ? l->fact->items.n : l->fact->count;
	bool least = l->u->op == OP_AT_LEAST;

	return conclude(l, least ? n >= l->u->count : n <= l->u->count, err,
			"%s: %llu, at %s %u wanted", l->u->fact, (unsigned long long)n,
			least ? "least" : "most", l->u->count);
}

int look_one_of(struct look *l, struct error *err)
{
	const struct fact_row *row = fact_row(fact_find(l->u->fact));
	auto_naming struct naming n = { 0 };
	const char *text = l->fact->text ? l->fact->text : "";

	if (row && row->type == FACT_TEXT)
		return conclude(l, strings_have(&l->u->values, text), err, "%s: '%.200s'",
				l->u->fact, text);
	if (name_items(l, false, &n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "%s: only what is allowed", l->u->fact);
	return conclude(l, false, err, "%s: %s", l->u->fact, named(&n));
}

static bool declared_in(const json_t *table, const char *column, const char *id)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (table, i, entry) {
		const char *cell = cell_of(entry, column);

		if (cell && cell_names(cell, id))
			return true;
	}
	return false;
}

int look_within(struct look *l, struct error *err)
{
	const struct fact_item *items = l->fact->items.items;
	auto_naming struct naming n = { 0 };

	for (size_t i = 0; i < l->fact->items.n; i++)
		if (!declared_in(l->table, l->u->column, items[i].id) &&
		    name_one(&n, items[i].id, err) < 0)
			return -1;
	if (name_end(&n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "%s: all %zu are declared in %s", l->u->fact,
				l->fact->items.n, l->u->ixit);
	return conclude(l, false, err, "%s: not declared in %s: %s", l->u->fact, l->u->ixit,
			named(&n));
}

static bool is_item(const struct fact *f, const char *cell)
{
	const struct fact_item *items = f->items.items;

	for (size_t i = 0; i < f->items.n; i++)
		if (cell_names(cell, items[i].id))
			return true;
	return false;
}

int look_covers(struct look *l, struct error *err)
{
	auto_naming struct naming n = { 0 };
	const json_t *entry;
	size_t i;

	json_array_foreach (l->table, i, entry) {
		const char *cell = cell_of(entry, l->u->column);

		if (cell && *cell && !is_item(l->fact, cell) && name_one(&n, cell, err) < 0)
			return -1;
	}
	if (name_end(&n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "%s: all that %s declares is there", l->u->fact,
				l->u->ixit);
	return conclude(l, false, err, "%s: declared in %s, but not there: %s", l->u->fact,
			l->u->ixit, named(&n));
}
