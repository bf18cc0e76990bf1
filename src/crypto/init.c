/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/init.h"

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "crypto/ossl.h"

int crypto_init(struct error *err)
{
	EVP_PKEY *pkey CLEANUP(EVP_PKEY_freep) = NULL;
	unsigned char seed[1];

	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS |
				     OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
			     NULL) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "start OpenSSL");
	if (RAND_bytes(seed, sizeof(seed)) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "random generator");
	/* The first key loads the provider's algorithms and the curve's tables. */
	pkey = EVP_EC_gen("P-256");
	if (!pkey)
		return ossl_fail(err, ERROR_UNAVAILABLE, "elliptic curves");
	return 0;
}
