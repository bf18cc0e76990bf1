/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/key_messages.h"

#include "base/limits.h"
#include "base/field.h"
#include "ipc/server_messages.h"

static const char *const purposes[] = { NULL,
#define X(id, name) name,
					KEY_PURPOSES(X)
#undef X
};
const struct jmap_enum key_purpose_enum = { purposes, ARRAY_SIZE(purposes) };

static const char *const issuers[] = { NULL,
#define X(id, name) name,
				       KEY_ISSUERS(X)
#undef X
};
const struct jmap_enum key_issuer_enum = { issuers, ARRAY_SIZE(issuers) };

static const struct jmap tree_item_fields[] = {
	FIELD_REQ(key_tree_item, name, "name", jmap_str, 1, 40, "below /pki/"),
	FIELD_REQ(key_tree_item, key, "key", jmap_sha256, 0, 0,
		  "of the certificate, or the CRL's issuer"),
	FIELD(key_tree_item, number, "number", jmap_u64, 0, 0, "of a CRL"),
	FIELD(key_tree_item, next_update, "nextUpdate", jmap_time, 0, 0, "of a CRL"),
	FIELD_REQ(key_tree_item, size, "size", jmap_u32, 1, LIMIT_CRL, "bytes of DER"),
};
const struct jmap_table key_tree_item_table =
	JMAP_TABLE("treeItem", "one file", tree_item_fields, struct key_tree_item);

static const struct jmap trust_fields[] = {
	FIELD_REQ(key_trust, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(key_trust, version, "version", jmap_u32, 1, UINT32_MAX, "of trust"),
	FIELD(key_trust, issued, "issued", jmap_time, 0, 0, "when"),
};
const struct jmap_table key_trust_table =
	JMAP_TABLE("trust", "the tree's trust document", trust_fields, struct key_trust);

static const struct jmap tree_is_fields[] = {
	FIELD_OBJECT(key_tree_is, trust, "trust", &key_trust_table, "trust v1"),
	FIELD_SUB(key_tree_is, items, "items", jmap_array, LIMIT_PKI_ITEMS, &key_tree_item_table,
		  "certificates and CRLs"),
};
const struct jmap_table key_tree_is_table =
	JMAP_TABLE("treeIs", "the public parts", tree_is_fields, struct key_tree_is);

static const struct jmap issue_fields[] = {
	FIELD_(key_issue, purpose, "purpose", jmap_enum, JMAP_REQUIRED, 0, 0, &key_purpose_enum,
	       "what for"),
	FIELD_REQ(key_issue, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD_REQ(key_issue, key, "key", jmap_sha256, 0, 0, "digest of the request's key"),
};
const struct jmap_table key_issue_table =
	JMAP_TABLE("issue", "a certificate is wanted", issue_fields, struct key_issue);

static const struct jmap issued_fields[] = {
	FIELD_REQ(key_issued, serial, "serial", jmap_str, 1, 40, "lower-case hex"),
	FIELD_REQ(key_issued, certificate, "certificate", jmap_sha256, 0, 0, "digest of the DER"),
	FIELD_REQ(key_issued, key, "key", jmap_sha256, 0, 0, "digest of the key"),
	FIELD_REQ(key_issued, not_before, "notBefore", jmap_time, 0, 0, "valid from"),
	FIELD_REQ(key_issued, not_after, "notAfter", jmap_time, 0, 0, "valid to"),
};
const struct jmap_table key_issued_table =
	JMAP_TABLE("issued", "a certificate", issued_fields, struct key_issued);

static const struct jmap revoked_fields[] = {
	FIELD_REQ(key_revoked, serial, "serial", jmap_str, 1, 40, "lower-case hex"),
	FIELD_REQ(key_revoked, time, "time", jmap_time, 0, 0, "when"),
};
const struct jmap_table key_revoked_table =
	JMAP_TABLE("revoked", "a revoked certificate", revoked_fields, struct key_revoked);

static const struct jmap crl_fields[] = {
	FIELD_(key_crl, issuer, "issuer", jmap_enum, JMAP_REQUIRED, 0, 0, &key_issuer_enum,
	       "whose"),
	FIELD_REQ(key_crl, number, "number", jmap_u64, 0, 0, "of the CRL"),
	FIELD_SUB(key_crl, revoked, "revoked", jmap_array, LIMIT_CRL_ENTRIES, &key_revoked_table,
		  "certificates"),
};
const struct jmap_table key_crl_table =
	JMAP_TABLE("crl", "a CRL is wanted", crl_fields, struct key_crl);

static const struct jmap crl_is_fields[] = {
	FIELD_(key_crl_is, issuer, "issuer", jmap_enum, JMAP_REQUIRED, 0, 0, &key_issuer_enum,
	       "whose"),
	FIELD_REQ(key_crl_is, key, "key", jmap_sha256, 0, 0, "the issuer's"),
	FIELD_REQ(key_crl_is, number, "number", jmap_u64, 0, 0, "of the CRL"),
	FIELD_REQ(key_crl_is, next_update, "nextUpdate", jmap_time, 0, 0,
		  "when the next one is due"),
};
const struct jmap_table key_crl_is_table =
	JMAP_TABLE("crlIs", "a CRL", crl_is_fields, struct key_crl_is);

static const struct jmap staple_fields[] = {
	FIELD_REQ(key_staple, serial, "serial", jmap_str, 1, 40, "lower-case hex"),
	FIELD(key_staple, revoked, "revoked", jmap_bool, 0, 0, "it is"),
	FIELD(key_staple, time, "time", jmap_time, 0, 0, "of the revocation"),
};
const struct jmap_table key_staple_table = JMAP_TABLE(
	"status", "status of a listener's certificate", staple_fields, struct key_staple);

static const struct jmap stream_fields[] = {
	FIELD_REQ(key_stream, stream, "stream", jmap_str, 1, LIMIT_NAME, "its name"),
	FIELD_REQ(key_stream, serial, "serial", jmap_u64, 0, 0, "the newest"),
};
const struct jmap_table key_stream_table =
	JMAP_TABLE("stream", "the newest of a stream", stream_fields, struct key_stream);

static const struct jmap number_fields[] = {
	FIELD_REQ(key_number, issuer, "issuer", jmap_sha256, 0, 0, "the issuer's key"),
	FIELD_REQ(key_number, number, "number", jmap_u64, 0, 0, "of the CRL"),
};
const struct jmap_table key_number_table =
	JMAP_TABLE("number", "the lowest CRL number to accept", number_fields, struct key_number);

static const struct jmap head_fields[] = {
	FIELD_REQ(key_head, device, "device", jmap_uuid, 0, 0, "id of the device"),
	FIELD_REQ(key_head, nonce, "nonce", jmap_sha256, 0, 0, "of the device"),
	FIELD_REQ(key_head, trust_version, "trustVersion", jmap_u32, 1, UINT32_MAX, "newest trust"),
	FIELD_SUB(key_head, streams, "streams", jmap_array, LIMIT_HEAD_STREAMS, &key_stream_table,
		  "newest serials"),
	FIELD_SUB(key_head, crl_numbers, "crlNumbers", jmap_array, LIMIT_HEAD_ISSUERS,
		  &key_number_table, "CRL numbers"),
	FIELD(key_head, cancelled, "cancelled", jmap_strings, 0, LIMIT_HEAD_CANCELLED,
	      "ids of commands"),
};
const struct jmap_table key_head_table =
	JMAP_TABLE("head", "a head is wanted", head_fields, struct key_head);

static const struct jmap target_fields[] = {
	FIELD_REQ(key_target, device, "device", jmap_uuid, 0, 0, "its id"),
	FIELD_REQ(key_target, enrollment, "enrollment", jmap_uuid, 0, 0, "id of its enrollment"),
};
const struct jmap_table key_target_table =
	JMAP_TABLE("target", "a device", target_fields, struct key_target);

static const struct jmap command_fields[] = {
	FIELD_REQ(key_command, id, "id", jmap_uuid, 0, 0, "of the document"),
	FIELD_REQ(key_command, command, "command", jmap_str, 1, LIMIT_NAME, "key of the function"),
	FIELD(key_command, args, "args", jmap_tree, 0, 0, "its arguments"),
	FIELD_REQ(key_command, lifetime_s, "lifetimeS", jmap_u32, 1, LIMIT_ONLINE_LIFETIME_S,
		  "seconds that it may run in"),
	FIELD_SUB(key_command, targets, "targets", jmap_array, LIMIT_TARGETS, &key_target_table,
		  "devices"),
};
const struct jmap_table key_command_table =
	JMAP_TABLE("command", "a routine command is wanted", command_fields, struct key_command);

static const struct ipc_type types[] = {
#define X(id, label, body, blob) [id] = { .name = (label), .table = (body), .blob_max = (blob) },
	KEY_MESSAGES(X)
#undef X
};

const struct ipc_protocol key_protocol = { "key", types, ARRAY_SIZE(types) };
