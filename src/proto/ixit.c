/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ixit.h"

#include <string.h>

#include "base/cleanup.h"

#define COLUMNS(...) ((const char *const[]){ __VA_ARGS__ })
const struct ixit_row ixit_rows[] = {
#define IXIT(name, ...) { name, COLUMNS(__VA_ARGS__), ARRAY_SIZE(COLUMNS(__VA_ARGS__)) },
#include "proto/ixit.def"
#undef IXIT
};
const size_t n_ixit_rows = ARRAY_SIZE(ixit_rows);

const struct ixit_row *ixit_row(const char *name)
{
	for (size_t i = 0; i < n_ixit_rows; i++)
		if (strcmp(ixit_rows[i].name, name) == 0)
			return &ixit_rows[i];
	return NULL;
}

bool ixit_has_column(const struct ixit_row *row, const char *column)
{
	for (size_t i = 0; i < row->n_columns; i++)
		if (strcmp(row->columns[i], column) == 0)
			return true;
	return strcmp(column, "ID") == 0;
}
