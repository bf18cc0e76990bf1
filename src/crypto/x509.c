/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/x509.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/x509_internal.h"
#include "crypto/x509_path.h"

DEFINE_CLEANUP(X509_STORE_CTX *, X509_STORE_CTX_free)

/* Views: the certificates stay the lists'. */
struct stacks {
	STACK_OF(X509) * anchor, *between;
};

static void stacks_done(struct stacks *s)
{
	sk_X509_free(s->anchor);
	sk_X509_free(s->between);
}

static int stacks_of(const struct cert *const *chain, size_t n, struct stacks *ret,
		     struct error *err)
{
	ret->anchor = sk_X509_new_null();
	ret->between = sk_X509_new_null();
	if (!ret->anchor || !ret->between || sk_X509_push(ret->anchor, chain[n - 1]->x509) <= 0)
		return error_oom(err);
	for (size_t i = 1; i + 1 < n; i++)
		if (sk_X509_push(ret->between, chain[i]->x509) <= 0)
			return error_oom(err);
	return 0;
}

static int set_policies(X509_VERIFY_PARAM *param, const struct x509_request *rq, struct error *err)
{
	/* anyPolicy has to be said: to OpenSSL, an empty set is empty. */
	for (size_t i = 0; i < rq->n_policies || i == 0; i++) {
		const char *text = rq->n_policies > 0 ? rq->policies[i] : "2.5.29.32.0";
		ASN1_OBJECT *oid = OBJ_txt2obj(text, 1);

		if (!oid || X509_VERIFY_PARAM_add0_policy(param, oid) != 1) {
			ASN1_OBJECT_free(oid);
			ERR_clear_error();
			return error_set(err, ERROR_INVALID, "'%.60s' is no object identifier",
					 text);
		}
	}
	return 0;
}

/*
 * Policies are processed always: a chain that requires one (policyConstraints) and has none is bad
 * whether or not the caller asks for any. Times are x509_check_time's: OpenSSL refuses the very
 * second of notAfter.
 */
static int set_param(X509_VERIFY_PARAM *param, const struct x509_request *rq, struct error *err)
{
	static const struct {
		unsigned ours;
		unsigned long theirs;
	} flags[] = {
		{ 0,
		  X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_NO_CHECK_TIME },
		{ X509_EXPLICIT_POLICY, X509_V_FLAG_EXPLICIT_POLICY },
		{ X509_INHIBIT_MAPPING, X509_V_FLAG_INHIBIT_MAP },
		{ X509_INHIBIT_ANY_POLICY, X509_V_FLAG_INHIBIT_ANY },
	};

	/* Name constraints say nothing of the commonName, which is no name. */
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	X509_VERIFY_PARAM_set_depth(param, LIMIT_CHAIN_DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, 2); /* 112 bits; x509_check_form asks for more */
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if ((rq->flags & flags[i].ours) == flags[i].ours &&
		    X509_VERIFY_PARAM_set_flags(param, flags[i].theirs) != 1)
			return ossl_fail(err, ERROR_INTERNAL, "verification parameters");
	return set_policies(param, rq, err);
}

/* Signatures, path lengths, name constraints, policies: OpenSSL's part, strictly. */
static int verify_path(const struct cert *const *chain, size_t n, const struct x509_request *rq,
		       struct error *err)
{
	X509_STORE_CTX *ctx CLEANUP(X509_STORE_CTX_freep) = X509_STORE_CTX_new();
	struct stacks stacks CLEANUP(stacks_done) = { 0 };
	int code;

	if (!ctx)
		return error_oom(err);
	if (stacks_of(chain, n, &stacks, err) < 0)
		return -1;
	if (X509_STORE_CTX_init(ctx, NULL, chain[0]->x509, stacks.between) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "verification context");
	X509_STORE_CTX_set0_trusted_stack(ctx, stacks.anchor);
	if (set_param(X509_STORE_CTX_get0_param(ctx), rq, err) < 0)
		return -1;
	/* Who names an anchor of the web's means it, whoever signed it. */
	if ((rq->flags & X509_WEB) && !x509_self_issued(chain[n - 1]->x509))
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
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

/* Our own rules over one chain, end certificate first. */
static int check_rules(const struct cert *const *chain, size_t n, const struct x509_request *rq,
		       struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		bool anchor = i == n - 1;

		if (x509_check_form(chain[i]->x509, anchor, rq->flags, err) < 0 ||
		    (i > 0 &&
		     x509_check_ca_cert(chain[i]->x509, rq->purpose, anchor, rq->flags, err) < 0) ||
		    x509_check_time(chain[i], rq->time, err) < 0)
			return error_wrap(err, "certificate %zu of the chain", i);
	}
	if (x509_check_purpose_of(chain[0]->x509, rq->purpose, rq->flags, err) < 0 ||
	    x509_check_strict(chain, n, rq, err) < 0)
		return -1;
	return x509_check_names(chain[0], rq, err);
}

static int try_chain(void *arg, const struct cert *const *chain, size_t n, struct error *err)
{
	const struct x509_request *rq = arg;

	if (verify_path(chain, n, rq, err) < 0 || check_rules(chain, n, rq, err) < 0)
		return -1;
	return x509_check_status(chain, n, rq, err);
}

int x509_judge(const struct cert *leaf, const struct x509_request *rq, struct error *err)
{
	return x509_search(leaf, rq, try_chain, (void *)rq, err);
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
