/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A program of the distribution, run to its end: no shell, a fixed environment, a deadline. */
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

enum { RUN_TIMEOUT_S = 60 };

struct run {
	const char *const *argv; /* argv[0]: an absolute path; ends with NULL */
	const void *input;	 /* its standard input; NULL: empty */
	size_t input_len;
	bool terminal; /* its standard input is a terminal that says nothing */
};

/* *status: its exit status; its standard output and error are appended to output (the first
 * LIMIT_RUN_OUTPUT bytes). Errors: NOT_FOUND (no such program), TIMEOUT, INTERNAL (a signal). */
MUST_USE int run_program(const struct run *r, int *status, struct buf *output, struct error *err);
/* The same, and a status other than 0 is an error INTERNAL with the last line of the output. */
MUST_USE int run_checked(const char *const *argv, struct error *err);
