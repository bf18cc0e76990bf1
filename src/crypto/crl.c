/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/crl.h"

#include <openssl/pem.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/ossl.h"
#include "crypto/x509.h"

/* What we understand; anything else that is critical changes what the list means. */
static const int list_extensions[] = { NID_crl_number, NID_authority_key_identifier };
static const int entry_extensions[] = { NID_crl_reason, NID_invalidity_date };

static int check_extensions(const STACK_OF(X509_EXTENSION) * exts, const int *known, size_t n,
			    struct error *err)
{
	for (int i = 0; i < sk_X509_EXTENSION_num(exts); i++) {
		X509_EXTENSION *ext = sk_X509_EXTENSION_value(exts, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));
		bool ok = !X509_EXTENSION_get_critical(ext);

		for (size_t k = 0; k < n; k++)
			ok = ok || known[k] == nid;
		if (!ok)
			return error_refuse(err, REASON_STATUS_KIND,
					    "a CRL with a critical extension that is unknown");
	}
	return 0;
}

/* A complete list of its issuer: no delta, and no part by distribution point. */
static int check_whole(X509_CRL *x, struct error *err)
{
	STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(x);

	if (X509_CRL_get_version(x) != X509_CRL_VERSION_2)
		return error_refuse(err, REASON_STATUS_KIND, "a CRL that is not of version 2");
	if (X509_CRL_get_ext_by_NID(x, NID_delta_crl, -1) >= 0 ||
	    X509_CRL_get_ext_by_NID(x, NID_issuing_distribution_point, -1) >= 0)
		return error_refuse(err, REASON_STATUS_KIND,
				    "a CRL that is not complete (delta, or of one distribution "
				    "point)");
	if (check_extensions(X509_CRL_get0_extensions(x), list_extensions,
			     ARRAY_SIZE(list_extensions), err) < 0)
		return -1;
	for (int i = 0; i < sk_X509_REVOKED_num(revoked); i++)
		if (check_extensions(
			    X509_REVOKED_get0_extensions(sk_X509_REVOKED_value(revoked, i)),
			    entry_extensions, ARRAY_SIZE(entry_extensions), err) < 0)
			return -1;
	return 0;
}

static int read_number(X509_CRL *x, uint64_t *ret, struct error *err)
{
	int critical = 0;
	ASN1_INTEGER *number CLEANUP(ASN1_INTEGER_freep) =
		X509_CRL_get_ext_d2i(x, NID_crl_number, &critical, NULL);

	if (critical > 0) /* RFC 5280 5.2.3 */
		return error_refuse(err, REASON_STATUS_KIND, "a CRL with a critical number");
	if (!number || ASN1_INTEGER_get_uint64(ret, number) != 1)
		return ossl_refuse(err, REASON_STATUS_KIND, "a CRL without a usable number");
	return 0;
}

static int read_issuer_key_id(X509_CRL *x, char **ret, struct error *err)
{
	AUTHORITY_KEYID *aki = X509_CRL_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);
	int r = asn1_hex(aki ? aki->keyid : NULL, ret, err);

	AUTHORITY_KEYID_free(aki);
	ERR_clear_error();
	return r;
}

int crl_wrap(X509_CRL *x, struct crl **ret, struct error *err)
{
	struct crl *c auto_crl = calloc(1, sizeof(*c));

	if (!c)
		return error_oom(err);
	c->refs = 1;
	(void)X509_CRL_up_ref(x);
	c->crl = x;
	c->signed_by = calloc(1, SHA256_HEX_SIZE);
	if (!c->signed_by)
		return error_oom(err);
	if (DER_APPEND(i2d_X509_CRL, x, &c->der, err) < 0)
		return -1;
	if (c->der.len > LIMIT_CRL)
		return error_set(err, ERROR_LIMIT, "a CRL of %zu bytes; at most %u", c->der.len,
				 LIMIT_CRL);
	if (check_whole(x, err) < 0 || read_number(x, &c->number, err) < 0 ||
	    asn1_time_to_unix(X509_CRL_get0_lastUpdate(x), &c->this_update, err) < 0)
		return -1;
	if (!X509_CRL_get0_nextUpdate(x))
		return error_refuse(err, REASON_STATUS_KIND, "a CRL without nextUpdate");
	if (asn1_time_to_unix(X509_CRL_get0_nextUpdate(x), &c->next_update, err) < 0 ||
	    name_text(X509_CRL_get_issuer(x), &c->issuer, err) < 0 ||
	    read_issuer_key_id(x, &c->aki, err) < 0)
		return -1;
	*ret = STEAL(c);
	return 0;
}

int crl_parse_der(const void *der, size_t len, struct crl **ret, struct error *err)
{
	const unsigned char *p = der;
	X509_CRL *x CLEANUP(X509_CRL_freep) = NULL;
	struct crl *c auto_crl = NULL;

	if (len > LIMIT_CRL)
		return error_set(err, ERROR_LIMIT, "a CRL of %zu bytes; at most %u", len,
				 LIMIT_CRL);
	x = d2i_X509_CRL(NULL, &p, (long)len);
	if (!x)
		return ossl_refuse(err, REASON_CERT_FORM, "not a CRL in DER");
	if (crl_wrap(x, &c, err) < 0)
		return -1;
	if (!buf_is(&c->der, der, len))
		return error_refuse(err, REASON_CERT_FORM, "a CRL that is not DER alone");
	*ret = STEAL(c);
	return 0;
}

static int parse_pem(const void *pem, size_t len, struct crl **ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new_mem_buf(pem, (int)len);
	unsigned char *der = NULL;
	long n = 0;
	int r;

	if (!bio)
		return error_oom(err);
	if (PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509_CRL, bio, NULL, NULL) != 1)
		return ossl_fail(err, ERROR_INVALID, "no CRL in PEM");
	r = crl_parse_der(der, (size_t)n, ret, err);
	OPENSSL_free(der);
	return r;
}

int crl_parse(const void *data, size_t len, struct crl **ret, struct error *err)
{
	static const char pem[] = "-----BEGIN";

	if (len > 2 * LIMIT_CRL)
		return error_set(err, ERROR_LIMIT, "a CRL of %zu bytes; at most %u", len,
				 LIMIT_CRL);
	if (len >= sizeof(pem) - 1 && memcmp(data, pem, sizeof(pem) - 1) == 0)
		return parse_pem(data, len, ret, err);
	return crl_parse_der(data, len, ret, err);
}

int crl_load(const char *path, struct crl **ret, struct error *err)
{
	struct buf data auto_buf = BUF_INIT;

	if (file_read(path, 2 * LIMIT_CRL, &data, err) < 0)
		return -1;
	if (crl_parse(data.data, data.len, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

struct crl *crl_ref(const struct crl *crl)
{
	struct crl *c = (struct crl *)crl; /* the count is not the value */

	c->refs++;
	return c;
}

void crl_free(struct crl *c)
{
	if (!c || --c->refs > 0)
		return;
	X509_CRL_free(c->crl);
	buf_done(&c->der);
	free(c->aki);
	free(c->issuer);
	free(c->signed_by);
	free(c);
}

const struct buf *crl_der(const struct crl *crl)
{
	return &crl->der;
}

uint64_t crl_number(const struct crl *crl)
{
	return crl->number;
}

const char *crl_issuer_key_id(const struct crl *crl)
{
	return crl->aki;
}

const char *crl_issuer(const struct crl *crl)
{
	return crl->issuer;
}

int64_t crl_this_update(const struct crl *crl)
{
	return crl->this_update;
}

int64_t crl_next_update(const struct crl *crl)
{
	return crl->next_update;
}

size_t crl_count(const struct crl *crl)
{
	int n = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl->crl));

	return n > 0 ? (size_t)n : 0;
}

int crl_pem(const struct crl *crl, struct buf *ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new(BIO_s_mem());
	char *data;
	long n;

	if (!bio || PEM_write_bio_X509_CRL(bio, crl->crl) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "encode PEM");
	n = BIO_get_mem_data(bio, &data);
	return buf_append(ret, data, (size_t)n, err);
}

int crl_check_issuer(const struct crl *crl, const struct cert *issuer, struct error *err)
{
	const X509_ALGOR *alg;

	if (strcmp(crl->signed_by, issuer->sha256) == 0)
		return 0; /* a busy listener asks this at every handshake */
	if (!(X509_get_extension_flags(issuer->x509) & EXFLAG_KUSAGE) ||
	    !(X509_get_key_usage(issuer->x509) & KU_CRL_SIGN))
		return error_refuse(err, REASON_CERT_KEY_USAGE, "%s may not sign CRLs",
				    issuer->subject);
	if (X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(issuer->x509)) != 0)
		return error_refuse(err, REASON_CERT_SIGNATURE, "a CRL of another issuer");
	X509_CRL_get0_signature(crl->crl, NULL, &alg);
	if (algorithm_check_signature(alg, 0, err) < 0)
		return -1;
	if (X509_CRL_verify(crl->crl, X509_get0_pubkey(issuer->x509)) != 1)
		return ossl_refuse(err, REASON_CERT_SIGNATURE, "a CRL's signature is bad");
	memcpy(crl->signed_by, issuer->sha256, SHA256_HEX_SIZE);
	return 0;
}
