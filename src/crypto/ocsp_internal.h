/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside ocsp*.c and x509_status.c only. */
#include <openssl/ocsp.h>

#include "crypto/ocsp.h"
#include "crypto/ocsp_query.h"
#include "crypto/ossl.h"

DEFINE_CLEANUP(OCSP_BASICRESP *, OCSP_BASICRESP_free)
DEFINE_CLEANUP(OCSP_CERTID *, OCSP_CERTID_free)
DEFINE_CLEANUP(OCSP_REQUEST *, OCSP_REQUEST_free)
DEFINE_CLEANUP(OCSP_RESPONSE *, OCSP_RESPONSE_free)

struct ocsp {
	unsigned refs;
	OCSP_BASICRESP *basic; /* owned, and so are all below */
	struct buf der;
	struct certs *certs;
	int64_t produced_at;
	struct ocsp_single *singles; /* their serials too */
	size_t n;
	struct buf nonce; /* empty: none */
	/* The certificate (hex SHA-256) that the signature was last found good under. */
	char *signed_by;
};

/* As ocsp_status_of. */
MUST_USE int ocsp_judge(const struct ocsp *ocsp, X509 *x, const struct ocsp_context *ctx,
			enum ocsp_status *ret, struct error *err);
/* The digest of a CertID; NULL where it is none that we know. */
const EVP_MD *ocsp_id_digest(const OCSP_CERTID *id);
/* The serial number as cert_serial writes it; a copy. */
MUST_USE int ocsp_id_serial(const OCSP_CERTID *id, char **ret, struct error *err);
/* The octets of a nonce extension (RFC 6960 4.4.1). Errors: REFUSED (CERT_FORM). */
MUST_USE int ocsp_nonce_of(X509_EXTENSION *ext, struct buf *ret, struct error *err);
/* The CertID of question i; NULL past the last. */
const OCSP_CERTID *ocsp_query_id(const struct ocsp_query *q, size_t i);
