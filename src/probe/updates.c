/* SPDX-License-Identifier: Apache-2.0 */
/* How updates come: what installs them, whether by itself, and who must have signed them. */
#include "probe/updates.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/platform.h"
#include "platform/run.h"
#include "probe/keyring.h"
#include "probe/probes.h"

enum { SOURCE_MAX = 1024 * 1024, HOUR_S = 3600 };

static const struct {
	const char *path, *name;
} mechanisms[] = {
	{ "/usr/bin/apt-get", "apt" },	     { "/usr/bin/dnf", "dnf" },
	{ "/usr/bin/rpm-ostree", "ostree" }, { "/usr/bin/rauc", "rauc" },
	{ "/usr/bin/swupdate", "swupdate" }, { "/usr/bin/mender-update", "mender" },
	{ "/usr/bin/fwupdmgr", "fwupd" },    { "/usr/bin/flatpak", "flatpak" },
	{ "/usr/bin/snap", "snap" },	     { "/bin/opkg", "opkg" },
	{ "/usr/bin/opkg", "opkg" },
};

int probe_mechanisms(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_UPDATE_MECHANISMS, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(mechanisms); i++)
		if (probe_exists(p, mechanisms[i].path) &&
		    fact_item(p, FACT_UPDATE_MECHANISMS, mechanisms[i].name, err, "%s",
			      mechanisms[i].path) < 0)
			return -1;
	return 0;
}

/* ---- apt's own settings ---- */

/* apt-config dump: KEY "value"; */
static const char *setting(const char *dump, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);

	*value = '\0';
	for (const char *at = dump; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
		if (strncasecmp(at, key, n) == 0 && strncmp(at + n, " \"", 2) == 0)
			(void)snprintf(value, size, "%.*s", (int)strcspn(at + n + 2, "\""),
				       at + n + 2);
	return value;
}

static bool is_on(const char *dump, const char *key)
{
	char value[40];

	(void)setting(dump, key, value, sizeof(value));
	return *value && strcmp(value, "0") != 0 && strcasecmp(value, "false") != 0 &&
	       strcasecmp(value, "no") != 0;
}

static bool is_timed(const struct probe *p, const char *timer)
{
	char path[PATH_MAX], mask[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/etc/systemd/system/timers.target.wants/%s", timer);
	(void)snprintf(mask, sizeof(mask), "/etc/systemd/system/%s", timer);
	return probe_stat(p, path, true, &st) &&
	       !(probe_stat(p, mask, false, &st) && S_ISCHR(st.st_mode));
}

static int read_settings(const struct probe *p, struct buf *dump, struct error *err)
{
	static const char *const argv[] = { "/usr/bin/apt-config", "dump", NULL };
	int status;

	if (!p->live)
		return error_set(err, ERROR_UNSUPPORTED, "only a running device shows it");
	if (run_program(&(struct run){ .argv = argv }, &status, dump, err) < 0 ||
	    buf_puts(dump, "", err) < 0)
		return -1;
	return status == 0
		       ? 0
		       : error_set(err, ERROR_INTERNAL, "apt-config: %.160s", (char *)dump->data);
}

static int look_timers(struct probe *p, const char *dump, struct error *err)
{
	char enabled[40];
	bool on =
		strcmp(setting(dump, "APT::Periodic::Enable", enabled, sizeof(enabled)), "0") != 0;

	if (fact_bool(p, FACT_UPDATE_AUTOMATIC,
		      on && is_on(dump, "APT::Periodic::Unattended-Upgrade") &&
			      probe_exists(p, "/usr/bin/unattended-upgrade") &&
			      is_timed(p, "apt-daily-upgrade.timer"),
		      err) < 0)
		return -1;
	return fact_bool(p, FACT_UPDATE_REGULAR,
			 on && is_on(dump, "APT::Periodic::Update-Package-Lists") &&
				 is_timed(p, "apt-daily.timer"),
			 err);
}

/* ---- who must have signed ---- */

static const char *const insecure[] = {
	"Acquire::AllowInsecureRepositories",
	"Acquire::AllowWeakRepositories",
	"Acquire::AllowDowngradeToInsecureRepositories",
	"APT::Get::AllowUnauthenticated",
};

bool source_is_unsigned(const char *line)
{
	static const char *const words[] = { "trusted", "allow-insecure", "allow-weak",
					     "allow-downgrade-to-insecure" };

	line += strspn(line, " \t");
	for (size_t i = 0; *line != '#' && i < ARRAY_SIZE(words); i++) {
		const char *at = strcasestr(line, words[i]);
		size_t n = strlen(words[i]);

		/* Of "[trusted=yes]", or of "Trusted: yes" at the beginning. */
		if (at && (at[n] == '=' || (at == line && at[n] == ':')) &&
		    strncasecmp(at + n + 1 + strspn(at + n + 1, " \t"), "yes", 3) == 0)
			return true;
	}
	return false;
}

static int look_source(struct probe *p, const char *path, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at, *line, id[PATH_MAX + 24];
	unsigned number = 0;

	if (probe_read_if(p, path, SOURCE_MAX, &text, err) < 0)
		return -1;
	at = (char *)text.data;
	while ((line = probe_line(&at))) {
		number++;
		(void)snprintf(id, sizeof(id), "%s:%u", path, number);
		if (source_is_unsigned(line) &&
		    fact_item(p, FACT_UPDATE_UNSIGNED, id, err, "%s", line) < 0)
			return -1;
	}
	return 0;
}

static int look_ring(struct probe *p, const char *path, struct error *err)
{
	auto_buf struct buf ring = BUF_INIT;
	char weak[60];

	if (probe_read(p, path, SOURCE_MAX, &ring, err) < 0)
		return -1;
	if (ring.len == 0)
		return 0;
	if (keyring_weak(&ring, weak, sizeof(weak), err) < 0)
		return error_wrap(err, "%s", path);
	return *weak ? fact_item(p, FACT_UPDATE_WEAK, path, err, "%s", weak) : 0;
}

static int look_each(struct probe *p, const char *dir, const char *const *ends,
		     int (*look)(struct probe *, const char *, struct error *), struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *dot = strrchr(names.items[i], '.');
		char path[PATH_MAX];
		bool ours = false;

		for (size_t k = 0; dot && ends[k]; k++)
			ours = ours || strcmp(dot, ends[k]) == 0;
		if (path_format(path, sizeof(path), err, "%s/%s", dir, names.items[i]) < 0 ||
		    (ours && look(p, path, err) < 0))
			return -1;
	}
	return 0;
}

static int look_sources(struct probe *p, struct error *err)
{
	static const char *const of_source[] = { ".list", ".sources", NULL };
	static const char *const of_ring[] = { ".gpg", ".asc", NULL };

	if (look_source(p, "/etc/apt/sources.list", err) < 0 ||
	    look_each(p, "/etc/apt/sources.list.d", of_source, look_source, err) < 0 ||
	    look_each(p, "/etc/apt/trusted.gpg.d", of_ring, look_ring, err) < 0 ||
	    look_each(p, "/etc/apt/keyrings", of_ring, look_ring, err) < 0)
		return -1;
	return probe_exists(p, "/etc/apt/trusted.gpg") ? look_ring(p, "/etc/apt/trusted.gpg", err)
						       : 0;
}

/* When lists of packages were last fetched with success. */
static int look_last(struct probe *p, struct error *err)
{
	static const char *const stamps[] = { "/var/lib/apt/periodic/update-success-stamp",
					      "/var/lib/apt/periodic/update-stamp",
					      "/var/lib/apt/lists" };
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(stamps); i++)
		if (probe_stat(p, stamps[i], false, &st))
			return fact_count(p, FACT_UPDATE_LAST_CHECK,
					  p->now > st.st_mtime
						  ? (uint64_t)(p->now - st.st_mtime) / HOUR_S
						  : 0,
					  err);
	return error_set(err, ERROR_UNSUPPORTED, "apt has left no stamp");
}

int probe_apt(struct probe *p, struct error *err)
{
	auto_buf struct buf dump = BUF_INIT;

	if (!probe_exists(p, "/usr/bin/apt-get"))
		return error_set(err, ERROR_UNSUPPORTED, "no apt; other mechanisms are not read");
	if (read_settings(p, &dump, err) < 0 || look_timers(p, (char *)dump.data, err) < 0 ||
	    fact_items(p, FACT_UPDATE_UNSIGNED, err) < 0 ||
	    fact_items(p, FACT_UPDATE_WEAK, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(insecure); i++)
		if (is_on((char *)dump.data, insecure[i]) &&
		    fact_item(p, FACT_UPDATE_UNSIGNED, insecure[i], err, "apt.conf") < 0)
			return -1;
	return look_sources(p, err) < 0 ? -1 : look_last(p, err);
}
