/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/catalogs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "assess/overlay.h"
#include "base/file.h"

/* An overlay may stand on an overlay; a file that stands on itself ends here. */
enum { OVERLAY_DEPTH = 4 };

int catalogs_dir(const char *option, char ret[PATH_MAX], struct error *err)
{
	const char *env = secure_getenv("MUSTER_CATALOGS");
	const char *dir = option ? option : env ? env : MUSTER_CATALOG_DIR;
	struct stat st;

	if (path_format(ret, PATH_MAX, err, "%s", dir) < 0)
		return -1;
	if (stat(ret, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: no directory of catalogues (--catalogs says where it is)",
				 dir);
	return 0;
}

static int is_catalog(const struct dirent *d)
{
	const char *end = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && end && strcmp(end, ".yaml") == 0;
}

void catalogs_ids_done(struct strings *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		free(ids->items[i]);
	free(ids->items);
	*ids = (struct strings){ 0 };
}

int catalogs_ids(const char *dir, struct strings *ret, struct error *err)
{
	struct dirent **found = NULL;
	int n = scandir(dir, &found, is_catalog, alphasort);
	bool complete = true;

	if (n < 0)
		return error_set(err, ERROR_NOT_FOUND, "%s: cannot be listed", dir);
	ret->items = calloc((size_t)n + 1, sizeof(*ret->items));
	ret->n = ret->items ? (size_t)n : 0;
	for (int i = 0; i < n; i++) {
		if (ret->items)
			ret->items[i] = strndup(found[i]->d_name,
						strlen(found[i]->d_name) - strlen(".yaml"));
		complete &= ret->items && ret->items[i];
		free(found[i]);
	}
	free(found);
	return complete ? 0 : error_oom(err);
}

int catalogs_file(const char *dir, const char *id, struct conf **ret, struct error *err)
{
	char path[PATH_MAX];

	if (strchr(id, '/'))
		return conf_load(id, ret, err);
	if (path_format(path, sizeof(path), err, "%s/%s.yaml", dir, id) < 0)
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_NOT_FOUND,
				 "no catalogue '%.60s': 'muster catalog list' shows what there is",
				 id);
	return conf_load(path, ret, err);
}

static int load(const char *dir, const char *id, unsigned depth, struct catalog *ret,
		struct error *err);

static int load_overlay(const char *dir, const struct conf *file, unsigned depth,
			struct catalog *ret, struct error *err)
{
	auto_overlay struct overlay o = { 0 };
	auto_catalog struct catalog base = { 0 };

	if (overlay_read(file, &o, err) < 0)
		return -1;
	if (depth == OVERLAY_DEPTH)
		return conf_invalid(file, "base", err, "more than %d overlays on one another",
				    OVERLAY_DEPTH);
	return load(dir, o.base, depth + 1, &base, err) < 0 ? -1
							    : overlay_apply(&base, &o, ret, err);
}

static int load(const char *dir, const char *id, unsigned depth, struct catalog *ret,
		struct error *err)
{
	auto_conf struct conf *file = NULL;

	if (catalogs_file(dir, id, &file, err) < 0)
		return -1;
	if (catalog_file_kind(file) == CATALOG_FILE_OVERLAY)
		return load_overlay(dir, file, depth, ret, err);
	return catalog_read(file, ret, err);
}

int catalogs_load(const char *dir, const char *id, struct catalog *ret, struct error *err)
{
	return load(dir, id, 0, ret, err);
}
