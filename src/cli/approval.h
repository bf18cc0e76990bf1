/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Signing together: a document is judged by the signer's own trust, shown from its own bytes with
 * the names of the signer's own roster, and signed only then. What is not wholly understood, or is
 * for a device that the signer does not know, is not signed.
 */
#include "cli/api.h"
#include "cli/authority.h"
#include "cli/explain.h"

struct approval {
	struct verdict trust; /* in force here */
	struct crls *crls;
	struct roster roster;
};
void approval_done(struct approval *a);
#define auto_approval CLEANUP(approval_done)
/* Errors: as trust_of_home, crls_of_home, roster_load. */
MUST_USE int approval_open(const char *dir, struct approval *ret, struct error *err);

/* Judge signed bytes; what only lacks signatures is accepted, and the verdict says so. */
MUST_USE int approval_judge(const struct approval *a, const struct buf *der, struct verdict *ret,
			    struct error *err);

struct approval_options {
	struct signer_choice who;
	bool yes, yes_unlisted, json;
};
#define OPTIONS_APPROVAL(s) \
	OPTION_PERSON(s), OPTION_KEY(s), \
		OPTION(s, yes, "yes", jmap_bool, NULL, "sign without asking"), \
		OPTION(s, yes_unlisted, "yesUnlisted", jmap_bool, NULL, \
		       "sign for devices that your roster does not have, or has otherwise")

/* What is to be signed, by whom. */
struct approval_request {
	const struct home *home;
	struct approval_options how;
	const struct document *document;
	const struct buf *der; /* signed before: `document` is what it says; NULL: not yet */
};
struct approval_signed {
	json_t *what; /* the explanation that was shown */
	struct buf cms;
	struct verdict verdict; /* of it, judged again */
};
void approval_signed_done(struct approval_signed *s);
#define auto_approval_signed CLEANUP(approval_signed_done)
/*
 * Show what the document does and to whom, ask, and sign.
 * Errors: REFUSED (the judge), DENIED (an unlisted device, or the person said no), CONFLICT (that
 * person has signed), and of keys.
 */
MUST_USE int approval_sign(const struct approval *a, const struct approval_request *rq,
			   struct approval_signed *ret, struct error *err);

/* Post it: published where it has its signatures, else pending for others. */
struct approval_posted {
	bool pending;
	struct admin_published published;
};
MUST_USE int approval_submit(struct api *api, const struct verdict *v, const struct buf *cms,
			     struct approval_posted *ret, struct error *err);
/* "2 of 2 persons signed: ada, grace" or what is still lacking. */
MUST_USE int approval_state(const struct verdict *v, struct buf *ret, struct error *err);
