/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The error of a call: caller-owned, fixed-size, no allocation. A function that can fail returns
 * int, 0 or -1 with *err filled, and documents the codes that a caller may match; the rest is
 * wrapped with context and forwarded.
 */
#include <stdarg.h>

#include "base/cleanup.h"
#include "base/reason.h"

/* Every code has one wire name, one HTTP status and one exit status: this list is the only place.
 */
#define ERROR_CODES(X) \
	X(ERROR_INTERNAL, "internal", 500, 70) \
	X(ERROR_REFUSED, "refused", 422, 1) \
	X(ERROR_INVALID, "invalid", 400, 2) \
	X(ERROR_LIMIT, "limit", 413, 2) \
	X(ERROR_RATE, "rate", 429, 7) \
	X(ERROR_DENIED, "denied", 403, 3) \
	X(ERROR_UNAUTHORIZED, "unauthorized", 401, 3) \
	X(ERROR_NOT_FOUND, "not-found", 404, 4) \
	X(ERROR_CONFLICT, "conflict", 409, 5) \
	X(ERROR_UNSUPPORTED, "unsupported", 501, 6) \
	X(ERROR_UNAVAILABLE, "unavailable", 503, 7) \
	X(ERROR_TIMEOUT, "timeout", 504, 8)

enum error_code {
	ERROR_NONE = 0,
#define X(id, name, http, exit) id,
	ERROR_CODES(X)
#undef X
		ERROR_MAX_
};

struct error {
	enum error_code code;
	enum reason reason; /* set with ERROR_REFUSED, else REASON_NONE */
	int sys;	    /* the errno that caused it, or 0 */
	char msg[240];	    /* one line for a person; never parsed */
};

#define ERROR_INIT \
	{ \
		0 \
	}

/* Fill *err and return -1, so that `return error_set(err, ...)` is one line. */
MUST_USE PRINTF(3, 4) int error_set(struct error *err, enum error_code code, const char *fmt, ...);
MUST_USE PRINTF(3, 0) int error_vset(struct error *err, enum error_code code, const char *fmt,
				     va_list ap);
/* ERROR_REFUSED with its reason. */
MUST_USE PRINTF(3, 4) int error_refuse(struct error *err, enum reason reason, const char *fmt, ...);
/* From an errno: the code is derived, strerror is appended to the text. */
MUST_USE PRINTF(3, 4) int error_errno(struct error *err, int sys, const char *fmt, ...);
/* ERROR_UNAVAILABLE, "out of memory". */
MUST_USE int error_oom(struct error *err);
/* Put context before the message on the way up ("policy.json: …"); code and reason stay. */
MUST_USE PRINTF(2, 3) int error_wrap(struct error *err, const char *fmt, ...);

#ifdef __clang_analyzer__
/* What the analyzer cannot see from another file: each of them returns -1, so that whoever returns
 * it has failed. */
#define error_set(...) ((void)!error_set(__VA_ARGS__), -1)
#define error_refuse(...) ((void)!error_refuse(__VA_ARGS__), -1)
#define error_errno(...) ((void)!error_errno(__VA_ARGS__), -1)
#define error_oom(err) ((void)!error_oom(err), -1)
#define error_wrap(...) ((void)!error_wrap(__VA_ARGS__), -1)
#endif

const char *error_name(enum error_code code);
int error_http(enum error_code code);
/* The process's exit status for an error; 0 for ERROR_NONE. */
int error_exit(enum error_code code);
/* The code of a wire name; ERROR_INTERNAL where there is none. */
enum error_code error_find(const char *name);
