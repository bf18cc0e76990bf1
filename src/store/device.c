/* SPDX-License-Identifier: Apache-2.0 */
#include "store/device.h"

#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "store/sql.h"

static const char *const state_names[] = { NULL,
#define X(id, name) name,
					   DEVICE_STATES(X)
#undef X
};
static const struct jmap_enum state_enum = { state_names, ARRAY_SIZE(state_names) };

static const struct db_field fields[] = {
	DB_FIELD(device, id, DB_CHARS),
	DB_FIELD(device, enrollment, DB_CHARS),
	DB_FIELD_ENUM(device, state, state_enum),
	DB_FIELD(device, token, DB_CHARS),
	DB_FIELD(device, enroll_key, DB_CHARS),
	DB_FIELD(device, hardware_id, DB_TEXT),
	DB_FIELD(device, manufacturer, DB_TEXT),
	DB_FIELD(device, model, DB_TEXT),
	DB_FIELD(device, serial_number, DB_TEXT),
	DB_FIELD(device, hostname, DB_TEXT),
	DB_FIELD(device, os, DB_TEXT),
	DB_FIELD(device, os_version, DB_TEXT),
	DB_FIELD(device, agent, DB_TEXT),
	DB_FIELD(device, ownership, DB_TEXT),
	DB_FIELD(device, stream, DB_TEXT),
	DB_FIELD(device, groups, DB_STRINGS),
	DB_FIELD(device, enrolled, DB_INT),
	DB_FIELD(device, last_contact, DB_INT),
	DB_FIELD(device, assignment_serial, DB_U64),
	DB_FIELD(device, policy_serial, DB_U64),
	DB_FIELD(device, trust_version, DB_U32),
	DB_FIELD(device, last_seq, DB_U64),
	DB_FIELD(device, last_record, DB_U64),
	DB_FIELD(device, record_digest, DB_CHARS),
	DB_FIELD(device, status_hash, DB_CHARS),
};
static const struct db_table table = DB_TABLE(fields, device);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_device, id, DB_CHARS),
	DB_FIELD(admin_device, enrollment, DB_CHARS),
	DB_FIELD(admin_device, state, DB_TEXT),
	DB_FIELD(admin_device, hostname, DB_TEXT),
	DB_FIELD(admin_device, manufacturer, DB_TEXT),
	DB_FIELD(admin_device, model, DB_TEXT),
	DB_FIELD(admin_device, serial_number, DB_TEXT),
	DB_FIELD(admin_device, os, DB_TEXT),
	DB_FIELD(admin_device, os_version, DB_TEXT),
	DB_FIELD(admin_device, hardware_id, DB_TEXT),
	DB_FIELD(admin_device, agent, DB_TEXT),
	DB_FIELD(admin_device, stream, DB_TEXT),
	DB_FIELD(admin_device, enrolled, DB_INT),
	DB_FIELD(admin_device, last_contact, DB_INT),
	DB_FIELD(admin_device, connected, DB_BOOL),
	DB_FIELD(admin_device, policy_serial, DB_U64),
	DB_FIELD(admin_device, trust_version, DB_U32),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_device);

int device_get(struct db *db, const char *id, struct device *ret, struct error *err)
{
	return db_one(db, sql_device_get, ARGS(ARG_TEXT("$id", id)), &table, ret, err);
}

int device_put(struct db *db, const struct device *d, struct error *err)
{
	return db_put(db, sql_device_put, &table, d, err);
}

void device_done(struct device *d)
{
	db_row_done(&table, d);
}

/* The one id that a query answers. */
static int find_id(struct db *db, const char *sql, const struct db_arg *args, char id[UUID_SIZE],
		   struct error *err)
{
	static const struct db_field id_fields[] = { DB_FIELD(device, id, DB_CHARS) };
	static const struct db_table id_table = DB_TABLE(id_fields, device);
	struct device d;

	if (db_one(db, sql, args, &id_table, &d, err) < 0)
		return -1;
	memcpy(id, d.id, UUID_SIZE);
	return 0;
}

int device_by_claim(struct db *db, const char *token, const char *key, char id[UUID_SIZE],
		    struct error *err)
{
	return find_id(db, sql_device_by_claim,
		       ARGS(ARG_TEXT("$token", token), ARG_TEXT("$key", key)), id, err);
}

int device_by_hardware(struct db *db, const char *hardware_id, char id[UUID_SIZE],
		       struct error *err)
{
	return find_id(db, sql_device_by_hardware, ARGS(ARG_TEXT("$hardware_id", hardware_id)), id,
		       err);
}

int device_resolve(struct db *db, const char *id_or_name, char id[UUID_SIZE], struct error *err)
{
	const struct db_arg *by_name = ARGS(ARG_TEXT("$hostname", id_or_name));
	auto_device struct device d = { 0 };
	int64_t n;

	if (uuid_valid(id_or_name)) {
		if (device_get(db, id_or_name, &d, err) < 0)
			return error_set(err, err->code, "no device %s", id_or_name);
		memcpy(id, d.id, UUID_SIZE);
		return 0;
	}
	if (db_int(db, sql_device_count_by_name, by_name, &n, err) < 0)
		return -1;
	if (n > 1)
		return error_set(err, ERROR_CONFLICT, "%d devices are called '%.60s'", (int)n,
				 id_or_name);
	if (find_id(db, sql_device_by_name, by_name, id, err) < 0)
		return error_set(err, err->code, "no device '%.60s'", id_or_name);
	return 0;
}

int device_set_state(struct db *db, const char *id, enum device_state state, struct error *err)
{
	return db_run(db, sql_device_set_state,
		      ARGS(ARG_TEXT("$id", id), ARG_TEXT("$state", state_names[state])), NULL, err);
}

int device_set_enrolled(struct db *db, const char *id, int64_t now, struct error *err)
{
	int64_t n;

	if (db_run(db, sql_device_set_enrolled, ARGS(ARG_TEXT("$id", id), ARG_INT("$now", now)), &n,
		   err) < 0)
		return -1;
	return n == 1 ? 0 : error_set(err, ERROR_NOT_FOUND, "no pending device %s", id);
}

int device_touch(struct db *db, const char *id, int64_t now, struct error *err)
{
	return db_run(db, sql_device_touch,
		      ARGS(ARG_TEXT("$id", id), ARG_INT("$now", now),
			   ARG_INT("$before", now - LIMIT_TOUCH_S)),
		      NULL, err);
}

/* Lists travel as JSON text. */
static int strings_text(const struct strings *list, char **ret, struct error *err)
{
	auto_json json_t *tree = json_array();

	for (size_t i = 0; i < list->n; i++)
		(void)json_array_append_new(tree, json_string(list->items[i]));
	*ret = tree ? json_dumps(tree, JSON_COMPACT) : NULL;
	return *ret ? 0 : error_oom(err);
}

int device_assign(struct db *db, const char *id, const struct device_assignment *a,
		  struct error *err)
{
	auto_free char *groups = NULL;
	int64_t n;

	if (strings_text(a->groups, &groups, err) < 0)
		return -1;
	if (db_run(db, sql_device_assign,
		   ARGS(ARG_TEXT("$id", id), ARG_TEXT("$stream", a->stream),
			ARG_TEXT("$groups", groups), ARG_TEXT("$ownership", a->ownership),
			ARG_INT("$serial", a->serial)),
		   &n, err) < 0)
		return -1;
	return n == 1 ? 0
		      : error_set(err, ERROR_CONFLICT,
				  "the assignment's serial %llu is not newer than the device's",
				  (unsigned long long)a->serial);
}

int device_set_last_record(struct db *db, const char *id, uint64_t seq, const char *digest,
			   struct error *err)
{
	return db_run(db, sql_device_set_last_record,
		      ARGS(ARG_TEXT("$id", id), ARG_INT("$last_record", seq),
			   ARG_TEXT("$record_digest", digest)),
		      NULL, err);
}

int device_delete_pending(struct db *db, const char *id, struct error *err)
{
	return db_run(db, sql_device_delete_pending, ARGS(ARG_TEXT("$id", id)), NULL, err);
}

int device_set_status(struct db *db, const char *id, const struct device_status *s,
		      const char *hash, struct error *err)
{
	auto_buf struct buf document = BUF_INIT;

	if (jmap_write(s, &device_status_table, &document, err) < 0)
		return -1;
	return db_run(db, sql_device_set_status,
		      ARGS(ARG_TEXT("$id", id), ARG_TEXT("$status_hash", hash),
			   ARG_TEXT("$status", document.data), ARG_TEXT("$hostname", s->hostname),
			   ARG_TEXT("$manufacturer", s->manufacturer), ARG_TEXT("$model", s->model),
			   ARG_TEXT("$serial_number", s->serial_number), ARG_TEXT("$os", s->os),
			   ARG_TEXT("$os_version", s->os_version), ARG_TEXT("$agent", s->agent),
			   ARG_INT("$policy_serial", s->policy_serial),
			   ARG_INT("$trust_version", s->trust_version),
			   ARG_TEXT("$hardware_id", s->hardware_id)),
		      NULL, err);
}

int device_get_status(struct db *db, const char *id, json_t **ret, struct error *err)
{
	struct document {
		json_t *status;
	} row;
	const struct db_field status_fields[] = { DB_FIELD(document, status, DB_TREE) };
	const struct db_table status_table = DB_TABLE(status_fields, document);

	if (db_one(db, sql_device_get_status, ARGS(ARG_TEXT("$id", id)), &status_table, &row, err) <
	    0)
		return -1;
	*ret = row.status;
	return 0;
}

int device_ids_enrolled(struct db *db, struct strings *ret, struct error *err)
{
	return db_texts(db, sql_device_ids_enrolled, NULL, ret, err);
}

int device_ids_of_stream(struct db *db, const char *stream, struct strings *ret, struct error *err)
{
	return db_texts(db, sql_device_ids_of_stream, ARGS(ARG_TEXT("$stream", stream)), ret, err);
}

int device_ids_pending(struct db *db, int64_t before, struct strings *ret, struct error *err)
{
	return db_texts(db, sql_device_stale_pending, ARGS(ARG_INT("$before", before)), ret, err);
}

int device_list(struct db *db, const struct admin_query *q, int64_t fresh,
		struct admin_devices *ret, struct error *err)
{
	return db_list(db, sql_device_list,
		       ARGS(ARG_TEXT("$device", q->device), ARG_TEXT("$after", q->after),
			    ARG_INT("$limit", q->limit), ARG_INT("$fresh", fresh)),
		       &admin_table, &ret->devices, err);
}

int device_summary(struct db *db, const char *id, int64_t fresh, struct admin_device *ret,
		   struct error *err)
{
	return db_one(db, sql_device_summary, ARGS(ARG_TEXT("$id", id), ARG_INT("$fresh", fresh)),
		      &admin_table, ret, err);
}
