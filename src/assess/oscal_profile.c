/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An overlay as an OSCAL profile. A profile cannot make controls: the overlay's own stand in a
 * small catalogue that it imports too. It never says how controls of the same id combine: there are
 * none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assess/export.h"

struct profile {
	const struct overlay *o;
	json_t *excluded, *alters;
};

static void token_of(const char *id, char ret[EXPORT_TOKEN_SIZE])
{
	export_token("", id, ret);
}

static int exclude(struct profile *p, const char *id, struct error *err)
{
	char token[EXPORT_TOKEN_SIZE];

	token_of(id, token);
	return export_add(p->excluded, json_string(token), err);
}

static int promote(struct profile *p, const struct overlay_change *ch, struct error *err)
{
	auto_json json_t *props = json_array();
	char token[EXPORT_TOKEN_SIZE];

	token_of(ch->target, token);
	if (!props)
		return error_oom(err);
	if (export_prop(props, "level", "M", err) < 0 ||
	    export_prop(props, "vertical-op", "promotion", err) < 0)
		return -1;
	return export_add(p->alters,
			  json_pack("{s:s, s:[{s:s, s:s}], s:[{s:s, s:O}]}", "control-id", token,
				    "removes", "by-name", "level", "by-ns", EXPORT_NS, "adds",
				    "position", "ending", "props", props),
			  err);
}

/* The control of a case is the one whose id its own begins with: "5.1-5-2" is of 5.1-5. */
static void control_of(const struct catalog *merged, const char *target,
		       char ret[EXPORT_TOKEN_SIZE])
{
	const struct control *c = merged->controls.items;

	for (size_t i = 0; i < merged->controls.n; i++) {
		const struct test_case *t = c[i].cases.items;

		for (size_t k = 0; k < c[i].cases.n; k++)
			if (strcmp(t[k].id, target) == 0)
				target = c[i].id;
	}
	token_of(target, ret);
}

static int refine(struct profile *p, const struct catalog *merged, const struct overlay_change *ch,
		  size_t number, struct error *err)
{
	const struct unit *u = ch->units.items;
	const struct test_case *t = ch->cases.items;
	auto_json json_t *parts = json_array(), *props = json_array();
	char token[EXPORT_TOKEN_SIZE], id[EXPORT_TOKEN_SIZE + 40];

	if (!parts || !props)
		return error_oom(err);
	control_of(merged, ch->target, token);
	(void)snprintf(id, sizeof(id), "%s_%s_%zu", token, p->o->id, number);
	if (export_prop(props, "vertical-op", "refinement", err) < 0 ||
	    export_add(parts,
		       json_pack("{s:s, s:s, s:s}", "id", id, "name", "item", "prose", ch->text),
		       err) < 0)
		return -1;
	for (size_t i = 0; i < ch->units.n; i++)
		if (export_add(parts,
			       json_pack("{s:s, s:s}", "name", "assessment-objective", "prose",
					 u[i].text),
			       err) < 0)
			return -1;
	for (size_t i = 0; i < ch->cases.n; i++)
		if (export_add(parts,
			       json_pack("{s:s, s:s}", "name", "assessment-objective", "prose",
					 t[i].text),
			       err) < 0)
			return -1;
	return export_add(p->alters,
			  json_pack("{s:s, s:[{s:s, s:O, s:O}]}", "control-id", token, "adds",
				    "position", "ending", "props", props, "parts", parts),
			  err);
}

static int change(struct profile *p, const struct catalog *merged, const struct overlay_change *ch,
		  size_t number, struct error *err)
{
	switch (ch->op) {
	case OVERLAY_PROMOTION: return promote(p, ch, err);
	case OVERLAY_EXCLUSION:
	case OVERLAY_SUBSTITUTION: return exclude(p, ch->target, err);
	case OVERLAY_REFINEMENT: return refine(p, merged, ch, number, err);
	default: return 0; /* its control stands in the overlay's own catalogue */
	}
}

/* The overlay's own controls; the groups are those of the whole. */
static int own_catalog(const struct overlay *o, const struct catalog *merged, int64_t modified,
		       json_t **ret, struct error *err)
{
	const struct overlay_change *ch = o->changes.items;
	struct control *own = calloc(o->changes.n + 1, sizeof(*own));
	char id[EXPORT_TOKEN_SIZE];
	struct catalog c = *merged;
	size_t n = 0;
	int rc = 0;

	if (!own)
		return error_oom(err);
	for (size_t i = 0; i < o->changes.n; i++)
		if (ch[i].control)
			own[n++] = *ch[i].control;
	(void)snprintf(id, sizeof(id), "%s-own", o->id);
	c.id = id;
	c.controls = (struct jmap_list){ own, n };
	if (n > 0)
		rc = export_oscal_catalog(&c, modified, ret, err);
	free(own);
	return rc;
}

static json_t *imports(const struct profile *p, bool own)
{
	char base[EXPORT_TOKEN_SIZE], mine[EXPORT_TOKEN_SIZE];
	json_t *first;

	(void)snprintf(base, sizeof(base), "%s.json", p->o->base);
	(void)snprintf(mine, sizeof(mine), "%s-own.json", p->o->id);
	first = json_pack("{s:s, s:{}}", "href", base, "include-all");
	if (first && json_array_size(p->excluded) > 0 &&
	    json_object_set_new(first, "exclude-controls",
				json_pack("[{s:O}]", "with-ids", p->excluded)) < 0)
		json_decref(STEAL(first));
	return own ? json_pack("[o, {s:s, s:{}}]", first, "href", mine, "include-all")
		   : json_pack("[o]", first);
}

static int build(const struct profile *p, bool own, int64_t modified, json_t **ret,
		 struct error *err)
{
	auto_json json_t *body = NULL;
	char uuid[UUID_SIZE];

	export_uuid(p->o->id, uuid);
	body = json_pack("{s:s, s:o, s:o, s:{s:b}}", "uuid", uuid, "metadata",
			 export_metadata(p->o->title, p->o->version, p->o->note, modified),
			 "imports", imports(p, own), "merge", "as-is", 1);
	if (!body ||
	    (json_array_size(p->alters) > 0 &&
	     json_object_set_new(body, "modify", json_pack("{s:O}", "alters", p->alters)) < 0))
		return error_oom(err);
	*ret = json_pack("{s:O}", "profile", body);
	return *ret ? 0 : error_oom(err);
}

int export_oscal_profile(const struct overlay *o, const struct catalog *merged, int64_t modified,
			 json_t **profile, json_t **own, struct error *err)
{
	auto_json json_t *excluded = json_array(), *alters = json_array(), *mine = NULL;
	struct profile p = { .o = o, .excluded = excluded, .alters = alters };
	const struct overlay_change *ch = o->changes.items;

	if (!excluded || !alters)
		return error_oom(err);
	for (size_t i = 0; i < o->changes.n; i++)
		if (change(&p, merged, &ch[i], i, err) < 0)
			return -1;
	if (own_catalog(o, merged, modified, &mine, err) < 0 ||
	    build(&p, mine != NULL, modified, profile, err) < 0)
		return -1;
	*own = STEAL(mine);
	return 0;
}
