/* SPDX-License-Identifier: Apache-2.0 */
/* Installed packages: the software bill of materials, as the package manager keeps it (dpkg(1)). */
#include <fnmatch.h>
#include <string.h>

#include "base/limits.h"
#include "probe/probes.h"

#define STATUS "/var/lib/dpkg/status"
enum { STATUS_MAX = 32 * 1024 * 1024 };

static const struct {
	enum fact_id fact;
	const char *pattern;
} groups[] = {
	{ FACT_PACKAGES_CRYPTO, "libssl[0-9]*" },     { FACT_PACKAGES_CRYPTO, "openssl" },
	{ FACT_PACKAGES_CRYPTO, "libgnutls30*" },     { FACT_PACKAGES_CRYPTO, "libgcrypt20" },
	{ FACT_PACKAGES_CRYPTO, "libnettle*" },	      { FACT_PACKAGES_CRYPTO, "libnss3" },
	{ FACT_PACKAGES_CRYPTO, "libmbedcrypto*" },   { FACT_PACKAGES_CRYPTO, "libwolfssl*" },
	{ FACT_PACKAGES_CRYPTO, "libsodium*" },	      { FACT_PACKAGES_CRYPTO, "libcrypt1" },
	{ FACT_PACKAGES_CRYPTO, "libssh*-[0-9]*" },   { FACT_PACKAGES_CRYPTO, "openssh-server" },
	{ FACT_PACKAGES_CRYPTO, "dropbear*" },	      { FACT_PACKAGES_CRYPTO, "wpasupplicant" },
	{ FACT_PACKAGES_CRYPTO, "strongswan*" },      { FACT_PACKAGES_CRYPTO, "cryptsetup-bin" },
	{ FACT_PACKAGES_CRYPTO, "linux-image-*" },    { FACT_PACKAGES_DEVELOPMENT, "*-dev" },
	{ FACT_PACKAGES_DEVELOPMENT, "gcc*-[0-9]*" }, { FACT_PACKAGES_DEVELOPMENT, "g++*" },
	{ FACT_PACKAGES_DEVELOPMENT, "clang*" },      { FACT_PACKAGES_DEVELOPMENT, "gdb*" },
	{ FACT_PACKAGES_DEVELOPMENT, "strace" },      { FACT_PACKAGES_DEVELOPMENT, "ltrace" },
	{ FACT_PACKAGES_DEVELOPMENT, "binutils" },    { FACT_PACKAGES_DEVELOPMENT, "make" },
	{ FACT_PACKAGES_DEVELOPMENT, "tcpdump" },     { FACT_PACKAGES_DEVELOPMENT, "nmap" },
};

/* "gcc-12-base" is no compiler, but what libgcc belongs to. */
static bool is_of(size_t group, const char *name)
{
	size_t n = strlen(name);

	return fnmatch(groups[group].pattern, name, 0) == 0 &&
	       !(n > 5 && strcmp(name + n - 5, "-base") == 0);
}

static int add(struct probe *p, const char *name, const char *version, struct error *err)
{
	if (fact_item(p, FACT_PACKAGES, name, err, "%s", version) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (is_of(i, name) && fact_item(p, groups[i].fact, name, err, "%s", version) < 0)
			return -1;
	return 0;
}

static const char *value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	return strncmp(line, key, n) == 0 ? line + n : NULL;
}

/* Paragraphs of "Key: value", divided by empty lines. */
static int read_status(struct probe *p, char *text, struct error *err)
{
	const char *name = NULL, *version = "", *value;
	bool installed = false, more = true;
	char *at = text;

	while (more) {
		const char *line = probe_line(&at);

		more = line != NULL;
		if (!line || !*line) {
			if (name && installed && add(p, name, version, err) < 0)
				return -1;
			name = NULL;
			version = "";
			installed = false;
		} else if ((value = value_of(line, "Package: "))) {
			name = value;
		} else if ((value = value_of(line, "Version: "))) {
			version = value;
		} else if ((value = value_of(line, "Status: "))) {
			installed = strstr(value, " installed") != NULL;
		}
	}
	return 0;
}

int probe_packages(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (probe_read(p, STATUS, STATUS_MAX, &text, err) < 0 ||
	    fact_items(p, FACT_PACKAGES, err) < 0 || fact_items(p, FACT_PACKAGES_CRYPTO, err) < 0 ||
	    fact_items(p, FACT_PACKAGES_DEVELOPMENT, err) < 0)
		return -1;
	return read_status(p, (char *)text.data, err);
}
