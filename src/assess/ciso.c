/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries of CISO Assistant. Its files are YAML, of which JSON is a part: what is written here is
 * both. */
#include <stdio.h>
#include <string.h>

#include "assess/export.h"

enum { URN_SIZE = EXPORT_TOKEN_SIZE + 80 };

static void urn(const char *kind, const char *library, const char *id, char ret[URN_SIZE])
{
	char token[EXPORT_TOKEN_SIZE];

	export_token("", id, token);
	(void)snprintf(ret, URN_SIZE, "urn:muster:risk:%s:%s%s%s", kind, library, *id ? ":" : "",
		       *id ? token : "");
	for (char *p = ret; *p; p++) /* it folds them itself, and finds them no more */
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
}

static json_t *library(const char *id, const char *title, const char *note, const char *object,
		       json_t *what)
{
	char name[URN_SIZE];

	urn("library", id, "", name);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:{s:O}}", "urn", name,
			 "locale", "en", "ref_id", id, "name", title, "description",
			 note ? note : title, "copyright", "Apache-2.0; texts in words of our own",
			 "version", 1, "provider", "Muster", "packager", "muster", "objects",
			 object, what);
}

static int add_node(const struct catalog *c, const struct control *one, json_t *nodes,
		    struct error *err)
{
	char self[URN_SIZE], parent[URN_SIZE];

	urn("req_node", c->id, one->id, self);
	urn("req_node", c->id, "", parent);
	(void)snprintf(parent + strlen(parent), sizeof(parent) - strlen(parent), ":group-%s",
		       one->group);
	return export_add(nodes,
			  json_pack("{s:s, s:b, s:i, s:s, s:s, s:s, s:s, s:s*, s:[s]}", "urn", self,
				    "assessable", 1, "depth", 2, "parent_urn", parent, "ref_id",
				    one->id, "name", one->title, "description", one->text,
				    "annotation", one->guidance, "implementation_groups",
				    control_level_enum.names[one->level]),
			  err);
}

static int add_group(const struct catalog *c, const struct control_group *g, json_t *nodes,
		     struct error *err)
{
	const struct control *controls = c->controls.items;
	char self[URN_SIZE];

	urn("req_node", c->id, "", self);
	(void)snprintf(self + strlen(self), sizeof(self) - strlen(self), ":group-%s", g->id);
	if (export_add(nodes,
		       json_pack("{s:s, s:b, s:i, s:s, s:s}", "urn", self, "assessable", 0, "depth",
				 1, "ref_id", g->id, "name", g->title),
		       err) < 0)
		return -1;
	for (size_t i = 0; i < c->controls.n; i++)
		if (strcmp(controls[i].group, g->id) == 0 &&
		    add_node(c, &controls[i], nodes, err) < 0)
			return -1;
	return 0;
}

int export_ciso_catalog(const struct catalog *c, json_t **ret, struct error *err)
{
	auto_json json_t *nodes = json_array(), *framework = NULL;
	const struct control_group *g = c->groups.items;
	char self[URN_SIZE];

	if (!nodes)
		return error_oom(err);
	for (size_t i = 0; i < c->groups.n; i++)
		if (add_group(c, &g[i], nodes, err) < 0)
			return -1;
	urn("framework", c->id, "", self);
	framework =
		json_pack("{s:s, s:s, s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}], s:O}", "urn", self,
			  "ref_id", c->id, "name", c->title, "description", c->source,
			  "implementation_groups_definition", "ref_id", "M", "name", "mandatory",
			  "ref_id", "R", "name", "recommended", "requirement_nodes", nodes);
	if (!framework)
		return error_oom(err);
	*ret = library(c->id, c->title, c->note, "framework", framework);
	return *ret ? 0 : error_oom(err);
}

static const char *const relations[] = {
	[MAP_EQUAL] = "equal",
	[MAP_SUBSET] = "subset",
	[MAP_SUPERSET] = "superset",
	[MAP_INTERSECTS] = "intersect",
};

/* Its rows lead from one to one: a split is an intersection with each. */
static int add_pairs(const struct catalog_map *m, const struct map_row *row, json_t *pairs,
		     struct error *err)
{
	bool single = row->from.n == 1 && row->to.n == 1;
	char from[URN_SIZE], to[URN_SIZE];

	for (size_t i = 0; i < row->from.n; i++)
		for (size_t k = 0; k < row->to.n; k++) {
			urn("req_node", m->source, row->from.items[i], from);
			urn("req_node", m->target, row->to.items[k], to);
			if (export_add(pairs,
				       json_pack("{s:s, s:s, s:s}", "source_requirement_urn", from,
						 "target_requirement_urn", to, "relationship",
						 single ? relations[row->relation] : "intersect"),
				       err) < 0)
				return -1;
		}
	return 0;
}

int export_ciso_map(const struct catalog_map *m, json_t **ret, struct error *err)
{
	auto_json json_t *pairs = json_array(), *set = NULL;
	const struct map_row *rows = m->rows.items;
	char self[URN_SIZE], source[URN_SIZE], target[URN_SIZE];

	if (!pairs)
		return error_oom(err);
	for (size_t i = 0; i < m->rows.n; i++)
		if (add_pairs(m, &rows[i], pairs, err) < 0)
			return -1;
	urn("req_mapping_set", m->id, "", self);
	urn("framework", m->source, "", source);
	urn("framework", m->target, "", target);
	set = json_pack("[{s:s, s:s, s:s, s:s, s:s, s:s, s:O}]", "urn", self, "ref_id", m->id,
			"name", m->title, "description", m->note ? m->note : m->title,
			"source_framework_urn", source, "target_framework_urn", target,
			"requirement_mappings", pairs);
	if (!set)
		return error_oom(err);
	*ret = library(m->id, m->title, m->note, "requirement_mapping_sets", set);
	return *ret ? 0 : error_oom(err);
}
