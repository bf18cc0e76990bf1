/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/lint_unit.h"

#include <stdio.h>
#include <string.h>

#include "assess/judge_unit.h"
#include "base/limits.h"
#include "proto/fact.h"
#include "proto/ixit.h"

enum { CHAIN_MAX = 8 };

static int check_fact(struct lint *l, const char *where, const struct unit *u, struct error *err)
{
	const struct fact_row *row = u->fact ? fact_row(fact_find(u->fact)) : NULL;
	unsigned types = op_reads(u->op)->types;

	if (!types && u->fact)
		return lint_find(l, where, err, "%s reads no fact", unit_op_enum.names[u->op]);
	if (!types)
		return 0;
	if (!row)
		return lint_find(l, where, err, "there is no fact %s",
				 u->fact ? u->fact : "(none)");
	if (!(types & FACT_BIT(row->type)))
		return lint_find(l, where, err, "%s cannot be asked of %s, a fact of type %s",
				 unit_op_enum.names[u->op], u->fact,
				 fact_type_enum.names[row->type]);
	return 0;
}

static int check_columns(struct lint *l, const char *where, const struct unit *u,
			 const struct ixit_row *row, struct error *err)
{
	if (u->column && u->op != OP_CONFIRMED && !ixit_has_column(row, u->column) &&
	    lint_find(l, where, err, "%s has no column %s", u->ixit, u->column) < 0)
		return -1;
	for (size_t i = 0; u->op == OP_FILLED && i < u->values.n; i++)
		if (!ixit_has_column(row, u->values.items[i]) &&
		    lint_find(l, where, err, "%s has no column %s", u->ixit, u->values.items[i]) <
			    0)
			return -1;
	return 0;
}

static int check_ixit(struct lint *l, const char *where, const struct unit *u, struct error *err)
{
	const struct ixit_row *row = u->ixit ? ixit_row(u->ixit) : NULL;

	if (!op_reads(u->op)->ixit)
		return u->ixit || u->column ? lint_find(l, where, err, "%s reads no IXIT",
							unit_op_enum.names[u->op])
					    : 0;
	if (!row)
		return lint_find(l, where, err, "there is no IXIT table %s",
				 u->ixit ? u->ixit : "(none)");
	if (op_reads(u->op)->column && !u->column)
		return lint_find(l, where, err, "%s needs a column", unit_op_enum.names[u->op]);
	return check_columns(l, where, u, row, err);
}

/* Follows what a case inherits; a chain without an end is a circle. */
static bool ends(const struct catalog *c, const struct test_case *from, unsigned depth)
{
	const struct unit *u = from->units.items;

	if (depth == CHAIN_MAX)
		return false;
	for (size_t i = 0; i < from->units.n; i++) {
		const struct test_case *next =
			u[i].op == OP_INHERITS && u[i].ref ? find_case(c, u[i].ref) : NULL;

		if (next && !ends(c, next, depth + 1))
			return false;
	}
	return true;
}

int lint_unit(struct lint *l, const struct catalog *c, const char *where, const struct unit *u,
	      struct error *err)
{
	if (op_reads(u->op)->values != (u->values.n > 0) &&
	    lint_find(l, where, err, "%s %s values", unit_op_enum.names[u->op],
		      u->values.n > 0 ? "takes no" : "needs") < 0)
		return -1;
	if (op_reads(u->op)->ref != (u->ref != NULL) &&
	    lint_find(l, where, err, "%s %s", unit_op_enum.names[u->op],
		      u->ref ? "refers to no case" : "needs a case") < 0)
		return -1;
	if (u->ref && !find_case(c, u->ref) &&
	    lint_find(l, where, err, "there is no case %s", u->ref) < 0)
		return -1;
	return check_fact(l, where, u, err) < 0 ? -1 : check_ixit(l, where, u, err);
}

int lint_case(struct lint *l, const struct catalog *c, const struct test_case *one,
	      struct error *err)
{
	const struct unit *u = one->units.items;
	char where[2 * LIMIT_NAME];

	if (one->units.n == 0 && lint_find(l, one->id, err, "no unit") < 0)
		return -1;
	if (!ends(c, one, 0) && lint_find(l, one->id, err, "it inherits in a circle") < 0)
		return -1;
	for (size_t i = 0; i < one->units.n; i++) {
		(void)snprintf(where, sizeof(where), "%s%s", one->id, u[i].id);
		if (lint_unit(l, c, where, &u[i], err) < 0)
			return -1;
	}
	return one->escape ? lint_unit(l, c, one->id, one->escape, err) : 0;
}
