/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions in JSON: jmap_parse has accepted the text, so that this walk along it and the tree,
 * which keeps the order of the members, needs to check nothing that the parser did.
 */
#include <stdlib.h>
#include <string.h>

#include "base/conf_tree.h"
#include "base/limits.h"

struct cursor {
	const char *p, *end;
	struct conf_position at;
};

static void step(struct cursor *s)
{
	if (*s->p == '\n') {
		s->at.line++;
		s->at.column = 1;
	} else if ((*s->p & 0xc0) != 0x80) { /* not the rest of a UTF-8 sequence */
		s->at.column++;
	}
	s->p++;
}

/* To the next byte that begins a value, a name or an end: commas and colons need no look. */
static void skip_space(struct cursor *s)
{
	while (s->p < s->end && *s->p && strchr(" \t\r\n,:", *s->p))
		step(s);
}

static void skip_scalar(struct cursor *s)
{
	if (s->p < s->end && *s->p == '"') {
		step(s);
		while (s->p < s->end && *s->p != '"') {
			if (*s->p == '\\')
				step(s);
			if (s->p < s->end)
				step(s);
		}
		if (s->p < s->end)
			step(s);
		return;
	}
	while (s->p < s->end && *s->p && !strchr(" \t\r\n,:]}", *s->p))
		step(s);
}

static int walk(struct conf *c, struct cursor *s, json_t *v, const struct conf_position *key,
		struct error *err);

static int walk_object(struct conf *c, struct cursor *s, json_t *v, struct error *err)
{
	const char *name;
	json_t *member;

	json_object_foreach (v, name, member) {
		struct conf_position key;
		size_t mark;

		skip_space(s);
		key = s->at;
		skip_scalar(s);
		skip_space(s);
		if (conf_enter_key(c, name, &mark, err) < 0)
			return conf_at(c, key, err);
		if (walk(c, s, member, &key, err) < 0)
			return -1;
		conf_leave(c, mark);
	}
	return 0;
}

static int walk_array(struct conf *c, struct cursor *s, json_t *v, struct error *err)
{
	json_t *element;
	size_t i, mark;

	json_array_foreach (v, i, element) {
		skip_space(s);
		if (conf_enter_index(c, i, &mark, err) < 0)
			return conf_at(c, s->at, err);
		if (walk(c, s, element, NULL, err) < 0)
			return -1;
		conf_leave(c, mark);
	}
	return 0;
}

static int walk(struct conf *c, struct cursor *s, json_t *v, const struct conf_position *key,
		struct error *err)
{
	int r;

	skip_space(s);
	if (conf_note(c, key ? *key : s->at, s->at, err) < 0)
		return conf_at(c, s->at, err);
	if (!json_is_object(v) && !json_is_array(v)) {
		skip_scalar(s);
		return 0;
	}
	if (s->p < s->end)
		step(s); /* the opening bracket */
	r = json_is_object(v) ? walk_object(c, s, v, err) : walk_array(c, s, v, err);
	skip_space(s);
	if (s->p < s->end)
		step(s);
	return r;
}

static bool take_number(const char **text, const char *lead, unsigned *ret)
{
	const char *digits = *text + strlen(lead);
	char *end;

	if (strncmp(*text, lead, strlen(lead)) != 0 || *digits < '0' || *digits > '9')
		return false;
	*ret = (unsigned)strtoul(digits, &end, 10);
	*text = end;
	return true;
}

int conf_read_json(struct conf *c, const void *data, size_t len, struct error *err)
{
	struct cursor s = { .p = data, .end = (const char *)data + len, .at = { 1, 1 } };

	if (jmap_parse(data, len, LIMIT_CONF, &c->tree, err) < 0) {
		struct conf_position at = { 1, 1 };
		const char *rest = err->msg;

		/* jmap.h documents this beginning of the message; here it becomes NAME:LINE:COLUMN.
		 */
		if (take_number(&rest, "line ", &at.line) &&
		    take_number(&rest, " column ", &at.column) && strncmp(rest, ": ", 2) == 0)
			memmove(err->msg, rest + 2, strlen(rest + 2) + 1);
		return conf_at(c, at, err);
	}
	return walk(c, &s, c->tree, NULL, err);
}
