/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what the supplier wrote: the IXIT and the statement. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "assess/ics.h"
#include "assess/look.h"

int look_filled(struct look *l, struct error *err)
{
	auto_naming struct naming n = { 0 };
	const json_t *entry;
	size_t i;

	if (json_array_size(l->table) == 0)
		return conclude(l, false, err, "%s has no entry", l->u->ixit);
	json_array_foreach (l->table, i, entry)
		for (size_t c = 0; c < l->u->values.n; c++) {
			const char *cell = cell_of(entry, l->u->values.items[c]);
			char what[160];

			(void)snprintf(what, sizeof(what), "%.60s of %.60s", l->u->values.items[c],
				       cell_of(entry, "ID"));
			if ((!cell || !*cell) && name_one(&n, what, err) < 0)
				return -1;
		}
	if (name_end(&n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "%s: %zu entries, all filled", l->u->ixit,
				json_array_size(l->table));
	return lacking(l, err, "IXIT %s: %s", l->u->ixit, named(&n));
}

int look_confirmed(struct look *l, struct error *err)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (l->table, i, entry) {
		const char *id = cell_of(entry, "ID"), *word = cell_of(entry, "Confirmation");

		if (!id || strcmp(id, l->u->column ? l->u->column : "") != 0 || !word)
			continue;
		return conclude(l, strcasecmp(word, "yes") == 0, err, "%s, %s: %.80s", l->u->ixit,
				id, word);
	}
	return lacking(l, err, "IXIT %s: the confirmation %s", l->u->ixit, l->u->column);
}

int look_declared(struct look *l, struct error *err)
{
	auto_naming struct naming bad = { 0 };
	const json_t *entry;
	size_t i;

	json_array_foreach (l->table, i, entry) {
		const char *cell = cell_of(entry, l->u->column);

		if (!cell || !*cell)
			return lacking(l, err, "IXIT %s: %s of %.80s", l->u->ixit, l->u->column,
				       cell_of(entry, "ID"));
		for (size_t v = 0; v < l->u->values.n; v++)
			if (strcasecmp(cell, l->u->values.items[v]) == 0 &&
			    name_one(&bad, cell_of(entry, "ID"), err) < 0)
				return -1;
	}
	if (name_end(&bad, err) < 0)
		return -1;
	if (bad.n == 0)
		return conclude(l, true, err, "%s: %zu entries, none of them too weak", l->u->ixit,
				json_array_size(l->table));
	return conclude(l, false, err, "%s: %s of %s", l->u->ixit, l->u->column, named(&bad));
}

int look_justified(struct look *l, struct error *err)
{
	const struct control *controls = l->in->catalog->controls.items;
	auto_naming struct naming n = { 0 };

	if (!l->in->statement)
		return lacking(l, err, "the supplier's statement (ICS)");
	for (size_t i = 0; i < l->in->catalog->controls.n; i++) {
		const struct statement_claim *c = find_claim(l->in->statement, controls[i].id);

		if (controls[i].level == LEVEL_RECOMMENDED &&
		    (!c || (c->support != SUPPORT_YES && !c->detail)) &&
		    name_one(&n, controls[i].id, err) < 0)
			return -1;
	}
	if (name_end(&n, err) < 0)
		return -1;
	if (n.n == 0)
		return conclude(l, true, err, "every recommendation is supported or justified");
	return conclude(l, false, err, "no justification: %s", named(&n));
}

int look_observed(struct look *l, struct error *err)
{
	return lacking(l, err, "an observation by a person");
}
