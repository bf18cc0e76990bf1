/* SPDX-License-Identifier: Apache-2.0 */
/* A key store from a configuration: the URI that it gives for a key is one. */
#include <stdlib.h>
#include <string.h>

#include "crypto/key_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct key_uri uri auto_key_uri = { 0 };
	struct buf out auto_buf = BUF_INIT;
	char *text = strndup((const char *)data, size);
	int r;

	if (!text)
		return 0;
	r = key_store_uri(text, "/d", "issuers/device", &out, &err);
	free(text);
	/* Escaping can make it longer than what may be read. */
	if (r == 0 && key_uri_parse((const char *)out.data, &uri, &err) < 0 &&
	    err.code != ERROR_LIMIT)
		abort();
	return 0;
}
