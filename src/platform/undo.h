/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How one thing was before a change, as bytes that outlive the process: parse, format, put back.
 * Putting back is idempotent, and whole at any point where it may be cut off.
 */
#include "base/jmap.h"
#include "platform/platform.h"

enum undo_kind {
	UNDO_FILE = 1,	/* absent, a file with its bytes, mode and owner, or a symbolic link */
	UNDO_DIRECTORY, /* absent: removed again where it is empty; or there */
	UNDO_EDIT,	/* lines of ours in a file of others (edit.h): taken out again; or, where it
			 * undoes a taking out, the whole file */
	UNDO_UNIT,	/* a unit ran; it is started again */
	UNDO_CONNECTION, /* a NetworkManager connection: absent, or its file */
};

struct undo {
	int kind;
	char *name;   /* path; unit; connection's UUID */
	char *owner;  /* UNDO_EDIT: whose lines */
	bool existed; /* UNDO_FILE */
	bool link;    /* UNDO_FILE: content is the link's target */
	bool active;  /* UNDO_UNIT */
	uint32_t mode, uid, gid;
	struct buf content;
};

void undo_done(struct undo *u);
#define auto_undo CLEANUP(undo_done)
/* Errors: INVALID, LIMIT. */
MUST_USE int undo_read(const void *data, size_t len, struct undo *ret, struct error *err);
MUST_USE int undo_write(const struct undo *u, struct buf *out, struct error *err);
/* "file:/etc/issue": the name of the thing changed, in name[size]. Errors: LIMIT. */
MUST_USE int undo_object(const struct undo *u, char *name, size_t size, struct error *err);

/* The state of a file, link or directory now. */
MUST_USE int undo_of_file(const char *path, struct undo *ret, struct error *err);
/* The record of how the thing is now: what undoing an undoing needs. */
MUST_USE int undo_now(struct platform *p, const struct undo *u, struct undo *ret,
		      struct error *err);
/* Whether the thing is as the record says, so that nothing is to be put back. */
MUST_USE int undo_is_back(struct platform *p, const struct undo *u, bool *ret, struct error *err);
/* Put it back. */
MUST_USE int undo_apply(struct platform *p, const struct undo *u, struct error *err);
/* Make the file or link of a record: whole, durable, with its mode and owner. */
MUST_USE int undo_replace(const struct undo *u, struct error *err);
/* Put the content of a record into a file. */
MUST_USE int undo_put_file(const struct undo *u, const char *path, struct error *err);
