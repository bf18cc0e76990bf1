/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside token/ only: what each store does, and what both kinds of hardware have in common. */
#include <stddef.h>
#include <stdint.h>

#include "crypto/key_internal.h"
#include "crypto/key_uri.h"

MUST_USE int file_store_open(const struct key_uri *uri, struct key **ret, struct error *err);
MUST_USE int file_store_create(const struct key_uri *uri, enum key_type type, struct error *err);
/* Overwritten before it is removed, since removing alone leaves the blocks as they are. */
MUST_USE int file_store_destroy(const struct key_uri *uri, struct error *err);
MUST_USE int pkcs11_open(const struct key_uri *uri, struct key **ret, struct error *err);
MUST_USE int pkcs11_create(const struct key_uri *uri, enum key_type type, struct error *err);
MUST_USE int pkcs11_destroy(const struct key_uri *uri, struct error *err);
/* Loads and starts the module, for the life of the process. */
MUST_USE int pkcs11_prepare(const struct key_uri *uri, struct error *err);
MUST_USE int tpm2_open(const struct key_uri *uri, struct key **ret, struct error *err);
MUST_USE int tpm2_create(const struct key_uri *uri, enum key_type type, struct error *err);
/* Loads the driver that the tcti names, for the life of the process. */
MUST_USE int tpm2_prepare(const struct key_uri *uri, struct error *err);

/* Copies what a key needs to find its token again. */
MUST_USE int key_uri_copy(const struct key_uri *from, struct key_uri *ret, struct error *err);
/* Octets of a coordinate or of a number of a signature. */
size_t ec_size(enum key_type type);
/* Append the DER SubjectPublicKeyInfo of an uncompressed point, 04 and two coordinates. */
MUST_USE int ec_spki(enum key_type type, const void *point, size_t len, struct buf *ret,
		     struct error *err);
/* Append the DER ECDSA-Sig-Value of two numbers, big endian. */
MUST_USE int ec_signature(const uint8_t *r, size_t r_len, const uint8_t *s, size_t s_len,
			  struct buf *ret, struct error *err);
/* That the key signs what its public half verifies. Errors: INVALID, and those of signing. */
MUST_USE int key_prove(const struct key *key, struct error *err);
