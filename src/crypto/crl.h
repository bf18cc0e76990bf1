/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A certificate revocation list (RFC 5280 5) and a list of them. Parsing judges form; a CRL counts
 * only when x509_judge finds it signed by the issuer of what it judges, and current.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/cert.h"

struct crl;
struct crls;

/*
 * One DER CRL: version 2, complete (no delta, no distribution point), with a CRL number and a
 * nextUpdate, no trailing bytes, at most LIMIT_CRL.
 * Errors: LIMIT, REFUSED with REASON_CERT_FORM, _STATUS_KIND (another kind of list).
 */
MUST_USE int crl_parse_der(const void *der, size_t len, struct crl **ret, struct error *err);
/* DER or PEM, by its first bytes. Errors: as above, INVALID (no PEM CRL). */
MUST_USE int crl_parse(const void *data, size_t len, struct crl **ret, struct error *err);
MUST_USE int crl_load(const char *path, struct crl **ret, struct error *err);
struct crl *crl_ref(const struct crl *crl);
void crl_free(struct crl *crl);
DEFINE_CLEANUP(struct crl *, crl_free)
#define auto_crl CLEANUP(crl_freep)

const struct buf *crl_der(const struct crl *crl);
uint64_t crl_number(const struct crl *crl);
/* The issuer: its authority key identifier in hex ("" where absent), and its name for display. */
const char *crl_issuer_key_id(const struct crl *crl);
const char *crl_issuer(const struct crl *crl);
int64_t crl_this_update(const struct crl *crl);
int64_t crl_next_update(const struct crl *crl);
size_t crl_count(const struct crl *crl); /* of revoked certificates */
MUST_USE int crl_pem(const struct crl *crl, struct buf *ret, struct error *err);
/*
 * That the CRL is signed by this certificate, which may sign CRLs (cRLSign), with an allowed
 * algorithm; time is not looked at.
 * Errors: REFUSED with REASON_CERT_SIGNATURE, REASON_CERT_KEY_USAGE or REASON_CERT_ALGORITHM.
 */
MUST_USE int crl_check_issuer(const struct crl *crl, const struct cert *issuer, struct error *err);

MUST_USE int crls_new(struct crls **ret, struct error *err);
void crls_free(struct crls *crls);
DEFINE_CLEANUP(struct crls *, crls_free)
#define auto_crls CLEANUP(crls_freep)
/* Takes a reference of its own. Errors: LIMIT (LIMIT_CRLS), UNAVAILABLE. */
MUST_USE int crls_add(struct crls *crls, const struct crl *crl, struct error *err);
MUST_USE int crls_add_all(struct crls *crls, const struct crls *from, struct error *err);
/* 0 for NULL. */
size_t crls_count(const struct crls *crls);
const struct crl *crls_get(const struct crls *crls, size_t i);
