/* SPDX-License-Identifier: Apache-2.0 */
#include "selftest/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "check.h"

#define DIGEST "0000000000000000000000000000000000000000000000000000000000000001"
#define FILE_OF(path, size, digest) \
	"{\"path\":\"" path "\",\"sha256\":\"" digest "\",\"size\":" size "}"
#define MANIFEST(type, files) \
	"{\"files\":[" files "],\"set\":\"agent\",\"type\":\"" type "\",\"version\":\"1\"}"

static void golden(void)
{
	auto_buf struct buf text = BUF_INIT, again = BUF_INIT;
	auto_manifest struct manifest m = { 0 };
	const struct manifest_file *f;
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/manifest/agent.json",
			     getenv("MUSTER_TEST_SOURCE")),
		 err);
	CHECK_OK(file_read(path, 65536, &text, &err), err);
	CHECK_OK(manifest_read(text.data, text.len, &m, &err), err);
	f = m.files.items;
	CHECK(m.files.n == 1 && f->size == 4096);
	CHECK_STR(m.set, "agent");
	CHECK_STR(f->path, "/usr/sbin/muster-agent");
	CHECK_STR(f->sha256, DIGEST);
	CHECK_OK(manifest_write(&m, &again, &err), err);
	CHECK_STR((char *)again.data, (char *)text.data);
}

static const char *const bad[] = {
	"",
	"{}",
	MANIFEST("manifest", ""),
	MANIFEST("policy", FILE_OF("/a", "1", DIGEST)),
	MANIFEST("manifest", FILE_OF("/a", "0", DIGEST)),
	MANIFEST("manifest", FILE_OF("/a", "99999999999", DIGEST)),
	MANIFEST("manifest", FILE_OF("/a", "1", "00")),
	MANIFEST("manifest", "{\"path\":\"/a\"}"),
	MANIFEST("manifest", FILE_OF("/a", "1", DIGEST) ",1"),
};

static void refused(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		auto_manifest struct manifest m = { 0 };
		struct error err = ERROR_INIT;

		CHECK_ERROR(manifest_read(bad[i], strlen(bad[i]), &m, &err), err, ERROR_INVALID);
	}
}

static const struct check_case cases[] = {
	{ "golden: a manifest reads as it was written", golden },
	{ "FPT_TST_EXT.1: what is no manifest is refused", refused },
};
CHECK_MAIN(cases)
