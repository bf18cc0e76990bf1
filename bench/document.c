/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-document N: CPU time of judging one signed document, ours and OpenSSL's own in turns: one
 * JSON line, microseconds a document.
 *
 * The same bytes for both: a policy that one person signed, and a command that two did, by a root
 * with a CRL. OpenSSL's own is the library loop of `openssl cms -verify`: parse, chain, signatures;
 * no status, no listing, no content. Ours is the whole judgement: form, chain, purpose, status,
 * listing, signatures, strict JSON, audience, window, quorum, and the canonical bytes again.
 */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authority.h"
#include "trust/judge.h"

#define MUST(cond) \
	do { \
		if (!(cond)) { \
			(void)fprintf(stderr, "document.c:%d: %s\n", __LINE__, #cond); \
			ERR_print_errors_fp(stderr); \
			exit(1); \
		} \
	} while (0)

#define HEADER(type) \
	"{\"type\":\"" type "\",\"enterprise\":\"" ENTERPRISE \
	"\",\"id\":\"0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d61\"," \
	"\"notBefore\":\"2026-11-23T00:00:00Z\",\"notAfter\":\"2026-11-24T00:00:00Z\","

static const char policy[] = HEADER("policy") "\"stream\":\"default\",\"serial\":7,\"settings\":{"
					      "\"loginBanner\":{\"text\":\"Hello\"}}}";
static const char command[] =
	HEADER("command") "\"command\":\"unenroll\",\"args\":{},\"targets\":["
			  "{\"device\":\"" DEVICE "\",\"enrollment\":\"" ENROLLMENT "\"}]}";

static double cpu_us(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void ours(const struct authority *a, const struct buf *der)
{
	const struct judge_context c = { .trust = &a->trust.trust,
					 .crls = a->crls,
					 .now = T0,
					 .is_device = true,
					 .device = DEVICE,
					 .enrollment = ENROLLMENT,
					 .stream = "default" };
	auto_verdict struct verdict v = { 0 };
	struct error err = ERROR_INIT;

	if (judge(der->data, der->len, DOCUMENT_NONE, &c, &v, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
}

static X509_STORE *store_of(const struct authority *a)
{
	const struct buf *der = cert_der(a->root);
	const unsigned char *p = der->data;
	X509_STORE *store = X509_STORE_new();
	X509 *root = d2i_X509(NULL, &p, (long)der->len);

	MUST(store && root && X509_STORE_add_cert(store, root) == 1);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)T0);
	X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store), X509_PURPOSE_ANY);
	X509_free(root);
	return store;
}

static void plain(X509_STORE *store, const struct buf *der)
{
	const unsigned char *p = der->data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der->len);
	BIO *out = BIO_new(BIO_s_mem());

	MUST(cms && out && CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY) == 1);
	BIO_free(out);
	CMS_ContentInfo_free(cms);
}

struct cost {
	double ours, plain;
};

/* In turns, so that whatever else the machine does falls on both. */
static struct cost measure(const struct authority *a, const struct buf *der, int n)
{
	X509_STORE *store = store_of(a);
	struct cost c = { 0, 0 };

	for (int i = 0; i < n; i++) {
		double begin = cpu_us(), middle;

		ours(a, der);
		middle = cpu_us();
		plain(store, der);
		c.plain += cpu_us() - middle;
		c.ours += middle - begin;
	}
	X509_STORE_free(store);
	return (struct cost){ c.ours / n, c.plain / n };
}

int main(int argc, char **argv)
{
	static const enum signer one[] = { ALICE, N_SIGNERS }, two[] = { ALICE, BOB, N_SIGNERS };
	const int n = argc > 1 ? atoi(argv[1]) : 1000;
	auto_buf struct buf by_one = BUF_INIT, by_two = BUF_INIT;
	struct authority a;
	struct cost p, c;

	MUST(n > 0);
	authority_make(&a);
	authority_sign(&a, policy, one, &by_one);
	authority_sign(&a, command, two, &by_two);
	(void)measure(&a, &by_one, 20); /* whatever is made once */
	p = measure(&a, &by_one, n);
	c = measure(&a, &by_two, n);
	(void)printf("{\"policy_us\":%.1f,\"policy_openssl_us\":%.1f,\"command_us\":%.1f,"
		     "\"command_openssl_us\":%.1f,\"documents\":%d}\n",
		     p.ours, p.plain, c.ours, c.plain, n);
	authority_done(&a);
	return 0;
}
