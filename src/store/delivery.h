/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One instruction on its way to one device, numbered per device without a gap: requested → sent
 * (handed to the device's connection) → delivered (the device recorded that it acted, and the
 * record is committed) → proven (a later record read the effect back); or refused, failed, or
 * cancelled (called off before it was sent, or the device recorded that it did not act).
 */
#include "proto/admin.h"
#include "store/db.h"

#define DELIVERY_STATES(X) \
	X(DELIVERY_REQUESTED, "requested") \
	X(DELIVERY_SENT, "sent") \
	X(DELIVERY_DELIVERED, "delivered") \
	X(DELIVERY_PROVEN, "proven") \
	X(DELIVERY_REFUSED, "refused") \
	X(DELIVERY_FAILED, "failed") \
	X(DELIVERY_CANCELLED, "cancelled")
enum delivery_state {
	DELIVERY_NONE = 0,
#define X(id, name) id,
	DELIVERY_STATES(X)
#undef X
};

/* Give the device's next number to an instruction; nothing happens where it has it already.
 * *added says which (may be NULL). */
MUST_USE int delivery_add(struct db *db, const char *device, const char *instruction, int64_t now,
			  bool *added, struct error *err);

struct delivery_document {
	uint64_t seq;
	char *type;
	char id[UUID_SIZE];
	struct buf der;
};
/* struct delivery_document, in order, of what is behind `after`; release with
 * delivery_documents_done. */
MUST_USE int delivery_after(struct db *db, const char *device, uint64_t after, uint32_t limit,
			    struct jmap_list *ret, struct error *err);
void delivery_documents_done(struct jmap_list *list);
/* What is behind `after` up to `last` was handed over. */
MUST_USE int delivery_sent(struct db *db, const char *device, uint64_t after, uint64_t last,
			   int64_t now, struct error *err);
/* A record of the device says so. */
struct delivery_step {
	const char *device, *instruction;
	enum delivery_state state;
	const char *reason; /* or NULL */
	int64_t now;
};
/* Steps back, and instructions that the device was never sent, are ignored; *changed (may be NULL)
 * says whether anything changed. */
MUST_USE int delivery_advance(struct db *db, const struct delivery_step *step, bool *changed,
			      struct error *err);
/*
 * An administrator calls an instruction off: for every device that has not acted as far as is known
 * here. What was never sent is cancelled at once; what was sent is when the device has recorded it.
 */
struct delivery_called_off {
	struct strings devices; /* for which it is called off, now or before; db_texts_done */
	uint32_t late;		/* devices that have acted */
	int64_t changed;	/* deliveries that were called off now */
};
MUST_USE int delivery_cancel(struct db *db, const struct delivery_step *step,
			     struct delivery_called_off *ret, struct error *err);
/* *ret: something was called off of which the device was not told yet; it counts as told now. */
MUST_USE int delivery_tell(struct db *db, const char *device, int64_t now, bool *ret,
			   struct error *err);
/* Ids of what was called off for a device and may still be carried out: those that end after
 * `since`, the latest first. Release with db_texts_done. */
MUST_USE int delivery_cancelled(struct db *db, const char *device, int64_t since, uint32_t limit,
				struct strings *ret, struct error *err);
/* struct admin_delivery: of a device, the newest first; of an instruction, by device. */
MUST_USE int delivery_of_device(struct db *db, const char *device, uint32_t limit,
				struct jmap_list *ret, struct error *err);
MUST_USE int delivery_of_instruction(struct db *db, const char *instruction, uint32_t limit,
				     struct jmap_list *ret, struct error *err);
