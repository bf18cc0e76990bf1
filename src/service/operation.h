/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Every operation of the service, once: who may ask for it, what is audited, how often
 * (FMT_MOF.1, FMT_SMR.1, FAU_GEN.1). The role matrix that tests walk is this table.
 *
 * OPERATION(ID, "name", ACTOR, roles, EVENT, RATE, function)
 *   ACTOR  ADMINISTRATOR: by login; DEVICE: by device and certificate; ENROLLEE: by token
 *   roles  who of the administrators may; 0 for the others
 *   EVENT  of proto/audit.def, recorded with its outcome; NONE: only refusals are recorded
 *   RATE   a row of service/quota.h
 */
#define R(role) (1u << ROLE_##role)
#define R_ADMINS (R(SERVER_ADMINISTRATOR) | R(SECURITY_ADMINISTRATOR) | R(GROUP_ADMINISTRATOR))
#define R_READERS (R_ADMINS | R(AUDITOR))
#define R_ALL (R_READERS | R(USER))
#define R_SECURITY (R(SERVER_ADMINISTRATOR) | R(SECURITY_ADMINISTRATOR))
#define R_GROUPS (R(SERVER_ADMINISTRATOR) | R(GROUP_ADMINISTRATOR))

#define OPERATIONS(OPERATION) \
	OPERATION(WHOAMI, "whoami", ADMINISTRATOR, R_ALL, NONE, ADMIN, whoami) \
	OPERATION(VERSION, "version", ADMINISTRATOR, R_ALL, NONE, ADMIN, version) \
	OPERATION(TOKEN_CREATE, "token-create", ADMINISTRATOR, R_GROUPS, TOKEN_CREATED, ADMIN, \
		  token_create) \
	OPERATION(TOKEN_LIST, "token-list", ADMINISTRATOR, R_GROUPS | R(AUDITOR), NONE, ADMIN, \
		  tokens_list) \
	OPERATION(TOKEN_REVOKE, "token-revoke", ADMINISTRATOR, R_GROUPS, TOKEN_REVOKED, ADMIN, \
		  token_withdraw) \
	OPERATION(DEVICE_LIST, "device-list", ADMINISTRATOR, R_READERS, NONE, ADMIN, devices_list) \
	OPERATION(DEVICE_SHOW, "device-show", ADMINISTRATOR, R_READERS, NONE, ADMIN, device_show) \
	OPERATION(DEVICE_RETIRE, "device-retire", ADMINISTRATOR, R_GROUPS, DEVICE_REMOVED, ADMIN, \
		  device_retire) \
	OPERATION(RECORD_LIST, "record-list", ADMINISTRATOR, R_SECURITY | R(AUDITOR), NONE, ADMIN, \
		  records_list) \
	OPERATION(PUBLISH_TRUST, "publish-trust", ADMINISTRATOR, R_SECURITY, \
		  INSTRUCTION_PUBLISHED, ADMIN, publish_trust) \
	OPERATION(PUBLISH_POLICY, "publish-policy", ADMINISTRATOR, R_SECURITY, \
		  INSTRUCTION_PUBLISHED, ADMIN, publish_policy) \
	OPERATION(PUBLISH_ASSIGNMENT, "publish-assignment", ADMINISTRATOR, R_GROUPS, \
		  INSTRUCTION_PUBLISHED, ADMIN, publish_assignment) \
	OPERATION(PUBLISH_COMMAND, "publish-command", ADMINISTRATOR, R_ADMINS, \
		  INSTRUCTION_PUBLISHED, ADMIN, publish_command) \
	OPERATION(INSTRUCTION_LIST, "instruction-list", ADMINISTRATOR, R_READERS, NONE, ADMIN, \
		  instructions_list) \
	OPERATION(INSTRUCTION_SHOW, "instruction-show", ADMINISTRATOR, R_READERS, NONE, ADMIN, \
		  instruction_show) \
	OPERATION(INSTRUCTION_CANCEL, "instruction-cancel", ADMINISTRATOR, R_ADMINS, \
		  INSTRUCTION_CANCELLED, ADMIN, instruction_cancel) \
	OPERATION(PENDING_PUT, "pending-put", ADMINISTRATOR, R_ADMINS, INSTRUCTION_PENDING, ADMIN, \
		  pending_put) \
	OPERATION(PENDING_LIST, "pending-list", ADMINISTRATOR, R_READERS, NONE, ADMIN, \
		  pending_list) \
	OPERATION(PENDING_SHOW, "pending-show", ADMINISTRATOR, R_READERS, NONE, ADMIN, \
		  pending_show) \
	OPERATION(PENDING_REMOVE, "pending-remove", ADMINISTRATOR, R_ADMINS, PENDING_REMOVED, \
		  ADMIN, pending_remove) \
	OPERATION(PUBLISH_CRL, "publish-crl", ADMINISTRATOR, R_SECURITY, CRL_PUBLISHED, ADMIN, \
		  publish_crl) \
	OPERATION(ENROLL, "enroll", ENROLLEE, 0, NONE, ENROLL, enroll) \
	OPERATION(REENROLL, "reenroll", DEVICE, 0, NONE, DEVICE, reenroll) \
	OPERATION(CONNECT, "connect", DEVICE, 0, NONE, DEVICE, device_connect) \
	OPERATION(CHECKIN, "checkin", DEVICE, 0, NONE, DEVICE, checkin) \
	OPERATION(HEAD, "head", DEVICE, 0, NONE, DEVICE, device_head) \
	OPERATION(INSTRUCTIONS, "instructions", DEVICE, 0, NONE, DEVICE, device_instructions) \
	OPERATION(RECORDS, "records", DEVICE, 0, NONE, DEVICE, device_records)

enum operation {
	OP_NONE = 0,
#define OPERATION(id, ...) OP_##id,
	OPERATIONS(OPERATION)
#undef OPERATION
		OP_MAX_
};
