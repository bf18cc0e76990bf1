/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The operator's side of the authority tree: signing documents with a person's key, and judging
 * documents by the operator's own trust, with the same judge as a device.
 */
#include "cli/home.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "trust/judge.h"

/* A person's signing key, its certificate, and the CRLs that travel with what it signs. */
struct signer {
	struct cert *cert;
	struct key *key;
	struct crls *crls;
};

void signer_done(struct signer *s);
#define auto_signer CLEANUP(signer_done)
/* Who signs, and where the key is: crypto/key_uri.h; NULL: client.conf's person, and that person's
 * authority/signers/PERSON.key, or what PERSON.uri beside it names. */
struct signer_choice {
	const char *person, *key;
};
#define OPTION_PERSON(s) \
	OPTION(s, who.person, "person", jmap_str, "PERSON", \
	       "who signs: authority/signers/PERSON.crt (the person of client.conf)", .min = 1, \
	       .max = 60)
#define OPTION_KEY(s) \
	OPTION(s, who.key, "key", jmap_str, "KEY", \
	       "that person's key: a file, or a pkcs11: or tpm2: URI " \
	       "(authority/signers/PERSON.key, " \
	       "or what PERSON.uri names)", \
	       .min = 1, .max = LIMIT_KEY_URI)
/* Errors: NOT_FOUND (no such signer here), CONFLICT (the key is not the certificate's), and of
 * loading. */
MUST_USE int signer_open(const struct home *h, const struct signer_choice *who, struct signer *ret,
			 struct error *err);
/* NAME.key below `dir`, or what NAME.uri names; uri, where it is not NULL, instead. */
MUST_USE int key_of_home(const char *dir, const char *name, const char *uri, struct key **ret,
			 struct error *err);
/* Append the CMS of a document. Errors: INVALID (the document), and of signing. */
MUST_USE int signer_sign(const struct signer *s, const struct document *d, struct buf *ret,
			 struct error *err);

/* Every CRL of the list of files; NULL and an empty list give an empty one. */
MUST_USE int crls_of_files(const struct strings *files, struct crls **ret, struct error *err);
/* authority/root.crl of a home. */
MUST_USE int crls_of_home(const char *dir, struct crls **ret, struct error *err);

/*
 * The trust in force: of the files authority/trust/1.cms, 2.cms … of a home, each judged by the one
 * before, as a device that was there from the beginning did: at their own times, with the status
 * that they carry. The first is believed because it is the operator's own; *first is its digest.
 * Errors: NOT_FOUND (no trust here), REFUSED (one does not follow from the one before).
 */
MUST_USE int trust_of_home(const char *dir, struct verdict *ret, char first[SHA256_HEX_SIZE],
			   struct error *err);
/* The same up to a version; 0: to the newest. */
MUST_USE int trust_until(const char *dir, unsigned version, struct verdict *ret,
			 char first[SHA256_HEX_SIZE], struct error *err);
/* The same from one file, which must hold version 1. */
MUST_USE int trust_of_file(const char *path, struct verdict *ret, struct error *err);
