/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/algorithm.h"
#include "crypto/key_internal.h"

static const char *const curves[] = { [KEY_P256] = "P-256", [KEY_P384] = "P-384" };
_Static_assert(ARRAY_SIZE(curves) == KEY_TYPE_MAX_, "every type has its curve");

int key_wrap(EVP_PKEY *pkey, bool foreign, struct key **ret, struct error *err)
{
	struct key *key auto_key = calloc(1, sizeof(*key));

	if (!key)
		return error_oom(err);
	key->refs = 1;
	key->foreign = foreign;
	if (DER_APPEND(i2d_PUBKEY, pkey, &key->spki, err) < 0 ||
	    digest_sha256_hex(key->spki.data, key->spki.len, key->sha256, err) < 0)
		return -1;
	(void)EVP_PKEY_up_ref(pkey);
	key->pkey = pkey;
	*ret = STEAL(key);
	return 0;
}

/* A public key of an allowed kind, from its DER. */
static int check_spki(const struct buf *spki, struct error *err)
{
	const unsigned char *p = spki->data;
	X509_PUBKEY *pub = d2i_X509_PUBKEY(NULL, &p, (long)spki->len);
	struct error why = ERROR_INIT;
	int r = pub ? algorithm_check_key(pub, 0, &why)
		    : ossl_fail(&why, ERROR_INVALID, "a public key is malformed");

	X509_PUBKEY_free(pub);
	return r < 0 ? error_set(err, ERROR_INVALID, "%s", why.msg) : 0;
}

int key_generate(enum key_type type, struct key **ret, struct error *err)
{
	EVP_PKEY *pkey CLEANUP(EVP_PKEY_freep) = NULL;

	if ((unsigned)type >= KEY_TYPE_MAX_)
		return error_set(err, ERROR_INVALID, "no key type %d", (int)type);
	pkey = EVP_EC_gen(curves[type]);
	if (!pkey)
		return ossl_fail(err, ERROR_UNAVAILABLE, "generate a key");
	return key_wrap(pkey, false, ret, err);
}

int key_save(const struct key *key, const char *path, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new(BIO_s_secmem());
	char *pem;
	long n;

	if (key->foreign)
		return error_set(err, ERROR_UNSUPPORTED, "the private key is in another process");
	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "encode a private key");
	n = BIO_get_mem_data(bio, &pem);
	return file_create(path, pem, (size_t)n, 0600, err);
}

/* Keys on disk carry no passphrase: never prompt for one on the terminal. */
static int no_passphrase(char *text, int size, int writing, void *userdata)
{
	return -1;
}

int key_parse_pem(const void *pem, size_t len, struct key **ret, struct error *err)
{
	EVP_PKEY *pkey CLEANUP(EVP_PKEY_freep) = NULL;
	struct key *key auto_key = NULL;
	BIO *bio CLEANUP(BIO_free_allp) = NULL;

	if (len > LIMIT_KEY_FILE)
		return error_set(err, ERROR_INVALID, "too long for a private key");
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return error_oom(err);
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (!pkey)
		return ossl_fail(err, ERROR_INVALID, "no private key in PEM without passphrase");
	if (key_wrap(pkey, false, &key, err) < 0 || check_spki(&key->spki, err) < 0)
		return -1;
	*ret = STEAL(key);
	return 0;
}

int key_load(const char *path, struct key **ret, struct error *err)
{
	struct buf pem auto_secret = BUF_INIT;

	if (file_read(path, LIMIT_KEY_FILE, &pem, err) < 0)
		return -1;
	if (key_parse_pem(pem.data, pem.len, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

struct key *key_ref(struct key *key)
{
	key->refs++;
	return key;
}

void key_free(struct key *key)
{
	if (!key || --key->refs > 0)
		return;
	EVP_PKEY_free(key->pkey); /* clears the private value */
	buf_done(&key->spki);
	free(key);
}

const struct buf *key_spki(const struct key *key)
{
	return &key->spki;
}

const char *key_sha256(const struct key *key)
{
	return key->sha256;
}

void key_rate(struct key *key, unsigned level, const char *fmt, ...)
{
	va_list ap;

	key->level = level;
	va_start(ap, fmt);
	(void)vsnprintf(key->level_reason, sizeof(key->level_reason), fmt, ap);
	va_end(ap);
}

struct key_level key_level(const struct key *key)
{
	const char *unrated = key->foreign ? "in another process" : "in this process's memory";

	return (struct key_level){ key->level, key->level_reason[0] ? key->level_reason : unrated };
}

EVP_PKEY *key_pkey(const struct key *key)
{
	return key->pkey;
}

static const EVP_MD *digest_of_length(size_t len)
{
	switch (len) {
	case 32: return EVP_sha256();
	case 48: return EVP_sha384();
	case 64: return EVP_sha512();
	default: return NULL;
	}
}

static int prepare(EVP_PKEY_CTX *ctx, int (*init)(EVP_PKEY_CTX *), EVP_PKEY *pkey, size_t len)
{
	const EVP_MD *md = digest_of_length(len);

	if (!ctx || !md || init(ctx) != 1 || EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return -1;
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC)
		return 0;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1)
		return -1;
	return 0;
}

int key_sign_digest(const struct key *key, const uint8_t *digest, size_t digest_len,
		    struct buf *signature, struct error *err)
{
	EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t n = 0;

	if (!digest_of_length(digest_len))
		return error_set(err, ERROR_INVALID, "a digest of %zu bytes", digest_len);
	if (prepare(ctx, EVP_PKEY_sign_init, key->pkey, digest_len) < 0 ||
	    EVP_PKEY_sign(ctx, NULL, &n, digest, digest_len) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "sign");
	if (buf_reserve(signature, n, err) < 0)
		return -1;
	if (EVP_PKEY_sign(ctx, signature->data + signature->len, &n, digest, digest_len) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "sign");
	signature->len += n;
	signature->data[signature->len] = '\0';
	return 0;
}

int key_verify_digest(const void *spki, size_t spki_len, const uint8_t *digest, size_t digest_len,
		      const struct buf *signature, struct error *err)
{
	const unsigned char *p = spki;
	EVP_PKEY *pkey CLEANUP(EVP_PKEY_freep) = NULL;
	EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) = NULL;

	if (check_spki(&BUF_VIEW(spki, spki_len), err) < 0)
		return -1;
	pkey = d2i_PUBKEY(NULL, &p, (long)spki_len);
	if (!pkey)
		return ossl_fail(err, ERROR_INVALID, "a public key is malformed");
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	if (!digest_of_length(digest_len))
		return error_set(err, ERROR_INVALID, "a digest of %zu bytes", digest_len);
	if (prepare(ctx, EVP_PKEY_verify_init, pkey, digest_len) < 0)
		return ossl_fail(err, ERROR_INTERNAL, "verify");
	if (EVP_PKEY_verify(ctx, signature->data, signature->len, digest, digest_len) != 1)
		return ossl_refuse(err, REASON_SIGNATURE, "the signature does not verify");
	return 0;
}
