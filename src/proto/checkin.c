/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/checkin.h"

#include "base/field.h"
#include "base/limits.h"
#include "proto/record.h"
#include "proto/setting.h"

static const struct jmap device_status_fields[] = {
	FIELD_REQ(device_status, agent, "agent", jmap_str, 1, LIMIT_NAME, "version of the agent"),
	FIELD(device_status, hostname, "hostname", jmap_str, 0, LIMIT_NAME, "host name"),
	FIELD(device_status, os, "os", jmap_str, 0, LIMIT_NAME, "operating system"),
	FIELD(device_status, os_version, "osVersion", jmap_str, 0, LIMIT_NAME, "its version"),
	FIELD(device_status, kernel, "kernel", jmap_str, 0, LIMIT_NAME, "version of the kernel"),
	FIELD(device_status, manufacturer, "manufacturer", jmap_str, 0, LIMIT_NAME, "maker"),
	FIELD(device_status, model, "model", jmap_str, 0, LIMIT_NAME, "model"),
	FIELD(device_status, serial_number, "serialNumber", jmap_str, 0, LIMIT_NAME,
	      "serial number on the case"),
	FIELD(device_status, hardware_id, "hardwareId", jmap_str, 0, LIMIT_NAME,
	      "the hardware's own unique id"),
	FIELD(device_status, trust_version, "trustVersion", jmap_u32, 0, UINT32_MAX,
	      "version of the trust in force"),
	FIELD(device_status, stream, "stream", jmap_str, 0, LIMIT_NAME, "policy stream followed"),
	FIELD(device_status, policy, "policy", jmap_uuid, 0, 0, "id of the policy in force"),
	FIELD(device_status, policy_serial, "policySerial", jmap_u64, 0, INT64_MAX, "its serial"),
	FIELD_SUB(device_status, settings, "settings", jmap_array, LIMIT_SETTINGS,
		  &setting_status_table, "state of each setting"),
};
const struct jmap_table device_status_table = JMAP_TABLE(
	"deviceStatus", "what a device says of itself", device_status_fields, struct device_status);

static const struct jmap checkin_fields[] = {
	FIELD_REQ(checkin, nonce, "nonce", jmap_sha256, 0, 0, "32 random bytes in hex"),
	FIELD(checkin, enrollment, "enrollment", jmap_uuid, 0, 0, "id of this enrollment"),
	FIELD_REQ(checkin, status_hash, "statusHash", jmap_sha256, 0, 0,
		  "SHA-256 of the status's canonical bytes"),
	FIELD_(checkin, status, "status", jmap_optional, 0, 0, 0, &device_status_table,
	       "where it changed, or was asked for"),
};
const struct jmap_table checkin_table =
	JMAP_TABLE("checkin", "a device reports", checkin_fields, struct checkin);

static const struct jmap checked_in_fields[] = {
	FIELD_REQ(checked_in, head, "head", jmap_bytes, 1, LIMIT_DOCUMENT, "CMS, DER"),
	FIELD(checked_in, need_status, "needStatus", jmap_bool, 0, 0,
	      "check in again, with the status"),
	FIELD(checked_in, latest, "latest", jmap_u64, 0, INT64_MAX, "newest instruction"),
};
const struct jmap_table checked_in_table =
	JMAP_TABLE("checkedIn", "the server's answer", checked_in_fields, struct checked_in);

static const struct jmap instruction_fields[] = {
	FIELD_REQ(instruction, seq, "seq", jmap_u64, 1, INT64_MAX, "place in the device's queue"),
	FIELD_REQ(instruction, type, "type", jmap_str, 1, 20, "type of the document"),
	FIELD_REQ(instruction, id, "id", jmap_uuid, 0, 0, "id of the document"),
	FIELD_REQ(instruction, der, "der", jmap_bytes, 1, LIMIT_DOCUMENT, "CMS, DER"),
};
const struct jmap_table instruction_table =
	JMAP_TABLE("instruction", "one document", instruction_fields, struct instruction);
static const struct jmap instructions_fields[] = {
	FIELD_SUB(instructions, instructions, "instructions", jmap_array, LIMIT_INSTRUCTIONS,
		  &instruction_table, "in order"),
};
const struct jmap_table instructions_table = JMAP_TABLE("instructions", "documents for one device",
							instructions_fields, struct instructions);

static const struct jmap records_fields[] = {
	FIELD_(records, records, "records", jmap_array, JMAP_REQUIRED, 1, LIMIT_RECORDS,
	       &record_table, "in order"),
};
const struct jmap_table records_table =
	JMAP_TABLE("records", "what a device recorded", records_fields, struct records);
static const struct jmap records_stored_fields[] = {
	FIELD_(records_stored, stored, "stored", jmap_u64, JMAP_REQUIRED | JMAP_EMIT, 0, INT64_MAX,
	       NULL, "committed up to this sequence number"),
};
const struct jmap_table records_stored_table = JMAP_TABLE(
	"recordsStored", "the server's answer", records_stored_fields, struct records_stored);
