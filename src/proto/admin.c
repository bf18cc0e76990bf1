/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/admin.h"

#include "base/limits.h"
#include "base/field.h"

static const struct jmap caller_fields[] = {
	FIELD_REQ(admin_caller, login, "login", jmap_sha256, 0, 0,
		  "digest of the login certificate's key"),
	FIELD(admin_caller, address, "address", jmap_str, 0, LIMIT_NAME, "of the peer"),
};
const struct jmap_table admin_caller_table =
	JMAP_TABLE("caller", "who asks", caller_fields, struct admin_caller);

static const struct jmap whoami_fields[] = {
	FIELD_REQ(admin_whoami, name, "name", jmap_str, 1, LIMIT_NAME, "name of the administrator"),
	FIELD_REQ(admin_whoami, role, "role", jmap_str, 1, LIMIT_NAME, "the role"),
	FIELD_EMIT(admin_whoami, may, "may", jmap_strings, 0, LIMIT_PAGE,
		   "operations that the role allows"),
};
const struct jmap_table admin_whoami_table =
	JMAP_TABLE("whoami", "who the caller is", whoami_fields, struct admin_whoami);

static const struct jmap version_fields[] = {
	FIELD_REQ(admin_version, version, "version", jmap_str, 1, LIMIT_NAME, "of the server"),
	FIELD_REQ(admin_version, enterprise, "enterprise", jmap_uuid, 0, 0, "its id"),
	FIELD(admin_version, enterprise_name, "enterpriseName", jmap_str, 0, LIMIT_NAME,
	      "its name"),
	FIELD(admin_version, trust_version, "trustVersion", jmap_u32, 0, UINT32_MAX,
	      "newest trust"),
	FIELD(admin_version, trust_digest, "trustDigest", jmap_sha256, 0, 0,
	      "digest of the newest trust"),
	FIELD(admin_version, started, "started", jmap_time, 0, 0, "when this server started"),
};
const struct jmap_table admin_version_table =
	JMAP_TABLE("version", "what runs here", version_fields, struct admin_version);

static const struct jmap query_fields[] = {
	FIELD_OBJECT(admin_query, caller, "caller", &admin_caller_table, "who asks"),
	FIELD(admin_query, device, "device", jmap_str, 0, LIMIT_NAME,
	      "id, or the beginning of a host name"),
	FIELD(admin_query, type, "type", jmap_str, 0, LIMIT_NAME,
	      "event name, or type of document"),
	FIELD(admin_query, after, "after", jmap_str, 0, LIMIT_NAME,
	      "what the last page ended with"),
	FIELD(admin_query, since, "since", jmap_time, 0, 0, "not older than this"),
	FIELD(admin_query, limit, "limit", jmap_u32, 0, LIMIT_PAGE, "rows"),
};
const struct jmap_table admin_query_table =
	JMAP_TABLE("query", "a page of a list", query_fields, struct admin_query);

static const struct jmap named_fields[] = {
	FIELD_OBJECT(admin_named, caller, "caller", &admin_caller_table, "who asks"),
	FIELD_REQ(admin_named, id, "id", jmap_str, 1, LIMIT_NAME, "its id"),
};
const struct jmap_table admin_named_table =
	JMAP_TABLE("named", "one thing", named_fields, struct admin_named);

static const struct jmap token_spec_fields[] = {
	FIELD(admin_token_spec, note, "note", jmap_str, 0, LIMIT_NAME, "for people"),
	FIELD(admin_token_spec, lifetime_s, "lifetimeS", jmap_u32, 1, LIMIT_TOKEN_LIFETIME_S,
	      "seconds until it expires"),
	FIELD(admin_token_spec, count, "count", jmap_u32, 1, LIMIT_TOKEN_COUNT,
	      "devices it may enroll"),
	FIELD(admin_token_spec, hardware_ids, "hardwareIds", jmap_strings, 0, LIMIT_TOKEN_VALUES,
	      "only these"),
	FIELD(admin_token_spec, models, "models", jmap_strings, 0, LIMIT_TOKEN_VALUES,
	      "only these"),
	FIELD(admin_token_spec, not_before, "notBefore", jmap_time, 0, 0, "not earlier"),
	FIELD(admin_token_spec, ownership, "ownership", jmap_str, 0, LIMIT_NAME,
	      "enterprise or personal"),
};
const struct jmap_table admin_token_spec_table =
	JMAP_TABLE("tokenSpec", "limits of enrollment", token_spec_fields, struct admin_token_spec);

static const struct jmap token_create_fields[] = {
	FIELD_OBJECT(admin_token_create, caller, "caller", &admin_caller_table, "who asks"),
	FIELD_OBJECT(admin_token_create, spec, "spec", &admin_token_spec_table, "its limits"),
};
const struct jmap_table admin_token_create_table =
	JMAP_TABLE("tokenCreate", "a new token", token_create_fields, struct admin_token_create);

static const struct jmap token_created_fields[] = {
	FIELD_REQ(admin_token_created, id, "id", jmap_uuid, 0, 0, "its id"),
	FIELD_(admin_token_created, secret, "secret", jmap_str, JMAP_REQUIRED | JMAP_SECRET, 1,
	       LIMIT_NAME, NULL, "shown once"),
	FIELD_REQ(admin_token_created, expires, "expires", jmap_time, 0, 0, "when it expires"),
};
const struct jmap_table admin_token_created_table =
	JMAP_TABLE("tokenCreated", "a new token with its secret", token_created_fields,
		   struct admin_token_created);

static const struct jmap token_fields[] = {
	FIELD_REQ(admin_token, id, "id", jmap_uuid, 0, 0, "its id"),
	FIELD(admin_token, note, "note", jmap_str, 0, LIMIT_NAME, "for people"),
	FIELD_REQ(admin_token, state, "state", jmap_str, 1, LIMIT_NAME,
		  "valid, early, expired, used or revoked"),
	FIELD(admin_token, created_by, "createdBy", jmap_str, 0, LIMIT_NAME, "the administrator"),
	FIELD(admin_token, created, "created", jmap_time, 0, 0, "when"),
	FIELD(admin_token, not_before, "notBefore", jmap_time, 0, 0, "not earlier"),
	FIELD(admin_token, expires, "expires", jmap_time, 0, 0, "when it expires"),
	FIELD_EMIT(admin_token, count, "count", jmap_u32, 0, UINT32_MAX, "devices it may enroll"),
	FIELD_EMIT(admin_token, used, "used", jmap_u32, 0, UINT32_MAX, "devices it has enrolled"),
	FIELD(admin_token, hardware_ids, "hardwareIds", jmap_strings, 0, LIMIT_TOKEN_VALUES,
	      "only these"),
	FIELD(admin_token, models, "models", jmap_strings, 0, LIMIT_TOKEN_VALUES, "only these"),
	FIELD(admin_token, ownership, "ownership", jmap_str, 0, LIMIT_NAME,
	      "enterprise or personal"),
};
const struct jmap_table admin_token_table =
	JMAP_TABLE("token", "an enrollment token", token_fields, struct admin_token);

static const struct jmap tokens_fields[] = {
	FIELD_SUB(admin_tokens, tokens, "tokens", jmap_array, LIMIT_PAGE, &admin_token_table,
		  "the newest first"),
};
const struct jmap_table admin_tokens_table =
	JMAP_TABLE("tokens", "tokens", tokens_fields, struct admin_tokens);

static const struct jmap device_fields[] = {
	FIELD_REQ(admin_device, id, "id", jmap_uuid, 0, 0, "its id"),
	FIELD(admin_device, enrollment, "enrollment", jmap_uuid, 0, 0, "id of its enrollment"),
	FIELD_REQ(admin_device, state, "state", jmap_str, 1, LIMIT_NAME,
		  "enrolled, unenrolled or retired"),
	FIELD(admin_device, hostname, "hostname", jmap_str, 0, LIMIT_NAME, "host name"),
	FIELD(admin_device, manufacturer, "manufacturer", jmap_str, 0, LIMIT_NAME, "maker"),
	FIELD(admin_device, model, "model", jmap_str, 0, LIMIT_NAME, "model"),
	FIELD(admin_device, serial_number, "serialNumber", jmap_str, 0, LIMIT_NAME,
	      "serial number"),
	FIELD(admin_device, os, "os", jmap_str, 0, LIMIT_NAME, "operating system"),
	FIELD(admin_device, os_version, "osVersion", jmap_str, 0, LIMIT_NAME, "its version"),
	FIELD(admin_device, hardware_id, "hardwareId", jmap_str, 0, LIMIT_NAME,
	      "the hardware's own id"),
	FIELD(admin_device, agent, "agent", jmap_str, 0, LIMIT_NAME, "the agent's version"),
	FIELD(admin_device, stream, "stream", jmap_str, 0, LIMIT_NAME, "policy stream"),
	FIELD(admin_device, enrolled, "enrolled", jmap_time, 0, 0, "when"),
	FIELD(admin_device, last_contact, "lastContact", jmap_time, 0, 0, "when last heard of"),
	FIELD_EMIT(admin_device, connected, "connected", jmap_bool, 0, 0, "heard of lately"),
	FIELD_EMIT(admin_device, policy_serial, "policySerial", jmap_u64, 0, 0,
		   "serial of the policy in force"),
	FIELD(admin_device, trust_version, "trustVersion", jmap_u32, 0, UINT32_MAX,
	      "trust in force"),
};
const struct jmap_table admin_device_table =
	JMAP_TABLE("device", "a device", device_fields, struct admin_device);

static const struct jmap devices_fields[] = {
	FIELD_SUB(admin_devices, devices, "devices", jmap_array, LIMIT_PAGE, &admin_device_table,
		  "by host name"),
};
const struct jmap_table admin_devices_table =
	JMAP_TABLE("devices", "devices", devices_fields, struct admin_devices);

static const struct jmap setting_fields[] = {
	FIELD_REQ(admin_setting, setting, "setting", jmap_str, 1, LIMIT_NAME,
		  "key of the function"),
	FIELD_REQ(admin_setting, state, "state", jmap_str, 1, LIMIT_NAME,
		  "enforced, configured, unsupported, failed or drifted"),
	FIELD(admin_setting, wanted, "wanted", jmap_str, 0, LIMIT_TEXT, "what the policy says"),
	FIELD(admin_setting, read_back, "readBack", jmap_str, 0, LIMIT_TEXT,
	      "what the platform says"),
	FIELD(admin_setting, by, "by", jmap_str, 0, LIMIT_NAME, "what enforces it"),
	FIELD(admin_setting, reason, "reason", jmap_str, 0, LIMIT_TEXT, "why it is not enforced"),
	FIELD(admin_setting, changed, "changed", jmap_time, 0, 0, "since when"),
	FIELD(admin_setting, checked, "checked", jmap_time, 0, 0, "when it was last read back"),
};
const struct jmap_table admin_setting_table =
	JMAP_TABLE("setting", "the state of one setting", setting_fields, struct admin_setting);

static const struct jmap certificate_fields[] = {
	FIELD_REQ(admin_certificate, digest, "digest", jmap_sha256, 0, 0, "of the DER"),
	FIELD_REQ(admin_certificate, key, "key", jmap_sha256, 0, 0, "of the public key"),
	FIELD(admin_certificate, serial, "serial", jmap_str, 0, LIMIT_NAME, "serial number"),
	FIELD(admin_certificate, purpose, "purpose", jmap_str, 0, LIMIT_NAME,
	      "identity or evidence"),
	FIELD(admin_certificate, state, "state", jmap_str, 0, LIMIT_NAME,
	      "current, superseded or revoked"),
	FIELD(admin_certificate, not_before, "notBefore", jmap_time, 0, 0, "valid from"),
	FIELD(admin_certificate, not_after, "notAfter", jmap_time, 0, 0, "valid to"),
};
const struct jmap_table admin_certificate_table = JMAP_TABLE(
	"certificate", "a certificate of a device", certificate_fields, struct admin_certificate);

static const struct jmap delivery_fields[] = {
	FIELD_REQ(admin_delivery, seq, "seq", jmap_u64, 0, 0, "sequence number for the device"),
	FIELD(admin_delivery, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD_REQ(admin_delivery, type, "type", jmap_str, 1, LIMIT_NAME, "of the document"),
	FIELD_REQ(admin_delivery, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD(admin_delivery, name, "name", jmap_str, 0, LIMIT_NAME, "stream or command"),
	FIELD_REQ(admin_delivery, state, "state", jmap_str, 1, LIMIT_NAME,
		  "requested, sent, delivered, proven, refused, failed or cancelled"),
	FIELD(admin_delivery, reason, "reason", jmap_str, 0, LIMIT_TEXT, "why not"),
	FIELD(admin_delivery, requested, "requested", jmap_time, 0, 0, "when"),
	FIELD(admin_delivery, sent, "sent", jmap_time, 0, 0, "when"),
	FIELD(admin_delivery, delivered, "delivered", jmap_time, 0, 0, "when"),
	FIELD(admin_delivery, proven, "proven", jmap_time, 0, 0, "when"),
	FIELD(admin_delivery, cancelled, "cancelled", jmap_time, 0, 0, "when it was called off"),
};
const struct jmap_table admin_delivery_table =
	JMAP_TABLE("delivery", "one instruction on its way to one device", delivery_fields,
		   struct admin_delivery);

static const struct jmap device_detail_fields[] = {
	FIELD_OBJECT(admin_device_detail, device, "device", &admin_device_table, "the device"),
	FIELD(admin_device_detail, groups, "groups", jmap_strings, 0, LIMIT_GROUPS, "its groups"),
	FIELD(admin_device_detail, ownership, "ownership", jmap_str, 0, LIMIT_NAME,
	      "enterprise or personal"),
	FIELD_SUB(admin_device_detail, settings, "settings", jmap_array, LIMIT_SETTINGS,
		  &admin_setting_table, "state of each setting"),
	FIELD_SUB(admin_device_detail, certificates, "certificates", jmap_array, LIMIT_PAGE,
		  &admin_certificate_table, "the newest first"),
	FIELD_SUB(admin_device_detail, deliveries, "deliveries", jmap_array, LIMIT_PAGE,
		  &admin_delivery_table, "the newest first"),
	FIELD(admin_device_detail, status, "status", jmap_tree, 0, 0, "the last status document"),
};
const struct jmap_table admin_device_detail_table = JMAP_TABLE(
	"deviceDetail", "all about a device", device_detail_fields, struct admin_device_detail);

static const struct jmap record_fields[] = {
	FIELD_REQ(admin_record, seq, "seq", jmap_u64, 0, 0, "the server's sequence number"),
	FIELD(admin_record, device_seq, "deviceSeq", jmap_u64, 0, 0, "the device's own"),
	FIELD(admin_record, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD(admin_record, id, "id", jmap_uuid, 0, 0, "of the record"),
	FIELD_REQ(admin_record, event, "event", jmap_str, 1, LIMIT_NAME, "what happened"),
	FIELD(admin_record, subject, "subject", jmap_str, 0, LIMIT_NAME, "who"),
	FIELD(admin_record, outcome, "outcome", jmap_str, 0, LIMIT_NAME, "success or failure"),
	FIELD(admin_record, reason, "reason", jmap_str, 0, LIMIT_TEXT, "why"),
	FIELD(admin_record, text, "text", jmap_str, 0, LIMIT_TEXT, "one line for people"),
	FIELD(admin_record, time, "time", jmap_time, 0, 0, "when it happened"),
	FIELD(admin_record, stored, "stored", jmap_time, 0, 0, "when it was stored"),
	FIELD(admin_record, detail, "detail", jmap_tree, 0, 0, "the typed fields"),
	FIELD(admin_record, previous, "previous", jmap_sha256, 0, 0,
	      "SHA-256 of the record before, of the same device or of the server"),
	FIELD(admin_record, seal_enrollment, "sealEnrollment", jmap_uuid, 0, 0,
	      "of the seal that names this record"),
	FIELD(admin_record, seal_time, "sealTime", jmap_time, 0, 0, "when it was sealed"),
	FIELD(admin_record, seal_certificate, "sealCertificate", jmap_bytes, 0, LIMIT_CERT,
	      "of the key that sealed, DER"),
	FIELD(admin_record, seal_signature, "sealSignature", jmap_bytes, 0, LIMIT_SIGNATURE,
	      "the seal's, DER"),
};
const struct jmap_table admin_record_table =
	JMAP_TABLE("record", "a record", record_fields, struct admin_record);

static const struct jmap records_fields[] = {
	FIELD_SUB(admin_records, records, "records", jmap_array, LIMIT_PAGE, &admin_record_table,
		  "in order"),
};
const struct jmap_table admin_records_table =
	JMAP_TABLE("records", "records", records_fields, struct admin_records);

static const struct jmap target_fields[] = {
	FIELD_REQ(admin_target, device, "device", jmap_uuid, 0, 0, "its id"),
	FIELD_REQ(admin_target, enrollment, "enrollment", jmap_uuid, 0, 0, "id of its enrollment"),
};
const struct jmap_table admin_target_table =
	JMAP_TABLE("target", "a device", target_fields, struct admin_target);

static const struct jmap publish_fields[] = {
	FIELD_OBJECT(admin_publish, caller, "caller", &admin_caller_table, "who asks"),
	FIELD_REQ(admin_publish, type, "type", jmap_str, 1, LIMIT_NAME, "of the document"),
	FIELD_REQ(admin_publish, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(admin_publish, digest, "digest", jmap_sha256, 0, 0, "of the DER"),
	FIELD(admin_publish, serial, "serial", jmap_u64, 0, 0, "or version"),
	FIELD(admin_publish, stream, "stream", jmap_str, 0, LIMIT_NAME,
	      "of a policy or assignment"),
	FIELD(admin_publish, name, "name", jmap_str, 0, LIMIT_NAME, "of a policy; the command"),
	FIELD(admin_publish, not_before, "notBefore", jmap_time, 0, 0, "valid from"),
	FIELD(admin_publish, not_after, "notAfter", jmap_time, 0, 0, "valid to"),
	FIELD_SUB(admin_publish, targets, "targets", jmap_array, LIMIT_TARGETS, &admin_target_table,
		  "devices"),
	FIELD(admin_publish, groups, "groups", jmap_strings, 0, LIMIT_GROUPS, "of an assignment"),
	FIELD(admin_publish, ownership, "ownership", jmap_str, 0, LIMIT_NAME, "of an assignment"),
	FIELD(admin_publish, signers, "signers", jmap_strings, 0, LIMIT_SIGNERS, "persons"),
	FIELD(admin_publish, effect, "effect", jmap_str, 0, LIMIT_NAME, "its effect class"),
	FIELD(admin_publish, content, "content", jmap_sha256, 0, 0, "of what is signed"),
	FIELD(admin_publish, have, "have", jmap_u32, 0, UINT32_MAX, "persons who signed"),
	FIELD(admin_publish, want, "want", jmap_u32, 0, UINT32_MAX, "persons who must"),
};
const struct jmap_table admin_publish_table =
	JMAP_TABLE("publish", "a judged document", publish_fields, struct admin_publish);

static const struct jmap published_fields[] = {
	FIELD_REQ(admin_published, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_EMIT(admin_published, devices, "devices", jmap_u32, 0, UINT32_MAX,
		   "to which it goes now"),
	FIELD_EMIT(admin_published, known, "known", jmap_bool, 0, 0, "it was published before"),
};
const struct jmap_table admin_published_table =
	JMAP_TABLE("published", "what a publication did", published_fields, struct admin_published);

static const struct jmap instruction_fields[] = {
	FIELD_REQ(admin_instruction, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(admin_instruction, type, "type", jmap_str, 1, LIMIT_NAME, "of the document"),
	FIELD(admin_instruction, name, "name", jmap_str, 0, LIMIT_NAME, "of a policy; the command"),
	FIELD(admin_instruction, stream, "stream", jmap_str, 0, LIMIT_NAME,
	      "of a policy or assignment"),
	FIELD(admin_instruction, serial, "serial", jmap_u64, 0, 0, "or version"),
	FIELD(admin_instruction, digest, "digest", jmap_sha256, 0, 0, "of the DER"),
	FIELD(admin_instruction, published_by, "publishedBy", jmap_str, 0, LIMIT_NAME,
	      "the administrator"),
	FIELD(admin_instruction, published, "published", jmap_time, 0, 0, "when"),
	FIELD(admin_instruction, not_before, "notBefore", jmap_time, 0, 0, "valid from"),
	FIELD(admin_instruction, not_after, "notAfter", jmap_time, 0, 0, "valid to"),
	FIELD(admin_instruction, signers, "signers", jmap_strings, 0, LIMIT_SIGNERS, "persons"),
	FIELD_EMIT(admin_instruction, devices, "devices", jmap_u32, 0, UINT32_MAX,
		   "to which it goes"),
	FIELD_EMIT(admin_instruction, delivered, "delivered", jmap_u32, 0, UINT32_MAX,
		   "that acted on it"),
	FIELD_EMIT(admin_instruction, proven, "proven", jmap_u32, 0, UINT32_MAX, "that proved it"),
	FIELD_EMIT(admin_instruction, failed, "failed", jmap_u32, 0, UINT32_MAX,
		   "that refused or failed"),
	FIELD_EMIT(admin_instruction, cancelled, "cancelled", jmap_u32, 0, UINT32_MAX,
		   "for which it was called off"),
};
const struct jmap_table admin_instruction_table =
	JMAP_TABLE("instruction", "an instruction", instruction_fields, struct admin_instruction);

static const struct jmap instructions_fields[] = {
	FIELD_SUB(admin_instructions, instructions, "instructions", jmap_array, LIMIT_PAGE,
		  &admin_instruction_table, "the newest first"),
};
const struct jmap_table admin_instructions_table =
	JMAP_TABLE("instructions", "instructions", instructions_fields, struct admin_instructions);

static const struct jmap instruction_detail_fields[] = {
	FIELD_OBJECT(admin_instruction_detail, instruction, "instruction", &admin_instruction_table,
		     "the instruction"),
	FIELD_SUB(admin_instruction_detail, deliveries, "deliveries", jmap_array, LIMIT_PAGE,
		  &admin_delivery_table, "by device"),
};
const struct jmap_table admin_instruction_detail_table =
	JMAP_TABLE("instructionDetail", "an instruction and its deliveries",
		   instruction_detail_fields, struct admin_instruction_detail);

static const struct jmap cancelled_fields[] = {
	FIELD_REQ(admin_cancelled, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_EMIT(admin_cancelled, devices, "devices", jmap_u32, 0, UINT32_MAX,
		   "for which it is called off"),
	FIELD_EMIT(admin_cancelled, late, "late", jmap_u32, 0, UINT32_MAX,
		   "devices that had acted before"),
};
const struct jmap_table admin_cancelled_table = JMAP_TABLE(
	"cancelled", "a command that was called off", cancelled_fields, struct admin_cancelled);

static const struct jmap pending_fields[] = {
	FIELD_REQ(admin_pending, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(admin_pending, type, "type", jmap_str, 1, LIMIT_NAME, "of the document"),
	FIELD(admin_pending, name, "name", jmap_str, 0, LIMIT_NAME, "of a policy; the command"),
	FIELD(admin_pending, stream, "stream", jmap_str, 0, LIMIT_NAME,
	      "of a policy or assignment"),
	FIELD(admin_pending, effect, "effect", jmap_str, 0, LIMIT_NAME, "its effect class"),
	FIELD_REQ(admin_pending, content, "content", jmap_sha256, 0, 0, "of what is signed"),
	FIELD_REQ(admin_pending, digest, "digest", jmap_sha256, 0, 0, "of the DER"),
	FIELD(admin_pending, signers, "signers", jmap_strings, 0, LIMIT_SIGNERS, "persons"),
	FIELD_EMIT(admin_pending, have, "have", jmap_u32, 0, UINT32_MAX, "persons who signed"),
	FIELD_EMIT(admin_pending, want, "want", jmap_u32, 0, UINT32_MAX, "persons who must"),
	FIELD(admin_pending, posted_by, "postedBy", jmap_str, 0, LIMIT_NAME, "the administrator"),
	FIELD(admin_pending, posted, "posted", jmap_time, 0, 0, "when"),
};
const struct jmap_table admin_pending_table =
	JMAP_TABLE("pendingDocument", "a document that lacks signatures", pending_fields,
		   struct admin_pending);

static const struct jmap pendings_fields[] = {
	FIELD_SUB(admin_pendings, pending, "pending", jmap_array, LIMIT_PENDING,
		  &admin_pending_table, "the newest first"),
};
const struct jmap_table admin_pendings_table = JMAP_TABLE(
	"pending", "documents that lack signatures", pendings_fields, struct admin_pendings);

static const struct jmap crl_fields[] = {
	FIELD_OBJECT(admin_crl, caller, "caller", &admin_caller_table, "who asks"),
	FIELD(admin_crl, first, "first", jmap_bool, 0, 0, "of the first anchor of trust"),
	FIELD_REQ(admin_crl, key, "key", jmap_sha256, 0, 0, "the issuer's"),
	FIELD_EMIT(admin_crl, number, "number", jmap_u64, 0, 0, "its number"),
	FIELD_REQ(admin_crl, next_update, "nextUpdate", jmap_time, 0, 0, "when it ends"),
};
const struct jmap_table admin_crl_table =
	JMAP_TABLE("authorityCrl", "a judged CRL of the authority", crl_fields, struct admin_crl);
