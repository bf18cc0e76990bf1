/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-verdict N: CPU time of a verdict on root → authority → server, ours with CRLs and OpenSSL's
 * X509_verify_cert over the same chain, in turns: one JSON line, microseconds a verdict.
 *
 * OpenSSL's own checks the chain for "sslserver" and the host, strictly, and no status. "maze" is
 * ours for the dearest hostile chains of test_x509_path.c: refused at the limits of the search.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/ossl.h"
#include "crypto/x509.h"
#include "pki.h"

#define HOST "server.example"
#define SERVER PKI_END, .name = "server", .eku = "serverAuth", .san = "DNS:" HOST

enum { LEVELS = 3, WIDTH = 12 };

static struct error err = ERROR_INIT;

static double cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "verdict.c: %s: %s\n", what, err.msg);
	exit(1);
}

static void theirs(const struct pki *p, X509_STORE *store, STACK_OF(X509) * between)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	must(ctx && X509_STORE_CTX_init(ctx, store, p->leaf.cert->x509, between) == 1, "context");
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)PKI_NOW);
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
	(void)X509_VERIFY_PARAM_set1_host(param, HOST, 0);
	must(X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER) == 1, "purpose");
	must(X509_verify_cert(ctx) == 1, "OpenSSL's verdict");
	X509_STORE_CTX_free(ctx);
}

static void measure(const struct pki *p, const struct x509_request *rq, unsigned n)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *between = sk_X509_new_null();
	double ours = 0, bare = 0, begin, middle;

	must(store && between && X509_STORE_add_cert(store, p->root.cert->x509) == 1 &&
		     sk_X509_push(between, p->issuer.cert->x509) > 0,
	     "store");
	for (unsigned i = 0; i < n; i++) {
		begin = cpu_us();
		must(x509_judge(p->leaf.cert, rq, &err) == 0, "our verdict");
		middle = cpu_us();
		theirs(p, store, between);
		ours += middle - begin;
		bare += cpu_us() - middle;
	}
	(void)printf("{\"verdict_us\":%.1f,\"openssl_us\":%.1f,\"verdicts_per_cpu_s\":%.0f,",
		     ours / n, bare / n, n * 1e6 / ours);
	sk_X509_free(between);
	X509_STORE_free(store);
}

static void measure_maze(const struct pki *p, struct x509_request rq)
{
	struct pki_node nodes[LEVELS][WIDTH], leaf;
	struct certs *all = pki_certs(NULL, NULL);
	double begin;

	for (int i = 0; i < LEVELS * WIDTH; i++) {
		int level = i / WIDTH, k = i % WIDTH;
		char name[20];

		(void)snprintf(name, sizeof(name), "level %d", level);
		pki_make(&(struct pki_spec){ .name = name,
					     .issuer = level ? nodes[level - 1] : &p->root,
					     .same_key = k ? nodes[level] : NULL,
					     PKI_CA },
			 &nodes[level][k]);
		must(certs_add(all, nodes[level][k].cert, &err) == 0, "list");
	}
	pki_make(&(struct pki_spec){ SERVER, .issuer = nodes[LEVELS - 1] }, &leaf);
	rq.untrusted = all;
	rq.host = "other.example";
	begin = cpu_us();
	must(x509_judge(leaf.cert, &rq, &err) < 0, "a verdict on a maze");
	(void)printf("\"maze_us\":%.1f}\n", cpu_us() - begin);
}

int main(int argc, char **argv)
{
	unsigned n = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct pki p;

	if (n == 0) {
		(void)fprintf(stderr, "usage: bench-verdict N\n");
		return 2;
	}
	pki_init_with(&p, &(struct pki_spec){ .name = "authority", PKI_CA },
		      &(struct pki_spec){ SERVER });
	const struct x509_request rq = { .purpose = X509_TLS_SERVER,
					 .time = PKI_NOW,
					 .anchors = p.anchors,
					 .untrusted = p.untrusted,
					 .crls = p.crls,
					 .host = HOST };

	must(x509_judge(p.leaf.cert, &rq, &err) == 0, "our verdict"); /* what is loaded once */
	measure(&p, &rq, n);
	measure_maze(&p, rq);
	pki_done(&p);
	return 0;
}
