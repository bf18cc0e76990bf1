/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "assess/export.h"
#include "base/clock.h"
#include "base/hash.h"

void export_uuid(const char *name, char ret[UUID_SIZE])
{
	char seed[1024], hex[SHA256_HEX_SIZE];

	(void)snprintf(seed, sizeof(seed), "%s %s", EXPORT_NS, name);
	hash_sha256_hex(seed, strlen(seed), hex);
	uuid_of_digest(hex, ret);
	ret[14] = '5';
}

void export_token(const char *prefix, const char *id, char ret[EXPORT_TOKEN_SIZE])
{
	size_t n;
	int put = snprintf(ret, EXPORT_TOKEN_SIZE, "%s",
			   *prefix			 ? prefix
			   : isalpha((unsigned char)*id) ? ""
							 : "p");

	n = put < 0 ? 0 : (size_t)put;
	for (; *id && n + 1 < EXPORT_TOKEN_SIZE; id++) {
		if (isalnum((unsigned char)*id) || strchr(".-_", *id))
			ret[n++] = *id;
		else if (*id != ')')
			ret[n++] = *id == '/' ? '.' : *id == '(' ? '-' : '_';
	}
	ret[n] = '\0';
}

int export_add(json_t *list, json_t *value, struct error *err)
{
	return !value || json_array_append_new(list, value) < 0 ? error_oom(err) : 0;
}

int export_prop(json_t *props, const char *name, const char *value, struct error *err)
{
	return export_add(
		props, json_pack("{s:s, s:s, s:s}", "name", name, "ns", EXPORT_NS, "value", value),
		err);
}

json_t *export_metadata(const char *title, const char *version, const char *remarks,
			int64_t modified)
{
	char time[TIME_SIZE];

	time_format(modified, time);
	return json_pack("{s:s, s:s, s:s, s:s, s:s*}", "title", title, "last-modified", time,
			 "version", version, "oscal-version", EXPORT_OSCAL_VERSION, "remarks",
			 remarks);
}

/* ---- one control ---- */

static int add_props(json_t *props, const char *name, const struct strings *values,
		     struct error *err)
{
	for (size_t i = 0; i < values->n; i++)
		if (export_prop(props, name, values->items[i], err) < 0)
			return -1;
	return 0;
}

static int control_props(const struct control *c, json_t *props, struct error *err)
{
	if (export_add(props, json_pack("{s:s, s:s}", "name", "label", "value", c->id), err) < 0 ||
	    export_prop(props, "level", control_level_enum.names[c->level], err) < 0 ||
	    add_props(props, "condition", &c->conditions, err) < 0 ||
	    add_props(props, "feature", &c->features, err) < 0 ||
	    add_props(props, "ixit-table", &c->ixit, err) < 0)
		return -1;
	return c->unverified ? export_prop(props, "unverified", "true", err) : 0;
}

static int add_prose(json_t *parts, const char *token, const char *suffix, const char *name,
		     const char *prose, struct error *err)
{
	char id[EXPORT_TOKEN_SIZE + 16];

	if (!prose)
		return 0;
	(void)snprintf(id, sizeof(id), "%s_%s", token, suffix);
	return export_add(
		parts, json_pack("{s:s, s:s, s:s}", "id", id, "name", name, "prose", prose), err);
}

/* A case of TS 103 701: an objective, by EXAMINE where papers are judged and TEST where a device.
 */
static int add_case(json_t *parts, const struct test_case *t, struct error *err)
{
	auto_json json_t *units = json_array();
	const struct unit *u = t->units.items;
	char id[EXPORT_TOKEN_SIZE], unit[EXPORT_TOKEN_SIZE + 80];

	if (!units)
		return error_oom(err);
	export_token("tc-", t->id, id);
	for (size_t i = 0; i < t->units.n; i++) {
		(void)snprintf(unit, sizeof(unit), "%s.%s", id, u[i].id);
		if (export_add(units,
			       json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}]}", "id", unit, "name",
					 "assessment-objective", "prose", u[i].text, "props",
					 "name", "label", "value", u[i].id),
			       err) < 0)
			return -1;
	}
	return export_add(
		parts,
		json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}, {s:s, s:s, s:s}], s:O}", "id", id, "name",
			  "assessment-objective", "prose", t->text, "props", "name", "label",
			  "value", t->id, "name", "method", "ns", EXPORT_NS, "value",
			  t->kind == CASE_CONCEPTUAL ? "EXAMINE" : "TEST", "parts", units),
		err);
}

static int control_parts(const struct control *c, const char *token, json_t *parts,
			 struct error *err)
{
	const struct test_case *cases = c->cases.items;

	if (add_prose(parts, token, "smt", "statement", c->text, err) < 0 ||
	    add_prose(parts, token, "gdn", "guidance", c->guidance, err) < 0 ||
	    add_prose(parts, token, "mna", "may-not-apply", c->may_not_apply, err) < 0)
		return -1;
	for (size_t i = 0; i < c->cases.n; i++)
		if (add_case(parts, &cases[i], err) < 0)
			return -1;
	return 0;
}

/* What an overlay's control stands beside or for. */
static int add_link(json_t *control, const struct control *c, struct error *err)
{
	const char *other = c->replaces ? c->replaces : c->extends;
	char href[EXPORT_TOKEN_SIZE];

	if (!other)
		return 0;
	export_token(isalpha((unsigned char)*other) ? "#" : "#p", other, href);
	return json_object_set_new(control, "links",
				   json_pack("[{s:s, s:s}]", "href", href, "rel",
					     c->replaces ? "replaces" : "related")) < 0
		       ? error_oom(err)
		       : 0;
}

int export_control(const struct control *c, json_t **ret, struct error *err)
{
	auto_json json_t *props = json_array(), *parts = json_array(), *control = NULL;
	char token[EXPORT_TOKEN_SIZE];

	export_token("", c->id, token);
	if (!props || !parts)
		return error_oom(err);
	if (control_props(c, props, err) < 0 || control_parts(c, token, parts, err) < 0)
		return -1;
	control = json_pack("{s:s, s:s, s:s, s:O, s:O}", "id", token, "class", "requirement",
			    "title", c->title, "props", props, "parts", parts);
	if (!control)
		return error_oom(err);
	if (add_link(control, c, err) < 0)
		return -1;
	*ret = STEAL(control);
	return 0;
}

/* ---- the catalogue ---- */

static int add_group(const struct catalog *c, const struct control_group *g, json_t *groups,
		     struct error *err)
{
	auto_json json_t *list = json_array();
	const struct control *controls = c->controls.items;
	char id[EXPORT_TOKEN_SIZE];

	if (!list)
		return error_oom(err);
	for (size_t i = 0; i < c->controls.n; i++) {
		json_t *one = NULL;

		if (strcmp(controls[i].group, g->id) != 0)
			continue;
		if (export_control(&controls[i], &one, err) < 0 || export_add(list, one, err) < 0)
			return -1;
	}
	if (json_array_size(list) == 0)
		return 0;
	export_token("g-", g->id, id);
	return export_add(groups,
			  json_pack("{s:s, s:s, s:[{s:s, s:s}], s:O}", "id", id, "title", g->title,
				    "props", "name", "label", "value", g->id, "controls", list),
			  err);
}

/* What the letters and numbers of a catalogue mean stands with its metadata. */
static int add_traits(json_t *meta, const char *name, const struct jmap_list *traits,
		      struct error *err)
{
	const struct trait *t = traits->items;
	json_t *props = json_object_get(meta, "props");

	for (size_t i = 0; i < traits->n; i++)
		if (export_add(props,
			       json_pack("{s:s, s:s, s:s, s:s}", "name", name, "ns", EXPORT_NS,
					 "value", t[i].id, "remarks", t[i].text),
			       err) < 0)
			return -1;
	return 0;
}

int export_oscal_catalog(const struct catalog *c, int64_t modified, json_t **ret, struct error *err)
{
	auto_json json_t *groups = json_array(), *meta = NULL;
	const struct control_group *g = c->groups.items;
	char uuid[UUID_SIZE];

	meta = export_metadata(c->title, c->version, c->note, modified);
	if (!groups || !meta ||
	    json_object_set_new(meta, "props",
				json_pack("[{s:s, s:s, s:s}]", "name", "source", "ns", EXPORT_NS,
					  "value", c->source)) < 0)
		return error_oom(err);
	export_uuid(c->id, uuid);
	if (add_traits(meta, "condition", &c->conditions, err) < 0 ||
	    add_traits(meta, "feature", &c->features, err) < 0)
		return -1;
	for (size_t i = 0; i < c->groups.n; i++)
		if (add_group(c, &g[i], groups, err) < 0)
			return -1;
	*ret = json_pack("{s:{s:s, s:O, s:O}}", "catalog", "uuid", uuid, "metadata", meta, "groups",
			 groups);
	return *ret ? 0 : error_oom(err);
}
