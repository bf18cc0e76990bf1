/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, from the tables. Pure: they append to a buffer. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/opt.h"

/* Text as roff: hyphens and backslashes are literal, and no line begins with a request. */
static int roff(struct buf *out, const char *text, struct error *err)
{
	bool start = true;

	for (; *text; text++) {
		const char *as = NULL;

		if (*text == '\\')
			as = "\\e";
		else if (*text == '-')
			as = "\\-";
		else if (start && (*text == '.' || *text == '\''))
			as = *text == '.' ? "\\&." : "\\&'";
		if (as ? buf_puts(out, as, err) < 0 : buf_append(out, text, 1, err) < 0)
			return -1;
		start = *text == '\n';
	}
	return 0;
}

/* A request with its text: ".SS token create". */
static int request(struct buf *out, const char *name, const char *text, struct error *err)
{
	if (buf_printf(out, err, ".%s ", name) < 0 || roff(out, text, err) < 0)
		return -1;
	return buf_puts(out, "\n", err);
}

/* Paragraphs, which blank lines part in the tables. */
static int paragraphs(struct buf *out, const char *text, struct error *err)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);
		auto_free char *one = strndup(text, len);

		if (!one)
			return error_oom(err);
		if (buf_puts(out, ".PP\n", err) < 0 || roff(out, one, err) < 0 ||
		    buf_puts(out, "\n", err) < 0)
			return -1;
		text += len + (end ? 2 : 0);
	}
	return 0;
}

static int option(const struct jmap *f, struct buf *out, struct error *err)
{
	char name[OPT_NAME_MAX];

	opt_name(f, name);
	if (buf_puts(out, ".TP\n.B ", err) < 0 || roff(out, name, err) < 0)
		return -1;
	if (!(f->flags & JMAP_POSITION) && f->type != &jmap_bool &&
	    buf_printf(out, err, " \\fI%s\\fR", opt_value_name(f)) < 0)
		return -1;
	if (buf_puts(out, "\n", err) < 0 || roff(out, f->doc ? f->doc : "", err) < 0)
		return -1;
	return buf_puts(out, f->flags & JMAP_REQUIRED ? " (required)\n" : "\n", err);
}

static int options(const struct opt_command *c, struct buf *out, struct error *err)
{
	for (size_t i = 0; c->options && i < c->options->n_fields; i++)
		if (!(c->options->fields[i].flags & JMAP_SECRET) &&
		    option(&c->options->fields[i], out, err) < 0)
			return -1;
	return 0;
}

static int examples(const struct opt_command *c, const char *lead, struct buf *out,
		    struct error *err)
{
	if (buf_printf(out, err, "%s.nf\n.RS\n", lead) < 0)
		return -1;
	for (size_t i = 0; c->examples && c->examples[i]; i++)
		if (roff(out, c->examples[i], err) < 0 || buf_puts(out, "\n", err) < 0)
			return -1;
	return buf_puts(out, ".RE\n.fi\n", err);
}

/* What a command does: its line, which a full stop ends, and its paragraphs. */
static int description(const struct opt_command *c, struct buf *out, struct error *err)
{
	size_t n = strlen(c->doc);

	if (roff(out, c->doc, err) < 0 ||
	    buf_puts(out, n && c->doc[n - 1] == '.' ? "\n" : ".\n", err) < 0)
		return -1;
	return c->details ? paragraphs(out, c->details, err) : 0;
}

static int command(const struct opt_program *p, const struct opt_command *c, struct buf *out,
		   struct error *err)
{
	char title[160];

	(void)snprintf(title, sizeof(title), "%s %s", p->name, c->name);
	if (request(out, "SS", title, err) < 0 || description(c, out, err) < 0 ||
	    options(c, out, err) < 0)
		return -1;
	return examples(c, ".PP\nExamples:\n.PP\n", out, err);
}

static int exit_statuses(struct buf *out, struct error *err)
{
	static const struct {
		const char *name;
		int exit;
	} statuses[] = {
#define X(id, name, http, exit) { name, exit },
		ERROR_CODES(X)
#undef X
	};

	if (buf_puts(out, ".SH EXIT STATUS\n.TP\n.B 0\nsuccess\n", err) < 0)
		return -1;
	for (int status = 1; status < 128; status++) {
		const char *lead = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
			if (statuses[i].exit != status)
				continue;
			if (!lead && buf_printf(out, err, ".TP\n.B %d\n", status) < 0)
				return -1;
			if (buf_printf(out, err, "%s%s", lead ? lead : "", statuses[i].name) < 0)
				return -1;
			lead = ", ";
		}
		if (lead && buf_puts(out, "\n", err) < 0)
			return -1;
	}
	return 0;
}

struct page {
	const char *group; /* NULL: the program */
	const char *doc;
	const char *made_by; /* the arguments that print it */
	unsigned section;
};

static int heading(const struct opt_program *p, const struct page *page, struct buf *out,
		   struct error *err)
{
	char title[128], line[400];

	(void)snprintf(title, sizeof(title), "%s%s%s", p->name, page->group ? "-" : "",
		       page->group ? page->group : "");
	(void)snprintf(line, sizeof(line), "%s - %s", title, page->doc);
	for (char *c = title; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (buf_printf(out, err,
		       ".\\\" Made by '%s %s'; change the tables in src, not this.\n"
		       ".TH %s %u \"\" \"%s %s\" \"Muster manual\"\n.SH NAME\n",
		       p->name, page->made_by, title, page->section, p->name, p->version) < 0)
		return -1;
	return roff(out, line, err) < 0 ? -1 : buf_puts(out, "\n", err);
}

/* The synopsis and what the program is. */
static int beginning(const struct opt_program *p, const char *words, struct buf *out,
		     struct error *err)
{
	if (buf_printf(out, err, ".SH SYNOPSIS\n.B %s\n%s[\\fIOPTION\\fR...]\n", p->name, words) <
	    0)
		return -1;
	if (!p->details)
		return 0;
	if (buf_puts(out, ".SH DESCRIPTION\n", err) < 0)
		return -1;
	return paragraphs(out, p->details, err);
}

static int index_of_commands(const struct opt_program *p, struct buf *out, struct error *err)
{
	if (beginning(p, "\\fICOMMAND\\fR ", out, err) < 0 ||
	    buf_puts(out, ".SH COMMANDS\n", err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_commands; i++) {
		const struct opt_command *c = p->commands[i];

		if (buf_puts(out, ".TP\n.B ", err) < 0 || roff(out, c->name, err) < 0 ||
		    buf_puts(out, "\n", err) < 0 || roff(out, c->doc, err) < 0 ||
		    buf_printf(out, err, "; see\n.BR %s\\-%.*s (1)\n", p->name,
			       (int)strcspn(c->name, " "), c->name) < 0)
			return -1;
	}
	return 0;
}

int opt_man(const struct opt_program *p, const char *group, struct buf *out, struct error *err)
{
	struct page page = { group, p->doc, "help --man", 1 };

	for (size_t i = 0; group && i < p->n_commands; i++)
		if (strcmp(p->commands[i]->name, group) == 0)
			page.doc = p->commands[i]->doc;
	for (size_t i = 0; group && i < p->n_groups; i++)
		if (strcmp(p->groups[i].name, group) == 0)
			page.doc = p->groups[i].doc;
	if (heading(p, &page, out, err) < 0)
		return -1;
	if (!group && index_of_commands(p, out, err) < 0)
		return -1;
	if (group && buf_puts(out, ".SH COMMANDS\n", err) < 0)
		return -1;
	for (size_t i = 0; group && i < p->n_commands; i++)
		if (opt_in_group(p->commands[i], group) && command(p, p->commands[i], out, err) < 0)
			return -1;
	return exit_statuses(out, err);
}

/* A program that does one thing: no command's name stands anywhere. */
static int single(const struct opt_program *p, struct buf *out, struct error *err)
{
	const struct opt_command *c = p->commands[0];

	if (beginning(p, "", out, err) < 0 || buf_puts(out, ".SH DESCRIPTION\n", err) < 0 ||
	    description(c, out, err) < 0)
		return -1;
	if (c->options && (buf_puts(out, ".SH OPTIONS\n", err) < 0 || options(c, out, err) < 0))
		return -1;
	return examples(c, ".SH EXAMPLES\n", out, err);
}

int opt_man_whole(const struct opt_program *p, unsigned section, struct buf *out, struct error *err)
{
	char made_by[16];
	const struct page page = { NULL, p->doc, made_by, section };

	(void)snprintf(made_by, sizeof(made_by), "--man=%u", section);
	if (heading(p, &page, out, err) < 0)
		return -1;
	if (!p->commands[0]->name[0])
		return single(p, out, err) < 0 ? -1 : exit_statuses(out, err);
	if (beginning(p, "\\fICOMMAND\\fR ", out, err) < 0 ||
	    buf_puts(out, ".SH COMMANDS\n", err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_commands; i++)
		if (command(p, p->commands[i], out, err) < 0)
			return -1;
	return exit_statuses(out, err);
}
