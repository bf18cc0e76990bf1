/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An OCSP request (RFC 6960 4.1), made by who asks and parsed by who answers; unsigned. */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/cert.h"

struct ocsp_query;

/*
 * Append the DER of a question about one certificate of an issuer. The nonce (1 to
 * LIMIT_OCSP_NONCE octets, 32 by RFC 9654; NULL: none) is for ocsp_check_nonce.
 * Errors: INVALID (the nonce's length), UNAVAILABLE.
 */
MUST_USE int ocsp_query_make(const struct cert *cert, const struct cert *issuer, const void *nonce,
			     size_t nonce_len, struct buf *ret, struct error *err);
/*
 * One DER OCSPRequest, no trailing bytes, at most LIMIT_OCSP_QUERY, 1 to LIMIT_OCSP_SINGLES
 * questions. A signature on it is not looked at: the answer is public.
 * Errors: LIMIT, INVALID.
 */
MUST_USE int ocsp_query_parse(const void *der, size_t len, struct ocsp_query **ret,
			      struct error *err);
void ocsp_query_free(struct ocsp_query *q);
DEFINE_CLEANUP(struct ocsp_query *, ocsp_query_free)
#define auto_ocsp_query CLEANUP(ocsp_query_freep)

/* All live as long as the query. */
size_t ocsp_query_count(const struct ocsp_query *q);
/* Hex, as cert_serial gives it; NULL past the last. */
const char *ocsp_query_serial(const struct ocsp_query *q, size_t i);
/* Whether question i is about a certificate of that issuer. */
bool ocsp_query_is_for(const struct ocsp_query *q, size_t i, const struct cert *issuer);
/* Empty where there is none. */
const struct buf *ocsp_query_nonce(const struct ocsp_query *q);
