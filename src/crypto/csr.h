/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Certification requests, PKCS#10 (RFC 2986): made by devices, parsed by the server. X509_EXT.3. */
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/key.h"

struct csr;

/* Append a DER request for the key, signed with it. common_name may be NULL (an empty subject). */
MUST_USE int csr_make(const struct key *key, const char *common_name, struct buf *ret,
		      struct error *err);

/*
 * One DER request, no trailing bytes, at most LIMIT_CSR; the key and the algorithms are
 * allowed ones, and its own signature verifies (proof of possession).
 * Errors: LIMIT, INVALID (form, or an algorithm that is not allowed), REFUSED with
 * REASON_SIGNATURE.
 */
MUST_USE int csr_parse(const void *der, size_t len, struct csr **ret, struct error *err);
/* The same from a PEM text. */
MUST_USE int csr_parse_pem(const void *pem, size_t len, struct csr **ret, struct error *err);
void csr_free(struct csr *csr);
DEFINE_CLEANUP(struct csr *, csr_free)
#define auto_csr CLEANUP(csr_freep)

/* All live as long as the request. */
const struct buf *csr_spki(const struct csr *csr);
const char *csr_key_sha256(const struct csr *csr);
/* As asked for; an issuer decides itself. "" where there is none. */
const char *csr_common_name(const struct csr *csr);
