/* SPDX-License-Identifier: Apache-2.0 */
/* Who may sign a response, and what a genuine one is worth: RFC 6960 3.2, 4.2.2. */
#include "crypto/ocsp_internal.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/x509_internal.h"

/* Whether an answer is about the certificate: serial, and name and key of its issuer. */
static bool is_about(const OCSP_CERTID *id, X509 *x, X509 *issuer)
{
	const EVP_MD *md = ocsp_id_digest(id);
	OCSP_CERTID *mine CLEANUP(OCSP_CERTID_freep) = md ? OCSP_cert_to_id(md, x, issuer) : NULL;
	bool same = mine && OCSP_id_cmp(mine, id) == 0;

	ERR_clear_error();
	return same;
}

/* The signature alone, by one certificate, which the responder id must name. */
static bool signed_by(const struct ocsp *o, const struct cert *signer)
{
	STACK_OF(X509) * alone CLEANUP(sk_X509_viewp) = NULL;
	bool good;

	if (strcmp(o->signed_by, signer->sha256) == 0)
		return true; /* a client asks this at every handshake */
	alone = sk_X509_new_null();
	good = alone && sk_X509_push(alone, signer->x509) > 0 &&
	       OCSP_basic_verify(o->basic, alone, NULL,
				 OCSP_NOINTERN | OCSP_NOVERIFY | OCSP_TRUSTOTHER) == 1;
	ERR_clear_error();
	if (good)
		memcpy(o->signed_by, signer->sha256, SHA256_HEX_SIZE);
	return good;
}

static int check_delegate_status(const struct cert *delegate, const struct ocsp_context *ctx,
				 struct error *err)
{
	switch (x509_status_by_crl(delegate->x509, ctx->issuer, ctx->crls, ctx->time)) {
	case X509_IS_REVOKED:
		return error_refuse(err, REASON_CERT_REVOKED, "the OCSP signer is revoked");
	case X509_IS_GOOD: return 0;
	case X509_IS_UNKNOWN: break;
	}
	if (X509_get_ext_by_NID(delegate->x509, NID_id_pkix_OCSP_noCheck, -1) >= 0)
		return 0;
	return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
			    "no current CRL for the OCSP signer, and no ocsp-nocheck");
}

/* Certified by the very issuer, for this alone, and valid. */
static int check_delegate(const struct cert *delegate, const struct ocsp_context *ctx,
			  struct error *err)
{
	X509 *x = delegate->x509, *issuer = ctx->issuer->x509;

	if (X509_check_issued(issuer, x) != X509_V_OK ||
	    X509_verify(x, X509_get0_pubkey(issuer)) != 1)
		return ossl_refuse(err, REASON_CERT_SIGNATURE,
				   "the OCSP signer's certificate is of another issuer");
	if (x509_check_form(x, false, ctx->flags, err) < 0 ||
	    x509_check_purpose_of(x, X509_OCSP_SIGNER, ctx->flags, err) < 0)
		return -1;
	if (ctx->time < delegate->not_before)
		return error_refuse(err, REASON_CERT_NOT_YET, "the OCSP signer is not valid yet");
	if (ctx->time > delegate->not_after)
		return error_refuse(err, REASON_CERT_EXPIRED, "the OCSP signer has expired");
	return check_delegate_status(delegate, ctx, err);
}

static int check_signer(const struct ocsp *o, const struct ocsp_context *ctx, struct error *err)
{
	if (algorithm_check_signature(OCSP_resp_get0_tbs_sigalg(o->basic), ctx->flags, err) < 0)
		return -1;
	if (signed_by(o, ctx->issuer))
		return 0;
	for (size_t i = 0; i < certs_count(o->certs); i++) {
		const struct cert *delegate = certs_get(o->certs, i);

		if (signed_by(o, delegate))
			return check_delegate(delegate, ctx, err);
	}
	return error_refuse(err, REASON_CERT_SIGNATURE,
			    "an OCSP response that neither the issuer nor a delegate signed");
}

static int check_current(const struct ocsp *o, const struct ocsp_single *s, int64_t time,
			 struct error *err)
{
	/* A responder stamps the second in which it was asked; this device's clock may be late. */
	int64_t latest = time + LIMIT_BACKDATE_S;

	if (s->this_update > latest || o->produced_at > latest)
		return error_refuse(err, REASON_CERT_NOT_YET, "an OCSP answer of the future");
	if (s->next_update < time || s->this_update < time - LIMIT_OCSP_AGE_S)
		return error_refuse(err, REASON_CERT_EXPIRED, "an OCSP answer that is too old");
	if (o->produced_at < s->this_update)
		return error_refuse(err, REASON_CERT_FORM, "an OCSP answer older than its facts");
	return 0;
}

int ocsp_judge(const struct ocsp *o, X509 *x, const struct ocsp_context *ctx, enum ocsp_status *ret,
	       struct error *err)
{
	const struct ocsp_single *worst = NULL;

	for (size_t i = 0; i < o->n; i++) {
		const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(OCSP_resp_get0(o->basic, (int)i));
		const struct ocsp_single *s = &o->singles[i];

		if (!is_about(id, x, ctx->issuer->x509))
			continue;
		if (!worst || s->status == OCSP_STATUS_REVOKED ||
		    (worst->status == OCSP_STATUS_GOOD && s->status == OCSP_STATUS_UNKNOWN))
			worst = s;
	}
	if (!worst)
		return error_refuse(err, REASON_CERT_STATUS_UNKNOWN,
				    "an OCSP response about other certificates");
	if (check_signer(o, ctx, err) < 0)
		return -1;
	if (worst->status != OCSP_STATUS_REVOKED && check_current(o, worst, ctx->time, err) < 0)
		return -1;
	*ret = worst->status;
	return 0;
}

int ocsp_status_of(const struct ocsp *ocsp, const struct cert *cert, const struct ocsp_context *ctx,
		   enum ocsp_status *ret, struct error *err)
{
	return ocsp_judge(ocsp, cert->x509, ctx, ret, err);
}
