/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/issue_internal.h"

static int set_time(X509_CRL *crl, int (*set)(X509_CRL *, const ASN1_TIME *), int64_t at,
		    struct error *err)
{
	ASN1_TIME *t CLEANUP(ASN1_TIME_freep) = ASN1_TIME_set(NULL, (time_t)at);

	return t && set(crl, t) == 1 ? 0 : ossl_fail(err, ERROR_INVALID, "a time");
}

static int add_revoked(X509_CRL *crl, const struct issue_revoked *r, struct error *err)
{
	X509_REVOKED *entry CLEANUP(X509_REVOKED_freep) = X509_REVOKED_new();
	ASN1_TIME *t CLEANUP(ASN1_TIME_freep) = ASN1_TIME_set(NULL, (time_t)r->time);
	ASN1_INTEGER *serial CLEANUP(ASN1_INTEGER_freep) = NULL;
	BIGNUM *n CLEANUP(BN_freep) = NULL;
	int digits = BN_hex2bn(&n, r->serial);

	if (digits <= 0 || r->serial[digits] != '\0' || BN_is_negative(n))
		return ossl_fail(err, ERROR_INVALID, "'%.60s' is no serial number", r->serial);
	serial = BN_to_ASN1_INTEGER(n, NULL);
	if (!entry || !t || !serial || X509_REVOKED_set_serialNumber(entry, serial) != 1 ||
	    X509_REVOKED_set_revocationDate(entry, t) != 1 ||
	    X509_CRL_add0_revoked(crl, entry) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "CRL entry");
	(void)STEAL(entry);
	return 0;
}

static int set_number(X509_CRL *crl, uint64_t number, struct error *err)
{
	ASN1_INTEGER *n CLEANUP(ASN1_INTEGER_freep) = ASN1_INTEGER_new();

	if (!n || ASN1_INTEGER_set_uint64(n, number) != 1 ||
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "CRL number");
	return 0;
}

static int set_issuer(X509_CRL *crl, const struct cert *issuer, struct error *err)
{
	X509_EXTENSION *ext CLEANUP(X509_EXTENSION_freep) = NULL;
	X509V3_CTX ctx;

	if (X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x509)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "CRL");
	X509V3_set_ctx(&ctx, issuer->x509, NULL, NULL, crl, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	if (!ext || X509_CRL_add_ext(crl, ext, -1) != 1)
		return ossl_fail(err, ERROR_INVALID, "the issuer has no key identifier");
	return 0;
}

int issue_crl(const struct issue_crl *t, const struct cert *issuer, const struct key *issuer_key,
	      struct crl **ret, struct error *err)
{
	X509_CRL *crl CLEANUP(X509_CRL_freep) = X509_CRL_new();

	if (!crl)
		return error_oom(err);
	if (t->this_update >= t->next_update)
		return error_set(err, ERROR_INVALID, "a CRL that is never current");
	if (issue_check_issuer(issuer, issuer_key, KU_CRL_SIGN, err) < 0 ||
	    set_issuer(crl, issuer, err) < 0 ||
	    set_time(crl, X509_CRL_set1_lastUpdate, t->this_update, err) < 0 ||
	    set_time(crl, X509_CRL_set1_nextUpdate, t->next_update, err) < 0 ||
	    set_number(crl, t->number, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_revoked; i++)
		if (add_revoked(crl, &t->revoked[i], err) < 0)
			return -1;
	(void)X509_CRL_sort(crl);
	if (X509_CRL_sign(crl, key_pkey(issuer_key), issue_digest(issuer_key)) <= 0)
		return ossl_fail(err, ERROR_INTERNAL, "sign a CRL");
	return crl_wrap(crl, ret, err);
}
