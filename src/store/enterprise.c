/* SPDX-License-Identifier: Apache-2.0 */
#include "store/enterprise.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(enterprise, id, DB_CHARS),
	DB_FIELD(enterprise, name, DB_TEXT),
	DB_FIELD(enterprise, imported, DB_INT),
};
static const struct db_table table = DB_TABLE(fields, enterprise);

int enterprise_get(struct db *db, struct enterprise *ret, struct error *err)
{
	return db_one(db, sql_enterprise_get, NULL, &table, ret, err);
}

int enterprise_put(struct db *db, const struct enterprise *e, struct error *err)
{
	return db_put(db, sql_enterprise_put, &table, e, err);
}

void enterprise_done(struct enterprise *e)
{
	db_row_done(&table, e);
}
