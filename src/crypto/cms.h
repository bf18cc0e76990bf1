/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * CMS SignedData (RFC 5652) as Muster uses it: DER, attached content, signed attributes, strong
 * digests. Parsing judges structure and algorithms; the caller then judges each signer's
 * certificate (x509_judge) and listing, then the signatures (cms_check_signature), and looks at
 * the content only then. FMT_POL_EXT.2, FCS_COP.1(3).
 *
 * What `openssl cms -sign -binary -nodetach -outform DER -md sha384 -signer … -certfile …` writes
 * is accepted.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/key.h"

struct cms;

/*
 * Required: at most max bytes (looked at before anything else); one DER ContentInfo with nothing
 * behind it; content type data, attached; 1 to LIMIT_SIGNERS signers, each with its
 * certificate embedded, SHA-256, -384 or -512, ECDSA, RSASSA-PSS or RSA PKCS#1 v1.5 (keys as
 * x509_judge wants them), and the signed attributes contentType and messageDigest, once each;
 * at most LIMIT_DOCUMENT_CERTS certificates and LIMIT_DOCUMENT_CRLS CRLs, each of the form that
 * cert_parse_der and crl_parse_der want.
 * Errors: REFUSED with REASON_SIZE, REASON_CMS_FORM, REASON_CMS_ALGORITHM, REASON_UNSIGNED.
 */
MUST_USE int cms_parse(const void *der, size_t len, size_t max, struct cms **ret,
		       struct error *err);
void cms_free(struct cms *cms);
DEFINE_CLEANUP(struct cms *, cms_free)
#define auto_cms CLEANUP(cms_freep)

/* All live as long as the cms. The content is unverified until every signature was checked. */
struct buf cms_content(const struct cms *cms); /* a view */
size_t cms_n_signers(const struct cms *cms);
const struct cert *cms_signer(const struct cms *cms, size_t i);
const struct certs *cms_certs(const struct cms *cms);
const struct crls *cms_crls(const struct cms *cms);
/* Signer i's signature over the content. Errors: REFUSED with REASON_SIGNATURE. */
MUST_USE int cms_check_signature(const struct cms *cms, size_t i, struct error *err);

struct cms_signer {
	const struct cert *cert;
	const struct key *key; /* of cert */
};

/* What travels with a document besides its signers' certificates; both may be NULL. */
struct cms_extra {
	const struct certs *certs;
	const struct crls *crls;
};

/*
 * Append the DER of a document, signed with SHA-384 by each signer.
 * Errors: INVALID (a key that is not the certificate's, no signer, too many), UNAVAILABLE, or what
 * a key's callback returned.
 */
MUST_USE int cms_sign(const struct buf *content, const struct cms_signer *signers, size_t n,
		      const struct cms_extra *extra, struct buf *ret, struct error *err);
/*
 * Append the DER of a document (at most LIMIT_DOCUMENT) with one more signature beside those that
 * it has, which must verify; by the digest of the first.
 * Errors: as cms_sign, cms_parse and cms_check_signature; CONFLICT (that certificate signed it).
 */
MUST_USE int cms_add_signer(const struct buf *der, const struct cms_signer *signer,
			    const struct cms_extra *extra, struct buf *ret, struct error *err);

/* A certs-only SignedData (RFC 5652 5, RFC 7030 4.1.3), as EST answers it. */
MUST_USE int cms_certs_make(const struct certs *certs, struct buf *ret, struct error *err);
/* Errors: LIMIT (LIMIT_CERT_FILE), INVALID (form), REFUSED (a certificate of it). */
MUST_USE int cms_certs_parse(const void *der, size_t len, struct certs **ret, struct error *err);
