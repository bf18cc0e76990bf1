/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The unit tests' harness: a table of named cases, TAP on standard output. A case's name carries
 * the requirement ids that it proves ("X-2a: an issuer that is no CA is refused").
 *
 *	static void parses_empty(void) { CHECK(...); }
 *	static const struct check_case cases[] = { { "json: empty input is refused", parses_empty }
 *}; CHECK_MAIN(cases)
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

struct check_case {
	const char *name;
	void (*run)(void);
};

static int check_failures;
static const char *check_skipped;

/* Leaves a case whose means are not on this machine: it counts as skipped, with the reason. */
#define CHECK_SKIP(why) \
	do { \
		check_skipped = (why); \
		return; \
	} while (0)

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			check_failures++; \
		} \
	} while (0)
/* A call that must succeed; prints the error where it does not. */
#define CHECK_OK(call, err) \
	do { \
		if ((call) < 0) { \
			printf("# %s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, \
			       error_name((err).code), (err).msg); \
			check_failures++; \
		} \
	} while (0)
/* A call that must fail with a code. */
#define CHECK_ERROR(call, err, want) \
	do { \
		(err) = (struct error)ERROR_INIT; \
		if ((call) == 0 || (err).code != (want)) { \
			printf("# %s:%d: %s: got %s (%s), want %s\n", __FILE__, __LINE__, #call, \
			       error_name((err).code), (err).msg, error_name(want)); \
			check_failures++; \
		} \
	} while (0)
/* A call that must be refused with a reason. */
#define CHECK_REFUSED(call, err, want) \
	do { \
		(err) = (struct error)ERROR_INIT; \
		if ((call) == 0 || (err).code != ERROR_REFUSED || (err).reason != (want)) { \
			printf("# %s:%d: %s: got %s/%s (%s), want refused/%s\n", __FILE__, \
			       __LINE__, #call, error_name((err).code), reason_name((err).reason), \
			       (err).msg, reason_name(want)); \
			check_failures++; \
		} \
	} while (0)
#define CHECK_STR(a, b) \
	do { \
		const char *check_a_ = (a), *check_b_ = (b); \
		if (!check_a_ || !check_b_ || strcmp(check_a_, check_b_) != 0) { \
			printf("# %s:%d: %s: '%s' is not '%s'\n", __FILE__, __LINE__, #a, \
			       check_a_ ? check_a_ : "(null)", check_b_ ? check_b_ : "(null)"); \
			check_failures++; \
		} \
	} while (0)

static inline int check_run(const struct check_case *cases, size_t n)
{
	int failed = 0;

	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		check_failures = 0;
		check_skipped = NULL;
		cases[i].run();
		printf("%sok %zu - %s%s%s\n", check_failures ? "not " : "", i + 1, cases[i].name,
		       check_skipped ? " # SKIP " : "", check_skipped ? check_skipped : "");
		fflush(stdout);
		failed |= check_failures;
	}
	return failed ? 1 : 0;
}

#define CHECK_MAIN(cases) \
	int main(void) \
	{ \
		return check_run(cases, ARRAY_SIZE(cases)); \
	}
