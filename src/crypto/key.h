/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A private key behind one interface: in memory, loaded from a file, or in another process that is
 * asked for each signature. Everything that signs (tls, csr, cms, issue) takes a struct key and
 * cannot tell the difference. FCS_CKM.1, FCS_STG_EXT.1.
 *
 * Files hold unencrypted PKCS#8 PEM, mode 0600. Key material is wiped when it is freed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct key;

/* What key_generate makes; RSA keys can be loaded, not made. */
#define KEY_TYPES(X) \
	X(KEY_P256, "p256", "end certificates and channel issuers of the default profile") \
	X(KEY_P384, "p384", "authority keys, and everything of the cnsa profile")

enum key_type {
#define X(id, name, text) id,
	KEY_TYPES(X)
#undef X
		KEY_TYPE_MAX_
};

/*
 * Signs a digest (32, 48 or 64 bytes: SHA-256, -384, -512) with the private half that lives
 * elsewhere, and appends the DER ECDSA-Sig-Value to *signature. May block; it is called from
 * within tls_handshake, csr_make, cms_sign …
 */
typedef int (*key_sign_fn)(void *userdata, const uint8_t *digest, size_t digest_len,
			   struct buf *signature, struct error *err);

/* Errors: UNAVAILABLE. */
MUST_USE int key_generate(enum key_type type, struct key **ret, struct error *err);
/*
 * Write the key to a new file: 0600, flushed, complete or absent after a crash.
 * Errors: CONFLICT (the file exists), UNSUPPORTED (the private half is not here), errno's.
 */
MUST_USE int key_save(const struct key *key, const char *path, struct error *err);
/* Errors: NOT_FOUND, DENIED, INVALID (no PEM key; another kind than EC P-256/384/521 or RSA). */
MUST_USE int key_load(const char *path, struct key **ret, struct error *err);
MUST_USE int key_parse_pem(const void *pem, size_t len, struct key **ret, struct error *err);
/* The DER SubjectPublicKeyInfo of an EC P-256 or P-384 key, and who signs. Errors: INVALID. */
MUST_USE int key_from_callback(const void *spki, size_t len, key_sign_fn sign, void *userdata,
			       struct key **ret, struct error *err);
/* The same with an owner: done(userdata), if not NULL, when nothing uses the key any more. */
struct key_signer {
	key_sign_fn sign;
	void (*done)(void *userdata);
	void *userdata;
};
MUST_USE int key_from_signer(const void *spki, size_t len, const struct key_signer *signer,
			     struct key **ret, struct error *err);
struct key *key_ref(struct key *key);
/* Drops one reference. */
void key_free(struct key *key);
DEFINE_CLEANUP(struct key *, key_free)
#define auto_key CLEANUP(key_freep)

/*
 * Append the signature over a digest of 32, 48 or 64 bytes: DER ECDSA, or RSASSA-PSS with the
 * digest's own length of salt. Errors: INVALID (length), or what the callback returned.
 */
MUST_USE int key_sign_digest(const struct key *key, const uint8_t *digest, size_t digest_len,
			     struct buf *signature, struct error *err);
/*
 * Check such a signature against a DER SubjectPublicKeyInfo.
 * Errors: INVALID (the key), REFUSED with REASON_SIGNATURE.
 */
MUST_USE int key_verify_digest(const void *spki, size_t spki_len, const uint8_t *digest,
			       size_t digest_len, const struct buf *signature, struct error *err);

/* The DER SubjectPublicKeyInfo, and the hex SHA-256 of it; both live as long as the key. */
const struct buf *key_spki(const struct key *key);
const char *key_sha256(const struct key *key);

/*
 * How well the private half is protected, by oneM2M TS-0003 table 6.3.1-1: 0 none, 1 low (software
 * alone, against passive observers), 2 medium (isolated; remote and software attacks countered), 3
 * high (physical attacks too). What cannot be shown is not claimed: a key that nobody has rated is
 * at 0.
 */
struct key_level {
	unsigned level;
	const char *reason; /* lives as long as the key */
};
struct key_level key_level(const struct key *key);
