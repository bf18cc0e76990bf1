/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/report.h"

#include <string.h>

#include "base/clock.h"

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static int put_head(const struct assessment *a, struct buf *out, struct error *err)
{
	char time[TIME_SIZE] = "-";

	if (a->time)
		time_format(a->time, time);
	return buf_printf(out, err,
			  "%s (%s %s)\n"
			  "device       %s, %s, %s\n"
			  "looked at    %s\n"
			  "evidence     %s\n"
			  "statement    %s\n"
			  "verdict      %s: %u pass, %u fail, %u inconclusive, %u not applicable, "
			  "%u not claimed\n",
			  a->title, a->catalog, a->version, or_dash(a->device.hostname),
			  or_dash(a->device.os), or_dash(a->device.model), time,
			  or_dash(a->evidence), ics_state_enum.names[a->ics],
			  verdict_enum.names[a->verdict], a->sum.pass, a->sum.fail,
			  a->sum.inconclusive, a->sum.not_applicable, a->sum.not_claimed);
}

static int put_faults(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct assessment_fault *f = a->faults.items;

	for (size_t i = 0; i < a->faults.n; i++)
		if (buf_printf(out, err, "  statement: %s\n", f[i].text) < 0)
			return -1;
	return 0;
}

static int put_units(const struct control_result *r, struct buf *out, struct error *err)
{
	const struct case_result *cases = r->cases.items;

	for (size_t i = 0; i < r->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++)
			if (buf_printf(out, err, "      %-12s %-10s %s\n%27s%s\n",
				       verdict_enum.names[u[k].verdict], u[k].id, u[k].text, "",
				       or_dash(u[k].missing ? u[k].missing : u[k].because)) < 0)
				return -1;
	}
	return 0;
}

static int put_control(const struct control_result *r, bool all, struct buf *out, struct error *err)
{
	if (buf_printf(out, err, "  %-12s %s %-10s %s%s\n", report_verdict(r),
		       control_level_enum.names[r->level], r->id, r->title,
		       r->unverified ? " (unverified)" : "") < 0)
		return -1;
	if (all)
		return put_units(r, out, err);
	if (r->verdict == VERDICT_PASS)
		return 0;
	return buf_printf(out, err, "%17s%s%s\n", "",
			  r->verdict == VERDICT_INCONCLUSIVE ? "missing: " : "",
			  or_dash(r->because));
}

static const char *or_none(int verdict)
{
	return verdict == VERDICT_NONE_ ? "not judged" : verdict_enum.names[verdict];
}

int report_changes(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct result_change *c = a->changes.items;
	char time[TIME_SIZE];

	if (!a->since)
		return 0;
	time_format(a->since, time);
	if (buf_printf(out, err, "\nsince %s%s\n", time, a->changes.n ? "" : ": no change") < 0)
		return -1;
	for (size_t i = 0; i < a->changes.n; i++)
		if (buf_printf(out, err, "  %-6s %-10s %s -> %s: %s\n",
			       change_enum.names[c[i].kind], c[i].id, or_none(c[i].from),
			       or_none(c[i].to), or_dash(c[i].because)) < 0)
			return -1;
	return 0;
}

int report_plain(const struct assessment *a, struct buf *out, struct error *err)
{
	return report_text(a, false, out, err);
}

int report_text(const struct assessment *a, bool all, struct buf *out, struct error *err)
{
	const struct control_result *r = a->controls.items;
	const char *group = "";

	if (put_head(a, out, err) < 0 || put_faults(a, out, err) < 0)
		return -1;
	for (size_t i = 0; i < a->controls.n; i++) {
		if (strcmp(group, r[i].group) != 0 &&
		    buf_printf(out, err, "\n%s\n", r[i].group) < 0)
			return -1;
		group = r[i].group;
		if (put_control(&r[i], all, out, err) < 0)
			return -1;
	}
	return report_changes(a, out, err);
}
