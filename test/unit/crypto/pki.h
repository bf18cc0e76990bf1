/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Keys, certificates and CRLs for tests, good and bad, made at run time by OpenSSL directly, so
 * that what is judged was not made by the code that judges. Everything aborts on failure: a test
 * without its fixtures means nothing.
 *
 * Link test_pki_dep. All is valid at PKI_NOW unless asked otherwise; judge at that time.
 */
#include <stdint.h>

#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/key.h"
#include "crypto/ocsp.h"
#include "crypto/purpose.h"

#define PKI_NOW INT64_C(1795000000) /* 2026-11-18 */
#define PKI_DAY INT64_C(86400)

enum pki_key {
	PKI_P256,
	PKI_P384,
	PKI_P256_EXPLICIT, /* parameters spelled out instead of named: X-9 */
	PKI_SECP256K1,
	PKI_RSA3072,
	PKI_RSA2048,
	PKI_RSA3076, /* no whole number of octets */
	PKI_ED25519,
};

enum pki_flags {
	PKI_UNIQUE_ID = 1u << 0, /* a subjectUniqueID */
	PKI_VERSION_1 = 1u << 1,
	PKI_NO_KEY_IDS = 1u << 2, /* neither subject nor authority key identifier */
};

/* A certificate and its key; pki_node_done frees both. */
struct pki_node {
	struct cert *cert;
	struct key *key;
};

/* What to make. Texts of extensions are OpenSSL's ("critical,CA:TRUE"); NULL leaves one out. */
struct pki_spec {
	const char *name;		 /* commonName; NULL: an empty subject */
	const struct pki_node *issuer;	 /* NULL: self-signed */
	const struct pki_node *same_key; /* use this one's key instead of a new one */
	enum pki_key key;
	const char *constraints, *key_usage, *eku, *san, *name_constraints;
	const char *extra;	       /* value of an extension 2.25.1 of unknown meaning */
	const char *more[2][2];	       /* further extensions: name, value */
	const char *serial;	       /* hex, "-" in front: negative; NULL: one of its own */
	const char *no_check;	       /* id-pkix-ocsp-nocheck: "" */
	const char *tls_feature;       /* RFC 7633: "status_request" */
	const char *digest;	       /* NULL: SHA256 */
	int64_t not_before, not_after; /* 0: PKI_NOW - 1 day, PKI_NOW + 30 days */
	unsigned flags;		       /* enum pki_flags */
};

/* A later designator overrides an earlier one: that is how a test says what differs. */
#pragma GCC diagnostic ignored "-Woverride-init"
/* What an authority's certificate has. */
#define PKI_CA .constraints = "critical,CA:TRUE", .key_usage = "critical,keyCertSign,cRLSign"
/* What an end certificate has. */
#define PKI_END .constraints = "critical,CA:FALSE", .key_usage = "critical,digitalSignature"

void pki_make(const struct pki_spec *spec, struct pki_node *ret);
void pki_node_done(struct pki_node *node);

/* A current CRL of the issuer (PKI_NOW - 1 h to + 1 day) with at most one entry (NULL: none). */
struct crl *pki_crl(const struct pki_node *issuer, uint64_t number, const struct cert *revoked);
struct crl *pki_crl_at(const struct pki_node *issuer, uint64_t number, const struct cert *revoked,
		       int64_t this_update, int64_t next_update);

/* An OCSP response with one answer. */
struct pki_ocsp {
	const struct pki_node *issuer, *signer; /* signer NULL: the issuer itself */
	const struct cert *about;
	enum ocsp_status status;
	int64_t produced_at, this_update, next_update; /* 0: an hour ago, then, + 1 day */
	bool no_next_update, no_certs;
	const char *id_digest; /* of the CertID; NULL: SHA1 */
	const char *nonce;
	bool unknown_critical; /* an extension */
};
struct ocsp *pki_ocsp(const struct pki_ocsp *spec);
/* The same without parsing it: for what must not parse. */
void pki_ocsp_der(const struct pki_ocsp *spec, struct buf *ret);

/* root → issuer → leaf, with current CRLs: everything that a good judgement needs. */
struct pki {
	struct pki_node root, issuer, leaf;
	struct certs *anchors;	 /* root */
	struct certs *untrusted; /* issuer */
	struct crls *crls;	 /* of root and issuer */
};

/* The leaf for a purpose, with its usages; san: "DNS:server.example", or NULL. */
void pki_init(struct pki *p, enum x509_purpose purpose, const char *san);
/* As pki_init, but the caller says what the issuer and the leaf are (their issuer is filled in). */
void pki_init_with(struct pki *p, const struct pki_spec *issuer, const struct pki_spec *leaf);
void pki_done(struct pki *p);
#define auto_pki CLEANUP(pki_done)

/* The usages of a purpose as OpenSSL's text; static storage, good until the next call. */
const char *pki_eku(enum x509_purpose purpose);
/* A list of the certificates given, NULL at the end. */
struct certs *pki_certs(const struct cert *first, ...) __attribute__((sentinel));
struct crls *pki_crls(const struct crl *first, ...) __attribute__((sentinel));
struct ocsps *pki_ocsps(const struct ocsp *first, ...) __attribute__((sentinel));
