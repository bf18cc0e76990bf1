/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The administration API (/api/v1): what its requests and answers carry. One struct and one field
 * table for the CLI, for `front` (which writes an answer's body out as it is), for the message
 * tables between `front` and `core` (ipc/server_messages.h), and for the service's rules.
 *
 * The requests put the caller before what the caller sent. Errors of every request: UNAUTHORIZED
 * (no administrator has that login), DENIED (the role may not), NOT_FOUND, INVALID, LIMIT (rate).
 */
#include "base/jmap.h"

/* Who asks: the digest of the login certificate's key on the administration listener. */
struct admin_caller {
	char login[SHA256_HEX_SIZE]; /* SHA-256 of the certificate's SubjectPublicKeyInfo */
	char *address;
};
struct admin_whoami {
	char *name;
	char *role;
	struct strings may; /* operations (service/operation.h) */
};
struct admin_version {
	char *version;
	char enterprise[UUID_SIZE];
	char *enterprise_name;
	uint32_t trust_version;
	char trust_digest[SHA256_HEX_SIZE];
	int64_t started;
};

/* A page of a list: what is after `after` (the last row's `seq`, or id where it has none). A page
 * may be shorter than asked, where its rows are long; the list ends with an empty one. */
struct admin_query {
	struct admin_caller caller;
	char *device; /* id, or the beginning of a host name; NULL: all */
	char *type;   /* of records: event name; of instructions: document type */
	char *after;
	int64_t since;	/* seconds; 0: from the beginning */
	uint32_t limit; /* rows; 0: LIMIT_PAGE */
};
struct admin_named {
	struct admin_caller caller;
	char *id; /* a device's: its id, or its host name where that is unique */
};

/* Limits of enrollment (FIA_ENR_EXT.1.2): empty lists allow all. */
struct admin_token_spec {
	char *note;
	uint32_t lifetime_s; /* 1 … LIMIT_TOKEN_LIFETIME_S; 0: LIMIT_TOKEN_LIFETIME_DEFAULT_S */
	uint32_t count;	     /* devices it may enroll; 0: 1 (one-time) */
	struct strings hardware_ids, models;
	int64_t not_before; /* 0: now */
	char *ownership; /* "enterprise" (default) or "personal": recorded, the payload says it */
};
struct admin_token_create {
	struct admin_caller caller;
	struct admin_token_spec spec;
};
struct admin_token_created {
	char id[UUID_SIZE];
	char *secret; /* base64url of 32 random bytes; never stored, never shown again */
	int64_t expires;
};
struct admin_token {
	char id[UUID_SIZE];
	char *note, *state; /* "valid", "expired", "used", "revoked", "early" */
	char *created_by;
	int64_t created, not_before, expires;
	uint32_t count, used;
	struct strings hardware_ids, models;
	char *ownership;
};
struct admin_tokens {
	struct jmap_list tokens; /* struct admin_token */
};

struct admin_device {
	char id[UUID_SIZE], enrollment[UUID_SIZE];
	char *state; /* "enrolled", "unenrolled", "retired" */
	char *hostname, *manufacturer, *model, *serial_number, *os, *os_version, *hardware_id;
	char *agent; /* version */
	char *stream;
	int64_t enrolled, last_contact; /* last_contact 0: never */
	bool connected;			/* heard of within two check-in periods (FAU_NET_EXT.1) */
	uint64_t policy_serial;		/* applied */
	uint32_t trust_version;
};
struct admin_devices {
	struct jmap_list devices; /* struct admin_device */
};
/* One row of what `muster device show` prints. */
struct admin_setting {
	char *setting; /* key of functions.def */
	char *state;   /* enforced, configured, unsupported, failed, drifted */
	char *wanted, *read_back, *by, *reason;
	int64_t changed, checked; /* when the state last changed; when it was last read back */
};
struct admin_certificate {
	char digest[SHA256_HEX_SIZE], key[SHA256_HEX_SIZE];
	char *serial, *purpose; /* "identity", "evidence" */
	char *state;		/* "current", "superseded", "revoked" */
	int64_t not_before, not_after;
};
struct admin_delivery {
	uint64_t seq;
	char device[UUID_SIZE];
	char *type;
	char id[UUID_SIZE];
	char *name;  /* stream, command or version */
	char *state; /* requested, sent, delivered, proven, refused, failed, cancelled */
	char *reason;
	int64_t requested, sent, delivered, proven; /* 0: not yet */
	int64_t cancelled;			    /* when it was called off; 0: it was not */
};
struct admin_device_detail {
	struct admin_device device;
	struct strings groups;
	char *ownership;
	struct jmap_list settings;     /* struct admin_setting */
	struct jmap_list certificates; /* struct admin_certificate */
	struct jmap_list deliveries;   /* struct admin_delivery, the newest first */
	json_t *status;		       /* the device's last status document, whole */
};

struct admin_record {
	uint64_t seq;	     /* the server's, over all */
	uint64_t device_seq; /* the device's own; 0: a record of the server */
	char device[UUID_SIZE];
	char id[UUID_SIZE];
	char *event;
	char *subject, *outcome, *reason;
	char *text; /* one line for people */
	int64_t time, stored;
	json_t *detail;
	char previous[SHA256_HEX_SIZE]; /* of the same source's record before */
	/* The seal that names this record (proto/seal.h), where there is one. */
	char seal_enrollment[UUID_SIZE];
	int64_t seal_time;
	struct buf seal_certificate, seal_signature;
};
struct admin_records {
	struct jmap_list records; /* struct admin_record */
};

struct admin_target {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
};
/* A document that front has judged; `type` says which fields are there. Errors: CONFLICT (serial or
 * version is not newer, or the id exists with other bytes), NOT_FOUND (a device or enrollment). */
struct admin_publish {
	struct admin_caller caller;
	char *type;
	char id[UUID_SIZE];
	char digest[SHA256_HEX_SIZE]; /* of the CMS DER */
	uint64_t serial;	      /* assignment, policy; trust: its version */
	char *stream;		      /* assignment, policy */
	char *name;		      /* policy: its name; command: its function key */
	int64_t not_before, not_after;
	struct jmap_list targets; /* struct admin_target: assignment (one), command */
	struct strings groups;	  /* assignment */
	char *ownership;	  /* assignment */
	struct strings signers;	  /* persons */
	/* Of one that is published for its signatures to be collected: */
	char *effect;
	char content[SHA256_HEX_SIZE]; /* digest of what is signed, in canonical bytes */
	uint32_t have, want;	       /* persons */
};
struct admin_published {
	char id[UUID_SIZE];
	uint32_t devices; /* to which it goes now */
	bool known;	  /* these bytes were published before; nothing changed */
};
struct admin_instruction {
	char id[UUID_SIZE];
	char *type, *name, *stream;
	uint64_t serial;
	char digest[SHA256_HEX_SIZE];
	char *published_by;
	int64_t published, not_before, not_after;
	struct strings signers;
	uint32_t devices, delivered, proven, failed, cancelled; /* counts over its deliveries */
};
struct admin_instructions {
	struct jmap_list instructions; /* struct admin_instruction */
};
struct admin_instruction_detail {
	struct admin_instruction instruction;
	struct jmap_list deliveries; /* struct admin_delivery, at most LIMIT_PAGE */
};

/* A command that was called off. */
struct admin_cancelled {
	char id[UUID_SIZE];
	uint32_t devices; /* for which it is called off */
	uint32_t late;	  /* devices that had acted before */
};
/* A document that lacks signatures still. */
struct admin_pending {
	char id[UUID_SIZE];
	char *type, *name, *stream, *effect;
	char content[SHA256_HEX_SIZE], digest[SHA256_HEX_SIZE];
	struct strings signers;
	uint32_t have, want; /* persons */
	char *posted_by;
	int64_t posted;
};
struct admin_pendings {
	struct jmap_list pending; /* struct admin_pending, the newest first */
};
/* A CRL of the authority, which front has judged by the trust in force. Errors: CONFLICT (its
 * number is not above the newest). */
struct admin_crl {
	struct admin_caller caller;
	bool first;		   /* of the first anchor of trust: GET /pki/authority.crl */
	char key[SHA256_HEX_SIZE]; /* of the issuer */
	uint64_t number;
	int64_t next_update;
};

extern const struct jmap_table admin_caller_table, admin_whoami_table, admin_version_table,
	admin_query_table, admin_named_table, admin_token_spec_table, admin_token_create_table,
	admin_token_created_table, admin_token_table, admin_tokens_table, admin_device_table,
	admin_devices_table, admin_setting_table, admin_certificate_table, admin_delivery_table,
	admin_device_detail_table, admin_record_table, admin_records_table, admin_target_table,
	admin_publish_table, admin_published_table, admin_instruction_table,
	admin_instructions_table, admin_instruction_detail_table, admin_cancelled_table,
	admin_pending_table, admin_pendings_table, admin_crl_table;
