/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The next trust document: the one in force, changed. Every change is on a bound document that owns
 * all it has (document_done); nothing here signs or writes. */
#include "proto/document.h"

/* A copy of the one in force, with the next version, a new id, and issued now. */
MUST_USE int trust_next(const struct document *in_force, int64_t now, struct document *ret,
			struct error *err);

/* Errors: CONFLICT (the key is listed). A role that is not there is made. */
struct trust_member {
	const char *person, *role; /* role NULL: an online signer */
	const char *key;	   /* SHA-256 of the SubjectPublicKeyInfo, hex */
};
MUST_USE int trust_add_member(struct trust *t, const struct trust_member *m, struct error *err);
/* Every key of a person, in every role; online: of the online signers. A role without signers goes.
 * Errors: NOT_FOUND. */
MUST_USE int trust_remove_person(struct trust *t, const char *person, bool online,
				 struct error *err);
/* "destructive=2". Errors: INVALID (no such class, no number). */
MUST_USE int trust_set_quorum(struct trust *t, const char *text, struct error *err);
/* The commands that the online signer may sign. Errors: INVALID (no routine command). */
MUST_USE int trust_set_may(struct trust *t, const struct strings *may, struct error *err);
/* A root in the first place. Errors: LIMIT, CONFLICT (it is there). */
MUST_USE int trust_add_anchor(struct trust *t, const struct buf *der, struct error *err);
/* All but this one. Errors: NOT_FOUND (it is not there). */
MUST_USE int trust_keep_anchor(struct trust *t, const struct buf *der, struct error *err);
