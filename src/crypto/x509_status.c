/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revocation by CRL. Our own loop, not OpenSSL's: there, a forged CRL of a later date hides the
 * genuine one; here whatever does not verify is as if it were not there.
 */
#include <string.h>

#include "crypto/x509_internal.h"

enum status { STATUS_UNKNOWN, STATUS_GOOD, STATUS_REVOKED };

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
static enum status status_of(X509 *x, const struct cert *issuer, const struct x509_request *rq)
{
	enum status status = STATUS_UNKNOWN;

	for (size_t i = 0; i < crls_count(rq->crls); i++) {
		const struct crl *crl = crls_get(rq->crls, i);
		struct error ignored = ERROR_INIT;

		if (crl_check_issuer(crl, issuer, &ignored) < 0)
			continue;
		if (lists(crl, x))
			return STATUS_REVOKED;
		if (crl->this_update <= rq->time && rq->time <= crl->next_update)
			status = STATUS_GOOD;
	}
	return status;
}

static const struct cert *find(const struct certs *certs, const X509 *x)
{
	for (size_t i = 0; i < certs_count(certs); i++)
		if (certs_get(certs, i)->x509 == x)
			return certs_get(certs, i);
	return NULL;
}

/* Every issuer of a chain that was built came from one of the two lists. */
static const struct cert *owner_of(const X509 *x, const struct x509_request *rq)
{
	const struct cert *cert = find(rq->anchors, x);

	return cert ? cert : find(rq->untrusted, x);
}

int x509_check_status(STACK_OF(X509) * chain, const struct x509_request *rq, struct error *err)
{
	bool pending = (rq->flags & X509_STATUS_PENDING) != 0;
	int n = sk_X509_num(chain), unknown = -1;

	if ((rq->flags & X509_WEB) && crls_count(rq->crls) == 0)
		return 0;
	for (int i = 0; i < n - 1; i++) {
		const struct cert *issuer = owner_of(sk_X509_value(chain, i + 1), rq);
		enum status status;

		if (!issuer)
			return error_set(err, ERROR_INTERNAL, "an issuer from nowhere");
		status = status_of(sk_X509_value(chain, i), issuer, rq);
		if (status == STATUS_REVOKED)
			return error_refuse(err, REASON_CERT_REVOKED,
					    "certificate %d of the chain is revoked by %.100s", i,
					    issuer->subject);
		if (status == STATUS_UNKNOWN && unknown < 0)
			unknown = i;
	}
	if (unknown >= 0 && !pending)
		return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
				    "no current CRL for certificate %d of the chain", unknown);
	return 0;
}
