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

/* A link that took the file's place meanwhile is not followed. */
static int read_plain(const char *path, struct buf *out, struct error *err)
{
	auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_UNSUPPORTED, "%s is not a plain file", path);
	if (file_read_fd(fd, LIMIT_PLATFORM_FILE, out, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

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
	return read_plain(path, out, err);
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
