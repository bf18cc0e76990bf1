/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The channel tree as `key` holds it (layout: proto/bootstrap.h): the issuers' and the online
 * signer's keys, the authority's public parts, and this process's own copy of what trust lets an
 * online signer do. Read from files; nothing that core says changes it.
 */
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/key.h"
#include "ipc/key_messages.h"
#include "proto/document.h"

struct tree_pair {
	struct cert *cert;
	struct key *key;
};
struct tree {
	char enterprise[UUID_SIZE];
	struct tree_pair issuers[KEY_ISSUER_MAX_];
	struct tree_pair online;
	struct cert *authority;
	struct crl *authority_crl;
	struct document trust; /* v1, of bootstrap.json, its signatures checked */
};

void tree_done(struct tree *t);
#define auto_tree CLEANUP(tree_done)
/* Errors: NOT_FOUND, DENIED, INVALID (a file; a key that is not its certificate's), REFUSED (the
 * trust document; an authority's CRL that is not the authority's). */
/* `store`: where the issuers' and the online signer's keys are (crypto/key_store.h); NULL: files.
 */
MUST_USE int tree_load(const char *dir, const char *store, struct tree *ret, struct error *err);
/* Load what the store's driver needs, before the process seals itself. Errors: as key_prepare. */
MUST_USE int tree_prepare(const char *dir, const char *store, struct error *err);
