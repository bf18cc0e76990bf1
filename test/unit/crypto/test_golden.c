/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden files: test/golden/{cert,crl,csr,cms,ocsp,ocsp_query}/NAME.der reads as NAME.txt says.
 * With an argument
 * --write, the texts are written anew, for a person to review.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/ocsp_query.h"
#include "crypto/x509.h"

static bool writing;

static int describe_cert(const struct buf *der, struct buf *out, struct error *err)
{
	struct cert *c auto_cert = NULL;
	char from[TIME_SIZE], to[TIME_SIZE];

	if (cert_parse_der(der->data, der->len, &c, err) < 0)
		return -1;
	time_format(cert_not_before(c), from);
	time_format(cert_not_after(c), to);
	if (buf_printf(out, err,
		       "subject %s\ncommon name %s\nissuer %s\nserial %s\nvalid %s to %s\n",
		       cert_subject(c), cert_common_name(c), cert_issuer(c), cert_serial(c), from,
		       to) < 0 ||
	    buf_printf(out, err, "sha256 %s\nkey sha256 %s\nkey id %s\nissuer key id %s\n",
		       cert_sha256(c), cert_key_sha256(c), cert_subject_key_id(c),
		       cert_issuer_key_id(c)) < 0)
		return -1;
	for (size_t i = 0; cert_san_dns(c, i); i++)
		if (buf_printf(out, err, "dns %s\n", cert_san_dns(c, i)) < 0)
			return -1;
	for (size_t i = 0; cert_san_uri(c, i); i++)
		if (buf_printf(out, err, "uri %s\n", cert_san_uri(c, i)) < 0)
			return -1;
	return buf_printf(out, err, "self-signed %s\n", cert_is_self_signed(c) ? "yes" : "no");
}

static int describe_crl(const struct buf *der, struct buf *out, struct error *err)
{
	struct crl *c auto_crl = NULL;
	char from[TIME_SIZE], to[TIME_SIZE];

	if (crl_parse(der->data, der->len, &c, err) < 0)
		return -1;
	time_format(crl_this_update(c), from);
	time_format(crl_next_update(c), to);
	return buf_printf(out, err, "issuer %s\nnumber %llu\ncurrent %s to %s\nrevoked %zu\n",
			  crl_issuer(c), (unsigned long long)crl_number(c), from, to, crl_count(c));
}

static int describe_csr(const struct buf *der, struct buf *out, struct error *err)
{
	struct csr *c auto_csr = NULL;

	if (csr_parse(der->data, der->len, &c, err) < 0)
		return -1;
	return buf_printf(out, err, "common name %s\nkey sha256 %s\n", csr_common_name(c),
			  csr_key_sha256(c));
}

static int describe_cms(const struct buf *der, struct buf *out, struct error *err)
{
	struct cms *c auto_cms = NULL;

	if (cms_parse(der->data, der->len, LIMIT_DOCUMENT, &c, err) < 0)
		return -1;
	if (buf_printf(out, err, "content %.*s\ncertificates %zu\ncrls %zu\n",
		       (int)cms_content(c).len, (const char *)cms_content(c).data,
		       certs_count(cms_certs(c)), crls_count(cms_crls(c))) < 0)
		return -1;
	for (size_t i = 0; i < cms_n_signers(c); i++)
		if (cms_check_signature(c, i, err) < 0 ||
		    buf_printf(out, err, "signer %s\n", cert_sha256(cms_signer(c, i))) < 0)
			return -1;
	return 0;
}

static int describe_ocsp(const struct buf *der, struct buf *out, struct error *err)
{
	struct ocsp *o auto_ocsp = NULL;
	char at[TIME_SIZE], from[TIME_SIZE], to[TIME_SIZE];

	if (ocsp_parse(der->data, der->len, &o, err) < 0)
		return -1;
	time_format(ocsp_produced_at(o), at);
	if (buf_printf(out, err, "produced %s\n", at) < 0)
		return -1;
	for (size_t i = 0; i < ocsp_count(o); i++) {
		const struct ocsp_single *s = ocsp_single(o, i);

		time_format(s->this_update, from);
		time_format(s->next_update, to);
		time_format(s->revoked_at, at);
		if (buf_printf(out, err, "serial %s is %s, current %s to %s%s%s\n", s->serial,
			       ocsp_status_name(s->status), from, to,
			       s->revoked_at ? ", since " : "", s->revoked_at ? at : "") < 0)
			return -1;
	}
	return 0;
}

static int describe_query(const struct buf *der, struct buf *out, struct error *err)
{
	struct ocsp_query *q auto_ocsp_query = NULL;

	if (ocsp_query_parse(der->data, der->len, &q, err) < 0)
		return -1;
	for (size_t i = 0; i < ocsp_query_count(q); i++)
		if (buf_printf(out, err, "serial %s\n", ocsp_query_serial(q, i)) < 0)
			return -1;
	return buf_printf(out, err, "nonce of %zu\n", ocsp_query_nonce(q)->len);
}

typedef int (*describe_fn)(const struct buf *der, struct buf *out, struct error *err);

static void check_file(const char *base, describe_fn describe)
{
	struct buf der auto_buf = BUF_INIT, got auto_buf = BUF_INIT, want auto_buf = BUF_INIT;
	struct error err = ERROR_INIT;
	char path[700];

	(void)snprintf(path, sizeof(path), "%s.der", base);
	CHECK_OK(file_read(path, LIMIT_DOCUMENT, &der, &err), err);
	if (describe(&der, &got, &err) < 0) /* a refusal is described too */
		CHECK_OK(buf_printf(&got, &err, "%s %s\n", error_name(err.code),
				    reason_name(err.reason)),
			 err);
	(void)snprintf(path, sizeof(path), "%s.txt", base);
	if (writing)
		CHECK_OK(file_replace(path, got.data, got.len, 0644, &err), err);
	CHECK_OK(file_read(path, LIMIT_DOCUMENT, &want, &err), err);
	CHECK_STR((const char *)got.data, (const char *)want.data);
}

static void check_noun(const char *noun, describe_fn describe)
{
	const char *source = getenv("MUSTER_TEST_SOURCE");
	struct dirent **files = NULL;
	char dir[300];
	int n, seen = 0;

	(void)snprintf(dir, sizeof(dir), "%s/golden/%s", source ? source : "test", noun);
	n = scandir(dir, &files, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *dot = strstr(files[i]->d_name, ".der");
		char base[600];

		if (dot) {
			(void)snprintf(base, sizeof(base), "%s/%.*s", dir,
				       (int)(dot - files[i]->d_name), files[i]->d_name);
			check_file(base, describe);
			seen++;
		}
		free(files[i]);
	}
	free(files);
	CHECK(seen > 0);
}

static void certs(void)
{
	check_noun("cert", describe_cert);
}

static void crls(void)
{
	check_noun("crl", describe_crl);
}

static void csrs(void)
{
	check_noun("csr", describe_csr);
}

static void documents(void)
{
	check_noun("cms", describe_cms);
}

static void responses(void)
{
	check_noun("ocsp", describe_ocsp);
}

static void queries(void)
{
	check_noun("ocsp_query", describe_query);
}

static const struct check_case cases[] = {
	{ "golden: certificates read as described", certs },
	{ "golden: CRLs read as described", crls },
	{ "golden: requests read as described", csrs },
	{ "golden: OCSP responses read as described", responses },
	{ "golden: OCSP requests read as described", queries },
	{ "golden: signed documents read as described", documents },
};

int main(int argc, char **argv)
{
	writing = argc == 2 && strcmp(argv[1], "--write") == 0;
	return check_run(cases, ARRAY_SIZE(cases));
}
