/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/limits.h"
#include "crypto/issue_internal.h"
#include "crypto/ocsp_internal.h"

/* The digest that the question named the issuer by: a stock client looks for its own CertID. */
static const EVP_MD *id_digest(const struct issue_ocsp *t)
{
	const OCSP_CERTID *id = t->query ? ocsp_query_id(t->query, 0) : NULL;
	const EVP_MD *md = id ? ocsp_id_digest(id) : NULL;

	return md ? md : EVP_sha1();
}

static int make_id(const struct issue_ocsp *t, const char *serial, const struct cert *issuer,
		   OCSP_CERTID **ret, struct error *err)
{
	BIGNUM *n CLEANUP(BN_freep) = NULL;
	ASN1_INTEGER *number CLEANUP(ASN1_INTEGER_freep) = NULL;
	int digits = BN_hex2bn(&n, serial);

	if (digits <= 0 || serial[digits] != '\0' || BN_is_negative(n))
		return ossl_fail(err, ERROR_INVALID, "'%.60s' is no serial number", serial);
	number = BN_to_ASN1_INTEGER(n, NULL);
	if (number)
		*ret = OCSP_cert_id_new(id_digest(t), X509_get_subject_name(issuer->x509),
					X509_get0_pubkey_bitstr(issuer->x509), number);
	return *ret ? 0 : ossl_fail(err, ERROR_UNAVAILABLE, "OCSP CertID");
}

static int add_answer(OCSP_BASICRESP *basic, const struct issue_ocsp *t,
		      const struct issue_ocsp_answer *a, const struct cert *issuer,
		      struct error *err)
{
	static const int statuses[] = {
		[OCSP_STATUS_GOOD] = V_OCSP_CERTSTATUS_GOOD,
		[OCSP_STATUS_REVOKED] = V_OCSP_CERTSTATUS_REVOKED,
		[OCSP_STATUS_UNKNOWN] = V_OCSP_CERTSTATUS_UNKNOWN,
	};
	ASN1_TIME *from CLEANUP(ASN1_TIME_freep) =
		ASN1_GENERALIZEDTIME_set(NULL, (time_t)t->this_update);
	ASN1_TIME *to CLEANUP(ASN1_TIME_freep) =
		ASN1_GENERALIZEDTIME_set(NULL, (time_t)t->next_update);
	ASN1_TIME *revoked CLEANUP(ASN1_TIME_freep) =
		ASN1_GENERALIZEDTIME_set(NULL, (time_t)a->revoked_at);
	OCSP_CERTID *id CLEANUP(OCSP_CERTID_freep) = NULL;

	if ((unsigned)a->status >= OCSP_STATUS_MAX_)
		return error_set(err, ERROR_INVALID, "no OCSP status %d", (int)a->status);
	if (make_id(t, a->serial, issuer, &id, err) < 0)
		return -1;
	if (!from || !to || !revoked ||
	    !OCSP_basic_add1_status(basic, id, statuses[a->status], OCSP_REVOKED_STATUS_NOSTATUS,
				    a->status == OCSP_STATUS_REVOKED ? revoked : NULL, from, to))
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP answer");
	return 0;
}

static int check_template(const struct issue_ocsp *t, const struct cert *responder,
			  const struct key *key, struct error *err)
{
	if (t->n_answers < 1 || t->n_answers > LIMIT_OCSP_SINGLES)
		return error_set(err, ERROR_INVALID, "%zu OCSP answers; 1 to %u", t->n_answers,
				 LIMIT_OCSP_SINGLES);
	if (t->this_update >= t->next_update || t->produced_at < t->this_update)
		return error_set(err, ERROR_INVALID, "an OCSP response that is never current");
	if (strcmp(cert_key_sha256(responder), key_sha256(key)) != 0)
		return error_set(err, ERROR_INVALID, "the key is not that of responder \"%s\"",
				 cert_common_name(responder));
	return 0;
}

static int sign(OCSP_BASICRESP *basic, const struct issue_ocsp *t, const struct cert *issuer,
		const struct cert *responder, const struct key *key, struct error *err)
{
	bool self = strcmp(cert_sha256(issuer), cert_sha256(responder)) == 0;
	unsigned long flags = OCSP_RESPID_KEY | OCSP_NOTIME | (self ? OCSP_NOCERTS : 0);
	/* There is no setter, and OCSP_basic_sign alone would read the clock. */
	ASN1_GENERALIZEDTIME *at = (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic);
	const struct buf *nonce = t->query ? ocsp_query_nonce(t->query) : NULL;

	if (!ASN1_GENERALIZEDTIME_set(at, (time_t)t->produced_at))
		return ossl_fail(err, ERROR_INVALID, "a time");
	if (nonce && nonce->len > 0 &&
	    OCSP_basic_add1_nonce(basic, nonce->data, (int)nonce->len) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP nonce");
	if (OCSP_basic_sign(basic, responder->x509, key_pkey(key), issue_digest(key), NULL,
			    flags) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "sign an OCSP response");
	return 0;
}

int issue_ocsp(const struct issue_ocsp *t, const struct cert *issuer, const struct cert *responder,
	       const struct key *responder_key, struct ocsp **ret, struct error *err)
{
	OCSP_BASICRESP *basic CLEANUP(OCSP_BASICRESP_freep) = OCSP_BASICRESP_new();
	OCSP_RESPONSE *response CLEANUP(OCSP_RESPONSE_freep) = NULL;
	struct buf der auto_buf = BUF_INIT;

	if (!basic)
		return error_oom(err);
	if (check_template(t, responder, responder_key, err) < 0)
		return -1;
	for (size_t i = 0; i < t->n_answers; i++)
		if (add_answer(basic, t, &t->answers[i], issuer, err) < 0)
			return -1;
	if (sign(basic, t, issuer, responder, responder_key, err) < 0)
		return -1;
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	if (!response)
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP response");
	if (DER_APPEND(i2d_OCSP_RESPONSE, response, &der, err) < 0)
		return -1;
	return ocsp_parse(der.data, der.len, ret, err);
}
