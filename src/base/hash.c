/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <gcrypt.h>

#include "base/base64.h"

void hash_sha256(const void *data, size_t len, uint8_t digest[32])
{
	/* libgcrypt wants its version checked once before use; it is cheap to ask again. */
	(void)gcry_check_version(NULL);
	gcry_md_hash_buffer(GCRY_MD_SHA256, digest, data, len);
}

void hash_sha256_hex(const void *data, size_t len, char *text)
{
	uint8_t digest[32];

	hash_sha256(data, len, digest);
	hex_encode(digest, sizeof(digest), text);
}
