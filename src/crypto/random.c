/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/random.h"

#include <openssl/rand.h>

#include "base/base64.h"
#include "crypto/ossl.h"

int random_bytes(void *ret, size_t len, struct error *err)
{
	if (RAND_bytes_ex(NULL, ret, len, 0) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "random generator");
	return 0;
}

int random_hex(char *ret, size_t len, struct error *err)
{
	struct buf raw auto_secret = BUF_INIT;

	if (buf_reserve(&raw, len, err) < 0 || random_bytes(raw.data, len, err) < 0)
		return -1;
	raw.len = len;
	hex_encode(raw.data, len, ret);
	return 0;
}
