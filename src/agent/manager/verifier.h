/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One verification: the bytes of a document go into a process of their own, a verdict comes out. */
#include "agent/manager/child.h"
#include "base/sqlite.h"
#include "ipc/agent_messages.h"

struct verifier;

/* v->code "ok": `canonical` holds the document. Also called, with the code of what went wrong,
 * where the process broke or took too long: then nothing is believed. Called once; the verifier
 * must be freed in it. */
typedef void verifier_fn(struct verifier *f, const struct verify_verdict *v, struct buf *canonical,
			 void *userdata);

struct verifier_question {
	const char *type; /* document_type_name, or "crl" */
	struct buf der;	  /* borrowed while starting */
	/* What the device knows of itself; "" or NULL where nothing. */
	const char *first_trust, *enterprise, *device, *enrollment, *stream, *nonce;
	int64_t now;
	verifier_fn *fn; /* who is told */
	void *userdata;
};

MUST_USE int verifier_start(const struct host *host, const struct verifier_question *q,
			    struct verifier **ret, struct error *err);
/* What a verdict that is not "ok" says. */
struct error verifier_error(const struct verify_verdict *v);
struct verifier *verifier_free(struct verifier *f);
DEFINE_CLEANUP(struct verifier *, verifier_free)
