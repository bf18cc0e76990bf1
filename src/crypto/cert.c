/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/cert.h"

#include <openssl/pem.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/ossl.h"

/* The names of one kind; a NUL inside would let "good.example\0.evil" read as "good.example". */
static int san_collect(const GENERAL_NAMES *names, int kind, char ***ret, struct error *err)
{
	size_t n = 0, max = LIMIT_CERT_NAMES;
	char **list = calloc(max + 1, sizeof(*list));

	if (!list)
		return error_oom(err);
	*ret = list; /* the certificate owns it at once */
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && n < max; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const unsigned char *text;
		size_t len;

		if (name->type != kind)
			continue;
		text = ASN1_STRING_get0_data(name->d.ia5);
		len = (size_t)ASN1_STRING_length(name->d.ia5);
		if (memchr(text, '\0', len))
			continue;
		list[n] = strndup((const char *)text, len);
		if (!list[n++])
			return error_oom(err);
	}
	return 0;
}

static int read_sans(struct cert *c, struct error *err)
{
	GENERAL_NAMES *names CLEANUP(GENERAL_NAMES_freep) =
		X509_get_ext_d2i(c->x509, NID_subject_alt_name, NULL, NULL);

	ERR_clear_error(); /* a malformed one leaves no names; x509_judge refuses it */
	if (san_collect(names, GEN_DNS, &c->dns, err) < 0 ||
	    san_collect(names, GEN_URI, &c->uri, err) < 0)
		return -1;
	return 0;
}

static int read_serial(struct cert *c, struct error *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x509);

	/* 20 octets are RFC 5280's most; the DER is limited anyway. */
	if (ASN1_STRING_length(serial) == 0) {
		c->serial = strdup("00");
		return c->serial ? 0 : error_oom(err);
	}
	return asn1_hex(serial, &c->serial, err);
}

static int read_texts(struct cert *c, struct error *err)
{
	X509 *x = c->x509;

	if (name_common(X509_get_subject_name(x), &c->common_name, err) < 0 ||
	    name_text(X509_get_subject_name(x), &c->subject, err) < 0 ||
	    name_text(X509_get_issuer_name(x), &c->issuer, err) < 0 ||
	    asn1_hex(X509_get0_subject_key_id(x), &c->ski, err) < 0 ||
	    asn1_hex(X509_get0_authority_key_id(x), &c->aki, err) < 0)
		return -1;
	return read_serial(c, err);
}

int cert_wrap(X509 *x509, struct cert **ret, struct error *err)
{
	struct cert *c auto_cert = calloc(1, sizeof(*c));

	if (!c)
		return error_oom(err);
	c->refs = 1;
	(void)X509_up_ref(x509);
	c->x509 = x509;
	if (DER_APPEND(i2d_X509, x509, &c->der, err) < 0 ||
	    DER_APPEND(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(x509), &c->spki, err) < 0 ||
	    digest_sha256_hex(c->der.data, c->der.len, c->sha256, err) < 0 ||
	    digest_sha256_hex(c->spki.data, c->spki.len, c->key_sha256, err) < 0)
		return -1;
	if (c->der.len > LIMIT_CERT)
		return error_set(err, ERROR_LIMIT, "a certificate of %zu bytes; at most %u",
				 c->der.len, LIMIT_CERT);
	/* Decodes the extensions once; what is wrong with them is x509_judge's to say. */
	(void)X509_check_purpose(x509, -1, -1);
	ERR_clear_error();
	if (asn1_time_to_unix(X509_get0_notBefore(x509), &c->not_before, err) < 0 ||
	    asn1_time_to_unix(X509_get0_notAfter(x509), &c->not_after, err) < 0 ||
	    read_texts(c, err) < 0 || read_sans(c, err) < 0)
		return -1;
	*ret = STEAL(c);
	return 0;
}

int cert_parse_der(const void *der, size_t len, struct cert **ret, struct error *err)
{
	const unsigned char *p = der;
	X509 *x CLEANUP(X509_freep) = NULL;
	struct cert *c auto_cert = NULL;

	if (len > LIMIT_CERT)
		return error_set(err, ERROR_LIMIT, "a certificate of %zu bytes; at most %u", len,
				 LIMIT_CERT);
	x = d2i_X509(NULL, &p, (long)len);
	if (!x)
		return ossl_refuse(err, REASON_CERT_FORM, "not a certificate in DER");
	if (cert_wrap(x, &c, err) < 0)
		return -1;
	/* BER that means the same would have another fingerprint. */
	if (!buf_is(&c->der, der, len))
		return error_refuse(err, REASON_CERT_FORM, "a certificate that is not DER alone");
	*ret = STEAL(c);
	return 0;
}

static void strings_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

struct cert *cert_ref(const struct cert *cert)
{
	struct cert *c = (struct cert *)cert; /* the count is not the value */

	c->refs++;
	return c;
}

void cert_free(struct cert *c)
{
	if (!c || --c->refs > 0)
		return;
	X509_free(c->x509);
	buf_done(&c->der);
	buf_done(&c->spki);
	free(c->common_name);
	free(c->subject);
	free(c->issuer);
	free(c->serial);
	free(c->ski);
	free(c->aki);
	strings_free(c->dns);
	strings_free(c->uri);
	free(c);
}

const struct buf *cert_der(const struct cert *cert)
{
	return &cert->der;
}

const char *cert_sha256(const struct cert *cert)
{
	return cert->sha256;
}

const char *cert_key_sha256(const struct cert *cert)
{
	return cert->key_sha256;
}

const struct buf *cert_spki(const struct cert *cert)
{
	return &cert->spki;
}

const char *cert_common_name(const struct cert *cert)
{
	return cert->common_name;
}

const char *cert_subject(const struct cert *cert)
{
	return cert->subject;
}

const char *cert_issuer(const struct cert *cert)
{
	return cert->issuer;
}

const char *cert_serial(const struct cert *cert)
{
	return cert->serial;
}

int64_t cert_not_before(const struct cert *cert)
{
	return cert->not_before;
}

int64_t cert_not_after(const struct cert *cert)
{
	return cert->not_after;
}

static const char *nth(char *const *list, size_t n)
{
	for (size_t i = 0; list[i]; i++)
		if (i == n)
			return list[i];
	return NULL;
}

const char *cert_san_dns(const struct cert *cert, size_t n)
{
	return nth(cert->dns, n);
}

const char *cert_san_uri(const struct cert *cert, size_t n)
{
	return nth(cert->uri, n);
}

const char *cert_subject_key_id(const struct cert *cert)
{
	return cert->ski;
}

const char *cert_issuer_key_id(const struct cert *cert)
{
	return cert->aki;
}

bool cert_is_self_signed(const struct cert *cert)
{
	int r = X509_self_signed(cert->x509, 1);

	ERR_clear_error();
	return r == 1;
}
