/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside src/crypto only: which keys and signature algorithms are allowed, by table. FCS_COP.1. */
#include "crypto/ossl.h"

/*
 * EC on a named curve, or RSA, of sufficient strength; flags: enum x509_flags.
 * Errors: REFUSED with REASON_CERT_ALGORITHM.
 */
MUST_USE int algorithm_check_key(const X509_PUBKEY *key, unsigned flags, struct error *err);
/*
 * ECDSA, RSASSA-PSS or RSA PKCS#1 v1.5 with SHA-256, -384 or -512.
 * Errors: REFUSED with REASON_CERT_ALGORITHM.
 */
MUST_USE int algorithm_check_signature(const X509_ALGOR *alg, unsigned flags, struct error *err);
/* The digest of a signature algorithm; NID_undef where it names none (rsaEncryption) or is bad. */
int algorithm_digest(const X509_ALGOR *alg);
/* Whether a digest is strong enough. */
bool algorithm_digest_allowed(int md, unsigned flags);
