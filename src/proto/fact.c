/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/fact.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define X(id, name) [id] = name,
static const char *const type_names[] = { FACT_TYPES(X) };
static const char *const state_names[] = { FACT_STATES(X) };
static const char *const reason_names[] = { FACT_REASONS(X) };
static const char *const device_state_names[] = { DEVICE_STATES(X) };
#undef X
const struct jmap_enum fact_type_enum = { type_names, ARRAY_SIZE(type_names) };
const struct jmap_enum fact_state_enum = { state_names, ARRAY_SIZE(state_names) };
const struct jmap_enum fact_reason_enum = { reason_names, ARRAY_SIZE(reason_names) };
const struct jmap_enum device_state_enum = { device_state_names, ARRAY_SIZE(device_state_names) };

static const struct fact_row rows[] = {
#define FACT(id, key, type, privileged, item, doc) \
	[FACT_##id] = { key, type, privileged, item, doc },
#include "proto/facts.def"
#undef FACT
};
_Static_assert(ARRAY_SIZE(rows) == FACT_ID_MAX_, "every fact has a row");

const struct fact_row *fact_row(enum fact_id id)
{
	return id > FACT_ID_NONE_ && id < FACT_ID_MAX_ ? &rows[id] : NULL;
}

enum fact_id fact_find(const char *key)
{
	for (size_t i = 1; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].key, key) == 0)
			return (enum fact_id)i;
	return FACT_ID_NONE_;
}

#define FIELD(type, member, ...) &type, offsetof(struct STRUCT, member), __VA_ARGS__

#define STRUCT fact_item
static const struct jmap item_fields[] = {
	{ "id", FIELD(jmap_str, id, JMAP_REQUIRED), 1, LIMIT_TEXT, NULL, "names it, once", NULL },
	{ "detail", FIELD(jmap_str, detail, 0), 0, LIMIT_TEXT, NULL, "more of it, for people",
	  NULL },
};
static const struct jmap_table item_table =
	JMAP_TABLE("item", "One of the things that were found", item_fields, struct fact_item);
#undef STRUCT

#define STRUCT fact
static const struct jmap fact_fields[] = {
	{ "key", FIELD(jmap_str, key, JMAP_REQUIRED), 1, LIMIT_NAME, NULL, "which fact", NULL },
	{ "state", FIELD(jmap_enum, state, JMAP_REQUIRED), 0, 0, &fact_state_enum,
	  "whether it could be seen", NULL },
	{ "reason", FIELD(jmap_enum, reason, 0), 0, 0, &fact_reason_enum, "why it could not",
	  NULL },
	{ "detail", FIELD(jmap_str, detail, 0), 0, LIMIT_TEXT, NULL,
	  "why it could not, or how it was seen", NULL },
	{ "truth", FIELD(jmap_bool, truth, 0), 0, 0, NULL, "of a bool: its value", NULL },
	{ "count", FIELD(jmap_u64, count, 0), 0, 0, NULL, "of a count: its value", NULL },
	{ "text", FIELD(jmap_str, text, 0), 0, LIMIT_TEXT, NULL, "of a text: its value", NULL },
	{ "items", FIELD(jmap_array, items, 0), 0, LIMIT_FACT_ITEMS, &item_table,
	  "of items: what was found", NULL },
};
const struct jmap_table fact_table =
	JMAP_TABLE("fact", "What a probe saw", fact_fields, struct fact);
#undef STRUCT

#define STRUCT fact_device
#define ABOUT(key, member, doc) \
	{ \
		key, FIELD(jmap_str, member, 0), 0, LIMIT_NAME, NULL, doc, NULL \
	}
static const struct jmap device_fields[] = {
	{ "id", FIELD(jmap_uuid, id, 0), 0, 0, NULL, "the enrolled device", NULL },
	{ "enrollment", FIELD(jmap_uuid, enrollment, 0), 0, 0, NULL, "its enrollment", NULL },
	ABOUT("hostname", hostname, "its name"),
	ABOUT("model", model, "of the firmware or the device tree"),
	ABOUT("os", os, "PRETTY_NAME of os-release"),
	ABOUT("kernel", kernel, "its release"),
	ABOUT("architecture", architecture, "of the kernel"),
};
const struct jmap_table fact_device_table =
	JMAP_TABLE("device", "The device that was looked at", device_fields, struct fact_device);
#undef STRUCT

#define STRUCT evidence
static const struct jmap evidence_fields[] = {
	{ "type", FIELD(jmap_str, type, JMAP_REQUIRED), 1, 16, NULL, "\"evidence\"", NULL },
	{ "version", FIELD(jmap_str, version, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "of the program that looked", NULL },
	{ "device", FIELD(jmap_object, device, JMAP_REQUIRED), 0, 0, &fact_device_table,
	  "what was looked at", NULL },
	{ "time", FIELD(jmap_time, time, JMAP_REQUIRED), 0, 0, NULL, "when", NULL },
	{ "state", FIELD(jmap_enum, state, JMAP_REQUIRED), 0, 0, &device_state_enum,
	  "the state that the device was in", NULL },
	{ "privileged", FIELD(jmap_bool, privileged, JMAP_EMIT), 0, 0, NULL, "whether root looked",
	  NULL },
	{ "facts", FIELD(jmap_array, facts, JMAP_REQUIRED), 0, LIMIT_FACTS, &fact_table,
	  "what was seen", NULL },
};
const struct jmap_table evidence_table =
	JMAP_TABLE("evidence", "One look at a device", evidence_fields, struct evidence);
#undef STRUCT

void evidence_done(struct evidence *e)
{
	jmap_done(&evidence_table, e);
}

static bool is_of_type(const struct fact *f, enum fact_type type)
{
	return (type == FACT_BOOL || !f->truth) && (type == FACT_COUNT || f->count == 0) &&
	       (type == FACT_TEXT || !f->text) && (type == FACT_ITEMS || f->items.n == 0);
}

static int check_fact(const struct fact *f, struct error *err)
{
	const struct fact_row *row = fact_row(fact_find(f->key));

	if (!row)
		return error_set(err, ERROR_INVALID, "'facts': no fact is called '%.80s'", f->key);
	if ((f->state == FACT_UNKNOWN) != (f->reason != FACT_REASON_NONE_))
		return error_set(
			err, ERROR_INVALID,
			"'facts': '%s': a reason stands with what is unknown, and only there",
			f->key);
	if (!is_of_type(f, f->state == FACT_KNOWN ? row->type : FACT_TYPE_NONE_))
		return error_set(err, ERROR_INVALID, "'facts': '%s': %s expected", f->key,
				 f->state == FACT_KNOWN ? type_names[row->type] : "no value");
	return 0;
}

static int check(const struct evidence *e, struct error *err)
{
	const struct fact *facts = e->facts.items;

	if (strcmp(e->type, "evidence") != 0)
		return error_set(err, ERROR_INVALID, "'type': '%.40s', not 'evidence'", e->type);
	for (size_t i = 0; i < e->facts.n; i++) {
		if (check_fact(&facts[i], err) < 0)
			return -1;
		if (evidence_fact(e, facts[i].key) != &facts[i])
			return error_set(err, ERROR_INVALID, "'facts': '%s' is there twice",
					 facts[i].key);
	}
	return 0;
}

int evidence_read(const void *data, size_t len, struct evidence *ret, struct error *err)
{
	auto_evidence struct evidence e = { 0 };

	if (jmap_read(data, len, LIMIT_EVIDENCE, &evidence_table, &e, err) < 0 ||
	    check(&e, err) < 0)
		return error_wrap(err, "evidence");
	*ret = e;
	e = (struct evidence){ 0 };
	return 0;
}

int evidence_write(const struct evidence *e, struct buf *out, struct error *err)
{
	if (check(e, err) < 0)
		return -1;
	return jmap_write(e, &evidence_table, out, err);
}

const struct fact *evidence_fact(const struct evidence *e, const char *key)
{
	const struct fact *facts = e->facts.items;

	for (size_t i = 0; i < e->facts.n; i++)
		if (strcmp(facts[i].key, key) == 0)
			return &facts[i];
	return NULL;
}
