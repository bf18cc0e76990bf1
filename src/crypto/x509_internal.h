/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside x509*.c only: the parts of one judgement. */
#include "crypto/ossl.h"
#include "crypto/x509.h"

static inline bool x509_self_issued(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_SI) != 0;
}

/* The reason for an X509_V_ERR_* at a certificate (NULL: unknown which). */
enum reason x509_reason(int verify_error, X509 *at);
/* What a certificate of a chain must be, whatever the use: keys, algorithms, extensions. */
MUST_USE int x509_check_form(X509 *x, bool anchor, unsigned flags, struct error *err);
/* An issuer: CA=TRUE, keyCertSign, and a usage, where it has one, that covers the purpose. */
MUST_USE int x509_check_ca_cert(X509 *x, enum x509_purpose purpose, bool anchor, unsigned flags,
				struct error *err);
/* The end certificate's usages and key usage. */
MUST_USE int x509_check_purpose_of(X509 *x, enum x509_purpose purpose, unsigned flags,
				   struct error *err);
/* The names that the request asks for, against the subjectAltName. */
MUST_USE int x509_check_names(const struct cert *leaf, const struct x509_request *rq,
			      struct error *err);
enum x509_status { X509_IS_UNKNOWN, X509_IS_GOOD, X509_IS_REVOKED };

/* What the issuer's genuine CRLs say. */
enum x509_status x509_status_by_crl(X509 *x, const struct cert *issuer, const struct crls *crls,
				    int64_t time);
/* Revocation of every certificate of the chain (end certificate first) but the last. */
MUST_USE int x509_check_status(const struct cert *const *chain, size_t n,
			       const struct x509_request *rq, struct error *err);
/* From notBefore to notAfter, both seconds included (RFC 5280 4.1.2.5). */
MUST_USE int x509_check_time(const struct cert *cert, int64_t time, struct error *err);
/* What RFC 5280 and the public web's rules forbid and OpenSSL lets pass, over a whole chain. */
MUST_USE int x509_check_strict(const struct cert *const *chain, size_t n,
			       const struct x509_request *rq, struct error *err);
