/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who manages this device, and how it is reached: what enrollment gave, one value in the spool. */
#include "base/jmap.h"
#include "base/sqlite.h"

#define PHASES(X) \
	X(PHASE_UNENROLLED, "unenrolled") \
	X(PHASE_ENROLLING, "enrolling") /* not kept: a restart begins anew */ \
	X(PHASE_ENROLLED, "enrolled") \
	X(PHASE_UNENROLLING, "unenrolling") /* kept: a restart goes on with it */

enum phase {
#define X(id, name) id,
	PHASES(X)
#undef X
};
const char *phase_name(enum phase p);

struct membership {
	bool leaving; /* unenrollment has begun */
	char enterprise[UUID_SIZE];
	char *enterprise_name;
	char *device_url, *connect;
	char *enrollment_url; /* where an expired certificate is renewed */
	char *reference; /* FIA_ENR_EXT.2: recorded at enrollment, never replaced by the server */
	char trust_digest[SHA256_HEX_SIZE]; /* of trust v1; "": trust on first use */
	char anchor_digest[SHA256_HEX_SIZE];
	struct buf certificate, issuers, anchor, crl;
	char device[UUID_SIZE];
	char enrollment[UUID_SIZE]; /* determined by the key that was enrolled (uuid_of_digest) */
	char *stream;		    /* by the assignment; NULL: none yet */
	int ownership;		    /* enum ownership */
	int64_t since;
	/* Keys in two slots (renew.c): which one is in use, and what is known of the next. One
	 * value of the spool, so that whatever is cut short, an identity that works is here. */
	bool channel_b, evidence_b; /* the second slot's key is in use */
	bool channel_renewing;	    /* the other slot's key is of a renewal under way */
	bool evidence_renewing;
	struct buf next;		  /* its certificate, DER, which is to be probed */
	int64_t channel_from, channel_to; /* life of the certificate in use; 0: not known */
	int64_t evidence_from, evidence_to;
};

/* Zero where there is none (enterprise ""). */
MUST_USE int membership_load(struct sqlite *db, struct membership *ret, struct error *err);
MUST_USE int membership_save(struct sqlite *db, const struct membership *m, struct error *err);
/* Forget it, and every document, setting and undo record; what must not be accepted again stays. */
MUST_USE int membership_erase(struct sqlite *db, struct error *err);
void membership_done(struct membership *m);
#define auto_membership CLEANUP(membership_done)
