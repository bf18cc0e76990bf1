/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the pages of docs/ that are made of tables: `describe functions`, …. */
#include <stdio.h>
#include <string.h>

#include "proto/checkin.h"
#include "proto/document.h"
#include "proto/enrollment.h"
#include "proto/fact.h"
#include "proto/function.h"
#include "proto/record.h"
#include "server/front/api.h"

/* Tables that were met while one was written, to be written after it, once. */
struct pending {
	const struct jmap_table *tables[64];
	size_t n, done;
};

static void add(struct pending *p, const struct jmap_table *t)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->tables[i] == t)
			return;
	if (p->n < ARRAY_SIZE(p->tables))
		p->tables[p->n++] = t;
}

static void print_range(const struct jmap *f)
{
	bool counted = f->type == &jmap_str || f->type == &jmap_text || f->type == &jmap_bytes;
	bool listed = f->type == &jmap_array || f->type == &jmap_strings || f->type == &jmap_tree;
	const char *unit = counted ? " bytes" : listed ? " items" : "";

	if (f->min && f->max)
		printf(", %lld to %lld%s", f->min, f->max, unit);
	else if (f->max)
		printf(", at most %lld%s", f->max, unit);
	else if (f->min)
		printf(", at least %lld%s", f->min, unit);
}

static void print_type(const struct jmap *f, struct pending *p)
{
	if (f->type == &jmap_enum) {
		const struct jmap_enum *e = f->sub;
		const char *sep = "";

		for (size_t i = 0; i < e->n && e->n <= 8; i++)
			if (e->names[i]) {
				printf("%s`%s`", sep, e->names[i]);
				sep = ", ";
			}
		if (e->n > 8)
			printf("one of the names below");
		return;
	}
	printf("%s", f->type->name);
	if (f->type == &jmap_object || f->type == &jmap_optional || f->type == &jmap_array) {
		const struct jmap_table *t = f->sub;

		printf(" of %s", t->name);
		add(p, t);
	}
	print_range(f);
}

static void print_fields(const struct jmap_table *t, struct pending *p)
{
	printf("\n| key | | value | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < t->n_fields; i++) {
		const struct jmap *f = &t->fields[i];

		printf("| `%s` | %s | ", f->key, f->flags & JMAP_REQUIRED ? "required" : "");
		print_type(f, p);
		printf(" | %s |\n", f->doc ? f->doc : "");
	}
}

static void print_table(const struct jmap_table *t, const char *heading, struct pending *p)
{
	size_t n = t->doc ? strlen(t->doc) : 0;

	printf("\n%s %s\n", heading, t->name);
	if (n)
		printf("\n%.*s.\n", (int)(t->doc[n - 1] == '.' ? n - 1 : n), t->doc);
	print_fields(t, p);
}

static void print_pending(struct pending *p, const char *heading)
{
	while (p->done < p->n) {
		const struct jmap_table *t = p->tables[p->done++];

		print_table(t, heading, p);
	}
}

static void print_protocol(void)
{
	static const struct jmap_table *const tables[] = {
		&trust_table,		&assignment_table,    &policy_table,
		&command_table,		&head_table,	      &enrollment_table,
		&checkin_request_table, &checkin_reply_table, &instructions_reply_table,
		&records_request_table, &records_reply_table,
	};
	struct pending p = { .n = 0 };

	printf("# Fields of the protocol\n\nWritten by the build from the tables that bind them "
	       "(`docs/describe.c`); see protocol.md for their\nmeaning. An unknown key, a "
	       "duplicate "
	       "or a value out of range is refused, and named.\n");
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		add(&p, tables[i]);
	print_pending(&p, "##");
	printf("\n## Events\n\n| event | recorded by | | requirement | meaning |\n"
	       "|---|---|---|---|---|\n");
	for (int e = AUDIT_NONE + 1; e < AUDIT_MAX_; e++) {
		const struct audit_row *row = audit_row((enum audit_event)e);

		printf("| `%s` | %s | %s | %s | %s |\n", row->name,
		       row->source == AUDIT_DEVICE ? "device" : "server",
		       row->flags & AUDIT_ALERT ? "alert" : "", row->requirement, row->text);
	}
}

static void print_function(const struct function *f)
{
	struct pending p = { .n = 0 };
	const char *sep = "";

	printf("\n### %s\n\n%s Effect: `%s` or higher. ", f->key, f->doc, effect_name(f->effect));
	if (f->mdm[0])
		printf("MDM PP: %s. ", f->mdm);
	if (f->mdf[0])
		printf("MDF PP: %s. ", f->mdf);
	printf("Sandbox: ");
	for (unsigned bit = 1; bit <= f->needs; bit <<= 1)
		if (f->needs & bit) {
			printf("%s%s", sep, sandbox_name((enum sandbox)bit));
			sep = ", ";
		}
	printf("%s.\n", *sep ? "" : "nothing");
	if (f->args->n_fields) {
		print_fields(f->args, &p);
		print_pending(&p, "####");
	}
}

static void print_functions(void)
{
	static const char *const titles[] = {
		[FUNCTION_SETTING] = "Settings", [FUNCTION_COMMAND] = "Commands"
	};

	printf("# Functions\n\nEvery setting of a policy and every command, with its arguments and "
	       "limits. Written by the build\nfrom `src/proto/functions.def` and its tables.\n");
	for (int kind = FUNCTION_SETTING; kind <= FUNCTION_COMMAND; kind++) {
		printf("\n## %s\n", titles[kind]);
		for (int i = 0; i < FUNCTION_MAX_; i++)
			if ((int)functions[i].kind == kind)
				print_function(&functions[i]);
	}
}

static void print_facts(void)
{
	static const char *const types[] = { [FACT_BOOL] = "yes or no",
					     [FACT_COUNT] = "a number",
					     [FACT_TEXT] = "a text",
					     [FACT_ITEMS] = "items" };

	printf("# Facts\n\nWhat `muster-probe` sees on a device. Written by the build from "
	       "`src/proto/facts.def`. How they are seen and what\nthey mean is in "
	       "[assessment.md](assessment.md).\n\n| fact | type | an item is like | only root "
	       "sees all | meaning |\n|---|---|---|---|---|\n");
	for (int id = 1; id < FACT_ID_MAX_; id++) {
		const struct fact_row *r = fact_row((enum fact_id)id);

		printf("| `%s` | %s | %s%s%s | %s | %s |\n", r->key, types[r->type],
		       r->item ? "`" : "", r->item ? r->item : "", r->item ? "`" : "",
		       r->privileged ? "yes" : "", r->doc);
	}
}

static void print_openapi(void)
{
	auto_json json_t *document = NULL;
	struct error err = ERROR_INIT;

	if (openapi_document(&document, &err) == 0 &&
	    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_SORT_KEYS) == 0)
		printf("\n");
}

static const struct {
	const char *name;
	void (*print)(void);
} pages[] = {
	{ "facts", print_facts },
	{ "functions", print_functions },
	{ "openapi", print_openapi },
	{ "protocol", print_protocol },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(pages); i++)
		if (strcmp(argv[1], pages[i].name) == 0) {
			pages[i].print();
			return 0;
		}
	(void)fprintf(stderr, "usage: describe facts|functions|openapi|protocol\n");
	return 2;
}
