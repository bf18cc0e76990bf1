/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ossl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/limits.h"

static int fill(struct error *err, enum error_code code, enum reason reason, const char *what)
{
	unsigned long first = ERR_peek_error();
	const char *why = first ? ERR_reason_error_string(first) : NULL;
	bool oom = first && ERR_GET_REASON(first) == ERR_R_MALLOC_FAILURE;

	ERR_clear_error();
	if (key_callback_error(err))
		return error_wrap(err, "%s", what);
	if (oom)
		return error_oom(err);
	if (reason != REASON_NONE)
		return error_refuse(err, reason, "%s%s%s", what, why ? ": " : "", why ? why : "");
	return error_set(err, code, "%s%s%s", what, why ? ": " : "", why ? why : "");
}

int ossl_fail(struct error *err, enum error_code code, const char *fmt, ...)
{
	char what[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return fill(err, code, REASON_NONE, what);
}

int ossl_refuse(struct error *err, enum reason reason, const char *fmt, ...)
{
	char what[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return fill(err, ERROR_REFUSED, reason, what);
}

int asn1_time_to_unix(const ASN1_TIME *t, int64_t *ret, struct error *err)
{
	struct tm tm = { 0 };

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return ossl_refuse(err, REASON_CERT_FORM, "a time is malformed");
	*ret = (int64_t)timegm(&tm);
	return 0;
}

int asn1_hex(const ASN1_OCTET_STRING *s, char **ret, struct error *err)
{
	size_t n = s ? (size_t)ASN1_STRING_length(s) : 0;
	char *text = calloc(1, 2 * n + 1);

	if (!text)
		return error_oom(err);
	hex_encode(s ? ASN1_STRING_get0_data(s) : NULL, n, text);
	*ret = text;
	return 0;
}

int name_text(const X509_NAME *name, char **ret, struct error *err)
{
	/* RFC 2253 escapes control characters, so the text is safe to print. */
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new(BIO_s_mem());
	char *data, *text;
	long n;

	if (!bio || X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) < 0)
		return ossl_fail(err, ERROR_UNAVAILABLE, "print a name");
	n = BIO_get_mem_data(bio, &data);
	if (n > LIMIT_NAME_TEXT)
		n = LIMIT_NAME_TEXT;
	text = strndup(n > 0 ? data : "", n > 0 ? (size_t)n : 0);
	if (!text)
		return error_oom(err);
	*ret = text;
	return 0;
}

int name_common(const X509_NAME *name, char **ret, struct error *err)
{
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	int n = 0;
	char *text;

	if (i >= 0)
		n = ASN1_STRING_to_UTF8(&utf8,
					X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
	if (n > LIMIT_NAME_TEXT)
		n = LIMIT_NAME_TEXT;
	text = strndup(n > 0 ? (const char *)utf8 : "", n > 0 ? (size_t)n : 0);
	OPENSSL_free(utf8);
	ERR_clear_error();
	if (!text)
		return error_oom(err);
	*ret = text;
	return 0;
}
