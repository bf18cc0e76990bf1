/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/cms.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/cms_internal.h"

static void sk_X509_ownp(STACK_OF(X509) * *sk)
{
	sk_X509_pop_free(*sk, X509_free);
}

static void sk_X509_CRL_ownp(STACK_OF(X509_CRL) * *sk)
{
	sk_X509_CRL_pop_free(*sk, X509_CRL_free);
}

/* What is wrong with something embedded is wrong with the document. */
static int embedded(struct error *err)
{
	struct error why = *err;

	if (why.code == ERROR_UNAVAILABLE)
		return -1;
	return error_refuse(err, REASON_CMS_FORM, "%s", why.msg);
}

static int read_certs(struct cms *cms, struct error *err)
{
	STACK_OF(X509) * sk CLEANUP(sk_X509_ownp) = CMS_get1_certs(cms->ci);

	if (certs_new(&cms->certs, err) < 0)
		return -1;
	if (sk_X509_num(sk) > (int)LIMIT_DOCUMENT_CERTS)
		return error_refuse(err, REASON_CMS_FORM, "%d certificates; at most %u",
				    sk_X509_num(sk), LIMIT_DOCUMENT_CERTS);
	for (int i = 0; i < sk_X509_num(sk); i++) {
		struct cert *cert auto_cert = NULL;

		if (cert_wrap(sk_X509_value(sk, i), &cert, err) < 0)
			return embedded(err);
		if (certs_add(cms->certs, cert, err) < 0)
			return -1;
	}
	return 0;
}

static int read_crls(struct cms *cms, struct error *err)
{
	STACK_OF(X509_CRL) * sk CLEANUP(sk_X509_CRL_ownp) = CMS_get1_crls(cms->ci);

	if (crls_new(&cms->crls, err) < 0)
		return -1;
	if (sk_X509_CRL_num(sk) > (int)LIMIT_DOCUMENT_CRLS)
		return error_refuse(err, REASON_CMS_FORM, "%d CRLs; at most %u",
				    sk_X509_CRL_num(sk), LIMIT_DOCUMENT_CRLS);
	for (int i = 0; i < sk_X509_CRL_num(sk); i++) {
		struct crl *crl auto_crl = NULL;

		if (crl_wrap(sk_X509_CRL_value(sk, i), &crl, err) < 0)
			return embedded(err);
		if (crls_add(cms->crls, crl, err) < 0)
			return -1;
	}
	return 0;
}

static int read_content(struct cms *cms, struct error *err)
{
	ASN1_OCTET_STRING **content;

	if (OBJ_obj2nid(CMS_get0_type(cms->ci)) != NID_pkcs7_signed)
		return error_refuse(err, REASON_CMS_FORM, "not SignedData");
	if (OBJ_obj2nid(CMS_get0_eContentType(cms->ci)) != NID_pkcs7_data)
		return error_refuse(err, REASON_CMS_FORM, "the content type is not data");
	content = CMS_get0_content(cms->ci);
	if (!content || !*content)
		return error_refuse(err, REASON_CMS_FORM, "the content is not attached");
	cms->content =
		BUF_VIEW(ASN1_STRING_get0_data(*content), (size_t)ASN1_STRING_length(*content));
	return 0;
}

/* RFC 5652 5.3, 5.6: both attributes, once each, with one value. */
static int check_attributes(CMS_SignerInfo *si, struct error *err)
{
	const int once = -3;
	ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(NID_pkcs9_contentType),
							once, V_ASN1_OBJECT);
	ASN1_OCTET_STRING *digest = CMS_signed_get0_data_by_OBJ(
		si, OBJ_nid2obj(NID_pkcs9_messageDigest), once, V_ASN1_OCTET_STRING);

	ERR_clear_error();
	if (!type || OBJ_obj2nid(type) != NID_pkcs7_data)
		return error_refuse(err, REASON_CMS_FORM, "no signed contentType of data");
	if (!digest)
		return error_refuse(err, REASON_CMS_FORM, "no signed messageDigest");
	return 0;
}

static int check_algorithms(struct cms_signer_info *s, struct error *err)
{
	X509_ALGOR *digest, *signature;
	int md;

	CMS_SignerInfo_get0_algs(s->si, NULL, NULL, &digest, &signature);
	md = OBJ_obj2nid(digest->algorithm);
	if (!algorithm_digest_allowed(md, 0))
		return error_refuse(err, REASON_CMS_ALGORITHM, "digest %s is not allowed",
				    md == NID_undef ? "(unknown)" : OBJ_nid2sn(md));
	s->md = EVP_get_digestbynid(md);
	/* PKCS#1 v1.5 may be named by the key alone; the digest is then the signer's. */
	if (OBJ_obj2nid(signature->algorithm) == NID_rsaEncryption)
		return 0;
	if (algorithm_check_signature(signature, 0, err) < 0) {
		err->reason = REASON_CMS_ALGORITHM;
		return -1;
	}
	if (algorithm_digest(signature) != md)
		return error_refuse(err, REASON_CMS_ALGORITHM, "two digests in one signature");
	return 0;
}

static int read_signer(struct cms *cms, CMS_SignerInfo *si, struct cms_signer_info *ret,
		       struct error *err)
{
	struct cms_signer_info s = { .si = si };

	for (size_t i = 0; i < certs_count(cms->certs) && !s.cert; i++)
		if (CMS_SignerInfo_cert_cmp(si, certs_get(cms->certs, i)->x509) == 0)
			s.cert = certs_get(cms->certs, i);
	if (!s.cert)
		return error_refuse(err, REASON_CMS_FORM, "a signer's certificate is not embedded");
	if (check_attributes(si, err) < 0 || check_algorithms(&s, err) < 0)
		return -1;
	CMS_SignerInfo_set1_signer_cert(si, s.cert->x509);
	*ret = s;
	return 0;
}

static int read_signers(struct cms *cms, struct error *err)
{
	STACK_OF(CMS_SignerInfo) *sk = CMS_get0_SignerInfos(cms->ci);
	int n = sk_CMS_SignerInfo_num(sk);

	if (n <= 0)
		return error_refuse(err, REASON_UNSIGNED, "no signature");
	if (n > (int)LIMIT_SIGNERS)
		return error_refuse(err, REASON_CMS_FORM, "%d signers; at most %u", n,
				    LIMIT_SIGNERS);
	cms->signers = calloc((size_t)n, sizeof(*cms->signers));
	if (!cms->signers)
		return error_oom(err);
	cms->n = (size_t)n;
	for (int i = 0; i < n; i++)
		if (read_signer(cms, sk_CMS_SignerInfo_value(sk, i), &cms->signers[i], err) < 0)
			return error_wrap(err, "signer %d", i);
	return 0;
}

/* BER that means the same would have another digest, and attributes that verify differently. */
static int check_der(const struct cms *cms, const void *der, size_t len, struct error *err)
{
	struct buf again auto_buf = BUF_INIT;

	if (DER_APPEND(i2d_CMS_ContentInfo, cms->ci, &again, err) < 0)
		return -1;
	if (!buf_is(&again, der, len))
		return error_refuse(err, REASON_CMS_FORM, "not one CMS in DER alone");
	return 0;
}

int cms_parse(const void *der, size_t len, size_t max, struct cms **ret, struct error *err)
{
	struct cms *cms auto_cms = NULL;
	const unsigned char *p = der;

	if (len > max)
		return error_refuse(err, REASON_SIZE, "%zu bytes; at most %zu", len, max);
	cms = calloc(1, sizeof(*cms));
	if (!cms)
		return error_oom(err);
	cms->ci = d2i_CMS_ContentInfo(NULL, &p, (long)len);
	if (!cms->ci)
		return ossl_refuse(err, REASON_CMS_FORM, "not CMS in DER");
	if (read_content(cms, err) < 0 || check_der(cms, der, len, err) < 0 ||
	    read_certs(cms, err) < 0 || read_crls(cms, err) < 0 || read_signers(cms, err) < 0)
		return -1;
	*ret = STEAL(cms);
	return 0;
}

void cms_free(struct cms *cms)
{
	if (!cms)
		return;
	CMS_ContentInfo_free(cms->ci);
	certs_free(cms->certs);
	crls_free(cms->crls);
	free(cms->signers);
	free(cms);
}

struct buf cms_content(const struct cms *cms)
{
	return cms->content;
}

size_t cms_n_signers(const struct cms *cms)
{
	return cms->n;
}

const struct cert *cms_signer(const struct cms *cms, size_t i)
{
	return i < cms->n ? cms->signers[i].cert : NULL;
}

const struct certs *cms_certs(const struct cms *cms)
{
	return cms->certs;
}

const struct crls *cms_crls(const struct cms *cms)
{
	return cms->crls;
}

int cms_check_signature(const struct cms *cms, size_t i, struct error *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	const ASN1_OCTET_STRING *claimed;
	unsigned n;

	if (i >= cms->n)
		return error_set(err, ERROR_INVALID, "no signer %zu", i);
	claimed = CMS_signed_get0_data_by_OBJ(
		cms->signers[i].si, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
	if (EVP_Digest(cms->content.data, cms->content.len, digest, &n, cms->signers[i].md, NULL) !=
	    1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "digest");
	if (!claimed || ASN1_STRING_length(claimed) != (int)n ||
	    memcmp(ASN1_STRING_get0_data(claimed), digest, n) != 0)
		return error_refuse(err, REASON_SIGNATURE, "signer %zu signed other content", i);
	if (CMS_SignerInfo_verify(cms->signers[i].si) != 1)
		return ossl_refuse(err, REASON_SIGNATURE, "the signature of signer %zu is bad", i);
	return 0;
}
