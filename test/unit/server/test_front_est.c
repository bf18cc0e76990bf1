/* SPDX-License-Identifier: Apache-2.0 */
/* EST and renewals at the real front, as any client sees them. */
#include "check.h"

#include "base/base64.h"
#include "crypto/csr.h"
#include "front_bed.h"

#define EST "/.well-known/est/"

static void read_certs(const struct bed_client *c, size_t i, struct certs **ret)
{
	auto_buf struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(base64_decode(bed_body(c, i), strlen(bed_body(c, i)), 1, &der, &err), err);
	CHECK_OK(cms_certs_parse(der.data, der.len, ret, &err), err);
}

static void est_public(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_certs struct certs *certs = NULL;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_get(c, EST "cacerts");
	bed_get(c, EST "csrattrs");
	bed_get(c, "/pki/device.crl");
	bed_get(c, "/pki/nothing.crl");
	UNTIL(&b, c->n == 4);
	CHECK(bed_status(c, 0) == 200 && bed_status(c, 1) == 200 && bed_status(c, 2) == 200 &&
	      bed_status(c, 3) == 404);
	CHECK_STR(c->replies[0].type, "application/pkcs7-mime; smime-type=certs-only");
	CHECK_STR(c->replies[1].type, "application/csrattrs");
	CHECK_STR(c->replies[2].type, "application/pkix-crl");
	read_certs(c, 0, &certs);
	CHECK(certs_count(certs) == 2 &&
	      certs_find(certs, cert_sha256(b.pki.client_root.cert)) != NULL);
}

static void est_enrolls(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_certs struct certs *certs = NULL;
	auto_buf struct buf csr = BUF_INIT;
	auto_key struct key *key = NULL;
	struct bed_client *c;
	struct http_send s = { .method = HTTP_POST,
			       .target = EST "simpleenroll?model=X1",
			       .type = "application/pkcs10",
			       .basic_user = "token-1",
			       .basic_password = "secret" };
	char digest[SHA256_HEX_SIZE];

	bed_init(&b);
	bed_csr(&key, &csr);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_ask(c, HTTP_POST, EST "simpleenroll", "application/pkcs10", csr.data, csr.len);
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 401 && b.n_seen[SERVER_ENROLL] == 0);
	CHECK_STR(c->replies[0].header, "Basic realm=\"enrollment\"");
	s.body = csr.data;
	s.body_len = csr.len;
	bed_send(c, &s);
	UNTIL(&b, c->n == 2);
	CHECK(bed_status(c, 1) == 200 && b.n_seen[SERVER_ENROLL] == 1);
	hash_sha256_hex("secret", 6, digest);
	CHECK(bed_said(&b, "\"token\":\"token-1\"") && bed_said(&b, digest) &&
	      bed_said(&b, key_sha256(key)) && bed_said(&b, "\"model\":\"X1\"") &&
	      bed_said(&b, "\"hostname\":\"laptop\""));
	read_certs(c, 1, &certs);
	CHECK(certs_count(certs) == 1);
	CHECK_STR(cert_key_sha256(certs_get(certs, 0)), key_sha256(key));
}

static void est_refuses(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf csr = BUF_INIT, der = BUF_INIT, forged = BUF_INIT;
	auto_key struct key *key = NULL;
	struct error err = ERROR_INIT;
	struct bed_client *c;
	struct http_send s = { .method = HTTP_POST,
			       .target = EST "simpleenroll",
			       .type = "application/pkcs10",
			       .basic_user = "t",
			       .basic_password = "s",
			       .body = "!!!",
			       .body_len = 3 };

	bed_init(&b);
	bed_csr(&key, &csr);
	CHECK_OK(base64_decode((char *)csr.data, csr.len, 0, &der, &err), err);
	der.data[der.len - 5] ^= 1;
	CHECK_OK(base64_encode(der.data, der.len, &forged, &err), err);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_send(c, &s);
	s.body = forged.data;
	s.body_len = forged.len;
	bed_send(c, &s); /* no proof of the key */
	UNTIL(&b, c->n == 2);
	CHECK(bed_status(c, 0) == 400 && bed_status(c, 1) == 422 && b.n_seen[SERVER_ENROLL] == 0);
	b.fail[SERVER_ENROLL] = ERROR_UNAUTHORIZED;
	s.body = csr.data;
	s.body_len = csr.len;
	bed_send(c, &s);
	bed_ask(c, HTTP_POST, EST "simplereenroll", "application/pkcs10", csr.data, csr.len);
	UNTIL(&b, c->n == 4);
	CHECK(bed_status(c, 2) == 401 && c->replies[2].header[0]);
	CHECK(bed_status(c, 3) == 403 && b.n_seen[SERVER_REENROLL] == 0);
}

/* A certificate of the device that ran out an hour ago, by an issuer. */
static void make_expired(const struct pki_authority *issuer, struct key **key, struct cert **cert)
{
	static const char *const uri[] = { "urn:uuid:" BED_DEVICE, NULL };
	const struct issue_template t = {
		.common_name = BED_DEVICE,
		.uri = uri,
		.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT),
		.not_before = time(NULL) - 7200,
		.not_after = time(NULL) - 3600,
	};
	struct error err = ERROR_INIT;

	CHECK_OK(key_generate(KEY_P256, key, &err), err);
	CHECK_OK(issue_cert(&t, key_spki(*key), issuer->cert, issuer->key, cert, &err), err);
}

static void make_renewal(const struct pki_authority *issuer, struct buf *ret)
{
	auto_key struct key *old_key = NULL, *new_key = NULL;
	auto_cert struct cert *cert = NULL;
	auto_buf struct buf csr = BUF_INIT;
	struct error err = ERROR_INIT;

	make_expired(issuer, &old_key, &cert);
	CHECK_OK(key_generate(KEY_P256, &new_key, &err), err);
	CHECK_OK(csr_make(new_key, NULL, &csr, &err), err);
	CHECK_OK(cms_sign(&csr, &(struct cms_signer){ cert, old_key }, 1, NULL, ret, &err), err);
}

static void renews(void)
{
	static const char path[] = "/device/v1/renewals";
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf good = BUF_INIT, rogue = BUF_INIT;
	struct bed_client *c;

	bed_init(&b);
	make_renewal(&b.pki.client_root, &good);
	make_renewal(&b.pki.rogue_root, &rogue);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_ask(c, HTTP_POST, path, "application/cms", good.data, good.len);
	bed_ask(c, HTTP_POST, path, "application/cms", rogue.data, rogue.len);
	UNTIL(&b, c->n == 2);
	CHECK(bed_status(c, 0) == 200 && bed_status(c, 1) == 422 && b.n_seen[SERVER_REENROLL] == 1);
	if (bed_status(c, 0) != 200)
		printf("# %s\n", bed_body(c, 0));
	CHECK(bed_said(&b, "\"expired\":true") && bed_said(&b, "\"kind\":\"identity\"") &&
	      bed_said(&b, "\"device\":\"" BED_DEVICE "\""));
	good.data[good.len - 3] ^= 1; /* in the signature */
	bed_ask(c, HTTP_POST, path, "application/cms", good.data, good.len);
	UNTIL(&b, c->n == 3 && b.n_seen[SERVER_AUDIT] == 2);
	CHECK(bed_status(c, 2) == 422 && b.n_seen[SERVER_REENROLL] == 1);
	CHECK(strncmp(b.audit, "enrollment-refused ", 19) == 0);
}

static const struct check_case cases[] = {
	{ "S-ENR-1: what EST publishes is public", est_public },
	{ "S-ENR-1: simpleenroll asks core with digests, and answers the certificate alone",
	  est_enrolls },
	{ "S-ENR-3: enrollment without secret, form, proof or certificate is refused",
	  est_refuses },
	{ "front: a certificate that ran out is renewed by its key, and by no other", renews },
};
CHECK_MAIN(cases)
