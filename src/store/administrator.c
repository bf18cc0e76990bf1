/* SPDX-License-Identifier: Apache-2.0 */
#include "store/administrator.h"

#include <string.h>

#include "store/sql.h"

static const char *const names[] = { NULL,
#define X(id, name) name,
				     ROLES(X)
#undef X
};
const struct jmap_enum role_enum = { names, ARRAY_SIZE(names) };

const char *role_name(enum role role)
{
	if (role == ROLE_NONE)
		return "none";
	return (unsigned)role < ROLE_MAX_ ? names[role] : "?";
}

enum role role_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return (enum role)i;
	return ROLE_NONE;
}

static const struct db_field fields[] = {
	DB_FIELD(administrator, login, DB_CHARS),
	DB_FIELD(administrator, name, DB_TEXT),
	DB_FIELD_ENUM(administrator, role, role_enum),
	DB_FIELD(administrator, created, DB_INT),
};
static const struct db_table table = DB_TABLE(fields, administrator);

int administrator_get(struct db *db, const char *login, struct administrator *ret,
		      struct error *err)
{
	return db_one(db, sql_administrator_get, ARGS(ARG_TEXT("$login", login)), &table, ret, err);
}

int administrator_put(struct db *db, const struct administrator *a, struct error *err)
{
	return db_put(db, sql_administrator_put, &table, a, err);
}

void administrator_done(struct administrator *a)
{
	db_row_done(&table, a);
}
