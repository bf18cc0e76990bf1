/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What `front` and `core` say to each other. `front` has parsed and judged everything that came
 * from the network; what crosses here is canonical. A request carries an id and gets exactly one
 * reply of the same id: the reply named in the table, or SERVER_ERROR. Messages marked "event"
 * have id 0 and no reply. A reply is sent only after its transaction is committed.
 *
 * The bodies of the administration messages are those of the API itself (proto/admin.h), so that
 * `front` writes a reply's body out as it is.
 */
#include "base/jmap.h"
#include "ipc/channel.h"
#include "proto/admin.h"

/* X(id, wire name, body table or NULL, most bytes of blob) */
#define SERVER_MESSAGES(X) \
	/* either way: the reply to what failed; the reply that says nothing more */ \
	X(SERVER_ERROR, "error", &server_error_table, 0) \
	X(SERVER_OK, "ok", NULL, 0) \
	/* front → core, about devices; the reply follows each */ \
	X(SERVER_ENROLL, "enroll", &server_enroll_table, LIMIT_CSR)	   /* blob: PKCS#10 DER */ \
	X(SERVER_REENROLL, "reenroll", &server_reenroll_table, LIMIT_CSR)  /* likewise */ \
	X(SERVER_ENROLLED, "enrolled", &server_enrolled_table, LIMIT_CERT) /* blob: cert DER */ \
	X(SERVER_CONNECT, "connect", &server_connect_table, 0) \
	X(SERVER_CONNECTED, "connected", &server_connected_table, 0) \
	X(SERVER_CHECKIN, "checkin", &server_checkin_table, \
	  LIMIT_IPC_BODY) /* blob: status JSON */ \
	X(SERVER_CHECKED_IN, "checked-in", &server_checked_in_table, LIMIT_DOCUMENT) /* head */ \
	X(SERVER_HEAD, "head", &server_head_table, 0) \
	X(SERVER_HEAD_IS, "head-is", NULL, LIMIT_DOCUMENT) /* blob: CMS DER */ \
	X(SERVER_INSTRUCTIONS, "instructions", &server_instructions_table, 0) \
	X(SERVER_INSTRUCTIONS_ARE, "instructions-are", &server_instructions_are_table, \
	  LIMIT_IPC_BLOB) /* blob: the documents' DER, one after the other, see `size` */ \
	X(SERVER_RECORDS, "records", &server_records_table, LIMIT_IPC_BLOB) /* blob: JSON */ \
	X(SERVER_STORED, "stored", &server_stored_table, 0) \
	/* front → core: what every front needs; the replies come as events too, when they change \
	 */ \
	X(SERVER_TRUST, "trust", NULL, 0) \
	X(SERVER_TRUST_IS, "trust-is", &server_trust_is_table, LIMIT_DOCUMENT) /* blob: CMS DER */ \
	X(SERVER_PKI, "pki", NULL, 0) \
	X(SERVER_PKI_IS, "pki-is", &server_pki_is_table, \
	  LIMIT_IPC_BLOB) /* blob: DERs, see `size` */ \
	/* front → core: status of a listener's own certificate, to staple */ \
	X(SERVER_STAPLE, "staple", &server_staple_table, 0) \
	X(SERVER_STAPLE_IS, "staple-is", NULL, LIMIT_OCSP) /* blob: OCSP response DER */ \
	/* core → front, events */ \
	X(SERVER_WAKE, "wake", &server_devices_table, 0) /* these have new instructions */ \
	X(SERVER_CUT, "cut", &server_devices_table, 0)	 /* these are no longer welcome */ \
	/* of these instructions (ids; none: of any) a delivery changed its state */ \
	X(SERVER_MOVED, "moved", &server_devices_table, 0) \
	/* front → core, event: something that front refused by itself, or an administrator's \
	 * login, for the audit trail */ \
	X(SERVER_AUDIT, "audit", &server_audit_table, 0) \
	/* front → core, administration (proto/admin.h) */ \
	X(SERVER_WHOAMI, "whoami", &admin_caller_table, 0) \
	X(SERVER_WHOAMI_IS, "whoami-is", &admin_whoami_table, 0) \
	X(SERVER_VERSION, "version", &admin_caller_table, 0) \
	X(SERVER_VERSION_IS, "version-is", &admin_version_table, 0) \
	X(SERVER_TOKEN_CREATE, "token-create", &admin_token_create_table, 0) \
	X(SERVER_TOKEN_CREATED, "token-created", &admin_token_created_table, 0) \
	X(SERVER_TOKEN_LIST, "token-list", &admin_query_table, 0) \
	X(SERVER_TOKENS_ARE, "tokens-are", &admin_tokens_table, 0) \
	X(SERVER_TOKEN_REVOKE, "token-revoke", &admin_named_table, 0) /* → SERVER_OK */ \
	X(SERVER_DEVICE_LIST, "device-list", &admin_query_table, 0) \
	X(SERVER_DEVICES_ARE, "devices-are", &admin_devices_table, 0) \
	X(SERVER_DEVICE_SHOW, "device-show", &admin_named_table, 0) \
	X(SERVER_DEVICE_IS, "device-is", &admin_device_detail_table, 0) \
	X(SERVER_DEVICE_RETIRE, "device-retire", &admin_named_table, 0) /* → SERVER_OK */ \
	X(SERVER_RECORD_LIST, "record-list", &admin_query_table, 0) \
	X(SERVER_RECORDS_ARE, "records-are", &admin_records_table, 0) \
	X(SERVER_PUBLISH, "publish", &admin_publish_table, LIMIT_DOCUMENT) /* blob: CMS DER */ \
	X(SERVER_PUBLISHED, "published", &admin_published_table, 0) \
	X(SERVER_INSTRUCTION_LIST, "instruction-list", &admin_query_table, 0) \
	X(SERVER_INSTRUCTION_LIST_IS, "instruction-list-is", &admin_instructions_table, 0) \
	X(SERVER_INSTRUCTION_SHOW, "instruction-show", &admin_named_table, 0) \
	X(SERVER_INSTRUCTION_IS, "instruction-is", &admin_instruction_detail_table, \
	  LIMIT_DOCUMENT) /* blob: CMS DER */ \
	X(SERVER_INSTRUCTION_CANCEL, "instruction-cancel", &admin_named_table, 0) \
	X(SERVER_CANCELLED, "cancelled", &admin_cancelled_table, 0) \
	X(SERVER_PENDING_PUT, "pending-put", &admin_publish_table, \
	  LIMIT_DOCUMENT) /* blob: CMS DER → SERVER_PUBLISHED */ \
	X(SERVER_PENDING_LIST, "pending-list", &admin_caller_table, 0) \
	X(SERVER_PENDING_ARE, "pending-are", &admin_pendings_table, 0) \
	X(SERVER_PENDING_SHOW, "pending-show", &admin_named_table, 0) \
	X(SERVER_PENDING_IS, "pending-is", &admin_pending_table, LIMIT_DOCUMENT) \
	X(SERVER_PENDING_REMOVE, "pending-remove", &admin_named_table, 0) /* → SERVER_OK */ \
	X(SERVER_PUBLISH_CRL, "publish-crl", &admin_crl_table, LIMIT_CRL) /* blob: DER → SERVER_OK \
									   */

enum server_message {
#define X(id, name, table, blob) id,
	SERVER_MESSAGES(X)
#undef X
		SERVER_MESSAGE_MAX_
};

extern const struct ipc_protocol server_protocol;

/* SERVER_ERROR and KEY_ERROR: a struct error on the wire. */
struct server_error {
	char *code;   /* wire name of base/error.h */
	char *reason; /* wire name of base/reason.h; NULL without */
	char *message;
};
extern const struct jmap_table server_error_table;
/* Send *e as the reply to request `id`; `type` is SERVER_ERROR or KEY_ERROR. */
MUST_USE int server_error_send(struct channel *c, unsigned type, uint32_t id, const struct error *e,
			       struct error *err);
/* Fill *e from a received one, for the caller to forward. Always returns -1. */
MUST_USE int server_error_take(const struct server_error *m, struct error *e);

/* Hardware ids and names that a certificate request states. For limits and lists; never identity.
 */
struct server_attributes {
	char *hardware_id, *manufacturer, *model, *serial_number, *hostname, *os, *os_version;
};

/* simpleenroll. Errors: UNAUTHORIZED (no such token, or wrong secret: not told apart), DENIED
 * (expired, used up or revoked token; hardware id or model not allowed), CONFLICT (the hardware id
 * or the key belongs to an enrolled device), INVALID (the request), LIMIT (too many), UNAVAILABLE.
 */
struct server_enroll {
	char *token;		      /* the token's id: the user of HTTP Basic */
	char secret[SHA256_HEX_SIZE]; /* SHA-256 of the password's bytes */
	char key[SHA256_HEX_SIZE];    /* of the request's SubjectPublicKeyInfo */
	char *address;		      /* of the peer, for audit */
	struct server_attributes attributes;
};
/* simplereenroll, simpleenroll/evidence over a device's channel, and renewals after expiry.
 * Errors: DENIED (device or certificate not current, or grace is over), CONFLICT (key in use). */
enum server_reenroll_kind { SERVER_REENROLL_IDENTITY = 1, SERVER_REENROLL_EVIDENCE };
struct server_reenroll {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE]; /* presented on the channel, or that signed the renewal
					    */
	char key[SHA256_HEX_SIZE];	   /* of the request */
	int kind;			   /* enum server_reenroll_kind */
	bool expired; /* a renewal after expiry: only within its grace period */
	char *address;
};
struct server_enrolled {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
};

/* A device's TLS channel is up: may it speak? Errors: DENIED. */
struct server_connect {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	char *address;
};
struct server_connected {
	char enrollment[UUID_SIZE];
};

/* Every later request of a device names what it authenticated with; core checks it each time, so
 * that a retired device is refused on a connection that is still open. Errors of all: DENIED. */
struct server_checkin {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	char nonce[SHA256_HEX_SIZE];	   /* the head answers it */
	char status_hash[SHA256_HEX_SIZE]; /* of the device's status document */
};
struct server_checked_in {
	char enrollment[UUID_SIZE];
	bool need_status; /* the hash is not the stored one and no status came along */
	uint64_t latest;  /* sequence number of the device's newest instruction */
	uint32_t trust_version;
};
struct server_head {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	char nonce[SHA256_HEX_SIZE];
};
struct server_instructions {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
	uint64_t after;
};
struct server_instruction {
	uint64_t seq;
	char *type; /* of the document: "policy" */
	char id[UUID_SIZE];
	uint32_t size; /* bytes of its DER in the blob */
};
struct server_instructions_are {
	struct jmap_list instructions; /* struct server_instruction; may be empty, may be a part */
	bool checkin;		       /* the device is to ask for a head */
};
/* The blob is the request as read through proto/record.h, in canonical bytes. */
struct server_records {
	char device[UUID_SIZE];
	char certificate[SHA256_HEX_SIZE];
};
struct server_stored {
	uint64_t stored; /* the device's records up to this sequence number are committed */
};

struct server_staple {
	char *serial; /* lower-case hex, of the server issuer */
};

struct server_trust_is {
	uint32_t version;
	char digest[SHA256_HEX_SIZE];
};

/* What GET /pki/<name> answers: "device.crl", "server.crt" … */
struct server_pki_item {
	char *name;
	char issuer[SHA256_HEX_SIZE]; /* the issuing key's SubjectPublicKeyInfo */
	uint64_t number;	      /* of a CRL */
	int64_t next_update;
	uint32_t size; /* bytes of its DER in the blob */
};
struct server_pki_is {
	struct jmap_list items; /* struct server_pki_item */
};

struct server_devices {
	struct strings devices; /* ids, at most LIMIT_WAKE; none: every device (or instruction) */
};

/* An event of proto/audit.def that front saw end in a refusal; or "administrator-login", whose
 * subject is the login. */
struct server_audit {
	char *event;   /* its wire name */
	char *subject; /* who: login digest, device id, token id or "anonymous" */
	char *address;
	char *object; /* on what */
	char *reason; /* wire name of the reason or error */
	char *detail;
};

extern const struct jmap_table server_attributes_table, server_enroll_table, server_reenroll_table,
	server_enrolled_table, server_connect_table, server_connected_table, server_checkin_table,
	server_checked_in_table, server_head_table, server_instructions_table,
	server_instruction_table, server_instructions_are_table, server_records_table,
	server_stored_table, server_staple_table, server_trust_is_table, server_pki_item_table,
	server_pki_is_table, server_devices_table, server_audit_table;
