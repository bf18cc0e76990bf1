/* SPDX-License-Identifier: Apache-2.0 */
/* One page for a manager (the sum, coverage by chapter) and an auditor (every unit). */
#include "assess/report.h"

#include <string.h>

#include "base/clock.h"

static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;"
	"--PASS:#1a7f37;--FAIL:#b3261e;--INCONCLUSIVE:#8a5a00}"
	"@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ed;--dim:#9aa4af;"
	"--line:#363d45;--PASS:#57c06f;--FAIL:#ff8a80;--INCONCLUSIVE:#e3b341}}"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;"
	"background:var(--bg);color:var(--fg)}h1{font-size:1.6rem;line-height:1.25}"
	"h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;"
	"border-bottom:1px solid var(--line)}td.n,th.n{text-align:right}"
	"details{border-bottom:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}"
	".v{font-weight:700}.PASS{color:var(--PASS)}.FAIL{color:var(--FAIL)}"
	".INCONCLUSIVE{color:var(--INCONCLUSIVE)}.dim{color:var(--dim)}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0}"
	"pre{white-space:pre-wrap;overflow-wrap:anywhere}td,dd{overflow-wrap:anywhere}"
	"@media print{body{margin:0;max-width:none;font-size:10pt}details{break-inside:avoid}}";

/* BEFORE text AFTER, the text escaped. */
static int put(const char *before, const char *text, const char *after, struct buf *out,
	       struct error *err)
{
	if (buf_puts(out, before, err) < 0 || report_escape(text ? text : "–", out, err) < 0)
		return -1;
	return buf_puts(out, after, err);
}

static int put_row(const char *name, const char *text, struct buf *out, struct error *err)
{
	return put("<dt>", name, "</dt>", out, err) < 0 ? -1
							: put("<dd>", text, "</dd>\n", out, err);
}

static int put_head(const struct assessment *a, struct buf *out, struct error *err)
{
	char time[TIME_SIZE] = "";
	const char *verdict = verdict_enum.names[a->verdict];

	if (a->time)
		time_format(a->time, time);
	if (put("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		a->title, "</title>\n<style>", out, err) < 0 ||
	    buf_puts(out, style, err) < 0 ||
	    put("</style></head>\n<body><main>\n<h1>", a->title, "</h1>\n", out, err) < 0 ||
	    buf_printf(out, err,
		       "<p>Overall: <span class=\"v %s\">%s</span>. Of %zu requirements, %u pass, "
		       "%u fail, %u are inconclusive, %u do not apply, %u are not claimed.</p>\n"
		       "<p class=\"dim\">A self-assessment by the method of ETSI TS 103 701. "
		       "Inconclusive means that something is missing, and is never a pass.</p>\n"
		       "<dl>\n",
		       verdict, verdict, a->controls.n, a->sum.pass, a->sum.fail,
		       a->sum.inconclusive, a->sum.not_applicable, a->sum.not_claimed) < 0)
		return -1;
	if (put_row("Catalogue", a->catalog, out, err) < 0 ||
	    put_row("Version", a->version, out, err) < 0 ||
	    put_row("Device", a->device.hostname, out, err) < 0 ||
	    put_row("System", a->device.os, out, err) < 0 ||
	    put_row("Looked at", time, out, err) < 0 ||
	    put_row("Evidence", a->evidence, out, err) < 0 ||
	    put_row("Statement", ics_state_enum.names[a->ics], out, err) < 0)
		return -1;
	return buf_puts(out, "</dl>\n", err);
}

static int put_faults(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct assessment_fault *f = a->faults.items;

	if (a->faults.n && buf_puts(out, "<h2>Faults of the statement</h2>\n<ul>\n", err) < 0)
		return -1;
	for (size_t i = 0; i < a->faults.n; i++)
		if (put("<li>", f[i].text, "</li>\n", out, err) < 0)
			return -1;
	return a->faults.n ? buf_puts(out, "</ul>\n", err) : 0;
}

static int put_chapter(const struct control_result *r, const size_t counts[4], struct buf *out,
		       struct error *err)
{
	size_t judged = counts[VERDICT_PASS] + counts[VERDICT_FAIL] + counts[VERDICT_INCONCLUSIVE];

	if (put("<tr><th scope=\"row\">", r->group, " ", out, err) < 0 ||
	    put("", r->group_title ? r->group_title : "", "</th>", out, err) < 0)
		return -1;
	return buf_printf(out, err,
			  "<td class=n>%zu</td><td class=n>%zu</td><td class=n>%zu</td>"
			  "<td class=n>%zu</td><td class=n>%zu %%</td></tr>\n",
			  counts[VERDICT_PASS], counts[VERDICT_FAIL], counts[VERDICT_INCONCLUSIVE],
			  counts[VERDICT_NONE_],
			  judged ? 100 * (judged - counts[VERDICT_INCONCLUSIVE]) / judged : 100);
}

static int put_coverage(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct control_result *r = a->controls.items;

	if (buf_puts(out,
		     "<h2>Coverage by chapter</h2>\n<table><thead><tr><th scope=col>Chapter</th>"
		     "<th scope=col class=n>Pass</th><th scope=col class=n>Fail</th>"
		     "<th scope=col class=n>Inconclusive</th>"
		     "<th scope=col class=n>Not judged</th>"
		     "<th scope=col class=n>Decided</th></tr></thead><tbody>\n",
		     err) < 0)
		return -1;
	for (size_t i = 0; i < a->controls.n;) {
		size_t counts[4] = { 0 }, first = i;

		for (; i < a->controls.n && strcmp(r[i].group, r[first].group) == 0; i++)
			counts[r[i].verdict]++;
		if (put_chapter(&r[first], counts, out, err) < 0)
			return -1;
	}
	return buf_puts(out, "</tbody></table>\n", err);
}

static int put_changes(const struct assessment *a, struct buf *out, struct error *err)
{
	const struct result_change *c = a->changes.items;
	char time[TIME_SIZE];

	if (!a->since)
		return 0;
	time_format(a->since, time);
	if (put("<h2>Since ", time, "</h2>\n<ul>\n", out, err) < 0)
		return -1;
	for (size_t i = 0; i < a->changes.n; i++)
		if (put("<li><b>", change_enum.names[c[i].kind], "</b> ", out, err) < 0 ||
		    put("", c[i].id, " ", out, err) < 0 ||
		    put("", c[i].text, "</li>\n", out, err) < 0)
			return -1;
	return buf_puts(out, a->changes.n ? "</ul>\n" : "<li>Nothing changed.</li></ul>\n", err);
}

static int put_units(const struct control_result *r, struct buf *out, struct error *err)
{
	const struct case_result *cases = r->cases.items;

	for (size_t i = 0; i < r->cases.n; i++) {
		const struct unit_result *u = cases[i].units.items;

		for (size_t k = 0; k < cases[i].units.n; k++) {
			const char *v = verdict_enum.names[u[k].verdict];

			if (put("<tr><th scope=row>", u[k].id, "</th>", out, err) < 0 ||
			    buf_printf(out, err, "<td class=\"v %s\">%s</td>", v, v) < 0 ||
			    put("<td>", u[k].text, "<br>", out, err) < 0 ||
			    put("", u[k].missing ? u[k].missing : u[k].because, "", out, err) < 0 ||
			    put("<br><span class=dim>", u[k].evidence, "</span></td></tr>\n", out,
				err) < 0)
				return -1;
		}
	}
	return 0;
}

static int put_remedy(const struct control_result *r, struct buf *out, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (!r->remedy || r->verdict != VERDICT_FAIL)
		return 0;
	if (report_json(r->remedy, &text, err) < 0)
		return -1;
	return put("<p>Settings of a policy that help:</p><pre>", (char *)text.data, "</pre>\n",
		   out, err);
}

static int put_control(const struct control_result *r, struct buf *out, struct error *err)
{
	const char *v = report_verdict(r);

	if (buf_printf(out, err, "<details%s><summary><span class=\"v %s\">%s</span> %s ",
		       r->verdict == VERDICT_FAIL ? " open" : "", r->verdict ? v : "dim", v,
		       control_level_enum.names[r->level]) < 0 ||
	    put("<b>", r->id, "</b> ", out, err) < 0 ||
	    put("", r->title, r->unverified ? " (unverified)</summary>\n" : "</summary>\n", out,
		err) < 0 ||
	    put("<p><b>Why:</b> ", r->because, "</p>\n", out, err) < 0 ||
	    put("<p><b>How to meet it:</b> ", r->guidance, "</p>\n", out, err) < 0 ||
	    put_remedy(r, out, err) < 0)
		return -1;
	if (r->cases.n &&
	    (buf_puts(out, "<table><tbody>\n", err) < 0 || put_units(r, out, err) < 0 ||
	     buf_puts(out, "</tbody></table>\n", err) < 0))
		return -1;
	return buf_puts(out, "</details>\n", err);
}

/* Failures first: who reads only the beginning has read what matters. */
static int put_verdicts(const struct assessment *a, const char *title, bool failures,
			struct buf *out, struct error *err)
{
	const struct control_result *r = a->controls.items;

	if (put("<h2>", title, "</h2>\n", out, err) < 0)
		return -1;
	for (size_t i = 0; i < a->controls.n; i++)
		if ((r[i].verdict == VERDICT_FAIL) == failures && put_control(&r[i], out, err) < 0)
			return -1;
	return 0;
}

int report_html(const struct assessment *a, struct buf *out, struct error *err)
{
	if (put_head(a, out, err) < 0 || put_faults(a, out, err) < 0 ||
	    put_coverage(a, out, err) < 0 || put_changes(a, out, err) < 0)
		return -1;
	if ((a->sum.fail && put_verdicts(a, "What fails", true, out, err) < 0) ||
	    put_verdicts(a, "All others", false, out, err) < 0)
		return -1;
	return buf_puts(out, "</main></body></html>\n", err);
}
