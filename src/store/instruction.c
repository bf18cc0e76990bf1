/* SPDX-License-Identifier: Apache-2.0 */
#include "store/instruction.h"

#include "store/sql.h"

static const struct db_field fields[] = {
	DB_FIELD(stored_instruction, id, DB_CHARS),
	DB_FIELD(stored_instruction, type, DB_TEXT),
	DB_FIELD(stored_instruction, name, DB_TEXT),
	DB_FIELD(stored_instruction, stream, DB_TEXT),
	DB_FIELD(stored_instruction, device, DB_CHARS),
	DB_FIELD(stored_instruction, serial, DB_U64),
	DB_FIELD(stored_instruction, digest, DB_CHARS),
	DB_FIELD(stored_instruction, published_by, DB_TEXT),
	DB_FIELD(stored_instruction, published, DB_INT),
	DB_FIELD(stored_instruction, not_before, DB_INT),
	DB_FIELD(stored_instruction, not_after, DB_INT),
	DB_FIELD(stored_instruction, signers, DB_STRINGS),
	DB_FIELD(stored_instruction, der, DB_BYTES),
};
static const struct db_table table = DB_TABLE(fields, stored_instruction);

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_instruction, id, DB_CHARS),
	DB_FIELD(admin_instruction, type, DB_TEXT),
	DB_FIELD(admin_instruction, name, DB_TEXT),
	DB_FIELD(admin_instruction, stream, DB_TEXT),
	DB_FIELD(admin_instruction, serial, DB_U64),
	DB_FIELD(admin_instruction, digest, DB_CHARS),
	DB_FIELD(admin_instruction, published_by, DB_TEXT),
	DB_FIELD(admin_instruction, published, DB_INT),
	DB_FIELD(admin_instruction, not_before, DB_INT),
	DB_FIELD(admin_instruction, not_after, DB_INT),
	DB_FIELD(admin_instruction, signers, DB_STRINGS),
	DB_FIELD(admin_instruction, devices, DB_U32),
	DB_FIELD(admin_instruction, delivered, DB_U32),
	DB_FIELD(admin_instruction, proven, DB_U32),
	DB_FIELD(admin_instruction, failed, DB_U32),
	DB_FIELD(admin_instruction, cancelled, DB_U32),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_instruction);

int instruction_put(struct db *db, const struct stored_instruction *i, struct error *err)
{
	return db_put(db, sql_instruction_put, &table, i, err);
}

int instruction_get(struct db *db, const char *id, struct stored_instruction *ret,
		    struct error *err)
{
	return db_one(db, sql_instruction_get, ARGS(ARG_TEXT("$id", id)), &table, ret, err);
}

int instruction_get_der(struct db *db, const char *id, struct buf *ret, struct error *err)
{
	struct stored_instruction row;

	if (db_one(db, sql_instruction_get_der, ARGS(ARG_TEXT("$id", id)), &table, &row, err) < 0)
		return -1;
	*ret = buf_steal(&row.der);
	instruction_done(&row);
	return 0;
}

int instruction_newest(struct db *db, const char *type, const char *stream,
		       struct stored_instruction *ret, struct error *err)
{
	return db_one(db, sql_instruction_newest,
		      ARGS(ARG_TEXT("$type", type), ARG_TEXT("$stream", stream)), &table, ret, err);
}

void instruction_done(struct stored_instruction *i)
{
	db_row_done(&table, i);
}

int instruction_ids(struct db *db, const char *type, struct strings *ret, struct error *err)
{
	return db_texts(db, sql_instruction_ids_of_type, ARGS(ARG_TEXT("$type", type)), ret, err);
}

int instruction_list(struct db *db, const char *id, const struct admin_query *q,
		     struct admin_instructions *ret, struct error *err)
{
	return db_list(db, sql_instruction_list,
		       ARGS(ARG_TEXT("$id", id), ARG_TEXT("$type", q->type),
			    ARG_TEXT("$device", q->device), ARG_INT("$since", q->since),
			    ARG_TEXT("$after", q->after), ARG_INT("$limit", q->limit)),
		       &admin_table, &ret->instructions, err);
}
