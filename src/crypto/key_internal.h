/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside key*.c and token/ only. */
#include "crypto/ossl.h"

struct key {
	unsigned refs;
	EVP_PKEY *pkey; /* owned */
	struct buf spki;
	char sha256[SHA256_HEX_SIZE];
	bool foreign; /* the private half is behind a callback */
	unsigned level;
	char level_reason[120]; /* empty: nobody has rated it */
};

/* Takes a reference of its own to the pkey. */
MUST_USE int key_wrap(EVP_PKEY *pkey, bool foreign, struct key **ret, struct error *err);
/* Say how well the key's store protects it. */
PRINTF(3, 4) void key_rate(struct key *key, unsigned level, const char *fmt, ...);
