/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A certificate (RFC 5280) and a list of certificates. Parsing judges form only; whether a
 * certificate may be used is x509_judge's word. Both are parsed once and shared by reference.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct cert;
struct certs;

/*
 * Exactly one DER certificate, no trailing bytes, at most LIMIT_CERT.
 * Errors: LIMIT, REFUSED with REASON_CERT_FORM.
 */
MUST_USE int cert_parse_der(const void *der, size_t len, struct cert **ret, struct error *err);
/* The first certificate of a PEM text. Errors: as above; INVALID (no PEM certificate). */
MUST_USE int cert_parse_pem(const void *pem, size_t len, struct cert **ret, struct error *err);
/* Errors: as cert_parse_pem, and the errno's of reading. */
MUST_USE int cert_load(const char *path, struct cert **ret, struct error *err);
struct cert *cert_ref(const struct cert *cert);
/* Drops one reference. */
void cert_free(struct cert *cert);
DEFINE_CLEANUP(struct cert *, cert_free)
#define auto_cert CLEANUP(cert_freep)

/* All of these live as long as the certificate. */
const struct buf *cert_der(const struct cert *cert);
/* Hex SHA-256 of the DER certificate, and of its DER SubjectPublicKeyInfo. */
const char *cert_sha256(const struct cert *cert);
const char *cert_key_sha256(const struct cert *cert);
/* The DER SubjectPublicKeyInfo. */
const struct buf *cert_spki(const struct cert *cert);
/* The subject's first commonName in UTF-8, "" where there is none. For display, never for trust. */
const char *cert_common_name(const struct cert *cert);
/* RFC 2253 form, for display; cut at LIMIT_NAME_TEXT bytes. */
const char *cert_subject(const struct cert *cert);
const char *cert_issuer(const struct cert *cert);
/* Lower-case hex without leading zero octets, "00" for zero. */
const char *cert_serial(const struct cert *cert);
int64_t cert_not_before(const struct cert *cert);
int64_t cert_not_after(const struct cert *cert);
/* The n-th subjectAltName of a kind; NULL past the last. A name with a NUL inside is left out. */
const char *cert_san_dns(const struct cert *cert, size_t n);
const char *cert_san_uri(const struct cert *cert, size_t n);
/* Lower-case hex of the key identifiers; "" where the certificate has none. */
const char *cert_subject_key_id(const struct cert *cert);
const char *cert_issuer_key_id(const struct cert *cert);
bool cert_is_self_signed(const struct cert *cert); /* by name and signature */
/* Append the PEM text. */
MUST_USE int cert_pem(const struct cert *cert, struct buf *ret, struct error *err);

/* An empty list. Errors: UNAVAILABLE. */
MUST_USE int certs_new(struct certs **ret, struct error *err);
void certs_free(struct certs *certs);
DEFINE_CLEANUP(struct certs *, certs_free)
#define auto_certs CLEANUP(certs_freep)
/* Takes a reference of its own. Errors: LIMIT (LIMIT_CERTS), UNAVAILABLE. */
MUST_USE int certs_add(struct certs *certs, const struct cert *cert, struct error *err);
MUST_USE int certs_add_all(struct certs *certs, const struct certs *from, struct error *err);
/* Every certificate of a PEM text, in order. Errors: as cert_parse_pem; LIMIT (LIMIT_CERTS). */
MUST_USE int certs_parse_pem(const void *pem, size_t len, struct certs **ret, struct error *err);
MUST_USE int certs_load(const char *path, struct certs **ret, struct error *err);
/* 0 for NULL. */
size_t certs_count(const struct certs *certs);
const struct cert *certs_get(const struct certs *certs, size_t i);
/* The certificate with that hex SHA-256 of its DER; NULL where there is none. */
const struct cert *certs_find(const struct certs *certs, const char *sha256);
MUST_USE int certs_pem(const struct certs *certs, struct buf *ret, struct error *err);
