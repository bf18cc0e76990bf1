/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a device, without following it anywhere and without waking anything up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/limits.h"
#include "probe/probe.h"

static int open_below(const struct probe *p, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, p->root_fd, path, &how, sizeof(how));
}

int probe_open(const struct probe *p, const char *path, int *ret, struct error *err)
{
	/* Looked at before it is opened: opening a device can do something (a watchdog). */
	auto_close int at = open_below(p, path, O_PATH), fd = -1;
	char self[40];
	struct stat st;

	if (at < 0 || fstat(at, &st) < 0)
		return errno == ELOOP ? error_set(err, ERROR_INVALID, "%s: links in a circle", path)
				      : error_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INVALID, "%s: not a regular file", path);
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", at);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	*ret = STEAL_FD(fd);
	return 0;
}

int probe_read(const struct probe *p, const char *path, size_t max, struct buf *out,
	       struct error *err)
{
	auto_close int fd = -1;

	if (probe_open(p, path, &fd, err) < 0)
		return -1;
	return file_read_fd(fd, max, out, err) < 0 ? error_wrap(err, "%s", path) : 0;
}

int probe_read_if(const struct probe *p, const char *path, size_t max, struct buf *out,
		  struct error *err)
{
	if (probe_read(p, path, max, out, err) == 0)
		return 0;
	return err->code == ERROR_NOT_FOUND ? buf_puts(out, "", err) : -1;
}

void probe_word(const struct probe *p, const char *path, char *word, size_t size)
{
	auto_buf struct buf text = BUF_INIT;
	struct error ignored = ERROR_INIT;

	*word = '\0';
	if (probe_read(p, path, LIMIT_PLATFORM_FILE, &text, &ignored) == 0)
		(void)snprintf(word, size, "%.*s", (int)strcspn((char *)text.data, "\n"),
			       (char *)text.data);
}

bool probe_stat(const struct probe *p, const char *path, bool link, struct stat *ret)
{
	auto_close int fd = open_below(p, path, O_PATH | (link ? O_NOFOLLOW : 0));

	return fd >= 0 && fstat(fd, ret) == 0;
}

bool probe_exists(const struct probe *p, const char *path)
{
	struct stat st;

	return probe_stat(p, path, false, &st);
}

bool probe_read_only(const struct probe *p, const char *path)
{
	auto_close int fd = open_below(p, path, O_PATH);
	struct statvfs fs;

	return fd >= 0 && fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_RDONLY);
}

int probe_add(struct strings *s, const char *text, struct error *err)
{
	char **items;

	if (s->n == LIMIT_FACT_ITEMS)
		return error_set(err, ERROR_LIMIT, "more than %u", LIMIT_FACT_ITEMS);
	items = reallocarray(s->items, s->n + 1, sizeof(*items));
	if (!items)
		return error_oom(err);
	s->items = items;
	items[s->n] = strdup(text);
	if (!items[s->n])
		return error_oom(err);
	s->n++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_directory(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

int probe_list(const struct probe *p, const char *path, struct strings *ret, struct error *err)
{
	CLEANUP(close_directory) DIR *dir = NULL;
	const struct dirent *entry;
	int fd = open_below(p, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0
							   : error_errno(err, errno, "%s", path);
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return error_oom(err);
	}
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    probe_add(ret, entry->d_name, err) < 0)
			return error_wrap(err, "%s", path);
	if (ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), by_name);
	return 0;
}
