/* SPDX-License-Identifier: Apache-2.0 */
#include "base/opt.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What was given on one line: a value a field, in the order of the table. */
struct line {
	const struct jmap_table *table;
	json_t *given[OPT_FIELDS_MAX];
	size_t next_position;
};

static void line_done(struct line *l)
{
	for (size_t i = 0; i < OPT_FIELDS_MAX; i++)
		json_decref(l->given[i]);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void opt_name(const struct jmap *f, char ret[OPT_NAME_MAX])
{
	size_t n = 2;

	if (f->flags & JMAP_POSITION) {
		(void)snprintf(ret, OPT_NAME_MAX, "%s", opt_value_name(f));
		return;
	}
	memcpy(ret, "--", 2);
	for (const char *p = f->key; *p && n < OPT_NAME_MAX - 2; p++) {
		if (lower(*p) != *p)
			ret[n++] = '-';
		ret[n++] = lower(*p);
	}
	ret[n] = '\0';
}

const char *opt_value_name(const struct jmap *f)
{
	static const struct {
		const struct jmap_type *type;
		const char *name;
	} names[] = {
		{ &jmap_bool, "" },	{ &jmap_u32, "NUMBER" }, { &jmap_u64, "NUMBER" },
		{ &jmap_path, "FILE" }, { &jmap_uuid, "UUID" },	 { &jmap_sha256, "SHA256" },
		{ &jmap_time, "TIME" }, { &jmap_enum, "WORD" },
	};

	if (f->hint)
		return f->hint;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == f->type)
			return names[i].name;
	return "TEXT";
}

static const struct jmap *find_option(const struct jmap_table *t, const char *word, size_t len)
{
	char name[OPT_NAME_MAX];

	for (size_t i = 0; t && i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];

		if (f->flags & (JMAP_POSITION | JMAP_SECRET))
			continue;
		opt_name(f, name);
		if (strlen(name) == len && strncmp(name, word, len) == 0)
			return f;
	}
	return NULL;
}

static const struct jmap *next_position(struct line *l)
{
	for (; l->table && l->next_position < l->table->n_fields; l->next_position++) {
		const struct jmap *f = &l->table->fields[l->next_position];

		if (!(f->flags & JMAP_POSITION))
			continue;
		if (f->type != &jmap_strings)
			l->next_position++;
		return f;
	}
	return NULL;
}

static int integer_of(const char *text, json_t **ret, struct error *err)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text || *end || isspace((unsigned char)text[0]))
		return error_set(err, ERROR_INVALID, "not a whole number");
	*ret = json_integer(n);
	return *ret ? 0 : error_oom(err);
}

/* A word as the JSON value that the field's type reads. */
static int value_of(const struct jmap *f, const char *text, json_t **ret, struct error *err)
{
	json_t *v;

	if (f->type == &jmap_u32 || f->type == &jmap_u64)
		return integer_of(text, ret, err);
	v = f->type == &jmap_bool ? json_true() : json_string(text);
	if (!v)
		return error_set(err, ERROR_INVALID, "not UTF-8");
	*ret = v;
	return 0;
}

static int take(struct line *l, const struct jmap *f, const char *text, struct error *err)
{
	json_t **given = &l->given[f - l->table->fields];
	json_t *v = NULL;

	if (*given && f->type != &jmap_strings)
		return error_set(err, ERROR_INVALID, "given twice");
	if (value_of(f, text, &v, err) < 0)
		return -1;
	if (f->type != &jmap_strings) {
		*given = v;
		return 0;
	}
	if (!*given)
		*given = json_array();
	if (json_array_append_new(*given, v) < 0)
		return error_oom(err);
	return 0;
}

static int take_named(struct line *l, const struct jmap *f, const char *text, struct error *err)
{
	char name[OPT_NAME_MAX];

	if (take(l, f, text, err) == 0)
		return 0;
	opt_name(f, name);
	return error_wrap(err, "%s", name);
}

/* One word that begins with "--", with its value; *i is moved to the last word used. */
static int take_option(struct line *l, int argc, char *const *argv, int *i, struct error *err)
{
	const char *word = argv[*i], *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct jmap *f = find_option(l->table, word, len);

	if (!f)
		return error_set(err, ERROR_INVALID, "unknown option %.*s",
				 (int)(len > 60 ? 60 : len), word);
	if (f->type == &jmap_bool) {
		if (equals)
			return error_set(err, ERROR_INVALID, "%.*s takes no value", (int)len, word);
		return take_named(l, f, "", err);
	}
	if (equals)
		return take_named(l, f, equals + 1, err);
	if (*i + 1 >= argc)
		return error_set(err, ERROR_INVALID, "%s: %s is missing", word, opt_value_name(f));
	return take_named(l, f, argv[++*i], err);
}

static int take_words(struct line *l, int argc, char *const *argv, bool *help, struct error *err)
{
	bool options = true;

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];

		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
			*help = true;
			return 0;
		} else if (options && word[0] == '-' && word[1]) {
			if (take_option(l, argc, argv, &i, err) < 0)
				return -1;
		} else {
			const struct jmap *f = next_position(l);

			if (!f)
				return error_set(err, ERROR_INVALID, "unexpected argument '%.60s'",
						 word);
			if (take_named(l, f, word, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int bind(const struct line *l, void *dst, struct error *err)
{
	for (size_t i = 0; i < l->table->n_fields; i++) {
		const struct jmap *f = &l->table->fields[i];
		char name[OPT_NAME_MAX];

		opt_name(f, name);
		if (!l->given[i] && (f->flags & JMAP_REQUIRED))
			return error_set(err, ERROR_INVALID, "%s is missing", name);
		if (l->given[i] && f->type->read(l->given[i], f, (char *)dst + f->off, err) < 0)
			return error_wrap(err, "%s", name);
	}
	return 0;
}

int opt_parse(const struct jmap_table *t, int argc, char *const *argv, void *dst, bool *help,
	      struct error *err)
{
	CLEANUP(line_done) struct line l = { .table = t };
	bool asked = false;

	if (t && t->n_fields > OPT_FIELDS_MAX)
		return error_set(err, ERROR_INTERNAL, "%s: too many options", t->name);
	if (take_words(&l, argc, argv, &asked, err) < 0)
		return -1;
	*help = asked;
	return asked || !t ? 0 : bind(&l, dst, err);
}

bool opt_in_group(const struct opt_command *c, const char *group)
{
	size_t n = strlen(group);

	return strncmp(c->name, group, n) == 0 && (c->name[n] == '\0' || c->name[n] == ' ');
}

/* How many of the words name the command: 0 if they do not. */
static int words_of(const struct opt_command *c, int argc, char *const *argv)
{
	const char *p = c->name;
	int n = 0;

	while (*p) {
		size_t len = strcspn(p, " ");

		if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], p, len) != 0)
			return 0;
		n++;
		p += len + (p[len] == ' ');
	}
	return n;
}

const struct opt_command *opt_find(const struct opt_program *p, int argc, char *const *argv,
				   int *used)
{
	*used = 0;
	for (size_t i = 0; i < p->n_commands; i++) {
		int n = words_of(p->commands[i], argc, argv);

		if (n) {
			*used = n;
			return p->commands[i];
		}
		if (argc > 0 && opt_in_group(p->commands[i], argv[0]))
			*used = 1;
	}
	return NULL;
}
