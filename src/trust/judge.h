/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The one judge of signed documents, used by the device's verifier, the CLI and the server's front
 * (FMT_POL_EXT.2, docs/protocol.md "Order of checks"): size; CMS structure; signer chain
 * (validity, revocation, purpose) and listing in trust; signatures; then JSON, strictly;
 * enterprise; audience; window; serial or single use; effect class against the signatures.
 *
 * Pure: no clock, no file, no network. It never accepts a signer without revocation status.
 */
#include <stdbool.h>

#include "proto/document.h"
#include "crypto/x509.h"

/* What the judging side remembers of documents that it accepted before. */
struct judge_known {
	uint64_t serial; /* of the last accepted document of this type and stream; 0: none */
	bool used;	 /* commands: this id was carried out before */
	bool cancelled;	 /* commands: a head named this id */
};
/* Asked once per document, when its signatures are proven and its content is read: nothing that a
 * stranger wrote is looked up. Errors end the judgement. */
typedef int judge_known_fn(const struct document *d, void *userdata, struct judge_known *ret,
			   struct error *err);

/* What the judging side knows of itself. A device fills all of it. The CLI and the front, who
 * judge for others, leave `device` empty: audience and serials are then the device's to judge. */
struct judge_context {
	const struct trust *trust; /* in force; NULL: only trust v1 can be judged */
	const char *first_trust;   /* SHA-256 (hex) of the whole trust v1, given at enrollment;
				    * NULL: `trust` must be given */
	const struct crls *crls;   /* known status, besides what the document embeds */
	int64_t now;		   /* trusted time: the maximum of signed times; 0: none yet */
	const char *enterprise;	   /* NULL: taken from the trust in force */
	/* A device judges for itself: what it does not have ("" or NULL) no document can match, so
	 * before its assignment neither a policy nor a command is for it. Else NULL or "" is not
	 * judged. */
	bool is_device;
	const char *device, *enrollment, *stream;
	const char *nonce;		/* heads: what must be answered; NULL: not judged */
	const struct jmap_list *floors; /* struct head_issuer: CRLs below do not count; or NULL */
	/* For those who collect signatures, never on a device: a document below its quorum is not
	 * refused; the verdict says what it lacks. */
	bool collecting;
	judge_known_fn *known; /* NULL: nothing was accepted before */
	void *userdata;	       /* of known */
};

struct verdict {
	struct document document; /* wholly bound; only when judge returned 0 */
	struct buf canonical;	  /* canonical bytes of it */
	enum effect effect;	  /* what it would do */
	struct strings persons;	  /* who signed, each once, by their names in trust */
	bool online;		  /* signed by a key that a server holds */
	/* Persons who signed, and who must, by the trust in force; and, of a trust document after
	 * the first, by its own. Enough of both: complete. */
	unsigned have, want, own_have, own_want;
	bool complete;
	int64_t time;		      /* the largest time that is proven to be signed; 0: none */
	char sha256[SHA256_HEX_SIZE]; /* of the whole CMS */
	char needs[SHA256_HEX_SIZE];  /* with REASON_NEED_STATUS: the issuer (SPKI digest) whose
				       * status is missing */
};

void verdict_done(struct verdict *v);
#define auto_verdict CLEANUP(verdict_done)

/* Judge one document of the given type (DOCUMENT_NONE: any). 0: believed. Else ERROR_REFUSED with
 * the reason of the first check that failed; REASON_NEED_STATUS is the one that can be mended by
 * asking again with more CRLs (v->needs is set then). */
MUST_USE int judge(const void *der, size_t len, enum document_type type,
		   const struct judge_context *c, struct verdict *v, struct error *err);

/* What a document says, without believing it: for display, and for what was judged before. Never
 * on a device, where no unproven content is parsed. Errors: as judge, up to REASON_JSON. */
MUST_USE int judge_peek(const void *der, size_t len, struct document *ret, struct error *err);
