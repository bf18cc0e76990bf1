/* SPDX-License-Identifier: Apache-2.0 */
/* An odd first byte allows white space. What decodes encodes to the same text without it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	auto_buf struct buf bytes = BUF_INIT, again = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t n = 0;

	if (size == 0 || base64_decode(text, size - 1, data[0] & 1, &bytes, &err) < 0)
		return 0;
	if (base64_encode(bytes.data, bytes.len, &again, &err) < 0)
		abort();
	for (size_t i = 0; i < size - 1; i++) {
		if ((data[0] & 1) && text[i] && strchr(" \t\r\n", text[i]))
			continue;
		if (n >= again.len || (char)again.data[n++] != text[i])
			abort();
	}
	if (n != again.len)
		abort();
	return 0;
}
