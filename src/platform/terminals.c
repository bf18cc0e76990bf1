/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/terminals.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"

/* Documentation/admin-guide/devices.txt of the kernel. */
enum { MAJOR_CONSOLE = 4, MAJOR_PTS = 136, MAJOR_PTS_LAST = 143 };

/* A terminal needs CR before each line feed; what else controls it, the field tables refuse. */
static int render(const char *text, struct buf *out, struct error *err)
{
	if (buf_puts(out, "\r\n\aMessage from your enterprise:\r\n", err) < 0)
		return -1;
	for (const char *c = text; *c; c++)
		if ((*c == '\n' && buf_puts(out, "\r", err) < 0) || buf_append(out, c, 1, err) < 0)
			return -1;
	return buf_puts(out, "\r\n", err);
}

/* A console or a pseudo-terminal, by its number: the sandbox lets nobody ask the terminal itself.
 * A serial line has the consoles' major number from 64 on, and is no screen. */
static bool is_terminal(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode))
		return false;
	return (major(st.st_rdev) == MAJOR_CONSOLE && minor(st.st_rdev) < 64) ||
	       (major(st.st_rdev) >= MAJOR_PTS && major(st.st_rdev) <= MAJOR_PTS_LAST);
}

int terminals_show(const struct sessions *s, const char *text, unsigned *shown, struct error *err)
{
	auto_buf struct buf out = BUF_INIT;
	unsigned n = 0;

	if (render(text, &out, err) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		struct error gone = ERROR_INIT;
		auto_close int fd = -1;
		char path[80];

		if (!s->items[i].tty[0] || strstr(s->items[i].tty, ".."))
			continue;
		(void)snprintf(path, sizeof(path), "/dev/%s", s->items[i].tty);
		fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && is_terminal(fd) && file_write_fd(fd, out.data, out.len, &gone) == 0)
			n++;
	}
	*shown = n;
	return 0;
}
