/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/csr.h"

#include <openssl/pem.h>

#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/ossl.h"

struct csr {
	X509_REQ *req; /* owned */
	struct buf spki;
	char key_sha256[SHA256_HEX_SIZE];
	char *common_name; /* owned */
};

/* The digest as strong as the key's curve; RSA signs SHA-256. */
static const EVP_MD *digest_for(EVP_PKEY *pkey)
{
	return EVP_PKEY_get_bits(pkey) == 384 ? EVP_sha384() : EVP_sha256();
}

int csr_make(const struct key *key, const char *common_name, struct buf *ret, struct error *err)
{
	X509_REQ *req CLEANUP(X509_REQ_freep) = X509_REQ_new();
	EVP_PKEY *pkey = key_pkey(key);

	if (!req || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_pubkey(req, pkey) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "PKCS#10");
	if (common_name && X509_NAME_add_entry_by_NID(
				   X509_REQ_get_subject_name(req), NID_commonName, MBSTRING_UTF8,
				   (const unsigned char *)common_name, -1, -1, 0) != 1)
		return ossl_fail(err, ERROR_INVALID, "the common name '%.80s'", common_name);
	if (X509_REQ_sign(req, pkey, digest_for(pkey)) <= 0)
		return ossl_fail(err, ERROR_INTERNAL, "sign a request");
	return DER_APPEND(i2d_X509_REQ, req, ret, err);
}

static int check(struct csr *csr, struct error *err)
{
	const X509_ALGOR *alg;

	if (algorithm_check_key(X509_REQ_get_X509_PUBKEY(csr->req), 0, err) < 0)
		return error_set(err, ERROR_INVALID, "a request with a key that is not allowed");
	X509_REQ_get0_signature(csr->req, NULL, &alg);
	if (algorithm_check_signature(alg, 0, err) < 0)
		return error_set(err, ERROR_INVALID,
				 "a request whose signature algorithm is not allowed");
	if (X509_REQ_verify(csr->req, X509_REQ_get0_pubkey(csr->req)) != 1)
		return ossl_refuse(err, REASON_SIGNATURE,
				   "a request that is not signed by its own key");
	return 0;
}

int csr_parse(const void *der, size_t len, struct csr **ret, struct error *err)
{
	struct csr *csr auto_csr = NULL;
	struct buf again auto_buf = BUF_INIT;
	const unsigned char *p = der;

	if (len > LIMIT_CSR)
		return error_set(err, ERROR_LIMIT, "a request of %zu bytes; at most %u", len,
				 LIMIT_CSR);
	csr = calloc(1, sizeof(*csr));
	if (!csr)
		return error_oom(err);
	csr->req = d2i_X509_REQ(NULL, &p, (long)len);
	if (!csr->req)
		return ossl_fail(err, ERROR_INVALID, "not a PKCS#10 in DER");
	if (DER_APPEND(i2d_X509_REQ, csr->req, &again, err) < 0)
		return -1;
	if (!buf_is(&again, der, len))
		return error_set(err, ERROR_INVALID, "not one PKCS#10 in DER alone");
	if (check(csr, err) < 0 ||
	    DER_APPEND(i2d_X509_PUBKEY, X509_REQ_get_X509_PUBKEY(csr->req), &csr->spki, err) < 0 ||
	    digest_sha256_hex(csr->spki.data, csr->spki.len, csr->key_sha256, err) < 0 ||
	    name_common(X509_REQ_get_subject_name(csr->req), &csr->common_name, err) < 0)
		return -1;
	*ret = STEAL(csr);
	return 0;
}

int csr_parse_pem(const void *pem, size_t len, struct csr **ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = NULL;
	unsigned char *der = NULL;
	long n = 0;
	int r;

	if (len > 2 * LIMIT_CSR)
		return error_set(err, ERROR_LIMIT, "%zu bytes of PEM; at most %u", len,
				 2 * LIMIT_CSR);
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return error_oom(err);
	if (PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509_REQ, bio, NULL, NULL) != 1)
		return ossl_fail(err, ERROR_INVALID, "no PKCS#10 in PEM");
	r = csr_parse(der, (size_t)n, ret, err);
	OPENSSL_free(der);
	return r;
}

void csr_free(struct csr *csr)
{
	if (!csr)
		return;
	X509_REQ_free(csr->req);
	buf_done(&csr->spki);
	free(csr->common_name);
	free(csr);
}

const struct buf *csr_spki(const struct csr *csr)
{
	return &csr->spki;
}

const char *csr_key_sha256(const struct csr *csr)
{
	return csr->key_sha256;
}

const char *csr_common_name(const struct csr *csr)
{
	return csr->common_name;
}
