/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/trait.h"

#include <string.h>

#include "assess/judge_unit.h"
#include "assess/list.h"

static enum truth stated(const struct statement *s, const char *id)
{
	const struct statement_trait *t = s ? s->traits.items : NULL;

	for (size_t i = 0; t && i < s->traits.n; i++)
		if (strcmp(t[i].id, id) == 0)
			return t[i].holds ? TRUTH_YES : TRUTH_NO;
	return TRUTH_UNKNOWN;
}

static const enum truth truth_of[] = {
	[VERDICT_NONE_] = TRUTH_UNKNOWN,
	[VERDICT_PASS] = TRUTH_YES,
	[VERDICT_INCONCLUSIVE] = TRUTH_UNKNOWN,
	[VERDICT_FAIL] = TRUTH_NO,
};

static int judge_trait(const struct assess_input *in, const struct trait *t,
		       struct trait_result *ret, struct error *err)
{
	auto_unit_result struct unit_result u = { 0 };

	ret->stated = stated(in->statement, t->id);
	ret->seen = TRUTH_UNKNOWN;
	if (text_copy(t->id, &ret->id, err) < 0 || text_copy(t->text, &ret->text, err) < 0)
		return -1;
	if (t->when) {
		if (judge_unit(in, t->when, NULL, &u, err) < 0)
			return -1;
		ret->seen = truth_of[u.verdict];
		ret->because = STEAL(u.because);
	}
	ret->contradiction = ret->stated != TRUTH_UNKNOWN && ret->seen != TRUTH_UNKNOWN &&
			     ret->stated != ret->seen;
	return 0;
}

int judge_traits(const struct assess_input *in, struct jmap_list *traits, struct error *err)
{
	const struct catalog *c = in->catalog;
	const struct trait *conditions = c->conditions.items, *features = c->features.items;
	struct trait_result *results;

	if (list_alloc(traits, c->conditions.n + c->features.n, sizeof(*results), err) < 0)
		return -1;
	results = traits->items;
	for (size_t i = 0; i < c->conditions.n; i++)
		if (judge_trait(in, &conditions[i], results++, err) < 0)
			return -1;
	for (size_t i = 0; i < c->features.n; i++)
		if (judge_trait(in, &features[i], results++, err) < 0)
			return -1;
	return 0;
}

static enum truth holds(const struct trait_result *t)
{
	if (t->contradiction)
		return TRUTH_YES;
	return t->stated != TRUTH_UNKNOWN ? (enum truth)t->stated : (enum truth)t->seen;
}

static const struct trait_result *find_trait(const struct jmap_list *traits, const char *id)
{
	const struct trait_result *t = traits->items;

	for (size_t i = 0; i < traits->n; i++)
		if (strcmp(t[i].id, id) == 0)
			return &t[i];
	return NULL;
}

/* The lower of what is known so far and of these: no outweighs unknown outweighs yes. */
static enum truth all_hold(const struct jmap_list *traits, const struct strings *ids,
			   enum truth so_far, const struct trait_result **which)
{
	for (size_t i = 0; i < ids->n && so_far != TRUTH_NO; i++) {
		const struct trait_result *t = find_trait(traits, ids->items[i]);
		enum truth one = t ? holds(t) : TRUTH_UNKNOWN;

		if (one == TRUTH_YES)
			continue;
		so_far = one;
		*which = t;
	}
	return so_far;
}

enum truth control_applies(const struct jmap_list *traits, const struct control *c,
			   const struct trait_result **which)
{
	*which = NULL;
	return all_hold(traits, &c->features, all_hold(traits, &c->conditions, TRUTH_YES, which),
			which);
}
