/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/overlay.h"

#include <string.h>

#include "assess/judge_unit.h"
#include "assess/list.h"
#include "assess/look.h"

/* One overlay under way. */
struct change {
	struct catalog *c; /* what becomes of the base */
	const struct overlay *o;
	const struct overlay_change *now;
	size_t number;
};

static int refuse(const struct change *ch, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(const struct change *ch, struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)!error_vset(err, ERROR_INVALID, fmt, ap);
	va_end(ap);
	return error_wrap(err, "overlay %s: changes[%zu] (%s %s)", ch->o->id, ch->number,
			  overlay_op_enum.names[ch->now->op],
			  ch->now->target ? ch->now->target : "");
}
#ifdef __clang_analyzer__ /* which does not look into what takes "…": see base/error.h */
#define refuse(...) ((void)!refuse(__VA_ARGS__), -1)
#endif

/* A deep copy, by way of the tree that the table makes. */
static int copy_struct(const void *from, const struct jmap_table *t, void *to, struct error *err)
{
	auto_json json_t *tree = NULL;

	memset(to, 0, t->size);
	return jmap_tree_of(from, t, &tree, err) < 0 || jmap_bind(tree, t, to, err) < 0 ? -1 : 0;
}

static int target(const struct change *ch, struct control **ret, struct error *err)
{
	*ret = ch->now->target ? catalog_control(ch->c, ch->now->target) : NULL;
	return *ret ? 0 : refuse(ch, err, "%s has no such requirement", ch->o->base);
}

static bool has_group(const struct catalog *c, const char *id)
{
	const struct control_group *g = c->groups.items;

	for (size_t i = 0; i < c->groups.n; i++)
		if (strcmp(g[i].id, id) == 0)
			return true;
	return false;
}

static int check_new(const struct change *ch, const char *base, const char *named,
		     struct error *err)
{
	const struct control *n = ch->now->control;

	if (!n)
		return refuse(ch, err, "its control is missing");
	if (catalog_control(ch->c, n->id))
		return refuse(ch, err, "there is a requirement %s already", n->id);
	if (!has_group(ch->c, n->group))
		return refuse(ch, err, "there is no group %s", n->group);
	if (base && (!named || strcmp(base, named) != 0))
		return refuse(ch, err, "its control does not name %s", base);
	return 0;
}

/* Room for one control more at a place; what stands there and behind moves up. */
static int insert(struct change *ch, size_t at, struct error *err)
{
	struct jmap_list *l = &ch->c->controls;
	struct control *items;

	if (!list_add(l, sizeof(*items), err))
		return -1;
	items = l->items;
	memmove(&items[at + 1], &items[at], (l->n - 1 - at) * sizeof(*items));
	items[at] = (struct control){ 0 };
	return copy_struct(ch->now->control, &control_table, &items[at], err);
}

static size_t index_of(const struct catalog *c, const struct control *one)
{
	return (size_t)(one - (const struct control *)c->controls.items);
}

static void remove_control(struct catalog *c, size_t at)
{
	struct control *items = c->controls.items;

	jmap_done(&control_table, &items[at]);
	memmove(&items[at], &items[at + 1], (c->controls.n - at - 1) * sizeof(*items));
	c->controls.n--;
}

/* ---- the operations ---- */

typedef int change_fn(struct change *ch, struct error *err);

static int promote(struct change *ch, struct error *err)
{
	struct control *c;

	if (target(ch, &c, err) < 0)
		return -1;
	if (c->level == LEVEL_MANDATORY)
		return refuse(ch, err, "it is mandatory already");
	c->level = LEVEL_MANDATORY;
	free(STEAL(c->may_not_apply)); /* what is mandatory has no such excuse */
	return 0;
}

static int exclude(struct change *ch, struct error *err)
{
	struct control *c;

	if (target(ch, &c, err) < 0)
		return -1;
	if (c->level == LEVEL_MANDATORY)
		return refuse(ch, err, "it is mandatory, and cannot be weakened");
	remove_control(ch->c, index_of(ch->c, c));
	return 0;
}

/* Elements copied to the end of a list. */
static int append(const struct jmap_list *from, const struct jmap_table *t, struct jmap_list *to,
		  struct error *err)
{
	for (size_t i = 0; i < from->n; i++) {
		void *new = list_add(to, t->size, err);

		if (!new || copy_struct((const char *)from->items + i * t->size, t, new, err) < 0)
			return -1;
	}
	return 0;
}

static int refine(struct change *ch, struct error *err)
{
	struct test_case *tc =
		(struct test_case *)find_case(ch->c, ch->now->target ? ch->now->target : "");
	struct control *c;

	if (tc && ch->now->cases.n == 0)
		return append(&ch->now->units, &unit_table, &tc->units, err);
	if (target(ch, &c, err) < 0)
		return -1;
	if (ch->now->units.n > 0)
		return refuse(ch, err, "units refine a case, not a requirement");
	if (text_format(&c->text, err, "%s\n%s", c->text, ch->now->text) < 0)
		return -1;
	return append(&ch->now->cases, &test_case_table, &c->cases, err);
}

static int extend(struct change *ch, struct error *err)
{
	struct control *c;

	if (target(ch, &c, err) < 0 ||
	    check_new(ch, c->id, ch->now->control ? ch->now->control->extends : NULL, err) < 0)
		return -1;
	return insert(ch, index_of(ch->c, c) + 1, err);
}

static int substitute(struct change *ch, struct error *err)
{
	struct control *c;
	size_t at;

	if (target(ch, &c, err) < 0 ||
	    check_new(ch, c->id, ch->now->control ? ch->now->control->replaces : NULL, err) < 0)
		return -1;
	if (c->level == LEVEL_MANDATORY && ch->now->control->level != LEVEL_MANDATORY)
		return refuse(ch, err, "it is mandatory, and cannot be weakened");
	at = index_of(ch->c, c);
	remove_control(ch->c, at);
	return insert(ch, at, err);
}

static int add(struct change *ch, struct error *err)
{
	if (ch->now->target)
		return refuse(ch, err, "an addition has no target");
	return check_new(ch, NULL, NULL, err) < 0 ? -1 : insert(ch, ch->c->controls.n, err);
}

static change_fn *const operations[OVERLAY_MAX_] = {
	[OVERLAY_PROMOTION] = promote,	     [OVERLAY_EXCLUSION] = exclude,
	[OVERLAY_REFINEMENT] = refine,	     [OVERLAY_EXTENSION] = extend,
	[OVERLAY_SUBSTITUTION] = substitute, [OVERLAY_ADDITION] = add,
};

static int rename_copy(const struct overlay *o, struct catalog *c, struct error *err)
{
	if (text_copy(o->id, &c->id, err) < 0 || text_copy(o->title, &c->title, err) < 0 ||
	    text_copy(o->version, &c->version, err) < 0 || text_copy(o->note, &c->note, err) < 0)
		return -1;
	return text_copy(o->source, &c->source, err);
}

static bool names_trait(const struct catalog *c, const char *id)
{
	const struct control *controls = c->controls.items;

	for (size_t i = 0; i < c->controls.n; i++)
		if (strings_have(&controls[i].conditions, id) ||
		    strings_have(&controls[i].features, id))
			return true;
	return false;
}

/* Traits that only excluded requirements depended on go with them. */
static void prune(const struct catalog *c, struct jmap_list *traits)
{
	struct trait *t = traits->items;
	size_t n = 0;

	for (size_t i = 0; i < traits->n; i++) {
		if (names_trait(c, t[i].id))
			t[n++] = t[i];
		else
			jmap_done(&trait_table, &t[i]);
	}
	traits->n = n;
}

int overlay_apply(const struct catalog *base, const struct overlay *o, struct catalog *ret,
		  struct error *err)
{
	auto_catalog struct catalog c = { 0 };
	struct change ch = { .c = &c, .o = o };
	const struct overlay_change *changes = o->changes.items;

	if (strcmp(o->base, base->id) != 0)
		return error_set(err, ERROR_INVALID, "overlay %s: its base is %s, not %s", o->id,
				 o->base, base->id);
	if (copy_struct(base, &catalog_table, &c, err) < 0 || rename_copy(o, &c, err) < 0 ||
	    append(&o->groups, &control_group_table, &c.groups, err) < 0)
		return -1;
	for (ch.number = 0; ch.number < o->changes.n; ch.number++) {
		ch.now = &changes[ch.number];
		if (operations[ch.now->op](&ch, err) < 0)
			return -1;
	}
	prune(&c, &c.conditions);
	prune(&c, &c.features);
	*ret = c;
	c = (struct catalog){ 0 };
	return 0;
}
