/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/agent_messages.h"

#include "base/limits.h"
#include "base/field.h"

#define TABLE(s, doc) \
	static const struct jmap_table s##_table = JMAP_TABLE(#s, doc, s##_fields, struct s)
#define NAMES(n) static const struct jmap_enum n##_enum = { n##_names, ARRAY_SIZE(n##_names) }
#define FIELD_ENUM(s, m, k, e, d) FIELD_(s, m, k, jmap_enum, JMAP_REQUIRED, 0, 0, &(e), d)
#define FIELD_SECRET(s, m, k, hi, d) \
	FIELD_(s, m, k, jmap_str, JMAP_REQUIRED | JMAP_SECRET, 1, hi, NULL, d)
/* What every failure says: of struct agent_failed and struct net_event. */
#define FIELDS_FAILURE(s) \
	FIELD(s, reason, "reason", jmap_str, 0, 40, "reason's wire name"), \
		FIELD(s, message, "message", jmap_str, 0, LIMIT_TEXT, "one line for a person"), \
		FIELD(s, presented, "presented", jmap_str, 0, LIMIT_TEXT, \
		      "identifiers that the peer presented"), \
		FIELD(s, reference, "reference", jmap_str, 0, LIMIT_NAME, \
		      "the identifier that was wanted")

static const struct jmap agent_failed_fields[] = {
	FIELD_REQ(agent_failed, code, "code", jmap_str, 1, 40, "error's wire name"),
	FIELDS_FAILURE(agent_failed),
};
TABLE(agent_failed, "why a request failed");

/* ---- net ---- */

#define FIELDS_SERVER(s) \
	FIELD_REQ(s, url, "url", jmap_str, 1, LIMIT_URL, "base URL of the listener"), \
		FIELD(s, connect, "connect", jmap_str, 0, LIMIT_URL, "address to connect to"), \
		FIELD_REQ(s, reference, "reference", jmap_str, 1, LIMIT_NAME, \
			  "name that the certificate must carry"), \
		FIELD(s, profile, "profile", jmap_str, 0, LIMIT_NAME, "of TLS"), \
		FIELD(s, tls12, "tls12", jmap_bool, 0, 0, "TLS 1.2 too")
#define FIELDS_IDENTITY(s) \
	FIELD_REQ(s, certificate, "certificate", jmap_bytes, 1, LIMIT_CERT, "DER"), \
		FIELD(s, issuers, "issuers", jmap_bytes, 0, LIMIT_AGENT_CHAIN, "PEM"), \
		FIELD_REQ(s, anchor, "anchor", jmap_bytes, 1, LIMIT_CERT, "DER"), \
		FIELD(s, crl, "crl", jmap_bytes, 0, LIMIT_CRL, "DER, of the anchor")

static const struct jmap net_enroll_fields[] = {
	FIELDS_SERVER(net_enroll),
	FIELD(net_enroll, anchor_digest, "anchorDigest", jmap_sha256, 0, 0,
	      "of the anchor's certificate; absent: trust on first use"),
	FIELD_REQ(net_enroll, token, "token", jmap_str, 1, LIMIT_NAME, "id of the secret"),
	FIELD_SECRET(net_enroll, secret, "secret", LIMIT_SECRET, "one-time secret"),
	FIELD(net_enroll, hardware_id, "hardwareId", jmap_str, 0, LIMIT_NAME, "of the machine"),
	FIELD(net_enroll, manufacturer, "manufacturer", jmap_str, 0, LIMIT_NAME, "who made it"),
	FIELD(net_enroll, model, "model", jmap_str, 0, LIMIT_NAME, "of the machine"),
	FIELD(net_enroll, serial_number, "serialNumber", jmap_str, 0, LIMIT_NAME, "its number"),
	FIELD(net_enroll, hostname, "hostname", jmap_str, 0, LIMIT_NAME, "its name"),
	FIELD(net_enroll, os, "os", jmap_str, 0, LIMIT_NAME, "operating system"),
	FIELD(net_enroll, os_version, "osVersion", jmap_str, 0, LIMIT_NAME, "its version"),
};
TABLE(net_enroll, "enroll by EST");

static const struct jmap net_enrolled_fields[] = {
	FIELD_REQ(net_enrolled, device, "device", jmap_str, 1, UUID_SIZE - 1, "id of the device"),
	FIELDS_IDENTITY(net_enrolled),
	FIELD_REQ(net_enrolled, anchor_digest, "anchorDigest", jmap_sha256, 0, 0, "as found"),
};
TABLE(net_enrolled, "the certificate that was issued");

static const char *const agent_key_names[] = { NULL, "channel", "evidence", "channel-b",
					       "evidence-b" };
NAMES(agent_key);
static const struct jmap net_connect_fields[] = {
	FIELDS_SERVER(net_connect),
	FIELDS_IDENTITY(net_connect),
	FIELD_ENUM(net_connect, key, "key", agent_key_enum, "of the certificate"),
	FIELD(net_connect, after, "after", jmap_u64, 0, INT64_MAX, "last instruction received"),
	FIELD_REQ(net_connect, wait_s, "waitS", jmap_u32, 1, 86400, "life of a held request"),
};
TABLE(net_connect, "connect, and stay so");

static const char *const net_state_names[] = { NULL, "down", "up" };
NAMES(net_state);
static const struct jmap net_event_fields[] = {
	FIELD_ENUM(net_event, state, "state", net_state_enum, "of the channel"),
	FIELD(net_event, protocol, "protocol", jmap_str, 0, LIMIT_NAME, "as negotiated"),
	FIELD(net_event, peer, "peer", jmap_str, 0, LIMIT_URL, "the other end"),
	FIELD(net_event, code, "code", jmap_str, 0, 40, "error's wire name"),
	FIELDS_FAILURE(net_event),
	FIELD(net_event, crl, "crl", jmap_bytes, 0, LIMIT_CRL, "newer CRL of the anchor, DER"),
	FIELD(net_event, not_before, "notBefore", jmap_time, 0, 0, "of the own certificate"),
	FIELD(net_event, not_after, "notAfter", jmap_time, 0, 0, "of the own certificate"),
};
TABLE(net_event, "the channel's state changed");

static const struct jmap net_instruction_fields[] = {
	FIELD_REQ(net_instruction, seq, "seq", jmap_u64, 1, INT64_MAX, "place in the queue"),
	FIELD_REQ(net_instruction, type, "type", jmap_str, 1, 20, "type of document, unproven"),
	FIELD_REQ(net_instruction, id, "id", jmap_uuid, 0, 0, "of the document, unproven"),
};
TABLE(net_instruction, "one document for this device");

static const struct jmap net_stored_fields[] = {
	FIELD_(net_stored, last, "last", jmap_u64, JMAP_REQUIRED | JMAP_EMIT, 0, INT64_MAX, NULL,
	       "records up to this one are stored"),
};
TABLE(net_stored, "records are stored");

static const struct jmap net_certified_fields[] = {
	FIELD_REQ(net_certified, not_before, "notBefore", jmap_time, 0, 0, "of the certificate"),
	FIELD_REQ(net_certified, not_after, "notAfter", jmap_time, 0, 0, "of the certificate"),
};
TABLE(net_certified, "a certificate was issued");

static const struct jmap net_renew_fields[] = {
	FIELD_OBJECT(net_renew, now, "now", &net_connect_table, "who asks, and whom"),
	FIELD(net_renew, expired, "expired", jmap_bool, 0, 0, "the certificate has expired"),
};
TABLE(net_renew, "have the next key certified");

static const struct jmap net_fetch_fields[] = {
	FIELD_REQ(net_fetch, name, "name", jmap_str, 1, LIMIT_NAME, "file under /pki/"),
};
TABLE(net_fetch, "get a public file");

static const struct jmap net_next_fields[] = {
	FIELD_REQ(net_next, after, "after", jmap_u64, 1, INT64_MAX, "last instruction that came"),
};
TABLE(net_next, "instructions are dealt with");

static const struct ipc_type net_types[] = {
	[NET_ENROLL] = { "enroll", &net_enroll_table, 0, 0 },
	[NET_ENROLLED] = { "enrolled", &net_enrolled_table, 0, 0 },
	[NET_CONNECT] = { "connect", &net_connect_table, 0, 0 },
	[NET_DISCONNECT] = { "disconnect", NULL, 0, 0 },
	[NET_EVENT] = { "event", &net_event_table, 0, 0 },
	[NET_CHECKIN] = { "checkin", NULL, LIMIT_IPC_BLOB, 0 },
	[NET_CHECKED] = { "checked", NULL, LIMIT_IPC_BLOB, 0 },
	[NET_INSTRUCTION] = { "instruction", &net_instruction_table, LIMIT_DOCUMENT, 0 },
	[NET_RECORDS] = { "records", NULL, LIMIT_IPC_BLOB, 0 },
	[NET_STORED] = { "stored", &net_stored_table, 0, 0 },
	[NET_CERTIFY] = { "certify", NULL, LIMIT_CERT, 0 },
	[NET_CERTIFIED] = { "certified", &net_certified_table, LIMIT_CERT, 0 },
	[NET_FETCH] = { "fetch", &net_fetch_table, 0, 0 },
	[NET_FETCHED] = { "fetched", NULL, LIMIT_CRL, 0 },
	[NET_FAILED] = { "failed", &agent_failed_table, 0, 0 },
	[NET_NEXT] = { "next", &net_next_table, 0, 0 },
	[NET_ASKED] = { "asked", NULL, 0, 0 },
	[NET_RENEW] = { "renew", &net_renew_table, LIMIT_CSR, 0 },
	[NET_PROBE] = { "probe", &net_connect_table, 0, 0 },
	[NET_PROBED] = { "probed", NULL, 0, 0 },
};
const struct ipc_protocol net_protocol = { "net", net_types, ARRAY_SIZE(net_types) };

/* ---- key ---- */

static const struct jmap agent_key_select_fields[] = {
	FIELD_ENUM(agent_key_select, key, "key", agent_key_enum, "which key"),
	FIELD(agent_key_select, p384, "p384", jmap_bool, 0, 0, "make it for the cnsa profile"),
};
TABLE(agent_key_select, "names a key");
static const struct jmap agent_key_request_fields[] = {
	FIELD_ENUM(agent_key_request, key, "key", agent_key_enum, "which key"),
	FIELD_REQ(agent_key_request, subject, "subject", jmap_str, 1, LIMIT_NAME, "common name"),
};
TABLE(agent_key_request, "asks for a certification request");
static const struct jmap agent_key_rated_fields[] = {
	FIELD(agent_key_rated, level, "level", jmap_u32, 0, 3, "how well the key is kept"),
	FIELD_REQ(agent_key_rated, reason, "reason", jmap_str, 1, LIMIT_STATE_LINE, "why"),
};
TABLE(agent_key_rated, "says how well a key is kept");

static const struct jmap agent_key_seal_fields[] = {
	FIELD_ENUM(agent_key_seal, key, "key", agent_key_enum, "an evidence key"),
	FIELD_REQ(agent_key_seal, device, "device", jmap_uuid, 0, 0, "this device"),
	FIELD_REQ(agent_key_seal, enrollment, "enrollment", jmap_uuid, 0, 0, "this enrollment"),
	FIELD_REQ(agent_key_seal, sequence, "sequence", jmap_u64, 1, INT64_MAX, "last record"),
	FIELD_REQ(agent_key_seal, digest, "digest", jmap_sha256, 0, 0, "of the last record"),
	FIELD_REQ(agent_key_seal, time, "time", jmap_time, 0, 0, "now"),
};
TABLE(agent_key_seal, "the head of the records, to be signed");

enum {
	DIGEST_MAX = 64, /* SHA-512 */
	SPKI_MAX = 1024,
};
static const struct ipc_type key_types[] = {
	[AGENT_KEY_MAKE] = { "make", &agent_key_select_table, 0, 0 },
	[AGENT_KEY_SHOW] = { "show", &agent_key_select_table, 0, 0 },
	[AGENT_KEY_PUBLIC] = { "public", NULL, SPKI_MAX, 0 },
	[AGENT_KEY_SIGN] = { "sign", &agent_key_select_table, DIGEST_MAX, 0 },
	[AGENT_KEY_SIGNED] = { "signed", NULL, LIMIT_SIGNATURE, 0 },
	[AGENT_KEY_REQUEST] = { "request", &agent_key_request_table, 0, 0 },
	[AGENT_KEY_REQUESTED] = { "requested", NULL, LIMIT_CERT, 0 },
	[AGENT_KEY_DESTROY] = { "destroy", &agent_key_select_table, 0, 0 },
	[AGENT_KEY_DESTROYED] = { "destroyed", NULL, 0, 0 },
	[AGENT_KEY_FAILED] = { "failed", &agent_failed_table, 0, 0 },
	[AGENT_KEY_RATE] = { "rate", &agent_key_select_table, 0, 0 },
	[AGENT_KEY_RATED] = { "rated", &agent_key_rated_table, 0, 0 },
	[AGENT_KEY_SEAL] = { "seal", &agent_key_seal_table, 0, 0 },
};
const struct ipc_protocol agent_key_protocol = { "agent-key", key_types, ARRAY_SIZE(key_types) };

/* ---- verify ---- */

static const struct jmap verify_floor_fields[] = {
	FIELD_REQ(verify_floor, issuer, "issuer", jmap_sha256, 0, 0, "issuer's key"),
	FIELD(verify_floor, number, "number", jmap_u64, 0, INT64_MAX, "lowest CRL number"),
};
TABLE(verify_floor, "the oldest CRL of an issuer that counts");
static const struct jmap verify_start_fields[] = {
	FIELD_REQ(verify_start, type, "type", jmap_str, 1, 20, "type of document, or crl"),
	FIELD(verify_start, has_trust, "hasTrust", jmap_bool, 0, 0, "a descriptor holds trust"),
	FIELD(verify_start, has_crls, "hasCrls", jmap_bool, 0, 0, "a descriptor holds CRLs"),
	FIELD(verify_start, first_trust, "firstTrust", jmap_sha256, 0, 0, "of trust v1"),
	FIELD(verify_start, now, "now", jmap_time, 0, 0, "trusted time, once there is one"),
	FIELD(verify_start, enterprise, "enterprise", jmap_uuid, 0, 0, "enrolled with"),
	FIELD(verify_start, device, "device", jmap_uuid, 0, 0, "this device"),
	FIELD(verify_start, enrollment, "enrollment", jmap_uuid, 0, 0, "this enrollment"),
	FIELD(verify_start, stream, "stream", jmap_str, 0, LIMIT_NAME, "policy stream followed"),
	FIELD(verify_start, nonce, "nonce", jmap_sha256, 0, 0, "that a head must answer"),
	FIELD_SUB(verify_start, floors, "floors", jmap_array, LIMIT_HEAD_ISSUERS,
		  &verify_floor_table, "of CRL numbers"),
};
TABLE(verify_start, "judge one document");

static const struct jmap verify_ask_fields[] = {
	FIELD_REQ(verify_ask, type, "type", jmap_str, 1, 20, "type of document"),
	FIELD_REQ(verify_ask, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD(verify_ask, stream, "stream", jmap_str, 0, LIMIT_NAME, "of a policy"),
};
TABLE(verify_ask, "what the document says it is");

static const struct jmap verify_known_fields[] = {
	FIELD(verify_known, serial, "serial", jmap_u64, 0, INT64_MAX, "of the last one accepted"),
	FIELD(verify_known, used, "used", jmap_bool, 0, 0, "the command was carried out"),
	FIELD(verify_known, cancelled, "cancelled", jmap_bool, 0, 0, "a head cancelled it"),
};
TABLE(verify_known, "what the device knows of it");

static const struct jmap verify_verdict_fields[] = {
	FIELD_REQ(verify_verdict, code, "code", jmap_str, 1, 40, "ok, or an error's wire name"),
	FIELD(verify_verdict, reason, "reason", jmap_str, 0, 40, "reason of a refusal"),
	FIELD(verify_verdict, message, "message", jmap_str, 0, LIMIT_TEXT, "for a person"),
	FIELD(verify_verdict, needs, "needs", jmap_sha256, 0, 0, "issuer without status"),
	FIELD(verify_verdict, sha256, "sha256", jmap_sha256, 0, 0, "of the document"),
	FIELD(verify_verdict, effect, "effect", jmap_str, 0, 40, "effect class"),
	FIELD(verify_verdict, persons, "persons", jmap_strings, 0, LIMIT_SIGNERS, "who signed"),
	FIELD(verify_verdict, anchors, "anchors", jmap_strings, 0, LIMIT_TRUST_ANCHORS,
	      "digests of the keys of a trust's anchors"),
	FIELD(verify_verdict, time, "time", jmap_time, 0, 0, "largest proven signed time"),
	FIELD(verify_verdict, issuer, "issuer", jmap_sha256, 0, 0, "of a CRL"),
	FIELD(verify_verdict, number, "number", jmap_u64, 0, INT64_MAX, "of a CRL"),
	FIELD(verify_verdict, not_before, "notBefore", jmap_time, 0, 0, "of a CRL"),
	FIELD(verify_verdict, not_after, "notAfter", jmap_time, 0, 0, "of a CRL"),
};
TABLE(verify_verdict, "what the judge found");

static const struct ipc_type verify_types[] = {
	[VERIFY_START] = { "start", &verify_start_table, 0, 3 },
	[VERIFY_ASK] = { "ask", &verify_ask_table, 0, 0 },
	[VERIFY_KNOWN] = { "known", &verify_known_table, 0, 0 },
	[VERIFY_VERDICT] = { "verdict", &verify_verdict_table, LIMIT_DOCUMENT_CONTENT, 0 },
};
const struct ipc_protocol verify_protocol = { "verify", verify_types, ARRAY_SIZE(verify_types) };

/* ---- work ---- */

#define FIELD_KEY(s) FIELD_REQ(s, key, "key", jmap_str, 1, LIMIT_NAME, "of functions.def")

static const char *const work_kind_names[] = {
	NULL, "policy", "command", "readback", "revert", "recover", "query",
};
NAMES(work_kind);
static const struct jmap work_item_fields[] = {
	FIELD_KEY(work_item),
	FIELD(work_item, wanted, "wanted", jmap_tree, 0, 0, "setting or arguments"),
};
TABLE(work_item, "one setting or command");
static const struct jmap work_start_fields[] = {
	FIELD_ENUM(work_start, kind, "kind", work_kind_enum, "what to do"),
	FIELD(work_start, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(work_start, deadline_s, "deadlineS", jmap_u32, 1, 86400, "the worker's life"),
	FIELD_SUB(work_start, items, "items", jmap_array, LIMIT_SETTINGS, &work_item_table,
		  "settings, or one command"),
	FIELD(work_start, n_undo, "nUndo", jmap_u32, 0, LIMIT_UNDO_RECORDS,
	      "undo records that follow"),
	FIELD(work_start, key_level, "keyLevel", jmap_u32, 0, 3, "of the device's weakest key"),
	FIELD(work_start, key_reason, "keyReason", jmap_str, 0, LIMIT_STATE_LINE, "why"),
};
TABLE(work_start, "the worker's order");

static const struct jmap work_undo_fields[] = {
	FIELD_REQ(work_undo, seq, "seq", jmap_u32, 1, UINT32_MAX, "order of the changes"),
	FIELD_KEY(work_undo),
	FIELD_REQ(work_undo, object, "object", jmap_str, 1, LIMIT_UNDO_OBJECT, "what is changed"),
};
TABLE(work_undo, "how something was before");
static const struct jmap work_kept_fields[] = {
	FIELD_REQ(work_kept, seq, "seq", jmap_u32, 1, UINT32_MAX, "durable up to here"),
};
TABLE(work_kept, "undo records are durable");

static const struct jmap work_capability_fields[] = {
	FIELD_KEY(work_capability),
	FIELD(work_capability, supported, "supported", jmap_bool, 0, 0, "the platform can"),
	FIELD(work_capability, by, "by", jmap_str, 0, LIMIT_STATE_LINE, "who would enforce it"),
	FIELD(work_capability, reason, "reason", jmap_str, 0, LIMIT_STATE_LINE, "why not"),
};
TABLE(work_capability, "whether the platform can do a function");
static const struct jmap work_capabilities_fields[] = {
	FIELD_SUB(work_capabilities, items, "items", jmap_array, LIMIT_SETTINGS,
		  &work_capability_table, "one each"),
};
TABLE(work_capabilities, "what the platform can do");

static const struct jmap work_state_fields[] = {
	FIELD_KEY(work_state),
	FIELD_REQ(work_state, state, "state", jmap_str, 1, 20, "as in proto/setting.h"),
	FIELD(work_state, wanted, "wanted", jmap_str, 0, LIMIT_STATE_LINE, "for people"),
	FIELD(work_state, read_back, "readBack", jmap_str, 0, LIMIT_STATE_LINE,
	      "what the platform said"),
	FIELD(work_state, by, "by", jmap_str, 0, LIMIT_STATE_LINE, "who enforces it"),
	FIELD(work_state, reason, "reason", jmap_str, 0, LIMIT_STATE_LINE, "why not enforced"),
};
TABLE(work_state, "what became of one setting");

static const char *const work_outcome_names[] = { NULL, "ok", "unsupported", "failed" };
NAMES(work_outcome);
static const struct jmap work_done_fields[] = {
	FIELD_ENUM(work_done, outcome, "outcome", work_outcome_enum, "how it ended"),
	FIELD(work_done, message, "message", jmap_str, 0, LIMIT_TEXT, "for a person"),
	FIELD(work_done, detail, "detail", jmap_tree, 0, 0, "a command's answer"),
};
TABLE(work_done, "the worker's end");

static const struct ipc_type work_types[] = {
	[WORK_START] = { "start", &work_start_table, 0, 0 },
	[WORK_UNDO] = { "undo", &work_undo_table, LIMIT_UNDO, 0 },
	[WORK_KEPT] = { "kept", &work_kept_table, 0, 0 },
	[WORK_CAPABILITIES] = { "capabilities", &work_capabilities_table, 0, 0 },
	[WORK_STATE] = { "state", &work_state_table, 0, 0 },
	[WORK_DONE] = { "done", &work_done_table, 0, 0 },
};
const struct ipc_protocol work_protocol = { "work", work_types, ARRAY_SIZE(work_types) };

/* ---- control ---- */

#define FIRST_USE(s) \
	FIELD(s, trust_on_first_use, "trustOnFirstUse", jmap_bool, 0, 0, \
	      "trust what the server presents, since no digest is given")

static const struct jmap control_enroll_fields[] = { FIRST_USE(control_enroll) };
TABLE(control_enroll, "enroll with the payload in the blob");
static const struct jmap control_terms_fields[] = {
	FIELD_REQ(control_terms, enterprise, "enterprise", jmap_str, 1, LIMIT_NAME, "id"),
	FIELD(control_terms, name, "name", jmap_str, 0, LIMIT_NAME, "of the enterprise"),
	FIELD_REQ(control_terms, ownership, "ownership", jmap_str, 1, 20, "whose device it is"),
	FIELD_REQ(control_terms, url, "url", jmap_str, 1, LIMIT_URL, "of the server"),
	FIELD_REQ(control_terms, reference, "reference", jmap_str, 1, LIMIT_NAME, "its name"),
	FIELD(control_terms, rights, "rights", jmap_strings, 0, LIMIT_SETTINGS, "sentences"),
	FIRST_USE(control_terms),
};
TABLE(control_terms, "what the user is to agree to");
static const struct jmap control_progress_fields[] = {
	FIELD_REQ(control_progress, text, "text", jmap_str, 1, LIMIT_TEXT, "one line"),
};
TABLE(control_progress, "how far it is");
static const struct jmap control_answer_fields[] = {
	FIELD_REQ(control_answer, status, "status", jmap_tree, 0, 0, "as status --json prints"),
};
TABLE(control_answer, "the agent's status");

static const struct ipc_type control_types[] = {
	[CONTROL_STATUS] = { "status", NULL, 0, 0 },
	[CONTROL_ANSWER] = { "answer", &control_answer_table, 0, 0 },
	[CONTROL_ENROLL] = { "enroll", &control_enroll_table, LIMIT_PAYLOAD, 0 },
	[CONTROL_TERMS] = { "terms", &control_terms_table, 0, 0 },
	[CONTROL_AGREE] = { "agree", NULL, 0, 0 },
	[CONTROL_UNENROLL] = { "unenroll", NULL, 0, 0 },
	[CONTROL_SYNC] = { "sync", NULL, 0, 0 },
	[CONTROL_PROGRESS] = { "progress", &control_progress_table, 0, 0 },
	[CONTROL_DONE] = { "done", NULL, 0, 0 },
	[CONTROL_FAILED] = { "failed", &agent_failed_table, 0, 0 },
	[CONTROL_RENEW] = { "renew", NULL, 0, 0 },
};
const struct ipc_protocol control_protocol = { "control", control_types,
					       ARRAY_SIZE(control_types) };
