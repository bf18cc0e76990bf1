/* SPDX-License-Identifier: Apache-2.0 */
/* Putting back: whole, durable, and the same when done twice. */
#include "platform/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/edit.h"
#include "platform/networkmanager.h"
#include "platform/systemd.h"

/* The new one is made beside the old one, under a name that a later run knows: what a process
 * that was killed left is taken away by the next. */
static int new_name(const char *path, char *tmp, size_t size, struct error *err)
{
	return path_format(tmp, size, err, "%s.muster-new", path);
}

static int put_link(const struct undo *u, const char *tmp, struct error *err)
{
	if (symlink((const char *)u->content.data, tmp) < 0)
		return error_errno(err, errno, "%s", tmp);
	return 0;
}

static int put_bytes(const struct undo *u, const char *tmp, struct error *err)
{
	auto_close int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_errno(err, errno, "%s", tmp);
	if (file_write_fd(fd, u->content.data, u->content.len, err) < 0)
		return -1;
	/* chown clears set-id bits: the mode comes after it. */
	if (fchown(fd, u->uid, u->gid) < 0 || fchmod(fd, (mode_t)u->mode) < 0 || fsync(fd) < 0)
		return error_errno(err, errno, "%s", tmp);
	return 0;
}

static int sync_parent(const char *path, struct error *err)
{
	char parent[LIMIT_UNDO_OBJECT];
	auto_close int fd = -1;
	char *slash;

	if (path_format(parent, sizeof(parent), err, "%s", path) < 0)
		return -1;
	slash = strrchr(parent, '/');
	slash[slash == parent] = 0;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? error_errno(err, errno, "%s", parent) : 0;
}

int undo_replace(const struct undo *u, struct error *err)
{
	char tmp[LIMIT_UNDO_OBJECT + 16];

	if (new_name(u->name, tmp, sizeof(tmp), err) < 0)
		return -1;
	if (unlink(tmp) < 0 && errno != ENOENT)
		return error_errno(err, errno, "%s", tmp);
	if ((u->link ? put_link(u, tmp, err) : put_bytes(u, tmp, err)) < 0)
		return -1;
	if (rename(tmp, u->name) < 0)
		return error_errno(err, errno, "%s", u->name);
	return sync_parent(u->name, err);
}

static bool same(const struct undo *a, const struct undo *b)
{
	return a->existed == b->existed && a->link == b->link && a->content.len == b->content.len &&
	       (a->content.len == 0 ||
		memcmp(a->content.data, b->content.data, a->content.len) == 0) &&
	       (a->link || (a->mode == b->mode && a->uid == b->uid && a->gid == b->gid));
}

/* A drop-in directory that was made and removed by someone else may be missing. */
static int make_parent(const char *path, struct error *err)
{
	char parent[LIMIT_UNDO_OBJECT];
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return 0;
	*slash = 0;
	return file_mkdir(parent, 0755, err);
}

static int apply_file(const struct undo *u, struct error *err)
{
	auto_undo struct undo now = { 0 };
	char tmp[LIMIT_UNDO_OBJECT + 16];

	if (new_name(u->name, tmp, sizeof(tmp), err) < 0 || undo_of_file(u->name, &now, err) < 0)
		return -1;
	(void)unlink(tmp);
	if (same(u, &now))
		return 0;
	if (!u->existed)
		return unlink(u->name) < 0 && errno != ENOENT
			       ? error_errno(err, errno, "%s", u->name)
			       : 0;
	return make_parent(u->name, err) < 0 ? -1 : undo_replace(u, err);
}

static int apply_directory(const struct undo *u, struct error *err)
{
	auto_close int fd = -1;

	if (u->existed) {
		if (file_mkdir(u->name, (mode_t)u->mode, err) < 0)
			return -1;
		fd = open(u->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fchown(fd, u->uid, u->gid) < 0 || fchmod(fd, (mode_t)u->mode) < 0)
			return error_errno(err, errno, "%s", u->name);
		return 0;
	}
	/* What others have put into it, or in its place, keeps it. */
	if (rmdir(u->name) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST &&
	    errno != ENOTDIR)
		return error_errno(err, errno, "%s", u->name);
	return 0;
}

/* The file without our lines; `existed` is false where there is no plain file. */
static int stripped(const struct undo *u, struct undo *ret, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (undo_of_file(u->name, ret, err) < 0)
		return -1;
	if (!ret->existed || ret->link) {
		ret->existed = false; /* whoever took the file away took our lines with it */
		return 0;
	}
	if (edit_strip(&ret->content, u->owner, &text, err) < 0)
		return -1;
	buf_done(&ret->content);
	ret->content = buf_steal(&text);
	return 0;
}

static int apply_edit(const struct undo *u, struct error *err)
{
	auto_undo struct undo without = { 0 };

	if (u->existed)
		return apply_file(u, err);
	if (stripped(u, &without, err) < 0)
		return -1;
	return without.existed ? apply_file(&without, err) : 0;
}

static int edit_is_back(const struct undo *u, bool *ret, struct error *err)
{
	auto_undo struct undo without = { 0 }, now = { 0 };

	if (stripped(u, &without, err) < 0 || undo_of_file(u->name, &now, err) < 0)
		return -1;
	*ret = !without.existed || same(&without, &now);
	return 0;
}

int undo_is_back(struct platform *p, const struct undo *u, bool *ret, struct error *err)
{
	auto_undo struct undo now = { 0 };

	if (u->kind == UNDO_EDIT && !u->existed)
		return edit_is_back(u, ret, err);
	if (undo_now(p, u, &now, err) < 0)
		return -1;
	if (u->kind == UNDO_UNIT)
		*ret = now.active == u->active;
	else if (u->kind == UNDO_DIRECTORY)
		*ret = now.existed == u->existed;
	else
		*ret = same(u, &now);
	return 0;
}

int undo_apply(struct platform *p, const struct undo *u, struct error *err)
{
	switch ((enum undo_kind)u->kind) {
	case UNDO_FILE: return apply_file(u, err);
	case UNDO_DIRECTORY: return apply_directory(u, err);
	case UNDO_EDIT: return apply_edit(u, err);
	case UNDO_UNIT: return systemd_put_back(p, u->name, u->active, err);
	case UNDO_CONNECTION: return networkmanager_put_back(p, u, err);
	}
	return error_set(err, ERROR_INVALID, "undo record of an unknown kind");
}

int undo_put_file(const struct undo *u, const char *path, struct error *err)
{
	struct undo file = *u;

	file.kind = UNDO_FILE;
	file.name = (char *)path;
	return apply_file(&file, err);
}
