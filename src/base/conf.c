/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/conf_tree.h"
#include "base/file.h"
#include "base/limits.h"

struct conf *conf_free(struct conf *c)
{
	if (!c)
		return NULL;
	for (size_t i = 0; i < c->n_nodes; i++)
		free(c->nodes[i].path);
	free(c->nodes);
	free(c->name);
	buf_done(&c->path);
	json_decref(c->tree);
	free(c);
	return NULL;
}

static int enter(struct conf *c, size_t *mark, struct error *err)
{
	if (c->depth >= LIMIT_JSON_DEPTH)
		return error_set(err, ERROR_LIMIT, "nested deeper than %d levels",
				 LIMIT_JSON_DEPTH);
	c->depth++;
	*mark = c->path.len;
	return 0;
}

int conf_enter_key(struct conf *c, const char *key, size_t *mark, struct error *err)
{
	size_t at = 0;

	if (enter(c, &at, err) < 0 || buf_printf(&c->path, err, "%s%s", at ? "." : "", key) < 0)
		return -1;
	*mark = at;
	return 0;
}

int conf_enter_index(struct conf *c, size_t i, size_t *mark, struct error *err)
{
	size_t at = 0;

	if (enter(c, &at, err) < 0 || buf_printf(&c->path, err, "[%zu]", i) < 0)
		return -1;
	*mark = at;
	return 0;
}

void conf_leave(struct conf *c, size_t mark)
{
	c->depth--;
	c->path.len = mark;
	if (c->path.data)
		c->path.data[mark] = '\0';
}

int conf_note(struct conf *c, struct conf_position key, struct conf_position value,
	      struct error *err)
{
	char *path;

	if (c->n_nodes >= LIMIT_CONF_NODES)
		return error_set(err, ERROR_LIMIT, "more than %u values", LIMIT_CONF_NODES);
	if (c->n_nodes == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct conf_node *nodes = realloc(c->nodes, cap * sizeof(*nodes));

		if (!nodes)
			return error_oom(err);
		c->nodes = nodes;
		c->cap = cap;
	}
	path = strdup(c->path.data ? (const char *)c->path.data : "");
	if (!path)
		return error_oom(err);
	c->nodes[c->n_nodes++] = (struct conf_node){ .path = path, .key = key, .value = value };
	return 0;
}

int conf_at(const struct conf *c, struct conf_position at, struct error *err)
{
	const char *name = c->name;
	size_t n = strlen(name);

	/* The end of a long path says more than its beginning. */
	return error_wrap(err, "%s%s:%u:%u", n > 70 ? "…" : "", name + (n > 70 ? n - 70 : 0),
			  at.line, at.column);
}

int conf_refuse(const struct conf *c, struct conf_position at, struct error *err, const char *fmt,
		...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)!error_vset(err, ERROR_INVALID, fmt, ap);
	va_end(ap);
	return conf_at(c, at, err);
}

static bool looks_like_json(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", data[i]) && data[i])
		i++;
	return i < len && (data[i] == '{' || data[i] == '[');
}

int conf_parse(const char *name, const void *data, size_t len, struct conf **ret, struct error *err)
{
	auto_conf struct conf *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return error_oom(err);
	c->name = strdup(name);
	if (!c->name)
		return error_oom(err);
	if (len > LIMIT_CONF)
		return error_set(err, ERROR_LIMIT, "%s: larger than %u bytes", name, LIMIT_CONF);
	r = looks_like_json(data, len) ? conf_read_json(c, data, len, err)
				       : conf_read_yaml(c, data, len, err);
	if (r < 0)
		return -1;
	buf_done(&c->path);
	*ret = STEAL(c);
	return 0;
}

int conf_load(const char *path, struct conf **ret, struct error *err)
{
	auto_buf struct buf data = BUF_INIT;
	const char *name = path;

	if (strcmp(path, "-") == 0) {
		name = "standard input";
		if (file_read_fd(STDIN_FILENO, LIMIT_CONF, &data, err) < 0)
			return error_wrap(err, "%s", name);
	} else if (file_read(path, LIMIT_CONF, &data, err) < 0) {
		return -1;
	}
	return conf_parse(name, data.data ? (char *)data.data : "", data.len, ret, err);
}

json_t *conf_tree(const struct conf *c)
{
	return c->tree;
}

const char *conf_name(const struct conf *c)
{
	return c->name;
}

static const struct conf_node *find(const struct conf *c, const char *path, size_t len)
{
	for (size_t i = 0; i < c->n_nodes; i++)
		if (strncmp(c->nodes[i].path, path, len) == 0 && c->nodes[i].path[len] == '\0')
			return &c->nodes[i];
	return NULL;
}

/* The node of a path, or of its nearest parent; *exact says which. */
static const struct conf_node *nearest(const struct conf *c, const char *path, bool *exact)
{
	size_t len = strlen(path);
	const struct conf_node *n = find(c, path, len);

	*exact = n != NULL;
	while (!n && len > 0) {
		len--;
		if (path[len] == '.' || path[len] == '[')
			n = find(c, path, len);
	}
	return n ? n : &c->nodes[0];
}

struct conf_position conf_where(const struct conf *c, const char *path)
{
	bool exact;

	return nearest(c, path, &exact)->value;
}

/* The value at a path, or NULL. */
static const json_t *lookup(const struct conf *c, const char *path)
{
	const json_t *v = c->tree;

	while (v && *path) {
		size_t n = strcspn(path, ".[");

		if (*path == '[') {
			char *end;
			unsigned long i = strtoul(path + 1, &end, 10);

			v = *end == ']' ? json_array_get(v, i) : NULL;
			path = *end == ']' ? end + 1 : end;
		} else {
			v = json_object_getn(v, path, n);
			path += n;
		}
		if (*path == '.')
			path++;
	}
	return v;
}

/*
 * jmap_bind's messages begin with the path in quotes (jmap.h). Replace that path by the whole one,
 * with the prefix that jmap did not see, and return it; *text is what follows.
 */
static void whole_path(const char *prefix, const struct error *err, struct buf *path,
		       const char **text)
{
	struct error ignored = ERROR_INIT;
	const char *end = strstr(err->msg, "': ");

	*text = err->msg;
	if (buf_puts(path, prefix, &ignored) < 0 || err->msg[0] != '\'' || !end)
		return;
	*text = end + 3;
	if (buf_printf(path, &ignored, "%s%.*s", path->len && err->msg[1] != '[' ? "." : "",
		       (int)(end - err->msg - 1), err->msg + 1) < 0)
		*text = err->msg;
}

int conf_blame(const struct conf *c, const char *prefix, struct error *err)
{
	auto_buf struct buf path = BUF_INIT;
	struct error copy = *err;
	const struct conf_node *node;
	const char *text, *p;
	bool exact, unknown;

	whole_path(prefix, &copy, &path, &text);
	p = path.data ? (const char *)path.data : "";
	node = nearest(c, p, &exact);
	/* A key that should not be there is itself what is wrong; else its value is. */
	unknown = exact && strncmp(text, "unknown key", strlen("unknown key")) == 0;
	(void)snprintf(err->msg, sizeof(err->msg), "%s%.90s%s%.120s", p[0] ? "'" : "", p,
		       p[0] ? "': " : "", text);
	return conf_at(c, unknown ? node->key : node->value, err);
}

int conf_invalid(const struct conf *c, const char *path, struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)!error_vset(err, ERROR_INVALID, fmt, ap);
	va_end(ap);
	return conf_blame(c, path, err);
}

int conf_bind(const struct conf *c, const char *path, const struct jmap_table *t, void *dst,
	      struct error *err)
{
	const json_t *v = lookup(c, path);

	if (!v)
		return error_set(err, ERROR_NOT_FOUND, "missing") < 0 ? conf_blame(c, path, err)
								      : -1;
	if (jmap_bind(v, t, dst, err) < 0)
		return conf_blame(c, path, err);
	return 0;
}
