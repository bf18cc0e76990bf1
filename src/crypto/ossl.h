/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside src/crypto only: owners for OpenSSL's objects, its error queue, and our opaque structs. */
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/digest.h"
#include "crypto/key.h"

DEFINE_CLEANUP(ASN1_INTEGER *, ASN1_INTEGER_free)
DEFINE_CLEANUP(ASN1_TIME *, ASN1_TIME_free)
DEFINE_CLEANUP(BIGNUM *, BN_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(CMS_ContentInfo *, CMS_ContentInfo_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX *, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(GENERAL_NAMES *, GENERAL_NAMES_free)
DEFINE_CLEANUP(PKCS7 *, PKCS7_free)
DEFINE_CLEANUP(X509 *, X509_free)
DEFINE_CLEANUP(X509_CRL *, X509_CRL_free)
DEFINE_CLEANUP(X509_EXTENSION *, X509_EXTENSION_free)
DEFINE_CLEANUP(X509_REQ *, X509_REQ_free)
DEFINE_CLEANUP(X509_REVOKED *, X509_REVOKED_free)

/* Owns the list, not its certificates. */
static inline void sk_X509_viewp(STACK_OF(X509) * *sk)
{
	sk_X509_free(*sk);
}

struct cert {
	unsigned refs;
	X509 *x509; /* owned */
	struct buf der, spki;
	char sha256[SHA256_HEX_SIZE], key_sha256[SHA256_HEX_SIZE];
	char *common_name, *subject, *issuer, *serial, *ski, *aki; /* owned, never NULL */
	char **dns, **uri;					   /* owned, NULL-terminated */
	int64_t not_before, not_after;
};

struct certs {
	struct cert **list; /* owned references */
	size_t n, cap;
};

struct crl {
	unsigned refs;
	X509_CRL *crl; /* owned */
	struct buf der;
	uint64_t number;
	char *aki, *issuer;
	int64_t this_update, next_update;
	/* The certificate (hex SHA-256) that this CRL's signature was last found good under. */
	char *signed_by;
};

struct crls {
	struct crl **list; /* owned references */
	size_t n, cap;
};

/*
 * Fill *err from OpenSSL's error queue ("what: reason") and empty the queue. Out of memory becomes
 * UNAVAILABLE whatever the code; an error that a key's callback left (ossl_callback_error) wins.
 */
MUST_USE PRINTF(3, 4) int ossl_fail(struct error *err, enum error_code code, const char *fmt, ...);
MUST_USE PRINTF(3, 4) int ossl_refuse(struct error *err, enum reason reason, const char *fmt, ...);

/* The key as OpenSSL has it; the key keeps its reference. */
EVP_PKEY *key_pkey(const struct key *key);
/* What the callback of a foreign key last failed with, taken out; false where nothing is kept. */
bool key_callback_error(struct error *ret);

/* Wrap a parsed certificate (takes a reference of its own). Errors: as cert_parse_der. */
MUST_USE int cert_wrap(X509 *x509, struct cert **ret, struct error *err);
MUST_USE int crl_wrap(X509_CRL *crl, struct crl **ret, struct error *err);
/* Errors: REFUSED (CERT_FORM). */
MUST_USE int asn1_time_to_unix(const ASN1_TIME *t, int64_t *ret, struct error *err);
/* Lower-case hex of an octet string, "" for NULL; a copy. */
MUST_USE int asn1_hex(const ASN1_OCTET_STRING *s, char **ret, struct error *err);
MUST_USE int name_text(const X509_NAME *name, char **ret, struct error *err);
/* The first commonName in UTF-8, "" where there is none; a copy. */
MUST_USE int name_common(const X509_NAME *name, char **ret, struct error *err);

/* i2d_* into a buffer: DER_APPEND(i2d_X509, x509, buf, err). Appends. */
#define DER_APPEND(i2d, obj, out, err) \
	({ \
		unsigned char *der_p_ = NULL; \
		int der_n_ = i2d((obj), &der_p_); \
		int der_r_ = der_n_ <= 0 ? ossl_fail((err), ERROR_INTERNAL, "encode DER") \
					 : buf_append((out), der_p_, (size_t)der_n_, (err)); \
		OPENSSL_free(der_p_); \
		der_r_; \
	})
