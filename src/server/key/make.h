/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What `key` makes of the tree's keys, each from a fixed template: device certificates, CRLs, heads
 * and routine commands. Whatever core asks for, nothing else comes out. Times are this process's.
 */
#include "server/key/tree.h"

/* A certificate for a request. Errors: INVALID (the request, or its key is not the one named),
 * LIMIT, REFUSED with REASON_SIGNATURE. */
MUST_USE int make_certificate(const struct tree *t, const struct key_issue *q,
			      const struct buf *csr, int64_t now, struct cert **ret,
			      struct error *err);
/* floor: the highest number that was made for that issuer; raised here. The same number once more
 * is for a core that died before it stored the first. Errors: CONFLICT (the number is below it),
 * INVALID (a serial). */
MUST_USE int make_crl(const struct tree *t, const struct key_crl *q, uint64_t *floor, int64_t now,
		      struct crl **ret, struct error *err);
/* An OCSP response about a certificate of the server issuer, signed by that. Appends the DER.
 * Errors: INVALID (a serial). */
MUST_USE int make_staple(const struct tree *t, const struct key_staple *q, int64_t now,
			 struct buf *ret, struct error *err);
/* Appends the CMS. Errors: INVALID. */
MUST_USE int make_head(const struct tree *t, const struct key_head *q, int64_t now, struct buf *ret,
		       struct error *err);
/* Appends the CMS. Errors: DENIED (trust does not let an online signer sign it, or more devices
 * than it allows), INVALID (no such command, or its arguments). */
MUST_USE int make_command(const struct tree *t, const struct key_command *q, int64_t now,
			  struct buf *ret, struct error *err);
