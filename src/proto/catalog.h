/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Catalogues: requirements as data (catalog/). A control is one requirement (a provision of
 * EN 303 645, an SFR); its cases say how it is judged, by the method of ETSI TS 103 701: a case is
 * conceptual (does what the supplier declares suit?) or functional (does the device do what was
 * declared?), and consists of units, each of which looks at one thing. Pure data: bind, write,
 * release. What the references point to is checked in assess/, and there it is judged.
 */
#include <stdbool.h>

#include "base/conf.h"
#include "base/jmap.h"

#define CONTROL_LEVELS(X) \
	X(LEVEL_MANDATORY, "M") \
	X(LEVEL_RECOMMENDED, "R")

#define CASE_KINDS(X) \
	X(CASE_CONCEPTUAL, "conceptual") \
	X(CASE_FUNCTIONAL, "functional")

/* How a unit of TS 103 701 is meant; reports name it. */
#define UNIT_PATTERNS(X) \
	X(PATTERN_COMPLETENESS, "completeness") /* all that is found was declared */ \
	X(PATTERN_CONFORMITY, "conformity")	/* what is found is as declared */ \
	X(PATTERN_GUARANTEE, "guarantee")	/* what is declared is strong enough */ \
	X(PATTERN_MISUSE, "misuse")		/* an attempt at it is refused */ \
	X(PATTERN_INHERIT, "inherit")		/* as another case was judged */ \
	X(PATTERN_PUBLICATION, "publication")	/* users can read it without hindrance */ \
	X(PATTERN_CONFIRMATION, "confirmation") /* the supplier confirms that it is in force */ \
	X(PATTERN_ESCAPE, "escape")		/* what would be judged is not there */

/*
 * What a unit asks. Of a fact (proto/facts.def):
 *   isTrue isFalse      a bool
 *   none some           items: there are none, there is one at least
 *   atLeast atMost      a count, or the number of items, against `count`
 *   equals oneOf        a text, or each item's id, is (one of) `values`
 *   lacks               no item's id is one of `values`
 *   within              each item's id stands in column `column` of the IXIT table `ixit`
 *   covers              each entry of that column is an item's id
 * Without a fact:
 *   filled              the IXIT table has an entry, and each has the columns in `values`
 *   confirmed           the IXIT table's entry `column` says yes
 *   declared            no entry of the column says one of `values` (weak ways, "none")
 *   inherits            the verdict of the case `ref`
 *   justified           the statement says why of each recommendation that is not supported
 *   observed            only a person can say: an observation in the statement
 */
#define UNIT_OPS(X) \
	X(OP_IS_TRUE, "isTrue") \
	X(OP_IS_FALSE, "isFalse") \
	X(OP_NONE, "none") \
	X(OP_SOME, "some") \
	X(OP_AT_LEAST, "atLeast") \
	X(OP_AT_MOST, "atMost") \
	X(OP_EQUALS, "equals") \
	X(OP_ONE_OF, "oneOf") \
	X(OP_LACKS, "lacks") \
	X(OP_WITHIN, "within") \
	X(OP_COVERS, "covers") \
	X(OP_FILLED, "filled") \
	X(OP_CONFIRMED, "confirmed") \
	X(OP_DECLARED, "declared") \
	X(OP_INHERITS, "inherits") \
	X(OP_JUSTIFIED, "justified") \
	X(OP_OBSERVED, "observed")

/* Which verdicts a unit can give: one that can only refute never passes a case by itself. */
#define UNIT_DECIDES(X) \
	X(DECIDES_BOTH, "both") \
	X(DECIDES_FAIL, "fail") \
	X(DECIDES_PASS, "pass")

#define X(id, name) id,
enum control_level { LEVEL_NONE_ = 0, CONTROL_LEVELS(X) };
enum case_kind { CASE_NONE_ = 0, CASE_KINDS(X) };
enum unit_pattern { PATTERN_NONE_ = 0, UNIT_PATTERNS(X) PATTERN_MAX_ };
enum unit_op { OP_NONE_ = 0, UNIT_OPS(X) OP_MAX_ };
enum unit_decides { DECIDES_NONE_ = 0, UNIT_DECIDES(X) };
#undef X
extern const struct jmap_enum control_level_enum, case_kind_enum, unit_pattern_enum, unit_op_enum,
	unit_decides_enum;

struct unit {
	char *id;    /* "a", "b" … : TC 5.6-1-2 a) */
	char *text;  /* what must hold, in our words; a failure is this sentence denied */
	int pattern; /* enum unit_pattern */
	int op;	     /* enum unit_op */
	char *fact;  /* key of facts.def */
	uint32_t count;
	struct strings values;
	char *ixit;   /* "28-LogIntf" */
	char *column; /* of that table: "Description" */
	char *ref;    /* "5.5-1-2" */
	int decides;  /* enum unit_decides; absent: both */
};

struct test_case {
	char *id;		/* "5.6-1-2" */
	int kind;		/* enum case_kind */
	char *text;		/* the purpose of it */
	struct unit *escape;	/* where it passes, so does the case; or NULL */
	struct jmap_list units; /* struct unit */
};

struct control {
	char *id;    /* "5.6-1", "FMT_POL_EXT.2", as its source writes it */
	char *group; /* id of a group */
	char *title, *text;
	char *guidance;			     /* how it is met on Linux */
	char *may_not_apply;		     /* of a recommendation: when it cannot be followed */
	char *extends, *replaces;	     /* of an overlay's control: the base's */
	int level;			     /* enum control_level */
	struct strings conditions, features; /* it applies where all of them hold */
	struct strings ixit;		     /* the tables that its cases read */
	bool unverified;	/* the source was not seen: says so wherever it is shown */
	json_t *remedy;		/* settings of a policy that meets it (functions.def), or NULL */
	struct jmap_list cases; /* struct test_case */
};

/* A numbered condition or a lettered feature of a device. */
struct trait {
	char *id; /* "14", "aa" */
	char *text;
	struct unit *when; /* how facts tell; NULL: only the supplier can */
};

struct control_group {
	char *id, *title;
};

struct catalog {
	char *type; /* "catalog" */
	char *id, *title, *version, *source;
	char *note;			       /* what users of it must know */
	struct jmap_list conditions, features; /* struct trait */
	struct jmap_list groups;	       /* struct control_group */
	struct jmap_list controls;	       /* struct control */
};

/* ---- overlays: verticals as changes of a catalogue ---- */

#define OVERLAY_OPS(X) \
	X(OVERLAY_PROMOTION, "promotion")	/* a recommendation becomes mandatory */ \
	X(OVERLAY_EXCLUSION, "exclusion")	/* a recommendation is not for this class */ \
	X(OVERLAY_REFINEMENT, "refinement")	/* the same, said more precisely */ \
	X(OVERLAY_EXTENSION, "extension")	/* a further control beside the base's */ \
	X(OVERLAY_SUBSTITUTION, "substitution") /* a control of its own instead of the base's */ \
	X(OVERLAY_ADDITION, "addition")		/* a new topic */
#define X(id, name) id,
enum overlay_op { OVERLAY_NONE_ = 0, OVERLAY_OPS(X) OVERLAY_MAX_ };
#undef X
extern const struct jmap_enum overlay_op_enum;

struct overlay_change {
	int op;	      /* enum overlay_op */
	char *target; /* id of a control of the base, or of a case ("5.1-5-2"); additions: none */
	char *text;   /* why, or the refinement's own words */
	struct control *control; /* extension, substitution, addition: the new one */
	struct jmap_list units;	 /* refinement of a case: further units */
	struct jmap_list cases;	 /* refinement of a control: further cases */
};

struct overlay {
	char *type; /* "overlay" */
	char *id, *title, *version, *source, *note;
	char *base;		  /* id of the catalogue */
	struct jmap_list groups;  /* struct control_group, beside the base's */
	struct jmap_list changes; /* struct overlay_change */
};

/* ---- maps: from one catalogue's controls to another's ---- */

#define MAP_RELATIONS(X) \
	X(MAP_EQUAL, "equal") \
	X(MAP_SUBSET, "subset")	    /* the sources are part of the targets */ \
	X(MAP_SUPERSET, "superset") /* the targets are part of the sources */ \
	X(MAP_INTERSECTS, "intersects") \
	X(MAP_NONE, "none") /* nothing in the target meets it: a gap */
#define X(id, name) id,
enum map_relation { MAP_ABSENT_ = 0, MAP_RELATIONS(X) };
#undef X
extern const struct jmap_enum map_relation_enum;

struct map_row {
	struct strings from, to; /* ids of controls */
	int relation;		 /* enum map_relation */
	char *note;
	bool unverified;
};

struct catalog_map {
	char *type; /* "map" */
	char *id, *title, *source, *target, *note;
	struct jmap_list rows; /* struct map_row */
};

extern const struct jmap_table catalog_table, overlay_table, catalog_map_table;
/* Their parts. */
extern const struct jmap_table control_table, control_group_table, test_case_table, unit_table,
	trait_table;

/* The control of an id; NULL where there is none. */
struct control *catalog_control(const struct catalog *c, const char *id);
void catalog_done(struct catalog *c);
#define auto_catalog CLEANUP(catalog_done)
void overlay_done(struct overlay *o);
#define auto_overlay CLEANUP(overlay_done)
void catalog_map_done(struct catalog_map *m);
#define auto_catalog_map CLEANUP(catalog_map_done)

/* What a file of catalog/ is: its member `type`. */
enum catalog_file {
	CATALOG_FILE_NONE = 0,
	CATALOG_FILE_CATALOG,
	CATALOG_FILE_OVERLAY,
	CATALOG_FILE_MAP
};
/* CATALOG_FILE_NONE where it is none of them. */
enum catalog_file catalog_file_kind(const struct conf *file);
/* Bind a file. Errors: INVALID and LIMIT ("NAME:LINE:COLUMN: 'controls[3].level': …"). */
MUST_USE int catalog_read(const struct conf *file, struct catalog *ret, struct error *err);
MUST_USE int overlay_read(const struct conf *file, struct overlay *ret, struct error *err);
MUST_USE int catalog_map_read(const struct conf *file, struct catalog_map *ret, struct error *err);
