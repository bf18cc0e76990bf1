/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "proto/function.h"
#include "trust/effect.h"

static void window(int64_t from, int64_t to, char *ret, size_t size)
{
	char a[TIME_SIZE], b[TIME_SIZE];

	time_format(from, a);
	time_format(to, b);
	(void)snprintf(ret, size, "from %s to %s", a, b);
}

/* "key: what it is (effect): its values" */
static int say_function(const struct function *f, const json_t *args, json_t *to, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	void *bound = NULL;
	enum effect effect;

	if (function_bind(f, args, &bound, err) < 0)
		return -1;
	effect = function_effect(f, bound);
	function_free(f, bound);
	if (jmap_dump(args, &text, err) < 0)
		return -1;
	return explain_line(to, err, "%s (%s): %s: %s", f->key, effect_name(effect), f->doc,
			    text.len ? (const char *)text.data : "{}");
}

static int say_policy(const struct policy *p, json_t *to, struct error *err)
{
	const char *key;
	json_t *value;
	char when[80];

	window(p->not_before, p->not_after, when, sizeof(when));
	if (explain_line(to, err, "policy '%s' of the stream '%s', serial %llu, %s",
			 p->name ? p->name : "", p->stream, (unsigned long long)p->serial,
			 when) < 0 ||
	    explain_line(to, err, "every device of the stream applies it, whole") < 0)
		return -1;
	json_object_foreach (p->settings, key, value) {
		const struct function *f = function_find(key, FUNCTION_SETTING);

		if (!f)
			return error_set(err, ERROR_INVALID, "no setting is a '%.40s'", key);
		if (say_function(f, value, to, err) < 0)
			return -1;
	}
	return 0;
}

static int say_command(const struct command *c, const struct trust *in_force, enum effect effect,
		       json_t *to, struct error *err)
{
	const struct function *f = function_find(c->command, FUNCTION_COMMAND);
	char when[80];

	if (!f)
		return error_set(err, ERROR_INVALID, "no command is a '%.40s'", c->command);
	window(c->not_before, c->not_after, when, sizeof(when));
	if (say_function(f, c->args, to, err) < 0 ||
	    explain_line(to, err, "for %zu device%s, %s", c->targets.n,
			 c->targets.n == 1 ? "" : "s", when) < 0)
		return -1;
	if (effect == EFFECT_DESTRUCTIVE && in_force)
		return explain_line(to, err,
				    "each device waits %u s before it obeys, and can be called off",
				    in_force->delays.destructive_s);
	return 0;
}

static int say_assignment(const struct assignment *a, json_t *to, struct error *err)
{
	if (explain_line(to, err, "the device follows the policy stream '%s' (serial %llu)",
			 a->stream, (unsigned long long)a->serial) < 0 ||
	    explain_line(to, err, "it is the property of %s",
			 a->ownership == OWNERSHIP_PERSONAL ? "a person" : "the enterprise") < 0)
		return -1;
	for (size_t i = 0; i < a->groups.n; i++)
		if (explain_line(to, err, "it belongs to the group '%s'", a->groups.items[i]) < 0)
			return -1;
	return 0;
}

static int say_trust(const struct trust *t, const struct trust *in_force, json_t *to,
		     struct error *err)
{
	auto_json json_t *lines = NULL, *changes = NULL;

	if (in_force && t->version > 1) {
		if (explain_line(to, err, "trust %u takes the place of trust %u:", t->version,
				 in_force->version) < 0 ||
		    explain_changes(in_force, t, &changes, err) < 0 ||
		    json_array_extend(to, changes) < 0)
			return err->code ? -1 : error_oom(err);
		if (json_array_size(changes) == 0)
			return explain_line(to, err, "nothing changes but the version");
		return 0;
	}
	if (explain_trust(t, &lines, err) < 0)
		return -1;
	return json_array_extend(to, lines) < 0 ? error_oom(err) : 0;
}

static int say(const struct document *d, const struct trust *in_force, json_t *to,
	       struct error *err)
{
	switch (d->type) {
	case DOCUMENT_POLICY: return say_policy(&d->policy, to, err);
	case DOCUMENT_COMMAND:
		return say_command(&d->command, in_force, document_effect(d), to, err);
	case DOCUMENT_ASSIGNMENT: return say_assignment(&d->assignment, to, err);
	case DOCUMENT_TRUST: return say_trust(&d->trust, in_force, to, err);
	case DOCUMENT_HEAD:
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	return error_set(err, ERROR_INVALID, "a %s is not a person's to sign",
			 document_type_name(d->type));
}

static int add_target(const char *device, const char *enrollment, const struct roster *r,
		      json_t *to, struct explain_targets *n, struct error *err)
{
	const struct roster_entry *e;
	enum roster_state s = roster_look(r, device, enrollment, &e);
	json_t *row = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s}", "device", device, "enrollment",
				enrollment, "hostname", e ? e->hostname : NULL, "serialNumber",
				e ? e->serial_number : NULL, "model", e ? e->model : NULL, "roster",
				roster_state_text(s));

	n->n++;
	n->unknown += s == ROSTER_UNKNOWN;
	n->changed += s == ROSTER_CHANGED;
	return json_array_append_new(to, row) < 0 ? error_oom(err) : 0;
}

static int add_targets(const struct document *d, const struct roster *r, json_t *to,
		       struct explain_targets *n, struct error *err)
{
	const struct command_target *t = d->command.targets.items;

	if (d->type == DOCUMENT_ASSIGNMENT)
		return add_target(d->assignment.device, d->assignment.enrollment, r, to, n, err);
	for (size_t i = 0; d->type == DOCUMENT_COMMAND && i < d->command.targets.n; i++)
		if (add_target(t[i].device, t[i].enrollment, r, to, n, err) < 0)
			return -1;
	return 0;
}

int explain_document(const struct document *d, const struct trust *in_force, const struct roster *r,
		     json_t **ret, struct explain_targets *targets, struct error *err)
{
	auto_json json_t *does = json_array(), *to = json_array();
	struct explain_targets n = { 0 };
	json_t *all;

	if (!does || !to)
		return error_oom(err);
	if (say(d, in_force, does, err) < 0 || add_targets(d, r, to, &n, err) < 0)
		return -1;
	all = json_pack("{s:s, s:s, s:s, s:O, s:O}", "type", document_type_name(d->type), "id",
			d->header.id, "effect", effect_name(document_effect(d)), "does", does,
			"targets", to);
	if (!all)
		return error_oom(err);
	*ret = all;
	*targets = n;
	return 0;
}

int explain_print(FILE *out, const json_t *what, struct error *err)
{
	static const struct column head[] = { { "document", "type" },
					      { "id", "id" },
					      { "effect", "effect" } };
	static const struct column targets[] = {
		{ "DEVICE", "device" },		 { "HOSTNAME", "hostname" },
		{ "SERIAL", "serialNumber" },	 { "MODEL", "model" },
		{ "FINGERPRINT", "enrollment" }, { "ROSTER", "roster" },
	};
	const json_t *rows = json_object_get(what, "targets");
	json_t *text;
	size_t i;

	if (table_print_one(out, what, head, ARRAY_SIZE(head), err) < 0)
		return -1;
	json_array_foreach (json_object_get(what, "does"), i, text)
		(void)fprintf(out, "  %s\n", json_string_value(text));
	if (json_array_size(rows) == 0)
		return 0;
	(void)fputc('\n', out);
	return table_print(out, rows, targets, ARRAY_SIZE(targets), "", err);
}
