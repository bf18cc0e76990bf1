/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "platform/edit.h"
#include "platform/networkmanager.h"
#include "platform/systemd.h"

static const char *const undo_kind_names[] = { NULL,   "file", "directory",
					       "edit", "unit", "connection" };
static const struct jmap_enum undo_kind_enum = { undo_kind_names, ARRAY_SIZE(undo_kind_names) };

static const struct jmap undo_fields[] = {
	FIELD_(undo, kind, "kind", jmap_enum, JMAP_REQUIRED, 0, 0, &undo_kind_enum,
	       "what was changed"),
	FIELD_REQ(undo, name, "name", jmap_str, 1, LIMIT_UNDO_OBJECT, "path, unit or UUID"),
	FIELD(undo, owner, "owner", jmap_str, 0, LIMIT_UNDO_OBJECT, "whose lines; a file"),
	FIELD(undo, existed, "existed", jmap_bool, 0, 0, "it was there"),
	FIELD(undo, link, "link", jmap_bool, 0, 0, "content is a link's target"),
	FIELD(undo, active, "active", jmap_bool, 0, 0, "the unit ran"),
	FIELD(undo, mode, "mode", jmap_u32, 0, 07777, "permissions"),
	FIELD(undo, uid, "uid", jmap_u32, 0, UINT32_MAX, "owner"),
	FIELD(undo, gid, "gid", jmap_u32, 0, UINT32_MAX, "group"),
	FIELD(undo, content, "content", jmap_bytes, 0, LIMIT_PLATFORM_FILE, "the bytes"),
};
static const struct jmap_table undo_table =
	JMAP_TABLE("undo", "How a thing was before a change.", undo_fields, struct undo);

void undo_done(struct undo *u)
{
	jmap_done(&undo_table, u);
}

static int check(const struct undo *u, struct error *err)
{
	bool path = u->kind == UNDO_FILE || u->kind == UNDO_DIRECTORY || u->kind == UNDO_EDIT;

	if (path && u->name[0] != '/')
		return error_set(err, ERROR_INVALID, "'name' is not an absolute path");
	if (u->kind == UNDO_EDIT && !u->owner)
		return error_set(err, ERROR_INVALID, "an edit without its owner");
	if (u->kind == UNDO_CONNECTION && u->existed && (!u->owner || u->owner[0] != '/'))
		return error_set(err, ERROR_INVALID, "a connection without its file");
	if (u->link && (u->content.len == 0 || memchr(u->content.data, 0, u->content.len)))
		return error_set(err, ERROR_INVALID, "a link without a target");
	return 0;
}

int undo_read(const void *data, size_t len, struct undo *ret, struct error *err)
{
	auto_undo struct undo u = { 0 };

	if (jmap_read(data, len, LIMIT_UNDO, &undo_table, &u, err) < 0 || check(&u, err) < 0)
		return error_wrap(err, "undo record");
	*ret = u;
	u = (struct undo){ 0 };
	return 0;
}

int undo_write(const struct undo *u, struct buf *out, struct error *err)
{
	return jmap_write(u, &undo_table, out, err);
}

int undo_object(const struct undo *u, char *name, size_t size, struct error *err)
{
	int n = u->kind == UNDO_EDIT
			? snprintf(name, size, "edit:%s:%s", u->name, u->owner)
			: snprintf(name, size, "%s:%s", undo_kind_names[u->kind], u->name);

	if (n < 0 || (size_t)n >= size)
		return error_set(err, ERROR_LIMIT, "the name of a changed thing is too long");
	return 0;
}

/* ---- how it is now ---- */

static int read_content(const char *path, const struct stat *st, struct buf *out, struct error *err)
{
	if (S_ISLNK(st->st_mode)) {
		char target[4096];
		ssize_t n = readlink(path, target, sizeof(target));

		if (n < 0)
			return error_errno(err, errno, "%s", path);
		return buf_append(out, target, (size_t)n, err);
	}
	if (!S_ISREG(st->st_mode))
		return error_set(err, ERROR_UNSUPPORTED, "%s is neither a file nor a link", path);
	return file_read(path, LIMIT_PLATFORM_FILE, out, err);
}

int undo_of_file(const char *path, struct undo *ret, struct error *err)
{
	auto_undo struct undo u = { .kind = UNDO_FILE };
	struct stat st;

	u.name = strdup(path);
	if (!u.name)
		return error_oom(err);
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return error_errno(err, errno, "%s", path);
	} else {
		if (read_content(path, &st, &u.content, err) < 0)
			return -1;
		u.existed = true;
		u.link = S_ISLNK(st.st_mode);
		u.mode = st.st_mode & 07777;
		u.uid = st.st_uid;
		u.gid = st.st_gid;
	}
	*ret = u;
	u = (struct undo){ 0 };
	return 0;
}

static int copy_identity(const struct undo *u, struct undo *ret, struct error *err)
{
	*ret = (struct undo){ .kind = u->kind, .name = strdup(u->name) };
	if (ret->name && u->owner)
		ret->owner = strdup(u->owner);
	if (!ret->name || (u->owner && !ret->owner)) {
		undo_done(ret);
		return error_oom(err);
	}
	return 0;
}

static void directory_now(struct undo *u)
{
	struct stat st;

	if (lstat(u->name, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	u->existed = true;
	u->mode = st.st_mode & 07777;
	u->uid = st.st_uid;
	u->gid = st.st_gid;
}

int undo_now(struct platform *p, const struct undo *u, struct undo *ret, struct error *err)
{
	auto_undo struct undo now = { 0 };

	if (u->kind == UNDO_FILE)
		return undo_of_file(u->name, ret, err);
	if (u->kind == UNDO_CONNECTION)
		return networkmanager_undo(p, u->name, ret, err);
	if (u->kind == UNDO_EDIT) {
		/* The whole file: only a run that fails needs it, at once, and nobody else has
		 * written in between. */
		if (undo_of_file(u->name, &now, err) < 0)
			return -1;
		now.kind = UNDO_EDIT;
		now.owner = strdup(u->owner);
		if (!now.owner)
			return error_oom(err);
	} else if (copy_identity(u, &now, err) < 0) {
		return -1;
	}
	if (u->kind == UNDO_DIRECTORY)
		directory_now(&now);
	if (u->kind == UNDO_UNIT && systemd_is_active(p, u->name, &now.active, err) < 0)
		return -1;
	*ret = now;
	now = (struct undo){ 0 };
	return 0;
}

/* ---- putting back ---- */

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
	if (u->existed) {
		if (file_mkdir(u->name, (mode_t)u->mode, err) < 0)
			return -1;
		if (lchown(u->name, u->uid, u->gid) < 0 || chmod(u->name, (mode_t)u->mode) < 0)
			return error_errno(err, errno, "%s", u->name);
		return 0;
	}
	/* What others have put into it keeps it. */
	if (rmdir(u->name) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
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
	if (edit_strip((const char *)ret->content.data, ret->content.len, u->owner, &text, err) < 0)
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
