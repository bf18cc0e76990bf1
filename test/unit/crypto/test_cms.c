/* SPDX-License-Identifier: Apache-2.0 */
/* Signed documents: what is made is read, what is not exactly that is refused with its reason. */
#include "base/limits.h"
#include "check.h"
#include "crypto/cms.h"
#include "pki.h"

static const char json[] = "{\"type\":\"policy\"}";
static const struct buf content = { .data = (uint8_t *)json, .len = sizeof(json) - 1 };

static int parse(const struct buf *der, struct cms **ret, struct error *err)
{
	*err = (struct error)ERROR_INIT;
	return cms_parse(der->data, der->len, LIMIT_DOCUMENT, ret, err);
}

static void round_trip(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct pki_node second CLEANUP(pki_node_done) = { 0 };
	struct buf der auto_buf = BUF_INIT;
	struct cms *cms auto_cms = NULL;

	pki_init(&p, X509_INSTRUCTION_SIGNER, NULL);
	pki_make(
		&(struct pki_spec){
			.name = "second", PKI_END, .issuer = &p.issuer, .key = PKI_P384 },
		&second);
	const struct cms_signer signers[] = { { p.leaf.cert, p.leaf.key },
					      { second.cert, second.key } };
	const struct cms_extra extra = { p.untrusted, p.crls };

	CHECK_OK(cms_sign(&content, signers, 2, &extra, &der, &err), err);
	CHECK_OK(parse(&der, &cms, &err), err);
	CHECK(cms_content(cms).len == content.len &&
	      memcmp(cms_content(cms).data, json, content.len) == 0);
	CHECK(cms_n_signers(cms) == 2 && !cms_signer(cms, 2));
	CHECK(certs_count(cms_certs(cms)) == 3 && crls_count(cms_crls(cms)) == 2);
	for (size_t i = 0; i < 2; i++) {
		const char *id = cert_sha256(cms_signer(cms, i));

		CHECK_OK(cms_check_signature(cms, i, &err), err);
		CHECK(strcmp(id, cert_sha256(p.leaf.cert)) == 0 ||
		      strcmp(id, cert_sha256(second.cert)) == 0);
	}
	CHECK_ERROR(cms_check_signature(cms, 2, &err), err, ERROR_INVALID);
}

static void add_one(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki, q auto_pki;
	struct buf one auto_buf = BUF_INIT, two auto_buf = BUF_INIT, none auto_buf = BUF_INIT;
	struct cms *cms auto_cms = NULL;

	pki_init(&p, X509_INSTRUCTION_SIGNER, NULL);
	pki_init(&q, X509_INSTRUCTION_SIGNER, NULL);
	const struct cms_signer first = { p.leaf.cert, p.leaf.key };
	const struct cms_signer second = { q.issuer.cert, q.issuer.key };
	const struct cms_extra extra = { q.untrusted, q.crls };

	CHECK_OK(cms_sign(&content, &first, 1, NULL, &one, &err), err);
	CHECK_OK(cms_add_signer(&one, &second, &extra, &two, &err), err);
	CHECK_OK(parse(&two, &cms, &err), err);
	CHECK(cms_n_signers(cms) == 2 && crls_count(cms_crls(cms)) == 2);
	CHECK_OK(cms_check_signature(cms, 0, &err), err);
	CHECK_OK(cms_check_signature(cms, 1, &err), err);
	CHECK_ERROR(cms_add_signer(&two, &first, NULL, &none, &err), err, ERROR_CONFLICT);
	CHECK(none.len == 0);
}

static void wrong_keys(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct buf der auto_buf = BUF_INIT;

	pki_init(&p, X509_INSTRUCTION_SIGNER, NULL);
	const struct cms_signer wrong = { p.leaf.cert, p.issuer.key };
	const struct cms_signer twice[] = { { p.leaf.cert, p.leaf.key },
					    { p.leaf.cert, p.leaf.key } };

	CHECK_ERROR(cms_sign(&content, &wrong, 1, NULL, &der, &err), err, ERROR_INVALID);
	CHECK_ERROR(cms_sign(&content, twice, 2, NULL, &der, &err), err, ERROR_INVALID);
	CHECK_ERROR(cms_sign(&content, twice, 0, NULL, &der, &err), err, ERROR_INVALID);
	CHECK(der.len == 0);
}

static void make(struct pki *p, struct buf *der)
{
	struct error err = ERROR_INIT;

	pki_init(p, X509_INSTRUCTION_SIGNER, NULL);
	CHECK_OK(cms_sign(&content, &(struct cms_signer){ p->leaf.cert, p->leaf.key }, 1, NULL, der,
			  &err),
		 err);
}

static void sizes_and_forms(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct buf der auto_buf = BUF_INIT;
	struct cms *cms auto_cms = NULL;

	make(&p, &der);
	CHECK_REFUSED(cms_parse(der.data, der.len, der.len - 1, &cms, &err), err, REASON_SIZE);
	CHECK_REFUSED(cms_parse(der.data, der.len - 1, der.len, &cms, &err), err, REASON_CMS_FORM);
	CHECK_REFUSED(cms_parse(der.data, 0, der.len, &cms, &err), err, REASON_CMS_FORM);
	CHECK_REFUSED(cms_parse(json, sizeof(json), 1000, &cms, &err), err, REASON_CMS_FORM);
	CHECK_OK(buf_append(&der, "", 1, &err), err);
	CHECK_REFUSED(parse(&der, &cms, &err), err, REASON_CMS_FORM);
	CHECK(cms == NULL);
}

/* Every byte of the content, and of the signature's end, matters. */
static void tampered(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct buf der auto_buf = BUF_INIT;
	uint8_t *at;

	make(&p, &der);
	at = memmem(der.data, der.len, json, content.len);
	CHECK(at != NULL);
	for (size_t i = 0; at && i < content.len; i++) {
		struct cms *cms auto_cms = NULL;

		at[i] ^= 1;
		CHECK_OK(parse(&der, &cms, &err), err);
		CHECK_REFUSED(cms_check_signature(cms, 0, &err), err, REASON_SIGNATURE);
		at[i] ^= 1;
	}
	struct cms *cms auto_cms = NULL;

	der.data[der.len - 1] ^= 1;
	CHECK_OK(parse(&der, &cms, &err), err);
	CHECK_REFUSED(cms_check_signature(cms, 0, &err), err, REASON_SIGNATURE);
}

/* Any one bit: never a crash, never a good signature over other content. */
static void any_bit(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct buf der auto_buf = BUF_INIT;
	unsigned forged = 0;

	make(&p, &der);
	for (size_t i = 0; i < der.len; i++) {
		struct cms *cms auto_cms = NULL;

		der.data[i] ^= 1u << (i % 8);
		if (parse(&der, &cms, &err) == 0 && cms_check_signature(cms, 0, &err) == 0)
			forged += cms_content(cms).len != content.len ||
				  memcmp(cms_content(cms).data, json, content.len) != 0;
		der.data[i] ^= 1u << (i % 8);
	}
	CHECK(forged == 0);
}

static void certs_only(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct certs *chain auto_certs = NULL, *back auto_certs = NULL, *none auto_certs = NULL;
	struct buf der auto_buf = BUF_INIT, empty auto_buf = BUF_INIT, doc auto_buf = BUF_INIT;
	struct cms *cms auto_cms = NULL;

	make(&p, &doc);
	chain = pki_certs(p.leaf.cert, p.issuer.cert, NULL);
	CHECK_OK(cms_certs_make(chain, &der, &err), err);
	CHECK_OK(cms_certs_parse(der.data, der.len, &back, &err), err);
	CHECK(certs_count(back) == 2 && certs_find(back, cert_sha256(p.leaf.cert)) &&
	      certs_find(back, cert_sha256(p.issuer.cert)));
	CHECK_REFUSED(parse(&der, &cms, &err), err, REASON_CMS_FORM); /* it is no document */
	CHECK_OK(cms_certs_make(NULL, &empty, &err), err);
	CHECK_ERROR(cms_certs_parse(empty.data, empty.len, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(cms_certs_parse(der.data, der.len - 1, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(cms_certs_parse("", 0, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(cms_certs_parse(der.data, LIMIT_CERT_FILE + 1, &none, &err), err, ERROR_LIMIT);
}

static const struct check_case cases[] = {
	{ "A-POL-1: a document with two signers, its chain and CRLs, round trip", round_trip },
	{ "cms: a signature is added to a signed document, once", add_one },
	{ "cms: a key that is not the certificate's signs nothing", wrong_keys },
	{ "A-POL-2: too long, cut, trailing or other bytes are refused", sizes_and_forms },
	{ "A-POL-2: a changed byte of content or signature is refused", tampered },
	{ "A-POL-2: no single bit makes other content pass", any_bit },
	{ "X509_EXT.4: certificates alone, as EST answers them", certs_only },
};

CHECK_MAIN(cases)
