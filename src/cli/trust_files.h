/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The files of the authority tree that change with it: certificates of signers, a root that is to
 * come (authority/next), and what takes its place when the trust that names it is in force. */
#include "cli/home.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "trust/judge.h"

/* authority/root.crt and its key: `uri`, or where the tree says. */
struct root {
	struct cert *cert;
	struct key *key;
};
void root_done(struct root *r);
#define auto_root CLEANUP(root_done)
MUST_USE int root_open(const char *dir, const char *uri, struct root *ret, struct error *err);

/*
 * A person's certificate, written to authority/signers/PERSON.crt; the one that is there is taken
 * if it is for the same key. online: for a server's key. Errors: CONFLICT (another key).
 */
struct certify {
	const char *person, *organization;
	const struct buf *spki;
	bool online;
};
MUST_USE int signer_certify(const char *dir, const struct certify *what, const char *root_key,
			    struct cert **ret, struct error *err);

/*
 * Make authority/next: a root, its CRL, and the certificates of the signers here (and of the online
 * signer, where channel/ is here) by it. Errors: CONFLICT (there is one).
 */
MUST_USE int next_root_make(const char *dir, const char *organization, struct cert **ret,
			    struct error *err);
/*
 * Keep a trust document that is believed as authority/trust/VERSION.cms; where authority/next has a
 * root that it names, that takes its place, and what was there goes to authority/old.
 * *moved: it did. Errors: CONFLICT (another document is there).
 */
MUST_USE int trust_keep(const char *dir, const struct verdict *v, const struct buf *cms,
			bool *moved, struct error *err);
