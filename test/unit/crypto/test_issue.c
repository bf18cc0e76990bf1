/* SPDX-License-Identifier: Apache-2.0 */
/* What we issue passes our own judgement; what a template cannot say is refused. */
#include "base/limits.h"
#include "check.h"
#include "crypto/csr.h"
#include "crypto/issue.h"
#include "crypto/x509.h"
#include "pki.h"

static const struct issue_template root_template = {
	.common_name = "root",
	.organization = "Example",
	.purposes = ISSUE_PURPOSE(X509_CA),
	.path_length = 1,
	.not_before = PKI_NOW - PKI_DAY,
	.not_after = PKI_NOW + 100 * PKI_DAY,
};

struct authority {
	struct key *key;
	struct cert *cert;
};

static void authority_done(struct authority *a)
{
	cert_free(a->cert);
	key_free(a->key);
}

static struct authority make_root(void)
{
	struct error err = ERROR_INIT;
	struct authority a = { 0 };

	CHECK_OK(key_generate(KEY_P384, &a.key, &err), err);
	CHECK_OK(issue_root(&root_template, a.key, &a.cert, &err), err);
	return a;
}

static int judge(const struct cert *leaf, const struct authority *root, const struct crl *crl,
		 enum x509_purpose purpose, struct error *err)
{
	struct certs *anchors auto_certs = pki_certs(root->cert, NULL);
	struct crls *crls auto_crls = pki_crls(crl, NULL);
	struct x509_request rq = {
		.purpose = purpose,
		.host = purpose == X509_TLS_SERVER ? "a.example" : NULL,
		.uri = "urn:uuid:1",
		.time = PKI_NOW,
		.anchors = anchors,
		.crls = crls,
	};

	*err = (struct error)ERROR_INIT;
	return x509_judge(leaf, &rq, err);
}

static const char *const dns[] = { "a.example", "b.example", NULL };
static const char *const ip[] = { "127.0.0.1", "::1", NULL };
static const char *const uri[] = { "urn:uuid:1", NULL };
static const struct issue_template leaf_template = {
	.common_name = "leaf",
	.dns = dns,
	.ip = ip,
	.uri = uri,
	.not_before = PKI_NOW - 60,
	.not_after = PKI_NOW + 1000 * PKI_DAY,
};

static void every_purpose(void)
{
	struct error err = ERROR_INIT;
	struct authority root CLEANUP(authority_done) = make_root();
	struct key *key auto_key = NULL;
	struct crl *crl auto_crl = NULL;

	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(issue_crl(&(struct issue_crl){ .number = 7,
						.this_update = PKI_NOW,
						.next_update = PKI_NOW + PKI_DAY },
			   root.cert, root.key, &crl, &err),
		 err);
	CHECK(crl_number(crl) == 7);
	CHECK_STR(crl_issuer_key_id(crl), cert_subject_key_id(root.cert));
	for (unsigned u = 1; u < X509_CA; u++) {
		struct issue_template t = leaf_template;
		struct cert *leaf auto_cert = NULL;

		t.purposes = ISSUE_PURPOSE(u);
		if (u == X509_OCSP_SIGNER) /* nobody can revoke it: a life of days */
			t.not_after = t.not_before + LIMIT_OCSP_SIGNER_S;
		CHECK_OK(issue_cert(&t, key_spki(key), root.cert, root.key, &leaf, &err), err);
		CHECK_OK(judge(leaf, &root, crl, (enum x509_purpose)u, &err), err);
		CHECK(strlen(cert_serial(leaf)) == 32);
		/* Cut to the issuer's. */
		CHECK(u == X509_OCSP_SIGNER ? cert_not_after(leaf) == t.not_after
					    : cert_not_after(leaf) == cert_not_after(root.cert));
		CHECK_STR(cert_san_dns(leaf, 1), "b.example");
		CHECK_STR(cert_key_sha256(leaf), key_sha256(key));
	}
}

static void two_purposes(void)
{
	struct error err = ERROR_INIT;
	struct authority root CLEANUP(authority_done) = make_root();
	struct key *key auto_key = NULL;
	struct issue_template t = leaf_template;
	struct cert *leaf auto_cert = NULL;

	t.purposes = ISSUE_PURPOSE(X509_EST_SERVER) | ISSUE_PURPOSE(X509_TLS_SERVER);
	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(issue_cert(&t, key_spki(key), root.cert, root.key, &leaf, &err), err);
	CHECK_REFUSED(judge(leaf, &root, NULL, X509_EST_SERVER, &err), err,
		      REASON_CERT_STATUS_UNKNOWN);
	CHECK_REFUSED(judge(leaf, &root, NULL, X509_TLS_CLIENT, &err), err, REASON_CERT_PURPOSE);
}

static void chain_of_authorities(void)
{
	struct error err = ERROR_INIT;
	struct authority root CLEANUP(authority_done) = make_root();
	struct authority issuer CLEANUP(authority_done) = { 0 };
	struct issue_template t = root_template;
	struct cert *none auto_cert = NULL;

	t.common_name = "issuer";
	t.path_length = 0;
	CHECK_OK(key_generate(KEY_P256, &issuer.key, &err), err);
	CHECK_OK(issue_cert(&t, key_spki(issuer.key), root.cert, root.key, &issuer.cert, &err),
		 err);
	CHECK_STR(cert_issuer(issuer.cert), cert_subject(root.cert));
	CHECK_STR(cert_issuer_key_id(issuer.cert), cert_subject_key_id(root.cert));
	CHECK(!cert_is_self_signed(issuer.cert) && cert_is_self_signed(root.cert));
	CHECK_OK(x509_check_anchor(root.cert, PKI_NOW, 0, &err), err);
	/* Another's key, and an end certificate, issue nothing. */
	CHECK_ERROR(issue_cert(&t, key_spki(issuer.key), root.cert, issuer.key, &none, &err), err,
		    ERROR_INVALID);
}

static void revoking(void)
{
	struct error err = ERROR_INIT;
	struct authority root CLEANUP(authority_done) = make_root();
	struct key *key auto_key = NULL;
	struct cert *leaf auto_cert = NULL, *none auto_cert = NULL;
	struct crl *crl auto_crl = NULL, *no_crl auto_crl = NULL;
	struct issue_template t = leaf_template;

	t.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT);
	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(issue_cert(&t, key_spki(key), root.cert, root.key, &leaf, &err), err);
	struct issue_revoked revoked[] = { { "00ff", PKI_NOW }, { cert_serial(leaf), PKI_NOW } };
	struct issue_crl c = { .number = 8,
			       .this_update = PKI_NOW,
			       .next_update = PKI_NOW + PKI_DAY,
			       .revoked = revoked,
			       .n_revoked = 2 };

	CHECK_OK(issue_crl(&c, root.cert, root.key, &crl, &err), err);
	CHECK(crl_count(crl) == 2);
	CHECK_REFUSED(judge(leaf, &root, crl, X509_TLS_CLIENT, &err), err, REASON_CERT_REVOKED);
	revoked[0].serial = "xyz";
	CHECK_ERROR(issue_crl(&c, root.cert, root.key, &no_crl, &err), err, ERROR_INVALID);
	c.n_revoked = 0;
	c.next_update = c.this_update;
	CHECK_ERROR(issue_crl(&c, root.cert, root.key, &no_crl, &err), err, ERROR_INVALID);
	c.next_update++;
	CHECK_ERROR(issue_crl(&c, root.cert, key, &no_crl, &err), err, ERROR_INVALID);
	CHECK_ERROR(issue_crl(&c, leaf, key, &no_crl, &err), err, ERROR_INVALID);
	CHECK_ERROR(issue_cert(&t, key_spki(key), leaf, key, &none, &err), err, ERROR_INVALID);
}

static void bad_templates(void)
{
	static const char *const bad_ip[] = { "a.example", NULL }, *const bad_dns[] = { "a b",
											NULL };
	static const char *const ip_as_dns[] = { "127.0.0.1", NULL };
	const struct issue_template bad[] = {
		{ .common_name = "x", .purposes = 0 },
		{ .common_name = "x", .purposes = 1u << 30 },
		{ .common_name = "x",
		  .purposes = ISSUE_PURPOSE(X509_CA) | ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .common_name = "", .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .ip = bad_ip, .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .dns = bad_dns, .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .dns = ip_as_dns, .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
		{ .common_name = "x", .path_length = 99, .purposes = ISSUE_PURPOSE(X509_CA) },
		{ .common_name =
			  "a name that is a great deal longer than the 64 characters allowed",
		  .purposes = ISSUE_PURPOSE(X509_TLS_CLIENT) },
	};
	struct error err = ERROR_INIT;
	struct authority root CLEANUP(authority_done) = make_root();

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct issue_template t = bad[i];
		struct cert *none auto_cert = NULL;

		t.not_before = PKI_NOW;
		t.not_after = PKI_NOW + 1;
		CHECK_ERROR(issue_cert(&t, key_spki(root.key), root.cert, root.key, &none, &err),
			    err, ERROR_INVALID);
	}
	struct issue_template t = leaf_template;
	struct cert *none auto_cert = NULL;

	t.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT);
	t.not_before = cert_not_after(root.cert);
	CHECK_ERROR(issue_cert(&t, key_spki(root.key), root.cert, root.key, &none, &err), err,
		    ERROR_INVALID);
	t = root_template;
	t.not_after = t.not_before;
	CHECK_ERROR(issue_root(&t, root.key, &none, &err), err, ERROR_INVALID);
	t = leaf_template;
	t.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT);
	CHECK_ERROR(issue_root(&t, root.key, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(issue_cert(&t, &BUF_VIEW("x", 1), root.cert, root.key, &none, &err), err,
		    ERROR_INVALID);
}

static void requests(void)
{
	struct error err = ERROR_INIT;
	struct key *key auto_key = NULL;
	struct csr *csr auto_csr = NULL, *none auto_csr = NULL;
	struct buf der auto_buf = BUF_INIT, long_der auto_buf = BUF_INIT;

	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(csr_make(key, "my device", &der, &err), err);
	CHECK_OK(csr_parse(der.data, der.len, &csr, &err), err);
	CHECK_STR(csr_common_name(csr), "my device");
	CHECK_STR(csr_key_sha256(csr), key_sha256(key));
	CHECK(csr_spki(csr)->len == key_spki(key)->len);

	CHECK_OK(buf_append(&long_der, der.data, der.len, &err), err);
	CHECK_OK(buf_append(&long_der, "x", 1, &err), err);
	CHECK_ERROR(csr_parse(long_der.data, long_der.len, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(csr_parse(der.data, der.len - 1, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(csr_parse("", 0, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(csr_parse(der.data, LIMIT_CSR + 1, &none, &err), err, ERROR_LIMIT);
	CHECK_ERROR(csr_parse_pem("hello", 5, &none, &err), err, ERROR_INVALID);
	der.data[der.len - 1] ^= 1;
	CHECK_REFUSED(csr_parse(der.data, der.len, &none, &err), err, REASON_SIGNATURE);
}

static const struct check_case cases[] = {
	{ "issue: a certificate for each purpose passes the judge", every_purpose },
	{ "issue: an EST server's certificate carries both usages", two_purposes },
	{ "issue: authorities below authorities, by key identifier", chain_of_authorities },
	{ "X-4: a serial on our CRL is revoked", revoking },
	{ "issue: a template that makes no sense is refused", bad_templates },
	{ "X509_EXT.3: requests are made, parsed and prove possession", requests },
};

CHECK_MAIN(cases)
