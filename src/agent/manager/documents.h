/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The documents that this device believes, as the verifier's canonical bytes. */
#include <stdbool.h>

#include "base/sqlite.h"
#include "proto/document.h"

#define DOCUMENT_ROLES(X) \
	X(ROLE_TRUST, "trust") \
	X(ROLE_ASSIGNMENT, "assignment") \
	X(ROLE_POLICY, "policy") /* in force: applied, whole */ \
	X(ROLE_WANTED, "wanted") /* a policy that is believed, and being applied */

enum document_role {
#define X(id, name) id,
	DOCUMENT_ROLES(X)
#undef X
};

/* *found false: none has that role. `sha256` (of the CMS; may be NULL): SHA256_HEX_SIZE bytes. */
MUST_USE int documents_get(struct sqlite *db, enum document_role role, struct document *ret,
			   char *sha256, bool *found, struct error *err);
/* The canonical bytes alone; none: *out stays empty. */
MUST_USE int documents_bytes(struct sqlite *db, enum document_role role, struct buf *out,
			     struct error *err);
MUST_USE int documents_put(struct sqlite *db, enum document_role role, const char *id,
			   const char *sha256, const struct buf *canonical, struct error *err);
/* The wanted policy is in force now. */
MUST_USE int documents_promote(struct sqlite *db, struct error *err);
MUST_USE int documents_drop(struct sqlite *db, enum document_role role, struct error *err);
/* Whether the very bytes with that digest are in force in some role. */
MUST_USE int documents_known(struct sqlite *db, const char *sha256, bool *ret, struct error *err);
/* Keep a link of the chain of trust, as it came. */
MUST_USE int documents_chain(struct sqlite *db, uint32_t version, const char *sha256,
			     const struct buf *der, struct error *err);
