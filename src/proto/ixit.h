/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The shape of an IXIT: its 29 tables and their columns (TS 103 701, annex C). */
#include <stdbool.h>
#include <stddef.h>

struct ixit_row {
	const char *name;	    /* "28-LogIntf" */
	const char *const *columns; /* besides ID */
	size_t n_columns;
};

extern const struct ixit_row ixit_rows[];
extern const size_t n_ixit_rows;

/* NULL where there is no such table. */
const struct ixit_row *ixit_row(const char *name);
/* "ID" is one in every table. */
bool ixit_has_column(const struct ixit_row *row, const char *column);
