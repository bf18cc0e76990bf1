/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <openssl/evp.h>

#include "base/base64.h"
#include "crypto/ossl.h"

static int digest(const EVP_MD *md, const void *data, size_t len, uint8_t *ret, struct error *err)
{
	if (EVP_Digest(data, len, ret, NULL, md, NULL) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "digest");
	return 0;
}

int digest_sha256(const void *data, size_t len, uint8_t ret[SHA256_SIZE], struct error *err)
{
	return digest(EVP_sha256(), data, len, ret, err);
}

int digest_sha384(const void *data, size_t len, uint8_t ret[SHA384_SIZE], struct error *err)
{
	return digest(EVP_sha384(), data, len, ret, err);
}

int digest_sha256_hex(const void *data, size_t len, char ret[SHA256_HEX_SIZE], struct error *err)
{
	uint8_t raw[SHA256_SIZE];

	if (digest_sha256(data, len, raw, err) < 0)
		return -1;
	hex_encode(raw, sizeof(raw), ret);
	return 0;
}
