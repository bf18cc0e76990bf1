/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Making certificates and CRLs from a fixed template: what a template cannot say cannot be issued.
 * Every certificate gets a random 128-bit serial, key identifiers and critical basicConstraints
 * and keyUsage.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/key.h"
#include "crypto/ocsp.h"
#include "crypto/ocsp_query.h"
#include "crypto/purpose.h"

/* A bit of issue_template.purposes. */
#define ISSUE_PURPOSE(p) (1u << (p))

struct issue_template {
	const char *common_name;  /* UTF-8, at most 64 characters; may be NULL if there is a SAN */
	const char *organization; /* or NULL */
	/* subjectAltName: NULL-terminated lists, or NULL */
	const char *const *dns;
	const char *const *ip; /* literals */
	const char *const *uri;
	/*
	 * ISSUE_PURPOSE bits, at least one. ISSUE_PURPOSE(X509_CA) alone makes an authority:
	 * keyCertSign and cRLSign, no usage; all others make an end certificate: digitalSignature
	 * and the usages. X509_OCSP_SIGNER gets id-pkix-ocsp-nocheck too, and lives at most
	 * LIMIT_OCSP_SIGNER_S.
	 */
	unsigned purposes;
	int path_length;  /* of an authority: how many authorities may follow */
	bool must_staple; /* RFC 7633: a TLS server shows an OCSP response or is refused */
	int64_t not_before, not_after;
};

/*
 * A self-signed authority (purposes: X509_CA alone).
 * Errors: INVALID (the template), UNAVAILABLE, or what the key's callback returned.
 */
MUST_USE int issue_root(const struct issue_template *t, const struct key *key, struct cert **ret,
			struct error *err);
/*
 * A certificate for a DER SubjectPublicKeyInfo, by an issuer and its key. Outlives its issuer
 * never: not_after is cut to the issuer's.
 * Errors: as above; INVALID too where the issuer is no authority or the key is not its.
 */
MUST_USE int issue_cert(const struct issue_template *t, const struct buf *spki,
			const struct cert *issuer, const struct key *issuer_key, struct cert **ret,
			struct error *err);

struct issue_revoked {
	const char *serial; /* hex, as cert_serial gives it */
	int64_t time;
};

struct issue_crl {
	uint64_t number; /* higher than that of any CRL before */
	int64_t this_update, next_update;
	const struct issue_revoked *revoked;
	size_t n_revoked;
};

/* Errors: INVALID (template, serial, key is not the issuer's), UNAVAILABLE, the callback's. */
MUST_USE int issue_crl(const struct issue_crl *t, const struct cert *issuer,
		       const struct key *issuer_key, struct crl **ret, struct error *err);

struct issue_ocsp_answer {
	const char *serial; /* hex, as cert_serial gives it */
	enum ocsp_status status;
	int64_t revoked_at; /* of a revoked one */
};

struct issue_ocsp {
	int64_t produced_at, this_update, next_update;
	const struct issue_ocsp_answer *answers; /* 1 to LIMIT_OCSP_SINGLES */
	size_t n_answers;
	/* What is answered: its nonce is echoed. NULL: nobody asked, the response is to staple. */
	const struct ocsp_query *query;
};

/*
 * An OCSP response about certificates of an issuer, signed by the issuer itself or by a delegate
 * that it certified (X509_OCSP_SIGNER).
 * Errors: INVALID (template, serial, key is not the responder's), UNAVAILABLE, the callback's.
 */
MUST_USE int issue_ocsp(const struct issue_ocsp *t, const struct cert *issuer,
			const struct cert *responder, const struct key *responder_key,
			struct ocsp **ret, struct error *err);
