/* SPDX-License-Identifier: Apache-2.0 */
#include "store/record.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/sql.h"

static const char server_source[] = "server";

static const struct db_field admin_fields[] = {
	DB_FIELD(admin_record, seq, DB_U64),
	DB_FIELD(admin_record, device_seq, DB_U64),
	DB_FIELD(admin_record, device, DB_CHARS),
	DB_FIELD(admin_record, id, DB_CHARS),
	DB_FIELD(admin_record, event, DB_TEXT),
	DB_FIELD(admin_record, outcome, DB_TEXT),
	DB_FIELD(admin_record, subject, DB_TEXT),
	DB_FIELD(admin_record, reason, DB_TEXT),
	DB_FIELD(admin_record, text, DB_TEXT),
	DB_FIELD(admin_record, time, DB_INT),
	DB_FIELD(admin_record, stored, DB_INT),
	DB_FIELD(admin_record, detail, DB_TREE),
	DB_FIELD(admin_record, previous, DB_CHARS),
	DB_FIELD(admin_record, seal_enrollment, DB_CHARS),
	DB_FIELD(admin_record, seal_time, DB_INT),
	DB_FIELD(admin_record, seal_signature, DB_BYTES),
	DB_FIELD(admin_record, seal_certificate, DB_BYTES),
};
static const struct db_table admin_table = DB_TABLE(admin_fields, admin_record);

/* What a source's newest record gives to the next one. */
static const struct db_field last_fields[] = {
	DB_FIELD(record, sequence, DB_U64),
	DB_FIELD(record, previous, DB_CHARS),
};
static const struct db_table last_table = DB_TABLE(last_fields, record);

static int put(struct db *db, const char *source, const char *device, const struct record *r,
	       int64_t stored, struct error *err)
{
	auto_buf struct buf detail = BUF_INIT, bytes = BUF_INIT;
	char digest[SHA256_HEX_SIZE];

	if ((r->detail && jmap_dump(r->detail, &detail, err) < 0) ||
	    record_write(r, &bytes, err) < 0)
		return -1;
	hash_sha256_hex(bytes.data, bytes.len, digest);
	return db_run(db, sql_record_put,
		      ARGS(ARG_TEXT("$source", source), ARG_INT("$source_seq", r->sequence),
			   ARG_TEXT("$device", device), ARG_TEXT("$id", r->id),
			   ARG_TEXT("$event", audit_row((enum audit_event)r->event)->name),
			   ARG_TEXT("$outcome", outcome_enum.names[r->outcome]),
			   ARG_TEXT("$subject", r->subject), ARG_TEXT("$reason", r->reason),
			   ARG_TEXT("$text", r->text), ARG_INT("$time", r->time),
			   ARG_INT("$stored", stored), ARG_TEXT("$detail", detail.data),
			   ARG_TEXT("$previous", r->previous[0] ? r->previous : NULL),
			   ARG_TEXT("$digest", digest)),
		      NULL, err);
}

int record_put_device(struct db *db, const char *device, const struct record *r, int64_t stored,
		      struct error *err)
{
	return put(db, device, device, r, stored, err);
}

int record_digest(struct db *db, const char *device, uint64_t sequence, char ret[SHA256_HEX_SIZE],
		  struct error *err)
{
	struct record r = { 0 };

	if (db_one(db, sql_record_digest,
		   ARGS(ARG_TEXT("$source", device), ARG_INT("$source_seq", sequence)), &last_table,
		   &r, err) < 0)
		return -1;
	memcpy(ret, r.previous, SHA256_HEX_SIZE);
	return 0;
}

/* Its texts quote peers, some of them cut inside a character: a record never fails for that. */
struct texts {
	char subject[LIMIT_NAME + 1], reason[LIMIT_NAME + 1], text[LIMIT_TEXT + 1];
};

static char *clean(const char *from, char *to, size_t size)
{
	if (!from)
		return NULL;
	text_clean(from, to, size);
	return to;
}

int record_put_server(struct db *db, const char *device, struct record *r, struct error *err)
{
	struct record last = { 0 };
	struct record own;
	struct texts t;

	if (db_one(db, sql_record_last, ARGS(ARG_TEXT("$source", server_source)), &last_table,
		   &last, err) < 0 &&
	    err->code != ERROR_NOT_FOUND)
		return -1;
	r->sequence = last.sequence + 1;
	memcpy(r->previous, last.previous, SHA256_HEX_SIZE);
	uuid_new(r->id);
	own = *r;
	own.subject = clean(r->subject && r->subject[0] ? r->subject : "anonymous", t.subject,
			    sizeof(t.subject));
	own.reason = clean(r->reason, t.reason, sizeof(t.reason));
	own.text = clean(r->text, t.text, sizeof(t.text));
	return put(db, server_source, device, &own, own.time, err);
}

/* A page's `after`: a decimal number. */
static int parse_after(const char *text, uint64_t *ret, struct error *err)
{
	char *end = NULL;

	*ret = 0;
	if (!text)
		return 0;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || *ret > INT64_MAX)
		return error_set(err, ERROR_INVALID, "after: '%.40s' is no sequence number", text);
	return 0;
}

int record_list(struct db *db, const struct admin_query *q, struct admin_records *ret,
		struct error *err)
{
	uint64_t after;

	if (parse_after(q->after, &after, err) < 0)
		return -1;
	return db_list(db, sql_record_list,
		       ARGS(ARG_INT("$after", after), ARG_INT("$since", q->since),
			    ARG_TEXT("$device", q->device), ARG_TEXT("$event", q->type),
			    ARG_INT("$limit", q->limit)),
		       &admin_table, &ret->records, err);
}
