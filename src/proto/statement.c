/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/statement.h"

#include <string.h>

#include "base/limits.h"

#define X(id, name) [id] = name,
static const char *const support_names[] = { SUPPORTS(X) };
static const char *const verdict_names[] = { VERDICTS(X) };
#undef X
const struct jmap_enum support_enum = { support_names, ARRAY_SIZE(support_names) };
const struct jmap_enum verdict_enum = { verdict_names, ARRAY_SIZE(verdict_names) };

#define FIELD(type, member, ...) &type, offsetof(struct STRUCT, member), __VA_ARGS__
#define TEXT(key, member, flags, doc) \
	{ \
		key, FIELD(jmap_text, member, flags), 1, LIMIT_TEXT, NULL, doc, NULL \
	}

#define STRUCT statement_dut
static const struct jmap dut_fields[] = {
	TEXT("name", name, JMAP_REQUIRED, "what it is sold as"),
	TEXT("model", model, 0, "its model designation"),
	TEXT("hardware", hardware, 0, "the version of its hardware"),
	TEXT("software", software, 0, "the version of its software"),
	TEXT("supplier", supplier, 0, "the organisation that supplies it"),
	TEXT("contact", contact, 0, "whom to ask there"),
	TEXT("services", services, 0, "the services that it is used with"),
};
static const struct jmap_table dut_table =
	JMAP_TABLE("dut", "The device under test", dut_fields, struct statement_dut);
#undef STRUCT

#define STRUCT statement_trait
static const struct jmap trait_fields[] = {
	{ "id", FIELD(jmap_str, id, JMAP_REQUIRED), 1, 8, NULL, "a condition or a feature", "aa" },
	{ "holds", FIELD(jmap_bool, holds, JMAP_REQUIRED | JMAP_EMIT), 0, 0, NULL,
	  "whether the device has it", NULL },
	TEXT("detail", detail, 0, "how, or why not"),
};
static const struct jmap_table trait_table = JMAP_TABLE(
	"trait", "A condition or a feature of the device", trait_fields, struct statement_trait);
#undef STRUCT

#define STRUCT statement_claim
static const struct jmap claim_fields[] = {
	{ "control", FIELD(jmap_str, control, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "the requirement", "5.6-1" },
	{ "support", FIELD(jmap_enum, support, JMAP_REQUIRED), 0, 0, &support_enum,
	  "whether the device meets it", NULL },
	TEXT("detail", detail, 0, "why not, or why it does not apply"),
};
static const struct jmap_table claim_table = JMAP_TABLE(
	"claim", "The supplier's word on a requirement", claim_fields, struct statement_claim);
#undef STRUCT

#define STRUCT statement_observation
static const struct jmap observation_fields[] = {
	{ "unit", FIELD(jmap_str, unit, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "the case and the unit's letter", "5.3-3-1a" },
	{ "verdict", FIELD(jmap_enum, verdict, JMAP_REQUIRED), 0, 0, &verdict_enum, "what came out",
	  NULL },
	TEXT("by", by, JMAP_REQUIRED, "who observed it"),
	{ "time", FIELD(jmap_time, time, JMAP_REQUIRED), 0, 0, NULL, "when", NULL },
	TEXT("evidence", evidence, JMAP_REQUIRED, "what was seen, or where it is kept"),
};
static const struct jmap_table observation_table = JMAP_TABLE(
	"observation", "What a person saw", observation_fields, struct statement_observation);
#undef STRUCT

#define STRUCT statement
static const struct jmap statement_fields[] = {
	{ "type", FIELD(jmap_str, type, JMAP_REQUIRED), 1, 16, NULL, "\"statement\"", NULL },
	{ "catalog", FIELD(jmap_str, catalog, JMAP_REQUIRED), 1, LIMIT_NAME, NULL,
	  "the catalogue or overlay that it is about", "en303645-v3" },
	{ "dut", FIELD(jmap_object, dut, JMAP_REQUIRED), 0, 0, &dut_table, "the device under test",
	  NULL },
	{ "state", FIELD(jmap_enum, state, 0), 0, 0, &device_state_enum,
	  "the state that it is about", NULL },
	{ "traits", FIELD(jmap_array, traits, 0), 0, LIMIT_CATALOG_IDS, &trait_table,
	  "conditions and features", NULL },
	{ "claims", FIELD(jmap_array, claims, JMAP_REQUIRED), 0, LIMIT_CATALOG_CONTROLS,
	  &claim_table, "what is claimed of each requirement", NULL },
	{ "observations", FIELD(jmap_array, observations, 0), 0, LIMIT_CATALOG_CONTROLS,
	  &observation_table, "what persons saw", NULL },
};
const struct jmap_table statement_table = JMAP_TABLE("statement", "The supplier's statement (ICS)",
						     statement_fields, struct statement);
#undef STRUCT

#define STRUCT ixit
static const struct jmap ixit_fields[] = {
	{ "type", FIELD(jmap_str, type, JMAP_REQUIRED), 1, 16, NULL, "\"ixit\"", NULL },
	{ "tables", FIELD(jmap_tree, tables, JMAP_REQUIRED), 0, 0, NULL,
	  "entries by table: \"28-LogIntf\": [{\"ID\": …}]", NULL },
};
const struct jmap_table ixit_table =
	JMAP_TABLE("ixit", "How the requirements are met (IXIT)", ixit_fields, struct ixit);
#undef STRUCT

void statement_done(struct statement *s)
{
	jmap_done(&statement_table, s);
}

void ixit_done(struct ixit *x)
{
	jmap_done(&ixit_table, x);
}

int statement_read(const struct conf *file, struct statement *ret, struct error *err)
{
	auto_statement struct statement s = { 0 };

	if (conf_bind(file, "", &statement_table, &s, err) < 0)
		return -1;
	if (strcmp(s.type, "statement") != 0)
		return conf_invalid(file, "type", err, "not 'statement'");
	*ret = s;
	s = (struct statement){ 0 };
	return 0;
}

static int check_entry(const struct conf *file, const char *path, const json_t *entry,
		       struct error *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(entry))
		return conf_invalid(file, path, err, "an object of columns expected");
	json_object_foreach ((json_t *)entry, key, value)
		if (!json_is_string(value) || json_string_length(value) > LIMIT_TEXT)
			return conf_invalid(
				file, path, err,
				"column '%.80s': a text of at most %u characters expected", key,
				LIMIT_TEXT);
	if (!json_object_get(entry, "ID"))
		return conf_invalid(file, path, err, "an ID is missing");
	return 0;
}

static int check_table(const struct conf *file, const char *name, const json_t *table,
		       struct error *err)
{
	char path[LIMIT_NAME + 64];
	const json_t *entry;
	size_t i;

	(void)snprintf(path, sizeof(path), "tables.%.*s", LIMIT_NAME, name);
	if (!json_is_array(table) || json_array_size(table) > LIMIT_FACT_ITEMS)
		return conf_invalid(file, path, err, "a list of at most %u entries expected",
				    LIMIT_FACT_ITEMS);
	json_array_foreach (table, i, entry) {
		(void)snprintf(path, sizeof(path), "tables.%.*s[%zu]", LIMIT_NAME, name, i);
		if (check_entry(file, path, entry, err) < 0)
			return -1;
	}
	return 0;
}

int ixit_read(const struct conf *file, struct ixit *ret, struct error *err)
{
	auto_ixit struct ixit x = { 0 };
	const char *name;
	json_t *table;

	if (conf_bind(file, "", &ixit_table, &x, err) < 0)
		return -1;
	if (strcmp(x.type, "ixit") != 0)
		return conf_invalid(file, "type", err, "not 'ixit'");
	json_object_foreach (x.tables, name, table)
		if (check_table(file, name, table, err) < 0)
			return -1;
	*ret = x;
	x = (struct ixit){ 0 };
	return 0;
}
