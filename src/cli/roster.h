/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * HOME/roster.json: which device is which, as the signer has seen it for themselves. A server tells
 * the CLI whose id is whose; with the roster, one that was broken into cannot make a signer sign
 * for another device than they mean. A device's enrollment follows from its key, so it is the
 * fingerprint that a person can compare with what the device itself shows.
 */
#include "base/jmap.h"

struct roster_entry {
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	char *hostname, *serial_number, *model;
	int64_t added;
};
struct roster {
	struct jmap_list devices; /* struct roster_entry */
	bool exists;		  /* the file was there */
};
extern const struct jmap_table roster_table, roster_entry_table;

void roster_done(struct roster *r);
#define auto_roster CLEANUP(roster_done)
/* No file is an empty roster. Errors: INVALID, and of reading. */
MUST_USE int roster_load(const char *dir, struct roster *ret, struct error *err);
MUST_USE int roster_save(const char *dir, const struct roster *r, struct error *err);

/* What the roster says of a device that a document names. */
#define ROSTER_STATES(X) \
	X(ROSTER_LISTED, "listed") \
	X(ROSTER_UNKNOWN, "not in your roster") \
	X(ROSTER_CHANGED, "CHANGED: your roster has another enrollment of it")
enum roster_state {
#define X(id, text) id,
	ROSTER_STATES(X)
#undef X
};
const char *roster_state_text(enum roster_state s);
/* *entry (may be NULL): the one found, else NULL. */
enum roster_state roster_look(const struct roster *r, const char *device, const char *enrollment,
			      const struct roster_entry **entry);
/* The same where a server says that this device is the one called `hostname`: CHANGED too where the
 * roster knows that name as another device's. */
enum roster_state roster_look_named(const struct roster *r, const struct roster_entry *e);
/* Add, or put in the place of what has its id. The entry's texts are copied. */
MUST_USE int roster_set(struct roster *r, const struct roster_entry *e, struct error *err);
/* false: there is none of that id or host name. */
bool roster_remove(struct roster *r, const char *name);
