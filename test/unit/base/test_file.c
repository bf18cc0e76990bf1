/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/jmap.h"
#include "check.h"

static char dir[] = "/tmp/muster-test-XXXXXX";

static void path_in(char path[128], const char *name)
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
}

static void replaced(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf b = BUF_INIT;
	char path[128];
	struct stat st;

	path_in(path, "a");
	CHECK_OK(file_replace(path, "one", 3, 0600, &err), err);
	CHECK_OK(file_replace(path, "two", 3, 0640, &err), err);
	CHECK_OK(file_read(path, 3, &b, &err), err);
	CHECK_STR((const char *)b.data, "two");
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
	CHECK_ERROR(file_read(path, 2, &b, &err), err, ERROR_LIMIT);
	CHECK_ERROR(file_create(path, "x", 1, 0600, &err), err, ERROR_CONFLICT);
}

static void missing(void)
{
	struct error err;
	struct buf b = BUF_INIT;
	char path[128], small[8];

	path_in(path, "none");
	CHECK_ERROR(file_read(path, 9, &b, &err), err, ERROR_NOT_FOUND);
	CHECK(strstr(err.msg, path));
	CHECK_ERROR(file_read(dir, 9, &b, &err), err, ERROR_INVALID);
	buf_done(&b);
	CHECK_ERROR(path_format(small, sizeof(small), &err, "%s", dir), err, ERROR_LIMIT);
	CHECK_OK(file_mkdir(dir, 0700, &err), err);
	path_in(path, "none/below");
	CHECK_ERROR(file_mkdir(path, 0700, &err), err, ERROR_NOT_FOUND);
}

static void hashed(void)
{
	char text[SHA256_HEX_SIZE];

	hash_sha256_hex("abc", 3, text);
	CHECK_STR(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void buffers(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf b = BUF_INIT;

	CHECK_OK(buf_printf(&b, &err, "%s-%d", "abc", 7), err);
	CHECK_OK(buf_puts(&b, "!", &err), err);
	buf_consume(&b, 2);
	CHECK_STR((const char *)b.data, "c-7!");
	buf_consume(&b, 99);
	CHECK(b.len == 0);
	CHECK(mem_differs("ab", "ac", 2) && !mem_differs("ab", "ab", 2));
}

static void errors(void)
{
	struct error err = ERROR_INIT;

	CHECK(error_refuse(&err, REASON_WINDOW, "late") == -1 && err.reason == REASON_WINDOW);
	CHECK(error_wrap(&err, "policy") == -1 && err.code == ERROR_REFUSED);
	CHECK_STR(err.msg, "policy: late");
	CHECK(error_exit(err.code) == 1 && error_exit(ERROR_INVALID) == 2);
	CHECK(reason_find("window") == REASON_WINDOW && reason_find("x") == REASON_NONE);
	CHECK(error_find("not-found") == ERROR_NOT_FOUND && error_http(ERROR_NOT_FOUND) == 404);
}

static const struct check_case cases[] = {
	{ "file: replaced whole, with its mode", replaced },
	{ "file: what is missing is named", missing },
	{ "hash: SHA-256 of FIPS 180-4's example", hashed },
	{ "buf: grown, consumed, compared", buffers },
	{ "error: code, reason and context travel together", errors },
};

int main(void)
{
	int r;

	if (!mkdtemp(dir))
		return 1;
	r = check_run(cases, ARRAY_SIZE(cases));
	(void)!unlink("a");
	return r;
}
