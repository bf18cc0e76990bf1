/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error_wire.h"
#include "base/file.h"
#include "cli/cli.h"

uint64_t cli_started_us;

int print_json(const json_t *tree, bool compact, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (compact) {
		if (jmap_dump(tree, &text, err) < 0)
			return -1;
		(void)printf("%.*s\n", (int)text.len, (char *)text.data);
		return 0;
	}
	if (json_dumpf(tree, stdout, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY) < 0)
		return error_set(err, ERROR_UNAVAILABLE, "cannot write the output");
	(void)putchar('\n');
	return 0;
}

int print_struct(const void *src, const struct jmap_table *t, bool compact, struct error *err)
{
	auto_json json_t *tree = NULL;

	if (jmap_tree_of(src, t, &tree, err) < 0)
		return -1;
	return print_json(tree, compact, err);
}

int print_done(bool json, const char *noun, const char *id, const char *state, const char *more,
	       struct error *err)
{
	auto_json json_t *v = json_pack("{s:s, s:s}", noun, id, "state", state);

	if (json)
		return v ? print_json(v, true, err) : error_oom(err);
	(void)printf("%s %s is %s%s\n", noun, id, state, more);
	return 0;
}

int print_failed(json_t *result, struct error *why)
{
	auto_json json_t *error = NULL;
	struct error err = ERROR_INIT;

	if (error_wire_tree(why, &error, &err) < 0 || json_object_update(result, error) < 0 ||
	    print_json(result, true, &err) < 0)
		return -1; /* opt_main shows the error alone */
	why->msg[0] = '\0';
	return -1;
}

const char *printable(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	for (; text && *text && n + 1 < size; text++) {
		unsigned char c = (unsigned char)*text;
		/* C1 controls are two bytes in UTF-8, and some terminals obey them. */
		bool c1 = c == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80;

		ret[n++] = c < 0x20 || c == 0x7f || c1 ? '?' : (char)c;
		text += c1;
	}
	ret[n] = '\0';
	return ret;
}

/* A device, a pipe: what must be written to where it is, never replaced. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int write_special(const char *path, const struct buf *data, struct error *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return error_errno(err, errno, "%s", path);
	return file_write_fd(fd, data->data, data->len, err);
}

int write_output(const char *path, const struct buf *data, mode_t mode, struct error *err)
{
	if (path && strcmp(path, "-") != 0)
		return is_special(path) ? write_special(path, data, err)
					: file_replace(path, data->data, data->len, mode, err);
	if (fwrite(data->data, 1, data->len, stdout) != data->len)
		return error_errno(err, errno, "writing the output");
	return 0;
}

void progress(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

int64_t time_or_now(int64_t t)
{
	return t ? t : clock_now();
}

int unusable(struct error *err)
{
	if (err->code != ERROR_INTERNAL && err->code != ERROR_UNAVAILABLE)
		err->code = ERROR_INVALID;
	return -1;
}
