/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* /etc/passwd and /etc/shadow, line by line (passwd(5), shadow(5)). */
#include "probe/probe.h"

struct account {
	const char *name, *password, *shell; /* of the line, which is cut up */
	unsigned long uid;
};

struct secret {
	const char *name, *hash;
	long changed; /* days since 1970; -1: empty */
};

/* false: not a line of that file. */
bool account_parse(char *line, struct account *ret);
bool secret_parse(char *line, struct secret *ret);

/* The scheme of a hash that crypt(5) knows: "yescrypt", "des"; NULL: no password lets in ("!",
 * "*"), or nobody knows the scheme. */
const char *hash_scheme(const char *hash);
/* Whether the hash of one of the commonly shipped passwords, or of the account's own name, is this;
 * *empty: of no password at all. A scheme that this system cannot compute: *known is false. */
MUST_USE int hash_is_common(const char *name, const char *hash, bool *common, bool *empty,
			    bool *known, struct error *err);
