/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The only way in which a driver changes the device: the undo record is durable first. What is
 * already as wanted is claimed and left alone, without a record.
 */
#include <sys/types.h>

#include "platform/platform.h"
#include "platform/undo.h"

/* A file of these bytes and mode, owned by root; a symbolic link in its place is replaced, never
 * followed. A missing parent directory is made (0755). Errors: CONFLICT (the parent is a link, or
 * others may write there). */
MUST_USE int change_file(struct platform *p, const char *path, const void *data, size_t len,
			 mode_t mode, struct error *err);
MUST_USE int change_text(struct platform *p, const char *path, const struct buf *text, mode_t mode,
			 struct error *err);
MUST_USE int change_remove(struct platform *p, const char *path, struct error *err);
/* New bytes for a file of others that holds lines of `owner` (edit.h); it keeps mode and owner. */
MUST_USE int change_edit(struct platform *p, const char *path, const char *owner,
			 const struct buf *text, struct error *err);
MUST_USE int change_directory(struct platform *p, const char *path, mode_t mode, struct error *err);
/* The bytes of a file that change_edit could edit. Errors: UNSUPPORTED (absent, or no plain file:
 * a link's target may be shared with what is not ours). */
MUST_USE int change_read(const char *path, struct buf *out, struct error *err);
/* Keep how a thing is, before a tool of the platform changes it. The claim goes with it. */
MUST_USE int change_keep(struct platform *p, const struct undo *u, struct error *err);
/* Claim what is as wanted already. */
MUST_USE int change_claim(struct platform *p, const struct undo *u, struct error *err);
