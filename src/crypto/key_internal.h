/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside key*.c only. */
#include "crypto/ossl.h"

struct key {
	unsigned refs;
	EVP_PKEY *pkey; /* owned */
	struct buf spki;
	char sha256[SHA256_HEX_SIZE];
	bool foreign; /* the private half is behind a callback */
};

/* Takes a reference of its own to the pkey. */
MUST_USE int key_wrap(EVP_PKEY *pkey, bool foreign, struct key **ret, struct error *err);
