/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents made by stock `openssl cms`, as an operator without our CLI makes them, and documents
 * of ours read by it; and the forms of theirs that we refuse.
 */
#include <stdarg.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "crypto/cms.h"
#include "pki.h"

static const char json[] = "{\"type\":\"policy\",\"n\":1}";

struct bench {
	char dir[40];
	struct pki pki;
	struct pki_node weak, rsa;
};

static void write_node(const struct bench *b, const char *name, const struct pki_node *n)
{
	struct error err = ERROR_INIT;
	struct buf pem auto_buf = BUF_INIT;
	char path[100];

	(void)snprintf(path, sizeof(path), "%s/%s.crt", b->dir, name);
	CHECK_OK(cert_pem(n->cert, &pem, &err), err);
	CHECK_OK(file_create(path, pem.data, pem.len, 0600, &err), err);
	(void)snprintf(path, sizeof(path), "%s/%s.key", b->dir, name);
	CHECK_OK(key_save(n->key, path, &err), err);
}

static void bench_init(struct bench *b)
{
	struct error err = ERROR_INIT;
	char path[100];

	*b = (struct bench){ .dir = "/tmp/muster-cms-XXXXXX" };
	CHECK(mkdtemp(b->dir) != NULL);
	pki_init(&b->pki, X509_INSTRUCTION_SIGNER, NULL);
	pki_make(
		&(struct pki_spec){
			.name = "rsa", PKI_END, .issuer = &b->pki.issuer, .key = PKI_RSA3072 },
		&b->rsa);
	pki_make(
		&(struct pki_spec){
			.name = "ed", PKI_END, .issuer = &b->pki.issuer, .key = PKI_ED25519 },
		&b->weak);
	write_node(b, "leaf", &b->pki.leaf);
	write_node(b, "chain", &b->pki.issuer);
	write_node(b, "rsa", &b->rsa);
	write_node(b, "ed", &b->weak);
	(void)snprintf(path, sizeof(path), "%s/in.json", b->dir);
	CHECK_OK(file_create(path, json, sizeof(json) - 1, 0600, &err), err);
}

static void bench_done(struct bench *b)
{
	char command[100];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", b->dir);
	CHECK(system(command) == 0);
	pki_done(&b->pki);
	pki_node_done(&b->weak);
	pki_node_done(&b->rsa);
}

/* openssl cms ARGS in the bench's directory; its output file "out" into *der. */
PRINTF(3, 4) static bool openssl(const struct bench *b, struct buf *der, const char *fmt, ...)
{
	struct error err = ERROR_INIT;
	char args[400], command[600], path[100];
	va_list ap;
	int status;

	va_start(ap, fmt);
	(void)vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	(void)snprintf(command, sizeof(command), "cd '%s' && openssl cms %s -out out 2>log", b->dir,
		       args);
	status = system(command);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/out", b->dir);
	return file_read(path, LIMIT_DOCUMENT, der, &err) == 0;
}

static int judge(const struct buf *der, struct error *err)
{
	struct cms *cms auto_cms = NULL;

	*err = (struct error)ERROR_INIT;
	if (cms_parse(der->data, der->len, LIMIT_DOCUMENT, &cms, err) < 0)
		return -1;
	for (size_t i = 0; i < cms_n_signers(cms); i++)
		if (cms_check_signature(cms, i, err) < 0)
			return -1;
	if (cms_content(cms).len != sizeof(json) - 1 ||
	    memcmp(cms_content(cms).data, json, sizeof(json) - 1) != 0)
		return error_set(err, ERROR_INTERNAL, "other content");
	return 0;
}

#define SIGN "-sign -binary -nodetach -outform DER -in in.json "

/* What openssl makes with these options: accepted (REASON_NONE), or refused. */
static void expect(struct bench *b, enum reason want, const char *options)
{
	struct error err = ERROR_INIT;
	struct buf der auto_buf = BUF_INIT;

	CHECK(openssl(b, &der, SIGN "%s", options));
	if (want == REASON_NONE)
		CHECK_OK(judge(&der, &err), err);
	else
		CHECK_REFUSED(judge(&der, &err), err, want);
}

static void accepted(void)
{
	struct bench b CLEANUP(bench_done);

	bench_init(&b);
	expect(&b, REASON_NONE, "-md sha384 -signer leaf.crt -inkey leaf.key -certfile chain.crt");
	expect(&b, REASON_NONE, "-md sha256 -signer leaf.crt -inkey leaf.key");
	expect(&b, REASON_NONE, "-md sha512 -signer rsa.crt -inkey rsa.key");
	expect(&b, REASON_NONE, "-md sha384 -signer leaf.crt -inkey leaf.key -keyid");
	expect(&b, REASON_NONE,
	       "-md sha384 -signer rsa.crt -inkey rsa.key -keyopt rsa_padding_mode:pss");
	expect(&b, REASON_NONE,
	       "-md sha384 -signer leaf.crt -inkey leaf.key -signer rsa.crt -inkey rsa.key");
}

static void refused(void)
{
	struct bench b CLEANUP(bench_done);
	struct error err = ERROR_INIT;
	struct buf detached auto_buf = BUF_INIT, pem auto_buf = BUF_INIT;

	bench_init(&b);
	expect(&b, REASON_CMS_ALGORITHM, "-md sha1 -signer leaf.crt -inkey leaf.key");
	expect(&b, REASON_CMS_ALGORITHM, "-md sha224 -signer leaf.crt -inkey leaf.key");
	expect(&b, REASON_CMS_FORM, "-md sha384 -signer leaf.crt -inkey leaf.key -noattr");
	expect(&b, REASON_CMS_FORM, "-md sha384 -signer leaf.crt -inkey leaf.key -nocerts");
	expect(&b, REASON_CMS_FORM, "-md sha384 -signer leaf.crt -inkey leaf.key -stream");
	expect(&b, REASON_CMS_FORM,
	       "-md sha384 -signer leaf.crt -inkey leaf.key -econtent_type 1.2.3.4");
	expect(&b, REASON_CMS_ALGORITHM,
	       "-md sha384 -signer rsa.crt -inkey rsa.key -keyopt rsa_padding_mode:pss "
	       "-keyopt rsa_mgf1_md:sha1");
	CHECK(openssl(&b, &detached,
		      "-sign -binary -outform DER -in in.json -md sha384 -signer leaf.crt "
		      "-inkey leaf.key"));
	CHECK_REFUSED(judge(&detached, &err), err, REASON_CMS_FORM);
	CHECK(openssl(&b, &pem,
		      "-sign -binary -nodetach -outform PEM -in in.json -md sha384 "
		      "-signer leaf.crt -inkey leaf.key"));
	CHECK_REFUSED(judge(&pem, &err), err, REASON_CMS_FORM);
}

static void unsigned_and_enveloped(void)
{
	struct bench b CLEANUP(bench_done);
	struct error err = ERROR_INIT;
	struct buf data auto_buf = BUF_INIT, digested auto_buf = BUF_INIT;

	bench_init(&b);
	CHECK(openssl(&b, &data, "-data_create -binary -outform DER -in in.json"));
	CHECK_REFUSED(judge(&data, &err), err, REASON_CMS_FORM);
	CHECK(openssl(&b, &digested, "-digest_create -binary -nodetach -outform DER -in in.json"));
	CHECK_REFUSED(judge(&digested, &err), err, REASON_CMS_FORM);
}

/* SignedData without a signature: what is left when an attacker takes it away. */
static void signature_removed(void)
{
	/* ContentInfo { signedData, { 3, {}, { data, [0] "{}" } , {} } } */
	static const uint8_t none[] = {
		0x30, 0x23, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
		0xa0, 0x16, 0x30, 0x14, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x0b, 0x06, 0x09,
		0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0x31, 0x00,
	};
	static const uint8_t attached[] = {
		0x30, 0x29, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x07, 0x02, 0xa0, 0x1c, 0x30, 0x1a, 0x02, 0x01, 0x01, 0x31, 0x00,
		0x30, 0x11, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x07, 0x01, 0xa0, 0x04, 0x04, 0x02, 0x7b, 0x7d, 0x31, 0x00,
	};
	struct error err = ERROR_INIT;
	struct cms *cms auto_cms = NULL;

	CHECK_REFUSED(cms_parse(none, sizeof(none), 1000, &cms, &err), err, REASON_CMS_FORM);
	CHECK_REFUSED(cms_parse(attached, sizeof(attached), 1000, &cms, &err), err,
		      REASON_UNSIGNED);
}

static void stock_reads_ours(void)
{
	struct bench b CLEANUP(bench_done);
	struct error err = ERROR_INIT;
	struct buf der auto_buf = BUF_INIT, back auto_buf = BUF_INIT, pem auto_buf = BUF_INIT;
	char path[100];

	bench_init(&b);
	const struct cms_signer signers[] = { { b.pki.leaf.cert, b.pki.leaf.key },
					      { b.rsa.cert, b.rsa.key } };

	CHECK_OK(cms_sign(&BUF_VIEW(json, sizeof(json) - 1), signers, 2,
			  &(struct cms_extra){ b.pki.untrusted, NULL }, &der, &err),
		 err);
	CHECK_OK(judge(&der, &err), err);
	(void)snprintf(path, sizeof(path), "%s/ours.cms", b.dir);
	CHECK_OK(file_create(path, der.data, der.len, 0600, &err), err);
	CHECK_OK(cert_pem(b.pki.root.cert, &pem, &err), err);
	(void)snprintf(path, sizeof(path), "%s/root.crt", b.dir);
	CHECK_OK(file_create(path, pem.data, pem.len, 0600, &err), err);
	CHECK(openssl(&b, &back,
		      "-verify -binary -inform DER -in ours.cms -CAfile root.crt -purpose any "
		      "-attime %lld",
		      (long long)PKI_NOW));
	CHECK(back.len == sizeof(json) - 1 && memcmp(back.data, json, back.len) == 0);
}

static const struct check_case cases[] = {
	{ "A-POL-1: what openssl cms signs is accepted", accepted },
	{ "A-POL-2: weak, detached, streamed or attribute-less CMS is refused", refused },
	{ "A-POL-2: other kinds of CMS are refused", unsigned_and_enveloped },
	{ "A-POL-2: SignedData without a signature is unsigned", signature_removed },
	{ "cms: openssl cms verifies what we sign", stock_reads_ours },
};

CHECK_MAIN(cases)
