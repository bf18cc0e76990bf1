/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "platform/undo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_undo struct undo a = { 0 }, b = { 0 };
	auto_buf struct buf out = BUF_INIT;

	if (undo_read(data, size, &a, &err) < 0)
		return 0;
	if (undo_write(&a, &out, &err) < 0 || undo_read(out.data, out.len, &b, &err) < 0)
		abort();
	return 0;
}
