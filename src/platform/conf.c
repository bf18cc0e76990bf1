/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/conf.h"

#include <string.h>
#include <sys/stat.h>

#include "platform/change.h"
#include "platform/edit.h"

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Whether a line sets one of the keys: an edit_match_fn. */
static bool sets_a_key(const char *line, size_t len, const void *userdata)
{
	const struct conf_edit *c = userdata;
	size_t start = 0;

	while (start < len && (line[start] == ' ' || line[start] == '\t'))
		start++;
	for (size_t i = 0; i < c->n_keys; i++) {
		size_t n = strlen(c->keys[i]);

		if (len - start >= n && memcmp(line + start, c->keys[i], n) == 0 &&
		    (len - start == n || strchr(" \t=", line[start + n])))
			return true;
	}
	return false;
}

int conf_probe(const struct conf_edit *c, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	return is_there(c->path) ? change_read(c->path, &text, err) : 0;
}

int conf_apply(struct platform *p, const struct conf_edit *c, struct error *err)
{
	const struct edit edits[] = {
		{ .where = EDIT_OFF, .match = sets_a_key, .userdata = c },
		{ .where = EDIT_BOTTOM, .text = c->text },
	};
	auto_buf struct buf text = BUF_INIT, edited = BUF_INIT;

	if (!is_there(c->path))
		return c->text ? change_file(p, c->path, c->text, strlen(c->text), 0644, err) : 0;
	if (change_read(c->path, &text, err) < 0 ||
	    edit_apply(&text, c->owner, edits, c->text ? 2 : 1, &edited, err) < 0)
		return -1;
	return change_edit(p, c->path, c->owner, &edited, err);
}
