/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Enrollment tokens: who has the secret may enroll, within the token's limits (FIA_ENR_EXT.1.2,
 * FMT_SAE_EXT.1). Of the secret only the SHA-256 is kept: it is 256 random bits, so that there is
 * nothing to guess that a slow hash would protect.
 */
#include "proto/admin.h"
#include "store/db.h"

struct token {
	char id[UUID_SIZE];
	char secret[SHA256_HEX_SIZE];
	char *note;
	char *created_by;
	int64_t created, not_before, expires;
	uint32_t count, used;
	int64_t revoked; /* when; 0: not */
	struct strings hardware_ids, models;
	char *ownership;
};

/* Errors: NOT_FOUND. Release with token_done. */
MUST_USE int token_get(struct db *db, const char *id, struct token *ret, struct error *err);
MUST_USE int token_put(struct db *db, const struct token *t, struct error *err);
void token_done(struct token *t);
#define auto_token CLEANUP(token_done)

/* Count one enrollment. Errors: CONFLICT (used up). */
MUST_USE int token_use(struct db *db, const char *id, struct error *err);
/* An enrollment that came to nothing. */
MUST_USE int token_give_back(struct db *db, const char *id, struct error *err);
/* Errors: NOT_FOUND (or revoked already). */
MUST_USE int token_revoke(struct db *db, const char *id, int64_t now, struct error *err);
/* struct admin_token, the newest first, from behind the token `after` (NULL: from the first).
 * Release with jmap_done of admin_tokens_table. */
MUST_USE int token_list(struct db *db, const char *after, uint32_t limit, int64_t now,
			struct admin_tokens *ret, struct error *err);
