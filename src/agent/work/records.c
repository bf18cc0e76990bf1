/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/work/records.h"

#include <string.h>

#include "base/limits.h"
#include "function/behaviour.h"

void records_done(struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].object);
		undo_done(&r->items[i].undo);
	}
	free(r->items);
	*r = (struct records){ 0 };
}

int records_add(struct records *r, const char *key, const char *object, const struct buf *bytes,
		struct error *err)
{
	struct record *items, add = { .function = function_find(key, FUNCTION_SETTING) };

	if (r->n >= LIMIT_UNDO_RECORDS)
		return error_set(err, ERROR_LIMIT, "more than %d undo records", LIMIT_UNDO_RECORDS);
	items = realloc(r->items, (r->n + 1) * sizeof(*items));
	if (!items)
		return error_oom(err);
	r->items = items;
	if (undo_read(bytes->data, bytes->len, &add.undo, err) < 0)
		return -1;
	add.object = strdup(object);
	if (!add.object) {
		undo_done(&add.undo);
		return error_oom(err);
	}
	items[r->n++] = add;
	return 0;
}

int record_pass(const struct record *x)
{
	return x->undo.kind == UNDO_UNIT ? 1 : 0;
}

struct put_back_order {
	bool newest_last;
	int pass;
};

/* Keep the first of several errors. */
static int first(int failed, struct error *err, const struct error *now)
{
	if (failed == 0)
		*err = *now;
	return -1;
}

int settle_all(struct platform *p, const struct unsettled *u, struct error *err)
{
	int failed = 0;

	for (size_t i = 0; i < FUNCTION_MAX_; i++) {
		struct error now = ERROR_INIT;

		if (u->of[i] && behaviours[i]->settle && behaviours[i]->settle(p, &now) < 0)
			failed = first(failed, err, &now);
	}
	return failed;
}

/* The records of one pass, in their order. */
static int put_back_pass(struct platform *p, const struct records *r,
			 const struct put_back_order *o, struct unsettled *u, struct error *err)
{
	int failed = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct record *x = &r->items[o->newest_last ? r->n - 1 - i : i];
		struct error now = ERROR_INIT;

		if (record_pass(x) != o->pass)
			continue;
		if (undo_apply(p, &x->undo, &now) < 0)
			failed = first(failed, err, &now);
		if (x->function)
			u->of[function_id_of(x->function)] = true;
	}
	return failed;
}

int records_put_back(struct platform *p, const struct records *r, bool newest_last,
		     struct error *err)
{
	struct put_back_order order = { .newest_last = newest_last };
	struct unsettled u = { 0 };
	struct error now = ERROR_INIT;
	int failed = 0;

	for (order.pass = 0; order.pass < RECORD_PASSES; order.pass++)
		if (put_back_pass(p, r, &order, &u, &now) < 0)
			failed = first(failed, err, &now);
	if (settle_all(p, &u, &now) < 0)
		failed = first(failed, err, &now);
	return failed;
}
