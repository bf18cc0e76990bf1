/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Documents that lack signatures still, byte for byte, for other administrators to approve; and
 * what core was told of them by front, who judged them. Nothing here reaches a device. */
#include "proto/admin.h"
#include "store/db.h"

/* All borrowed. */
struct stored_pending {
	char id[UUID_SIZE];
	char *type, *name, *stream, *effect;
	char content[SHA256_HEX_SIZE]; /* of what is signed, in canonical bytes */
	char digest[SHA256_HEX_SIZE];  /* of the CMS */
	struct strings signers;
	uint32_t have, want; /* persons */
	char *posted_by;
	int64_t posted;
	struct buf der;
};

/* One with an id that is there takes its place. */
MUST_USE int pending_put(struct db *db, const struct stored_pending *p, struct error *err);
/* Errors: NOT_FOUND. Release with jmap_done. */
MUST_USE int pending_get(struct db *db, const char *id, struct admin_pending *ret,
			 struct error *err);
MUST_USE int pending_get_der(struct db *db, const char *id, struct buf *ret, struct error *err);
/* struct admin_pending, the newest first. */
MUST_USE int pending_list(struct db *db, uint32_t limit, struct jmap_list *ret, struct error *err);
MUST_USE int pending_count(struct db *db, int64_t *ret, struct error *err);
/* *removed (may be NULL): there was one. */
MUST_USE int pending_remove(struct db *db, const char *id, bool *removed, struct error *err);
