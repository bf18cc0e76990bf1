/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/self_test.h"

#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/ossl.h"
#include "crypto/random.h"

static int unhex(const char *text, struct buf *ret, struct error *err)
{
	long n = 0;
	unsigned char *bytes = text ? OPENSSL_hexstr2buf(text, &n) : NULL;
	int r;

	if (!text)
		return 0;
	if (!bytes)
		return ossl_fail(err, ERROR_INTERNAL, "a vector is not hexadecimal");
	r = buf_append(ret, bytes, (size_t)n, err);
	OPENSSL_free(bytes);
	return r;
}

/* A row's texts as bytes. */
struct vector {
	struct buf key, input, extra, expected;
};

static void vector_done(struct vector *v)
{
	buf_done(&v->key);
	buf_done(&v->input);
	buf_done(&v->extra);
	buf_done(&v->expected);
}
#define auto_vector CLEANUP(vector_done)

static int vector_read(const struct self_test *t, struct vector *ret, struct error *err)
{
	if (unhex(t->key, &ret->key, err) < 0 || unhex(t->input, &ret->input, err) < 0 ||
	    unhex(t->extra, &ret->extra, err) < 0)
		return -1;
	return unhex(t->expected, &ret->expected, err);
}

static int compare(const struct vector *v, const void *got, size_t len, struct error *err)
{
	if (!buf_is(&v->expected, got, len))
		return error_set(err, ERROR_INTERNAL, "not the known answer");
	return 0;
}

static int hash(const struct self_test *t, const EVP_MD *md, struct error *err)
{
	struct vector v auto_vector = { 0 };
	unsigned char got[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (vector_read(t, &v, err) < 0)
		return -1;
	if (EVP_Digest(v.input.data, v.input.len, got, &n, md, NULL) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "digest");
	return compare(&v, got, n, err);
}

static int sha256(const struct self_test *t, struct error *err)
{
	return hash(t, EVP_sha256(), err);
}

static int sha384(const struct self_test *t, struct error *err)
{
	return hash(t, EVP_sha384(), err);
}

static int sha512(const struct self_test *t, struct error *err)
{
	return hash(t, EVP_sha512(), err);
}

static int hmac(const struct self_test *t, struct error *err)
{
	struct vector v auto_vector = { 0 };
	unsigned char got[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (vector_read(t, &v, err) < 0)
		return -1;
	if (!HMAC(EVP_sha256(), v.key.data, (int)v.key.len, v.input.data, v.input.len, got, &n))
		return ossl_fail(err, ERROR_INTERNAL, "HMAC");
	return compare(&v, got, n, err);
}

static int hkdf(const struct self_test *t, struct error *err)
{
	struct vector v auto_vector = { 0 };
	EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	unsigned char got[64];
	size_t n;

	if (vector_read(t, &v, err) < 0)
		return -1;
	n = v.expected.len < sizeof(got) ? v.expected.len : sizeof(got);
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) != 1 ||
	    EVP_PKEY_CTX_set1_hkdf_key(ctx, v.key.data, (int)v.key.len) != 1 ||
	    EVP_PKEY_CTX_set1_hkdf_salt(ctx, v.input.data, (int)v.input.len) != 1 ||
	    EVP_PKEY_CTX_add1_hkdf_info(ctx, v.extra.data, (int)v.extra.len) != 1 ||
	    EVP_PKEY_derive(ctx, got, &n) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "HKDF");
	return compare(&v, got, n, err);
}

DEFINE_CLEANUP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_free)

enum { GCM_TAG = 16, GCM_MAX = 64 };

static int gcm_seal(EVP_CIPHER_CTX *ctx, const struct vector *v, unsigned char *got, int *n)
{
	const EVP_CIPHER *cipher = v->key.len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
	int last = 0;

	if (EVP_EncryptInit_ex(ctx, cipher, NULL, v->key.data, v->extra.data) != 1 ||
	    EVP_EncryptUpdate(ctx, got, n, v->input.data, (int)v->input.len) != 1 ||
	    EVP_EncryptFinal_ex(ctx, got + *n, &last) != 1)
		return -1;
	*n += last;
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, GCM_TAG, got + *n) == 1 ? 0 : -1;
}

/* The same ciphertext opens with its tag, and does not with one bit of it turned. */
static int gcm_opens(EVP_CIPHER_CTX *ctx, const struct vector *v, unsigned char *sealed, int n,
		     bool *ret)
{
	const EVP_CIPHER *cipher = v->key.len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
	unsigned char plain[GCM_MAX];
	int len = 0, last = 0;

	if (EVP_DecryptInit_ex(ctx, cipher, NULL, v->key.data, v->extra.data) != 1 ||
	    EVP_DecryptUpdate(ctx, plain, &len, sealed, n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, GCM_TAG, sealed + n) != 1)
		return -1;
	*ret = EVP_DecryptFinal_ex(ctx, plain + len, &last) == 1 &&
	       buf_is(&v->input, plain, (size_t)len);
	return 0;
}

static int gcm(const struct self_test *t, struct error *err)
{
	struct vector v auto_vector = { 0 };
	EVP_CIPHER_CTX *ctx CLEANUP(EVP_CIPHER_CTX_freep) = EVP_CIPHER_CTX_new();
	unsigned char got[GCM_MAX + GCM_TAG];
	bool good = false, bad = true;
	int n = 0;

	if (!ctx)
		return error_oom(err);
	if (vector_read(t, &v, err) < 0)
		return -1;
	if (v.input.len > GCM_MAX || v.extra.len != 12 || gcm_seal(ctx, &v, got, &n) < 0)
		return ossl_fail(err, ERROR_INTERNAL, "seal");
	if (compare(&v, got, (size_t)n + GCM_TAG, err) < 0)
		return -1;
	if (gcm_opens(ctx, &v, got, n, &good) < 0)
		return ossl_fail(err, ERROR_INTERNAL, "open");
	got[n] ^= 1;
	if (gcm_opens(ctx, &v, got, n, &bad) < 0 || !good || bad)
		return ossl_fail(err, ERROR_INTERNAL,
				 "a wrong tag opens, or the right one does not");
	ERR_clear_error();
	return 0;
}

static int derive(EVP_PKEY *own, EVP_PKEY *peer, const struct vector *v, struct error *err)
{
	EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) = own ? EVP_PKEY_CTX_new(own, NULL) : NULL;
	unsigned char got[64];
	size_t n = sizeof(got);

	if (!ctx || !peer || EVP_PKEY_derive_init(ctx) != 1 ||
	    EVP_PKEY_derive_set_peer(ctx, peer) != 1 || EVP_PKEY_derive(ctx, got, &n) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "key agreement");
	return compare(v, got, n, err);
}

static int exchange_x25519(const struct self_test *t, struct error *err)
{
	struct vector v auto_vector = { 0 };
	EVP_PKEY *own CLEANUP(EVP_PKEY_freep) = NULL;
	EVP_PKEY *peer CLEANUP(EVP_PKEY_freep) = NULL;

	if (vector_read(t, &v, err) < 0)
		return -1;
	own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, v.key.data, v.key.len);
	peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, v.input.data, v.input.len);
	return derive(own, peer, &v, err);
}

/* What stands before the numbers: PKCS#8 with an ECPrivateKey, and SubjectPublicKeyInfo. */
#define P256_PRIVATE "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420"
#define P256_PUBLIC "3059301306072a8648ce3d020106082a8648ce3d030107034200"

static int exchange_p256(const struct self_test *t, struct error *err)
{
	struct vector v auto_vector = { 0 };
	struct buf private auto_buf = BUF_INIT, public auto_buf = BUF_INIT;
	EVP_PKEY *own CLEANUP(EVP_PKEY_freep) = NULL;
	EVP_PKEY *peer CLEANUP(EVP_PKEY_freep) = NULL;
	const unsigned char *p, *q;

	if (vector_read(t, &v, err) < 0 || unhex(P256_PRIVATE, &private, err) < 0 ||
	    unhex(P256_PUBLIC, &public, err) < 0 || unhex(t->key, &private, err) < 0 ||
	    unhex(t->input, &public, err) < 0)
		return -1;
	p = private.data;
	q = public.data;
	own = d2i_AutoPrivateKey(NULL, &p, (long)private.len);
	peer = d2i_PUBKEY(NULL, &q, (long)public.len);
	return derive(own, peer, &v, err);
}

static int verify(const struct self_test *t, const EVP_MD *md, struct error *err)
{
	struct vector v auto_vector = { 0 };
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct error refused = ERROR_INIT;
	unsigned n = 0;

	if (vector_read(t, &v, err) < 0)
		return -1;
	if (EVP_Digest(v.input.data, v.input.len, digest, &n, md, NULL) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "digest");
	if (key_verify_digest(v.key.data, v.key.len, digest, n, &v.expected, err) < 0)
		return -1;
	digest[0] ^= 1;
	if (key_verify_digest(v.key.data, v.key.len, digest, n, &v.expected, &refused) == 0)
		return error_set(err, ERROR_INTERNAL, "a wrong signature verifies");
	return 0;
}

static int verify256(const struct self_test *t, struct error *err)
{
	return verify(t, EVP_sha256(), err);
}

static int verify384(const struct self_test *t, struct error *err)
{
	return verify(t, EVP_sha384(), err);
}

/* Pairwise: what was signed verifies, and nothing else does. */
static int sign_with(enum key_type type, size_t digest_len, struct error *err)
{
	struct key *key auto_key = NULL;
	struct buf signature auto_buf = BUF_INIT;
	struct error refused = ERROR_INIT;
	uint8_t digest[SHA384_SIZE] = { 1 };
	const struct buf *spki;

	if (key_generate(type, &key, err) < 0 ||
	    key_sign_digest(key, digest, digest_len, &signature, err) < 0)
		return -1;
	spki = key_spki(key);
	if (key_verify_digest(spki->data, spki->len, digest, digest_len, &signature, err) < 0)
		return -1;
	digest[1] ^= 1;
	if (key_verify_digest(spki->data, spki->len, digest, digest_len, &signature, &refused) == 0)
		return error_set(err, ERROR_INTERNAL, "a wrong signature verifies");
	return 0;
}

static int sign_p256(const struct self_test *t, struct error *err)
{
	return sign_with(KEY_P256, SHA256_SIZE, err);
}

static int sign_p384(const struct self_test *t, struct error *err)
{
	return sign_with(KEY_P384, SHA384_SIZE, err);
}

/* A generator that is stuck gives the same block twice (one chance in 2^256 otherwise). */
static int random_sane(const struct self_test *t, struct error *err)
{
	uint8_t blocks[3][32] = { 0 }; /* the first stays zero */

	if (random_bytes(blocks[1], sizeof(blocks[1]), err) < 0 ||
	    random_bytes(blocks[2], sizeof(blocks[2]), err) < 0)
		return -1;
	for (size_t i = 1; i < ARRAY_SIZE(blocks); i++)
		if (memcmp(blocks[i], blocks[i - 1], sizeof(blocks[i])) == 0)
			return error_set(err, ERROR_INTERNAL, "the same bytes twice");
	return 0;
}

const struct self_test self_tests[] = {
	/* FIPS 180-4. */
	{ "SHA-256", sha256, NULL, "616263", NULL,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "SHA-384", sha384, NULL, "616263", NULL,
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358ba"
	  "eca134c825a7" },
	{ "SHA-512", sha512, NULL, "616263", NULL,
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba"
	  "3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	/* RFC 4231 4.2. */
	{ "HMAC-SHA-256", hmac, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
	  NULL, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	/* RFC 5869 A.1: key, salt, info. */
	{ "HKDF-SHA-256", hkdf, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
	  "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
	  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
	/* McGrew and Viega, test cases 2 and 14: key, plaintext, nonce; ciphertext and tag. */
	{ "AES-128-GCM", gcm, "00000000000000000000000000000000",
	  "00000000000000000000000000000000", "000000000000000000000000",
	  "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf" },
	{ "AES-256-GCM", gcm, "0000000000000000000000000000000000000000000000000000000000000000",
	  "00000000000000000000000000000000", "000000000000000000000000",
	  "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
	/* RFC 7748 5.2: private, public, shared. */
	{ "X25519", exchange_x25519,
	  "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", NULL,
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	/* RFC 5903 8.1: private, public, shared. */
	{ "ECDH P-256", exchange_p256,
	  "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	  "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e81"
	  "57854c13c58d6aac23f046ada30f8353e74f33039872ab",
	  NULL, "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
	/* RFC 6979 A.2.5 and A.2.6: public key, message, signature. */
	{ "ECDSA P-256 verify", verify256,
	  "3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a9d31c961eb74c6356d"
	  "68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177"
	  "a3c294d4462299",
	  "73616d706c65", NULL,
	  "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb"
	  "1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ "ECDSA P-384 verify", verify384,
	  "3076301006072a8648ce3d020106052b8104002203620004ec3a4e415b4e19a4568618029f427fa5da9a"
	  "8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9a"
	  "c0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	  "73616d706c65", NULL,
	  "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e"
	  "44acf96e36dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351"
	  "d0a3a94fa329c145786e679e7b82c71a38628ac8" },
	/* Made with openssl dgst -sha256 -sigopt rsa_padding_mode:pss: public key, message,
	   signature. */
	{ "RSA-PSS verify", verify256,
	  "308201a2300d06092a864886f70d01010105000382018f003082018a0282018100cd0876509771a3089a"
	  "cd05b3b5f0215827d157f9eef47f67aa5abec5f1528cc33087c2dd1f19f2f2ff5f7772256005165664db"
	  "d036cd8f8093bc9907d5d7916880853c6566ddd485b6f83c87de41f81fd6c145677d7a53d27931e9443e"
	  "7daa7a0a01a75ee98b4ece538ceb10a0a1ed85fa7eb28cd88bf62665729e92ba332aed4ee5c987346459"
	  "5ccc1f0130ad911214484fd046fce280e4fbc3fb9ae0d35c835f968cd0c3196653460e7ce5c5e0a9c0d8"
	  "1ca381229ae0ff582450cd8cf97a2aa2d67e2abfcb22060e704c844914a147da2f9e141131360144d556"
	  "920cd7344d8d6fc3e01494edff87fcdd7e1237230695648e754d5269b1f83441d2aee4447717c050fa96"
	  "b435e79cc8bbe20f027e78afabbd634462fd1c1a4c84f2a82cb88267f36acfe63649eb16b87339845acb"
	  "85428b23511876f12975d3cdba8bf8545709fda07eb41f92d31c490a60800401664b69612a389907860c"
	  "95781ab060879b83b9d8d86a421d388eed872f6218e7df72dbe3e0dc62e385f3785d01a2216a6f020301"
	  "0001",
	  "73616d706c65", NULL,
	  "aee7c6c51c380e530ad4fde9bb017917a508cb1d62e898a5bf2e7fdd256dec34e9a8a02db00d758882f4"
	  "5c4acf8eaaec33e87519785f2cd31d1fb6e109b6cd1eb5ca2b1adbcb91f52cad4761354f5ad367231b4c"
	  "5a7df71b0f7b3206dcce4ea7caf477e7a405106ca97498460a41e23b422e0ba96b53c2caaf12eabeebbb"
	  "5f804e44e4a34eb7d528f8ab9d08143224ba6110cac0fa9f641e7fac1c7eaa8d96d25b4892f6eb405a2f"
	  "7f6eb60b3f11947b4baba4ce85923a8b482a760e9ada3fa90199891c9778f4268b9aa7cf81d1c9693170"
	  "f41be3207c79956a98f1beaac7627906775fb69a57c9774b1e36aba0dcdfc8b473f4d72f19fa22e6807a"
	  "5b7fc9f8510ee59d61e15e13de84f1084d8c10468c221523979fd385d99f068755411a116cc37afa476b"
	  "c8728c437553c686a86867b85c89ed4cb239eee65c551aa48f4a32467d57463bd306bcdb1db82cdf1729"
	  "ea6faf73ddc5bc0e19f11b6b95058c2d0cfdf16e2c864cf342cb0707354e393938cddbdcf7adcdf13897"
	  "61c6cf968ac5" },
	{ "ECDSA P-256 sign", sign_p256, NULL, NULL, NULL, NULL },
	{ "ECDSA P-384 sign", sign_p384, NULL, NULL, NULL, NULL },
	{ "random bytes", random_sane, NULL, NULL, NULL, NULL },
};
const size_t n_self_tests = ARRAY_SIZE(self_tests);

int self_test_run(const struct self_test *t, struct error *err)
{
	struct error why = ERROR_INIT;

	if (t->run(t, &why) < 0)
		return error_set(err, ERROR_INTERNAL, "%s: %s", t->name, why.msg);
	return 0;
}
