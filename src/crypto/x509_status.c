/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revocation by CRL and OCSP. Our own loop, not OpenSSL's: there, a forged CRL of a later date
 * hides the genuine one; here whatever does not verify is as if it were not there.
 */
#include <string.h>

#include "crypto/ocsp_internal.h"
#include "crypto/x509_internal.h"

/* Whether a genuine CRL lists the certificate; removal from a delta does not occur in ours. */
static bool lists(const struct crl *crl, X509 *x)
{
	X509_REVOKED *entry;

	return X509_CRL_get0_by_cert(crl->crl, &entry, x) != 0;
}

/*
 * A revocation never ends: an older genuine CRL that lists the certificate is believed too, so
 * withholding the newest one wins nothing.
 */
enum x509_status x509_status_by_crl(X509 *x, const struct cert *issuer, const struct crls *crls,
				    int64_t time)
{
	enum x509_status status = X509_IS_UNKNOWN;

	for (size_t i = 0; i < crls_count(crls); i++) {
		const struct crl *crl = crls_get(crls, i);
		struct error ignored = ERROR_INIT;

		if (crl_check_issuer(crl, issuer, &ignored) < 0)
			continue;
		if (lists(crl, x))
			return X509_IS_REVOKED;
		if (crl->this_update <= time && time <= crl->next_update)
			status = X509_IS_GOOD;
	}
	return status;
}

static bool signed_by_one(const struct crl *crl, const struct certs *issuers)
{
	struct error ignored = ERROR_INIT;

	for (size_t i = 0; i < certs_count(issuers); i++)
		if (crl_check_issuer(crl, certs_get(issuers, i), &ignored) == 0)
			return true;
	return false;
}

bool x509_revoked(const struct certs *chain, const struct certs *anchors, const struct crls *crls)
{
	for (size_t i = 0; i < crls_count(crls); i++) {
		const struct crl *crl = crls_get(crls, i);

		for (size_t n = 0; n < certs_count(chain); n++)
			if (lists(crl, certs_get(chain, n)->x509) &&
			    (signed_by_one(crl, anchors) || signed_by_one(crl, chain)))
				return true;
	}
	return false;
}

static enum x509_status by_one_ocsp(X509 *x, const struct ocsp *ocsp, const struct cert *issuer,
				    const struct x509_request *rq)
{
	static const enum x509_status statuses[] = {
		[OCSP_STATUS_GOOD] = X509_IS_GOOD,
		[OCSP_STATUS_REVOKED] = X509_IS_REVOKED,
		[OCSP_STATUS_UNKNOWN] = X509_IS_UNKNOWN,
	};
	const struct ocsp_context ctx = {
		.issuer = issuer,
		.time = rq->time,
		.crls = rq->crls,
		.flags = rq->flags,
	};
	struct error ignored = ERROR_INIT;
	enum ocsp_status said;

	if (!ocsp || ocsp_judge(ocsp, x, &ctx, &said, &ignored) < 0)
		return X509_IS_UNKNOWN;
	return statuses[said];
}

static enum x509_status status_by(X509 *x, const struct cert *issuer, const struct x509_request *rq)
{
	enum x509_status status = x509_status_by_crl(x, issuer, rq->crls, rq->time);

	for (size_t i = 0; i <= ocsps_count(rq->ocsps) && status != X509_IS_REVOKED; i++) {
		const struct ocsp *ocsp =
			i < ocsps_count(rq->ocsps) ? ocsps_get(rq->ocsps, i) : rq->stapled;
		enum x509_status said = by_one_ocsp(x, ocsp, issuer, rq);

		if (said != X509_IS_UNKNOWN)
			status = said;
	}
	return status;
}

/*
 * Of chain[i], from all sources: one genuine revocation wins over any number of good words. An
 * authority that certified a new key of its own may sign its lists with either (RFC 5280 6.3.3 f):
 * every authority above that bears the issuer's name and key usages is asked.
 */
static enum x509_status status_of(const struct cert *const *chain, size_t n, size_t i,
				  const struct x509_request *rq)
{
	const X509_NAME *name = X509_get_subject_name(chain[i + 1]->x509);
	enum x509_status status = X509_IS_UNKNOWN;

	for (size_t k = i + 1; k < n && status != X509_IS_REVOKED; k++) {
		enum x509_status said;

		if (X509_NAME_cmp(X509_get_subject_name(chain[k]->x509), name) != 0)
			break;
		said = status_by(chain[i]->x509, chain[k], rq);
		if (said != X509_IS_UNKNOWN)
			status = said;
	}
	return status;
}

/* RFC 7633: status_request (5) among the features that the certificate asks of its server. */
static bool must_staple(X509 *x)
{
	enum { STATUS_REQUEST = 5 };
	TLS_FEATURE *features = X509_get_ext_d2i(x, NID_tlsfeature, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		found = found ||
			ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == STATUS_REQUEST;
	TLS_FEATURE_free(features);
	ERR_clear_error();
	return found;
}

/* Pending status is no excuse: the server has the response, or is not the right one. */
static int check_stapled(X509 *leaf, const struct cert *issuer, const struct x509_request *rq,
			 struct error *err)
{
	if (!(rq->flags & X509_HANDSHAKE) || !must_staple(leaf))
		return 0;
	if (by_one_ocsp(leaf, rq->stapled, issuer, rq) != X509_IS_UNKNOWN)
		return 0;
	return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
			    "the certificate must come with a stapled OCSP response");
}

int x509_check_status(const struct cert *const *chain, size_t n, const struct x509_request *rq,
		      struct error *err)
{
	bool pending = (rq->flags & X509_STATUS_PENDING) != 0;
	size_t unknown = n;

	if (n > 1 && check_stapled(chain[0]->x509, chain[1], rq, err) < 0)
		return -1;
	if ((rq->flags & X509_WEB) && crls_count(rq->crls) == 0 && ocsps_count(rq->ocsps) == 0 &&
	    !rq->stapled)
		return 0;
	for (size_t i = 0; i + 1 < n; i++) {
		enum x509_status status = status_of(chain, n, i, rq);

		if (status == X509_IS_REVOKED)
			return error_refuse(err, REASON_CERT_REVOKED,
					    "certificate %zu of the chain is revoked by %.100s", i,
					    chain[i + 1]->subject);
		if (status == X509_IS_UNKNOWN && unknown == n)
			unknown = i;
	}
	if (unknown < n && !pending)
		return error_refuse(
			err, REASON_CERT_STATUS_UNKNOWN,
			"no current CRL or OCSP response for certificate %zu of the chain",
			unknown);
	return 0;
}
