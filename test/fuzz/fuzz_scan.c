/* SPDX-License-Identifier: Apache-2.0 */
/* What a port answers, through every reader; what was read can be written. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int reader(const struct buf *answer, struct endpoint *e, struct error *err);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static reader *const readers[] = { http_read_answer, http_read_options, text_read_greeting,
					   text_read_help,   rpc_read_answer,	mqtt_read_answer };
	auto_buf struct buf answer = BUF_INIT;
	struct error err = ERROR_INIT;

	if (size > SCAN_ANSWER_MAX || buf_append(&answer, data, size, &err) < 0 ||
	    buf_puts(&answer, "", &err) < 0)
		return 0;
	for (size_t i = 0; i <= ARRAY_SIZE(readers); i++) {
		auto_endpoint struct endpoint e = { 0 };
		auto_buf struct buf out = BUF_INIT;

		if (i < ARRAY_SIZE(readers) ? readers[i](&answer, &e, &err) < 0
					    : ssh_read_offer(data, size, &e, &err) < 0)
			continue;
		if (jmap_write(&e, &endpoint_table, &out, &err) < 0 && i < ARRAY_SIZE(readers))
			abort();
	}
	return 0;
}
