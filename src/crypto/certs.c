/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of certificates, and PEM texts of one or many. */
#include <openssl/pem.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/ossl.h"

int certs_new(struct certs **ret, struct error *err)
{
	struct certs *certs = calloc(1, sizeof(*certs));

	if (!certs)
		return error_oom(err);
	*ret = certs;
	return 0;
}

void certs_free(struct certs *certs)
{
	if (!certs)
		return;
	for (size_t i = 0; i < certs->n; i++)
		cert_free(certs->list[i]);
	free(certs->list);
	free(certs);
}

int certs_add(struct certs *certs, const struct cert *cert, struct error *err)
{
	if (certs->n >= LIMIT_CERTS)
		return error_set(err, ERROR_LIMIT, "more than %u certificates", LIMIT_CERTS);
	if (certs->n == certs->cap) {
		size_t cap = certs->cap ? 2 * certs->cap : 4;
		struct cert **list = realloc(certs->list, cap * sizeof(struct cert *));

		if (!list)
			return error_oom(err);
		certs->list = list;
		certs->cap = cap;
	}
	certs->list[certs->n++] = cert_ref(cert);
	return 0;
}

int certs_add_all(struct certs *certs, const struct certs *from, struct error *err)
{
	for (size_t i = 0; i < certs_count(from); i++)
		if (certs_add(certs, certs_get(from, i), err) < 0)
			return -1;
	return 0;
}

size_t certs_count(const struct certs *certs)
{
	return certs ? certs->n : 0;
}

const struct cert *certs_get(const struct certs *certs, size_t i)
{
	return i < certs_count(certs) ? certs->list[i] : NULL;
}

const struct cert *certs_find(const struct certs *certs, const char *sha256)
{
	for (size_t i = 0; i < certs_count(certs); i++)
		if (strcmp(certs->list[i]->sha256, sha256) == 0)
			return certs->list[i];
	return NULL;
}

/* One certificate of a PEM text: 1, 0 at the end, -1. Other PEM blocks are skipped. */
static int next_pem(BIO *bio, struct cert **ret, struct error *err)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long len = 0;
	int r = 0;

	while (r == 0 && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
		if (strcmp(name, PEM_STRING_X509) == 0)
			r = cert_parse_der(data, (size_t)len, ret, err) < 0 ? -1 : 1;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(data, (size_t)len); /* it may have been a key */
	}
	if (r == 0 && ERR_peek_last_error() != 0 &&
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return ossl_fail(err, ERROR_INVALID, "malformed PEM");
	ERR_clear_error();
	return r;
}

static int parse_pem(const void *pem, size_t len, size_t max, struct certs *certs,
		     struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = NULL;
	int r = 1;

	if (len > LIMIT_CERT_FILE)
		return error_set(err, ERROR_LIMIT, "%zu bytes of PEM; at most %u", len,
				 LIMIT_CERT_FILE);
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return error_oom(err);
	while (r == 1 && certs->n < max) {
		struct cert *cert auto_cert = NULL;

		r = next_pem(bio, &cert, err);
		if (r == 1 && certs_add(certs, cert, err) < 0)
			return -1;
	}
	if (r == 0 && certs->n == 0)
		return error_set(err, ERROR_INVALID, "no certificate in PEM");
	return r < 0 ? -1 : 0;
}

int certs_parse_pem(const void *pem, size_t len, struct certs **ret, struct error *err)
{
	struct certs *certs auto_certs = NULL;

	if (certs_new(&certs, err) < 0 || parse_pem(pem, len, LIMIT_CERTS + 1, certs, err) < 0)
		return -1;
	*ret = STEAL(certs);
	return 0;
}

int cert_parse_pem(const void *pem, size_t len, struct cert **ret, struct error *err)
{
	struct certs *certs auto_certs = NULL;

	if (certs_new(&certs, err) < 0 || parse_pem(pem, len, 1, certs, err) < 0)
		return -1;
	*ret = cert_ref(certs_get(certs, 0));
	return 0;
}

int certs_load(const char *path, struct certs **ret, struct error *err)
{
	struct buf pem auto_buf = BUF_INIT;

	if (file_read(path, LIMIT_CERT_FILE, &pem, err) < 0)
		return -1;
	if (certs_parse_pem(pem.data, pem.len, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

int cert_load(const char *path, struct cert **ret, struct error *err)
{
	struct buf pem auto_buf = BUF_INIT;

	if (file_read(path, LIMIT_CERT_FILE, &pem, err) < 0)
		return -1;
	if (cert_parse_pem(pem.data, pem.len, ret, err) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

int cert_pem(const struct cert *cert, struct buf *ret, struct error *err)
{
	BIO *bio CLEANUP(BIO_free_allp) = BIO_new(BIO_s_mem());
	char *data;
	long n;

	if (!bio || PEM_write_bio_X509(bio, cert->x509) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "encode PEM");
	n = BIO_get_mem_data(bio, &data);
	return buf_append(ret, data, (size_t)n, err);
}

int certs_pem(const struct certs *certs, struct buf *ret, struct error *err)
{
	for (size_t i = 0; i < certs_count(certs); i++)
		if (cert_pem(certs->list[i], ret, err) < 0)
			return -1;
	return 0;
}
