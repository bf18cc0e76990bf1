/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a catalogue, an overlay, a map, a statement or an IXIT: what binds is written, and
 * read and written again, the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/catalog.h"
#include "proto/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct jmap_table *t, void *body)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf once = BUF_INIT, twice = BUF_INIT;
	auto_conf struct conf *file = NULL;
	void *copy = calloc(1, t->size);

	if (!copy || jmap_write(body, t, &once, &err) < 0 ||
	    conf_parse("fuzz", once.data, once.len, &file, &err) < 0 ||
	    conf_bind(file, "", t, copy, &err) < 0 || jmap_write(copy, t, &twice, &err) < 0 ||
	    once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
	jmap_done(t, copy);
	free(copy);
	jmap_done(t, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_conf struct conf *file = NULL;
	struct catalog c = { 0 };
	struct overlay o = { 0 };
	struct catalog_map m = { 0 };
	struct statement s = { 0 };
	struct ixit x = { 0 };

	if (conf_parse("fuzz", data, size, &file, &err) < 0)
		return 0;
	if (catalog_read(file, &c, &err) == 0)
		again(&catalog_table, &c);
	if (overlay_read(file, &o, &err) == 0)
		again(&overlay_table, &o);
	if (catalog_map_read(file, &m, &err) == 0)
		again(&catalog_map_table, &m);
	if (statement_read(file, &s, &err) == 0)
		again(&statement_table, &s);
	if (ixit_read(file, &x, &err) == 0)
		again(&ixit_table, &x);
	return 0;
}
