/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Devices. The id is assigned here and is never reused; one enrollment of a device is one row.
 * Hardware ids are attributes, unique among the devices that have not left (FIA_UAU.4(2)).
 */
#include "proto/admin.h"
#include "proto/checkin.h"
#include "store/db.h"

#define DEVICE_STATES(X) \
	X(DEVICE_PENDING, "pending") /* its certificate is being made; shown to nobody */ \
	X(DEVICE_ENROLLED, "enrolled") \
	X(DEVICE_UNENROLLED, "unenrolled") /* it said that it left */ \
	X(DEVICE_RETIRED, "retired")	   /* an administrator removed it */

enum device_state {
	DEVICE_NONE = 0,
#define X(id, name) id,
	DEVICE_STATES(X)
#undef X
		DEVICE_STATE_MAX_
};

struct device {
	char id[UUID_SIZE], enrollment[UUID_SIZE];
	int state;			  /* enum device_state */
	char token[UUID_SIZE];		  /* that it enrolled with, */
	char enroll_key[SHA256_HEX_SIZE]; /* and the key: together they name a repeated request */
	char *hardware_id, *manufacturer, *model, *serial_number, *hostname, *os, *os_version;
	char *agent; /* version */
	char *ownership, *stream;
	struct strings groups;
	int64_t enrolled;     /* while pending: when it was claimed */
	int64_t last_contact; /* 0: never */
	uint64_t assignment_serial, policy_serial;
	uint32_t trust_version;
	uint64_t last_seq;		     /* of its newest instruction */
	uint64_t last_record;		     /* of its newest stored record, */
	char record_digest[SHA256_HEX_SIZE]; /* and the digest of that record's canonical bytes */
	char status_hash[SHA256_HEX_SIZE];
};

/* Errors: NOT_FOUND. Release with device_done. */
MUST_USE int device_get(struct db *db, const char *id, struct device *ret, struct error *err);
/* Errors: CONFLICT (the hardware id, or the token with that key, is taken). */
MUST_USE int device_put(struct db *db, const struct device *d, struct error *err);
void device_done(struct device *d);
#define auto_device CLEANUP(device_done)

/* The id of who enrolled, or began to, with this token and key. Errors: NOT_FOUND. */
MUST_USE int device_by_claim(struct db *db, const char *token, const char *key, char id[UUID_SIZE],
			     struct error *err);
/* The id of the device that has not left with that hardware id. Errors: NOT_FOUND. */
MUST_USE int device_by_hardware(struct db *db, const char *hardware_id, char id[UUID_SIZE],
				struct error *err);
/* By id, or by host name where one enrolled device, or none but one other, has it. Errors:
 * NOT_FOUND, CONFLICT (the name is not unique). */
MUST_USE int device_resolve(struct db *db, const char *id_or_name, char id[UUID_SIZE],
			    struct error *err);

MUST_USE int device_set_state(struct db *db, const char *id, enum device_state state,
			      struct error *err);
/* From pending. Errors: NOT_FOUND (no such pending device). */
MUST_USE int device_set_enrolled(struct db *db, const char *id, int64_t now, struct error *err);
/* Note contact, written at most every LIMIT_TOUCH_S. */
MUST_USE int device_touch(struct db *db, const char *id, int64_t now, struct error *err);
/* What an assignment document says. Errors: CONFLICT (the serial is not newer). */
struct device_assignment {
	const char *stream, *ownership;
	const struct strings *groups;
	uint64_t serial;
};
MUST_USE int device_assign(struct db *db, const char *id, const struct device_assignment *a,
			   struct error *err);
MUST_USE int device_set_last_record(struct db *db, const char *id, uint64_t seq, const char *digest,
				    struct error *err);
MUST_USE int device_delete_pending(struct db *db, const char *id, struct error *err);

/* What a check-in said, with its digest; attributes that it leaves out stay as they were. A device
 * that enrolled without a hardware id gets the one it says, unless another's is the same. */
MUST_USE int device_set_status(struct db *db, const char *id, const struct device_status *s,
			       const char *hash, struct error *err);
/* The status document; *ret stays NULL where there is none yet. */
MUST_USE int device_get_status(struct db *db, const char *id, json_t **ret, struct error *err);

/* Ids: of all enrolled devices; of those that follow a stream; of pending ones older than. */
MUST_USE int device_ids_enrolled(struct db *db, struct strings *ret, struct error *err);
MUST_USE int device_ids_of_stream(struct db *db, const char *stream, struct strings *ret,
				  struct error *err);
MUST_USE int device_ids_pending(struct db *db, int64_t before, struct strings *ret,
				struct error *err);

/* struct admin_device, by host name; `fresh`: who was heard of since then is connected. */
MUST_USE int device_list(struct db *db, const struct admin_query *q, int64_t fresh,
			 struct admin_devices *ret, struct error *err);
MUST_USE int device_summary(struct db *db, const char *id, int64_t fresh, struct admin_device *ret,
			    struct error *err);
