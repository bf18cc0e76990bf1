/* SPDX-License-Identifier: Apache-2.0 */
/* --help and completion, from the tables. Pure: they append to a buffer. */
#include <stdio.h>
#include <string.h>

#include "base/opt.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 24 };

/* Columns, not bytes: the rest of a UTF-8 sequence takes none. */
static size_t columns(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

/* Text from a column on, wrapped between words; lines after the first begin at indent. */
static int wrapped(struct buf *out, size_t column, size_t indent, const char *text,
		   struct error *err)
{
	while (*text) {
		size_t len = strcspn(text, " \n"), width = columns(text, len);

		if (column > indent && column + 1 + width > HELP_WIDTH) {
			if (buf_printf(out, err, "\n%*s", (int)indent, "") < 0)
				return -1;
			column = indent;
		} else if (column > indent) {
			if (buf_puts(out, " ", err) < 0)
				return -1;
			column++;
		}
		if (buf_append(out, text, len, err) < 0)
			return -1;
		column += width;
		text += len;
		if (*text == '\n') {
			if (buf_printf(out, err, "\n%*s", (int)indent, "") < 0)
				return -1;
			column = indent;
		}
		text += *text != '\0';
	}
	return buf_puts(out, "\n", err);
}

/* "  LEFT      right, wrapped" */
static int entry(struct buf *out, const char *left, const char *right, struct error *err)
{
	size_t used = 2 + columns(left, strlen(left));

	if (buf_printf(out, err, "  %s", left) < 0)
		return -1;
	if (used + 2 > HELP_INDENT) {
		if (buf_printf(out, err, "\n%*s", HELP_INDENT, "") < 0)
			return -1;
	} else if (buf_printf(out, err, "%*s", (int)(HELP_INDENT - used), "") < 0) {
		return -1;
	}
	return wrapped(out, HELP_INDENT, HELP_INDENT, right ? right : "", err);
}

static int usage(const struct opt_program *p, const struct opt_command *c, struct buf *out,
		 struct error *err)
{
	const struct jmap_table *t = c->options;

	if (buf_printf(out, err, "Usage: %s%s%s", p->name, c->name[0] ? " " : "", c->name) < 0)
		return -1;
	for (size_t i = 0; t && i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];
		bool list = f->type == &jmap_strings, required = f->flags & JMAP_REQUIRED;
		char name[OPT_NAME_MAX];

		opt_name(f, name);
		if (!(f->flags & JMAP_POSITION) && required &&
		    buf_printf(out, err, " %s %s", name, opt_value_name(f)) < 0)
			return -1;
		if ((f->flags & JMAP_POSITION) &&
		    buf_printf(out, err, required ? " %s%s" : " [%s%s]", name, list ? "…" : "") < 0)
			return -1;
	}
	return buf_puts(out, " [OPTION…]\n", err);
}

static int options(const struct jmap_table *t, bool positions, struct buf *out, struct error *err)
{
	bool any = false;

	for (size_t i = 0; t && i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];
		bool position = f->flags & JMAP_POSITION;
		char name[OPT_NAME_MAX], left[2 * OPT_NAME_MAX];

		if (position != positions || (f->flags & JMAP_SECRET))
			continue;
		if (!any && buf_puts(out, positions ? "\nArguments:\n" : "\nOptions:\n", err) < 0)
			return -1;
		any = true;
		opt_name(f, name);
		(void)snprintf(left, sizeof(left), "%s%s%s", name,
			       position || f->type == &jmap_bool ? "" : " ",
			       position ? "" : opt_value_name(f));
		if (entry(out, left, f->doc, err) < 0)
			return -1;
	}
	if (positions)
		return 0;
	if (!any && buf_puts(out, "\nOptions:\n", err) < 0)
		return -1;
	return entry(out, "-h, --help", "show this help", err);
}

int opt_help(const struct opt_program *p, const struct opt_command *c, struct buf *out,
	     struct error *err)
{
	if (usage(p, c, out, err) < 0 || buf_puts(out, "\n", err) < 0 ||
	    wrapped(out, 0, 0, c->doc, err) < 0)
		return -1;
	if (c->details && (buf_puts(out, "\n", err) < 0 || wrapped(out, 0, 0, c->details, err) < 0))
		return -1;
	if (options(c->options, true, out, err) < 0 || options(c->options, false, out, err) < 0 ||
	    buf_puts(out, "\nExamples:\n", err) < 0)
		return -1;
	for (size_t i = 0; c->examples && c->examples[i]; i++)
		if (buf_printf(out, err, "  %s\n", c->examples[i]) < 0)
			return -1;
	return 0;
}

int opt_help_group(const struct opt_program *p, const char *group, struct buf *out,
		   struct error *err)
{
	const char *doc = p->doc;

	for (size_t i = 0; group && i < p->n_groups; i++)
		if (strcmp(p->groups[i].name, group) == 0)
			doc = p->groups[i].doc;
	if (buf_printf(out, err, "Usage: %s %s%sCOMMAND [OPTION…]\n\n%s\n\nCommands:\n", p->name,
		       group ? group : "", group ? " " : "", doc) < 0)
		return -1;
	for (size_t i = 0; i < p->n_commands; i++)
		if ((!group || opt_in_group(p->commands[i], group)) &&
		    entry(out, p->commands[i]->name, p->commands[i]->doc, err) < 0)
			return -1;
	return buf_printf(out, err, "\n'%s COMMAND --help' says more, with examples.\n", p->name);
}
