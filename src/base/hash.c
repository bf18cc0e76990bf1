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

int hash_hmac_hex(const struct buf *key, const void *data, size_t len, char *text,
		  struct error *err)
{
	uint8_t mac[32];
	size_t n = sizeof(mac);
	gcry_mac_hd_t h;

	(void)gcry_check_version(NULL);
	if (gcry_mac_open(&h, GCRY_MAC_HMAC_SHA256, 0, NULL))
		return error_oom(err);
	if (gcry_mac_setkey(h, key->data, key->len) || gcry_mac_write(h, data, len) ||
	    gcry_mac_read(h, mac, &n)) {
		gcry_mac_close(h);
		return error_set(err, ERROR_UNAVAILABLE, "HMAC-SHA-256");
	}
	gcry_mac_close(h);
	hex_encode(mac, sizeof(mac), text);
	return 0;
}
