/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one X.509 policy: whether a certificate may be used for a purpose, at a time, under the given
 * anchors. RFC 5280 6, RFC 6125, FIA_X509_EXT.1 and .2, and stricter where OpenSSL's defaults are
 * lenient:
 *  - the purpose is an explicit extended key usage; none, or anyExtendedKeyUsage, is refused; a
 *    certificate for signing documents has no other usage beside;
 *  - the subject's commonName is never a name: subjectAltName alone is compared, without wildcards;
 *  - every issuer has basicConstraints CA=TRUE and keyCertSign; path lengths hold; the chain ends
 *    in a self-signed anchor and is at most LIMIT_CHAIN_DEPTH long;
 *  - ECDSA on named P-256, P-384, P-521 or RSA of 3072 bits and more, SHA-2 of 256 bits and more;
 *  - no unique identifiers, no unknown critical extension, no empty subject without a name;
 *  - names, name constraints, serial numbers and extensions are of the form and criticality that
 *    RFC 5280 asks of their issuer; policies are processed (6.1), an anchor's own are refused;
 *  - every certificate but the anchor needs a current CRL signed by its issuer, or a current OCSP
 *    response by it or its delegate; one genuine revocation, of any age, wins over all else.
 * Everything is judged at the given time; the local clock is not read. Every chain that the
 * certificates can form is tried, within LIMIT_CHAIN_SIGNATURES, _STEPS and _TRIES.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/ocsp.h"
#include "crypto/purpose.h"

enum x509_flags {
	/*
	 * A certificate without usable revocation status passes; a revoked one does not. For the
	 * one connection that fetches the CRLs: who sets it judges again, without it, before it
	 * trusts.
	 */
	X509_STATUS_PENDING = 1u << 0,
	/* P-384 or better, SHA-384 or better, RSA of 3072 bits and more (CNSA). */
	X509_CNSA = 1u << 1,
	/*
	 * The rules of the public web instead of ours: RSA of 2048 bits, a wildcard as the whole
	 * left-most label (not next to a public suffix), anchors that others signed, status only
	 * where CRLs or responses are given; and what its rules forbid: docs/x509.md. For `muster
	 * cert verify --profile web`.
	 */
	X509_WEB = 1u << 2,
	/*
	 * The certificate comes in a TLS handshake: one that must staple (RFC 7633) is refused
	 * where `stapled` says nothing genuine and current about it.
	 */
	X509_HANDSHAKE = 1u << 3,
	/* initial-explicit-policy, -policy-mapping-inhibit, -any-policy-inhibit: RFC 5280 6.1.1 */
	X509_EXPLICIT_POLICY = 1u << 4,
	X509_INHIBIT_MAPPING = 1u << 5,
	X509_INHIBIT_ANY_POLICY = 1u << 6,
};

struct x509_request {
	enum x509_purpose purpose;
	const char *host;	       /* DNS name or IP literal that the SAN must carry, or NULL */
	const char *uri;	       /* URI that the SAN must carry, byte for byte, or NULL */
	int64_t time;		       /* seconds since 1970, UTC */
	const struct certs *anchors;   /* self-signed roots; with X509_WEB, any authority */
	const struct certs *untrusted; /* what may lie between, in any order; NULL: nothing */
	const struct crls *crls;       /* of any issuer; those that do not fit are ignored */
	const struct ocsps *ocsps;     /* likewise */
	const struct ocsp *stapled;    /* what came in the handshake; NULL: nothing */
	unsigned flags;		       /* enum x509_flags */
	unsigned length; /* certificates at most; self-issued ones between not counted; 0: any */
	char *const *policies; /* user-initial-policy-set, dotted; none: any policy */
	size_t n_policies;
	const char *suffixes; /* the text of the public suffix list, for X509_WEB; NULL: guess */
};

/*
 * Errors: REFUSED with a REASON_CERT_*, of the chain that came furthest; UNAVAILABLE; INVALID (a
 * policy that is no object identifier, no purpose). Revocation status is looked at last, so that
 * REASON_CERT_STATUS_UNKNOWN says that all the rest is good.
 */
MUST_USE int x509_judge(const struct cert *leaf, const struct x509_request *rq, struct error *err);

/*
 * Whether a genuine CRL lists one of a chain, whose issuers are in it or among the anchors. No
 * judgement: it is for asking often, about chains that were judged good, and costs nearly nothing
 * where none is listed.
 */
bool x509_revoked(const struct certs *chain, const struct certs *anchors, const struct crls *crls);

/*
 * Whether a certificate may become an anchor: self-signed, CA=TRUE, keyCertSign, allowed
 * key and algorithm, valid at the time. Errors: REFUSED with a REASON_CERT_*.
 */
MUST_USE int x509_check_anchor(const struct cert *cert, int64_t time, unsigned flags,
			       struct error *err);
