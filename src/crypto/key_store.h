/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the keys of a process or of a tree are, as one line of configuration, and where in it each
 * key is: "file" (DIR/NAME.key), "tpm2:" or "tpm2:?tcti=CONF" (DIR/NAME.key, wrapped by the TPM),
 * or a pkcs11: URI that names a token and no object (the object muster-NAME). Pure: opens nothing.
 */
#include "crypto/key_uri.h"

/*
 * Append the URI of a key, for key_open and key_create. `store` NULL: "file". `dir`: absolute;
 * `name`: "channel", "issuers/device" (in a token "muster-issuers-device").
 * Errors: as key_uri_parse; INVALID (no such store, or one that names an object).
 */
MUST_USE int key_store_uri(const char *store, const char *dir, const char *name, struct buf *ret,
			   struct error *err);
/* Whether the keys are elsewhere than in files of ours; of a store that is well-formed or NULL. */
bool key_store_is_token(const char *store);
