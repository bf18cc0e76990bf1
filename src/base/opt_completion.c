/* SPDX-License-Identifier: Apache-2.0 */
/* The completion script for bash: one case a command, made from the tables. */
#include <string.h>

#include "base/opt.h"

static int group_words(const struct opt_program *p, const char *group, struct buf *out,
		       struct error *err)
{
	for (size_t i = 0; i < p->n_commands; i++) {
		const char *second = strchr(p->commands[i]->name, ' ');

		if (second && opt_in_group(p->commands[i], group) && buf_puts(out, second, err) < 0)
			return -1;
	}
	return 0;
}

/* The first words, each once: commands of a group stand together. */
static int first_words(const struct opt_program *p, struct buf *out, struct error *err)
{
	for (size_t i = 0; i < p->n_commands; i++) {
		const char *name = p->commands[i]->name;
		size_t n = strcspn(name, " ");

		if (i > 0 && strncmp(p->commands[i - 1]->name, name, n) == 0 &&
		    p->commands[i - 1]->name[n] == ' ')
			continue;
		if (buf_printf(out, err, "%.*s ", (int)n, name) < 0)
			return -1;
	}
	return buf_puts(out, "--help --version", err);
}

static int option_words(const struct opt_command *c, struct buf *out, struct error *err)
{
	const struct jmap_table *t = c->options;

	if (buf_printf(out, err, strchr(c->name, ' ') ? "\t\"%s\") echo '" : "\t\"%s \"*) echo '",
		       c->name) < 0)
		return -1;
	for (size_t i = 0; t && i < t->n_fields; i++) {
		char name[OPT_NAME_MAX];

		if (t->fields[i].flags & (JMAP_POSITION | JMAP_SECRET))
			continue;
		opt_name(&t->fields[i], name);
		if (buf_printf(out, err, "%s ", name) < 0)
			return -1;
	}
	return buf_puts(out, "--help' ;;\n", err);
}

/* The values of options that take one of a few words. */
static int enum_words(const struct opt_command *c, struct buf *out, struct error *err)
{
	const struct jmap_table *t = c->options;

	for (size_t i = 0; t && i < t->n_fields; i++) {
		const struct jmap_enum *e = t->fields[i].sub;
		char name[OPT_NAME_MAX];

		if (t->fields[i].type != &jmap_enum)
			continue;
		opt_name(&t->fields[i], name);
		if (buf_printf(out, err, "\t\"%s %s\") echo '", c->name, name) < 0)
			return -1;
		for (size_t n = 0; n < e->n; n++)
			if (e->names[n] && buf_printf(out, err, "%s ", e->names[n]) < 0)
				return -1;
		if (buf_puts(out, "' ;;\n", err) < 0)
			return -1;
	}
	return 0;
}

int opt_completion(const struct opt_program *p, struct buf *out, struct error *err)
{
	if (buf_printf(out, err,
		       "# bash completion for %s, made by '%s completion bash'\n"
		       "_%s_words() {\n\tcase \"$1\" in\n",
		       p->name, p->name, p->name) < 0)
		return -1;
	for (size_t i = 0; i < p->n_commands; i++)
		if (option_words(p->commands[i], out, err) < 0)
			return -1;
	for (size_t i = 0; i < p->n_groups; i++)
		if (buf_printf(out, err, "\t\"%s \"*) echo '", p->groups[i].name) < 0 ||
		    group_words(p, p->groups[i].name, out, err) < 0 ||
		    buf_puts(out, " --help' ;;\n", err) < 0)
			return -1;
	if (buf_puts(out, "\t*) echo '", err) < 0 || first_words(p, out, err) < 0 ||
	    buf_printf(out, err, "' ;;\n\tesac\n}\n_%s_values() {\n\tcase \"$1\" in\n", p->name) <
		    0)
		return -1;
	for (size_t i = 0; i < p->n_commands; i++)
		if (enum_words(p->commands[i], out, err) < 0)
			return -1;
	return buf_printf(
		out, err,
		"\tesac\n}\n_%s() {\n"
		"\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
		"\tlocal first='' second='' words\n"
		"\t((COMP_CWORD > 1)) && first=\"${COMP_WORDS[1]}\"\n"
		"\t((COMP_CWORD > 2)) && second=\"${COMP_WORDS[2]}\"\n"
		"\twords=\"$(_%s_values \"$first $second $prev\")$(_%s_values \"$first $prev\")\"\n"
		"\t[[ -n $words ]] || words=\"$(_%s_words \"$first $second\")\"\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		"}\ncomplete -o default -F _%s %s\n",
		p->name, p->name, p->name, p->name, p->name, p->name);
}
