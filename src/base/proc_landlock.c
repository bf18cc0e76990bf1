/* SPDX-License-Identifier: Apache-2.0 */
#include "base/proc_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define READ_FILE (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_DIR (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define WRITE_DIR \
	(WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* Every right of the first version (Linux 5.13); what is handled and not granted is denied. */
#define ALL_RIGHTS \
	(READ_DIR | WRITE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK)
/* Newer than the headers of Debian 12, by their numbers in the kernel's interface. */
#define RIGHT_REFER (1ULL << 13)    /* version 2: rename between directories */
#define RIGHT_TRUNCATE (1ULL << 14) /* version 3 */

static int landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool proc_has_landlock(void)
{
	return landlock_version() > 0;
}

static uint64_t rights_of(const struct proc_path *path, bool dir, uint64_t handled)
{
	if (path->access == PROC_READ)
		return dir ? READ_DIR : READ_FILE;
	if (dir)
		return (WRITE_DIR | RIGHT_REFER | RIGHT_TRUNCATE) & handled;
	return (WRITE_FILE | RIGHT_TRUNCATE) & handled;
}

static int add_path(int ruleset, const struct proc_path *path, uint64_t handled, struct error *err)
{
	auto_close int fd = open(path->path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = { .parent_fd = fd };
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path->path);
	rule.allowed_access = rights_of(path, S_ISDIR(st.st_mode), handled);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return error_errno(err, errno, "landlock: %s", path->path);
	return 0;
}

int proc_landlock_enter(const struct proc_profile *p, struct error *err)
{
	int version = landlock_version();
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_RIGHTS };
	auto_close int ruleset = -1;

	if (version <= 0)
		return error_set(err, ERROR_UNSUPPORTED, "the kernel has no Landlock");
	if (version >= 2)
		attr.handled_access_fs |= RIGHT_REFER;
	if (version >= 3)
		attr.handled_access_fs |= RIGHT_TRUNCATE;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return error_errno(err, errno, "landlock");
	for (size_t i = 0; i < p->n_view; i++) {
		if (p->view[i].access == PROC_HIDDEN)
			return error_set(err, ERROR_INVALID,
					 "%s: Landlock cannot hide below what it"
					 " shows",
					 p->view[i].path);
		if (add_path(ruleset, &p->view[i], attr.handled_access_fs, err) < 0)
			return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return error_errno(err, errno, "landlock");
	return 0;
}
