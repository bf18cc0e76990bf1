/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The certificates issued to devices. A renewed identity is `next` until the device has used it:
 * then it becomes `current`, and the one before is `superseded`. So a lost answer cuts nobody off.
 */
#include "proto/admin.h"
#include "store/db.h"

#define CERTIFICATE_PURPOSES(X) \
	X(CERTIFICATE_IDENTITY, "identity") /* of the channel */ \
	X(CERTIFICATE_EVIDENCE, "evidence")
enum certificate_purpose {
	CERTIFICATE_PURPOSE_NONE = 0,
#define X(id, name) id,
	CERTIFICATE_PURPOSES(X)
#undef X
};
#define CERTIFICATE_STATES(X) \
	X(CERTIFICATE_NEXT, "next") \
	X(CERTIFICATE_CURRENT, "current") \
	X(CERTIFICATE_SUPERSEDED, "superseded") \
	X(CERTIFICATE_REVOKED, "revoked")
enum certificate_state {
	CERTIFICATE_STATE_NONE = 0,
#define X(id, name) id,
	CERTIFICATE_STATES(X)
#undef X
};

struct certificate {
	char device[UUID_SIZE];
	char digest[SHA256_HEX_SIZE], key[SHA256_HEX_SIZE];
	char *serial; /* lower-case hex */
	int purpose;  /* enum certificate_purpose */
	int state;    /* enum certificate_state */
	int64_t not_before, not_after, issued;
	struct buf der; /* only from certificate_by_key */
};

/* Errors: CONFLICT (that certificate is there). */
MUST_USE int certificate_put(struct db *db, const struct certificate *c, struct error *err);
/* Errors: NOT_FOUND. Release with certificate_done. */
MUST_USE int certificate_get(struct db *db, const char *device, const char *digest,
			     struct certificate *ret, struct error *err);
/* The device's usable certificate over that key, with its DER. Errors: NOT_FOUND. */
MUST_USE int certificate_by_key(struct db *db, const char *device, const char *key,
				enum certificate_purpose purpose, struct certificate *ret,
				struct error *err);
void certificate_done(struct certificate *c);
#define auto_certificate CLEANUP(certificate_done)

/* Whether a certificate over that key exists for any other use than this device's own, now:
 * one key serves one purpose on one device (FIA_X509_EXT.2.3). */
MUST_USE int certificate_key_in_use(struct db *db, const char *key, const char *device,
				    enum certificate_purpose purpose, bool *ret, struct error *err);
/* The device has used it: it is current, and the others of its purpose are superseded. */
MUST_USE int certificate_promote(struct db *db, const struct certificate *c, struct error *err);
/* A `next` one that was never used gives way to a newer. */
MUST_USE int certificate_drop_next(struct db *db, const char *device,
				   enum certificate_purpose purpose, struct error *err);
/* Revoke all of a device; their serials go onto the CRL of the device issuer. */
MUST_USE int certificate_revoke_all(struct db *db, const char *device, int64_t now,
				    struct error *err);
/* struct admin_certificate, the newest first. */
MUST_USE int certificate_list(struct db *db, const char *device, uint32_t limit,
			      struct jmap_list *ret, struct error *err);
