/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that OpenSSL does not apply, or not as strictly, and the names of those that it does.
 */
#include <string.h>

#include "crypto/algorithm.h"
#include "crypto/x509_internal.h"

#define EKU_ANY "2.5.29.37.0"
enum { OID_TEXT = 128 };

static const struct {
	int code;
	enum reason reason;
} verify_reasons[] = {
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_CERT_UNTRUSTED, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_CERT_REJECTED, REASON_CERT_UNTRUSTED },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, REASON_CERT_SIGNATURE },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, REASON_CERT_SIGNATURE },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, REASON_CERT_SIGNATURE },
	{ X509_V_ERR_CERT_NOT_YET_VALID, REASON_CERT_NOT_YET },
	{ X509_V_ERR_CERT_HAS_EXPIRED, REASON_CERT_EXPIRED },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, REASON_CERT_FORM },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, REASON_CERT_FORM },
	{ X509_V_ERR_INVALID_CA, REASON_CERT_CA },
	{ X509_V_ERR_CA_BCONS_NOT_CRITICAL, REASON_CERT_CA },
	{ X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, REASON_CERT_CA },
	{ X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, REASON_CERT_KEY_USAGE },
	{ X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, REASON_CERT_KEY_USAGE },
	{ X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, REASON_CERT_KEY_USAGE },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, REASON_CERT_KEY_USAGE },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, REASON_CERT_PATH_LENGTH },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, REASON_CERT_PATH_LENGTH },
	{ X509_V_ERR_INVALID_PURPOSE, REASON_CERT_PURPOSE },
	{ X509_V_ERR_PERMITTED_VIOLATION, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_EXCLUDED_VIOLATION, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_SUBTREE_MINMAX, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, REASON_CERT_NAME_CONSTRAINTS },
	{ X509_V_ERR_INVALID_POLICY_EXTENSION, REASON_CERT_POLICY },
	{ X509_V_ERR_NO_EXPLICIT_POLICY, REASON_CERT_POLICY },
	{ X509_V_ERR_ISSUER_NAME_EMPTY, REASON_CERT_NAME },
	{ X509_V_ERR_SUBJECT_NAME_EMPTY, REASON_CERT_NAME },
	{ X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, REASON_CERT_NAME },
	{ X509_V_ERR_EMPTY_SUBJECT_ALT_NAME, REASON_CERT_NAME },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_CA_MD_TOO_WEAK, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, REASON_CERT_ALGORITHM },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, REASON_CERT_EXTENSION },
};

static bool has_key_usage(X509 *x, uint32_t bit)
{
	/* OpenSSL gives all bits where the extension is absent. */
	return (X509_get_extension_flags(x) & EXFLAG_KUSAGE) && (X509_get_key_usage(x) & bit);
}

enum reason x509_reason(int verify_error, X509 *at)
{
	/* "invalid CA" is said for a missing keyCertSign too. */
	if (verify_error == X509_V_ERR_INVALID_CA && at &&
	    (X509_get_extension_flags(at) & EXFLAG_CA) && !has_key_usage(at, KU_KEY_CERT_SIGN))
		return REASON_CERT_KEY_USAGE;
	for (size_t i = 0; i < ARRAY_SIZE(verify_reasons); i++)
		if (verify_reasons[i].code == verify_error)
			return verify_reasons[i].reason;
	return REASON_CERT_EXTENSION; /* the rest are malformed or contradictory extensions */
}

int x509_check_form(X509 *x, bool anchor, unsigned flags, struct error *err)
{
	const ASN1_BIT_STRING *issuer_uid, *subject_uid;
	uint32_t ex = X509_get_extension_flags(x);
	const X509_ALGOR *alg;

	if (X509_get_version(x) != X509_VERSION_3)
		return error_refuse(err, REASON_CERT_FORM, "not a certificate of version 3");
	if (ex & (EXFLAG_INVALID | EXFLAG_CRITICAL))
		return error_refuse(err, REASON_CERT_EXTENSION,
				    "an extension is malformed, or critical and unknown");
	X509_get0_uids(x, &issuer_uid, &subject_uid);
	if (issuer_uid || subject_uid)
		return error_refuse(err, REASON_CERT_EXTENSION, "a unique identifier");
	if (algorithm_check_key(X509_get_X509_PUBKEY(x), flags, err) < 0)
		return -1;
	X509_get0_signature(NULL, &alg, x);
	/* On the public web, the signature of a root by itself proves nothing and is not judged. */
	if (!(anchor && (flags & X509_WEB)) && algorithm_check_signature(alg, flags, err) < 0)
		return -1;
	if (X509_NAME_entry_count(X509_get_subject_name(x)) == 0 &&
	    X509_get_ext_by_NID(x, NID_subject_alt_name, -1) < 0)
		return error_refuse(err, REASON_CERT_NAME, "no subject and no subjectAltName");
	return 0;
}

static bool eku_has(const EXTENDED_KEY_USAGE *eku, const char *oid)
{
	char text[OID_TEXT];

	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++)
		if (OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(eku, i), 1) > 0 &&
		    strcmp(text, oid) == 0)
			return true;
	return false;
}

static bool eku_covers(const EXTENDED_KEY_USAGE *eku, enum x509_purpose purpose)
{
	for (unsigned k = 0; k < 2; k++) {
		const char *oid = x509_purpose_eku(purpose, k);

		if (oid && !eku_has(eku, oid))
			return false;
	}
	return true;
}

static int eku_count(enum x509_purpose purpose)
{
	return !!x509_purpose_eku(purpose, 0) + !!x509_purpose_eku(purpose, 1);
}

DEFINE_CLEANUP(EXTENDED_KEY_USAGE *, EXTENDED_KEY_USAGE_free)

static EXTENDED_KEY_USAGE *eku_of(X509 *x)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);

	ERR_clear_error();
	return eku;
}

int x509_check_ca_cert(X509 *x, enum x509_purpose purpose, bool anchor, unsigned flags,
		       struct error *err)
{
	EXTENDED_KEY_USAGE *eku CLEANUP(EXTENDED_KEY_USAGE_freep) = eku_of(x);
	uint32_t ex = X509_get_extension_flags(x);

	if (!(ex & EXFLAG_BCONS) || !(ex & EXFLAG_CA))
		return error_refuse(err, REASON_CERT_CA, "an issuer without CA=TRUE");
	if (!has_key_usage(x, KU_KEY_CERT_SIGN))
		return error_refuse(err, REASON_CERT_KEY_USAGE, "an issuer without keyCertSign");
	if (eku && !(flags & X509_WEB && eku_has(eku, EKU_ANY)) && !eku_covers(eku, purpose))
		return error_refuse(err, REASON_CERT_PURPOSE, "an issuer for other purposes");
	return 0;
}

/* Our TLS has no key transport; on the public web a server's key may be for that alone. */
static bool key_usage_fits(X509 *x, enum x509_purpose purpose, unsigned flags)
{
	uint32_t bits = KU_DIGITAL_SIGNATURE;

	if ((flags & X509_WEB) && purpose == X509_TLS_SERVER)
		bits |= KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
	return has_key_usage(x, bits);
}

int x509_check_purpose_of(X509 *x, enum x509_purpose purpose, unsigned flags, struct error *err)
{
	EXTENDED_KEY_USAGE *eku CLEANUP(EXTENDED_KEY_USAGE_freep) = eku_of(x);

	if (purpose == X509_ANY)
		return 0;
	if (purpose == X509_CA)
		return x509_check_ca_cert(x, purpose, false, flags, err);
	if (eku_count(purpose) == 0)
		return error_set(err, ERROR_INVALID, "no purpose was asked for");
	if (X509_get_extension_flags(x) & EXFLAG_CA)
		return error_refuse(err, REASON_CERT_PURPOSE, "an authority as end certificate");
	if (!eku)
		return error_refuse(err, REASON_CERT_PURPOSE, "no extended key usage");
	if (eku_has(eku, EKU_ANY))
		return error_refuse(err, REASON_CERT_PURPOSE, "the extended key usage is \"any\"");
	if (!eku_covers(eku, purpose))
		return error_refuse(err, REASON_CERT_PURPOSE, "the extended key usage is not %s",
				    x509_purpose_name(purpose));
	if (!x509_purpose_shares(purpose) && sk_ASN1_OBJECT_num(eku) != eku_count(purpose))
		return error_refuse(err, REASON_CERT_PURPOSE, "other usages stand beside %s",
				    x509_purpose_name(purpose));
	if ((X509_get_extension_flags(x) & EXFLAG_KUSAGE) && !key_usage_fits(x, purpose, flags))
		return error_refuse(err, REASON_CERT_KEY_USAGE, "no digitalSignature");
	return 0;
}

int x509_check_time(const struct cert *cert, int64_t time, struct error *err)
{
	if (time < cert->not_before)
		return error_refuse(err, REASON_CERT_NOT_YET, "not valid yet");
	if (time > cert->not_after)
		return error_refuse(err, REASON_CERT_EXPIRED, "expired");
	return 0;
}
