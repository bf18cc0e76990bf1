/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <string.h>

#include "cli/cli.h"

enum { CELL_SIZE = 256, COLUMNS_MAX = 12 };

static const json_t *member(const json_t *row, const char *key)
{
	while (row && *key) {
		size_t n = strcspn(key, ".");

		row = json_object_getn(row, key, n);
		key += n + (key[n] == '.');
	}
	return row;
}

static void join(const json_t *list, char cell[CELL_SIZE])
{
	size_t used = 0, i;
	json_t *item;

	json_array_foreach (list, i, item) {
		char text[CELL_SIZE];

		(void)printable(json_string_value(item), text, sizeof(text));
		if (used < CELL_SIZE)
			used += (size_t)snprintf(cell + used, CELL_SIZE - used, "%s%s",
						 i ? "," : "", text);
	}
}

/* The text of one value; "" for what is absent. */
static void cell_of(const json_t *row, const char *key, char cell[CELL_SIZE])
{
	const json_t *v = member(row, key);

	cell[0] = '\0';
	if (json_is_string(v))
		(void)printable(json_string_value(v), cell, CELL_SIZE);
	else if (json_is_integer(v))
		(void)snprintf(cell, CELL_SIZE, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		(void)snprintf(cell, CELL_SIZE, "%s", json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		join(v, cell);
}

static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* A cell, padded to its column but for the last one. */
static void put(FILE *out, const char *text, size_t width, bool last)
{
	(void)fputs(text, out);
	if (last) {
		(void)fputc('\n', out);
		return;
	}
	(void)fprintf(out, "%*s", (int)(width - width_of(text) + 2), "");
}

int table_print(FILE *out, const json_t *rows, const struct column *columns, size_t n,
		const char *none, struct error *err)
{
	size_t widths[COLUMNS_MAX], i;
	char cell[CELL_SIZE];
	json_t *row;

	if (n > COLUMNS_MAX)
		return error_set(err, ERROR_INTERNAL, "a table of %zu columns", n);
	if (json_array_size(rows) == 0) {
		(void)fprintf(out, "%s\n", none);
		return 0;
	}
	for (size_t c = 0; c < n; c++) {
		widths[c] = width_of(columns[c].title);
		json_array_foreach (rows, i, row) {
			cell_of(row, columns[c].key, cell);
			if (width_of(cell) > widths[c])
				widths[c] = width_of(cell);
		}
	}
	for (size_t c = 0; c < n; c++)
		put(out, columns[c].title, widths[c], c + 1 == n);
	json_array_foreach (rows, i, row) {
		for (size_t c = 0; c < n; c++) {
			cell_of(row, columns[c].key, cell);
			put(out, cell[0] ? cell : "-", widths[c], c + 1 == n);
		}
	}
	return 0;
}

int table_print_one(FILE *out, const json_t *row, const struct column *columns, size_t n,
		    struct error *err)
{
	size_t width = 0;
	char cell[CELL_SIZE];

	if (!json_is_object(row))
		return error_set(err, ERROR_INTERNAL, "no object to print");
	for (size_t c = 0; c < n; c++)
		if (width_of(columns[c].title) > width)
			width = width_of(columns[c].title);
	for (size_t c = 0; c < n; c++) {
		cell_of(row, columns[c].key, cell);
		if (!cell[0])
			continue;
		put(out, columns[c].title, width, false);
		put(out, cell, 0, true);
	}
	return 0;
}
