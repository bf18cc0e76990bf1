/* SPDX-License-Identifier: Apache-2.0 */
/* The strict part of YAML that conf.h describes, from libyaml's events. */
#include <yaml.h>

#include <errno.h>
#include <regex.h>
#include <string.h>

#include "base/conf_tree.h"
#include "base/limits.h"

enum scalar {
	SCALAR_STRING,
	SCALAR_NULL,
	SCALAR_TRUE,
	SCALAR_FALSE,
	SCALAR_INT,
	SCALAR_REAL,
	SCALAR_AMBIGUOUS,
	SCALAR_MAX_
};

/* What a plain scalar means: the first row that matches; a string where none does. */
static const struct {
	const char *pattern;
	enum scalar kind;
} scalars[] = {
	{ "^(null|~|)$", SCALAR_NULL },
	{ "^true$", SCALAR_TRUE },
	{ "^false$", SCALAR_FALSE },
	{ "^-?(0|[1-9][0-9]*)$", SCALAR_INT },
	{ "^-?(0|[1-9][0-9]*)\\.[0-9]+$", SCALAR_REAL },
	{ "^[-+]?[0-9][0-9_]*$", SCALAR_AMBIGUOUS }, /* 0644, 1_000, +1 */
	{ "^[-+]?0([xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)$", SCALAR_AMBIGUOUS },
	{ "^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?$", SCALAR_AMBIGUOUS }, /* 12:30 */
	{ "^[-+]?([0-9][0-9_]*\\.?[0-9_]*|\\.[0-9_]+)([eE][-+]?[0-9]+)?$", SCALAR_AMBIGUOUS },
	{ "^[-+]?\\.(inf|Inf|INF|nan|NaN|NAN)$", SCALAR_AMBIGUOUS },
};
/* A longer scalar can only be a string: no number that we know has as many digits. */
enum { SCALAR_PATTERN_MAX = 64 };

struct reader {
	struct conf *conf;
	yaml_parser_t parser;
	yaml_event_t event; /* the one being looked at; owned */
	regex_t patterns[ARRAY_SIZE(scalars)];
	size_t n_patterns;
};

static void reader_done(struct reader *r)
{
	for (size_t i = 0; i < r->n_patterns; i++)
		regfree(&r->patterns[i]);
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
}

static int reader_init(struct reader *r, struct conf *c, const void *data, size_t len,
		       struct error *err)
{
	r->conf = c;
	if (!yaml_parser_initialize(&r->parser))
		return error_oom(err);
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, data, len);
	for (size_t i = 0; i < ARRAY_SIZE(scalars); i++, r->n_patterns++)
		if (regcomp(&r->patterns[i], scalars[i].pattern, REG_EXTENDED | REG_NOSUB) != 0)
			return error_set(err, ERROR_INTERNAL, "scalar pattern %zu", i);
	return 0;
}

static struct conf_position position(yaml_mark_t mark)
{
	return (struct conf_position){ (unsigned)mark.line + 1, (unsigned)mark.column + 1 };
}

static struct conf_position here(const struct reader *r)
{
	return position(r->event.start_mark);
}

MUST_USE static int refuse(struct reader *r, const char *why, struct error *err)
{
	return conf_refuse(r->conf, here(r), err, "%s", why);
}

/* Go on to the next event. */
static int next(struct reader *r, struct error *err)
{
	const yaml_parser_t *p = &r->parser;

	yaml_event_delete(&r->event);
	memset(&r->event, 0, sizeof(r->event));
	if (yaml_parser_parse(&r->parser, &r->event))
		return 0;
	if (p->error == YAML_MEMORY_ERROR)
		return error_oom(err);
	/* The decoder knows an offset only; the scanner's mark is at most a chunk behind it. */
	return conf_refuse(r->conf,
			   position(p->error == YAML_READER_ERROR ? p->mark : p->problem_mark), err,
			   "%s%s%s", p->problem ? p->problem : "not YAML", p->context ? " " : "",
			   p->context ? p->context : "");
}

static enum scalar scalar_kind(const struct reader *r)
{
	const char *text = (const char *)r->event.data.scalar.value;
	size_t len = r->event.data.scalar.length;

	if (r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE || len > SCALAR_PATTERN_MAX)
		return SCALAR_STRING;
	for (size_t i = 0; i < ARRAY_SIZE(scalars); i++)
		if (regexec(&r->patterns[i], text, 0, NULL, 0) == 0)
			return scalars[i].kind;
	return SCALAR_STRING;
}

static int read_integer(struct reader *r, json_t **ret, struct error *err)
{
	long long n;

	errno = 0;
	n = strtoll((const char *)r->event.data.scalar.value, NULL, 10);
	if (errno)
		return refuse(r, "the number has too many digits", err);
	*ret = json_integer(n);
	return 0;
}

static int read_scalar(struct reader *r, json_t **ret, struct error *err)
{
	const char *text = (const char *)r->event.data.scalar.value;
	json_t *v = NULL;

	if (strlen(text) != r->event.data.scalar.length)
		return refuse(r, "a string with a NUL", err); /* JSON refuses it too */
	switch (scalar_kind(r)) {
	case SCALAR_NULL: v = json_null(); break;
	case SCALAR_TRUE: v = json_true(); break;
	case SCALAR_FALSE: v = json_false(); break;
	case SCALAR_REAL: v = json_real(strtod(text, NULL)); break;
	case SCALAR_AMBIGUOUS:
		return refuse(r,
			      "YAML readers differ on this number: put quotes around it, or "
			      "write it in plain decimal",
			      err);
	case SCALAR_INT:
		if (read_integer(r, &v, err) < 0)
			return -1;
		break;
	case SCALAR_STRING:
	case SCALAR_MAX_: v = json_stringn(text, r->event.data.scalar.length); break;
	}
	if (!v)
		return error_oom(err);
	*ret = v;
	return 0;
}

/* The anchor and the tag of the event at hand, where it can have them. */
static int check_event(struct reader *r, struct error *err)
{
	const yaml_event_t *e = &r->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (e->type == YAML_ALIAS_EVENT)
		return refuse(r, "aliases (*name) are not allowed", err);
	if (e->type == YAML_SCALAR_EVENT)
		anchor = e->data.scalar.anchor, tag = e->data.scalar.tag;
	if (e->type == YAML_SEQUENCE_START_EVENT)
		anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
	if (e->type == YAML_MAPPING_START_EVENT)
		anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
	if (anchor)
		return refuse(r, "anchors (&name) are not allowed", err);
	if (tag)
		return refuse(r, "tags (!name) are not allowed", err);
	return 0;
}

static int read_node(struct reader *r, const struct conf_position *key, json_t **ret,
		     struct error *err);

/* The key at hand, as a string of its own; checked against the members so far. */
static int read_key(struct reader *r, const json_t *members, char **ret, struct error *err)
{
	const char *text = (const char *)r->event.data.scalar.value;
	char *key;

	if (r->event.type != YAML_SCALAR_EVENT)
		return refuse(r, "a key must be a plain or quoted string", err);
	if (check_event(r, err) < 0)
		return -1;
	if (r->event.data.scalar.length == 0 || strlen(text) != r->event.data.scalar.length)
		return refuse(r, "a key must be a non-empty string", err);
	if (json_object_get(members, text))
		return conf_refuse(r->conf, here(r), err, "duplicate key '%.80s'", text);
	key = strdup(text);
	if (!key)
		return error_oom(err);
	*ret = key;
	return 0;
}

static int read_mapping(struct reader *r, json_t *members, struct error *err)
{
	if (next(r, err) < 0)
		return -1;
	while (r->event.type != YAML_MAPPING_END_EVENT) {
		auto_free char *key = NULL;
		struct conf_position at = here(r);
		json_t *value;
		size_t mark;

		if (read_key(r, members, &key, err) < 0)
			return -1;
		if (conf_enter_key(r->conf, key, &mark, err) < 0)
			return conf_at(r->conf, at, err);
		if (next(r, err) < 0 || read_node(r, &at, &value, err) < 0)
			return -1;
		conf_leave(r->conf, mark);
		if (json_object_set_new(members, key, value) < 0)
			return error_oom(err);
		if (next(r, err) < 0)
			return -1;
	}
	return 0;
}

static int read_sequence(struct reader *r, json_t *elements, struct error *err)
{
	if (next(r, err) < 0)
		return -1;
	for (size_t i = 0; r->event.type != YAML_SEQUENCE_END_EVENT; i++) {
		json_t *value = NULL;
		size_t mark;

		if (conf_enter_index(r->conf, i, &mark, err) < 0)
			return conf_at(r->conf, here(r), err);
		if (read_node(r, NULL, &value, err) < 0)
			return -1;
		conf_leave(r->conf, mark);
		if (json_array_append_new(elements, value) < 0)
			return error_oom(err);
		if (next(r, err) < 0)
			return -1;
	}
	return 0;
}

/* The node that begins with the event at hand; afterwards that is the node's last one. */
static int read_node(struct reader *r, const struct conf_position *key, json_t **ret,
		     struct error *err)
{
	auto_json json_t *v = NULL;

	if (check_event(r, err) < 0)
		return -1;
	if (conf_note(r->conf, key ? *key : here(r), here(r), err) < 0)
		return conf_at(r->conf, here(r), err);
	if (r->event.type == YAML_SCALAR_EVENT)
		return read_scalar(r, ret, err);
	if (r->event.type == YAML_MAPPING_START_EVENT) {
		v = json_object();
		if (!v)
			return error_oom(err);
		if (read_mapping(r, v, err) < 0)
			return -1;
	} else {
		v = json_array();
		if (!v)
			return error_oom(err);
		if (read_sequence(r, v, err) < 0)
			return -1;
	}
	*ret = STEAL(v);
	return 0;
}

int conf_read_yaml(struct conf *c, const void *data, size_t len, struct error *err)
{
	CLEANUP(reader_done) struct reader r = { 0 };

	if (reader_init(&r, c, data, len, err) < 0)
		return -1;
	/* stream start, then the document's start or, in an empty file, the stream's end */
	if (next(&r, err) < 0 || next(&r, err) < 0)
		return -1;
	if (r.event.type == YAML_STREAM_END_EVENT)
		return refuse(&r, "the file is empty", err);
	if (r.event.data.document_start.tag_directives.start !=
	    r.event.data.document_start.tag_directives.end)
		return refuse(&r, "tags (%TAG) are not allowed", err);
	if (next(&r, err) < 0 || read_node(&r, NULL, &c->tree, err) < 0 || next(&r, err) < 0 ||
	    next(&r, err) < 0)
		return -1;
	if (r.event.type != YAML_STREAM_END_EVENT)
		return refuse(&r, "more than one document", err);
	return 0;
}
