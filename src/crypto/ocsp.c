/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ocsp_internal.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"

static const char *const status_names[] = {
#define X(id, name) [id] = name,
	OCSP_STATUSES(X)
#undef X
};

const char *ocsp_status_name(enum ocsp_status status)
{
	return (unsigned)status < OCSP_STATUS_MAX_ ? status_names[status] : "?";
}

int ocsp_nonce_of(X509_EXTENSION *ext, struct buf *ret, struct error *err)
{
	const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(ext);
	const unsigned char *p = ASN1_STRING_get0_data(data);
	const unsigned char *end = p + ASN1_STRING_length(data);
	ASN1_OCTET_STRING *inner = d2i_ASN1_OCTET_STRING(NULL, &p, end - p);
	int n = inner ? ASN1_STRING_length(inner) : 0, r;

	/* RFC 9654: 1 to 128 octets. */
	if (p != end || n < 1 || n > (int)LIMIT_OCSP_NONCE)
		r = ossl_refuse(err, REASON_CERT_FORM, "an OCSP nonce of a bad form");
	else
		r = buf_append(ret, ASN1_STRING_get0_data(inner), (size_t)n, err);
	ASN1_OCTET_STRING_free(inner);
	return r;
}

/* The nonce is the only extension of a response that we understand; one, at most. */
static int read_extensions(struct ocsp *o, struct error *err)
{
	for (int i = 0; i < OCSP_BASICRESP_get_ext_count(o->basic); i++) {
		X509_EXTENSION *ext = OCSP_BASICRESP_get_ext(o->basic, i);

		if (OBJ_obj2nid(X509_EXTENSION_get_object(ext)) == NID_id_pkix_OCSP_Nonce) {
			if (o->nonce.len > 0)
				return error_refuse(err, REASON_CERT_FORM, "two OCSP nonces");
			if (ocsp_nonce_of(ext, &o->nonce, err) < 0)
				return -1;
		} else if (X509_EXTENSION_get_critical(ext)) {
			return error_refuse(err, REASON_CERT_FORM,
					    "an OCSP response with an unknown critical extension");
		}
	}
	return 0;
}

static int read_certs(struct ocsp *o, struct error *err)
{
	const STACK_OF(X509) *sk = OCSP_resp_get0_certs(o->basic);

	if (certs_new(&o->certs, err) < 0)
		return -1;
	if (sk_X509_num(sk) > (int)LIMIT_OCSP_CERTS)
		return error_refuse(err, REASON_CERT_FORM,
				    "an OCSP response with %d certificates; at most %u",
				    sk_X509_num(sk), LIMIT_OCSP_CERTS);
	for (int i = 0; i < sk_X509_num(sk); i++) {
		struct cert *cert auto_cert = NULL;

		if (cert_wrap(sk_X509_value(sk, i), &cert, err) < 0 ||
		    certs_add(o->certs, cert, err) < 0)
			return -1;
	}
	return 0;
}

static int read_status(OCSP_SINGLERESP *one, struct ocsp_single *ret, struct error *err)
{
	static const enum ocsp_status statuses[] = {
		[V_OCSP_CERTSTATUS_GOOD] = OCSP_STATUS_GOOD,
		[V_OCSP_CERTSTATUS_REVOKED] = OCSP_STATUS_REVOKED,
		[V_OCSP_CERTSTATUS_UNKNOWN] = OCSP_STATUS_UNKNOWN,
	};
	ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *to = NULL;
	int why, status = OCSP_single_get0_status(one, &why, &revoked, &from, &to);

	if (status < 0 || status >= (int)ARRAY_SIZE(statuses))
		return error_refuse(err, REASON_CERT_FORM, "an OCSP status that is none");
	ret->status = statuses[status];
	if (!to)
		return error_refuse(err, REASON_STATUS_KIND, "an OCSP answer without nextUpdate");
	if ((revoked && asn1_time_to_unix(revoked, &ret->revoked_at, err) < 0) ||
	    asn1_time_to_unix(from, &ret->this_update, err) < 0 ||
	    asn1_time_to_unix(to, &ret->next_update, err) < 0)
		return -1;
	if (ret->this_update > ret->next_update)
		return error_refuse(err, REASON_CERT_FORM, "an OCSP answer that is never current");
	return 0;
}

const EVP_MD *ocsp_id_digest(const OCSP_CERTID *id)
{
	/* SHA-1 names an issuer here and protects nothing; RFC 5019 asks for it. */
	static const int known[] = { NID_sha1, NID_sha256, NID_sha384, NID_sha512 };
	ASN1_OBJECT *md = NULL;

	(void)OCSP_id_get0_info(NULL, &md, NULL, NULL, (OCSP_CERTID *)id);
	for (size_t i = 0; md && i < ARRAY_SIZE(known); i++)
		if (OBJ_obj2nid(md) == known[i])
			return EVP_get_digestbynid(known[i]);
	return NULL;
}

int ocsp_id_serial(const OCSP_CERTID *id, char **ret, struct error *err)
{
	ASN1_INTEGER *serial = NULL;

	(void)OCSP_id_get0_info(NULL, NULL, NULL, &serial, (OCSP_CERTID *)id);
	if (!serial || ASN1_STRING_length(serial) > (int)LIMIT_OCSP_SERIAL)
		return error_refuse(err, REASON_CERT_FORM, "an OCSP serial number of a bad form");
	return asn1_hex(serial, ret, err);
}

static int read_single(OCSP_SINGLERESP *one, struct ocsp_single *ret, struct error *err)
{
	const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(one);

	for (int i = 0; i < OCSP_SINGLERESP_get_ext_count(one); i++)
		if (X509_EXTENSION_get_critical(OCSP_SINGLERESP_get_ext(one, i)))
			return error_refuse(err, REASON_CERT_FORM,
					    "an OCSP answer with an unknown critical extension");
	if (read_status(one, ret, err) < 0)
		return -1;
	return ocsp_id_serial(id, (char **)&ret->serial, err);
}

static int read_singles(struct ocsp *o, struct error *err)
{
	int n = OCSP_resp_count(o->basic);

	if (n < 1 || n > (int)LIMIT_OCSP_SINGLES)
		return error_refuse(err, REASON_CERT_FORM,
				    "an OCSP response with %d answers; 1 to %u", n,
				    LIMIT_OCSP_SINGLES);
	o->singles = calloc((size_t)n, sizeof(*o->singles));
	if (!o->singles)
		return error_oom(err);
	o->n = (size_t)n;
	for (int i = 0; i < n; i++)
		if (read_single(OCSP_resp_get0(o->basic, i), &o->singles[i], err) < 0)
			return -1;
	return 0;
}

/* Made anew from what was understood, it must be the same bytes. */
static int check_der(const struct ocsp *o, const void *der, size_t len, struct error *err)
{
	OCSP_RESPONSE *again CLEANUP(OCSP_RESPONSE_freep) =
		OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, o->basic);
	struct buf out auto_buf = BUF_INIT;

	if (!again)
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP response");
	if (DER_APPEND(i2d_OCSP_RESPONSE, again, &out, err) < 0)
		return -1;
	if (!buf_is(&out, der, len))
		return error_refuse(err, REASON_CERT_FORM, "not one OCSP response in DER alone");
	return 0;
}

static int open_response(const void *der, size_t len, OCSP_BASICRESP **ret, struct error *err)
{
	const unsigned char *p = der;
	OCSP_RESPONSE *response CLEANUP(OCSP_RESPONSE_freep) =
		d2i_OCSP_RESPONSE(NULL, &p, (long)len);
	int status;

	if (!response)
		return ossl_refuse(err, REASON_CERT_FORM, "not an OCSP response in DER");
	status = OCSP_response_status(response);
	if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return error_refuse(err, REASON_CERT_FORM, "the OCSP responder says: %s",
				    OCSP_response_status_str(status));
	*ret = OCSP_response_get1_basic(response);
	if (!*ret)
		return ossl_refuse(err, REASON_CERT_FORM, "not a basic OCSP response");
	return 0;
}

int ocsp_parse(const void *der, size_t len, struct ocsp **ret, struct error *err)
{
	struct ocsp *o auto_ocsp = NULL;

	if (len > LIMIT_OCSP)
		return error_set(err, ERROR_LIMIT, "an OCSP response of %zu bytes; at most %u", len,
				 LIMIT_OCSP);
	o = calloc(1, sizeof(*o));
	if (!o)
		return error_oom(err);
	o->refs = 1;
	o->signed_by = calloc(1, SHA256_HEX_SIZE);
	if (!o->signed_by)
		return error_oom(err);
	if (open_response(der, len, &o->basic, err) < 0 || check_der(o, der, len, err) < 0 ||
	    buf_append(&o->der, der, len, err) < 0 || read_extensions(o, err) < 0 ||
	    read_singles(o, err) < 0 || read_certs(o, err) < 0 ||
	    asn1_time_to_unix(OCSP_resp_get0_produced_at(o->basic), &o->produced_at, err) < 0)
		return -1;
	*ret = STEAL(o);
	return 0;
}

int ocsp_load(const char *path, struct ocsp **ret, struct error *err)
{
	struct buf der auto_buf = BUF_INIT;

	if (file_read(path, LIMIT_OCSP, &der, err) < 0)
		return -1;
	if (ocsp_parse(der.data, der.len, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

struct ocsp *ocsp_ref(const struct ocsp *ocsp)
{
	struct ocsp *o = (struct ocsp *)ocsp; /* the count is not the value */

	o->refs++;
	return o;
}

void ocsp_free(struct ocsp *o)
{
	if (!o || --o->refs > 0)
		return;
	OCSP_BASICRESP_free(o->basic);
	buf_done(&o->der);
	buf_done(&o->nonce);
	certs_free(o->certs);
	for (size_t i = 0; i < o->n; i++)
		free((char *)o->singles[i].serial);
	free(o->singles);
	free(o->signed_by);
	free(o);
}

const struct buf *ocsp_der(const struct ocsp *ocsp)
{
	return &ocsp->der;
}

int64_t ocsp_produced_at(const struct ocsp *ocsp)
{
	return ocsp->produced_at;
}

size_t ocsp_count(const struct ocsp *ocsp)
{
	return ocsp->n;
}

const struct ocsp_single *ocsp_single(const struct ocsp *ocsp, size_t i)
{
	return i < ocsp->n ? &ocsp->singles[i] : NULL;
}

int ocsp_check_nonce(const struct ocsp *ocsp, const void *nonce, size_t len, struct error *err)
{
	if (ocsp->nonce.len != len || mem_differs(ocsp->nonce.data, nonce, len))
		return error_refuse(err, REASON_NONCE,
				    "the OCSP response answers another question");
	return 0;
}
