/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where a private key is, as text: a path, file:/PATH, tpm2:/PATH?tcti=CONF or a pkcs11: URI (RFC
 * 7512). A text names a key and never holds a secret: pin-value is refused, a PIN comes from the
 * file that pin-source names. Parsing opens nothing; crypto/token/key_open.h does.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* id, scheme */
#define KEY_STORES(X) \
	X(KEY_STORE_FILE, "file") \
	X(KEY_STORE_PKCS11, "pkcs11") \
	X(KEY_STORE_TPM2, "tpm2")

enum key_store {
#define X(id, scheme) id,
	KEY_STORES(X)
#undef X
		KEY_STORE_MAX_
};

struct key_uri {
	enum key_store store;
	struct buf path; /* file: the PEM file; tpm2: the file of the wrapped key */
	struct buf tcti; /* tpm2: how to reach the TPM; empty: the kernel's resource manager */
	/* pkcs11, each empty where it was not given: */
	struct buf token, manufacturer, serial, model; /* of the token */
	struct buf object, id;			       /* CKA_LABEL and CKA_ID */
	struct buf module_path;			       /* empty: p11-kit's proxy */
	struct buf pin_source;			       /* the path of a file */
};

/*
 * Strict: at most LIMIT_KEY_URI bytes; only attributes of the above names (and type=private), once
 * each, percent-encoded where RFC 7512 says so; no control characters outside of id; paths are
 * absolute where there is a scheme; a pkcs11: URI names a token (token or serial) and an object
 * (object or id).
 * Errors: LIMIT, INVALID.
 */
MUST_USE int key_uri_parse(const char *text, struct key_uri *ret, struct error *err);
/* Append the URI, so that parsing it gives the same. A plain path becomes file: if it is absolute.
 */
MUST_USE int key_uri_format(const struct key_uri *uri, struct buf *ret, struct error *err);
void key_uri_done(struct key_uri *uri);
#define auto_key_uri CLEANUP(key_uri_done)
