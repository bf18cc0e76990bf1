/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogues of requirements: what there is, what one says, and whether it holds together. */
#include <string.h>

#include "assess/lint.h"
#include "base/limits.h"
#include "cli/catalogs.h"
#include "cli/cli.h"
#include "cli/table.h"

struct catalog_options {
	char *id, *control, *catalogs;
	bool json;
};

#define OPTION_CATALOGS \
	OPTION(catalog_options, catalogs, "catalogs", jmap_path, "DIR", \
	       "where the catalogues are (default: $MUSTER_CATALOGS, else the installed ones)")

/* ---- list ---- */

/* What a row of the list says of an overlay and of a catalogue: its requirements. */
static int count_controls(const char *dir, const char *id, json_t *row, struct error *err)
{
	auto_catalog struct catalog c = { 0 };
	const struct control *controls;
	int mandatory = 0;

	if (catalogs_load(dir, id, &c, err) < 0)
		return -1;
	controls = c.controls.items;
	for (size_t i = 0; i < c.controls.n; i++)
		mandatory += controls[i].level == LEVEL_MANDATORY;
	return json_object_set_new(row, "requirements", json_integer((json_int_t)c.controls.n)) <
				       0 ||
			       json_object_set_new(row, "mandatory", json_integer(mandatory)) < 0
		       ? error_oom(err)
		       : 0;
}

static int list_one(const char *dir, const char *id, json_t *rows, struct error *err)
{
	auto_conf struct conf *file = NULL;
	json_t *tree, *row;

	if (catalogs_file(dir, id, &file, err) < 0)
		return -1;
	tree = conf_tree(file);
	row = json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?}", "id", json_object_get(tree, "id"), "type",
			json_object_get(tree, "type"), "version", json_object_get(tree, "version"),
			"base", json_object_get(tree, "base"), "title",
			json_object_get(tree, "title"));
	if (!row || json_array_append_new(rows, row) < 0)
		return error_oom(err);
	return catalog_file_kind(file) == CATALOG_FILE_MAP ? 0 : count_controls(dir, id, row, err);
}

static int list_run(void *options, struct error *err)
{
	static const struct column columns[] = {
		{ "CATALOGUE", "id" },
		{ "TYPE", "type" },
		{ "VERSION", "version" },
		{ "BASE", "base" },
		{ "REQUIREMENTS", "requirements" },
		{ "MANDATORY", "mandatory" },
		{ "TITLE", "title" },
	};
	const struct catalog_options *o = options;
	auto_catalog_ids struct strings ids = { 0 };
	auto_json json_t *rows = json_array(), *all = NULL;
	char dir[PATH_MAX];

	if (!rows)
		return error_oom(err);
	if (catalogs_dir(o->catalogs, dir, err) < 0 || catalogs_ids(dir, &ids, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++)
		if (list_one(dir, ids.items[i], rows, err) < 0)
			return -1;
	if (!o->json)
		return table_print(stdout, rows, columns, ARRAY_SIZE(columns), "no catalogues",
				   err);
	all = json_pack("{s:O}", "catalogs", rows);
	return all ? print_json(all, true, err) : error_oom(err);
}

static const struct jmap list_fields[] = { OPTION_CATALOGS, OPTION_JSON(catalog_options) };
static const struct jmap_table list_table =
	JMAP_TABLE("catalog list", "", list_fields, struct catalog_options);
static const char *const list_examples[] = { "muster catalog list", NULL };

const struct opt_command command_catalog_list = {
	.name = "catalog list",
	.doc = "list the catalogues, overlays and maps",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

/* ---- show ---- */

static void show_units(const struct test_case *t)
{
	const struct unit *u = t->units.items;

	(void)printf("\n  %s (%s): %s\n", t->id, case_kind_enum.names[t->kind], t->text);
	if (t->escape)
		(void)printf("     passes where %s\n", t->escape->text);
	for (size_t i = 0; i < t->units.n; i++)
		(void)printf("    %s) %s\n       %s %s%s%s%s%s\n", u[i].id, u[i].text,
			     unit_op_enum.names[u[i].op], u[i].fact ? u[i].fact : "",
			     u[i].ixit ? " IXIT " : "", u[i].ixit ? u[i].ixit : "",
			     u[i].ref ? " case " : "", u[i].ref ? u[i].ref : "");
}

static void show_ids(const char *title, const struct strings *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		(void)printf("%s%s", i ? ", " : title, ids->items[i]);
	if (ids->n)
		(void)putchar('\n');
}

static void show_text(const char *title, const char *text)
{
	if (text)
		(void)printf("%s%s\n", title, text);
}

static void show_control(const struct control *c)
{
	const struct test_case *cases = c->cases.items;

	(void)printf("%s  %s (%s)%s\n%s\n", c->id, c->title,
		     c->level == LEVEL_MANDATORY ? "mandatory" : "recommended",
		     c->unverified ? ", unverified" : "", c->text);
	show_text("how it is met: ", c->guidance);
	show_text("may not apply: ", c->may_not_apply);
	show_text("stands beside: ", c->extends);
	show_text("stands for: ", c->replaces);
	show_ids("applies under conditions: ", &c->conditions);
	show_ids("applies with features: ", &c->features);
	show_ids("reads IXIT: ", &c->ixit);
	for (size_t i = 0; i < c->cases.n; i++)
		show_units(&cases[i]);
}

static int show_one(const struct catalog_options *o, const struct catalog *c, struct error *err)
{
	const struct control *one = catalog_control(c, o->control);

	if (!one)
		return error_set(err, ERROR_NOT_FOUND, "%s has no requirement '%.80s'", c->id,
				 o->control);
	if (o->json)
		return print_struct(one, &control_table, true, err);
	show_control(one);
	return 0;
}

static void show_all(const struct catalog *c)
{
	const struct control *controls = c->controls.items;
	const char *group = "";

	(void)printf("%s, %s\n%s\n", c->title, c->version, c->source);
	show_text("", c->note);
	for (size_t i = 0; i < c->controls.n; i++) {
		if (strcmp(group, controls[i].group) != 0)
			(void)printf("\n%s\n", controls[i].group);
		group = controls[i].group;
		(void)printf("  %-8s %s  %s%s\n", controls[i].id,
			     control_level_enum.names[controls[i].level], controls[i].title,
			     controls[i].unverified ? " (unverified)" : "");
	}
}

static int show_run(void *options, struct error *err)
{
	const struct catalog_options *o = options;
	auto_catalog struct catalog c = { 0 };
	char dir[PATH_MAX];

	if (catalogs_dir(o->catalogs, dir, err) < 0 || catalogs_load(dir, o->id, &c, err) < 0)
		return -1;
	if (o->control)
		return show_one(o, &c, err);
	if (o->json)
		return print_struct(&c, &catalog_table, true, err);
	show_all(&c);
	return 0;
}

static const struct jmap show_fields[] = {
	OPTION(catalog_options, id, "id", jmap_str, "ID", "the catalogue or overlay, or its file",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .max = LIMIT_TEXT),
	OPTION(catalog_options, control, "control", jmap_str, "CONTROL", "one requirement, whole",
	       .flags = JMAP_POSITION, .max = LIMIT_NAME),
	OPTION_CATALOGS,
	OPTION_JSON(catalog_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("catalog show", "", show_fields, struct catalog_options);
static const char *const show_examples[] = { "muster catalog show en303645-v3",
					     "muster catalog show en303645-v3 5.6-1", NULL };

const struct opt_command command_catalog_show = {
	.name = "catalog show",
	.doc = "print a catalogue, or one requirement with its test cases",
	.details = "An overlay is shown as what it makes of its base.",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

/* ---- lint ---- */

static int lint_map_file(const char *dir, const struct conf *file, struct lint *l,
			 struct error *err)
{
	auto_catalog_map struct catalog_map m = { 0 };
	auto_catalog struct catalog source = { 0 }, target = { 0 };

	if (catalog_map_read(file, &m, err) < 0 || catalogs_load(dir, m.source, &source, err) < 0 ||
	    catalogs_load(dir, m.target, &target, err) < 0)
		return -1;
	return lint_map(&m, &source, &target, l, err);
}

static int lint_file(const char *dir, const char *id, struct lint *l, struct error *err)
{
	auto_conf struct conf *file = NULL;
	auto_catalog struct catalog c = { 0 };

	if (catalogs_file(dir, id, &file, err) < 0)
		return -1;
	if (catalog_file_kind(file) == CATALOG_FILE_MAP)
		return lint_map_file(dir, file, l, err);
	return catalogs_load(dir, id, &c, err) < 0 ? -1 : lint_catalog(&c, l, err);
}

static int lint_one(const struct catalog_options *o, const char *dir, const char *id, bool *clean,
		    struct error *err)
{
	auto_lint struct lint l = { 0 };
	const struct lint_finding *f;

	if (lint_file(dir, id, &l, err) < 0)
		return unusable(err);
	f = l.findings.items;
	for (size_t i = 0; i < l.findings.n && !o->json; i++)
		(void)printf("%s: %s: %s\n", id, f[i].where, f[i].text);
	*clean &= l.findings.n == 0;
	if (o->json)
		return print_struct(&l, &lint_table, true, err);
	if (l.findings.n == 0)
		(void)printf("%s: good\n", id);
	return 0;
}

static int lint_run(void *options, struct error *err)
{
	const struct catalog_options *o = options;
	auto_catalog_ids struct strings ids = { 0 };
	char dir[PATH_MAX];
	bool clean = true;

	if (catalogs_dir(o->catalogs, dir, err) < 0 || (!o->id && catalogs_ids(dir, &ids, err) < 0))
		return -1;
	if (o->id && lint_one(o, dir, o->id, &clean, err) < 0)
		return -1;
	for (size_t i = 0; i < ids.n; i++)
		if (lint_one(o, dir, ids.items[i], &clean, err) < 0)
			return -1;
	return clean ? 0 : error_set(err, ERROR_REFUSED, "%s", "");
}

static const struct jmap lint_fields[] = {
	OPTION(catalog_options, id, "id", jmap_str, "ID", "only this one, or a file (all)",
	       .flags = JMAP_POSITION, .max = LIMIT_TEXT),
	OPTION_CATALOGS,
	OPTION_JSON(catalog_options),
};
static const struct jmap_table lint_options_table =
	JMAP_TABLE("catalog lint", "", lint_fields, struct catalog_options);
static const char *const lint_examples[] = { "muster catalog lint",
					     "muster catalog lint ./mine.yaml", NULL };

const struct opt_command command_catalog_lint = {
	.name = "catalog lint",
	.doc = "check that ids are unique and every reference leads somewhere",
	.details = "Exit status 0: good; 1: findings; 2: a file cannot be used. With --json one "
		   "object a catalogue, on a line of its own.",
	.examples = lint_examples,
	.options = &lint_options_table,
	.run = lint_run,
};
