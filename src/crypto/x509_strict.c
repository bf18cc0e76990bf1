/* SPDX-License-Identifier: Apache-2.0 */
/* What RFC 5280 and the public web's rules (CA/Browser Forum) forbid and OpenSSL lets pass. */
#include "crypto/x509_strict.h"

#include <arpa/inet.h>
#include <string.h>

#include "crypto/x509_internal.h"

DEFINE_CLEANUP(AUTHORITY_KEYID *, AUTHORITY_KEYID_free)
DEFINE_CLEANUP(AUTHORITY_INFO_ACCESS *, AUTHORITY_INFO_ACCESS_free)
DEFINE_CLEANUP(CERTIFICATEPOLICIES *, CERTIFICATEPOLICIES_free)

enum { SERIAL_MAX = 20 };

/* RFC 5280 4.1.2.2. Roots of the public web with the serial number 0 exist: not the anchor. */
static int check_serial(X509 *x, bool anchor, struct error *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	const unsigned char *octets = ASN1_STRING_get0_data(serial);
	int n = ASN1_STRING_length(serial);
	bool zero = n == 0 || (n == 1 && octets[0] == 0);

	if (anchor)
		return 0;
	/* The first octet's top bit costs one more in DER. */
	if (zero || ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ||
	    n + (octets[0] >> 7) > SERIAL_MAX)
		return error_refuse(err, REASON_CERT_FORM,
				    "a serial number that is not positive or is over 20 octets");
	return 0;
}

/* Decoded and encoded again, an extension that OpenSSL knows is the same: DER, nothing behind. */
static int check_encoding(X509_EXTENSION *ext, struct error *err)
{
	const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(ext);
	const X509V3_EXT_METHOD *method = X509V3_EXT_get(ext);
	unsigned char *der = NULL;
	void *value;
	int n = 0;
	bool same;

	if (!method || !method->it)
		return 0;
	value = X509V3_EXT_d2i(ext);
	if (value)
		n = ASN1_item_i2d(value, &der, ASN1_ITEM_ptr(method->it));
	same = value && n == ASN1_STRING_length(data) &&
	       memcmp(der, ASN1_STRING_get0_data(data), (size_t)n) == 0;
	OPENSSL_free(der);
	ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
	ERR_clear_error();
	if (!same)
		return error_refuse(err, REASON_CERT_EXTENSION, "the extension %s is malformed",
				    OBJ_nid2sn(OBJ_obj2nid(X509_EXTENSION_get_object(ext))));
	return 0;
}

/* RFC 5280 4.2.1, 4.2.2: which are always critical, and which never. */
static const struct {
	int nid;
	bool critical;
} criticalities[] = {
	{ NID_name_constraints, true },	       { NID_policy_constraints, true },
	{ NID_inhibit_any_policy, true },      { NID_info_access, false },
	{ NID_sinfo_access, false },	       { NID_freshest_crl, false },
	{ NID_subject_key_identifier, false }, { NID_authority_key_identifier, false },
};

static int check_extensions(X509 *x, struct error *err)
{
	for (int i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *ext = X509_get_ext(x, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));

		if (check_encoding(ext, err) < 0)
			return -1;
		for (size_t k = 0; k < ARRAY_SIZE(criticalities); k++)
			if (criticalities[k].nid == nid &&
			    criticalities[k].critical != (X509_EXTENSION_get_critical(ext) > 0))
				return error_refuse(err, REASON_CERT_EXTENSION,
						    "the extension %s must %sbe critical",
						    OBJ_nid2sn(nid),
						    criticalities[k].critical ? "" : "not ");
	}
	return 0;
}

/* SIZE (1..MAX), and an identifier in an identifier: what the template of OpenSSL does not say. */
static int check_contents(X509 *x, struct error *err)
{
	AUTHORITY_INFO_ACCESS *aia CLEANUP(AUTHORITY_INFO_ACCESS_freep) =
		X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	AUTHORITY_KEYID *aki CLEANUP(AUTHORITY_KEYID_freep) =
		X509_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);

	ERR_clear_error();
	if (aia && sk_ACCESS_DESCRIPTION_num(aia) == 0)
		return error_refuse(err, REASON_CERT_EXTENSION, "an empty authorityInfoAccess");
	if (!aki && !x509_self_issued(x))
		return error_refuse(err, REASON_CERT_EXTENSION, "no authorityKeyIdentifier");
	if (aki && !aki->keyid)
		return error_refuse(err, REASON_CERT_EXTENSION,
				    "an authorityKeyIdentifier without keyIdentifier");
	return 0;
}

/* RFC 5280 4.2.1.4: a critical policy with a qualifier that is not understood is not understood. */
static int check_qualifiers(X509 *x, struct error *err)
{
	int critical = 0;
	CERTIFICATEPOLICIES *policies CLEANUP(CERTIFICATEPOLICIES_freep) =
		X509_get_ext_d2i(x, NID_certificate_policies, &critical, NULL);

	ERR_clear_error();
	for (int i = 0; critical > 0 && i < sk_POLICYINFO_num(policies); i++) {
		const STACK_OF(POLICYQUALINFO) *quals =
			sk_POLICYINFO_value(policies, i)->qualifiers;

		for (int k = 0; k < sk_POLICYQUALINFO_num(quals); k++) {
			int nid = OBJ_obj2nid(sk_POLICYQUALINFO_value(quals, k)->pqualid);

			if (nid != NID_id_qt_cps && nid != NID_id_qt_unotice)
				return error_refuse(err, REASON_CERT_EXTENSION,
						    "a critical policy with an unknown qualifier");
		}
	}
	return 0;
}

/* CA/Browser Forum Baseline Requirements 6.1.6. */
static int check_modulus(X509 *x, struct error *err)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) &&
	    EVP_PKEY_get_bits(key) % 8 != 0)
		return error_refuse(err, REASON_CERT_ALGORITHM,
				    "an RSA key of %d bits, which is no whole number of octets",
				    EVP_PKEY_get_bits(key));
	return 0;
}

static bool has(X509 *x, int nid)
{
	return X509_get_ext_by_NID(x, nid, -1) >= 0;
}

static bool any_policy(X509 *x)
{
	CERTIFICATEPOLICIES *policies CLEANUP(CERTIFICATEPOLICIES_freep) =
		X509_get_ext_d2i(x, NID_certificate_policies, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_POLICYINFO_num(policies); i++)
		found = found ||
			OBJ_obj2nid(sk_POLICYINFO_value(policies, i)->policyid) == NID_any_policy;
	ERR_clear_error();
	return found;
}

static bool needs_policy(const struct cert *const *chain, size_t n, unsigned flags)
{
	bool needed = (flags & X509_EXPLICIT_POLICY) != 0;

	for (size_t i = 0; i < n; i++)
		needed = needed || has(chain[i]->x509, NID_policy_constraints);
	return needed;
}

/*
 * RFC 5280 ignores what policies an anchor's certificate asks for, which its owner did not mean:
 * such an anchor is refused where it could make a difference.
 */
static int check_anchor(const struct cert *const *chain, size_t n, const struct x509_request *rq,
			struct error *err)
{
	static const int unsupported[] = { NID_policy_constraints, NID_policy_mappings,
					   NID_inhibit_any_policy };
	X509 *x = chain[n - 1]->x509;

	for (size_t i = 0; i < ARRAY_SIZE(unsupported); i++)
		if (has(x, unsupported[i]))
			return error_refuse(err, REASON_CERT_POLICY,
					    "an anchor with %s is not supported",
					    OBJ_nid2sn(unsupported[i]));
	if (has(x, NID_certificate_policies) && !any_policy(x) && needs_policy(chain, n, rq->flags))
		return error_refuse(err, REASON_CERT_POLICY,
				    "an anchor with policies of its own is not supported here");
	if ((rq->flags & X509_WEB) && has(x, NID_ext_key_usage))
		return error_refuse(err, REASON_CERT_PURPOSE,
				    "an anchor with an extended key usage");
	return 0;
}

/* A commonName that reads as a host's name or address, and is none of the SAN's: BR 7.1.4.3. */
static int check_common_name(const struct cert *leaf, struct error *err)
{
	const char *cn = cert_common_name(leaf);
	GENERAL_NAMES *names CLEANUP(GENERAL_NAMES_freep) =
		X509_get_ext_d2i(leaf->x509, NID_subject_alt_name, NULL, NULL);

	ERR_clear_error();
	if ((!strpbrk(cn, ".:") && strncmp(cn, "0x", 2) != 0) || strpbrk(cn, " /@"))
		return 0;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_STRING *s = name->d.ia5;
		char text[INET6_ADDRSTRLEN] = "";

		if (name->type == GEN_DNS && (size_t)ASN1_STRING_length(s) == strlen(cn) &&
		    memcmp(ASN1_STRING_get0_data(s), cn, strlen(cn)) == 0)
			return 0;
		if (name->type == GEN_IPADD)
			(void)inet_ntop(ASN1_STRING_length(s) == 4 ? AF_INET : AF_INET6,
					ASN1_STRING_get0_data(s), text, sizeof(text));
		if (strcmp(text, cn) == 0)
			return 0;
	}
	return error_refuse(err, REASON_CERT_NAME,
			    "the commonName %.100s is not in the subjectAltName", cn);
}

/* Of a server's certificate on the public web: BR 7.1.2.7. */
static int check_web_server(const struct cert *leaf, struct error *err)
{
	X509 *x = leaf->x509;
	int eku = X509_get_ext_by_NID(x, NID_ext_key_usage, -1);
	int san = X509_get_ext_by_NID(x, NID_subject_alt_name, -1);

	if (eku >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, eku)))
		return error_refuse(err, REASON_CERT_EXTENSION, "a critical extended key usage");
	if (san >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, san)) &&
	    X509_NAME_entry_count(X509_get_subject_name(x)) > 0)
		return error_refuse(err, REASON_CERT_EXTENSION,
				    "a critical subjectAltName beside a subject");
	return check_common_name(leaf, err);
}

static int check_one(const struct cert *cert, bool anchor, struct error *err)
{
	X509 *x = cert->x509;

	if (check_serial(x, anchor, err) < 0 || check_extensions(x, err) < 0 ||
	    check_contents(x, err) < 0 || check_qualifiers(x, err) < 0 || check_modulus(x, err) < 0)
		return -1;
	return x509_check_name_forms(x, err);
}

int x509_check_strict(const struct cert *const *chain, size_t n, const struct x509_request *rq,
		      struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (check_one(chain[i], i == n - 1, err) < 0)
			return error_wrap(err, "certificate %zu of the chain", i);
	if (n > 1 && check_anchor(chain, n, rq, err) < 0)
		return -1;
	if ((rq->flags & X509_WEB) && rq->purpose == X509_TLS_SERVER &&
	    check_web_server(chain[0], err) < 0)
		return -1;
	return x509_check_wildcards(chain, n, err);
}
