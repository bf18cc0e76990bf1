/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in plain files, and what their disk does for them: level 0 or 1. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/token/store.h"

enum { STACKED = 4 }; /* device mappers on each other: LVM on LUKS is two */

static bool is_crypt(const char *device)
{
	struct buf uuid auto_buf = BUF_INIT;
	struct error ignored = ERROR_INIT;
	char path[300];

	if (path_format(path, sizeof(path), &ignored, "%s/dm/uuid", device) < 0 ||
	    file_read(path, 256, &uuid, &ignored) < 0)
		return false;
	return uuid.len > 6 && memcmp(uuid.data, "CRYPT-", 6) == 0;
}

/* Whether a block device is dm-crypt, or every layer below it is. */
static bool is_encrypted(const char *device, int depth)
{
	struct error ignored = ERROR_INIT;
	char path[300], below[300];
	bool all = false;
	DIR *dir;

	if (depth == 0 || path_format(path, sizeof(path), &ignored, "%s/slaves", device) < 0)
		return false;
	if (is_crypt(device))
		return true;
	dir = opendir(path);
	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
		if (e->d_name[0] == '.')
			continue;
		all = path_format(below, sizeof(below), &ignored, "%s/%s", path, e->d_name) == 0 &&
		      is_encrypted(below, depth - 1);
		if (!all)
			break;
	}
	if (dir)
		(void)closedir(dir);
	return all;
}

static void rate(struct key *key, const char *path)
{
	char device[64];
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	(void)snprintf(device, sizeof(device), "/sys/dev/block/%u:%u", major(st.st_dev),
		       minor(st.st_dev));
	if (st.st_mode & 077)
		key_rate(key, 0, "a plain file that others than its owner may read");
	else if (is_encrypted(device, STACKED))
		key_rate(key, 1, "a plain file of its owner's on an encrypted disk");
	else
		key_rate(key, 0, "a plain file, and no encrypted disk below it is known");
}

int file_store_open(const struct key_uri *uri, struct key **ret, struct error *err)
{
	const char *path = (const char *)uri->path.data;

	if (key_load(path, ret, err) < 0)
		return -1;
	rate(*ret, path);
	return 0;
}

int file_store_create(const struct key_uri *uri, enum key_type type, struct error *err)
{
	struct key *key auto_key = NULL;

	if (key_generate(type, &key, err) < 0)
		return -1;
	return key_save(key, (const char *)uri->path.data, err);
}

int file_store_destroy(const struct key_uri *uri, struct error *err)
{
	static const char zeros[LIMIT_KEY_FILE];
	const char *path = (const char *)uri->path.data;
	int fd auto_close = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path);
	if (st.st_size > (off_t)sizeof(zeros))
		return error_set(err, ERROR_LIMIT, "%s is no key file", path);
	if (file_write_fd(fd, zeros, (size_t)st.st_size, err) < 0)
		return -1;
	if (fsync(fd) < 0 || unlink(path) < 0)
		return error_errno(err, errno, "%s", path);
	return 0;
}
