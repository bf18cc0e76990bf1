/* SPDX-License-Identifier: Apache-2.0 */
/* The composed kinds of fields: objects, lists, and trees that are kept as they are. */
#include "base/jmap.h"

#include <string.h>

#include "base/jmap_internal.h"

/* ---- strings ---- */

static void strings_done(void *dst, const struct jmap *f)
{
	struct strings *list = dst;

	(void)f;
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

static int check_count(size_t n, const struct jmap *f, struct error *err)
{
	if (f->max && n > (size_t)f->max)
		return error_set(err, ERROR_LIMIT, "more than %lld items", f->max);
	if (n < (size_t)f->min)
		return error_set(err, ERROR_INVALID, "fewer than %lld items", f->min);
	return 0;
}

/* Room for the items of an array, zeroed, and for one more. */
static int new_items(const json_t *v, const struct jmap *f, size_t size, void **ret,
		     struct error *err)
{
	if (!json_is_array(v))
		return error_set(err, ERROR_INVALID, "not an array");
	if (check_count(json_array_size(v), f, err) < 0)
		return -1;
	*ret = calloc(json_array_size(v) + 1, size);
	return *ret ? 0 : error_oom(err);
}

static int strings_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	static const struct jmap item_field = { "", &jmap_str, 0, 0, 0, 4096, NULL, NULL, NULL };
	struct strings *list = dst;
	void *items;
	json_t *item;
	size_t i;

	if (new_items(v, f, sizeof(*list->items), &items, err) < 0)
		return -1;
	list->items = items;
	json_array_foreach (v, i, item) {
		if (jmap_str.read(item, &item_field, &list->items[i], err) < 0)
			return jmap_wrap_index(err, i);
		list->n++;
	}
	return 0;
}

static int strings_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const struct strings *list = src;
	auto_json json_t *a = NULL;

	if (list->n == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	a = json_array();
	for (size_t i = 0; i < list->n; i++)
		if (json_array_append_new(a, json_string(list->items[i])) < 0)
			return error_set(err, ERROR_INVALID, "item %zu is not UTF-8", i);
	*ret = STEAL(a);
	return *ret ? 0 : error_oom(err);
}

static json_t *with_count(json_t *s, const struct jmap *f)
{
	if (f->max)
		(void)json_object_set_new(s, "maxItems", json_integer(f->max));
	if (f->min)
		(void)json_object_set_new(s, "minItems", json_integer(f->min));
	return s;
}

static json_t *strings_schema(const struct jmap *f)
{
	return with_count(json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string"),
			  f);
}

const struct jmap_type jmap_strings = { "list of strings", strings_read, strings_write,
					strings_schema, strings_done };

/* ---- objects ---- */

static int object_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	return jmap_bind(v, f->sub, dst, err);
}

static int object_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	json_t *v = NULL;

	if (jmap_tree_of(src, f->sub, &v, err) < 0)
		return -1;
	if (json_object_size(v) == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		json_decref(v);
	else
		*ret = v;
	return 0;
}

static json_t *object_schema(const struct jmap *f)
{
	struct error err = ERROR_INIT;
	json_t *v = NULL;

	return jmap_schema(f->sub, &v, &err) < 0 ? NULL : v;
}

static void object_done(void *dst, const struct jmap *f)
{
	jmap_done(f->sub, dst);
}

const struct jmap_type jmap_object = { "object", object_read, object_write, object_schema,
				       object_done };

static int optional_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	const struct jmap_table *t = f->sub;
	void *p = calloc(1, t->size);

	if (!p)
		return error_oom(err);
	*(void **)dst = p;
	return jmap_bind(v, t, p, err);
}

static int optional_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const void *p = *(void *const *)src;

	return p ? jmap_tree_of(p, f->sub, ret, err) : 0;
}

static void optional_done(void *dst, const struct jmap *f)
{
	void *p = *(void **)dst;

	if (p)
		jmap_done(f->sub, p);
	free(p);
}

const struct jmap_type jmap_optional = { "object", optional_read, optional_write, object_schema,
					 optional_done };

/* ---- arrays of objects ---- */

static int array_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	const struct jmap_table *t = f->sub;
	struct jmap_list *list = dst;
	json_t *item;
	size_t i;

	if (new_items(v, f, t->size, &list->items, err) < 0)
		return -1;
	json_array_foreach (v, i, item) {
		list->n++; /* counted first: what a failed bind left is released with the rest */
		if (jmap_bind(item, t, (char *)list->items + i * t->size, err) < 0)
			return jmap_wrap_index(err, i);
	}
	return 0;
}

static int array_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	const struct jmap_list *list = src;
	const struct jmap_table *t = f->sub;
	auto_json json_t *a = NULL;

	if (list->n == 0 && !(f->flags & (JMAP_REQUIRED | JMAP_EMIT)))
		return 0;
	a = json_array();
	for (size_t i = 0; i < list->n; i++) {
		json_t *v = NULL;

		if (jmap_tree_of((const char *)list->items + i * t->size, t, &v, err) < 0)
			return jmap_wrap_index(err, i);
		if (json_array_append_new(a, v) < 0)
			return error_oom(err);
	}
	*ret = STEAL(a);
	return *ret ? 0 : error_oom(err);
}

static json_t *array_schema(const struct jmap *f)
{
	json_t *items = object_schema(f);

	return items ? with_count(json_pack("{s:s, s:o}", "type", "array", "items", items), f)
		     : NULL;
}

static void array_done(void *dst, const struct jmap *f)
{
	const struct jmap_table *t = f->sub;
	struct jmap_list *list = dst;

	for (size_t i = 0; i < list->n; i++)
		jmap_done(t, (char *)list->items + i * t->size);
	free(list->items);
	*list = (struct jmap_list){ 0 };
}

const struct jmap_type jmap_array = { "list", array_read, array_write, array_schema, array_done };

/* ---- trees kept as they are ---- */

static int tree_read(const json_t *v, const struct jmap *f, void *dst, struct error *err)
{
	if (!json_is_object(v))
		return error_set(err, ERROR_INVALID, "not an object");
	if (check_count(json_object_size(v), f, err) < 0)
		return -1;
	*(json_t **)dst = json_incref((json_t *)v);
	return 0;
}

static int tree_write(const void *src, const struct jmap *f, json_t **ret, struct error *err)
{
	json_t *v = *(json_t *const *)src;

	(void)err;
	if (v)
		*ret = json_incref(v);
	else if (f->flags & (JMAP_REQUIRED | JMAP_EMIT))
		*ret = json_object();
	return 0;
}

static json_t *tree_schema(const struct jmap *f)
{
	(void)f;
	return json_pack("{s:s}", "type", "object");
}

static void tree_done(void *dst, const struct jmap *f)
{
	(void)f;
	json_decref(*(json_t **)dst);
}

const struct jmap_type jmap_tree = { "object", tree_read, tree_write, tree_schema, tree_done };
