/* SPDX-License-Identifier: Apache-2.0 */
#include "selftest/manifest.h"

#include <string.h>

#include "base/field.h"
#include "base/limits.h"

static const struct jmap file_fields[] = {
	FIELD_REQ(manifest_file, path, "path", jmap_path, 1, 0, "where it is installed"),
	FIELD_REQ(manifest_file, size, "size", jmap_u64, 1, LIMIT_PROGRAM, "bytes"),
	FIELD_REQ(manifest_file, sha256, "sha256", jmap_sha256, 0, 0, "of its bytes"),
};
static const struct jmap_table file_table =
	JMAP_TABLE("file", "one executable", file_fields, struct manifest_file);

static const struct jmap manifest_fields[] = {
	FIELD_REQ(manifest, type, "type", jmap_str, 1, LIMIT_NAME, "\"manifest\""),
	FIELD_REQ(manifest, set, "set", jmap_str, 1, LIMIT_NAME, "which package's"),
	FIELD_REQ(manifest, version, "version", jmap_str, 1, LIMIT_NAME, "of Muster"),
	FIELD_(manifest, files, "files", jmap_array, JMAP_REQUIRED, 1, LIMIT_MANIFEST_FILES,
	       &file_table, "its executables"),
};
const struct jmap_table manifest_table =
	JMAP_TABLE("manifest", "what our executables are", manifest_fields, struct manifest);

void manifest_done(struct manifest *m)
{
	jmap_done(&manifest_table, m);
}

int manifest_read(const void *json, size_t len, struct manifest *ret, struct error *err)
{
	auto_manifest struct manifest m = { 0 };

	if (jmap_read(json, len, LIMIT_MANIFEST, &manifest_table, &m, err) < 0)
		return -1;
	if (strcmp(m.type, "manifest") != 0)
		return error_set(err, ERROR_INVALID, "'type': not a manifest");
	*ret = m;
	m = (struct manifest){ 0 };
	return 0;
}

int manifest_write(const struct manifest *m, struct buf *out, struct error *err)
{
	return jmap_write(m, &manifest_table, out, err);
}
