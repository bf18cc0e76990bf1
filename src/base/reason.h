/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Why a certificate, a signature or a document was refused: the one list. The wire name is what
 * audit records, the CLI's --json and the tests carry; the text is for people.
 */

#define REASONS(X) \
	/* X.509 (RFC 5280, FIA_X509_EXT.1) */ \
	X(REASON_CERT_FORM, "cert-form", "the certificate cannot be parsed") \
	X(REASON_CERT_EXPIRED, "cert-expired", "a certificate of the chain has expired") \
	X(REASON_CERT_NOT_YET, "cert-not-yet-valid", "a certificate is not valid yet") \
	X(REASON_CERT_REVOKED, "cert-revoked", "a certificate of the chain is revoked") \
	X(REASON_CERT_UNTRUSTED, "cert-untrusted", "the chain ends in no trusted anchor") \
	X(REASON_CERT_SIGNATURE, "cert-signature", "a certificate's signature does not verify") \
	X(REASON_CERT_CA, "cert-ca", "an issuer is not a certificate authority") \
	X(REASON_CERT_PATH_LENGTH, "cert-path-length", "the chain is longer than allowed") \
	X(REASON_CERT_PURPOSE, "cert-purpose", "the extended key usage does not fit the use") \
	X(REASON_CERT_KEY_USAGE, "cert-key-usage", "the key usage does not fit the use") \
	X(REASON_CERT_NAME, "cert-name", "the certificate is for another name") \
	X(REASON_CERT_NAME_CONSTRAINTS, "cert-name-constraints", \
	  "a name lies outside the issuer's") \
	X(REASON_CERT_POLICY, "cert-policy", "the certificate policies do not fit") \
	X(REASON_CERT_EXTENSION, "cert-extension", "an extension is unknown and critical, or bad") \
	X(REASON_CERT_ALGORITHM, "cert-algorithm", "a key, curve or digest is not allowed") \
	X(REASON_CERT_STATUS_UNKNOWN, "cert-status-unknown", "no usable revocation status") \
	X(REASON_STATUS_KIND, "status-kind", \
	  "a CRL or OCSP response of a kind that is not supported") \
	/* documents, in the order of checks */ \
	X(REASON_SIZE, "size", "the document is larger than allowed") \
	X(REASON_CMS_FORM, "cms-form", "not one CMS SignedData of the required form") \
	X(REASON_CMS_ALGORITHM, "cms-algorithm", "a digest or signature algorithm is not allowed") \
	X(REASON_UNSIGNED, "unsigned", "the document carries no signature") \
	X(REASON_SIGNATURE, "signature", "a signature does not verify") \
	X(REASON_SIGNER_NOT_LISTED, "signer-not-listed", "a signer is not listed in trust") \
	X(REASON_SIGNER_ONLINE, "signer-online", "a key that a server holds may not sign this") \
	X(REASON_NEED_STATUS, "need-status", "revocation status of a signer's issuer is missing") \
	X(REASON_NEED_TRUST, "need-trust", "no trust document is known yet") \
	X(REASON_JSON, "json", "the content is not the strict JSON document that it must be") \
	X(REASON_TYPE, "type", "the document is of another type than expected") \
	X(REASON_ENTERPRISE, "enterprise", "the document is for another enterprise") \
	X(REASON_AUDIENCE, "audience", "the document is for another device, stream or enrollment") \
	X(REASON_WINDOW, "window", "the document is outside its validity window") \
	X(REASON_SERIAL, "serial", "the serial is not newer than the one in force") \
	X(REASON_REPLAY, "replay", "the command was used already") \
	X(REASON_CANCELLED, "cancelled", "the command was cancelled") \
	X(REASON_VERSION, "version", "the trust version is not the next one") \
	X(REASON_DIGEST, "digest", "the digest is not the one given at enrollment") \
	X(REASON_NONCE, "nonce", "the head does not answer this device's nonce") \
	X(REASON_QUORUM, "quorum", "too few persons signed for what the document would do") \
	X(REASON_TARGETS, "targets", "the document names more devices than trust allows") \
	X(REASON_UNSUPPORTED, "unsupported", "the platform cannot do a setting of the document") \
	X(REASON_INTERRUPTED, "interrupted", \
	  "the agent ended in the middle of it; what came of it is not known")

enum reason {
	REASON_NONE = 0,
#define X(id, name, text) id,
	REASONS(X)
#undef X
		REASON_MAX_
};

/* The wire name ("cert-expired"); "none" for REASON_NONE, "?" for what is not a reason. */
const char *reason_name(enum reason reason);
/* One sentence for a person, without a full stop. */
const char *reason_text(enum reason reason);
/* The reason of a wire name; REASON_NONE where there is none. */
enum reason reason_find(const char *name);
