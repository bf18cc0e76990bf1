/* SPDX-License-Identifier: Apache-2.0 */
/* Making signed documents, and adding a signature to one. */
#include <openssl/rsa.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/cms_internal.h"

static bool present(CMS_ContentInfo *ci, X509 *x)
{
	STACK_OF(X509) *sk = CMS_get1_certs(ci);
	bool found = false;

	for (int i = 0; i < sk_X509_num(sk) && !found; i++)
		found = X509_cmp(sk_X509_value(sk, i), x) == 0;
	sk_X509_pop_free(sk, X509_free);
	return found;
}

static int add_cert(CMS_ContentInfo *ci, const struct cert *cert, struct error *err)
{
	if (!present(ci, cert->x509) && CMS_add1_cert(ci, cert->x509) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "embed a certificate");
	return 0;
}

static int add_extra(CMS_ContentInfo *ci, const struct cms_extra *extra, struct error *err)
{
	for (size_t i = 0; extra && i < certs_count(extra->certs); i++)
		if (add_cert(ci, certs_get(extra->certs, i), err) < 0)
			return -1;
	for (size_t i = 0; extra && i < crls_count(extra->crls); i++)
		if (CMS_add1_crl(ci, crls_get(extra->crls, i)->crl) != 1)
			return ossl_fail(err, ERROR_UNAVAILABLE, "embed a CRL");
	return 0;
}

static int use_pss(CMS_SignerInfo *si, struct error *err)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(si);

	if (!ctx || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "RSASSA-PSS");
	return 0;
}

static int add_signer(CMS_ContentInfo *ci, const struct cms_signer *s, const EVP_MD *md,
		      unsigned flags, struct error *err)
{
	EVP_PKEY *pkey = key_pkey(s->key);
	bool rsa = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA;
	CMS_SignerInfo *si;

	if (strcmp(cert_key_sha256(s->cert), key_sha256(s->key)) != 0)
		return error_set(err, ERROR_INVALID, "the key is not that of certificate \"%s\"",
				 cert_common_name(s->cert));
	if (add_cert(ci, s->cert, err) < 0)
		return -1;
	flags |=
		CMS_BINARY | CMS_NOSMIMECAP | CMS_NOCERTS | CMS_PARTIAL | (rsa ? CMS_KEY_PARAM : 0);
	si = CMS_add1_signer(ci, s->cert->x509, pkey, md, flags);
	if (!si)
		return ossl_fail(err, ERROR_INTERNAL, "add a signer");
	if (rsa && use_pss(si, err) < 0)
		return -1;
	/* With the digest of an earlier signer all is there; otherwise CMS_final signs. */
	if ((flags & CMS_REUSE_DIGEST) && CMS_SignerInfo_sign(si) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "sign");
	return 0;
}

static int check_signers(const struct cms_signer *signers, size_t n, struct error *err)
{
	if (n == 0 || n > LIMIT_SIGNERS)
		return error_set(err, ERROR_INVALID, "%zu signers; 1 to %u", n, LIMIT_SIGNERS);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(cert_sha256(signers[i].cert), cert_sha256(signers[k].cert)) == 0)
				return error_set(err, ERROR_INVALID, "\"%s\" signs twice",
						 cert_common_name(signers[i].cert));
	return 0;
}

int cms_sign(const struct buf *content, const struct cms_signer *signers, size_t n,
	     const struct cms_extra *extra, struct buf *ret, struct error *err)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
	BIO *bio CLEANUP(BIO_free_allp) = NULL;
	CMS_ContentInfo *ci CLEANUP(CMS_ContentInfo_freep) = NULL;

	if (check_signers(signers, n, err) < 0)
		return -1;
	if (content->len > LIMIT_DOCUMENT)
		return error_set(err, ERROR_INVALID, "%zu bytes of content; at most %u",
				 content->len, LIMIT_DOCUMENT);
	bio = BIO_new_mem_buf(content->len ? (const void *)content->data : "", (int)content->len);
	ci = bio ? CMS_sign(NULL, NULL, NULL, bio, flags) : NULL;
	if (!ci)
		return ossl_fail(err, ERROR_UNAVAILABLE, "CMS");
	for (size_t i = 0; i < n; i++)
		if (add_signer(ci, &signers[i], EVP_sha384(), 0, err) < 0)
			return -1;
	if (add_extra(ci, extra, err) < 0)
		return -1;
	if (CMS_final(ci, bio, NULL, CMS_BINARY) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "sign");
	return DER_APPEND(i2d_CMS_ContentInfo, ci, ret, err);
}

int cms_add_signer(const struct buf *der, const struct cms_signer *signer,
		   const struct cms_extra *extra, struct buf *ret, struct error *err)
{
	struct cms *cms auto_cms = NULL;

	if (cms_parse(der->data, der->len, LIMIT_DOCUMENT, &cms, err) < 0)
		return -1;
	if (cms->n >= LIMIT_SIGNERS)
		return error_set(err, ERROR_INVALID, "%zu signers are the most", cms->n);
	/* The new signature takes over the first one's digest, so that has to be true. */
	for (size_t i = 0; i < cms->n; i++) {
		if (cms_check_signature(cms, i, err) < 0)
			return -1;
		if (strcmp(cert_sha256(cms->signers[i].cert), cert_sha256(signer->cert)) == 0)
			return error_set(err, ERROR_CONFLICT, "\"%s\" signed this already",
					 cert_common_name(signer->cert));
	}
	if (add_signer(cms->ci, signer, cms->signers[0].md, CMS_REUSE_DIGEST, err) < 0 ||
	    add_extra(cms->ci, extra, err) < 0)
		return -1;
	return DER_APPEND(i2d_CMS_ContentInfo, cms->ci, ret, err);
}
