/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/look.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "assess/list.h"

enum { NAMED_MAX = 10 };

int conclude(struct look *l, bool holds, struct error *err, const char *fmt, ...)
{
	char said[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	l->result->verdict = holds ? VERDICT_PASS : VERDICT_FAIL;
	return text_copy(said, &l->result->because, err);
}

int lacking(struct look *l, struct error *err, const char *fmt, ...)
{
	char said[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	l->result->verdict = VERDICT_INCONCLUSIVE;
	return text_copy(said, &l->result->missing, err);
}

int name_one(struct naming *n, const char *name, struct error *err)
{
	n->n++;
	if (n->n > NAMED_MAX)
		return 0;
	return buf_printf(&n->text, err, "%s%.80s", n->n > 1 ? ", " : "", name);
}

int name_end(struct naming *n, struct error *err)
{
	if (n->n <= NAMED_MAX)
		return 0;
	return buf_printf(&n->text, err, " and %zu more", n->n - NAMED_MAX);
}

void naming_done(struct naming *n)
{
	buf_done(&n->text);
}

const char *named(const struct naming *n)
{
	return n->text.data ? (const char *)n->text.data : "";
}

bool strings_have(const struct strings *values, const char *id)
{
	for (size_t i = 0; i < values->n; i++)
		if (strcmp(values->items[i], id) == 0)
			return true;
	return false;
}

bool cell_names(const char *cell, const char *id)
{
	static const char apart[] = ",; \n\t";
	size_t len;

	if (strcmp(cell, id) == 0)
		return true;
	for (cell += strspn(cell, apart); *cell; cell += len + strspn(cell + len, apart)) {
		len = strcspn(cell, apart);
		if (len == strlen(id) && strncmp(cell, id, len) == 0)
			return true;
	}
	return false;
}

const char *cell_of(const json_t *entry, const char *column)
{
	return json_string_value(json_object_get(entry, column ? column : "ID"));
}
