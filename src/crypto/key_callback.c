/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key whose private half lives in another process: an EC_KEY with a sign method of our own. The
 * replacement for EC_KEY_METHOD is a provider with its own key store, ten times the code; OpenSSL 3
 * keeps the method working, so its deprecation is silenced here, in this file alone.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/key.h"

#include <openssl/ec.h>
#include <string.h>

#include "crypto/key_internal.h"

/* One thread per process: what failed last, until ossl_fail takes it. */
static struct error last_error;
static int callback_index = -1;
static EC_KEY_METHOD *method;

bool key_callback_error(struct error *ret)
{
	bool kept = last_error.code != ERROR_NONE;

	if (kept)
		*ret = last_error;
	last_error = (struct error)ERROR_INIT;
	return kept;
}

static ECDSA_SIG *sign_foreign(const unsigned char *digest, int len, const BIGNUM *kinv,
			       const BIGNUM *r, EC_KEY *ec)
{
	const struct key_signer *cb = EC_KEY_get_ex_data(ec, callback_index);
	struct buf der auto_buf = BUF_INIT;
	struct error err = ERROR_INIT;
	const unsigned char *p;
	ECDSA_SIG *sig;

	if (!cb || len <= 0)
		return NULL;
	if (cb->sign(cb->userdata, digest, (size_t)len, &der, &err) < 0) {
		last_error = err;
		return NULL;
	}
	p = der.data;
	sig = der.len ? d2i_ECDSA_SIG(NULL, &p, (long)der.len) : NULL;
	if (!sig || p != der.data + der.len) {
		ECDSA_SIG_free(sig);
		if (error_set(&last_error, ERROR_INTERNAL, "no ECDSA signature from the signer") <
		    0)
			return NULL;
	}
	return sig;
}

static void free_callback(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl,
			  void *argp)
{
	struct key_signer *signer = ptr;

	if (signer && signer->done)
		signer->done(signer->userdata);
	free(signer);
}

static int method_init(struct error *err)
{
	int (*sign)(int, const unsigned char *, int, unsigned char *, unsigned *, const BIGNUM *,
		    const BIGNUM *, EC_KEY *);
	int (*setup)(EC_KEY *, BN_CTX *, BIGNUM **, BIGNUM **);

	if (method)
		return 0;
	callback_index = EC_KEY_get_ex_new_index(0, NULL, NULL, NULL, free_callback);
	method = callback_index >= 0 ? EC_KEY_METHOD_new(EC_KEY_OpenSSL()) : NULL;
	if (!method)
		return ossl_fail(err, ERROR_UNAVAILABLE, "key method");
	/* The stock DER form calls the method's structured one, which is ours. */
	EC_KEY_METHOD_get_sign(EC_KEY_OpenSSL(), &sign, &setup, NULL);
	EC_KEY_METHOD_set_sign(method, sign, setup, sign_foreign);
	return 0;
}

DEFINE_CLEANUP(EC_KEY *, EC_KEY_free)

int key_from_callback(const void *spki, size_t len, key_sign_fn sign, void *userdata,
		      struct key **ret, struct error *err)
{
	return key_from_signer(spki, len, &(struct key_signer){ sign, NULL, userdata }, ret, err);
}

int key_from_signer(const void *spki, size_t len, const struct key_signer *signer, struct key **ret,
		    struct error *err)
{
	const unsigned char *p = spki;
	EC_KEY *ec CLEANUP(EC_KEY_freep) = d2i_EC_PUBKEY(NULL, &p, (long)len);
	EVP_PKEY *pkey CLEANUP(EVP_PKEY_freep) = EVP_PKEY_new();
	struct key_signer *cb auto_free = calloc(1, sizeof(*cb));
	struct key_signer *owned;
	int curve;

	if (!ec || p != (const unsigned char *)spki + len)
		return ossl_fail(err, ERROR_INVALID, "no public EC key in DER");
	curve = EC_GROUP_get_curve_name(EC_KEY_get0_group(ec));
	if (EC_KEY_decoded_from_explicit_params(ec) != 0 ||
	    (curve != NID_X9_62_prime256v1 && curve != NID_secp384r1))
		return error_set(err, ERROR_INVALID, "a key on another curve than P-256 or P-384");
	if (!cb || !pkey)
		return error_oom(err);
	if (method_init(err) < 0)
		return -1;
	*cb = (struct key_signer){ signer->sign, NULL, signer->userdata };
	if (EC_KEY_set_method(ec, method) != 1 || EC_KEY_set_ex_data(ec, callback_index, cb) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "key method");
	owned = STEAL(cb);
	if (EVP_PKEY_set1_EC_KEY(pkey, ec) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "key method");
	if (key_wrap(pkey, true, ret, err) < 0)
		return -1;
	owned->done = signer->done; /* from here on nothing fails: the caller's is the key's */
	return 0;
}
