/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Where the new root is put together: any directory of which nothing is needed but what was cloned
 * before (FHS 3.0 requires it). */
#define STAGE "/run"
enum { VIEW_MAX = 64 };

static int mkdir_parents(char *path, struct error *err)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(path, 0755) < 0 && errno != EEXIST && errno != EROFS)
			return error_errno(err, errno, "%s", path);
		*p = '/';
	}
	return 0;
}

/* An empty file or directory to mount on, below the stage. */
static int make_target(const char *path, mode_t mode, struct error *err)
{
	char target[PATH_MAX];

	(void)snprintf(target, sizeof(target), "%s", path);
	if (mkdir_parents(target, err) < 0)
		return -1;
	if (S_ISDIR(mode)) {
		if (mkdir(target, 0755) < 0 && errno != EEXIST)
			return error_errno(err, errno, "%s", target);
		return 0;
	}
	/* Not opened: what is there already may be a device. */
	if (mknod(target, S_IFREG | 0444, 0) < 0 && errno != EEXIST && errno != EROFS)
		return error_errno(err, errno, "%s", target);
	return 0;
}

static uint64_t attributes_of(enum proc_access access)
{
	switch (access) {
	case PROC_WRITE: return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	case PROC_DEVICE: return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	case PROC_READ:
	case PROC_HIDDEN:
	default: return MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	}
}

/* A detached copy of the mounts at a path, with the access's attributes; -1 in *ret: not there. */
static int clone_tree(const struct proc_path *path, int *ret, struct error *err)
{
	uint64_t set = attributes_of(path->access);
	/* A copy of a mount keeps what it forbids; what we want to write may lie on one that is
	 * writable, so nothing but read-only needs to be cleared. */
	struct mount_attr attr = { .attr_set = set };
	auto_close int fd =
		open_tree(AT_FDCWD, path->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	*ret = -1;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return error_errno(err, errno, "%s", path->path);
	if (mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) < 0)
		return error_errno(err, errno, "%s: mount attributes", path->path);
	*ret = STEAL_FD(fd);
	return 0;
}

/* What lies at each path, taken before the stage is mounted over any of it. */
struct taken {
	int fd;		/* the tree; -1: none */
	mode_t mode;	/* 0: the path does not exist */
	char link[256]; /* of a symbolic link */
};

static void drop_taken(struct taken (*t)[VIEW_MAX])
{
	for (size_t i = 0; i < VIEW_MAX; i++)
		if ((*t)[i].fd >= 0)
			close((*t)[i].fd);
}

static int take(const struct proc_path *path, struct taken *t, struct error *err)
{
	struct stat st;

	if (lstat(path->path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : error_errno(err, errno, "%s", path->path);
	t->mode = st.st_mode;
	if (S_ISLNK(st.st_mode))
		return readlink(path->path, t->link, sizeof(t->link) - 1) < 0
			       ? error_errno(err, errno, "%s", path->path)
			       : 0;
	return path->access == PROC_HIDDEN ? 0 : clone_tree(path, &t->fd, err);
}

/* Nothing can be opened below an empty, read-only filesystem; nor a device where there are none. */
static int hide(const char *target, mode_t mode, struct error *err)
{
	if (S_ISDIR(mode)) {
		if (mount("muster-hidden", target, "tmpfs",
			  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=000,size=4k") < 0)
			return error_errno(err, errno, "hide %s", target);
		return 0;
	}
	if (mount("/dev/null", target, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, target, NULL,
		  MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return error_errno(err, errno, "hide %s", target);
	return 0;
}

static int place(const struct proc_path *path, const struct taken *t, struct error *err)
{
	char target[PATH_MAX];

	if (t->mode == 0)
		return 0;
	(void)snprintf(target, sizeof(target), STAGE "%s", path->path);
	if (t->link[0]) {
		if (mkdir_parents(target, err) < 0)
			return -1;
		if (symlink(t->link, target) < 0 && errno != EEXIST && errno != EROFS)
			return error_errno(err, errno, "%s", target);
		return 0;
	}
	if (make_target(target, t->mode, err) < 0)
		return -1;
	if (path->access == PROC_HIDDEN)
		return hide(target, t->mode, err);
	if (t->fd >= 0 && move_mount(t->fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return error_errno(err, errno, "mount %s", target);
	return 0;
}

/* The base of the new root: an empty filesystem, or the whole old one read-only. */
static int make_stage(const struct proc_profile *p, struct error *err)
{
	static const struct proc_path whole = { "/", PROC_READ };
	auto_close int fd = -1;

	if (!(p->flags & PROC_OVERLAY)) {
		if (mount("muster-root", STAGE, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  "mode=755,size=64k") < 0)
			return error_errno(err, errno, "a root of its own");
		return 0;
	}
	if (clone_tree(&whole, &fd, err) < 0)
		return -1;
	if (move_mount(fd, "", AT_FDCWD, STAGE, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return error_errno(err, errno, "the root, read-only");
	return 0;
}

/* The old root's shows the processes of the old namespace, and by them the files that they see. */
static int make_proc(const struct proc_profile *p, struct error *err)
{
	if (!(p->flags & PROC_OVERLAY) || !(p->flags & PROC_NEW_PID))
		return 0;
	if (mount("proc", STAGE "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		return error_errno(err, errno, "a /proc of its own");
	return 0;
}

static int enter_stage(const struct proc_profile *p, struct error *err)
{
	if (chdir(STAGE) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return error_errno(err, errno, "change to the new root");
	if (!(p->flags & PROC_OVERLAY) &&
	    mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) <
		    0)
		return error_errno(err, errno, "make the new root read-only");
	return 0;
}

int proc_view_enter(const struct proc_profile *p, struct error *err)
{
	CLEANUP(drop_taken) struct taken taken[VIEW_MAX];

	for (size_t i = 0; i < VIEW_MAX; i++)
		taken[i] = (struct taken){ .fd = -1 };
	if (p->n_view > VIEW_MAX)
		return error_set(err, ERROR_INVALID, "%s: a view of more than %d paths", p->name,
				 VIEW_MAX);
	/* The directories made below are for the user that the process becomes. */
	(void)umask(022);
	/* What is mounted from here on is seen by nobody else. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, errno, "private mounts");
	for (size_t i = 0; i < p->n_view; i++)
		if (take(&p->view[i], &taken[i], err) < 0)
			return -1;
	if (make_stage(p, err) < 0)
		return -1;
	for (size_t i = 0; i < p->n_view; i++)
		if (place(&p->view[i], &taken[i], err) < 0)
			return -1;
	return make_proc(p, err) < 0 ? -1 : enter_stage(p, err);
}
