/* SPDX-License-Identifier: Apache-2.0 */
/* Signed content as the judge reads it: what binds comes back from its canonical bytes, the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_document struct document a = { 0 }, b = { 0 };
	auto_buf struct buf once = BUF_INIT, twice = BUF_INIT;

	if (document_read(data, size, &a, &err) < 0)
		return 0;
	if (document_write(&a, &once, &err) < 0 ||
	    document_read(once.data, once.len, &b, &err) < 0 ||
	    document_write(&b, &twice, &err) < 0 || once.len != twice.len ||
	    memcmp(once.data, twice.data, once.len) != 0)
		abort();
	return 0;
}
