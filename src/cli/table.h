/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Readable tables: aligned columns from the rows of a tree, widths by characters. */
#include <stdio.h>

#include "base/jmap.h"

struct column {
	const char *title;
	const char *key; /* of the row: "hostname", "device.hostname" */
};

/*
 * Print one line a row, under a line of titles. Strings are made harmless for a terminal, booleans
 * are yes and no, lists are joined by commas, and what is absent is "-". With no rows, `none` is
 * printed.
 */
MUST_USE int table_print(FILE *out, const json_t *rows, const struct column *columns, size_t n,
			 const char *none, struct error *err);
/* "Title   value" lines of one object: absent ones are left out. */
MUST_USE int table_print_one(FILE *out, const json_t *row, const struct column *columns, size_t n,
			     struct error *err);
