/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of the files in catalog/. */
#include "proto/catalog.h"

#include <string.h>

#include "base/limits.h"

#define X(id, name) [id] = name,
static const char *const control_level_names[] = { CONTROL_LEVELS(X) };
static const char *const case_kind_names[] = { CASE_KINDS(X) };
static const char *const unit_pattern_names[] = { UNIT_PATTERNS(X) };
static const char *const unit_op_names[] = { UNIT_OPS(X) };
static const char *const unit_decides_names[] = { UNIT_DECIDES(X) };
static const char *const overlay_op_names[] = { OVERLAY_OPS(X) };
static const char *const map_relation_names[] = { MAP_RELATIONS(X) };
#undef X
#define NAMES(n) \
	{ \
		n, ARRAY_SIZE(n) \
	}
const struct jmap_enum control_level_enum = NAMES(control_level_names);
const struct jmap_enum case_kind_enum = NAMES(case_kind_names);
const struct jmap_enum unit_pattern_enum = NAMES(unit_pattern_names);
const struct jmap_enum unit_op_enum = NAMES(unit_op_names);
const struct jmap_enum unit_decides_enum = NAMES(unit_decides_names);
const struct jmap_enum overlay_op_enum = NAMES(overlay_op_names);
const struct jmap_enum map_relation_enum = NAMES(map_relation_names);

#define FIELD(type, member, ...) &type, offsetof(struct STRUCT, member), __VA_ARGS__
/* An id that others refer to, a text for people, a list of ids, a list of structs, an enum. */
#define ID(key, member, flags, doc, hint) \
	{ \
		key, FIELD(jmap_str, member, flags), 1, LIMIT_NAME, NULL, doc, hint \
	}
#define TEXT(key, member, flags, doc) \
	{ \
		key, FIELD(jmap_text, member, flags), 1, LIMIT_TEXT, NULL, doc, NULL \
	}
#define IDS(key, member, flags, doc) \
	{ \
		key, FIELD(jmap_strings, member, flags), 0, LIMIT_CATALOG_IDS, NULL, doc, NULL \
	}
#define LIST(key, member, flags, limit, table, doc) \
	{ \
		key, FIELD(jmap_array, member, flags), 0, limit, table, doc, NULL \
	}
#define ENUM(key, member, flags, names, doc) \
	{ \
		key, FIELD(jmap_enum, member, flags), 0, 0, names, doc, NULL \
	}

#define STRUCT unit
static const struct jmap unit_fields[] = {
	ID("id", id, JMAP_REQUIRED, "the unit's letter within its case", "a"),
	TEXT("text", text, JMAP_REQUIRED, "what must hold"),
	ENUM("pattern", pattern, JMAP_REQUIRED, &unit_pattern_enum, "how it is meant"),
	ENUM("op", op, JMAP_REQUIRED, &unit_op_enum, "what is asked"),
	ID("fact", fact, 0, "the fact that it looks at", "net.listening"),
	{ "count", FIELD(jmap_u32, count, 0), 0, UINT32_MAX, NULL, "what a number is held against",
	  NULL },
	IDS("values", values, 0, "what texts and ids are held against; columns, for filled"),
	ID("ixit", ixit, 0, "the IXIT table that it reads", "28-LogIntf"),
	ID("column", column, 0, "the column, or the entry, of that table", "Description"),
	ID("ref", ref, 0, "the case whose verdict it takes", "5.5-1-2"),
	ENUM("decides", decides, 0, &unit_decides_enum, "which verdicts it can give (both)"),
};
const struct jmap_table unit_table =
	JMAP_TABLE("unit", "One thing that a case looks at", unit_fields, struct unit);
#undef STRUCT

#define STRUCT test_case
static const struct jmap case_fields[] = {
	ID("id", id, JMAP_REQUIRED, "the case's number in its source", "5.6-1-2"),
	ENUM("kind", kind, JMAP_REQUIRED, &case_kind_enum,
	     "whether papers or the device are judged"),
	TEXT("text", text, JMAP_REQUIRED, "the purpose of the case"),
	{ "escape", FIELD(jmap_optional, escape, 0), 0, 0, &unit_table,
	  "where this holds, there is nothing to judge, and the case passes", NULL },
	LIST("units", units, JMAP_REQUIRED, LIMIT_CATALOG_UNITS, &unit_table, "what it looks at"),
};
const struct jmap_table test_case_table =
	JMAP_TABLE("case", "A test case of a control", case_fields, struct test_case);
#undef STRUCT

#define STRUCT control
static const struct jmap control_fields[] = {
	ID("id", id, JMAP_REQUIRED, "the requirement's number in its source", "5.6-1"),
	ID("group", group, JMAP_REQUIRED, "the group that it belongs to", "5.6"),
	ENUM("level", level, JMAP_REQUIRED, &control_level_enum, "mandatory or recommended"),
	IDS("conditions", conditions, 0, "it applies only where all of these hold"),
	IDS("features", features, 0, "it applies only where the device has all of these"),
	TEXT("title", title, JMAP_REQUIRED, "in a few words"),
	TEXT("text", text, JMAP_REQUIRED, "the requirement, in words of our own"),
	TEXT("guidance", guidance, 0, "how it is met on Linux"),
	TEXT("mayNotApply", may_not_apply, 0, "when a recommendation cannot be followed"),
	ID("extends", extends, 0, "of an overlay: the control that it stands beside", "5.3-1"),
	ID("replaces", replaces, 0, "of an overlay: the control that it stands for", "5.3-16"),
	IDS("ixit", ixit, 0, "the IXIT tables that its cases read"),
	{ "unverified", FIELD(jmap_bool, unverified, 0), 0, 0, NULL,
	  "the source of this row was not seen by us", NULL },
	{ "remedy", FIELD(jmap_tree, remedy, 0), 0, 0, NULL, "settings of a policy that meet it",
	  NULL },
	LIST("cases", cases, 0, LIMIT_CATALOG_CASES, &test_case_table, "how it is judged"),
};
const struct jmap_table control_table =
	JMAP_TABLE("control", "One requirement", control_fields, struct control);
#undef STRUCT

#define STRUCT trait
static const struct jmap trait_fields[] = {
	ID("id", id, JMAP_REQUIRED, "its number or letter in the source", "aa"),
	TEXT("text", text, JMAP_REQUIRED, "what a device has or is"),
	{ "when", FIELD(jmap_optional, when, 0), 0, 0, &unit_table, "how facts tell", NULL },
};
const struct jmap_table trait_table =
	JMAP_TABLE("trait", "A condition or a feature", trait_fields, struct trait);
#undef STRUCT

#define STRUCT control_group
static const struct jmap group_fields[] = {
	ID("id", id, JMAP_REQUIRED, "the clause", "5.6"),
	TEXT("title", title, JMAP_REQUIRED, "what it is about"),
};
const struct jmap_table control_group_table =
	JMAP_TABLE("group", "A chapter of controls", group_fields, struct control_group);
#undef STRUCT

/* What all three kinds of file begin with. */
#define HEADER(kind) \
	ID("type", type, JMAP_REQUIRED, "which kind of file this is", kind), \
		ID("id", id, JMAP_REQUIRED, "names it", "en303645-v3"), \
		TEXT("title", title, JMAP_REQUIRED, "its full name"), \
		TEXT("note", note, 0, "what users of it must know")

#define STRUCT catalog
static const struct jmap catalog_fields[] = {
	HEADER("catalog"),
	ID("version", version, JMAP_REQUIRED, "of the source", "3.1.3"),
	TEXT("source", source, JMAP_REQUIRED, "what it was made from"),
	LIST("conditions", conditions, 0, LIMIT_CATALOG_IDS, &trait_table, "numbered conditions"),
	LIST("features", features, 0, LIMIT_CATALOG_IDS, &trait_table, "lettered features"),
	LIST("groups", groups, JMAP_REQUIRED, LIMIT_CATALOG_IDS, &control_group_table,
	     "its chapters"),
	LIST("controls", controls, JMAP_REQUIRED, LIMIT_CATALOG_CONTROLS, &control_table,
	     "its requirements"),
};
const struct jmap_table catalog_table =
	JMAP_TABLE("catalog", "Requirements as data", catalog_fields, struct catalog);
#undef STRUCT

#define STRUCT overlay_change
static const struct jmap change_fields[] = {
	ENUM("op", op, JMAP_REQUIRED, &overlay_op_enum, "what is done"),
	ID("target", target, 0, "the control, or the case, that it is done to", "5.3-9"),
	TEXT("text", text, JMAP_REQUIRED, "why, or the refinement's words"),
	{ "control", FIELD(jmap_optional, control, 0), 0, 0, &control_table,
	  "the new control of an extension, a substitution or an addition", NULL },
	LIST("units", units, 0, LIMIT_CATALOG_UNITS, &unit_table, "further units of the case"),
	LIST("cases", cases, 0, LIMIT_CATALOG_CASES, &test_case_table,
	     "further cases of the control"),
};
static const struct jmap_table change_table =
	JMAP_TABLE("change", "One change of the base", change_fields, struct overlay_change);
#undef STRUCT

#define STRUCT overlay
static const struct jmap overlay_fields[] = {
	HEADER("overlay"),
	ID("version", version, JMAP_REQUIRED, "of the source", "1.1.1"),
	TEXT("source", source, JMAP_REQUIRED, "what it was made from"),
	ID("base", base, JMAP_REQUIRED, "the catalogue that it changes", "en303645-v3"),
	LIST("groups", groups, 0, LIMIT_CATALOG_IDS, &control_group_table,
	     "chapters beside the base's"),
	LIST("changes", changes, JMAP_REQUIRED, LIMIT_CATALOG_CONTROLS, &change_table,
	     "what it changes"),
};
const struct jmap_table overlay_table =
	JMAP_TABLE("overlay", "A vertical: changes of a catalogue", overlay_fields, struct overlay);
#undef STRUCT

#define STRUCT map_row
static const struct jmap row_fields[] = {
	IDS("from", from, JMAP_REQUIRED, "controls of the source"),
	IDS("to", to, 0, "controls of the target; none where there is a gap"),
	ENUM("relation", relation, JMAP_REQUIRED, &map_relation_enum, "how they relate"),
	TEXT("note", note, 0, "what differs"),
	{ "unverified", FIELD(jmap_bool, unverified, 0), 0, 0, NULL,
	  "the source of this row was not seen by us", NULL },
};
static const struct jmap_table row_table =
	JMAP_TABLE("row", "Controls that say alike", row_fields, struct map_row);
#undef STRUCT

#define STRUCT catalog_map
static const struct jmap map_fields[] = {
	HEADER("map"),
	ID("source", source, JMAP_REQUIRED, "the catalogue that it leads from", "en303645-v2"),
	ID("target", target, JMAP_REQUIRED, "the catalogue that it leads to", "en303645-v3"),
	LIST("rows", rows, JMAP_REQUIRED, LIMIT_CATALOG_CONTROLS, &row_table, "which lead where"),
};
const struct jmap_table catalog_map_table =
	JMAP_TABLE("map", "From one catalogue to another", map_fields, struct catalog_map);
#undef STRUCT

struct control *catalog_control(const struct catalog *c, const char *id)
{
	struct control *controls = c->controls.items;

	for (size_t i = 0; i < c->controls.n; i++)
		if (strcmp(controls[i].id, id) == 0)
			return &controls[i];
	return NULL;
}

void catalog_done(struct catalog *c)
{
	jmap_done(&catalog_table, c);
}

void overlay_done(struct overlay *o)
{
	jmap_done(&overlay_table, o);
}

void catalog_map_done(struct catalog_map *m)
{
	jmap_done(&catalog_map_table, m);
}

static const struct {
	const char *type;
	enum catalog_file kind;
} kinds[] = {
	{ "catalog", CATALOG_FILE_CATALOG },
	{ "overlay", CATALOG_FILE_OVERLAY },
	{ "map", CATALOG_FILE_MAP },
};

enum catalog_file catalog_file_kind(const struct conf *file)
{
	const char *type = json_string_value(json_object_get(conf_tree(file), "type"));

	for (size_t i = 0; type && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].type, type) == 0)
			return kinds[i].kind;
	return CATALOG_FILE_NONE;
}

static int read_as(const struct conf *file, enum catalog_file kind, const struct jmap_table *t,
		   void *ret, struct error *err)
{
	if (catalog_file_kind(file) != kind)
		return conf_invalid(file, "type", err, "not '%s'", t->name);
	memset(ret, 0, t->size);
	if (conf_bind(file, "", t, ret, err) < 0) {
		jmap_done(t, ret);
		return -1;
	}
	return 0;
}

int catalog_read(const struct conf *file, struct catalog *ret, struct error *err)
{
	return read_as(file, CATALOG_FILE_CATALOG, &catalog_table, ret, err);
}

int overlay_read(const struct conf *file, struct overlay *ret, struct error *err)
{
	return read_as(file, CATALOG_FILE_OVERLAY, &overlay_table, ret, err);
}

int catalog_map_read(const struct conf *file, struct catalog_map *ret, struct error *err)
{
	return read_as(file, CATALOG_FILE_MAP, &catalog_map_table, ret, err);
}
