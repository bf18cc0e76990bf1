/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/x509.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/x509_internal.h"

DEFINE_CLEANUP(X509_STORE_CTX *, X509_STORE_CTX_free)

/* A view: the certificates stay the list's. */
static int stack_of(const struct certs *certs, STACK_OF(X509) * *ret, struct error *err)
{
	STACK_OF(X509) *sk = sk_X509_new_null();

	*ret = sk;
	for (size_t i = 0; sk && i < certs_count(certs); i++)
		if (sk_X509_push(sk, certs_get(certs, i)->x509) <= 0)
			return error_oom(err);
	return sk ? 0 : error_oom(err);
}

/* Path building, signatures, validity, path lengths, name constraints: OpenSSL's part, strictly. */
static int verify_path(X509_STORE_CTX *ctx, const struct x509_request *rq, struct error *err)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	int code;

	X509_VERIFY_PARAM_set_time(param, (time_t)rq->time);
	X509_VERIFY_PARAM_set_depth(param, LIMIT_CHAIN_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits; x509_check_form asks for more */
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "verification parameters");
	if (X509_verify_cert(ctx) == 1)
		return 0;
	code = X509_STORE_CTX_get_error(ctx);
	ERR_clear_error();
	if (code == X509_V_ERR_OUT_OF_MEM)
		return error_oom(err);
	return error_refuse(err, x509_reason(code, X509_STORE_CTX_get_current_cert(ctx)),
			    "%s (certificate %d of the chain)", X509_verify_cert_error_string(code),
			    X509_STORE_CTX_get_error_depth(ctx));
}

/* Our own rules over the chain that was built, end certificate first. */
static int check_chain(const struct cert *leaf, STACK_OF(X509) * chain,
		       const struct x509_request *rq, struct error *err)
{
	int n = sk_X509_num(chain);

	for (int i = 0; i < n; i++) {
		X509 *x = sk_X509_value(chain, i);
		bool anchor = i == n - 1;

		if (x509_check_form(x, anchor, rq->flags, err) < 0 ||
		    (i > 0 && x509_check_ca_cert(x, rq->purpose, anchor, rq->flags, err) < 0))
			return error_wrap(err, "certificate %d of the chain", i);
	}
	if (x509_check_purpose_of(leaf->x509, rq->purpose, rq->flags, err) < 0 ||
	    x509_check_names(leaf, rq, err) < 0)
		return -1;
	return x509_check_status(chain, rq, err);
}

int x509_judge(const struct cert *leaf, const struct x509_request *rq, struct error *err)
{
	STACK_OF(X509) * anchors CLEANUP(sk_X509_viewp) = NULL;
	STACK_OF(X509) * untrusted CLEANUP(sk_X509_viewp) = NULL;
	X509_STORE_CTX *ctx CLEANUP(X509_STORE_CTX_freep) = X509_STORE_CTX_new();

	if (!ctx)
		return error_oom(err);
	if (stack_of(rq->anchors, &anchors, err) < 0 ||
	    stack_of(rq->untrusted, &untrusted, err) < 0)
		return -1;
	if (X509_STORE_CTX_init(ctx, NULL, leaf->x509, untrusted) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "verification context");
	X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
	if (verify_path(ctx, rq, err) < 0)
		return -1;
	return check_chain(leaf, X509_STORE_CTX_get0_chain(ctx), rq, err);
}

int x509_check_anchor(const struct cert *cert, int64_t time, unsigned flags, struct error *err)
{
	struct certs *anchors auto_certs = NULL;
	struct x509_request rq = {
		.purpose = X509_CA,
		.time = time,
		.flags = flags,
	};

	if (!cert_is_self_signed(cert))
		return error_refuse(err, REASON_CERT_CA, "an anchor must be self-signed");
	if (certs_new(&anchors, err) < 0 || certs_add(anchors, cert, err) < 0)
		return -1;
	rq.anchors = anchors; /* a chain of one: nothing whose status could be asked */
	return x509_judge(cert, &rq, err);
}
