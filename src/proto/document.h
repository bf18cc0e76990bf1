/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The signed documents (docs/protocol.md): each is CMS SignedData around one strict JSON document
 * with a type, an enterprise and an id. Pure data here: bind, write, release. Who may believe one
 * is decided in trust/judge.h and nowhere else.
 */
#include "base/jmap.h"
#include "proto/effect.h"

#define DOCUMENT_TYPES(X) \
	X(DOCUMENT_TRUST, "trust") \
	X(DOCUMENT_ASSIGNMENT, "assignment") \
	X(DOCUMENT_POLICY, "policy") \
	X(DOCUMENT_COMMAND, "command") \
	X(DOCUMENT_HEAD, "head")

enum document_type {
	DOCUMENT_NONE = 0,
#define X(id, name) id,
	DOCUMENT_TYPES(X)
#undef X
		DOCUMENT_MAX_
};

/* The wire name ("policy"); "?" out of range. */
const char *document_type_name(enum document_type t);
/* DOCUMENT_NONE where there is none of that name. */
enum document_type document_type_find(const char *name);
extern const struct jmap_enum document_type_enum;

/* What every document begins with. */
struct document_header {
	int type; /* enum document_type */
	char enterprise[UUID_SIZE];
	char id[UUID_SIZE];
};

/* ---- trust: whom the devices of an enterprise believe, and for what ---- */

struct trust_signer {
	char key[SHA256_HEX_SIZE]; /* of the signer's SubjectPublicKeyInfo */
	char *person;		   /* two signatures of one person count once */
};
struct trust_role {
	char *name;
	struct jmap_list signers; /* struct trust_signer */
};
/* The keys that a server holds, and the commands that they may sign (function keys). */
struct trust_online {
	struct jmap_list signers; /* struct trust_signer */
	struct strings may;
};
/* Persons needed per effect class; at least 1 each. */
struct trust_quorum {
	uint32_t routine, configuration, channel, destructive, code, authority;
};
struct trust_delays {
	uint32_t destructive_s; /* seconds between acceptance and start, cancellable */
};
struct trust {
	struct document_header header;
	uint32_t version; /* 1, 2, … : exactly one more than the one before */
	int64_t issued;
	struct jmap_list anchors; /* struct trust_anchor: the instruction roots */
	struct jmap_list roles;	  /* struct trust_role */
	struct trust_online online;
	struct trust_quorum quorum;
	struct trust_delays delays;
	uint32_t max_targets; /* devices that one command may name */
};
struct trust_anchor {
	struct buf certificate; /* DER */
};

/* ---- assignment: what one device belongs to ---- */

enum ownership { OWNERSHIP_ENTERPRISE = 1, OWNERSHIP_PERSONAL };
extern const struct jmap_enum ownership_enum;

struct assignment {
	struct document_header header;
	uint64_t serial;
	char device[UUID_SIZE];
	char enrollment[UUID_SIZE];
	char *stream; /* the policy stream that the device follows */
	struct strings groups;
	int ownership; /* enum ownership */
};

/* ---- policy: the settings of one stream ---- */

struct policy {
	struct document_header header;
	char *stream;
	uint64_t serial;
	char *name;
	int64_t not_before, not_after; /* when it may be applied anew; it stays in force after */
	json_t *settings; /* key of functions.def -> its object; checked by policy_bind */
};

/* ---- command: one command for named devices ---- */

struct command_target {
	char device[UUID_SIZE];
	char enrollment[UUID_SIZE];
};
struct command {
	struct document_header header;
	char *command; /* key of functions.def */
	json_t *args;
	int64_t not_before, not_after;
	struct jmap_list targets; /* struct command_target */
};

/* ---- head: what is newest, said by the online signer in answer to a device's nonce ---- */

struct head_stream {
	char *stream;
	uint64_t serial;
};
struct head_issuer {
	char issuer[SHA256_HEX_SIZE]; /* of the issuer's SubjectPublicKeyInfo */
	uint64_t number;	      /* the lowest CRL number to accept */
};
struct head {
	struct document_header header;
	char device[UUID_SIZE];
	int64_t time, not_after; /* at most 24 h apart */
	char nonce[SHA256_HEX_SIZE];
	uint32_t trust_version;
	struct jmap_list streams;     /* struct head_stream */
	struct jmap_list crl_numbers; /* struct head_issuer */
	struct strings cancelled;     /* ids of commands */
};

extern const struct jmap_table trust_table, assignment_table, policy_table, command_table,
	head_table;

/* Any of the documents, by its type. */
struct document {
	enum document_type type;
	union {
		struct document_header header;
		struct trust trust;
		struct assignment assignment;
		struct policy policy;
		struct command command;
		struct head head;
	};
};

void document_done(struct document *d);
#define auto_document CLEANUP(document_done)
/* JSON bytes to a document: the type is read from it. A policy's settings and a command's
 * arguments are bound through their rows of functions.def too, so that what is returned is wholly
 * understood. Errors: LIMIT, INVALID (names the key), UNAVAILABLE. */
MUST_USE int document_read(const void *data, size_t len, struct document *ret, struct error *err);
/* The canonical bytes (compact, keys sorted); appended to out. */
MUST_USE int document_write(const struct document *d, struct buf *out, struct error *err);
/* The table of a type; NULL for DOCUMENT_NONE. */
const struct jmap_table *document_table(enum document_type t);
