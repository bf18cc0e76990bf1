/* SPDX-License-Identifier: Apache-2.0 */
#include "store/delivery.h"

#include "store/sql.h"

static const char *const state_names[] = { NULL,
#define X(id, name) name,
					   DELIVERY_STATES(X)
#undef X
};

static const struct db_field document_fields[] = {
	DB_FIELD(delivery_document, seq, DB_U64),
	DB_FIELD(delivery_document, type, DB_TEXT),
	DB_FIELD(delivery_document, id, DB_CHARS),
	DB_FIELD(delivery_document, der, DB_BYTES),
};
static const struct db_table document_table = DB_TABLE(document_fields, delivery_document);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_delivery, seq, DB_U64),	   DB_FIELD(admin_delivery, device, DB_CHARS),
	DB_FIELD(admin_delivery, type, DB_TEXT),   DB_FIELD(admin_delivery, id, DB_CHARS),
	DB_FIELD(admin_delivery, name, DB_TEXT),   DB_FIELD(admin_delivery, state, DB_TEXT),
	DB_FIELD(admin_delivery, reason, DB_TEXT), DB_FIELD(admin_delivery, requested, DB_INT),
	DB_FIELD(admin_delivery, sent, DB_INT),	   DB_FIELD(admin_delivery, delivered, DB_INT),
	DB_FIELD(admin_delivery, proven, DB_INT),  DB_FIELD(admin_delivery, cancelled, DB_INT),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_delivery);

int delivery_add(struct db *db, const char *device, const char *instruction, int64_t now,
		 bool *added, struct error *err)
{
	int64_t n;

	if (db_int(db, sql_delivery_exists,
		   ARGS(ARG_TEXT("$device", device), ARG_TEXT("$instruction", instruction)), &n,
		   err) < 0)
		return -1;
	if (added)
		*added = n == 0;
	if (n > 0)
		return 0;
	if (db_run(db, sql_device_next_seq, ARGS(ARG_TEXT("$id", device)), NULL, err) < 0)
		return -1;
	return db_run(db, sql_delivery_put,
		      ARGS(ARG_TEXT("$device", device), ARG_TEXT("$instruction", instruction),
			   ARG_INT("$now", now)),
		      NULL, err);
}

int delivery_after(struct db *db, const char *device, uint64_t after, uint32_t limit,
		   struct jmap_list *ret, struct error *err)
{
	return db_list(db, sql_delivery_after,
		       ARGS(ARG_TEXT("$device", device), ARG_INT("$after", after),
			    ARG_INT("$limit", limit)),
		       &document_table, ret, err);
}

void delivery_documents_done(struct jmap_list *list)
{
	db_list_done(&document_table, list);
}

int delivery_sent(struct db *db, const char *device, uint64_t after, uint64_t last, int64_t now,
		  struct error *err)
{
	return db_run(db, sql_delivery_sent,
		      ARGS(ARG_TEXT("$device", device), ARG_INT("$after", after),
			   ARG_INT("$last", last), ARG_INT("$now", now)),
		      NULL, err);
}

int delivery_advance(struct db *db, const struct delivery_step *step, bool *changed,
		     struct error *err)
{
	int64_t n;

	if (db_run(db, sql_delivery_advance,
		   ARGS(ARG_TEXT("$device", step->device),
			ARG_TEXT("$instruction", step->instruction),
			ARG_TEXT("$state", state_names[step->state]),
			ARG_TEXT("$reason", step->reason), ARG_INT("$now", step->now)),
		   &n, err) < 0)
		return -1;
	if (changed)
		*changed = n > 0;
	return 0;
}

int delivery_cancel(struct db *db, const struct delivery_step *step,
		    struct delivery_called_off *ret, struct error *err)
{
	const struct db_arg *one = ARGS(ARG_TEXT("$instruction", step->instruction));
	struct delivery_called_off off = { 0 };
	int64_t late;

	if (db_run(db, sql_delivery_cancel,
		   ARGS(ARG_TEXT("$instruction", step->instruction),
			ARG_TEXT("$reason", step->reason), ARG_INT("$now", step->now)),
		   &off.changed, err) < 0 ||
	    db_int(db, sql_delivery_count_late, one, &late, err) < 0 ||
	    db_texts(db, sql_delivery_devices_cancelled, one, &off.devices, err) < 0)
		return -1;
	off.late = (uint32_t)late;
	*ret = off;
	return 0;
}

int delivery_tell(struct db *db, const char *device, int64_t now, bool *ret, struct error *err)
{
	int64_t n;

	if (db_int(db, sql_delivery_untold, ARGS(ARG_TEXT("$device", device)), &n, err) < 0)
		return -1;
	*ret = n > 0;
	if (n == 0)
		return 0;
	return db_run(db, sql_delivery_tell,
		      ARGS(ARG_TEXT("$device", device), ARG_INT("$now", now)), NULL, err);
}

int delivery_cancelled(struct db *db, const char *device, int64_t since, uint32_t limit,
		       struct strings *ret, struct error *err)
{
	return db_texts(db, sql_delivery_cancelled,
			ARGS(ARG_TEXT("$device", device), ARG_INT("$since", since),
			     ARG_INT("$limit", limit)),
			ret, err);
}

int delivery_of_device(struct db *db, const char *device, uint32_t limit, struct jmap_list *ret,
		       struct error *err)
{
	return db_list(db, sql_delivery_list_device,
		       ARGS(ARG_TEXT("$device", device), ARG_INT("$limit", limit)), &admin_table,
		       ret, err);
}

int delivery_of_instruction(struct db *db, const char *instruction, uint32_t limit,
			    struct jmap_list *ret, struct error *err)
{
	return db_list(db, sql_delivery_list_instruction,
		       ARGS(ARG_TEXT("$instruction", instruction), ARG_INT("$limit", limit)),
		       &admin_table, ret, err);
}
