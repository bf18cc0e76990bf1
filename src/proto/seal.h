/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A seal: the head of a device's chain of records, signed by its evidence key (FAU_GEN.1,
 * FAU_STG_EXT.2; docs/protocol.md "Records"). The digest of the last record covers all before it,
 * so that one signature proves a trail that no server can have changed.
 */
#include "base/jmap.h"

/*
 * What is signed: this label with its NUL, then the canonical JSON of `device`, `digest`,
 * `enrollment`, `sequence` and `time`. The label keeps apart what the evidence key signs: no DER
 * begins so, and another kind of evidence has another label.
 */
#define SEAL_LABEL "muster evidence: head of records, 1"

struct seal {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	uint64_t sequence;	      /* of the last record */
	char digest[SHA256_HEX_SIZE]; /* of its canonical bytes */
	int64_t time;		      /* the device's clock */
	struct buf certificate;	      /* DER, of the evidence key */
	struct buf signature;	      /* DER ECDSA-Sig-Value over SHA-256 of what is signed */
};

extern const struct jmap_table seal_table;

void seal_done(struct seal *s);
#define auto_seal CLEANUP(seal_done)
/* What is signed; appended. Errors: INVALID, LIMIT (a value that no seal may have). */
MUST_USE int seal_signed(const struct seal *s, struct buf *out, struct error *err);
