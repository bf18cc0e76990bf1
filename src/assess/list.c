/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int list_alloc(struct jmap_list *l, size_t n, size_t size, struct error *err)
{
	*l = (struct jmap_list){ 0 };
	if (n == 0)
		return 0;
	l->items = calloc(n, size);
	if (!l->items)
		return error_oom(err);
	l->n = n;
	return 0;
}

void *list_add(struct jmap_list *l, size_t size, struct error *err)
{
	char *grown = reallocarray(l->items, l->n + 1, size);

	if (!grown) {
		(void)!error_oom(err);
		return NULL;
	}
	l->items = grown;
	return memset(grown + l->n++ * size, 0, size);
}

int text_copy(const char *from, char **to, struct error *err)
{
	char *copy = from ? strdup(from) : NULL;

	if (from && !copy)
		return error_oom(err);
	free(*to);
	*to = copy;
	return 0;
}

int text_format(char **to, struct error *err, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return error_oom(err);
	free(*to);
	*to = text;
	return 0;
}
