/* SPDX-License-Identifier: Apache-2.0 */
#include "store/crl.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(stored_crl, issuer, DB_TEXT), DB_FIELD(stored_crl, key, DB_CHARS),
	DB_FIELD(stored_crl, number, DB_U64),  DB_FIELD(stored_crl, next_update, DB_INT),
	DB_FIELD(stored_crl, der, DB_BYTES),
};
static const struct db_table table = DB_TABLE(fields, stored_crl);

static const struct db_field revoked_fields[] = {
	DB_FIELD(revoked, serial, DB_TEXT),
	DB_FIELD(revoked, time, DB_INT),
};
static const struct db_table revoked_table = DB_TABLE(revoked_fields, revoked);

int crl_put(struct db *db, const struct stored_crl *c, struct error *err)
{
	const struct db_arg *args = ARGS(
		ARG_TEXT("$issuer", c->issuer), ARG_TEXT("$key", c->key),
		ARG_INT("$number", c->number), ARG_INT("$next_update", c->next_update),
		{ .name = "$der", .type = DB_ARG_BLOB, .data = c->der.data, .len = c->der.len });
	int64_t n;

	if (db_run(db, sql_crl_put, args, &n, err) < 0)
		return -1;
	return n == 1 ? 0
		      : error_set(err, ERROR_CONFLICT, "CRL %llu of %s is not newer",
				  (unsigned long long)c->number, c->issuer);
}

int crl_put_authority(struct db *db, const struct stored_crl *c, struct error *err)
{
	const struct db_arg *row = ARGS(ARG_TEXT("$issuer", c->issuer), ARG_TEXT("$key", c->key));
	int64_t number;

	if (db_int(db, sql_crl_number_of_key, ARGS(ARG_TEXT("$key", c->key)), &number, err) < 0)
		return -1;
	if (c->number <= (uint64_t)number)
		return error_set(err, ERROR_CONFLICT, "CRL %llu is not above %llu, the newest",
				 (unsigned long long)c->number, (unsigned long long)number);
	if (db_run(db, sql_crl_set_aside, row, NULL, err) < 0 ||
	    db_run(db, sql_crl_forget, row, NULL, err) < 0)
		return -1;
	return crl_put(db, c, err);
}

int crl_list(struct db *db, bool with_der, struct jmap_list *ret, struct error *err)
{
	return db_list(db, with_der ? sql_crl_list : sql_crl_numbers, NULL, &table, ret, err);
}

void crl_list_done(struct jmap_list *list)
{
	db_list_done(&table, list);
}

int crl_revoke(struct db *db, const struct revocation *r, struct error *err)
{
	return db_run(db, sql_revoked_put,
		      ARGS(ARG_TEXT("$issuer", r->issuer), ARG_TEXT("$serial", r->serial),
			   ARG_INT("$time", r->time), ARG_INT("$not_after", r->not_after)),
		      NULL, err);
}

int crl_revoked(struct db *db, const char *issuer, int64_t since, uint32_t limit,
		struct jmap_list *ret, struct error *err)
{
	return db_list(db, sql_revoked_list,
		       ARGS(ARG_TEXT("$issuer", issuer), ARG_INT("$since", since),
			    ARG_INT("$limit", limit)),
		       &revoked_table, ret, err);
}

void crl_revoked_done(struct jmap_list *list)
{
	db_list_done(&revoked_table, list);
}
