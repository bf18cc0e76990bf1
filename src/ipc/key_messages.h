/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What `core` asks of `key`, the one process that holds the channel tree's issuing keys. It trusts
 * core with nothing but the values below: every certificate, CRL and document is built from a fixed
 * template here, dated by key's own clock, and rate-limited (limits.h). KEY_ERROR or the named
 * reply answers each request. Errors of all: LIMIT (rate), INVALID, DENIED.
 */
#include "base/jmap.h"
#include "ipc/channel.h"

/* X(id, wire name, body table or NULL, most bytes of blob) */
#define KEY_MESSAGES(X) \
	X(KEY_ERROR, "error", &server_error_table, 0) \
	/* the public parts of the tree */ \
	X(KEY_TREE, "tree", NULL, 0) \
	X(KEY_TREE_IS, "tree-is", &key_tree_is_table, LIMIT_IPC_BLOB) /* blob: DERs, see `size` */ \
	/* a device's certificate */ \
	X(KEY_ISSUE, "issue", &key_issue_table, LIMIT_CSR)     /* blob: PKCS#10 DER */ \
	X(KEY_ISSUED, "issued", &key_issued_table, LIMIT_CERT) /* blob: cert DER */ \
	/* revocation status of one issuer */ \
	X(KEY_CRL, "crl", &key_crl_table, 0) \
	X(KEY_CRL_IS, "crl-is", &key_crl_is_table, LIMIT_CRL) /* blob: CRL DER */ \
	/* status of one certificate of the server issuer: a listener's, to staple */ \
	X(KEY_STAPLE, "staple", &key_staple_table, 0) \
	X(KEY_STAPLE_IS, "staple-is", NULL, LIMIT_OCSP) /* blob: OCSP response DER */ \
	/* documents by the online signer */ \
	X(KEY_HEAD, "head", &key_head_table, 0) \
	X(KEY_COMMAND, "command", &key_command_table, 0) \
	X(KEY_SIGNED, "signed", NULL, LIMIT_DOCUMENT) /* blob: CMS DER */

enum key_message {
#define X(id, name, table, blob) id,
	KEY_MESSAGES(X)
#undef X
		KEY_MESSAGE_MAX_
};

extern const struct ipc_protocol key_protocol;

/* Names are those of GET /pki/<name>: "device.crt" "authority.crl" "online.crt". */
struct key_tree_item {
	char *name;
	char key[SHA256_HEX_SIZE]; /* the certificate's key, or the CRL's issuer's */
	uint64_t number;	   /* of a CRL that is carried as bytes */
	int64_t next_update;	   /* likewise */
	uint32_t size;		   /* bytes of its DER in the blob */
};
/* What the tree's own trust document (of bootstrap.json) says of itself. */
struct key_trust {
	char id[UUID_SIZE];
	uint32_t version;
	int64_t issued;
};
struct key_tree_is {
	struct jmap_list items; /* struct key_tree_item */
	struct key_trust trust;
};

#define KEY_PURPOSES(X) \
	X(KEY_PURPOSE_IDENTITY, "identity") /* clientAuth, SAN urn:uuid:<device> */ \
	X(KEY_PURPOSE_EVIDENCE, "evidence") /* our evidence purpose, the same SAN */
enum key_purpose {
	KEY_PURPOSE_NONE = 0,
#define X(id, name) id,
	KEY_PURPOSES(X)
#undef X
		KEY_PURPOSE_MAX_
};
extern const struct jmap_enum key_purpose_enum;

struct key_issue {
	int purpose; /* enum key_purpose */
	char device[UUID_SIZE];
	char key[SHA256_HEX_SIZE]; /* what core was told the request's key is; key checks it */
};
struct key_issued {
	char *serial; /* lower-case hex, as in the certificate */
	char certificate[SHA256_HEX_SIZE];
	char key[SHA256_HEX_SIZE];
	int64_t not_before, not_after;
};

#define KEY_ISSUERS(X) \
	X(KEY_ISSUER_SERVER, "server") \
	X(KEY_ISSUER_DEVICE, "device") \
	X(KEY_ISSUER_LOGIN, "login")
enum key_issuer {
	KEY_ISSUER_NONE = 0,
#define X(id, name) id,
	KEY_ISSUERS(X)
#undef X
		KEY_ISSUER_MAX_
};
extern const struct jmap_enum key_issuer_enum;

struct key_revoked {
	char *serial;
	int64_t time;
};
struct key_crl {
	int issuer;		  /* enum key_issuer */
	uint64_t number;	  /* never below one that key has seen since it started */
	struct jmap_list revoked; /* struct key_revoked, at most LIMIT_CRL_ENTRIES */
};
struct key_crl_is {
	int issuer;
	char key[SHA256_HEX_SIZE]; /* the issuer's */
	uint64_t number;
	int64_t next_update;
};

/* key sets the times; a response is about the server issuer's certificates alone. */
struct key_staple {
	char *serial; /* lower-case hex */
	bool revoked;
	int64_t time; /* of the revocation */
};

struct key_stream {
	char *stream;
	uint64_t serial;
};
struct key_number {
	char issuer[SHA256_HEX_SIZE];
	uint64_t number;
};
/* key sets type, enterprise, id, time and notAfter (proto/document.h: struct head). */
struct key_head {
	char device[UUID_SIZE];
	char nonce[SHA256_HEX_SIZE];
	uint32_t trust_version;
	struct jmap_list streams;     /* struct key_stream */
	struct jmap_list crl_numbers; /* struct key_number */
	struct strings cancelled;
};
struct key_target {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
};
/* A routine command that key's own copy of trust lets an online signer sign; else DENIED. */
struct key_command {
	char id[UUID_SIZE];
	char *command;
	json_t *args;
	uint32_t lifetime_s;	  /* notAfter: from key's own clock */
	struct jmap_list targets; /* struct key_target */
};

extern const struct jmap_table key_tree_item_table, key_trust_table, key_tree_is_table,
	key_issue_table, key_issued_table, key_revoked_table, key_crl_table, key_crl_is_table,
	key_staple_table, key_stream_table, key_number_table, key_head_table, key_target_table,
	key_command_table;
