/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/key/refusal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "crypto/key_uri.h"

enum { STAMP_SIZE = 80 };

/* Which PIN file that was: another after any write to it, without a word of what is in it. */
static bool stamp_of(const struct key_uri *uri, char ret[STAMP_SIZE])
{
	struct stat st;

	if (uri->pin_source.len == 0 || stat((const char *)uri->pin_source.data, &st) < 0)
		return false;
	(void)snprintf(ret, STAMP_SIZE, "%llu %lld.%09ld", (unsigned long long)st.st_ino,
		       (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return true;
}

static int path_of(const char *dir, char path[PATH_MAX], struct error *err)
{
	return path_format(path, PATH_MAX, err, "%s/pin-refused", dir);
}

int refusal_check(const char *dir, const char *uri, struct error *err)
{
	struct key_uri where auto_key_uri = { 0 };
	struct buf kept auto_buf = BUF_INIT;
	struct error none = ERROR_INIT;
	char path[PATH_MAX], stamp[STAMP_SIZE];

	if (key_uri_parse(uri, &where, err) < 0 || path_of(dir, path, err) < 0)
		return -1;
	if (!stamp_of(&where, stamp) || file_read(path, STAMP_SIZE, &kept, &none) < 0 ||
	    !buf_is(&kept, stamp, strlen(stamp)))
		return 0;
	return error_set(err, ERROR_UNAUTHORIZED,
			 "the token refused the PIN in %s; it is not tried again until that file "
			 "changes",
			 (const char *)where.pin_source.data);
}

void refusal_note(const char *dir, const char *uri, enum error_code outcome)
{
	struct key_uri where auto_key_uri = { 0 };
	struct error err = ERROR_INIT;
	char path[PATH_MAX], stamp[STAMP_SIZE];

	if (key_uri_parse(uri, &where, &err) < 0 || path_of(dir, path, &err) < 0 ||
	    !stamp_of(&where, stamp))
		return;
	if (outcome == ERROR_NONE)
		(void)unlink(path);
	else if (outcome == ERROR_UNAUTHORIZED &&
		 file_replace(path, stamp, strlen(stamp), 0600, &err) < 0)
		log_warning("%s", err.msg);
}
