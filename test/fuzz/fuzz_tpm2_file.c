/* SPDX-License-Identifier: Apache-2.0 */
/* A wrapped key's file: parsed, written, and parsed to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/token/tpm2_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct tpm2_blob blob auto_tpm2_blob = { 0 }, again auto_tpm2_blob = { 0 };
	struct buf out auto_buf = BUF_INIT;

	if (tpm2_file_parse(data, size, &blob, &err) < 0)
		return 0;
	if (tpm2_file_format(&blob, &out, &err) < 0 ||
	    tpm2_file_parse(out.data, out.len, &again, &err) < 0)
		abort();
	if (blob.public_half.len != again.public_half.len ||
	    memcmp(blob.public_half.data, again.public_half.data, blob.public_half.len) != 0 ||
	    blob.private_half.len != again.private_half.len)
		abort();
	return 0;
}
