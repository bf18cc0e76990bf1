/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/algorithm.h"

#include <openssl/rsa.h>

#include "crypto/x509.h"

enum { RSA_BITS = 3072, RSA_BITS_WEB = 2048, RSA_BITS_MAX = 8192 };

static const struct {
	int nid;
	bool cnsa;
} curves[] = {
	{ NID_X9_62_prime256v1, false },
	{ NID_secp384r1, true },
	{ NID_secp521r1, true },
};

static const struct {
	int nid;
	bool cnsa;
} digests[] = {
	{ NID_sha256, false },
	{ NID_sha384, true },
	{ NID_sha512, true },
};

static const int signers[] = { EVP_PKEY_EC, EVP_PKEY_RSA, EVP_PKEY_RSA_PSS };

static bool curve_allowed(int nid, unsigned flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(curves); i++)
		if (curves[i].nid == nid)
			return curves[i].cnsa || !(flags & X509_CNSA);
	return false;
}

bool algorithm_digest_allowed(int md, unsigned flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(digests); i++)
		if (digests[i].nid == md)
			return digests[i].cnsa || !(flags & X509_CNSA);
	return false;
}

static int check_ec(const X509_ALGOR *alg, unsigned flags, struct error *err)
{
	const void *value;
	int type, curve;

	/* Explicit parameters would be V_ASN1_SEQUENCE: X-9. */
	X509_ALGOR_get0(NULL, &type, &value, alg);
	if (type != V_ASN1_OBJECT)
		return error_refuse(err, REASON_CERT_ALGORITHM,
				    "an EC key does not name its curve");
	curve = OBJ_obj2nid(value);
	if (!curve_allowed(curve, flags))
		return error_refuse(err, REASON_CERT_ALGORITHM, "curve %s is not allowed",
				    OBJ_nid2sn(curve));
	return 0;
}

int algorithm_check_key(const X509_PUBKEY *key, unsigned flags, struct error *err)
{
	EVP_PKEY *pkey = X509_PUBKEY_get0(key);
	int least = flags & X509_WEB ? RSA_BITS_WEB : RSA_BITS;
	X509_ALGOR *alg;
	int kind, bits;

	if (X509_PUBKEY_get0_param(NULL, NULL, NULL, &alg, key) != 1)
		return ossl_refuse(err, REASON_CERT_ALGORITHM, "a public key is malformed");
	if (OBJ_obj2nid(alg->algorithm) == NID_X9_62_id_ecPublicKey &&
	    check_ec(alg, flags, err) < 0)
		return -1;
	if (!pkey)
		return ossl_refuse(err, REASON_CERT_ALGORITHM, "a public key is malformed");
	kind = EVP_PKEY_get_base_id(pkey);
	if (kind == EVP_PKEY_EC)
		return 0;
	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_RSA_PSS)
		return error_refuse(err, REASON_CERT_ALGORITHM, "a key of kind %s is not allowed",
				    OBJ_nid2sn(kind));
	bits = EVP_PKEY_get_bits(pkey);
	if (bits < least || bits > RSA_BITS_MAX)
		return error_refuse(err, REASON_CERT_ALGORITHM,
				    "an RSA key of %d bits; %d to %d are allowed", bits, least,
				    RSA_BITS_MAX);
	return 0;
}

static int pss_digest(const X509_ALGOR *alg)
{
	RSA_PSS_PARAMS *pss =
		ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), alg->parameter);
	X509_ALGOR *mgf_hash = NULL;
	int md = NID_undef;

	/* Absent fields mean SHA-1, which is not allowed. MGF1 must use the same digest. */
	if (pss && pss->hashAlgorithm && pss->maskGenAlgorithm &&
	    OBJ_obj2nid(pss->maskGenAlgorithm->algorithm) == NID_mgf1)
		mgf_hash = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR),
						     pss->maskGenAlgorithm->parameter);
	if (mgf_hash && OBJ_cmp(mgf_hash->algorithm, pss->hashAlgorithm->algorithm) == 0)
		md = OBJ_obj2nid(mgf_hash->algorithm);
	X509_ALGOR_free(mgf_hash);
	RSA_PSS_PARAMS_free(pss);
	ERR_clear_error();
	return md;
}

int algorithm_digest(const X509_ALGOR *alg)
{
	int nid = OBJ_obj2nid(alg->algorithm), md = NID_undef, pk = NID_undef;

	if (nid == NID_rsassaPss)
		return pss_digest(alg);
	if (OBJ_find_sigid_algs(nid, &md, &pk) != 1)
		return NID_undef;
	return md;
}

int algorithm_check_signature(const X509_ALGOR *alg, unsigned flags, struct error *err)
{
	int nid = OBJ_obj2nid(alg->algorithm), md = NID_undef, pk = NID_undef;

	if (OBJ_find_sigid_algs(nid, &md, &pk) == 1 &&
	    algorithm_digest_allowed(algorithm_digest(alg), flags)) {
		if (nid == NID_rsassaPss)
			return 0;
		for (size_t i = 0; i < ARRAY_SIZE(signers); i++)
			if (signers[i] == pk)
				return 0;
	}
	return error_refuse(err, REASON_CERT_ALGORITHM, "signature algorithm %s is not allowed",
			    nid == NID_undef ? "(unknown)" : OBJ_nid2sn(nid));
}
