/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as a manifest is written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "selftest/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	auto_manifest struct manifest a = { 0 }, b = { 0 };
	auto_buf struct buf out = BUF_INIT;

	if (manifest_read(data, size, &a, &err) < 0)
		return 0;
	if (manifest_write(&a, &out, &err) < 0 || manifest_read(out.data, out.len, &b, &err) < 0)
		abort();
	return 0;
}
