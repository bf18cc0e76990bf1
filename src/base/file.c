/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int path_format(char *path, size_t size, struct error *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, size, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size)
		return error_set(err, ERROR_LIMIT, "a path is longer than %zu bytes", size - 1);
	return 0;
}

int file_read_fd(int fd, size_t max, struct buf *out, struct error *err)
{
	size_t total = 0;

	for (;;) {
		ssize_t n;

		if (buf_reserve(out, 16384, err) < 0)
			return -1;
		n = read(fd, out->data + out->len, 16384);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "read");
		if (n == 0)
			break;
		total += (size_t)n;
		if (total > max)
			return error_set(err, ERROR_LIMIT, "longer than %zu bytes", max);
		out->len += (size_t)n;
	}
	out->data[out->len] = 0;
	return 0;
}

int file_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	if (file_read_fd(fd, max, out, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

int file_write_fd(int fd, const void *data, size_t len, struct error *err)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "write");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sync_directory(const char *path, struct error *err)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	auto_close int fd = -1;

	if (path_format(dir, sizeof(dir), err, "%.*s", slash ? (int)(slash - path) + 1 : 1,
			slash ? path : ".") < 0)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return error_errno(err, errno, "%s", dir);
	return 0;
}

/* The new content in a temporary file beside path, durable; its name in temp. */
static int write_beside(const char *path, const void *data, size_t len, mode_t mode,
			char temp[PATH_MAX], struct error *err)
{
	auto_close int fd = -1;
	int r;

	if (path_format(temp, PATH_MAX, err, "%s.XXXXXX", path) < 0)
		return -1;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	r = file_write_fd(fd, data, len, err);
	if (r == 0 && (fchmod(fd, mode) < 0 || fsync(fd) < 0))
		r = error_errno(err, errno, "%s", path);
	if (r < 0)
		(void)unlink(temp);
	return r;
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	char temp[PATH_MAX];

	if (write_beside(path, data, len, mode, temp, err) < 0)
		return -1;
	if (rename(temp, path) < 0) {
		int sys = errno;

		(void)unlink(temp);
		return error_errno(err, sys, "%s", path);
	}
	return sync_directory(path, err);
}

int file_create(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	char temp[PATH_MAX];
	int sys;

	if (write_beside(path, data, len, mode, temp, err) < 0)
		return -1;
	sys = link(temp, path) < 0 ? errno : 0;
	(void)unlink(temp);
	if (sys)
		return error_errno(err, sys, "%s", path);
	return sync_directory(path, err);
}

int file_mkdir(const char *path, mode_t mode, struct error *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0 || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	return error_errno(err, errno, "%s", path);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
