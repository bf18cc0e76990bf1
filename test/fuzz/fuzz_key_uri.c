/* SPDX-License-Identifier: Apache-2.0 */
/* A key's URI from a configuration: parsed, written, and parsed to the same. */
#include <stdlib.h>
#include <string.h>

#include "crypto/key_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct key_uri uri auto_key_uri = { 0 }, again auto_key_uri = { 0 };
	struct buf out auto_buf = BUF_INIT, out_again auto_buf = BUF_INIT;
	char *text = strndup((const char *)data, size);

	if (!text)
		return 0;
	if (key_uri_parse(text, &uri, &err) < 0) {
		free(text);
		return 0;
	}
	free(text);
	if (key_uri_format(&uri, &out, &err) < 0)
		abort();
	/* Escaping can make it longer than what may be read. */
	if (key_uri_parse((const char *)out.data, &again, &err) < 0) {
		if (err.code != ERROR_LIMIT)
			abort();
		return 0;
	}
	if (key_uri_format(&again, &out_again, &err) < 0 || out.len != out_again.len ||
	    memcmp(out.data, out_again.data, out.len) != 0)
		abort();
	return 0;
}
