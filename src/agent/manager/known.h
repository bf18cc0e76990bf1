/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What must never be accepted again (docs/protocol.md "Replay, rollback, freeze"): the highest
 * serial per stream, the lowest CRL number that counts, commands that were used or cancelled. Kept
 * per enterprise, through unenrollment and re-enrollment.
 */
#include <stdbool.h>

#include "base/jmap.h"
#include "base/sqlite.h"

#define KNOWN_KINDS(X) \
	X(KNOWN_ASSIGNMENT, "assignment") /* name: the device's id */ \
	X(KNOWN_POLICY, "policy")	  /* name: the stream */ \
	X(KNOWN_TRUST, "trust")		  /* name "": the version */ \
	X(KNOWN_CRL, "crl")		  /* name: the issuer's key */

enum known_kind {
#define X(id, name) id,
	KNOWN_KINDS(X)
#undef X
};

struct known_name {
	const char *enterprise;
	enum known_kind kind;
	const char *name; /* see KNOWN_KINDS; NULL: "" */
};

/* The highest number so far; 0: none. sha256 (or NULL): of the document that asks; the very
 * document that is at the floor may come again (after another enrollment), so its number does not
 * count. */
MUST_USE int known_floor(struct sqlite *db, const struct known_name *n, const char *sha256,
			 uint64_t *ret, struct error *err);
/* Raise it; a lower one changes nothing. sha256: of the document that did, or NULL. */
MUST_USE int known_raise(struct sqlite *db, const struct known_name *n, uint64_t number,
			 const char *sha256, struct error *err);
/* The floors of the CRLs of the anchors of trust, as struct verify_floor; release ret->items. They
 * are raised by what such an issuer has signed, and by nobody's word. */
MUST_USE int known_crl_floors(struct sqlite *db, const char *enterprise, struct jmap_list *ret,
			      struct error *err);

/* A command: whether it was carried out, or cancelled before that. */
MUST_USE int known_command(struct sqlite *db, const char *enterprise, const char *id, bool *used,
			   bool *cancelled, struct error *err);
/* `expires`: until when the command could be accepted at all. */
MUST_USE int known_use(struct sqlite *db, const char *enterprise, const char *id, bool cancelled,
		       int64_t expires, struct error *err);
/* Commands that were called off and have not expired. */
MUST_USE int known_n_cancelled(struct sqlite *db, const char *enterprise, int64_t *ret,
			       struct error *err);
/* One that was accepted and waited is called off: from now on it was cancelled, not used. */
MUST_USE int known_call_off(struct sqlite *db, const char *enterprise, const char *id,
			    struct error *err);
/* Forget commands that have expired by trusted time. */
MUST_USE int known_expire(struct sqlite *db, int64_t now, struct error *err);

/* Those are the anchors of trust now: floors and revocation lists of others are forgotten. */
MUST_USE int known_anchors(struct sqlite *db, const char *enterprise, const struct strings *issuers,
			   struct error *err);
/* A revocation list that the issuer has signed, one an issuer: the newer of two stays. Issuer "":
 * not judged yet, the last stays. */
MUST_USE int known_put_crl(struct sqlite *db, const char *issuer, uint64_t number,
			   const struct buf *der, struct error *err);
/* The number of an issuer's; *found false: there is none. */
MUST_USE int known_crl_number(struct sqlite *db, const char *issuer, uint64_t *ret, bool *found,
			      struct error *err);
/* All of them, one after the other. */
MUST_USE int known_crls(struct sqlite *db, struct buf *out, struct error *err);
