/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Published documents, byte for byte as they were signed (FMT_POL_EXT.1), and what core was told
 * of them by front, who judged them. */
#include "proto/admin.h"
#include "store/db.h"

struct stored_instruction {
	char id[UUID_SIZE];
	char *type; /* document_type_name */
	char *name, *stream;
	char device[UUID_SIZE]; /* of an assignment */
	uint64_t serial;	/* trust: its version */
	char digest[SHA256_HEX_SIZE];
	char *published_by;
	int64_t published, not_before, not_after;
	struct strings signers;
	struct buf der; /* only for instruction_put */
};

/* Errors: CONFLICT (the id is taken). */
MUST_USE int instruction_put(struct db *db, const struct stored_instruction *i, struct error *err);
/* Without the DER. Errors: NOT_FOUND. Release with instruction_done. */
MUST_USE int instruction_get(struct db *db, const char *id, struct stored_instruction *ret,
			     struct error *err);
MUST_USE int instruction_get_der(struct db *db, const char *id, struct buf *ret, struct error *err);
/* The one with the highest serial of a type and, unless NULL, stream. Errors: NOT_FOUND. */
MUST_USE int instruction_newest(struct db *db, const char *type, const char *stream,
				struct stored_instruction *ret, struct error *err);
void instruction_done(struct stored_instruction *i);
#define auto_instruction CLEANUP(instruction_done)
/* Ids of all of a type, by serial: the chain of trust documents. */
MUST_USE int instruction_ids(struct db *db, const char *type, struct strings *ret,
			     struct error *err);
/* struct admin_instruction, the newest first; id NULL: all that fit the query. */
MUST_USE int instruction_list(struct db *db, const char *id, const struct admin_query *q,
			      struct admin_instructions *ret, struct error *err);
