/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS): a rule per requirement, a result per requirement that was looked at. */
#include "assess/report.h"

static json_t *rule(const struct control_result *r)
{
	return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s, s:s}}", "id", r->id, "shortDescription",
			 "text", r->title, "help", "text",
			 r->guidance ? r->guidance : "no guidance", "properties", "level",
			 control_level_enum.names[r->level], "chapter", r->group);
}

/* kind and level by section 3.27.9 and 3.27.10: a level other than none only of a failure. */
static json_t *result(const struct assessment *a, const struct control_result *r, size_t index)
{
	static const char *const kinds[] = {
		[VERDICT_NONE_] = "notApplicable",
		[VERDICT_PASS] = "pass",
		[VERDICT_INCONCLUSIVE] = "open",
		[VERDICT_FAIL] = "fail",
	};
	const char *level = r->verdict != VERDICT_FAIL	  ? "none"
			    : r->level == LEVEL_MANDATORY ? "error"
							  : "warning";

	return json_pack("{s:s, s:i, s:s, s:s, s:{s:s}, s:[{s:[{s:s, s:s}]}]}", "ruleId", r->id,
			 "ruleIndex", (int)index, "kind", kinds[r->verdict], "level", level,
			 "message", "text", r->because ? r->because : r->title, "locations",
			 "logicalLocations", "name",
			 a->device.hostname ? a->device.hostname : "device", "kind", "resource");
}

int report_sarif(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct control_result *r = a->controls.items;
	auto_json json_t *rules = json_array(), *results = json_array(), *all = NULL;

	for (size_t i = 0; i < a->controls.n; i++)
		if (json_array_append_new(rules, rule(&r[i])) < 0 ||
		    json_array_append_new(results, result(a, &r[i], i)) < 0)
			return error_oom(err);
	all = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:O}}, s:O, s:{s:s, s:s}}]}", "$schema",
			"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
			"tool", "driver", "name", "muster assess", "version", MUSTER_VERSION,
			"rules", rules, "results", results, "properties", "catalog", a->catalog,
			"verdict", verdict_enum.names[a->verdict]);
	return report_json(all, out, err);
}
