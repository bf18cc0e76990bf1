/* SPDX-License-Identifier: Apache-2.0 */
/* What device and server say to each other: the first byte says which body the rest is. */
#include "proto/checkin.h"

#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jmap_table *const tables[] = {
		&checkin_request_table, &checkin_reply_table, &instructions_reply_table,
		&records_request_table, &records_reply_table,
	};

	if (size > 0)
		fuzz_table(tables[data[0] % ARRAY_SIZE(tables)], data + 1, size - 1);
	return 0;
}
