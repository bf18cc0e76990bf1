/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Known answers of the cryptography that Muster uses, computed anew before it is relied upon
 * (FPT_TST_EXT.1): each row is an algorithm, what goes in, and the one right result, from the
 * standard that the row names. What has no single right result (signing, random bytes) is proven by
 * its inverse, or by what it must never be.
 */
#include <stddef.h>

#include "base/error.h"

struct self_test {
	const char *name; /* "ECDSA P-256 verify" */
	int (*run)(const struct self_test *t, struct error *err);
	/* Hexadecimal; what each is depends on run, NULL where it has none. */
	const char *key, *input, *extra, *expected;
};

extern const struct self_test self_tests[];
extern const size_t n_self_tests;

/* Errors: INTERNAL (names the algorithm): nothing may be done with it. */
MUST_USE int self_test_run(const struct self_test *t, struct error *err);
