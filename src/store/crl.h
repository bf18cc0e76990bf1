/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Revocation: which serials of an issuer are revoked, and the issuer's newest CRL. Issuers are
 * named as in GET /pki/<issuer>.crl: "server", "device", "login", "authority"; further roots of the
 * authority by the digest of their key. */
#include "store/db.h"

struct stored_crl {
	char *issuer;
	char key[SHA256_HEX_SIZE]; /* the issuer's SubjectPublicKeyInfo */
	uint64_t number;
	int64_t next_update;
	struct buf der; /* only from crl_list */
};
struct revoked {
	char *serial; /* lower-case hex */
	int64_t time;
};

/* Keep a newer CRL. Errors: CONFLICT (its number is not above the stored one's). */
MUST_USE int crl_put(struct db *db, const struct stored_crl *c, struct error *err);
/* The same of a root of the authority, whose numbers count by its key: under "authority", what was
 * there from another root stays, under its key. Errors: CONFLICT (not above the newest). */
MUST_USE int crl_put_authority(struct db *db, const struct stored_crl *c, struct error *err);
/* struct stored_crl of every issuer, with or without the DER; release with crl_list_done. */
MUST_USE int crl_list(struct db *db, bool with_der, struct jmap_list *ret, struct error *err);
void crl_list_done(struct jmap_list *list);

/* Revoking twice keeps the first time. not_after: of the certificate; 0: not known. */
struct revocation {
	const char *issuer, *serial;
	int64_t time, not_after;
};
MUST_USE int crl_revoke(struct db *db, const struct revocation *r, struct error *err);
/* struct revoked of the certificates that ended after `since`, the newest revocation first, at most
 * `limit`; release with crl_revoked_done. */
MUST_USE int crl_revoked(struct db *db, const char *issuer, int64_t since, uint32_t limit,
			 struct jmap_list *ret, struct error *err);
void crl_revoked_done(struct jmap_list *list);
