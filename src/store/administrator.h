/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The people (and programs) who may use the administration API, each with one role (FMT_SMR.1). */
#include "store/db.h"

#define ROLES(X) \
	X(ROLE_SERVER_ADMINISTRATOR, "server-administrator") \
	X(ROLE_SECURITY_ADMINISTRATOR, "security-administrator") \
	X(ROLE_GROUP_ADMINISTRATOR, "group-administrator") /* of device groups */ \
	X(ROLE_AUDITOR, "auditor") \
	X(ROLE_USER, "user") /* of a device */

enum role {
	ROLE_NONE = 0,
#define X(id, name) id,
	ROLES(X)
#undef X
		ROLE_MAX_
};

extern const struct jmap_enum role_enum;
/* The wire name ("auditor"); "none" for ROLE_NONE, "?" out of range. */
const char *role_name(enum role role);
/* ROLE_NONE where there is none of that name. */
enum role role_find(const char *name);

struct administrator {
	char login[SHA256_HEX_SIZE]; /* of the login certificate's SubjectPublicKeyInfo */
	char *name;
	int role; /* enum role */
	int64_t created;
};

/* Errors: NOT_FOUND. Release with administrator_done. */
MUST_USE int administrator_get(struct db *db, const char *login, struct administrator *ret,
			       struct error *err);
/* Errors: CONFLICT (the login or the name is taken). */
MUST_USE int administrator_put(struct db *db, const struct administrator *a, struct error *err);
void administrator_done(struct administrator *a);
#define auto_administrator CLEANUP(administrator_done)
