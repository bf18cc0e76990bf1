/* SPDX-License-Identifier: Apache-2.0 */
#include "server/supervisor/conf.h"

#include <limits.h>
#include <string.h>

#include "base/conf.h"
#include "base/file.h"

/* Where the other programs are; tests start them from a build tree. */
#define LIBEXECDIR_VARIABLE "MUSTER_LIBEXECDIR"

void conf_file_done(struct conf_file *f)
{
	jmap_done(&server_conf_table, &f->conf);
	free(f->listeners);
	free(f->issuers);
	free(f->bootstrap);
	free(f->libexecdir);
	*f = (struct conf_file){ 0 };
}

static int fill(char **field, const char *fallback, struct error *err)
{
	if (*field)
		return 0;
	*field = strdup(fallback);
	return *field ? 0 : error_oom(err);
}

/* The directory of a file, absolute. */
static int directory_of(const char *path, char ret[PATH_MAX], struct error *err)
{
	auto_free char *whole = realpath(path, NULL);
	char *slash;

	if (!whole)
		return error_set(err, ERROR_NOT_FOUND, "%s: not there", path);
	slash = strrchr(whole, '/');
	slash[slash == whole] = '\0';
	if (strlen(whole) >= PATH_MAX)
		return error_set(err, ERROR_LIMIT, "%s: too long", path);
	memcpy(ret, whole, strlen(whole) + 1);
	return 0;
}

static int fill_defaults(struct server_conf *c, const char *path, struct error *err)
{
	char directory[PATH_MAX];

	if (directory_of(path, directory, err) < 0 || fill(&c->tree, directory, err) < 0 ||
	    fill(&c->data, "/var/lib/muster-server", err) < 0 ||
	    fill(&c->profile, "default", err) < 0 || fill(&c->device, "[::]:8443", err) < 0 ||
	    fill(&c->enrollment, "[::]:8444", err) < 0 ||
	    fill(&c->administration, "[::]:8445", err) < 0)
		return -1;
	if (c->fronts == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		c->fronts = n < 1 ? 1 : n > 64 ? 64 : (uint32_t)n;
	}
	if (strcmp(c->profile, "default") != 0 && strcmp(c->profile, "cnsa") != 0)
		return error_set(err, ERROR_INVALID, "profile: 'default' or 'cnsa', not '%.40s'",
				 c->profile);
	return 0;
}

static int join(char **ret, const char *directory, const char *name, struct error *err)
{
	struct buf b = BUF_INIT;

	if (buf_printf(&b, err, "%s/%s", directory, name) < 0)
		return -1;
	*ret = (char *)b.data;
	return 0;
}

static int find_places(struct conf_file *f, struct error *err)
{
	const char *libexecdir = secure_getenv(LIBEXECDIR_VARIABLE);

	f->libexecdir = strdup(libexecdir ? libexecdir : MUSTER_LIBEXECDIR);
	if (!f->libexecdir)
		return error_oom(err);
	if (join(&f->listeners, f->conf.tree, "listeners", err) < 0 ||
	    join(&f->issuers, f->conf.tree, "issuers", err) < 0 ||
	    join(&f->bootstrap, f->conf.tree, BOOTSTRAP_FILE, err) < 0)
		return -1;
	f->places = (struct server_places){
		.tree = f->conf.tree,
		.listeners = f->listeners,
		.issuers = f->issuers,
		.bootstrap = f->bootstrap,
		.data = f->conf.data,
	};
	if (!file_exists(f->listeners) || !file_exists(f->issuers))
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: no channel tree there ('muster init' makes one)",
				 f->conf.tree);
	return file_mkdir(f->conf.data, 0700, err);
}

int conf_file_read(const char *path, const char *data, struct conf_file *ret, struct error *err)
{
	auto_conf_file struct conf_file f = { 0 };
	auto_conf struct conf *conf = NULL;

	if (conf_load(path, &conf, err) < 0 ||
	    conf_bind(conf, "", &server_conf_table, &f.conf, err) < 0)
		return -1;
	if (data) {
		free(f.conf.data);
		f.conf.data = strdup(data);
		if (!f.conf.data)
			return error_oom(err);
	}
	if (fill_defaults(&f.conf, path, err) < 0 || find_places(&f, err) < 0)
		return -1;
	*ret = f;
	f = (struct conf_file){ 0 };
	return 0;
}

const char *conf_file_address(const struct conf_file *f, enum server_listener l)
{
	const char *const addresses[] = {
		[LISTENER_NONE] = NULL,
		[LISTENER_DEVICE] = f->conf.device,
		[LISTENER_ENROLLMENT] = f->conf.enrollment,
		[LISTENER_ADMINISTRATION] = f->conf.administration,
	};

	return addresses[l];
}
