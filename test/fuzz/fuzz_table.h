/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For targets that read one of several JSON bodies. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/jmap.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *fuzz_table_read(const struct jmap_table *t, const void *data, size_t size)
{
	struct error err = ERROR_INIT;
	void *body = calloc(1, t->size);

	if (!body)
		abort();
	if (jmap_read(data, size, LIMIT_HTTP_REPLY, t, body, &err) == 0)
		return body;
	jmap_done(t, body);
	free(body);
	return NULL;
}

/* What binds is written, and read and written again, the same. */
static void fuzz_table(const struct jmap_table *t, const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf once = BUF_INIT, twice = BUF_INIT;
	void *body = fuzz_table_read(t, data, size), *again;

	if (!body)
		return;
	if (jmap_write(body, t, &once, &err) < 0)
		abort();
	again = fuzz_table_read(t, once.data, once.len);
	if (!again || jmap_write(again, t, &twice, &err) < 0 || once.len != twice.len ||
	    memcmp(once.data, twice.data, once.len) != 0)
		abort();
	jmap_done(t, body);
	jmap_done(t, again);
	free(body);
	free(again);
}
