/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"

static int claim(struct platform *p, const char *object, struct error *err)
{
	char **items;

	if (platform_claims(p, object))
		return 0;
	items = realloc(p->claims.items, (p->claims.n + 1) * sizeof(*items));
	if (!items)
		return error_oom(err);
	p->claims.items = items;
	items[p->claims.n] = strdup(object);
	if (!items[p->claims.n])
		return error_oom(err);
	p->claims.n++;
	return 0;
}

int change_claim(struct platform *p, const struct undo *u, struct error *err)
{
	char object[LIMIT_UNDO_OBJECT];

	if (undo_object(u, object, sizeof(object), err) < 0)
		return -1;
	return claim(p, object, err);
}

int change_keep(struct platform *p, const struct undo *u, struct error *err)
{
	auto_buf struct buf record = BUF_INIT;
	char object[LIMIT_UNDO_OBJECT];

	if (undo_object(u, object, sizeof(object), err) < 0 || undo_write(u, &record, err) < 0)
		return -1;
	if (p->keep(object, &record, p->userdata, err) < 0)
		return error_wrap(err, "keep how %s was", object);
	p->n_changes++;
	return claim(p, object, err);
}

/* Where somebody else may put a link in place of a file, or has, what is written for the platform
 * would land elsewhere. */
static int is_ours_to_write(const char *path, const struct stat *st, struct error *err)
{
	if (!S_ISDIR(st->st_mode))
		return error_set(err, ERROR_CONFLICT, "%s is not a directory", path);
	if ((st->st_uid != 0 && st->st_uid != geteuid()) || (st->st_mode & S_IWOTH))
		return error_set(err, ERROR_CONFLICT, "%s can be written by others", path);
	return 0;
}

int change_directory(struct platform *p, const char *path, mode_t mode, struct error *err)
{
	struct undo u = { .kind = UNDO_DIRECTORY, .name = (char *)path };
	struct stat st;

	if (lstat(path, &st) == 0)
		return is_ours_to_write(path, &st, err) < 0 ? -1 : change_claim(p, &u, err);
	if (change_keep(p, &u, err) < 0)
		return -1;
	return file_mkdir(path, mode, err);
}

static int parent_of(struct platform *p, const char *path, struct error *err)
{
	char parent[LIMIT_UNDO_OBJECT];
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return 0;
	*slash = 0;
	return change_directory(p, parent, 0755, err);
}

int change_file(struct platform *p, const char *path, const void *data, size_t len, mode_t mode,
		struct error *err)
{
	auto_undo struct undo was = { 0 };

	if (parent_of(p, path, err) < 0 || undo_of_file(path, &was, err) < 0)
		return -1;
	if (was.existed && !was.link && was.mode == mode && was.uid == 0 && was.gid == 0 &&
	    was.content.len == len && (len == 0 || memcmp(was.content.data, data, len) == 0))
		return change_claim(p, &was, err);
	if (change_keep(p, &was, err) < 0)
		return -1;
	return undo_replace(&(struct undo){ .name = (char *)path,
					    .mode = mode,
					    .content = BUF_VIEW(data, len) },
			    err);
}

int change_text(struct platform *p, const char *path, const struct buf *text, mode_t mode,
		struct error *err)
{
	return change_file(p, path, text->data, text->len, mode, err);
}

int change_remove(struct platform *p, const char *path, struct error *err)
{
	auto_undo struct undo was = { 0 };

	if (undo_of_file(path, &was, err) < 0)
		return -1;
	if (!was.existed)
		return change_claim(p, &was, err);
	if (change_keep(p, &was, err) < 0)
		return -1;
	return unlink(path) < 0 ? error_errno(err, errno, "%s", path) : 0;
}

int change_read(const char *path, struct buf *out, struct error *err)
{
	auto_undo struct undo now = { 0 };

	if (undo_of_file(path, &now, err) < 0)
		return -1;
	if (!now.existed || now.link)
		return error_set(err, ERROR_UNSUPPORTED, "%s is not a plain file", path);
	return buf_append(out, now.content.data, now.content.len, err);
}

int change_edit(struct platform *p, const char *path, const char *owner, const struct buf *text,
		struct error *err)
{
	struct undo u = { .kind = UNDO_EDIT, .name = (char *)path, .owner = (char *)owner };
	auto_undo struct undo was = { 0 };

	if (undo_of_file(path, &was, err) < 0)
		return -1;
	if (!was.existed || was.link)
		return error_set(err, ERROR_UNSUPPORTED, "%s is not a plain file", path);
	if (was.content.len == text->len &&
	    (text->len == 0 || memcmp(was.content.data, text->data, text->len) == 0))
		return change_claim(p, &u, err);
	if (change_keep(p, &u, err) < 0)
		return -1;
	buf_done(&was.content);
	was.content = *text;
	int r = undo_apply(p, &was, err); /* the same bytes, mode and owner */
	was.content = (struct buf)BUF_INIT;
	return r;
}
