/* SPDX-License-Identifier: Apache-2.0 */
/* Catalogues in the forms of other tools. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "assess/export.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/catalogs.h"
#include "cli/cli.h"

struct export_options {
	char *id, *catalogs, *out;
	int format;
	bool json;
};

enum export_format { EXPORT_OSCAL = 1, EXPORT_CISO };
static const char *const format_names[] = { [EXPORT_OSCAL] = "oscal", [EXPORT_CISO] = "ciso" };
static const struct jmap_enum format_enum = { format_names, ARRAY_SIZE(format_names) };

/* So that a build of today's files is the same tomorrow: reproducible-builds.org. */
static int64_t last_modified(void)
{
	const char *epoch = secure_getenv("SOURCE_DATE_EPOCH");

	return epoch ? strtoll(epoch, NULL, 10) : clock_now();
}

static int put(const char *path, const json_t *tree, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *dump = json_dumps(tree, JSON_INDENT(2));
	int rc;

	if (!dump)
		return error_oom(err);
	rc = buf_printf(&text, err, "%s\n", dump);
	free(dump);
	return rc < 0 ? -1 : write_output(path, &text, 0644, err);
}

static int put_profile(const struct export_options *o, const struct overlay *overlay,
		       const struct catalog *merged, int64_t modified, struct error *err)
{
	auto_json json_t *profile = NULL, *own = NULL;
	char path[PATH_MAX], mine[PATH_MAX];

	if (!o->out)
		return error_set(err, ERROR_INVALID,
				 "an overlay is up to two documents: --out names a directory");
	if (path_format(path, sizeof(path), err, "%s/%s.json", o->out, overlay->id) < 0 ||
	    path_format(mine, sizeof(mine), err, "%s/%s-own.json", o->out, overlay->id) < 0 ||
	    export_oscal_profile(overlay, merged, modified, &profile, &own, err) < 0)
		return -1;
	if (own && put(mine, own, err) < 0)
		return -1;
	return put(path, profile, err);
}

static int export_map(const struct export_options *o, const struct conf *file, int64_t modified,
		      struct error *err)
{
	auto_catalog_map struct catalog_map m = { 0 };
	auto_json json_t *tree = NULL;

	if (catalog_map_read(file, &m, err) < 0)
		return -1;
	if ((o->format == EXPORT_CISO ? export_ciso_map(&m, &tree, err)
				      : export_oscal_map(&m, modified, &tree, err)) < 0)
		return -1;
	return put(o->out, tree, err);
}

static int export_catalog(const struct export_options *o, const char *dir, const struct conf *file,
			  int64_t modified, struct error *err)
{
	auto_catalog struct catalog c = { 0 };
	auto_overlay struct overlay overlay = { 0 };
	auto_json json_t *tree = NULL;

	if (catalogs_load(dir, o->id, &c, err) < 0)
		return -1;
	if (o->format == EXPORT_OSCAL && catalog_file_kind(file) == CATALOG_FILE_OVERLAY)
		return overlay_read(file, &overlay, err) < 0
			       ? -1
			       : put_profile(o, &overlay, &c, modified, err);
	if ((o->format == EXPORT_CISO ? export_ciso_catalog(&c, &tree, err)
				      : export_oscal_catalog(&c, modified, &tree, err)) < 0)
		return -1;
	return put(o->out, tree, err);
}

static int export_run(void *options, struct error *err)
{
	struct export_options *o = options;
	int64_t modified = last_modified();
	auto_conf struct conf *file = NULL;
	char dir[PATH_MAX];

	if (o->format == 0)
		o->format = EXPORT_OSCAL;
	if (catalogs_dir(o->catalogs, dir, err) < 0 || catalogs_file(dir, o->id, &file, err) < 0)
		return -1;
	if ((catalog_file_kind(file) == CATALOG_FILE_MAP
		     ? export_map(o, file, modified, err)
		     : export_catalog(o, dir, file, modified, err)) < 0)
		return -1;
	/* Without --out the export itself is the output. */
	return o->json && o->out ? print_done(true, "catalog", o->id, "written", "", err) : 0;
}

static const struct jmap export_fields[] = {
	OPTION(export_options, id, "id", jmap_str, "ID",
	       "the catalogue, overlay or map, or its file", .flags = JMAP_POSITION | JMAP_REQUIRED,
	       .max = LIMIT_TEXT),
	OPTION(export_options, format, "format", jmap_enum, "FORMAT", "oscal (the default) or ciso",
	       .sub = &format_enum),
	OPTION(export_options, out, "out", jmap_path, "PATH",
	       "write there (standard output); of an overlay as OSCAL: a directory"),
	OPTION(export_options, catalogs, "catalogs", jmap_path, "DIR",
	       "where the catalogues are (default: $MUSTER_CATALOGS, else the installed ones)"),
	OPTION_JSON(export_options),
};
static const struct jmap_table export_table =
	JMAP_TABLE("catalog export", "", export_fields, struct export_options);
static const char *const export_examples[] = {
	"muster catalog export en303645-v3 --out en303645-v3.json",
	"muster catalog export linux-mobile --out .",
	"muster catalog export map-en303645-v2-v3 --format ciso --out map.yaml",
	NULL,
};

const struct opt_command command_catalog_export = {
	.name = "catalog export",
	.doc = "write a catalogue for other tools: OSCAL 1.2, CISO Assistant",
	.details = "As OSCAL, a catalogue is a catalog, a map a mapping collection, and an overlay "
		   "a profile (ID.json) that imports its base (BASE.json) and the catalogue of its "
		   "own requirements (ID-own.json). As a library of CISO Assistant, an overlay is "
		   "one framework, applied. Ids are determined by the catalogue's; with "
		   "$SOURCE_DATE_EPOCH the bytes are too.",
	.examples = export_examples,
	.options = &export_table,
	.run = export_run,
};
