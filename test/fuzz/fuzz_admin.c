/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of the administration API: the first byte says which one the rest is. New ones go to
 * the end, so that the corpus keeps its meaning. */
#include "proto/admin.h"

#include "fuzz_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jmap_table *const tables[] = {
		&admin_token_spec_table,
		&admin_token_created_table,
		&admin_tokens_table,
		&admin_devices_table,
		&admin_device_detail_table,
		&admin_records_table,
		&admin_published_table,
		&admin_instructions_table,
		&admin_instruction_detail_table,
		&admin_whoami_table,
		&admin_version_table,
		&admin_query_table,
		&admin_named_table,
		&admin_token_create_table,
		&admin_publish_table,
		&admin_cancelled_table,
		&admin_pendings_table,
		&admin_crl_table,
	};

	if (size > 0)
		fuzz_table(tables[data[0] % ARRAY_SIZE(tables)], data + 1, size - 1);
	return 0;
}
