/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/checkin.h"

#include "base/limits.h"

#define OFF(s, m) offsetof(struct s, m)

static const struct jmap key_fields[] = {
	{ "key", &jmap_str, OFF(key_status, key), JMAP_REQUIRED, 1, LIMIT_NAME, NULL,
	  "channel or evidence", NULL },
	{ "level", &jmap_u32, OFF(key_status, level), JMAP_EMIT, 0, 3, NULL,
	  "how well it is kept, by oneM2M TS-0003: 0 to 3", NULL },
	{ "reason", &jmap_text, OFF(key_status, reason), 0, 0, LIMIT_STATUS_TEXT, NULL,
	  "why that level", NULL },
};
const struct jmap_table key_status_table = JMAP_TABLE(
	"key", "How one of the device's own keys is kept", key_fields, struct key_status);

#define STATUS_TEXT(key, member, doc) \
	{ \
		key, &jmap_str, OFF(device_status, member), 0, 0, LIMIT_NAME, NULL, doc, NULL \
	}
static const struct jmap status_fields[] = {
	STATUS_TEXT("hostname", hostname, "the device's host name"),
	STATUS_TEXT("manufacturer", manufacturer, "of the hardware"),
	STATUS_TEXT("model", model, "of the hardware"),
	STATUS_TEXT("serialNumber", serial_number, "of the hardware"),
	STATUS_TEXT("hardwareId", hardware_id, "an id of the hardware; never an identity"),
	STATUS_TEXT("os", os, "ID of os-release"),
	STATUS_TEXT("osVersion", os_version, "VERSION_ID of os-release"),
	STATUS_TEXT("kernel", kernel, "release of the kernel"),
	STATUS_TEXT("agent", agent, "version of the agent"),
	{ "enrollment", &jmap_uuid, OFF(device_status, enrollment), 0, 0, 0, NULL,
	  "the enrollment that the device knows itself by", NULL },
	STATUS_TEXT("stream", stream, "the policy stream that it follows"),
	{ "policySerial", &jmap_u64, OFF(device_status, policy_serial), JMAP_EMIT, 0, 0, NULL,
	  "of the policy in force; 0: none", NULL },
	{ "trustVersion", &jmap_u32, OFF(device_status, trust_version), JMAP_EMIT, 0, INT32_MAX,
	  NULL, "of the trust in force", NULL },
	{ "settings", &jmap_array, OFF(device_status, settings), 0, 0, LIMIT_SETTINGS,
	  &setting_status_table, "what became of each setting", NULL },
	{ "capabilities", &jmap_strings, OFF(device_status, capabilities), 0, 0, 2 * LIMIT_SETTINGS,
	  NULL, "the functions that the platform can do", NULL },
	{ "keys", &jmap_array, OFF(device_status, keys), 0, 0, LIMIT_STATUS_KEYS, &key_status_table,
	  "how the device's own keys are kept", NULL },
};
const struct jmap_table device_status_table =
	JMAP_TABLE("status", "What a device says of itself", status_fields, struct device_status);

static const struct jmap request_fields[] = {
	{ "nonce", &jmap_sha256, OFF(checkin_request, nonce), JMAP_REQUIRED, 0, 0, NULL,
	  "random; the head answers it", NULL },
	{ "statusHash", &jmap_sha256, OFF(checkin_request, status_hash), JMAP_REQUIRED, 0, 0, NULL,
	  "SHA-256 of the canonical status", NULL },
	{ "status", &jmap_optional, OFF(checkin_request, status), 0, 0, 0, &device_status_table,
	  "left out while nothing changed", NULL },
};
const struct jmap_table checkin_request_table =
	JMAP_TABLE("check-in", "A device's check-in", request_fields, struct checkin_request);

static const struct jmap reply_fields[] = {
	{ "head", &jmap_bytes, OFF(checkin_reply, head), JMAP_REQUIRED, 1, LIMIT_DOCUMENT, NULL,
	  "the signed head", NULL },
	{ "enrollment", &jmap_uuid, OFF(checkin_reply, enrollment), JMAP_REQUIRED, 0, 0, NULL,
	  "the device's enrollment, as the server knows it", NULL },
	{ "latest", &jmap_u64, OFF(checkin_reply, latest), JMAP_EMIT, 0, 0, NULL,
	  "sequence number of the newest instruction", NULL },
	{ "needStatus", &jmap_bool, OFF(checkin_reply, need_status), 0, 0, 0, NULL,
	  "send the status whole", NULL },
	{ "intervalSeconds", &jmap_u32, OFF(checkin_reply, interval_s), 0, 0, 7 * 86400, NULL,
	  "until the next check-in; 0: the device's own schedule", NULL },
};
const struct jmap_table checkin_reply_table = JMAP_TABLE(
	"check-in reply", "The answer to a check-in", reply_fields, struct checkin_reply);

static const struct jmap item_fields[] = {
	{ "seq", &jmap_u64, OFF(instruction_item, seq), JMAP_REQUIRED, 1, 0, NULL,
	  "rises; the next request names the last", NULL },
	{ "type", &jmap_str, OFF(instruction_item, type), JMAP_REQUIRED, 1, 32, NULL,
	  "of the document, unproven", NULL },
	{ "id", &jmap_uuid, OFF(instruction_item, id), JMAP_REQUIRED, 0, 0, NULL,
	  "of the document, unproven", NULL },
	{ "document", &jmap_bytes, OFF(instruction_item, document), JMAP_REQUIRED, 1,
	  LIMIT_DOCUMENT, NULL, "CMS, DER", NULL },
};
const struct jmap_table instruction_item_table =
	JMAP_TABLE("instruction", "One document on its way", item_fields, struct instruction_item);

static const struct jmap instructions_fields[] = {
	{ "instructions", &jmap_array, OFF(instructions_reply, instructions), JMAP_REQUIRED, 0,
	  LIMIT_INSTRUCTIONS, &instruction_item_table, "in rising seq", NULL },
	{ "checkin", &jmap_bool, OFF(instructions_reply, checkin), 0, 0, 0, NULL,
	  "a head has something new: check in now", NULL },
};
const struct jmap_table instructions_reply_table = JMAP_TABLE(
	"instructions", "Documents for the device", instructions_fields, struct instructions_reply);

static const struct jmap records_fields[] = {
	{ "records", &jmap_array, OFF(records_request, records), JMAP_REQUIRED | JMAP_EMIT, 0,
	  LIMIT_RECORDS, &record_table, "in rising sequence", NULL },
	{ "seal", &jmap_optional, OFF(records_request, seal), 0, 0, 0, &seal_table,
	  "proves the records up to one", NULL },
};
const struct jmap_table records_request_table =
	JMAP_TABLE("records", "Records of the device", records_fields, struct records_request);

static const struct jmap stored_fields[] = {
	{ "stored", &jmap_u64, OFF(records_reply, stored), JMAP_EMIT, 0, 0, NULL,
	  "committed up to this sequence", NULL },
};
const struct jmap_table records_reply_table =
	JMAP_TABLE("records reply", "What is stored", stored_fields, struct records_reply);
