/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/server_messages.h"

#include "base/limits.h"
#include "base/field.h"
#include "base/text.h"

/* What every request about a device begins with. */
#define FIELD_DEVICE(s) \
	FIELD_REQ(s, device, "device", jmap_uuid, 0, 0, "id of the device"), \
		FIELD_REQ(s, certificate, "certificate", jmap_sha256, 0, 0, \
			  "digest of the certificate that authenticated")

static const struct jmap error_fields[] = {
	FIELD_REQ(server_error, code, "code", jmap_str, 0, 40, "wire name of the error"),
	FIELD(server_error, reason, "reason", jmap_str, 0, 40, "wire name of the reason"),
	FIELD(server_error, message, "message", jmap_str, 0, 300, "one line for a person"),
};
const struct jmap_table server_error_table =
	JMAP_TABLE("error", "why a request failed", error_fields, struct server_error);

static const struct jmap attributes_fields[] = {
	FIELD(server_attributes, hardware_id, "hardwareId", jmap_str, 0, LIMIT_NAME,
	      "the hardware's own unique id"),
	FIELD(server_attributes, manufacturer, "manufacturer", jmap_str, 0, LIMIT_NAME, "maker"),
	FIELD(server_attributes, model, "model", jmap_str, 0, LIMIT_NAME, "model"),
	FIELD(server_attributes, serial_number, "serialNumber", jmap_str, 0, LIMIT_NAME,
	      "serial number on the case"),
	FIELD(server_attributes, hostname, "hostname", jmap_str, 0, LIMIT_NAME, "host name"),
	FIELD(server_attributes, os, "os", jmap_str, 0, LIMIT_NAME, "operating system"),
	FIELD(server_attributes, os_version, "osVersion", jmap_str, 0, LIMIT_NAME, "its version"),
};
const struct jmap_table server_attributes_table =
	JMAP_TABLE("attributes", "what a certificate request says of the hardware",
		   attributes_fields, struct server_attributes);

static const struct jmap enroll_fields[] = {
	FIELD_REQ(server_enroll, token, "token", jmap_str, 1, LIMIT_NAME, "id of the token"),
	FIELD_REQ(server_enroll, secret, "secret", jmap_sha256, 0, 0, "SHA-256 of the secret"),
	FIELD_REQ(server_enroll, key, "key", jmap_sha256, 0, 0, "digest of the request's key"),
	FIELD(server_enroll, address, "address", jmap_str, 0, LIMIT_NAME, "of the peer"),
	FIELD_OBJECT(server_enroll, attributes, "attributes", &server_attributes_table,
		     "hardware ids and names"),
};
const struct jmap_table server_enroll_table =
	JMAP_TABLE("enroll", "EST simpleenroll", enroll_fields, struct server_enroll);

static const char *const reenroll_kinds[] = { NULL, "identity", "evidence" };
static const struct jmap_enum reenroll_kind_enum = { reenroll_kinds, ARRAY_SIZE(reenroll_kinds) };
static const struct jmap reenroll_fields[] = {
	FIELD_REQ(server_reenroll, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD_REQ(server_reenroll, certificate, "certificate", jmap_sha256, 0, 0,
		  "digest of the certificate that authenticated"),
	FIELD_REQ(server_reenroll, key, "key", jmap_sha256, 0, 0, "digest of the request's key"),
	{ .key = "kind",
	  .type = &jmap_enum,
	  .off = offsetof(struct server_reenroll, kind),
	  .flags = JMAP_REQUIRED,
	  .sub = &reenroll_kind_enum,
	  .doc = "which key" },
	FIELD(server_reenroll, expired, "expired", jmap_bool, 0, 0, "a renewal after expiry"),
	FIELD(server_reenroll, address, "address", jmap_str, 0, LIMIT_NAME, "of the peer"),
};
const struct jmap_table server_reenroll_table =
	JMAP_TABLE("reenroll", "EST simplereenroll", reenroll_fields, struct server_reenroll);

static const struct jmap enrolled_fields[] = {
	FIELD_REQ(server_enrolled, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD_REQ(server_enrolled, enrollment, "enrollment", jmap_uuid, 0, 0,
		  "id of this enrollment"),
	FIELD_REQ(server_enrolled, certificate, "certificate", jmap_sha256, 0, 0,
		  "digest of the certificate"),
};
const struct jmap_table server_enrolled_table =
	JMAP_TABLE("enrolled", "a certificate was issued", enrolled_fields, struct server_enrolled);

static const struct jmap connect_fields[] = {
	FIELD_DEVICE(server_connect),
	FIELD(server_connect, address, "address", jmap_str, 0, LIMIT_NAME, "of the peer"),
};
const struct jmap_table server_connect_table =
	JMAP_TABLE("connect", "a device's channel is up", connect_fields, struct server_connect);

static const struct jmap connected_fields[] = {
	FIELD_REQ(server_connected, enrollment, "enrollment", jmap_uuid, 0, 0,
		  "id of its enrollment"),
};
const struct jmap_table server_connected_table =
	JMAP_TABLE("connected", "the device is welcome", connected_fields, struct server_connected);

static const struct jmap checkin_fields[] = {
	FIELD_DEVICE(server_checkin),
	FIELD_REQ(server_checkin, nonce, "nonce", jmap_sha256, 0, 0, "for the head to answer"),
	FIELD_REQ(server_checkin, status_hash, "statusHash", jmap_sha256, 0, 0,
		  "of the device's status"),
};
const struct jmap_table server_checkin_table =
	JMAP_TABLE("checkin", "a check-in", checkin_fields, struct server_checkin);

static const struct jmap checked_in_fields[] = {
	FIELD_REQ(server_checked_in, enrollment, "enrollment", jmap_uuid, 0, 0,
		  "id of its enrollment"),
	FIELD(server_checked_in, need_status, "needStatus", jmap_bool, 0, 0,
	      "the status is to be sent"),
	FIELD(server_checked_in, latest, "latest", jmap_u64, 0, 0, "newest instruction"),
	FIELD(server_checked_in, trust_version, "trustVersion", jmap_u32, 0, UINT32_MAX,
	      "newest trust"),
};
const struct jmap_table server_checked_in_table = JMAP_TABLE(
	"checkedIn", "answer to a check-in", checked_in_fields, struct server_checked_in);

static const struct jmap head_fields[] = {
	FIELD_DEVICE(server_head),
	FIELD_REQ(server_head, nonce, "nonce", jmap_sha256, 0, 0, "for the head to answer"),
};
const struct jmap_table server_head_table =
	JMAP_TABLE("head", "a head is wanted", head_fields, struct server_head);

static const struct jmap instructions_fields[] = {
	FIELD_DEVICE(server_instructions),
	FIELD(server_instructions, after, "after", jmap_u64, 0, 0, "sequence number that it has"),
};
const struct jmap_table server_instructions_table =
	JMAP_TABLE("instructions", "what is new", instructions_fields, struct server_instructions);

static const struct jmap instruction_fields[] = {
	FIELD_REQ(server_instruction, seq, "seq", jmap_u64, 0, 0, "sequence number"),
	FIELD_REQ(server_instruction, type, "type", jmap_str, 1, 40, "of the document"),
	FIELD_REQ(server_instruction, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(server_instruction, size, "size", jmap_u32, 1, LIMIT_DOCUMENT, "bytes of DER"),
};
const struct jmap_table server_instruction_table =
	JMAP_TABLE("instruction", "one document", instruction_fields, struct server_instruction);

static const struct jmap instructions_are_fields[] = {
	FIELD_SUB(server_instructions_are, instructions, "instructions", jmap_array,
		  LIMIT_INSTRUCTIONS, &server_instruction_table, "in order"),
	FIELD(server_instructions_are, checkin, "checkin", jmap_bool, 0, 0,
	      "the device is to ask for a head"),
};
const struct jmap_table server_instructions_are_table = JMAP_TABLE(
	"instructionsAre", "what is new", instructions_are_fields, struct server_instructions_are);

static const struct jmap records_fields[] = { FIELD_DEVICE(server_records) };
const struct jmap_table server_records_table =
	JMAP_TABLE("records", "a device's records", records_fields, struct server_records);

static const struct jmap stored_fields[] = {
	FIELD(server_stored, stored, "stored", jmap_u64, 0, 0, "committed up to here"),
};
const struct jmap_table server_stored_table =
	JMAP_TABLE("stored", "what is committed", stored_fields, struct server_stored);

static const struct jmap staple_fields[] = {
	FIELD_REQ(server_staple, serial, "serial", jmap_str, 1, 40, "lower-case hex"),
};
const struct jmap_table server_staple_table = JMAP_TABLE(
	"staple", "status of a listener's certificate", staple_fields, struct server_staple);

static const struct jmap trust_is_fields[] = {
	FIELD_REQ(server_trust_is, version, "version", jmap_u32, 1, UINT32_MAX, "of trust"),
	FIELD_REQ(server_trust_is, digest, "digest", jmap_sha256, 0, 0, "of the document"),
};
const struct jmap_table server_trust_is_table =
	JMAP_TABLE("trustIs", "the trust in force", trust_is_fields, struct server_trust_is);

static const struct jmap pki_item_fields[] = {
	FIELD_REQ(server_pki_item, name, "name", jmap_str, 1, LIMIT_NAME, "below /pki/"),
	FIELD_REQ(server_pki_item, issuer, "issuer", jmap_sha256, 0, 0, "the issuer's key"),
	FIELD(server_pki_item, number, "number", jmap_u64, 0, 0, "of the CRL"),
	FIELD(server_pki_item, next_update, "nextUpdate", jmap_time, 0, 0, "of the CRL"),
	FIELD_REQ(server_pki_item, size, "size", jmap_u32, 1, LIMIT_CRL, "bytes of DER"),
};
const struct jmap_table server_pki_item_table =
	JMAP_TABLE("pkiItem", "one file", pki_item_fields, struct server_pki_item);

static const struct jmap pki_is_fields[] = {
	FIELD_SUB(server_pki_is, items, "items", jmap_array, LIMIT_PKI_ITEMS,
		  &server_pki_item_table, "certificates and CRLs"),
};
const struct jmap_table server_pki_is_table =
	JMAP_TABLE("pkiIs", "the public files", pki_is_fields, struct server_pki_is);

static const struct jmap devices_fields[] = {
	FIELD(server_devices, devices, "devices", jmap_strings, 0, LIMIT_WAKE, "ids; none: all"),
};
const struct jmap_table server_devices_table =
	JMAP_TABLE("devices", "whom an event concerns", devices_fields, struct server_devices);

static const struct jmap audit_fields[] = {
	FIELD_REQ(server_audit, event, "event", jmap_str, 1, LIMIT_NAME, "wire name"),
	FIELD(server_audit, subject, "subject", jmap_str, 0, LIMIT_NAME, "who"),
	FIELD(server_audit, address, "address", jmap_str, 0, LIMIT_NAME, "of the peer"),
	FIELD(server_audit, object, "object", jmap_str, 0, LIMIT_NAME, "on what"),
	FIELD(server_audit, reason, "reason", jmap_str, 0, LIMIT_NAME, "wire name"),
	FIELD(server_audit, detail, "detail", jmap_str, 0, LIMIT_TEXT, "for a person"),
};
const struct jmap_table server_audit_table =
	JMAP_TABLE("audit", "something that front refused", audit_fields, struct server_audit);

static const struct ipc_type types[] = {
#define X(id, label, body, blob) [id] = { .name = (label), .table = (body), .blob_max = (blob) },
	SERVER_MESSAGES(X)
#undef X
};

const struct ipc_protocol server_protocol = { "server", types, ARRAY_SIZE(types) };

int server_error_send(struct channel *c, unsigned type, uint32_t id, const struct error *e,
		      struct error *err)
{
	char message[sizeof(e->msg)];
	const struct server_error body = {
		.code = (char *)error_name(e->code),
		.reason = e->reason == REASON_NONE ? NULL : (char *)reason_name(e->reason),
		.message = message,
	};

	/* It may quote what a peer sent, or be cut inside a character. */
	text_clean(e->msg, message, sizeof(message));
	return channel_send(c, &(struct ipc_send){ .type = type, .id = id, .body = &body }, err);
}

int server_error_take(const struct server_error *m, struct error *e)
{
	int r = error_set(e, error_find(m->code), "%s", m->message ? m->message : m->code);

	if (m->reason)
		e->reason = reason_find(m->reason);
	return r;
}
