/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jmap.h"

#include <malloc.h>
#include <string.h>

#include "base/jmap_internal.h"
#include "base/limits.h"

/* A tree of JSON may hold a secret, in the reader's buffers too: all its memory is wiped when it is
 * freed (FCS_CKM_EXT.4), in every program, before its main begins. */
static void json_release(void *p)
{
	if (p)
		mem_wipe(p, malloc_usable_size(p));
	free(p);
}

static __attribute__((constructor)) void wipe_json(void)
{
	json_set_alloc_funcs(malloc, json_release);
}

static int check_depth(const json_t *v, unsigned depth, struct error *err)
{
	const char *key;
	json_t *item;
	size_t i;

	if (depth > LIMIT_JSON_DEPTH)
		return error_set(err, ERROR_LIMIT, "nested deeper than %d", LIMIT_JSON_DEPTH);
	json_object_foreach ((json_t *)v, key, item) {
		if (check_depth(item, depth + 1, err) < 0)
			return -1;
	}
	json_array_foreach (v, i, item) {
		if (check_depth(item, depth + 1, err) < 0)
			return -1;
	}
	return 0;
}

int jmap_parse(const void *data, size_t len, size_t max, json_t **ret, struct error *err)
{
	auto_json json_t *tree = NULL;
	json_error_t je;

	if (len > max)
		return error_set(err, ERROR_LIMIT, "%zu bytes, at most %zu", len, max);
	if (len == 0)
		return error_set(err, ERROR_INVALID, "empty, not JSON");
	tree = json_loadb(data, len, JSON_REJECT_DUPLICATES, &je);
	if (!tree)
		return error_set(err, ERROR_INVALID, "line %d column %d: %s", je.line, je.column,
				 je.text);
	if (check_depth(tree, 0, err) < 0)
		return -1;
	*ret = STEAL(tree);
	return 0;
}

static const struct jmap *find(const struct jmap_table *t, const char *key)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (strcmp(t->fields[i].key, key) == 0)
			return &t->fields[i];
	return NULL;
}

/* "settings" + "banner" -> "settings.banner"; the inner key comes first on the way up, quoted. */
static int wrap_key(struct error *err, const char *key)
{
	char old[sizeof(err->msg)];

	memcpy(old, err->msg, sizeof(old));
	if (old[0] == '\'' && (old[1] == '[' || old[1] == '\''))
		(void)snprintf(err->msg, sizeof(err->msg), "'%.60s%.170s", key, old + 1);
	else if (old[0] == '\'')
		(void)snprintf(err->msg, sizeof(err->msg), "'%.60s.%.170s", key, old + 1);
	else
		(void)snprintf(err->msg, sizeof(err->msg), "'%.60s': %.170s", key, old);
	return -1;
}

int jmap_wrap_index(struct error *err, size_t index)
{
	char key[24];

	(void)snprintf(key, sizeof(key), "[%zu]", index);
	return wrap_key(err, key);
}

int jmap_bind(const json_t *tree, const struct jmap_table *t, void *dst, struct error *err)
{
	const char *key;
	json_t *v;

	if (!json_is_object(tree))
		return error_set(err, ERROR_INVALID, "not an object");
	json_object_foreach ((json_t *)tree, key, v) {
		const struct jmap *f = find(t, key);

		if (!f)
			return error_set(err, ERROR_INVALID, "'%.40s': unknown key in %s", key,
					 t->name);
		if (f->type->read(v, f, (char *)dst + f->off, err) < 0)
			return wrap_key(err, key);
	}
	for (size_t i = 0; i < t->n_fields; i++)
		if ((t->fields[i].flags & JMAP_REQUIRED) &&
		    !json_object_get(tree, t->fields[i].key))
			return error_set(err, ERROR_INVALID, "'%s': missing in %s",
					 t->fields[i].key, t->name);
	return 0;
}

int jmap_read(const void *data, size_t len, size_t max, const struct jmap_table *t, void *dst,
	      struct error *err)
{
	auto_json json_t *tree = NULL;

	memset(dst, 0, t->size);
	if (jmap_parse(data, len, max, &tree, err) < 0)
		return -1;
	return jmap_bind(tree, t, dst, err);
}

int jmap_tree_of(const void *src, const struct jmap_table *t, json_t **ret, struct error *err)
{
	auto_json json_t *tree = json_object();

	if (!tree)
		return error_oom(err);
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];
		json_t *v = NULL;

		if (f->type->write((const char *)src + f->off, f, &v, err) < 0)
			return wrap_key(err, f->key);
		if (v && json_object_set_new(tree, f->key, v) < 0)
			return error_oom(err);
	}
	*ret = STEAL(tree);
	return 0;
}

int jmap_dump(const json_t *tree, struct buf *out, struct error *err)
{
	size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
	size_t n = json_dumpb(tree, NULL, 0, flags);

	if (n == 0)
		return error_set(err, ERROR_INTERNAL, "a tree cannot be written as JSON");
	if (buf_reserve(out, n, err) < 0)
		return -1;
	if (json_dumpb(tree, (char *)out->data + out->len, n, flags) != n)
		return error_set(err, ERROR_INTERNAL, "a tree changed while it was written");
	out->len += n;
	out->data[out->len] = 0;
	return 0;
}

/* What cannot be read back is not written: a peer's reader would end the conversation. */
static int check_readable(const json_t *tree, const struct jmap_table *t, struct error *err)
{
	auto_free void *scratch = calloc(1, t->size);
	int r;

	if (!scratch)
		return error_oom(err);
	r = jmap_bind(tree, t, scratch, err);
	jmap_done(t, scratch);
	return r;
}

int jmap_write(const void *src, const struct jmap_table *t, struct buf *out, struct error *err)
{
	auto_json json_t *tree = NULL;

	if (jmap_tree_of(src, t, &tree, err) < 0 || check_readable(tree, t, err) < 0)
		return -1;
	return jmap_dump(tree, out, err);
}

void jmap_done(const struct jmap_table *t, void *dst)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (t->fields[i].type->done)
			t->fields[i].type->done((char *)dst + t->fields[i].off, &t->fields[i]);
	memset(dst, 0, t->size);
}

int jmap_schema(const struct jmap_table *t, json_t **ret, struct error *err)
{
	auto_json json_t *props = json_object(), *required = json_array(), *tree = NULL;

	for (size_t i = 0; i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];
		json_t *s = f->type->schema(f);

		if (s && f->doc)
			(void)json_object_set_new(s, "description", json_string(f->doc));
		if (!s || json_object_set_new(props, f->key, s) < 0)
			return error_oom(err);
		if ((f->flags & JMAP_REQUIRED) &&
		    json_array_append_new(required, json_string(f->key)) < 0)
			return error_oom(err);
	}
	tree = json_pack("{s:s, s:O, s:b}", "type", "object", "properties", props,
			 "additionalProperties", 0);
	if (!tree)
		return error_oom(err);
	if (t->doc && json_object_set_new(tree, "description", json_string(t->doc)) < 0)
		return error_oom(err);
	if (json_array_size(required) && json_object_set(tree, "required", required) < 0)
		return error_oom(err);
	*ret = STEAL(tree);
	return 0;
}
