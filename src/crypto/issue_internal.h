/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside issue*.c only. */
#include "crypto/issue.h"
#include "crypto/ossl.h"

/* As OpenSSL's configuration writes it; for fixed values, never for what a peer gave. */
MUST_USE int issue_extension(X509 *x, const X509 *issuer, int nid, const char *value,
			     struct error *err);
/* The digest that goes with a key. */
const EVP_MD *issue_digest(const struct key *key);
/* That the key is the issuer's, and the issuer may (KU_KEY_CERT_SIGN, KU_CRL_SIGN). */
MUST_USE int issue_check_issuer(const struct cert *issuer, const struct key *key, uint32_t usage,
				struct error *err);
