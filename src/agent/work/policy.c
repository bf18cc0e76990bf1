/* SPDX-License-Identifier: Apache-2.0 */
/* A policy, whole or not at all. */
#include "agent/work/work.h"

#include "function/behaviour.h"
#include "platform/change.h"
#include "platform/networkmanager.h"

static bool is_wanted(const struct work *w, const struct function *f)
{
	for (size_t i = 0; i < w->n_wanted; i++)
		if (w->wanted[i].function == f)
			return true;
	return false;
}

/* Put back how one thing was before the first policy. This too is a change of the run, and can be
 * undone. *changed is set where it was not so already. */
static int put_back(struct work *w, const struct record *x, bool *changed, struct error *err)
{
	auto_undo struct undo now = { 0 };
	bool is_back;

	/* A unit starts again with the files that kept it from running, and not by itself. */
	if (x->undo.kind == UNDO_UNIT && !*changed)
		return 0;
	if (undo_is_back(&w->platform, &x->undo, &is_back, err) < 0)
		return -1;
	if (is_back)
		return 0;
	if (x->undo.kind == UNDO_CONNECTION && !x->undo.existed &&
	    networkmanager_may_go(&w->platform, x->undo.name, err) < 0)
		return -1;
	*changed = true;
	if (undo_now(&w->platform, &x->undo, &now, err) < 0 ||
	    change_keep(&w->platform, &now, err) < 0)
		return -1;
	return undo_apply(&w->platform, &x->undo, err);
}

/* Settings in force that the policy no longer names. */
static int drop_unwanted(struct work *w, struct error *err)
{
	struct unsettled u = { 0 };

	for (size_t i = 0; i < RECORD_PASSES * w->before.n; i++) {
		const struct record *x = &w->before.items[i % w->before.n];

		if (record_pass(x) != (int)(i / w->before.n) || !x->function ||
		    is_wanted(w, x->function))
			continue;
		w->current = x->function;
		if (put_back(w, x, &u.of[function_id_of(x->function)], err) < 0)
			return error_wrap(err, "%s", x->function->key);
	}
	return settle_all(&w->platform, &u, err);
}

/* What an earlier form of the same setting changed, and this form does not hold. */
static int drop_unclaimed(struct work *w, const struct wanted *s, struct error *err)
{
	bool changed = false;

	for (size_t i = 0; i < RECORD_PASSES * w->before.n; i++) {
		const struct record *x = &w->before.items[i % w->before.n];

		if (record_pass(x) == (int)(i / w->before.n) && x->function == s->function &&
		    !platform_claims(&w->platform, x->object) && put_back(w, x, &changed, err) < 0)
			return -1;
	}
	return changed && s->behaviour->settle ? s->behaviour->settle(&w->platform, err) : 0;
}

static int apply_all(struct work *w, struct error *err)
{
	for (size_t i = 0; i < w->n_wanted; i++) {
		const struct wanted *s = &w->wanted[i];

		w->current = s->function;
		platform_unclaim(&w->platform);
		if (s->behaviour->apply(&w->platform, s->args, err) < 0 ||
		    drop_unclaimed(w, s, err) < 0)
			return error_wrap(err, "%s", s->function->key);
	}
	return 0;
}

static int report_all(struct work *w, struct error *why, struct error *err)
{
	for (size_t i = 0; i < w->n_wanted; i++) {
		bool holds;

		if (work_report(w, &w->wanted[i], "failed", &holds, err) < 0)
			return -1;
		if (!holds && why->code == ERROR_NONE &&
		    error_set(why, ERROR_CONFLICT, "%s does not read back as wanted",
			      w->wanted[i].function->key) == 0)
			return -1;
	}
	return 0;
}

/* Undo the run. Where that fails there is no answer: the manager starts a worker to recover. */
static int give_up(struct work *w, const struct error *why, struct error *err)
{
	if (records_put_back(&w->platform, &w->run, true, err) < 0)
		return error_wrap(err, "undo");
	return work_end(w, WORK_FAILED, why->msg, NULL, err);
}

int work_policy(struct work *w, struct error *err)
{
	struct error why = ERROR_INIT;
	const char *missing;

	if (work_probe(w, &missing, &why, err) < 0)
		return -1;
	if (missing)
		return work_end(w, WORK_UNSUPPORTED, why.msg, NULL, err);
	if (drop_unwanted(w, &why) < 0 || apply_all(w, &why) < 0)
		return give_up(w, &why, err);
	if (report_all(w, &why, err) < 0)
		return -1;
	return why.code == ERROR_NONE ? work_end(w, WORK_OK, NULL, NULL, err)
				      : give_up(w, &why, err);
}
