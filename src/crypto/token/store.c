/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token/store.h"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <string.h>

/* What stands before the point: id-ecPublicKey and the curve, then a BIT STRING's head. */
static const struct {
	size_t size;
	uint8_t head_len, head[27];
} curves[] = {
	[KEY_P256] = { 32, 26, { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
				 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 } },
	[KEY_P384] = { 48, 23, { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
				 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
				 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00 } },
};
_Static_assert(ARRAY_SIZE(curves) == KEY_TYPE_MAX_, "every type has its curve");

DEFINE_CLEANUP(ECDSA_SIG *, ECDSA_SIG_free)

size_t ec_size(enum key_type type)
{
	return curves[type].size;
}

int ec_spki(enum key_type type, const void *point, size_t len, struct buf *ret, struct error *err)
{
	if (len != 1 + 2 * curves[type].size || *(const uint8_t *)point != 4)
		return error_set(err, ERROR_INVALID, "a public key that is no uncompressed point");
	if (buf_append(ret, curves[type].head, curves[type].head_len, err) < 0)
		return -1;
	return buf_append(ret, point, len, err);
}

int ec_signature(const uint8_t *r, size_t r_len, const uint8_t *s, size_t s_len, struct buf *ret,
		 struct error *err)
{
	ECDSA_SIG *sig CLEANUP(ECDSA_SIG_freep) = ECDSA_SIG_new();
	BIGNUM *first = BN_bin2bn(r, (int)r_len, NULL), *second = BN_bin2bn(s, (int)s_len, NULL);

	if (!sig || !first || !second || ECDSA_SIG_set0(sig, first, second) != 1) {
		BN_free(first);
		BN_free(second);
		return error_oom(err);
	}
	return DER_APPEND(i2d_ECDSA_SIG, sig, ret, err);
}

int key_prove(const struct key *key, struct error *err)
{
	uint8_t digest[SHA256_SIZE];
	struct buf signature auto_buf = BUF_INIT;

	if (RAND_bytes(digest, sizeof(digest)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "random generator");
	if (key_sign_digest(key, digest, sizeof(digest), &signature, err) < 0)
		return -1;
	if (key_verify_digest(key_spki(key)->data, key_spki(key)->len, digest, sizeof(digest),
			      &signature, err) < 0)
		return error_set(err, ERROR_INVALID,
				 "the public half beside the private key is another's");
	return 0;
}

int key_uri_copy(const struct key_uri *from, struct key_uri *ret, struct error *err)
{
	struct buf text auto_buf = BUF_INIT;

	if (key_uri_format(from, &text, err) < 0)
		return -1;
	return key_uri_parse((const char *)text.data, ret, err);
}
