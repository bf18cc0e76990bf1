/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The field-table binder: the one way from structured input to a struct and back. JSON documents,
 * configuration files and command lines fill one tree and bind through such tables; JSON Schemas,
 * --help, man pages and the protocol's field tables are generated from them.
 *
 * Strict: an unknown key, a duplicate, a wrong type, a value out of range or a missing required
 * key is an error that names the key by its path ("settings.banner.text"). A struct to be bound
 * starts zeroed, and is released with jmap_done() whether binding succeeded or not.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"

struct jmap;

/* How one kind of field is read from JSON, written to it, described and released. */
struct jmap_type {
	const char *name; /* for messages and field tables: "string", "integer" … */
	int (*read)(const json_t *v, const struct jmap *f, void *dst, struct error *err);
	/* *ret stays NULL where the field is absent. */
	int (*write)(const void *src, const struct jmap *f, json_t **ret, struct error *err);
	json_t *(*schema)(const struct jmap *f); /* JSON Schema 2020-12; NULL: out of memory */
	void (*done)(void *dst, const struct jmap *f); /* NULL: nothing to release */
};

/* Flags of a field. */
enum {
	JMAP_REQUIRED = 1u << 0,
	JMAP_SECRET = 1u << 1,	 /* never printed: formatters write "***" */
	JMAP_POSITION = 1u << 2, /* on a command line: positional, in table order */
	JMAP_EMIT = 1u << 3,	 /* written even when zero, false or empty */
};

struct jmap {
	const char *key;
	const struct jmap_type *type;
	size_t off;
	unsigned flags;
	long long min,
		max;	  /* range of integers; length of strings, bytes and arrays (max 0: none) */
	const void *sub;  /* struct jmap_table (objects, arrays) or struct jmap_enum */
	const char *doc;  /* what it means, with its unit: schema, help, field tables */
	const char *hint; /* an example value, or the placeholder in --help ("FILE") */
};

struct jmap_table {
	const char *name, *doc;
	const struct jmap *fields;
	size_t n_fields, size; /* size: of the struct */
};

/* static const struct jmap_table x_table = JMAP_TABLE("x", "doc", x_fields, struct x); */
#define JMAP_TABLE(n, d, f, t) \
	{ \
		.name = (n), .doc = (d), .fields = (f), .n_fields = ARRAY_SIZE(f), \
		.size = sizeof(t) \
	}

/* Names of an enum, by value; names[0] may be NULL (value 0: absent). */
struct jmap_enum {
	const char *const *names;
	size_t n;
};

/* A list of structs (jmap_array), of strings (jmap_strings). */
struct jmap_list {
	void *items; /* n elements of sub->size bytes; owned */
	size_t n;
};
struct strings {
	char **items; /* owned, each and the array */
	size_t n;
};

extern const struct jmap_type jmap_str;	 /* char *, UTF-8 without NUL and control characters */
extern const struct jmap_type jmap_text; /* char *, as jmap_str but line feeds and tabs allowed */
extern const struct jmap_type jmap_path; /* char *, an absolute path on a command line or in conf */
extern const struct jmap_type jmap_uuid; /* char[UUID_SIZE], lower-case RFC 9562 text; "" absent */
extern const struct jmap_type jmap_sha256; /* char[SHA256_HEX_SIZE], lower-case hex; "" absent */
extern const struct jmap_type jmap_bool;   /* bool */
extern const struct jmap_type jmap_u32;	   /* uint32_t; 0 is absent unless JMAP_EMIT */
extern const struct jmap_type jmap_u64;	   /* uint64_t, at most INT64_MAX */
extern const struct jmap_type
	jmap_time; /* int64_t, seconds since 1970 UTC; "2026-11-23T15:48:00Z" */
extern const struct jmap_type jmap_enum;     /* int; sub: struct jmap_enum */
extern const struct jmap_type jmap_bytes;    /* struct buf; base64 on the wire */
extern const struct jmap_type jmap_strings;  /* struct strings; min/max: number of items */
extern const struct jmap_type jmap_object;   /* an embedded struct; sub: struct jmap_table */
extern const struct jmap_type jmap_optional; /* struct *, allocated when present; sub: its table */
extern const struct jmap_type jmap_array;    /* struct jmap_list; sub: table of the elements */
extern const struct jmap_type jmap_tree; /* json_t *, an object kept as it is (owned reference) */

/* The only place that parses JSON. Errors: LIMIT (longer than max), INVALID ("line 3 column 7: …").
 */
MUST_USE int jmap_parse(const void *data, size_t len, size_t max, json_t **ret, struct error *err);
/*
 * Tree to struct. Errors: INVALID, LIMIT, UNAVAILABLE (memory). A message about a key begins with
 * its path in single quotes, "'a.b[2].c': …", and goes on "unknown key" where no field has that
 * name.
 */
MUST_USE int jmap_bind(const json_t *tree, const struct jmap_table *t, void *dst,
		       struct error *err);
/* Both. dst is zeroed first. */
MUST_USE int jmap_read(const void *data, size_t len, size_t max, const struct jmap_table *t,
		       void *dst, struct error *err);
/* Struct to tree. Zero, false, NULL and empty are left out where not required or JMAP_EMIT. */
MUST_USE int jmap_tree_of(const void *src, const struct jmap_table *t, json_t **ret,
			  struct error *err);
/* Struct to canonical bytes: compact, keys sorted; appended. What jmap_read would not take is not
 * written, so that no value of a stranger's can break a reader further on. Errors: INVALID, LIMIT
 * (naming the key), UNAVAILABLE. */
MUST_USE int jmap_write(const void *src, const struct jmap_table *t, struct buf *out,
			struct error *err);
/* Tree to canonical bytes. Appends to out. */
MUST_USE int jmap_dump(const json_t *tree, struct buf *out, struct error *err);
/* The JSON Schema (2020-12) of a table as a tree. */
MUST_USE int jmap_schema(const struct jmap_table *t, json_t **ret, struct error *err);
/* Release every field, and zero the struct. */
void jmap_done(const struct jmap_table *t, void *dst);

/* json_decrefp is jansson's own (json_auto_t). */
#define auto_json CLEANUP(json_decrefp)
