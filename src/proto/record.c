/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/record.h"

#include <string.h>

#include "base/limits.h"

#define OFF(m) offsetof(struct record, m)

static const struct audit_row rows[] = {
#define AUDIT(id, name, source, flags, requirement, message_id, text) \
	[AUDIT_##id] = { name, AUDIT_##source, flags, requirement, message_id, text },
#include "proto/audit.def"
#undef AUDIT
};
_Static_assert(ARRAY_SIZE(rows) == AUDIT_MAX_, "every event has a row");

static const char *const event_names[] = {
#define AUDIT(id, name, ...) [AUDIT_##id] = name,
#include "proto/audit.def"
#undef AUDIT
};
const struct jmap_enum audit_event_enum = { event_names, ARRAY_SIZE(event_names) };

static const char *const outcome_names[] = {
	[OUTCOME_SUCCESS] = "success",
	[OUTCOME_FAILURE] = "failure",
};
const struct jmap_enum outcome_enum = { outcome_names, ARRAY_SIZE(outcome_names) };

const struct audit_row *audit_row(enum audit_event event)
{
	return event > AUDIT_NONE && event < AUDIT_MAX_ ? &rows[event] : NULL;
}

enum audit_event audit_find(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return (enum audit_event)i;
	return AUDIT_NONE;
}

static const struct jmap fields[] = {
	{ "sequence", &jmap_u64, OFF(sequence), JMAP_REQUIRED, 1, 0, NULL, "1, 2, … without a gap",
	  NULL },
	{ "id", &jmap_uuid, OFF(id), JMAP_REQUIRED, 0, 0, NULL, "names the record", NULL },
	{ "time", &jmap_time, OFF(time), JMAP_REQUIRED, 0, 0, NULL, "when it was recorded", NULL },
	{ "event", &jmap_enum, OFF(event), JMAP_REQUIRED, 0, 0, &audit_event_enum, "what happened",
	  NULL },
	{ "outcome", &jmap_enum, OFF(outcome), JMAP_REQUIRED, 0, 0, &outcome_enum,
	  "whether it succeeded", NULL },
	{ "subject", &jmap_str, OFF(subject), JMAP_REQUIRED, 1, LIMIT_NAME, NULL, "who caused it",
	  NULL },
	{ "reason", &jmap_str, OFF(reason), 0, 0, LIMIT_NAME, NULL,
	  "wire name of a reason or error", NULL },
	{ "text", &jmap_str, OFF(text), 0, 0, LIMIT_TEXT, NULL, "one line for people", NULL },
	{ "detail", &jmap_tree, OFF(detail), 0, 0, 32, NULL, "the event's own fields", NULL },
	{ "previous", &jmap_sha256, OFF(previous), 0, 0, 0, NULL, "SHA-256 of the record before",
	  NULL },
};
const struct jmap_table record_table =
	JMAP_TABLE("record", "One audit record", fields, struct record);

void record_done(struct record *r)
{
	jmap_done(&record_table, r);
}

int record_read(const void *data, size_t len, struct record *ret, struct error *err)
{
	auto_record struct record r = { 0 };

	if (jmap_read(data, len, LIMIT_RECORD, &record_table, &r, err) < 0)
		return error_wrap(err, "record");
	*ret = r;
	r = (struct record){ 0 };
	return 0;
}

int record_write(const struct record *r, struct buf *out, struct error *err)
{
	return jmap_write(r, &record_table, out, err);
}
