/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ocsp_query.h"

#include "base/limits.h"
#include "crypto/ocsp_internal.h"

struct ocsp_query {
	OCSP_REQUEST *request; /* owned, and so are all below */
	char **serials;
	size_t n;
	struct buf nonce;
};

int ocsp_query_make(const struct cert *cert, const struct cert *issuer, const void *nonce,
		    size_t nonce_len, struct buf *ret, struct error *err)
{
	OCSP_REQUEST *request CLEANUP(OCSP_REQUEST_freep) = OCSP_REQUEST_new();
	/* Every responder knows SHA-1 here (RFC 5019 2.1.1); it is a name, not a protection. */
	OCSP_CERTID *id CLEANUP(OCSP_CERTID_freep) =
		OCSP_cert_to_id(EVP_sha1(), cert->x509, issuer->x509);

	if (nonce && (nonce_len < 1 || nonce_len > LIMIT_OCSP_NONCE))
		return error_set(err, ERROR_INVALID, "a nonce of %zu bytes", nonce_len);
	if (!request || !id || !OCSP_request_add0_id(request, id))
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP request");
	(void)STEAL(id);
	if (nonce && OCSP_request_add1_nonce(request, (unsigned char *)nonce, (int)nonce_len) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP nonce");
	return DER_APPEND(i2d_OCSP_REQUEST, request, ret, err);
}

/* What a stranger sent is invalid, whatever part of it. */
static int invalid(struct error *err)
{
	if (err->code == ERROR_UNAVAILABLE)
		return -1;
	err->code = ERROR_INVALID;
	err->reason = REASON_NONE;
	return -1;
}

static int read_questions(struct ocsp_query *q, struct error *err)
{
	int n = OCSP_request_onereq_count(q->request);

	if (n < 1 || n > (int)LIMIT_OCSP_SINGLES)
		return error_set(err, ERROR_INVALID, "an OCSP request with %d questions; 1 to %u",
				 n, LIMIT_OCSP_SINGLES);
	q->serials = calloc((size_t)n, sizeof(*q->serials));
	if (!q->serials)
		return error_oom(err);
	q->n = (size_t)n;
	for (int i = 0; i < n; i++)
		if (ocsp_id_serial(OCSP_onereq_get0_id(OCSP_request_onereq_get0(q->request, i)),
				   &q->serials[i], err) < 0)
			return invalid(err);
	return 0;
}

static int read_nonce(struct ocsp_query *q, struct error *err)
{
	int i = OCSP_REQUEST_get_ext_by_NID(q->request, NID_id_pkix_OCSP_Nonce, -1);

	if (i >= 0 && ocsp_nonce_of(OCSP_REQUEST_get_ext(q->request, i), &q->nonce, err) < 0)
		return invalid(err);
	return 0;
}

int ocsp_query_parse(const void *der, size_t len, struct ocsp_query **ret, struct error *err)
{
	struct ocsp_query *q auto_ocsp_query = NULL;
	struct buf again auto_buf = BUF_INIT;
	const unsigned char *p = der;

	if (len > LIMIT_OCSP_QUERY)
		return error_set(err, ERROR_LIMIT, "an OCSP request of %zu bytes; at most %u", len,
				 LIMIT_OCSP_QUERY);
	q = calloc(1, sizeof(*q));
	if (!q)
		return error_oom(err);
	q->request = d2i_OCSP_REQUEST(NULL, &p, (long)len);
	if (!q->request)
		return ossl_fail(err, ERROR_INVALID, "not an OCSP request in DER");
	if (DER_APPEND(i2d_OCSP_REQUEST, q->request, &again, err) < 0)
		return -1;
	if (!buf_is(&again, der, len))
		return error_set(err, ERROR_INVALID, "not one OCSP request in DER alone");
	if (read_questions(q, err) < 0 || read_nonce(q, err) < 0)
		return -1;
	*ret = STEAL(q);
	return 0;
}

void ocsp_query_free(struct ocsp_query *q)
{
	if (!q)
		return;
	OCSP_REQUEST_free(q->request);
	for (size_t i = 0; i < q->n; i++)
		free(q->serials[i]);
	free(q->serials);
	buf_done(&q->nonce);
	free(q);
}

size_t ocsp_query_count(const struct ocsp_query *q)
{
	return q->n;
}

const char *ocsp_query_serial(const struct ocsp_query *q, size_t i)
{
	return i < q->n ? q->serials[i] : NULL;
}

bool ocsp_query_is_for(const struct ocsp_query *q, size_t i, const struct cert *issuer)
{
	const OCSP_CERTID *id = ocsp_query_id(q, i);
	const EVP_MD *md = id ? ocsp_id_digest(id) : NULL;
	OCSP_CERTID *mine CLEANUP(OCSP_CERTID_freep) =
		md ? OCSP_cert_to_id(md, NULL, issuer->x509) : NULL;
	bool same = mine && OCSP_id_issuer_cmp(mine, id) == 0;

	ERR_clear_error();
	return same;
}

const struct buf *ocsp_query_nonce(const struct ocsp_query *q)
{
	return &q->nonce;
}

const OCSP_CERTID *ocsp_query_id(const struct ocsp_query *q, size_t i)
{
	return i < q->n ? OCSP_onereq_get0_id(OCSP_request_onereq_get0(q->request, (int)i)) : NULL;
}
