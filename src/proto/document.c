/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/document.h"

#include <string.h>

#include "base/limits.h"
#include "proto/document_tables.h"
#include "proto/function.h"

static const struct {
	const char *name;
	const struct jmap_table *table;
} types[] = {
	[DOCUMENT_TRUST] = { "trust", &trust_table },
	[DOCUMENT_ASSIGNMENT] = { "assignment", &assignment_table },
	[DOCUMENT_POLICY] = { "policy", &policy_table },
	[DOCUMENT_COMMAND] = { "command", &command_table },
	[DOCUMENT_HEAD] = { "head", &head_table },
};
_Static_assert(ARRAY_SIZE(types) == DOCUMENT_MAX_, "every type has a table");

const char *document_type_name(enum document_type t)
{
	return t > DOCUMENT_NONE && t < DOCUMENT_MAX_ ? types[t].name : "?";
}

enum document_type document_type_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return (enum document_type)i;
	return DOCUMENT_NONE;
}

const struct jmap_table *document_table(enum document_type t)
{
	return t > DOCUMENT_NONE && t < DOCUMENT_MAX_ ? types[t].table : NULL;
}

void document_done(struct document *d)
{
	const struct jmap_table *t = document_table(d->type);

	if (t)
		jmap_done(t, &d->header);
	d->type = DOCUMENT_NONE;
}

/* What the tables cannot say: each type's rules among its own fields. */
static int check_content(const struct document *d, struct error *err)
{
	enum effect effect;

	switch (d->type) {
	case DOCUMENT_TRUST: return trust_check(&d->trust, err);
	case DOCUMENT_POLICY:
		if (d->policy.not_after <= d->policy.not_before)
			return error_set(err, ERROR_INVALID, "'notAfter': not after notBefore");
		if (functions_check_settings(d->policy.settings, &effect, err) < 0)
			return error_wrap(err, "settings");
		return 0;
	case DOCUMENT_COMMAND:
		if (d->command.not_after <= d->command.not_before)
			return error_set(err, ERROR_INVALID, "'notAfter': not after notBefore");
		return functions_check_command(d->command.command, d->command.args, &effect, err);
	case DOCUMENT_HEAD:
		if (d->head.not_after <= d->head.time ||
		    d->head.not_after - d->head.time > LIMIT_HEAD_LIFE_S)
			return error_set(err, ERROR_INVALID, "'notAfter': within %d s after time",
					 LIMIT_HEAD_LIFE_S);
		return 0;
	case DOCUMENT_ASSIGNMENT: return 0;
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	return error_set(err, ERROR_INTERNAL, "a document of no type");
}

int document_read(const void *data, size_t len, struct document *ret, struct error *err)
{
	auto_json json_t *tree = NULL;
	auto_document struct document d = { 0 };
	const char *name;

	if (jmap_parse(data, len, LIMIT_DOCUMENT_CONTENT, &tree, err) < 0)
		return -1;
	name = json_string_value(json_object_get(tree, "type"));
	if (!name)
		return error_set(err, ERROR_INVALID, "'type': missing, or not a string");
	d.type = document_type_find(name);
	if (d.type == DOCUMENT_NONE)
		return error_set(err, ERROR_INVALID, "'type': no document is a '%.40s'", name);
	if (jmap_bind(tree, types[d.type].table, &d.header, err) < 0)
		return -1;
	if (d.type == DOCUMENT_COMMAND && !d.command.args)
		d.command.args = json_object(); /* a command without arguments may leave them out */
	if (check_content(&d, err) < 0)
		return -1;
	*ret = d;
	d = (struct document){ 0 };
	return 0;
}

int document_write(const struct document *d, struct buf *out, struct error *err)
{
	const struct jmap_table *t = document_table(d->type);

	if (!t)
		return error_set(err, ERROR_INTERNAL, "a document of no type");
	return jmap_write(&d->header, t, out, err);
}
