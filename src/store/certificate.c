/* SPDX-License-Identifier: Apache-2.0 */
#include "store/certificate.h"

#include "store/crl.h"
#include "store/sql.h"

static const char *const purpose_names[] = { NULL,
#define X(id, name) name,
					     CERTIFICATE_PURPOSES(X)
#undef X
};
static const struct jmap_enum purpose_enum = { purpose_names, ARRAY_SIZE(purpose_names) };

static const char *const state_names[] = { NULL,
#define X(id, name) name,
					   CERTIFICATE_STATES(X)
#undef X
};
static const struct jmap_enum state_enum = { state_names, ARRAY_SIZE(state_names) };

static const struct db_field fields[] = {
	DB_FIELD(certificate, device, DB_CHARS),
	DB_FIELD(certificate, digest, DB_CHARS),
	DB_FIELD(certificate, key, DB_CHARS),
	DB_FIELD(certificate, serial, DB_TEXT),
	DB_FIELD_ENUM(certificate, purpose, purpose_enum),
	DB_FIELD_ENUM(certificate, state, state_enum),
	DB_FIELD(certificate, not_before, DB_INT),
	DB_FIELD(certificate, not_after, DB_INT),
	DB_FIELD(certificate, issued, DB_INT),
	DB_FIELD(certificate, der, DB_BYTES),
};
static const struct db_table table = DB_TABLE(fields, certificate);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_certificate, digest, DB_CHARS),
	DB_FIELD(admin_certificate, key, DB_CHARS),
	DB_FIELD(admin_certificate, serial, DB_TEXT),
	DB_FIELD(admin_certificate, purpose, DB_TEXT),
	DB_FIELD(admin_certificate, state, DB_TEXT),
	DB_FIELD(admin_certificate, not_before, DB_INT),
	DB_FIELD(admin_certificate, not_after, DB_INT),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_certificate);

int certificate_put(struct db *db, const struct certificate *c, struct error *err)
{
	return db_put(db, sql_certificate_put, &table, c, err);
}

int certificate_get(struct db *db, const char *device, const char *digest, struct certificate *ret,
		    struct error *err)
{
	return db_one(db, sql_certificate_get,
		      ARGS(ARG_TEXT("$device", device), ARG_TEXT("$digest", digest)), &table, ret,
		      err);
}

int certificate_by_key(struct db *db, const char *device, const char *key,
		       enum certificate_purpose purpose, struct certificate *ret, struct error *err)
{
	return db_one(db, sql_certificate_by_key,
		      ARGS(ARG_TEXT("$device", device), ARG_TEXT("$key", key),
			   ARG_TEXT("$purpose", purpose_names[purpose])),
		      &table, ret, err);
}

void certificate_done(struct certificate *c)
{
	db_row_done(&table, c);
}

int certificate_key_in_use(struct db *db, const char *key, const char *device,
			   enum certificate_purpose purpose, bool *ret, struct error *err)
{
	int64_t n;

	if (db_int(db, sql_certificate_key_in_use,
		   ARGS(ARG_TEXT("$key", key), ARG_TEXT("$device", device),
			ARG_TEXT("$purpose", purpose_names[purpose])),
		   &n, err) < 0)
		return -1;
	*ret = n > 0;
	return 0;
}

static int supersede(struct db *db, const char *device, enum certificate_purpose purpose,
		     const char *except, enum certificate_state state, struct error *err)
{
	return db_run(db, sql_certificate_supersede,
		      ARGS(ARG_TEXT("$device", device),
			   ARG_TEXT("$purpose", purpose_names[purpose]),
			   ARG_TEXT("$digest", except), ARG_TEXT("$state", state_names[state])),
		      NULL, err);
}

static int set_state(struct db *db, const char *device, const char *digest,
		     enum certificate_state state, struct error *err)
{
	return db_run(db, sql_certificate_set_state,
		      ARGS(ARG_TEXT("$device", device), ARG_TEXT("$digest", digest),
			   ARG_TEXT("$state", state_names[state])),
		      NULL, err);
}

int certificate_promote(struct db *db, const struct certificate *c, struct error *err)
{
	enum certificate_purpose purpose = (enum certificate_purpose)c->purpose;

	if (supersede(db, c->device, purpose, c->digest, CERTIFICATE_CURRENT, err) < 0)
		return -1;
	return set_state(db, c->device, c->digest, CERTIFICATE_CURRENT, err);
}

int certificate_drop_next(struct db *db, const char *device, enum certificate_purpose purpose,
			  struct error *err)
{
	return supersede(db, device, purpose, "", CERTIFICATE_NEXT, err);
}

int certificate_revoke_all(struct db *db, const char *device, int64_t now, struct error *err)
{
	struct jmap_list list = { 0 };
	const struct certificate *c;
	int r = db_list(db, sql_certificate_live, ARGS(ARG_TEXT("$device", device)), &table, &list,
			err);

	for (size_t i = 0; i < list.n && r == 0; i++) {
		c = (const struct certificate *)list.items + i;
		r = set_state(db, device, c->digest, CERTIFICATE_REVOKED, err);
		if (r == 0)
			r = crl_revoke(
				db, &(struct revocation){ "device", c->serial, now, c->not_after },
				err);
	}
	db_list_done(&table, &list);
	return r;
}

int certificate_list(struct db *db, const char *device, uint32_t limit, struct jmap_list *ret,
		     struct error *err)
{
	return db_list(db, sql_certificate_list,
		       ARGS(ARG_TEXT("$device", device), ARG_INT("$limit", limit)), &admin_table,
		       ret, err);
}
