/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a device and its server say on the mutual channel, besides EST (docs/protocol.md "Device and
 * server"). Bodies of requests and replies; documents travel in them as opaque bytes.
 *
 *	POST /device/v1/checkin				struct checkin -> struct checked_in
 *	GET  /device/v1/instructions?after=N&wait=S	-> struct instructions, or 204
 *	POST /device/v1/records				struct records -> struct records_stored
 */
#include "base/jmap.h"

/* What a device says of itself. Sent when the server asks for it, and when it has changed; its
 * digest says the rest of the time that nothing did. */
struct device_status {
	char *agent; /* version */
	char *hostname, *os, *os_version, *kernel;
	char *manufacturer, *model, *serial_number, *hardware_id; /* attributes, never identity */
	uint32_t trust_version;
	char *stream;		/* of the assignment; NULL: not assigned */
	char policy[UUID_SIZE]; /* id of the policy in force; "": none */
	uint64_t policy_serial;
	struct jmap_list settings; /* struct setting_status (proto/setting.h) */
};

struct checkin {
	char nonce[SHA256_HEX_SIZE];	   /* 32 random bytes: the head answers it */
	char enrollment[UUID_SIZE];	   /* "": not known yet */
	char status_hash[SHA256_HEX_SIZE]; /* SHA-256 of the canonical bytes of the status */
	struct device_status *status;	   /* NULL where the server has it */
};
struct checked_in {
	struct buf head;  /* CMS DER: struct head, by the online signer */
	bool need_status; /* check in again, with the status */
	uint64_t latest;  /* sequence number of the device's newest instruction */
};

struct instruction {
	uint64_t seq; /* rising, per device */
	char *type;   /* of the document: a hint, the verifier judges */
	char id[UUID_SIZE];
	struct buf der;
};
struct instructions {
	struct jmap_list instructions; /* struct instruction, in order */
};

struct records {
	struct jmap_list records; /* struct record (proto/record.h), in order; 1 … LIMIT_RECORDS */
};
struct records_stored {
	uint64_t stored; /* committed up to this sequence number */
};

extern const struct jmap_table device_status_table, checkin_table, checked_in_table,
	instruction_table, instructions_table, records_table, records_stored_table;
