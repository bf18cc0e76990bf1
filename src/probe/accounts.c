/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and their passwords. No hash leaves this file but as a keyed digest. */
#include "probe/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

enum {
	ACCOUNTS_MAX = 1024 * 1024,
	HASHES_MAX = 16, /* that are tried: more is a server of many people, not a device */
	DAY_S = 86400,
};

/* The next of the colons' fields. */
static char *next_field(char **at)
{
	char *field = *at, *end;

	if (!field)
		return NULL;
	end = strchr(field, ':');
	*at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return field;
}

bool account_parse(char *line, struct account *ret)
{
	char *at = line, *fields[7], *end;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fields[i] = next_field(&at);
	if (!fields[6] || !*fields[0] || !*fields[2])
		return false;
	*ret = (struct account){ fields[0], fields[1], fields[6], strtoul(fields[2], &end, 10) };
	return *end == '\0';
}

bool secret_parse(char *line, struct secret *ret)
{
	char *at = line, *name = next_field(&at), *hash = next_field(&at), *day = next_field(&at);
	char *end = NULL;

	if (!hash || !*name)
		return false;
	*ret = (struct secret){ name, hash, day && *day ? strtol(day, &end, 10) : -1 };
	return !end || *end == '\0';
}

/* ---- who can log in: the public half ---- */

static const char *const no_shells[] = { "/usr/sbin/nologin", "/sbin/nologin", "/bin/false",
					 "/usr/bin/false", "/bin/sync" };

static bool has_shell(const struct account *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(no_shells); i++)
		if (strcmp(a->shell, no_shells[i]) == 0)
			return false;
	return true;
}

/* An empty shell is /bin/sh. */
static int look_public(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at, *line;

	if (probe_read(p, "/etc/passwd", ACCOUNTS_MAX, &text, err) < 0 ||
	    fact_items(p, FACT_ACCOUNTS_LOGIN, err) < 0)
		return -1;
	at = (char *)text.data;
	while ((line = probe_line(&at))) {
		struct account a;

		if (account_parse(line, &a) && has_shell(&a) &&
		    fact_item(p, FACT_ACCOUNTS_LOGIN, a.name, err, "user %lu, %s", a.uid,
			      *a.shell ? a.shell : "/bin/sh") < 0)
			return -1;
	}
	return 0;
}

/* ---- what logs in by itself ---- */

/* Where a configuration says so, by file and by the beginning of a line. */
static const struct {
	const char *path, *key;
} autologins[] = {
	{ "/etc/gdm3/daemon.conf", "AutomaticLoginEnable=true" },
	{ "/etc/gdm3/custom.conf", "AutomaticLoginEnable=true" },
	{ "/etc/gdm/custom.conf", "AutomaticLoginEnable=true" },
	{ "/etc/lightdm/lightdm.conf", "autologin-user=" },
	{ "/etc/sddm.conf", "User=" },
};

static int look_file(struct probe *p, size_t i, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at, *line;

	if (probe_read_if(p, autologins[i].path, ACCOUNTS_MAX, &text, err) < 0)
		return -1;
	at = (char *)text.data;
	while ((line = probe_line(&at)))
		if (strncasecmp(line, autologins[i].key, strlen(autologins[i].key)) == 0)
			return fact_item(p, FACT_ACCOUNTS_AUTOLOGIN, autologins[i].path, err, "%s",
					 line);
	return 0;
}

/* agetty --autologin NAME, in a unit or in what is added to one. */
static int look_unit(struct probe *p, const char *dir, const char *name, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	auto_strings struct strings parts = { 0 };
	char path[LIMIT_NAME * 4], *at, *line;
	size_t len = strlen(name);
	struct error ignored = ERROR_INIT;

	(void)snprintf(path, sizeof(path), "%s/%.200s", dir, name);
	if (!strstr(name, "getty"))
		return 0;
	if (len > 2 && strcmp(name + len - 2, ".d") == 0) {
		if (probe_list(p, path, &parts, err) < 0)
			return -1;
		for (size_t i = 0; i < parts.n; i++) {
			(void)snprintf(path, sizeof(path), "%s/%.200s/%.80s", dir, name,
				       parts.items[i]);
			(void)!probe_read(p, path, ACCOUNTS_MAX, &text, &ignored);
		}
	} else if (probe_read(p, path, ACCOUNTS_MAX, &text, &ignored) < 0) {
		return 0; /* a mask, or a link to nothing */
	}
	at = (char *)text.data;
	while ((line = probe_line(&at)))
		if (strncmp(line, "ExecStart=", 10) == 0 &&
		    (strstr(line, "--autologin") || strstr(line, " -a ")))
			return fact_item(p, FACT_ACCOUNTS_AUTOLOGIN, name, err, "%s/%s", dir, name);
	return 0;
}

static int look_autologin(struct probe *p, struct error *err)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/run/systemd/system",
					    "/usr/lib/systemd/system" };

	if (fact_items(p, FACT_ACCOUNTS_AUTOLOGIN, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(autologins); i++)
		if (look_file(p, i, err) < 0)
			return -1;
	for (size_t d = 0; d < ARRAY_SIZE(dirs); d++) {
		auto_strings struct strings names = { 0 };

		if (probe_list(p, dirs[d], &names, err) < 0)
			return -1;
		for (size_t i = 0; i < names.n; i++)
			if (look_unit(p, dirs[d], names.items[i], err) < 0)
				return -1;
	}
	return 0;
}

/* ---- passwords: the private half ---- */

/* When this device became one of its own: its id was made. -1: not known. */
static long initialised_day(const struct probe *p)
{
	struct stat st;

	return probe_stat(p, "/etc/machine-id", false, &st) && st.st_size > 0
		       ? (long)(st.st_mtime / DAY_S)
		       : -1;
}

static int look_empty(struct probe *p, const char *name, const char *where, struct error *err)
{
	return fact_item(p, FACT_ACCOUNTS_EMPTY_PASSWORD, name, err, "%s", where);
}

static int look_hash(struct probe *p, const struct secret *s, const char *scheme, long initialised,
		     struct error *err)
{
	bool common, empty, can;

	if (fact_item(p, FACT_ACCOUNTS_PASSWORD, s->name, err, "%s", scheme) < 0 ||
	    fact_item(p, FACT_ACCOUNTS_HASH_SCHEME, scheme, err, "%s", s->name) < 0 ||
	    hash_is_common(s->name, s->hash, &common, &empty, &can, err) < 0)
		return -1;
	if (!can)
		return error_set(err, ERROR_UNSUPPORTED, "crypt(3) does not know %s here", scheme);
	if (empty && look_empty(p, s->name, "the hash of no password", err) < 0)
		return -1;
	if (common && fact_item(p, FACT_ACCOUNTS_DEFAULT_PASSWORD, s->name, err,
				"one of the commonly shipped passwords, or the account's name") < 0)
		return -1;
	if (initialised >= 0 && s->changed >= 0 && s->changed < initialised &&
	    fact_item(p, FACT_ACCOUNTS_FACTORY_PASSWORD, s->name, err,
		      "changed %ld days before the device was initialised",
		      initialised - s->changed) < 0)
		return -1;
	return p->fleet_key ? fact_digest(p, FACT_ACCOUNTS_DIGEST, s->hash, strlen(s->hash),
					  s->name, err)
			    : 0;
}

static int look_secret(struct probe *p, const struct secret *s, long initialised, size_t *n,
		       struct error *err)
{
	const char *scheme = hash_scheme(s->hash);

	if (*s->hash == '\0')
		return look_empty(p, s->name, "/etc/shadow", err);
	if (!scheme)
		return 0;
	if (++*n > HASHES_MAX)
		return error_set(err, ERROR_LIMIT, "more than %d passwords to try", HASHES_MAX);
	return look_hash(p, s, scheme, initialised, err);
}

static const enum fact_id of_shadow[] = {
	FACT_ACCOUNTS_PASSWORD,		FACT_ACCOUNTS_EMPTY_PASSWORD,
	FACT_ACCOUNTS_DEFAULT_PASSWORD, FACT_ACCOUNTS_FACTORY_PASSWORD,
	FACT_ACCOUNTS_HASH_SCHEME,
};

/* Hashes in /etc/passwd are of old, and in force where they stand. */
static int look_passwd_hashes(struct probe *p, long initialised, size_t *n, struct error *err)
{
	auto_secret struct buf text = BUF_INIT;
	char *at, *line;

	if (probe_read(p, "/etc/passwd", ACCOUNTS_MAX, &text, err) < 0)
		return -1;
	at = (char *)text.data;
	while ((line = probe_line(&at))) {
		struct account a;

		if (!account_parse(line, &a) || strcmp(a.password, "x") == 0)
			continue;
		if (*a.password == '\0' ? look_empty(p, a.name, "/etc/passwd", err) < 0
					: look_secret(p, &(struct secret){ a.name, a.password, -1 },
						      initialised, n, err) < 0)
			return -1;
	}
	return 0;
}

static int look_shadow(struct probe *p, struct error *err)
{
	auto_secret struct buf text = BUF_INIT;
	long initialised = initialised_day(p);
	size_t n = 0;
	char *at, *line;
	bool digests;

	if (probe_read(p, "/etc/shadow", ACCOUNTS_MAX, &text, err) < 0 ||
	    fact_digests(p, FACT_ACCOUNTS_DIGEST, &digests, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(of_shadow); i++)
		if (fact_items(p, of_shadow[i], err) < 0)
			return -1;
	at = (char *)text.data;
	while ((line = probe_line(&at))) {
		struct secret s;

		if (*line &&
		    (!secret_parse(line, &s) || look_secret(p, &s, initialised, &n, err) < 0))
			return err->code ? -1
					 : error_set(err, ERROR_INVALID,
						     "/etc/shadow: a line that is none");
	}
	if (look_passwd_hashes(p, initialised, &n, err) < 0)
		return -1;
	return initialised < 0 ? fact_unknown(p, FACT_ACCOUNTS_FACTORY_PASSWORD, FACT_NO_MEANS, err,
					      "/etc/machine-id does not say since when")
			       : 0;
}

int probe_accounts(struct probe *p, struct error *err)
{
	struct stat st;

	if (look_public(p, err) < 0 || look_autologin(p, err) < 0)
		return -1;
	/* passwd(1) writes the store anew, in its directory. */
	return fact_bool(p, FACT_ACCOUNTS_CHANGEABLE,
			 probe_stat(p, "/usr/bin/passwd", false, &st) && (st.st_mode & S_ISUID) &&
				 probe_exists(p, "/etc/shadow") && !probe_read_only(p, "/etc"),
			 err);
}

int probe_passwords(struct probe *p, struct error *err)
{
	return look_shadow(p, err);
}
