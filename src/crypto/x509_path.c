/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chains that the certificates at hand can form, depth first, until one is good. OpenSSL alone
 * follows one issuer and gives up where that one fails; a cross-signed authority has several. All
 * that a hostile set of certificates can cost is bounded by LIMIT_CHAIN_SIGNATURES, _STEPS and
 * _TRIES, whatever the order.
 */
#include "crypto/x509_path.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/x509_internal.h"

/* How much a refusal tells: the one that came furthest is the one that is reported. */
enum rank { RANK_NOTHING, RANK_EDGE, RANK_CHAIN, RANK_STATUS, RANK_REVOKED };

/* A signature that was looked at: every pair of certificates is verified once. */
struct edge {
	const X509 *child, *issuer;
	bool good;
};

struct x509_search {
	const struct x509_request *rq;
	x509_try *try;
	void *arg;
	const struct cert *chain[LIMIT_CHAIN_DEPTH + 2]; /* end certificate first */
	size_t n, steps, tries, n_edges;
	struct edge edges[LIMIT_CHAIN_SIGNATURES];
	struct error *why; /* the refusal to report, where no chain is good */
	enum rank rank;
	bool exhausted;
	/*
	 * The first chain that the names give is judged as it stands, for it is good nearly always;
	 * where it is not, the search begins anew and looks at each signature as it goes.
	 */
	bool by_names;
};

static void note(struct x509_search *s, enum rank rank, const struct error *e)
{
	if (rank <= s->rank)
		return;
	s->rank = rank;
	*s->why = *e;
}

static bool known_signature(struct x509_search *s, X509 *child, X509 *issuer, bool *good)
{
	for (size_t i = 0; i < s->n_edges; i++)
		if (s->edges[i].child == child && s->edges[i].issuer == issuer) {
			*good = s->edges[i].good;
			return true;
		}
	return false;
}

static bool signature_good(struct x509_search *s, X509 *child, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	bool good;

	if (known_signature(s, child, issuer, &good))
		return good;
	if (s->n_edges == LIMIT_CHAIN_SIGNATURES) {
		s->exhausted = true;
		return false;
	}
	good = key && X509_verify(child, key) == 1;
	ERR_clear_error();
	s->edges[s->n_edges++] = (struct edge){ child, issuer, good };
	return good;
}

/* By name and key identifier; whatever else is wrong with an issuer has a better name later. */
static bool names_issuer(X509 *child, X509 *issuer)
{
	static const int others[] = { X509_V_ERR_SUBJECT_ISSUER_MISMATCH,
				      X509_V_ERR_AKID_SKID_MISMATCH,
				      X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH };
	int r = X509_check_issued(issuer, child);

	ERR_clear_error();
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (r == others[i])
			return false;
	return true;
}

/* The same name and key twice only walks in a circle. */
static bool repeats(const struct x509_search *s, const struct cert *issuer)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct cert *c = s->chain[i];

		if (strcmp(c->key_sha256, issuer->key_sha256) == 0 &&
		    X509_NAME_cmp(X509_get_subject_name(c->x509),
				  X509_get_subject_name(issuer->x509)) == 0)
			return true;
	}
	return false;
}

static bool is_anchor(const struct x509_search *s, const struct cert *cert)
{
	return certs_find(s->rq->anchors, cert->sha256) != NULL;
}

/* What is wrong with an issuer itself, before its key costs anything. */
static int check_issuer(const struct x509_search *s, const struct cert *issuer, bool anchor,
			struct error *err)
{
	const struct x509_request *rq = s->rq;

	if (x509_check_form(issuer->x509, anchor, rq->flags, err) < 0 ||
	    x509_check_ca_cert(issuer->x509, rq->purpose, anchor, rq->flags, err) < 0 ||
	    x509_check_time(issuer, rq->time, err) < 0)
		return error_wrap(err, "certificate %zu of the chain", s->n);
	return 0;
}

/* RFC 5280 6.1.4 l counts no self-issued authority; our own limit counts them all. */
static int check_length(const struct x509_search *s, const struct cert *issuer, bool anchor,
			struct error *err)
{
	size_t max = LIMIT_CHAIN_DEPTH + 2, asked = s->rq->length ? s->rq->length : max;
	size_t all = s->n + (anchor ? 1 : 2), counted = all;

	for (size_t i = 1; i < s->n; i++)
		counted -= x509_self_issued(s->chain[i]->x509);
	if (!anchor)
		counted -= x509_self_issued(issuer->x509);
	if (all > max || counted > asked)
		return error_refuse(err, REASON_CERT_PATH_LENGTH,
				    "a chain of more than %zu certificates",
				    all > max ? max : asked);
	return 0;
}

/* Whether `issuer` may stand above the last certificate; why not is noted. */
static bool may_follow(struct x509_search *s, const struct cert *issuer, bool anchor)
{
	const struct cert *child = s->chain[s->n - 1];
	struct error e = ERROR_INIT;

	if (s->steps == LIMIT_CHAIN_STEPS) {
		s->exhausted = true;
		return false;
	}
	s->steps++;
	if (!names_issuer(child->x509, issuer->x509) || repeats(s, issuer))
		return false;
	if (check_length(s, issuer, anchor, &e) < 0) {
		note(s, RANK_EDGE, &e);
		return false;
	}
	if (check_issuer(s, issuer, anchor, &e) < 0) {
		note(s, RANK_CHAIN, &e);
		return false;
	}
	if (s->by_names || signature_good(s, child->x509, issuer->x509))
		return true;
	if (!s->exhausted) {
		(void)!error_refuse(&e, REASON_CERT_SIGNATURE,
				    "the signature of certificate %zu of the chain is bad",
				    s->n - 1);
		note(s, RANK_EDGE, &e);
	}
	return false;
}

static enum rank rank_of(const struct error *e)
{
	switch ((int)e->reason) {
	case REASON_CERT_REVOKED: return RANK_REVOKED;
	case REASON_CERT_STATUS_UNKNOWN: return RANK_STATUS;
	default: return RANK_CHAIN;
	}
}

/* 1: the chain is good; 0: it is not, and why is noted; -1: something else failed. */
static int try_chain(struct x509_search *s, struct error *err)
{
	struct error e = ERROR_INIT;

	if (s->tries == LIMIT_CHAIN_TRIES) {
		s->exhausted = true;
		return 0;
	}
	s->tries++;
	if (s->try(s->arg, s->chain, s->n, &e) == 0)
		return 1;
	if (e.code != ERROR_REFUSED) {
		*err = e;
		return -1;
	}
	note(s, rank_of(&e), &e);
	s->exhausted = s->by_names;
	return 0;
}

static int descend(struct x509_search *s, struct error *err);

static int follow(struct x509_search *s, const struct certs *issuers, bool anchor,
		  struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !s->exhausted && i < certs_count(issuers); i++) {
		const struct cert *issuer = certs_get(issuers, i);

		if ((!anchor && is_anchor(s, issuer)) || !may_follow(s, issuer, anchor))
			continue;
		s->chain[s->n++] = issuer;
		r = anchor ? try_chain(s, err) : descend(s, err);
		s->n--;
	}
	return r;
}

/* Anchors first: the shortest chain is tried first. The depth is at most LIMIT_CHAIN_DEPTH. */
static int descend(struct x509_search *s, struct error *err)
{
	int r = follow(s, s->rq->anchors, true, err);

	return r ? r : follow(s, s->rq->untrusted, false, err);
}

static int search(struct x509_search *s, const struct cert *leaf, bool by_names, struct error *err)
{
	*s->why = (struct error)ERROR_INIT;
	(void)!error_refuse(s->why, REASON_CERT_UNTRUSTED,
			    "no chain to a trusted anchor (certificate 0 is by %.100s)",
			    leaf->issuer);
	s->rank = RANK_NOTHING;
	s->exhausted = false;
	s->by_names = by_names;
	s->tries = 0;
	s->chain[0] = leaf;
	s->n = 1;
	if (s->rq->purpose == X509_CA && is_anchor(s, leaf))
		return try_chain(s, err);
	return descend(s, err); /* an end certificate never vouches for itself */
}

int x509_search(const struct cert *leaf, const struct x509_request *rq, x509_try *try, void *arg,
		struct error *err)
{
	struct x509_search *s = calloc(1, sizeof(*s));
	struct error why;
	int r;

	if (!s)
		return error_oom(err);
	s->rq = rq;
	s->try = try;
	s->arg = arg;
	s->why = &why;
	r = search(s, leaf, true, err);
	if (r == 0)
		r = search(s, leaf, false, err);
	if (r == 0 && s->exhausted && s->rank < RANK_STATUS)
		r = error_refuse(err, REASON_CERT_PATH_LENGTH,
				 "the search for a chain costs more than allowed");
	else if (r == 0) {
		*err = why;
		r = -1;
	}
	free(s);
	return r == 1 ? 0 : -1;
}
