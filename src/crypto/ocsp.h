/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An OCSP response (RFC 6960) and a list of them. Parsing judges form; a response counts only when
 * ocsp_status_of finds it signed by, or for, the issuer of the certificate in question, and
 * current. x509_judge asks for itself: whatever does not verify is as if it were not there.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"

struct ocsp;
struct ocsps;

/* id, wire name */
#define OCSP_STATUSES(X) \
	X(OCSP_STATUS_GOOD, "good") \
	X(OCSP_STATUS_REVOKED, "revoked") \
	X(OCSP_STATUS_UNKNOWN, "unknown")

enum ocsp_status {
#define X(id, name) id,
	OCSP_STATUSES(X)
#undef X
		OCSP_STATUS_MAX_
};

const char *ocsp_status_name(enum ocsp_status status);

/* One answer of a response; texts live as long as the response. */
struct ocsp_single {
	const char *serial; /* hex, as cert_serial gives it */
	enum ocsp_status status;
	int64_t revoked_at; /* of a revoked one, else 0 */
	int64_t this_update, next_update;
};

/*
 * One DER OCSPResponse with the status successful and a basic response in it; 1 to
 * LIMIT_OCSP_SINGLES answers, each with a nextUpdate not before its thisUpdate; at most
 * LIMIT_OCSP_CERTS certificates of the form that cert_parse_der wants; no unknown critical
 * extension; no trailing bytes; at most LIMIT_OCSP.
 * Errors: LIMIT, REFUSED with REASON_CERT_FORM, _STATUS_KIND (no nextUpdate).
 */
MUST_USE int ocsp_parse(const void *der, size_t len, struct ocsp **ret, struct error *err);
/* Errors: as above, and those of reading. */
MUST_USE int ocsp_load(const char *path, struct ocsp **ret, struct error *err);
struct ocsp *ocsp_ref(const struct ocsp *ocsp);
/* Drops one reference. */
void ocsp_free(struct ocsp *ocsp);
DEFINE_CLEANUP(struct ocsp *, ocsp_free)
#define auto_ocsp CLEANUP(ocsp_freep)

/* All live as long as the response. */
const struct buf *ocsp_der(const struct ocsp *ocsp);
int64_t ocsp_produced_at(const struct ocsp *ocsp);
size_t ocsp_count(const struct ocsp *ocsp);
/* NULL past the last. */
const struct ocsp_single *ocsp_single(const struct ocsp *ocsp, size_t i);
/*
 * That the response answers the question that carried this nonce, and is no replay.
 * Errors: REFUSED with REASON_NONCE (another one, or none).
 */
MUST_USE int ocsp_check_nonce(const struct ocsp *ocsp, const void *nonce, size_t len,
			      struct error *err);

/* Under which circumstances a response is judged. */
struct ocsp_context {
	const struct cert *issuer; /* of the certificate in question, judged already */
	int64_t time;		   /* seconds since 1970, UTC */
	const struct crls *crls;   /* for the status of a delegated signer; or NULL */
	unsigned flags;		   /* enum x509_flags */
};

/*
 * What a response says about a certificate. Its signer is the issuer itself, or a delegate that
 * the same issuer certified for OCSPSigning alone and that is valid; the delegate carries
 * id-pkix-ocsp-nocheck, or a current CRL of the issuer's does not list it.
 *
 * Good and unknown count from thisUpdate to nextUpdate and at most LIMIT_OCSP_AGE_S; a revocation
 * never ends, so it counts from a response of any time.
 * Errors: REFUSED with REASON_CERT_STATUS_UNKNOWN (nothing is said about that certificate; or
 * nothing is known about the delegate), _EXPIRED or _NOT_YET (the answer, or the delegate),
 * _SIGNATURE, _PURPOSE, _KEY_USAGE, _ALGORITHM, _REVOKED (the delegate); UNAVAILABLE.
 */
MUST_USE int ocsp_status_of(const struct ocsp *ocsp, const struct cert *cert,
			    const struct ocsp_context *ctx, enum ocsp_status *ret,
			    struct error *err);

MUST_USE int ocsps_new(struct ocsps **ret, struct error *err);
void ocsps_free(struct ocsps *ocsps);
DEFINE_CLEANUP(struct ocsps *, ocsps_free)
#define auto_ocsps CLEANUP(ocsps_freep)
/* Takes a reference of its own. Errors: LIMIT (LIMIT_OCSPS), UNAVAILABLE. */
MUST_USE int ocsps_add(struct ocsps *ocsps, const struct ocsp *ocsp, struct error *err);
MUST_USE int ocsps_add_all(struct ocsps *ocsps, const struct ocsps *from, struct error *err);
/* 0 for NULL. */
size_t ocsps_count(const struct ocsps *ocsps);
const struct ocsp *ocsps_get(const struct ocsps *ocsps, size_t i);
