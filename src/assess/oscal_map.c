/* SPDX-License-Identifier: Apache-2.0 */
/* A map as an OSCAL mapping collection; its gaps are the summary of what was not mapped. */
#include <stdio.h>

#include "assess/export.h"

static const char *const relations[] = {
	[MAP_EQUAL] = "equal-to",
	[MAP_SUBSET] = "subset-of",
	[MAP_SUPERSET] = "superset-of",
	[MAP_INTERSECTS] = "intersects-with",
};

static int add_items(json_t *list, const struct strings *ids, struct error *err)
{
	char token[EXPORT_TOKEN_SIZE];

	for (size_t i = 0; i < ids->n; i++) {
		export_token("", ids->items[i], token);
		if (export_add(list, json_pack("{s:s, s:s}", "type", "control", "id-ref", token),
			       err) < 0)
			return -1;
	}
	return 0;
}

static int add_row(const struct catalog_map *m, size_t i, int64_t modified, json_t *maps,
		   struct error *err)
{
	const struct map_row *row = (const struct map_row *)m->rows.items + i;
	auto_json json_t *from = json_array(), *to = json_array();
	char name[EXPORT_TOKEN_SIZE], uuid[UUID_SIZE];

	if (!from || !to)
		return error_oom(err);
	(void)snprintf(name, sizeof(name), "%s row %zu", m->id, i);
	export_uuid(name, uuid);
	if (add_items(from, &row->from, err) < 0 || add_items(to, &row->to, err) < 0)
		return -1;
	return export_add(maps,
			  json_pack("{s:s, s:s, s:O, s:O, s:s*}", "uuid", uuid, "relationship",
				    relations[row->relation], "sources", from, "targets", to,
				    "remarks", row->note),
			  err);
}

static int add_gap(const struct map_row *row, json_t *gaps, struct error *err)
{
	char token[EXPORT_TOKEN_SIZE];

	for (size_t i = 0; i < row->from.n; i++) {
		export_token("", row->from.items[i], token);
		if (export_add(gaps, json_string(token), err) < 0)
			return -1;
	}
	return 0;
}

static json_t *resource(const char *id)
{
	char href[EXPORT_TOKEN_SIZE];

	(void)snprintf(href, sizeof(href), "%s.json", id);
	return json_pack("{s:s, s:s}", "type", "catalog", "href", href);
}

static int add_gaps(const struct catalog_map *m, int64_t modified, json_t *mapping, json_t *gaps,
		    struct error *err)
{
	char name[EXPORT_TOKEN_SIZE], uuid[UUID_SIZE];

	if (json_array_size(gaps) == 0)
		return 0;
	(void)snprintf(name, sizeof(name), "%s gaps", m->id);
	export_uuid(name, uuid);
	return json_object_set_new(mapping, "source-gap-summary",
				   json_pack("{s:s, s:[{s:O}]}", "uuid", uuid, "unmapped-controls",
					     "with-ids", gaps)) < 0
		       ? error_oom(err)
		       : 0;
}

static int build(const struct catalog_map *m, int64_t modified, json_t *mapping, json_t **ret,
		 struct error *err)
{
	char uuid[UUID_SIZE];

	export_uuid(m->id, uuid);
	*ret = json_pack("{s:{s:s, s:o, s:{s:s, s:s, s:s, s:s}, s:[O]}}", "mapping-collection",
			 "uuid", uuid, "metadata",
			 export_metadata(m->title, "1", m->note, modified), "provenance", "method",
			 "human", "matching-rationale", "semantic", "status", "draft",
			 "mapping-description", m->title, "mappings", mapping);
	return *ret ? 0 : error_oom(err);
}

int export_oscal_map(const struct catalog_map *m, int64_t modified, json_t **ret, struct error *err)
{
	auto_json json_t *maps = json_array(), *gaps = json_array(), *mapping = NULL;
	const struct map_row *rows = m->rows.items;
	char name[EXPORT_TOKEN_SIZE], uuid[UUID_SIZE];

	if (!maps || !gaps)
		return error_oom(err);
	for (size_t i = 0; i < m->rows.n; i++)
		if ((rows[i].relation == MAP_NONE ? add_gap(&rows[i], gaps, err)
						  : add_row(m, i, modified, maps, err)) < 0)
			return -1;
	(void)snprintf(name, sizeof(name), "%s mapping", m->id);
	export_uuid(name, uuid);
	mapping = json_pack("{s:s, s:o, s:o, s:O}", "uuid", uuid, "source-resource",
			    resource(m->source), "target-resource", resource(m->target), "maps",
			    maps);
	if (!mapping)
		return error_oom(err);
	return add_gaps(m, modified, mapping, gaps, err) < 0
		       ? -1
		       : build(m, modified, mapping, ret, err);
}
