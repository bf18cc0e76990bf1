/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSCAL 1.2.1: assessment-results and plan-of-action-and-milestones. A finding's status knows only
 * satisfied and not-satisfied: INCONCLUSIVE is not-satisfied for the reason "other", and the
 * verdict stands in a property. Ids are those of the exported catalogue (export.h).
 */
#include "assess/report.h"

#include <string.h>

#include "assess/export.h"
#include "base/clock.h"

/* The same result has the same ids, so that two exports of it can be compared. */
static void id_of(const struct assessment *a, const char *kind, const char *id, char ret[UUID_SIZE])
{
	char name[512];

	(void)snprintf(name, sizeof(name), "%s\n%s\n%.80s\n%lld\n%.200s\n", kind, id, a->catalog,
		       (long long)a->time, a->evidence ? a->evidence : "");
	export_uuid(name, ret);
}

static const char *token(const char *id, char ret[EXPORT_TOKEN_SIZE])
{
	export_token("", id, ret);
	return ret;
}

static json_t *prop(const char *name, const char *value)
{
	return json_pack("{s:s, s:s, s:s}", "name", name, "ns", EXPORT_NS, "value", value);
}

static json_t *metadata(const struct assessment *a, const char *what)
{
	char title[1024];

	(void)snprintf(title, sizeof(title), "%s: %.900s", what, a->title);
	return export_metadata(title, a->version, NULL, a->time);
}

static json_t *method_of(int kind)
{
	return json_pack("[s]", kind == CASE_FUNCTIONAL ? "TEST" : "EXAMINE");
}

static json_t *observation(const struct assessment *a, const struct unit_result *u, int kind)
{
	char id[UUID_SIZE], time[TIME_SIZE];
	const char *said = u->missing ? u->missing : u->because ? u->because : u->text;

	id_of(a, "observation", u->id, id);
	time_format(a->time, time);
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:[o, o]}", "uuid", id, "title", u->text,
			 "description", said, "methods", method_of(kind), "collected", time,
			 "props", prop("unit", u->id),
			 prop("verdict", verdict_enum.names[u->verdict]));
}

/* The units of one requirement; related: what its finding refers to. */
static int add_observations(const struct assessment *a, const struct control_result *r,
			    json_t *observations, json_t *related, struct error *err)
{
	const struct case_result *cases = r->cases.items;
	char id[UUID_SIZE];

	for (size_t i = 0; i < r->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++) {
			id_of(a, "observation", u[k].id, id);
			if (json_array_append_new(observations,
						  observation(a, &u[k], cases[i].kind)) < 0 ||
			    json_array_append_new(related,
						  json_pack("{s:s}", "observation-uuid", id)) < 0)
				return error_oom(err);
		}
	}
	return 0;
}

static json_t *finding(const struct assessment *a, const struct control_result *r, json_t *related)
{
	static const char *const reasons[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_INCONCLUSIVE] = "other",
		[VERDICT_FAIL] = "fail",
	};
	char id[UUID_SIZE], target[EXPORT_TOKEN_SIZE];
	auto_json json_t *f = NULL;

	id_of(a, "finding", r->id, id);
	f = json_pack("{s:s, s:s, s:s, s:[o, o], s:{s:s, s:s, s:{s:s, s:s}}}", "uuid", id, "title",
		      r->title, "description", r->because ? r->because : r->title, "props",
		      prop("label", r->id), prop("verdict", report_verdict(r)), "target", "type",
		      "objective-id", "target-id", token(r->id, target), "status", "state",
		      r->verdict == VERDICT_PASS ? "satisfied" : "not-satisfied", "reason",
		      reasons[r->verdict]);
	if (!f ||
	    (json_array_size(related) && json_object_set(f, "related-observations", related) < 0))
		return NULL;
	return STEAL(f);
}

/* The lists of one result; only what was judged was reviewed. */
struct lists {
	json_t *reviewed, *observations, *findings, *unjudged, *items;
};

static void lists_done(struct lists *l)
{
	json_decref(l->reviewed);
	json_decref(l->observations);
	json_decref(l->findings);
	json_decref(l->unjudged);
	json_decref(l->items);
}
#define auto_lists CLEANUP(lists_done)

static json_t *item(const struct assessment *a, const struct control_result *r, const char *finding)
{
	char id[UUID_SIZE], text[8192];

	id_of(a, "item", r->id, id);
	(void)snprintf(text, sizeof(text), "%.4000s\n\n%.4000s", r->because ? r->because : r->title,
		       r->guidance ? r->guidance : "");
	return json_pack("{s:s, s:s, s:s, s:[o], s:[{s:s}]}", "uuid", id, "title", r->title,
			 "description", text, "props", prop("label", r->id), "related-findings",
			 "finding-uuid", finding);
}

static int add_judged(const struct assessment *a, const struct control_result *r, struct lists *l,
		      struct error *err)
{
	auto_json json_t *related = json_array();
	char id[EXPORT_TOKEN_SIZE], uuid[UUID_SIZE];

	if (add_observations(a, r, l->observations, related, err) < 0)
		return -1;
	id_of(a, "finding", r->id, uuid);
	if (json_array_append_new(l->reviewed, json_pack("{s:s}", "control-id", token(r->id, id))) <
		    0 ||
	    json_array_append_new(l->findings, finding(a, r, related)) < 0 ||
	    (r->verdict == VERDICT_FAIL && json_array_append_new(l->items, item(a, r, uuid)) < 0))
		return error_oom(err);
	return 0;
}

static int add_unjudged(const struct control_result *r, struct lists *l, struct error *err)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s, %s: %.900s", r->id, report_verdict(r),
		       r->because ? r->because : "no reason given");
	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
	return json_array_append_new(l->unjudged, prop("not-judged", text)) < 0 ? error_oom(err)
										: 0;
}

static int fill(const struct assessment *a, bool failures, struct lists *l, struct error *err)
{
	const struct control_result *r = a->controls.items;

	*l = (struct lists){ json_array(), json_array(), json_array(), json_array(), json_array() };
	for (size_t i = 0; i < a->controls.n; i++) {
		if (failures && r[i].verdict != VERDICT_FAIL)
			continue;
		if ((r[i].verdict == VERDICT_NONE_ ? add_unjudged(&r[i], l, err)
						   : add_judged(a, &r[i], l, err)) < 0)
			return -1;
	}
	return 0;
}

/* OSCAL has no empty arrays: what is empty is left out. */
static int set_list(json_t *object, const char *key, json_t *list, struct error *err)
{
	if (json_array_size(list) && json_object_set(object, key, list) < 0)
		return error_oom(err);
	return 0;
}

static json_t *result(const struct assessment *a, const struct lists *l, struct error *err)
{
	char id[UUID_SIZE], time[TIME_SIZE];
	auto_json json_t *r = NULL;
	json_t *selection = json_array_size(l->reviewed)
				    ? json_pack("{s:O}", "include-controls", l->reviewed)
				    : json_pack("{s:{}}", "include-all");

	id_of(a, "result", "", id);
	time_format(a->time, time);
	r = json_pack("{s:s, s:s, s:s, s:s, s:{s:[o]}, s:[o, o]}", "uuid", id, "title", a->title,
		      "description", a->evidence ? a->evidence : "no evidence", "start", time,
		      "reviewed-controls", "control-selections", selection, "props",
		      prop("verdict", verdict_enum.names[a->verdict]),
		      prop("statement", ics_state_enum.names[a->ics]));
	if (!r) {
		(void)!error_oom(err);
		return NULL;
	}
	if (json_array_extend(json_object_get(r, "props"), l->unjudged) < 0 ||
	    set_list(r, "observations", l->observations, err) < 0 ||
	    set_list(r, "findings", l->findings, err) < 0)
		return NULL;
	return STEAL(r);
}

int report_oscal(const struct assessment *a, struct buf *out, struct error *err)
{
	auto_lists struct lists l = { 0 };
	auto_json json_t *all = NULL, *one = NULL;
	char id[UUID_SIZE];

	if (fill(a, false, &l, err) < 0 || !(one = result(a, &l, err)))
		return -1;
	id_of(a, "assessment-results", "", id);
	all = json_pack("{s:{s:s, s:o, s:{s:s, s:s}, s:[O]}}", "assessment-results", "uuid", id,
			"metadata", metadata(a, "Assessment results"), "import-ap", "href", "#",
			"remarks", "The plan is the catalogue's test cases (TS 103 701).",
			"results", one);
	return report_json(all, out, err);
}

int report_poam(const struct assessment *a, struct buf *out, struct error *err)
{
	auto_lists struct lists l = { 0 };
	auto_json json_t *all = NULL, *nothing = NULL;
	json_t *plan;
	char id[UUID_SIZE];

	if (fill(a, true, &l, err) < 0)
		return -1;
	id_of(a, "plan", "", id);
	/* The model wants an item at least. */
	nothing = json_pack("{s:s, s:s}", "title", "Nothing to do", "description",
			    "No requirement failed.");
	if (json_array_size(l.items) == 0 && json_array_append(l.items, nothing) < 0)
		return error_oom(err);
	all = json_pack("{s:{s:s, s:o, s:{s:s}, s:O}}", "plan-of-action-and-milestones", "uuid", id,
			"metadata", metadata(a, "Plan of action"), "system-id", "id",
			a->device.hostname ? a->device.hostname : "device", "poam-items", l.items);
	plan = json_object_get(all, "plan-of-action-and-milestones");
	if (!plan || set_list(plan, "observations", l.observations, err) < 0 ||
	    set_list(plan, "findings", l.findings, err) < 0)
		return plan ? -1 : error_oom(err);
	return report_json(all, out, err);
}
