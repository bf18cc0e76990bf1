/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/issue.h"

#include <arpa/inet.h>
#include <openssl/rand.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/issue_internal.h"

enum { SERIAL_SIZE = 16, COMMON_NAME_MAX = 64 };

static bool is_ca(const struct issue_template *t)
{
	return t->purposes == ISSUE_PURPOSE(X509_CA);
}

static bool is_ocsp_signer(const struct issue_template *t)
{
	return (t->purposes & ISSUE_PURPOSE(X509_OCSP_SIGNER)) != 0;
}

static bool empty(const char *const *list)
{
	return !list || !list[0];
}

static int check_template(const struct issue_template *t, struct error *err)
{
	unsigned all = 0;

	for (unsigned p = X509_PURPOSE_NONE_ + 1; p < X509_ANY; p++)
		all |= ISSUE_PURPOSE(p);
	if (t->purposes == 0 || (t->purposes & ~all))
		return error_set(err, ERROR_INVALID, "a certificate needs known purposes");
	if (!is_ca(t) && (t->purposes & ISSUE_PURPOSE(X509_CA)))
		return error_set(err, ERROR_INVALID, "an authority has no other purpose");
	if (t->not_before >= t->not_after)
		return error_set(err, ERROR_INVALID, "a certificate that is never valid");
	if (is_ocsp_signer(t) && t->not_after - t->not_before > LIMIT_OCSP_SIGNER_S)
		return error_set(err, ERROR_INVALID, "an OCSP signer for more than %d days",
				 LIMIT_OCSP_SIGNER_S / 86400);
	if (t->path_length < 0 || t->path_length > LIMIT_CHAIN_DEPTH)
		return error_set(err, ERROR_INVALID, "a path length of %d", t->path_length);
	if (!t->common_name && empty(t->dns) && empty(t->ip) && empty(t->uri))
		return error_set(err, ERROR_INVALID, "a certificate without any name");
	return 0;
}

static int add_name(X509_NAME *name, int nid, const char *text, struct error *err)
{
	if (!text)
		return 0;
	if (text[0] == '\0' || strlen(text) > 4 * COMMON_NAME_MAX ||
	    X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1,
				       -1, 0) != 1)
		return ossl_fail(err, ERROR_INVALID, "the %s '%.80s'", OBJ_nid2ln(nid), text);
	return 0;
}

static int set_serial(X509 *x, struct error *err)
{
	BIGNUM *n CLEANUP(BN_freep) = NULL;
	unsigned char raw[SERIAL_SIZE];

	do {
		if (RAND_bytes(raw, sizeof(raw)) != 1)
			return ossl_fail(err, ERROR_UNAVAILABLE, "random generator");
	} while (raw[0] == 0); /* always 16 octets, so the text has one length */
	n = BN_bin2bn(raw, sizeof(raw), NULL);
	if (!n || !BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)))
		return ossl_fail(err, ERROR_UNAVAILABLE, "serial number");
	return 0;
}

static int set_time(ASN1_TIME *to, int64_t at, struct error *err)
{
	return ASN1_TIME_set(to, (time_t)at) ? 0 : ossl_fail(err, ERROR_INVALID, "a time");
}

/* A name of the template, as a GeneralName; never through a text that has a syntax of its own. */
static int add_general_name(GENERAL_NAMES *names, int kind, const char *text, struct error *err)
{
	unsigned char ip[16];
	int n = inet_pton(AF_INET, text, ip) == 1 ? 4 : inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *value =
		ASN1_STRING_type_new(kind == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
	bool ok = name && value && text[0] != '\0' && (kind == GEN_IPADD) == (n != 0);

	for (const char *c = text; *c && ok; c++)
		ok = *c > ' ' && *c < 0x7f;
	if (ok)
		ok = ASN1_STRING_set(value, kind == GEN_IPADD ? (const void *)ip : text,
				     kind == GEN_IPADD ? n : (int)strlen(text)) == 1;
	if (!ok) {
		ASN1_STRING_free(value);
		GENERAL_NAME_free(name);
		return ossl_fail(err, ERROR_INVALID, "the alternative name '%.80s'", text);
	}
	GENERAL_NAME_set0_value(name, kind, value);
	if (sk_GENERAL_NAME_push(names, name) <= 0) {
		GENERAL_NAME_free(name);
		return error_oom(err);
	}
	return 0;
}

static int add_sans(X509 *x, const struct issue_template *t, struct error *err)
{
	const struct {
		int kind;
		const char *const *list;
	} kinds[] = { { GEN_DNS, t->dns }, { GEN_IPADD, t->ip }, { GEN_URI, t->uri } };
	GENERAL_NAMES *names CLEANUP(GENERAL_NAMES_freep) = GENERAL_NAMES_new();

	if (!names)
		return error_oom(err);
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; kinds[k].list && kinds[k].list[i]; i++)
			if (add_general_name(names, kinds[k].kind, kinds[k].list[i], err) < 0)
				return -1;
	if (sk_GENERAL_NAME_num(names) == 0)
		return 0;
	/* RFC 5280 4.2.1.6: critical where the subject is empty. */
	if (X509_add1_ext_i2d(x, NID_subject_alt_name, names, t->common_name == NULL, 0) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "subjectAltName");
	return 0;
}

static int add_eku(X509 *x, unsigned purposes, struct error *err)
{
	char text[600] = "";
	size_t n = 0;

	for (unsigned p = X509_PURPOSE_NONE_ + 1; p < X509_PURPOSE_MAX_; p++)
		for (unsigned k = 0; k < 2; k++) {
			const char *oid = x509_purpose_eku((enum x509_purpose)p, k);

			/* est-server and tls-server share serverAuth. */
			if (!(purposes & ISSUE_PURPOSE(p)) || !oid || strstr(text, oid))
				continue;
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : "",
					      oid);
			if (n >= sizeof(text))
				return error_set(err, ERROR_INVALID, "too many purposes");
		}
	return issue_extension(x, NULL, NID_ext_key_usage, text, err);
}

int issue_extension(X509 *x, const X509 *issuer, int nid, const char *value, struct error *err)
{
	X509_EXTENSION *ext CLEANUP(X509_EXTENSION_freep) = NULL;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, (X509 *)issuer, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (!ext || X509_add_ext(x, ext, -1) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "extension %s", OBJ_nid2sn(nid));
	return 0;
}

static int add_extensions(X509 *x, const struct issue_template *t, const X509 *issuer,
			  struct error *err)
{
	char constraints[40] = "critical,CA:FALSE";

	if (is_ca(t))
		(void)snprintf(constraints, sizeof(constraints), "critical,CA:TRUE,pathlen:%d",
			       t->path_length);
	if (issue_extension(x, NULL, NID_basic_constraints, constraints, err) < 0 ||
	    issue_extension(x, NULL, NID_key_usage,
			    is_ca(t) ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature",
			    err) < 0 ||
	    issue_extension(x, NULL, NID_subject_key_identifier, "hash", err) < 0 ||
	    issue_extension(x, issuer, NID_authority_key_identifier, "keyid:always", err) < 0)
		return -1;
	if (!is_ca(t) && add_eku(x, t->purposes, err) < 0)
		return -1;
	if (is_ocsp_signer(t) && issue_extension(x, NULL, NID_id_pkix_OCSP_noCheck, "", err) < 0)
		return -1;
	if (t->must_staple && issue_extension(x, NULL, NID_tlsfeature, "status_request", err) < 0)
		return -1;
	return add_sans(x, t, err);
}

/* All but issuer name, authority key identifier and signature. */
static int fill(X509 *x, const struct issue_template *t, const struct buf *spki, struct error *err)
{
	const unsigned char *p = spki->data;
	EVP_PKEY *pub CLEANUP(EVP_PKEY_freep) = d2i_PUBKEY(NULL, &p, (long)spki->len);
	X509_NAME *name = X509_get_subject_name(x);

	if (!pub || p != spki->data + spki->len || X509_set_pubkey(x, pub) != 1)
		return ossl_fail(err, ERROR_INVALID, "not a public key in DER");
	if (algorithm_check_key(X509_get_X509_PUBKEY(x), 0, err) < 0)
		return error_set(err, ERROR_INVALID, "a key that is not allowed");
	if (X509_set_version(x, X509_VERSION_3) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "certificate");
	if (set_serial(x, err) < 0 ||
	    add_name(name, NID_organizationName, t->organization, err) < 0 ||
	    add_name(name, NID_commonName, t->common_name, err) < 0)
		return -1;
	return set_time(X509_getm_notBefore(x), t->not_before, err);
}

const EVP_MD *issue_digest(const struct key *key)
{
	return EVP_PKEY_get_bits(key_pkey(key)) == 256 ? EVP_sha256() : EVP_sha384();
}

static int finish(X509 *x, const struct key *key, struct cert **ret, struct error *err)
{
	if (X509_sign(x, key_pkey(key), issue_digest(key)) <= 0)
		return ossl_fail(err, ERROR_INTERNAL, "sign a certificate");
	return cert_wrap(x, ret, err);
}

int issue_root(const struct issue_template *t, const struct key *key, struct cert **ret,
	       struct error *err)
{
	X509 *x CLEANUP(X509_freep) = X509_new();

	if (!x)
		return error_oom(err);
	if (check_template(t, err) < 0)
		return -1;
	if (!is_ca(t) || !t->common_name)
		return error_set(err, ERROR_INVALID, "a root is a named authority");
	if (fill(x, t, key_spki(key), err) < 0 ||
	    set_time(X509_getm_notAfter(x), t->not_after, err) < 0)
		return -1;
	if (X509_set_issuer_name(x, X509_get_subject_name(x)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "certificate");
	if (add_extensions(x, t, x, err) < 0)
		return -1;
	return finish(x, key, ret, err);
}

int issue_check_issuer(const struct cert *issuer, const struct key *key, uint32_t usage,
		       struct error *err)
{
	if (strcmp(cert_key_sha256(issuer), key_sha256(key)) != 0)
		return error_set(err, ERROR_INVALID, "the key is not that of issuer \"%s\"",
				 cert_common_name(issuer));
	if (!(X509_get_extension_flags(issuer->x509) & EXFLAG_CA) ||
	    !(X509_get_key_usage(issuer->x509) & usage))
		return error_set(err, ERROR_INVALID, "\"%s\" is no authority for this",
				 cert_common_name(issuer));
	return 0;
}

int issue_cert(const struct issue_template *t, const struct buf *spki, const struct cert *issuer,
	       const struct key *issuer_key, struct cert **ret, struct error *err)
{
	X509 *x CLEANUP(X509_freep) = X509_new();
	int64_t end = t->not_after;

	if (!x)
		return error_oom(err);
	if (end > cert_not_after(issuer))
		end = cert_not_after(issuer);
	if (check_template(t, err) < 0 ||
	    issue_check_issuer(issuer, issuer_key, KU_KEY_CERT_SIGN, err) < 0)
		return -1;
	if (t->not_before >= end)
		return error_set(err, ERROR_INVALID, "issuer \"%s\" has expired by then",
				 cert_common_name(issuer));
	if (fill(x, t, spki, err) < 0 || set_time(X509_getm_notAfter(x), end, err) < 0)
		return -1;
	if (X509_set_issuer_name(x, X509_get_subject_name(issuer->x509)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "certificate");
	if (add_extensions(x, t, issuer->x509, err) < 0)
		return -1;
	return finish(x, issuer_key, ret, err);
}
