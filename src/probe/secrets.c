/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys, pre-shared keys and passwords in files, and who else can read them. The places
 * where programs keep such things are walked, not the whole disk. What is found is named, never
 * shown.
 */
#include "probe/secrets.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

enum { FILE_MAX = 64 * 1024, DEPTH_MAX = 8, ENTRIES_MAX = 20000 };

static const char *const places[] = {
	"/etc", "/root", "/home", "/srv", "/opt", "/usr/local", "/var/lib", "/boot", "/data",
};
/* Data of programs that is much, and no place for keys. */
static const char *const skipped[] = {
	"/var/lib/dpkg",    "/var/lib/apt",	 "/var/lib/docker",	 "/var/lib/containerd",
	"/var/lib/systemd", "/var/lib/rpm",	 "/var/lib/flatpak",	 "/var/lib/snapd",
	"/etc/ssl/certs",   "/etc/alternatives", "/usr/local/share",	 "/var/lib/selinux",
	"/etc/selinux",	    "/home/*/.cache",	 "/home/*/.local/share", "/etc/ca-certificates",
};

/* Kept by the name of the file; the first line that begins so (NULL: the whole file is it). */
static const struct {
	const char *pattern, *begins, *kind;
} named[] = {
	{ "*/wpa_supplicant*.conf", "psk=", "pre-shared key" },
	{ "*/hostapd*.conf", "wpa_passphrase=", "pre-shared key" },
	{ "*.nmconnection", "psk=", "pre-shared key" },
	{ "*/iwd/*.psk", "Passphrase=", "pre-shared key" },
	{ "*/iwd/*.psk", "PreSharedKey=", "pre-shared key" },
	{ "*/ipsec.secrets", ": PSK", "pre-shared key" },
	{ "*/wireguard/*.conf", "PrivateKey", "private key" },
	{ "*/.netrc", "machine ", "password" },
	{ "*/.pgpass", "", "password" },
	{ "*/.git-credentials", "http", "password" },
	{ "*/.my.cnf", "password", "password" },
	{ "/etc/shadow", "", "password" },
	{ "/etc/gshadow", "", "password" },
	{ "/etc/shadow-", "", "password" },
	{ "/etc/gshadow-", "", "password" },
	{ "*/etc/ppp/*-secrets", "\"", "password" },
};

/* At the beginning of a line, after blanks. */
static const char *line_that_begins(const char *text, const char *with)
{
	for (const char *at = text; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL) {
		at += strspn(at, " \t");
		if (strncmp(at, with, strlen(with)) == 0)
			return at;
	}
	return NULL;
}

/* PEM (RFC 7468): "-----BEGIN RSA PRIVATE KEY-----", not "ENCRYPTED", nor with a Proc-Type that
 * says so. OpenSSH writes the name of the cipher into the bytes: "none" is AAAABG5vbmU in base64.
 */
static const char *private_key(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "-----BEGIN "))) {
		size_t n = strcspn(at, "\r\n");
		const char *label = memmem(at, n, "PRIVATE KEY-----", 16), *next = at + n;

		next += strspn(next, "\r\n");
		if (label && !memmem(at, n, "ENCRYPTED", 9) &&
		    strncmp(next, "Proc-Type: 4,ENCRYPTED", 22) != 0 &&
		    (!memmem(at, n, "OPENSSH", 7) ||
		     memmem(next, strcspn(next, "\r\n"), "AAAABG5vbmU", 11)))
			return at;
		at += 11;
	}
	return NULL;
}

const char *secret_in(const char *path, const char *text, const char **at)
{
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (fnmatch(named[i].pattern, path, 0) == 0 &&
		    (*at = line_that_begins(text, named[i].begins)))
			return named[i].kind;
	*at = private_key(text);
	return *at ? "private key" : NULL;
}

/* ---- the walk ---- */

struct walk {
	struct probe *p;
	size_t entries;
	bool denied; /* something could not be read */
};

static bool is_skipped(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(skipped); i++)
		if (fnmatch(skipped[i], path, FNM_PATHNAME) == 0)
			return true;
	return false;
}

/* Others than its owner: everybody, or a group of people (a service's group is a second owner). */
static const char *readers(const struct stat *st, bool reachable)
{
	enum { FIRST_PERSON = 1000 };

	if (!reachable)
		return NULL;
	if (st->st_mode & S_IROTH)
		return "everybody reads it";
	return (st->st_mode & S_IRGRP) && st->st_gid >= FIRST_PERSON && st->st_gid != st->st_uid
		       ? "a group of people reads it"
		       : NULL;
}

static int look_file(struct walk *w, const char *path, const struct stat *st, bool reachable,
		     struct error *err)
{
	auto_secret struct buf text = BUF_INIT;
	const char *kind, *at, *who = readers(st, reachable);
	struct error why = ERROR_INIT;

	if (st->st_size == 0 || st->st_size > FILE_MAX)
		return 0;
	if (probe_read(w->p, path, FILE_MAX, &text, &why) < 0) {
		w->denied = w->denied || why.code == ERROR_DENIED;
		return 0;
	}
	kind = secret_in(path, (char *)text.data, &at);
	if (!kind)
		return 0;
	if (fact_item(w->p, FACT_SECRETS_FILES, path, err, "%s, mode %o, user %u", kind,
		      st->st_mode & 07777, st->st_uid) < 0)
		return -1;
	if (w->p->fleet_key && strcmp(kind, "private key") == 0 &&
	    fact_digest(w->p, FACT_SECRETS_KEY_DIGEST, at, strlen(at), path, err) < 0)
		return -1;
	return who ? fact_item(w->p, FACT_SECRETS_PLAIN, path, err, "%s: %s", kind, who) : 0;
}

static int walk(struct walk *w, const char *dir, int depth, bool reachable, struct error *err)
{
	auto_strings struct strings names = { 0 };
	struct error why = ERROR_INIT;
	struct stat st;

	if (!probe_stat(w->p, dir, true, &st) || !S_ISDIR(st.st_mode) || is_skipped(dir) ||
	    depth > DEPTH_MAX)
		return 0;
	reachable = reachable && (st.st_mode & S_IXOTH);
	if (probe_list(w->p, dir, &names, &why) < 0) {
		w->denied = true;
		return 0;
	}
	for (size_t i = 0; i < names.n; i++) {
		char path[PATH_MAX];
		int r = 0;

		if (++w->entries > ENTRIES_MAX)
			return error_set(err, ERROR_LIMIT,
					 "more than %d files in the places of keys", ENTRIES_MAX);
		if (path_format(path, sizeof(path), err, "%s/%s", dir, names.items[i]) < 0)
			return -1;
		if (!probe_stat(w->p, path, true, &st))
			continue;
		if (S_ISDIR(st.st_mode))
			r = walk(w, path, depth + 1, reachable, err);
		else if (S_ISREG(st.st_mode))
			r = look_file(w, path, &st, reachable, err);
		if (r < 0)
			return -1;
	}
	return 0;
}

int probe_secrets(struct probe *p, struct error *err)
{
	struct walk w = { .p = p };
	bool digests;

	if (fact_items(p, FACT_SECRETS_FILES, err) < 0 ||
	    fact_items(p, FACT_SECRETS_PLAIN, err) < 0 ||
	    fact_digests(p, FACT_SECRETS_KEY_DIGEST, &digests, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (walk(&w, places[i], 0, true, err) < 0)
			return -1;
	/* Who is not root found what everybody finds; that there is no more, is not known. */
	return w.denied ? error_set(err, ERROR_DENIED, "some files are root's alone to read") : 0;
}
