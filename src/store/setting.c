/* SPDX-License-Identifier: Apache-2.0 */
#include "store/setting.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(admin_setting, setting, DB_TEXT), DB_FIELD(admin_setting, state, DB_TEXT),
	DB_FIELD(admin_setting, wanted, DB_TEXT),  DB_FIELD(admin_setting, read_back, DB_TEXT),
	DB_FIELD(admin_setting, by, DB_TEXT),	   DB_FIELD(admin_setting, reason, DB_TEXT),
	DB_FIELD(admin_setting, changed, DB_INT),  DB_FIELD(admin_setting, checked, DB_INT),
};
static const struct db_table table = DB_TABLE(fields, admin_setting);

int setting_replace(struct db *db, const char *device, const struct jmap_list *list,
		    int64_t checked, struct error *err)
{
	const struct setting_status *s;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		s = (const struct setting_status *)list->items + i;
		r = db_run(
			db, sql_setting_put,
			ARGS(ARG_TEXT("$device", device), ARG_TEXT("$setting", s->key),
			     ARG_TEXT("$state", setting_state_name((enum setting_state)s->state)),
			     ARG_TEXT("$wanted", s->wanted), ARG_TEXT("$read_back", s->read_back),
			     ARG_TEXT("$by", s->by), ARG_TEXT("$reason", s->reason),
			     ARG_INT("$checked", checked)),
			NULL, err);
	}
	if (r == 0)
		r = db_run(db, sql_setting_forget,
			   ARGS(ARG_TEXT("$device", device), ARG_INT("$checked", checked)), NULL,
			   err);
	return r;
}

int setting_touch(struct db *db, const char *device, int64_t checked, struct error *err)
{
	return db_run(db, sql_setting_touch,
		      ARGS(ARG_TEXT("$device", device), ARG_INT("$checked", checked)), NULL, err);
}

int setting_list(struct db *db, const char *device, struct jmap_list *ret, struct error *err)
{
	return db_list(db, sql_setting_list, ARGS(ARG_TEXT("$device", device)), &table, ret, err);
}
