/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whole files, read within a limit and written so that a crash leaves the old or the new one. */
#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

/* Appends the whole file. Errors: NOT_FOUND, DENIED, LIMIT (longer than max), INVALID (a
 * directory). */
MUST_USE int file_read(const char *path, size_t max, struct buf *out, struct error *err);
/* From an open descriptor, up to its end. Errors: LIMIT, and those of read(2). */
MUST_USE int file_read_fd(int fd, size_t max, struct buf *out, struct error *err);
/* Write to a temporary file beside it, fsync, rename over, fsync the directory. */
MUST_USE int file_replace(const char *path, const void *data, size_t len, mode_t mode,
			  struct error *err);
/* As file_replace, but CONFLICT where the path exists. */
MUST_USE int file_create(const char *path, const void *data, size_t len, mode_t mode,
			 struct error *err);
/* mkdir for the last part; 0 also where it is a directory already. */
MUST_USE int file_mkdir(const char *path, mode_t mode, struct error *err);
bool file_exists(const char *path);
/* All bytes to a descriptor. */
MUST_USE int file_write_fd(int fd, const void *data, size_t len, struct error *err);
/* "DIR/NAME" into path. Errors: LIMIT (longer than size). */
MUST_USE PRINTF(4, 5) int path_format(char *path, size_t size, struct error *err, const char *fmt,
				      ...);
