/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/report.h"

#define X(id, name, write) [id] = name,
static const char *const format_names[] = { REPORT_FORMATS(X) };
#undef X
const struct jmap_enum report_format_enum = { format_names, ARRAY_SIZE(format_names) };

report_fn report_writer(enum report_format format)
{
#define X(id, name, write) [id] = (write),
	static const report_fn writers[] = { REPORT_FORMATS(X) };
#undef X

	return format < FORMAT_MAX_ ? writers[format] : NULL;
}

const char *report_verdict(const struct control_result *r)
{
	if (r->verdict != VERDICT_NONE_)
		return verdict_enum.names[r->verdict];
	return r->applies == TRUTH_NO || r->support == SUPPORT_NOT_APPLICABLE ? "N/A"
									      : "not claimed";
}

/* NULL: the character as it is. */
static const char *entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\n':
	case '\t': return NULL;
	default: return (unsigned char)c < 0x20 ? "?" : NULL;
	}
}

int report_escape(const char *text, struct buf *out, struct error *err)
{
	for (; text && *text; text++) {
		const char *e = entity(*text);

		if ((e ? buf_puts(out, e, err) : buf_append(out, text, 1, err)) < 0)
			return -1;
	}
	return 0;
}

int report_json(const json_t *tree, struct buf *out, struct error *err)
{
	char *text = tree ? json_dumps(tree, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
	int r;

	if (!text)
		return error_oom(err);
	r = buf_puts(out, text, err) < 0 || buf_puts(out, "\n", err) < 0 ? -1 : 0;
	free(text);
	return r;
}
