/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData that carries certificates alone: EST's answers. */
#include <string.h>

#include "base/limits.h"
#include "crypto/cms_internal.h"

int cms_certs_make(const struct certs *certs, struct buf *ret, struct error *err)
{
	PKCS7 *p7 CLEANUP(PKCS7_freep) = PKCS7_new();

	if (!p7 || PKCS7_set_type(p7, NID_pkcs7_signed) != 1 ||
	    PKCS7_set_type(p7->d.sign->contents, NID_pkcs7_data) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "PKCS#7");
	/* RFC 5652 5.2: degenerate SignedData has no content at all. */
	ASN1_OCTET_STRING_free(p7->d.sign->contents->d.data);
	p7->d.sign->contents->d.data = NULL;
	for (size_t i = 0; i < certs_count(certs); i++)
		if (PKCS7_add_certificate(p7, certs_get(certs, i)->x509) != 1)
			return ossl_fail(err, ERROR_UNAVAILABLE, "PKCS#7");
	return DER_APPEND(i2d_PKCS7, p7, ret, err);
}

/* Stock servers send BER here, and nothing is signed: the certificates verify themselves. */
int cms_certs_parse(const void *der, size_t len, struct certs **ret, struct error *err)
{
	struct certs *certs auto_certs = NULL;
	PKCS7 *p7 CLEANUP(PKCS7_freep) = NULL;
	const unsigned char *p = der;
	STACK_OF(X509) * sk;

	if (len > LIMIT_CERT_FILE)
		return error_set(err, ERROR_LIMIT, "%zu bytes of PKCS#7; at most %u", len,
				 LIMIT_CERT_FILE);
	p7 = d2i_PKCS7(NULL, &p, (long)len);
	if (!p7 || p != (const unsigned char *)der + len)
		return ossl_fail(err, ERROR_INVALID, "not one PKCS#7");
	if (!PKCS7_type_is_signed(p7) || !p7->d.sign)
		return error_set(err, ERROR_INVALID, "not a PKCS#7 SignedData");
	sk = p7->d.sign->cert;
	if (sk_X509_num(sk) <= 0)
		return error_set(err, ERROR_INVALID, "a PKCS#7 without certificates");
	if (certs_new(&certs, err) < 0)
		return -1;
	for (int i = 0; i < sk_X509_num(sk); i++) {
		struct cert *cert auto_cert = NULL;

		if (cert_wrap(sk_X509_value(sk, i), &cert, err) < 0 ||
		    certs_add(certs, cert, err) < 0)
			return -1;
	}
	*ret = STEAL(certs);
	return 0;
}
