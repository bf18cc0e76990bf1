/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/edit.h"

#include <stdio.h>
#include <string.h>

#define WAS "# muster was: "
/* The file ended without a line feed, and one was put there to begin a block. */
#define UNENDED "# muster was without a line feed"

enum { MARK_SIZE = 96 };

struct line {
	const char *text;
	size_t len; /* without the line feed */
	bool ended;
};

/* The next line of a text; false at its end. */
static bool next_line(const char **at, const char *end, struct line *ret)
{
	const char *nl;

	if (*at >= end)
		return false;
	nl = memchr(*at, '\n', (size_t)(end - *at));
	ret->text = *at;
	ret->len = (size_t)((nl ? nl : end) - *at);
	ret->ended = nl != NULL;
	*at = nl ? nl + 1 : end;
	return true;
}

static bool line_is(const struct line *l, const char *text)
{
	return l->len == strlen(text) && memcmp(l->text, text, l->len) == 0;
}

static int put_line(struct buf *out, const struct line *l, struct error *err)
{
	return buf_append(out, l->text, l->len + (l->ended ? 1 : 0), err);
}

/* Whether the block that begins before `at` has its end, before another one begins. */
static bool has_end(const char *at, const char *end, const char *begin, const char *mark_end)
{
	struct line l;

	while (next_line(&at, end, &l) && !line_is(&l, begin))
		if (line_is(&l, mark_end))
			return true;
	return false;
}

/* From behind a begin mark to behind its end: only what was there before is kept. */
static int strip_block(const char **at, const char *end, const char *mark, struct buf *out,
		       struct error *err)
{
	struct line l;

	while (next_line(at, end, &l) && !line_is(&l, mark)) {
		if (line_is(&l, UNENDED) && out->len && out->data[out->len - 1] == '\n')
			out->data[--out->len] = 0;
		if (l.len < strlen(WAS) || memcmp(l.text, WAS, strlen(WAS)) != 0)
			continue;
		l.text += strlen(WAS);
		l.len -= strlen(WAS);
		if (put_line(out, &l, err) < 0)
			return -1;
	}
	return 0;
}

int edit_strip(const struct buf *in, const char *owner, struct buf *out, struct error *err)
{
	char begin[MARK_SIZE], mark_end[MARK_SIZE];
	const char *at = (const char *)in->data, *end = in->len ? at + in->len : at;
	struct line l;

	(void)snprintf(begin, sizeof(begin), "# muster %s begin", owner);
	(void)snprintf(mark_end, sizeof(mark_end), "# muster %s end", owner);
	while (next_line(&at, end, &l)) {
		if (line_is(&l, begin) && has_end(at, end, begin, mark_end)) {
			if (strip_block(&at, end, mark_end, out, err) < 0)
				return -1;
		} else if (put_line(out, &l, err) < 0) {
			return -1;
		}
	}
	return 0;
}

/* A block with our text, and before it the line that it replaces. */
static int put_block(struct buf *out, const char *owner, const struct line *was, const char *text,
		     struct error *err)
{
	bool broken = !was && out->len && out->data[out->len - 1] != '\n';
	bool unended = broken || (was && !was->ended);

	if (broken && buf_puts(out, "\n", err) < 0)
		return -1;
	if (buf_printf(out, err, "# muster %s begin\n", owner) < 0)
		return -1;
	if (was && (buf_puts(out, WAS, err) < 0 || buf_append(out, was->text, was->len, err) < 0 ||
		    buf_puts(out, "\n", err) < 0))
		return -1;
	if (unended && buf_puts(out, UNENDED "\n", err) < 0)
		return -1;
	return buf_printf(out, err, "%s# muster %s end\n", text ? text : "", owner);
}

static int apply_one(const struct buf *in, const char *owner, const struct edit *e, struct buf *out,
		     struct error *err)
{
	const char *at = (const char *)in->data, *end = at + in->len;
	bool done = e->where == EDIT_OFF;
	struct line l;

	if (e->where == EDIT_TOP) {
		if (put_block(out, owner, NULL, e->text, err) < 0)
			return -1;
		done = true;
	}
	while (next_line(&at, end, &l)) {
		bool hit = e->match && (!done || e->where == EDIT_OFF) &&
			   e->match(l.text, l.len, e->userdata);
		bool replaced = hit && (e->where == EDIT_REPLACE || e->where == EDIT_OFF);

		if (hit && e->where == EDIT_BEFORE && put_block(out, owner, NULL, e->text, err) < 0)
			return -1;
		if (replaced ? put_block(out, owner, &l, e->where == EDIT_OFF ? NULL : e->text,
					 err) < 0
			     : put_line(out, &l, err) < 0)
			return -1;
		if (hit && e->where == EDIT_AFTER && put_block(out, owner, NULL, e->text, err) < 0)
			return -1;
		done |= hit;
	}
	if (e->where == EDIT_BOTTOM)
		return put_block(out, owner, NULL, e->text, err);
	return done ? 0 : error_set(err, ERROR_NOT_FOUND, "no line to edit");
}

int edit_apply(const struct buf *in, const char *owner, const struct edit *edits, size_t n_edits,
	       struct buf *out, struct error *err)
{
	auto_buf struct buf now = BUF_INIT;

	if (edit_strip(in, owner, &now, err) < 0)
		return -1;
	for (size_t i = 0; i < n_edits; i++) {
		auto_buf struct buf next = BUF_INIT;

		if (apply_one(&now, owner, &edits[i], &next, err) < 0)
			return -1;
		buf_done(&now);
		now = buf_steal(&next);
	}
	return buf_append(out, now.data, now.len, err);
}
