/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who signed, by trust: keys are looked up, persons are counted once, and the number is held
 * against the effect class.
 */
#include <stdbool.h>

#include "proto/document.h"

/* Who a document's signers are. */
struct quorum {
	struct strings persons; /* each once */
	bool online;		/* one of the signers is a key that a server holds */
};

void quorum_done(struct quorum *q);
#define auto_quorum CLEANUP(quorum_done)
/* Add the signer with this key. Errors: REFUSED (REASON_SIGNER_NOT_LISTED), UNAVAILABLE. */
MUST_USE int quorum_add(struct quorum *q, const struct trust *t, const char *key_sha256,
			struct error *err);
/* Persons who must sign what has this effect. */
unsigned quorum_needed(const struct trust *t, enum effect effect);
/* Whether those who signed may do what the document would do. An online signer may sign heads, and
 * the commands that trust lists while they are routine; nothing else, whoever signs beside it.
 * Errors: REFUSED with REASON_SIGNER_ONLINE or REASON_QUORUM. */
MUST_USE int quorum_check(const struct quorum *q, const struct trust *t, const struct document *d,
			  enum effect effect, struct error *err);
