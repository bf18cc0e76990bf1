/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/report.h"

#include <string.h>

/* <NAME ATTRIBUTE="text" …: the attribute. */
static int attribute(const char *name, const char *text, struct buf *out, struct error *err)
{
	if (buf_printf(out, err, " %s=\"", name) < 0 || report_escape(text, out, err) < 0)
		return -1;
	return buf_puts(out, "\"", err);
}

/* What a CI server shows of a verdict; a pass has nothing inside. */
static int put_outcome(const struct control_result *r, struct buf *out, struct error *err)
{
	static const char *const elements[] = {
		[VERDICT_NONE_] = "skipped",
		[VERDICT_FAIL] = "failure",
		[VERDICT_INCONCLUSIVE] = "error",
	};

	if (r->verdict == VERDICT_PASS)
		return 0;
	if (buf_printf(out, err, "<%s", elements[r->verdict]) < 0 ||
	    (r->verdict != VERDICT_NONE_ && attribute("type", report_verdict(r), out, err) < 0) ||
	    attribute("message", r->because ? r->because : report_verdict(r), out, err) < 0)
		return -1;
	return buf_puts(out, "/>", err);
}

static int put_control(const struct control_result *r, struct buf *out, struct error *err)
{
	char name[256];

	(void)snprintf(name, sizeof(name), "%s %.200s", r->id, r->title);
	if (buf_puts(out, "  <testcase", err) < 0 || attribute("name", name, out, err) < 0 ||
	    attribute("classname", r->group, out, err) < 0 || buf_puts(out, ">", err) < 0 ||
	    put_outcome(r, out, err) < 0)
		return -1;
	return buf_puts(out, "</testcase>\n", err);
}

/* The suite that begins at `first`; *next: where the following begins. */
static int put_suite(const struct assessment *a, size_t first, size_t *next, struct buf *out,
		     struct error *err)
{
	const struct control_result *r = a->controls.items;
	size_t counts[4] = { 0 }, end = first;

	for (; end < a->controls.n && strcmp(r[end].group, r[first].group) == 0; end++)
		counts[r[end].verdict]++;
	if (buf_puts(out, " <testsuite", err) < 0 ||
	    attribute("name", r[first].group_title ? r[first].group_title : r[first].group, out,
		      err) < 0 ||
	    buf_printf(out, err,
		       " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		       end - first, counts[VERDICT_FAIL], counts[VERDICT_INCONCLUSIVE],
		       counts[VERDICT_NONE_]) < 0)
		return -1;
	for (size_t i = first; i < end; i++)
		if (put_control(&r[i], out, err) < 0)
			return -1;
	*next = end;
	return buf_puts(out, " </testsuite>\n", err);
}

int report_junit(const struct assessment *a, struct buf *out, struct error *err)
{
	if (buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", err) < 0 ||
	    attribute("name", a->title, out, err) < 0 ||
	    buf_printf(out, err, " tests=\"%zu\" failures=\"%u\" errors=\"%u\">\n", a->controls.n,
		       a->sum.fail, a->sum.inconclusive) < 0)
		return -1;
	for (size_t i = 0; i < a->controls.n;)
		if (put_suite(a, i, &i, out, err) < 0)
			return -1;
	return buf_puts(out, "</testsuites>\n", err);
}
