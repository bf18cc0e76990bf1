/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token/tpm2_file.h"

#include <openssl/asn1t.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/ossl.h"

#define NAME "TSS2 PRIVATE KEY"
#define OID_LOADABLE "2.23.133.10.1.3"
enum { OWNER = 0x40000001 }; /* TPM_RH_OWNER */

/* OpenSSL's templates want a type's name. */
typedef struct {
	ASN1_OBJECT *type;
	ASN1_BOOLEAN empty_auth;
	ASN1_INTEGER *parent;
	ASN1_OCTET_STRING *public_half, *private_half;
} TPM_KEY;

/* clang-format off */
ASN1_SEQUENCE(TPM_KEY) = {
	ASN1_SIMPLE(TPM_KEY, type, ASN1_OBJECT),
	ASN1_EXP_OPT(TPM_KEY, empty_auth, ASN1_BOOLEAN, 0),
	ASN1_SIMPLE(TPM_KEY, parent, ASN1_INTEGER),
	ASN1_SIMPLE(TPM_KEY, public_half, ASN1_OCTET_STRING),
	ASN1_SIMPLE(TPM_KEY, private_half, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(TPM_KEY)
IMPLEMENT_STATIC_ASN1_ENCODE_FUNCTIONS(TPM_KEY)
IMPLEMENT_STATIC_ASN1_ALLOC_FUNCTIONS(TPM_KEY)
/* clang-format on */

DEFINE_CLEANUP(TPM_KEY *, TPM_KEY_free)

void tpm2_blob_done(struct tpm2_blob *blob)
{
	buf_done(&blob->public_half);
	buf_done(&blob->private_half);
}

static int read_half(const ASN1_OCTET_STRING *from, struct buf *ret, struct error *err)
{
	int n = ASN1_STRING_length(from);

	if (n < 2 || n > (int)LIMIT_TPM_BLOB)
		return error_set(err, ERROR_INVALID, "a wrapped key's half of %d bytes", n);
	return buf_append(ret, ASN1_STRING_get0_data(from), (size_t)n, err);
}

static int read_der(const unsigned char *der, long len, struct tpm2_blob *ret, struct error *err)
{
	struct tpm2_blob blob auto_tpm2_blob = { 0 };
	struct buf again auto_buf = BUF_INIT;
	const unsigned char *p = der;
	TPM_KEY *key CLEANUP(TPM_KEY_freep) = d2i_TPM_KEY(NULL, &p, len);
	char type[40] = "";
	uint64_t parent = 0;

	if (!key)
		return ossl_fail(err, ERROR_INVALID, "not a key wrapped by a TPM");
	if (DER_APPEND(i2d_TPM_KEY, key, &again, err) < 0)
		return -1;
	if (!buf_is(&again, der, (size_t)len))
		return error_set(err, ERROR_INVALID, "a wrapped key that is not DER alone");
	(void)OBJ_obj2txt(type, sizeof(type), key->type, 1);
	if (strcmp(type, OID_LOADABLE) != 0 || key->empty_auth <= 0 ||
	    ASN1_INTEGER_get_uint64(&parent, key->parent) != 1 || parent != OWNER) {
		ERR_clear_error();
		return error_set(err, ERROR_INVALID,
				 "a wrapped key of another kind than loadable, without "
				 "authorization, under the owner's primary key");
	}
	if (read_half(key->public_half, &blob.public_half, err) < 0 ||
	    read_half(key->private_half, &blob.private_half, err) < 0)
		return -1;
	*ret = blob;
	blob = (struct tpm2_blob){ 0 };
	return 0;
}

int tpm2_file_parse(const void *pem, size_t len, struct tpm2_blob *ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = NULL;
	unsigned char *der = NULL;
	long n = 0;
	int r;

	if (len > LIMIT_KEY_FILE)
		return error_set(err, ERROR_INVALID, "too long for a wrapped key");
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return error_oom(err);
	if (PEM_bytes_read_bio(&der, &n, NULL, NAME, bio, NULL, NULL) != 1)
		return ossl_fail(err, ERROR_INVALID, "no " NAME " in PEM");
	r = read_der(der, n, ret, err);
	OPENSSL_free(der);
	return r;
}

int tpm2_file_format(const struct tpm2_blob *blob, struct buf *ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new(BIO_s_mem());
	TPM_KEY *key CLEANUP(TPM_KEY_freep) = TPM_KEY_new();
	struct buf der auto_buf = BUF_INIT;
	char *pem;
	long n;

	if (!bio || !key)
		return error_oom(err);
	ASN1_OBJECT_free(key->type);
	key->type = OBJ_txt2obj(OID_LOADABLE, 1);
	key->empty_auth = 0xff;
	if (!key->type || ASN1_INTEGER_set_uint64(key->parent, OWNER) != 1 ||
	    ASN1_OCTET_STRING_set(key->public_half, blob->public_half.data,
				  (int)blob->public_half.len) != 1 ||
	    ASN1_OCTET_STRING_set(key->private_half, blob->private_half.data,
				  (int)blob->private_half.len) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "encode a wrapped key");
	if (DER_APPEND(i2d_TPM_KEY, key, &der, err) < 0)
		return -1;
	if (PEM_write_bio(bio, NAME, "", der.data, (long)der.len) <= 0)
		return ossl_fail(err, ERROR_UNAVAILABLE, "encode PEM");
	n = BIO_get_mem_data(bio, &pem);
	return buf_append(ret, pem, (size_t)n, err);
}
