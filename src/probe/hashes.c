/* SPDX-License-Identifier: Apache-2.0 */
/* Password hashes: how they are made, and whether they are of a password that everybody knows. */
#include <crypt.h>
#include <string.h>

#include "base/buf.h"
#include "probe/accounts.h"

static const struct {
	const char *prefix, *scheme;
} schemes[] = {
	{ "$y$", "yescrypt" },	  { "$gy$", "gost-yescrypt" }, { "$7$", "scrypt" },
	{ "$2b$", "bcrypt" },	  { "$2y$", "bcrypt" },	       { "$2a$", "bcrypt" },
	{ "$6$", "sha512crypt" }, { "$5$", "sha256crypt" },    { "$sha1", "sha1crypt" },
	{ "$md5", "sunmd5" },	  { "$1$", "md5crypt" },       { "$3$", "nt" },
	{ "_", "bsdicrypt" },
};

/* Traditional DES: two characters of salt and eleven of hash. */
static bool is_des(const char *hash)
{
	static const char digits[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return strlen(hash) == 13 && strspn(hash, digits) == 13;
}

const char *hash_scheme(const char *hash)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (strncmp(hash, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return schemes[i].scheme;
	return is_des(hash) ? "des" : NULL;
}

/* Few, for each costs what the scheme makes it cost (yescrypt: 20 ms): those that headed the lists
 * of shipped passwords in every survey; and the account's own name. */
static const char *const common[] = { "admin", "password", "root", "1234", "12345678" };

/* *known: whether this system can compute such a hash. */
static bool is_hash_of(struct crypt_data *d, const char *password, const char *hash, bool *known)
{
	const char *made = crypt_rn(password, hash, d, (int)sizeof(*d));

	*known = made != NULL;
	return made && strcmp(made, hash) == 0;
}

int hash_is_common(const char *name, const char *hash, bool *ret, bool *empty, bool *known,
		   struct error *err)
{
	auto_free struct crypt_data *d = calloc(1, sizeof(*d));
	bool found = false, repeated = false;

	if (!d)
		return error_oom(err);
	*empty = is_hash_of(d, "", hash, known);
	for (size_t i = 0; *known && !*empty && i < ARRAY_SIZE(common) && !found; i++) {
		found = is_hash_of(d, common[i], hash, known);
		repeated = repeated || strcmp(common[i], name) == 0;
	}
	*ret = found || (*known && !*empty && !repeated && is_hash_of(d, name, hash, known));
	mem_wipe(d, sizeof(*d));
	return 0;
}
