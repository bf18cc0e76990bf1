/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A small authority tree made at run time: a root, signers of every kind that the judge must tell
 * apart, a trust document that lists some of them, and the root's CRLs.
 */
#include "crypto/cms.h"
#include "crypto/issue.h"
#include "proto/document.h"

#define ENTERPRISE "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define OTHER "7f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define DEVICE "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66"
#define ENROLLMENT "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d67"
#define NONCE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_NONCE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

enum { DAY = 86400 };
extern const int64_t T0; /* 2026-11-23T12:00:00Z: the root's CRL, and the first trust */

enum signer {
	ALICE,
	ALICE_AGAIN, /* a second key of the same person */
	BOB,
	CAROL,	  /* certified, not listed in the first trust */
	ONLINE,	  /* the server's online signer */
	EXPIRED,  /* listed; ran out before T0 */
	REVOKED,  /* listed; on the CRL */
	TLS,	  /* certified by the root for a TLS server, and listed */
	STRANGER, /* another root's signer under alice's name */
	N_SIGNERS
};

struct authority {
	struct key *root_key, *foreign_key, *keys[N_SIGNERS];
	struct cert *root, *foreign, *certs[N_SIGNERS];
	struct crls *crls;     /* the root's current one */
	struct crls *old_crls; /* a lower number, from before the revocation */
	struct buf first;      /* CMS of trust version 1, signed by alice and bob */
	char first_sha256[SHA256_HEX_SIZE];
	struct document trust; /* version 1, bound */
};

/* Aborts the test program where anything fails: there is nothing to test then. */
void authority_make(struct authority *a);
void authority_done(struct authority *a);
/* Sign a content by a list of signers that ends with N_SIGNERS. */
void authority_sign(const struct authority *a, const char *content, const enum signer *signers,
		    struct buf *ret);
/* The JSON of a trust document that lists what trust 1 lists, or carol instead of bob. */
void authority_trust_json(const struct authority *a, unsigned version, int with_carol,
			  struct buf *ret);
/* The same with the foreign root as the only anchor, whose signer STRANGER is listed as alice. */
void authority_moved_json(const struct authority *a, unsigned version, struct buf *ret);
