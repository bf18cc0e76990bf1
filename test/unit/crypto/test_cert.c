/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "check.h"
#include "crypto/cert.h"
#include "crypto/digest.h"
#include "crypto/init.h"
#include "crypto/random.h"
#include "pki.h"

static void round_trip(void)
{
	struct error err = ERROR_INIT;
	struct pki_node n CLEANUP(pki_node_done) = { 0 };
	struct cert *der auto_cert = NULL, *pem auto_cert = NULL;
	struct buf text auto_buf = BUF_INIT;

	pki_make(&(struct pki_spec){ .name = "n", PKI_CA }, &n);
	CHECK_OK(cert_parse_der(cert_der(n.cert)->data, cert_der(n.cert)->len, &der, &err), err);
	CHECK_STR(cert_sha256(der), cert_sha256(n.cert));
	CHECK_OK(cert_pem(der, &text, &err), err);
	CHECK_OK(cert_parse_pem(text.data, text.len, &pem, &err), err);
	CHECK_STR(cert_sha256(pem), cert_sha256(n.cert));
	CHECK(cert_is_self_signed(pem));
	CHECK_STR(cert_subject(pem), "CN=n");
	CHECK_STR(cert_issuer(pem), "CN=n");
	CHECK_STR(cert_issuer_key_id(pem), cert_subject_key_id(pem));
	CHECK(cert_serial(pem)[0] != '\0');
}

static void bad_forms(void)
{
	struct error err = ERROR_INIT;
	struct pki_node n CLEANUP(pki_node_done) = { 0 };
	struct cert *none auto_cert = NULL;
	struct buf der auto_buf = BUF_INIT;

	pki_make(&(struct pki_spec){ .name = "n", PKI_CA }, &n);
	CHECK_OK(buf_append(&der, cert_der(n.cert)->data, cert_der(n.cert)->len, &err), err);
	CHECK_OK(buf_append(&der, "\0", 1, &err), err);
	CHECK_REFUSED(cert_parse_der(der.data, der.len, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(cert_parse_der(der.data, der.len - 2, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(cert_parse_der("", 0, &none, &err), err, REASON_CERT_FORM);
	CHECK_ERROR(cert_parse_der(der.data, LIMIT_CERT + 1, &none, &err), err, ERROR_LIMIT);
	CHECK_ERROR(cert_parse_pem("hello", 5, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(cert_load("/nonexistent", &none, &err), err, ERROR_NOT_FOUND);
	CHECK(none == NULL);
}

static void bundles(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct certs *both auto_certs = NULL, *none auto_certs = NULL, *read auto_certs = NULL;
	struct buf text auto_buf = BUF_INIT;

	pki_init(&p, X509_TLS_SERVER, NULL);
	both = pki_certs(p.root.cert, p.issuer.cert, NULL);
	CHECK_OK(buf_puts(&text, "a comment\n", &err), err);
	CHECK_OK(certs_pem(both, &text, &err), err);
	CHECK_OK(certs_parse_pem(text.data, text.len, &read, &err), err);
	CHECK(certs_count(read) == 2);
	CHECK_STR(cert_sha256(certs_get(read, 1)), cert_sha256(p.issuer.cert));
	CHECK(certs_find(read, cert_sha256(p.root.cert)) == certs_get(read, 0));
	CHECK(!certs_find(read, cert_sha256(p.leaf.cert)));
	CHECK(!certs_get(read, 2) && certs_count(NULL) == 0);
	CHECK_ERROR(certs_parse_pem("", 0, &none, &err), err, ERROR_INVALID);
	*(strstr((char *)text.data, "END") - 20) = '!';
	CHECK_ERROR(certs_parse_pem(text.data, text.len, &none, &err), err, ERROR_INVALID);
}

static void list_limit(void)
{
	struct error err = ERROR_INIT;
	struct pki_node n CLEANUP(pki_node_done) = { 0 };
	struct certs *list auto_certs = NULL;

	pki_make(&(struct pki_spec){ .name = "n", PKI_CA }, &n);
	CHECK_OK(certs_new(&list, &err), err);
	for (size_t i = 0; i < LIMIT_CERTS; i++)
		CHECK_OK(certs_add(list, n.cert, &err), err);
	CHECK_ERROR(certs_add(list, n.cert, &err), err, ERROR_LIMIT);
}

static void digests(void)
{
	struct error err = ERROR_INIT;
	char hex[SHA256_HEX_SIZE], random[33] = "", other[33] = "";

	CHECK_OK(digest_sha256_hex("abc", 3, hex, &err), err);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_OK(random_hex(random, 16, &err), err);
	CHECK_OK(random_hex(other, 16, &err), err);
	CHECK(strlen(random) == 32 && strcmp(random, other) != 0);
}

/* A configuration that would break OpenSSL's own start. */
static void start_without_configuration(void)
{
	struct error err = ERROR_INIT;

	CHECK(setenv("OPENSSL_CONF", "/proc/self/mem", 1) == 0);
	CHECK_OK(crypto_init(&err), err);
	CHECK_OK(crypto_init(&err), err);
}

static const struct check_case cases[] = {
	{ "crypto: OpenSSL starts without a configuration file", start_without_configuration },
	{ "cert: DER and PEM round trip", round_trip },
	{ "X-8: what is not one DER certificate is refused", bad_forms },
	{ "certs: a bundle is read in order", bundles },
	{ "certs: a list has a limit", list_limit },
	{ "digest: SHA-256 of a known text; random texts differ", digests },
};

CHECK_MAIN(cases)
