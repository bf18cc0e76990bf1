/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One judgement under way, as its steps hand it on: inside trust/ only. judge.c has the order of
 * the steps and what a signature proves; judging_content.c what a document says of itself.
 */
#include "base/limits.h"
#include "crypto/cms.h"
#include "trust/judge.h"
#include "trust/quorum.h"

/*
 * Signers whom the trust in force does not know. A trust document may bring them along: they are
 * judged by what it says of itself, once it is proven that the quorum in force says so.
 */
struct strangers {
	bool is[LIMIT_SIGNERS];
	size_t n;
	struct error why; /* the first one's refusal by the trust in force */
};

/* By which trust a signer is judged, and whom it makes count. */
struct ground {
	const struct trust *trust;
	const struct certs *anchors;
	struct quorum *quorum;
};

/* One judgement: what its steps hand on. */
struct judging {
	const struct judge_context *c;
	struct cms *cms;
	struct document document;  /* bound, but believed only at the end */
	const struct trust *trust; /* in force, or, for the first trust, the document's own */
	struct certs *anchors;
	struct crls *crls;
	struct quorum quorum;
	struct strangers strangers;
	struct judge_known known;
	int64_t now;	     /* c->now, moved forward by what is next */
	int64_t signed_time; /* the largest time that is proven to be signed; 0: none */
};

/* A time that is proven to be signed: j->now is never behind it. */
void judging_take_time(struct judging *j, int64_t time);

/* The trust in force, as the ground that signers are judged by. Borrows from j. */
struct ground judging_ground(struct judging *j);

/* Signer i at a time: chain, purpose, status; then that the ground's trust lists the key, which
 * makes its person count. v->needs is set with REASON_NEED_STATUS. Errors: as judge. */
MUST_USE int judging_signer(const struct judging *j, const struct ground *g, size_t i, int64_t time,
			    struct verdict *v, struct error *err);

/* Checks 5 (type) to 10 of docs/protocol.md, "Order of checks": what the bound document j->document
 * says against what the judging side is and knows. j->known is filled. Errors: as judge. */
MUST_USE int judging_content(struct judging *j, enum document_type type, struct verdict *v,
			     struct error *err);
