/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a device and its server say over the device channel (docs/protocol.md, "Device and server"):
 * check-in, instructions, records. Nothing here is believed for its own sake: what changes a
 * device is in the signed documents that travel in it.
 */
#include "base/jmap.h"
#include "proto/record.h"
#include "proto/seal.h"
#include "proto/setting.h"

/* How one of the device's own keys is kept (crypto/key.h): 0 to 3, and why. */
struct key_status {
	char *key; /* "channel", "evidence" */
	uint32_t level;
	char *reason;
};

/* What a device says of itself. Sent whole when its digest changed, else only the digest. */
struct device_status {
	char *hostname, *manufacturer, *model, *serial_number, *hardware_id;
	char *os, *os_version, *kernel; /* os: ID of os-release, "debian" */
	char *agent;			/* version */
	char enrollment[UUID_SIZE];	/* what the device computed of its own key */
	char *stream;
	uint64_t policy_serial; /* in force; 0: none */
	uint32_t trust_version;
	struct jmap_list settings;   /* struct setting_status, of the policy in force */
	struct strings capabilities; /* keys of functions.def that the platform can do */
	struct jmap_list keys;	     /* struct key_status */
};

/* POST /device/v1/checkin */
struct checkin_request {
	char nonce[SHA256_HEX_SIZE];	   /* random; the head answers it */
	char status_hash[SHA256_HEX_SIZE]; /* of the canonical bytes of the status */
	struct device_status *status;	   /* NULL while nothing changed */
};
struct checkin_reply {
	struct buf head; /* CMS, signed by the online signer */
	char enrollment[UUID_SIZE];
	uint64_t latest;     /* sequence number of the newest instruction for this device */
	bool need_status;    /* the server does not know that hash: send the status */
	uint32_t interval_s; /* seconds until the next check-in; 0: the device's own schedule */
};

/* GET /device/v1/instructions?after=SEQ&wait=SECONDS */
struct instruction_item {
	uint64_t seq;
	char *type; /* document_type_name */
	char id[UUID_SIZE];
	struct buf document; /* CMS */
};
struct instructions_reply {
	struct jmap_list instructions; /* struct instruction_item, in rising seq */
	bool checkin;		       /* a head has something new: check in now */
};

/* POST /device/v1/records */
struct records_request {
	struct jmap_list records; /* struct record, in rising sequence */
	struct seal *seal;	  /* of the last of them, or of one before; NULL: none */
};
struct records_reply {
	uint64_t stored; /* committed up to this sequence */
};

extern const struct jmap_table key_status_table, device_status_table, checkin_request_table,
	checkin_reply_table, instruction_item_table, instructions_reply_table,
	records_request_table, records_reply_table;
