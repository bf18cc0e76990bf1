/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-handshake PROFILE N: CPU time of mutually authenticated TLS 1.3 handshakes, both ends in
 * this process, ours and OpenSSL's own in turns: one JSON line, microseconds a handshake.
 *
 * Both have the same keys, certificates, groups and suites, and send a byte each way, so that
 * tickets have come. OpenSSL's own verifies a chain and nothing else: no status, no names, no
 * usages beyond its defaults. Ours judges, CRLs included, in a handshake and again when it resumes.
 */
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cache.h"
#include "base/file.h"
#include "crypto/key_internal.h"
#include "crypto/tls_internal.h"
#include "pki.h"

#define HOST "server.example"

#define MUST(cond) \
	do { \
		if (!(cond)) { \
			(void)fprintf(stderr, "handshake.c:%d: %s\n", __LINE__, #cond); \
			ERR_print_errors_fp(stderr); \
			exit(1); \
		} \
	} while (0)

struct world {
	struct pki_node root, issuer, server, devices, device;
	struct certs *server_chain, *device_chain, *server_anchors, *device_anchors;
	struct crls *server_crls, *device_crls;
	struct cache *cache;
	struct tls_memory *memory;
	struct tls_config *s, *c; /* ours */
	SSL_CTX *s_ctx, *c_ctx;	  /* OpenSSL's own */
	SSL_SESSION *session;	  /* of c_ctx */
	bool resume;
};

static struct error err = ERROR_INIT;

static int64_t now(void *userdata)
{
	return PKI_NOW;
}

static void make_certificates(struct world *w, bool cnsa)
{
	struct pki_spec ca = { PKI_CA, .key = cnsa ? PKI_P384 : PKI_P256,
			       .digest = cnsa ? "SHA384" : "SHA256" };
	struct pki_spec end = { PKI_END, .key = ca.key, .digest = ca.digest };

	ca.name = "root";
	pki_make(&ca, &w->root);
	ca.name = "devices";
	pki_make(&ca, &w->devices);
	ca.name = "issuer";
	ca.issuer = &w->root;
	pki_make(&ca, &w->issuer);
	end.name = "server";
	end.issuer = &w->issuer;
	end.eku = "serverAuth";
	end.san = "DNS:" HOST;
	pki_make(&end, &w->server);
	end.name = "device";
	end.issuer = &w->devices;
	end.eku = "clientAuth";
	end.san = "URI:urn:uuid:1";
	pki_make(&end, &w->device);
	w->server_chain = pki_certs(w->server.cert, w->issuer.cert, NULL);
	w->device_chain = pki_certs(w->device.cert, NULL);
	w->server_anchors = pki_certs(w->root.cert, NULL);
	w->device_anchors = pki_certs(w->devices.cert, NULL);
}

static void make_ours(struct world *w, enum tls_profile profile)
{
	struct crl *root auto_crl = pki_crl(&w->root, 1, NULL);
	struct crl *issuer auto_crl = pki_crl(&w->issuer, 1, NULL);
	struct crl *devices auto_crl = pki_crl(&w->devices, 1, NULL);
	struct tls_options o = { .profile = profile, .now = now };
	int fd;

	w->server_crls = pki_crls(root, issuer, NULL);
	w->device_crls = pki_crls(devices, NULL);
	MUST(cache_create(&fd, &err) == 0 && cache_open(fd, &w->cache, &err) == 0);
	MUST(tls_memory_new(&w->memory, &err) == 0);
	o.chain = w->server_chain;
	o.key = w->server.key;
	o.purpose = X509_TLS_CLIENT;
	o.anchors = w->device_anchors;
	o.crls = w->device_crls;
	o.cache = w->cache;
	MUST(tls_config_server(&o, &w->s, &err) == 0);
	o.chain = w->device_chain;
	o.key = w->device.key;
	o.purpose = X509_TLS_SERVER;
	o.anchors = w->server_anchors;
	o.crls = w->server_crls;
	o.cache = NULL;
	o.memory = w->memory;
	o.reference = HOST;
	MUST(tls_config_client(&o, &w->c, &err) == 0);
}

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct world *w = SSL_get_app_data(ssl);

	SSL_SESSION_free(w->session);
	w->session = SSL_SESSION_dup(session);
	return 0;
}

static SSL_CTX *bare(const SSL_METHOD *method, const struct certs *chain, const struct key *key,
		     const struct certs *anchors)
{
	SSL_CTX *ctx = SSL_CTX_new(method);
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	MUST(SSL_CTX_use_certificate(ctx, certs_get(chain, 0)->x509) == 1);
	MUST(SSL_CTX_use_PrivateKey(ctx, key_pkey(key)) == 1);
	for (size_t i = 1; i < certs_count(chain); i++)
		MUST(SSL_CTX_add1_chain_cert(ctx, certs_get(chain, i)->x509) == 1);
	MUST(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certs_get(anchors, 0)->x509) == 1);
	X509_VERIFY_PARAM_set_time(param, PKI_NOW);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	MUST(SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1);
	return ctx;
}

static void make_bare(struct world *w, const char *groups, const char *suites)
{
	w->s_ctx = bare(TLS_server_method(), w->server_chain, w->server.key, w->device_anchors);
	w->c_ctx = bare(TLS_client_method(), w->device_chain, w->device.key, w->server_anchors);
	for (int i = 0; i < 2; i++) {
		SSL_CTX *ctx = i ? w->s_ctx : w->c_ctx;

		MUST(SSL_CTX_set1_groups_list(ctx, groups) == 1);
		MUST(SSL_CTX_set_ciphersuites(ctx, suites) == 1);
		(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	}
	/* Stateful as ours is, in OpenSSL's own cache. */
	SSL_CTX_set_options(w->s_ctx, SSL_OP_NO_TICKET);
	MUST(SSL_CTX_set_num_tickets(w->s_ctx, 1) == 1);
	MUST(SSL_CTX_set_session_id_context(w->s_ctx, (const unsigned char *)"x", 1) == 1);
	(void)SSL_CTX_set_session_cache_mode(w->c_ctx,
					     SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(w->c_ctx, keep_session);
}

static void sockets(int fd[2])
{
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0);
}

static void ours_byte(struct tls *from, struct tls *to)
{
	enum tls_want want;
	size_t n;
	char c;

	MUST(tls_write(from, "x", 1, &n, &want, &err) == 0 && want == TLS_DONE);
	MUST(tls_read(to, &c, 1, &n, &want, &err) == 0 && want == TLS_DONE);
}

static void ours(struct world *w)
{
	enum tls_want sw = TLS_WANT_READ, cw = TLS_WANT_READ;
	struct tls *s, *c;
	int fd[2];

	sockets(fd);
	if (!w->resume) {
		tls_memory_free(w->memory);
		MUST(tls_memory_new(&w->memory, &err) == 0);
		w->c->memory = w->memory;
	}
	MUST(tls_new(w->s, fd[0], &s, &err) == 0 && tls_new(w->c, fd[1], &c, &err) == 0);
	while (sw != TLS_DONE || cw != TLS_DONE) {
		MUST(cw == TLS_DONE || tls_handshake(c, &cw, &err) == 0);
		MUST(sw == TLS_DONE || tls_handshake(s, &sw, &err) == 0);
	}
	ours_byte(c, s);
	ours_byte(s, c);
	MUST((strstr(tls_describe(s), "resumed") != NULL) == w->resume);
	tls_shutdown(c);
	tls_shutdown(s);
	tls_free(c);
	tls_free(s);
	closep(&fd[0]);
	closep(&fd[1]);
}

static void theirs(struct world *w)
{
	SSL *s = SSL_new(w->s_ctx), *c = SSL_new(w->c_ctx);
	int fd[2], sr = 0, cr = 0;
	char byte;

	sockets(fd);
	SSL_set_app_data(c, w);
	MUST(SSL_set_fd(s, fd[0]) == 1 && SSL_set_fd(c, fd[1]) == 1);
	MUST(!w->resume || SSL_set_session(c, w->session) == 1);
	while (sr != 1 || cr != 1) {
		cr = cr == 1 ? 1 : SSL_connect(c);
		sr = sr == 1 ? 1 : SSL_accept(s);
		MUST(cr == 1 || SSL_get_error(c, cr) == SSL_ERROR_WANT_READ);
		MUST(sr == 1 || SSL_get_error(s, sr) == SSL_ERROR_WANT_READ);
	}
	MUST(SSL_write(c, "x", 1) == 1 && SSL_read(s, &byte, 1) == 1);
	MUST(SSL_write(s, "x", 1) == 1 && SSL_read(c, &byte, 1) == 1);
	MUST((SSL_session_reused(s) == 1) == w->resume);
	(void)SSL_shutdown(c);
	(void)SSL_shutdown(s);
	SSL_free(c);
	SSL_free(s);
	closep(&fd[0]);
	closep(&fd[1]);
}

static double cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* In turns, so that what else the machine does falls on both. */
static void measure(struct world *w, unsigned n, double *ret_ours, double *ret_theirs)
{
	enum { TURN = 10 };
	unsigned done = 0;

	*ret_ours = *ret_theirs = 0;
	for (; done < n; done += TURN) {
		double begin = cpu_us(), middle;

		for (int i = 0; i < TURN; i++)
			ours(w);
		middle = cpu_us();
		for (int i = 0; i < TURN; i++)
			theirs(w);
		*ret_ours += middle - begin;
		*ret_theirs += cpu_us() - middle;
	}
	*ret_ours /= done;
	*ret_theirs /= done;
}

static const struct {
	const char *groups, *suites;
} profiles[] = {
#define X(id, name, groups, sigalgs, suites, suites12) [id] = { groups, suites },
	TLS_PROFILES(X)
#undef X
};

/* The process ends with it: what it holds goes with the process. */
int main(int argc, char **argv)
{
	static struct world w;
	double full, full_bare, resumed, resumed_bare;
	int profile = argc == 3 ? tls_profile_find(argv[1]) : -1;
	unsigned n = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	if (profile < 0 || n == 0) {
		(void)fprintf(stderr, "usage: bench-handshake PROFILE N\n");
		return 2;
	}
	make_certificates(&w, profile == TLS_CNSA);
	make_ours(&w, (enum tls_profile)profile);
	make_bare(&w, profiles[profile].groups, profiles[profile].suites);
	ours(&w);
	theirs(&w); /* what OpenSSL loads at first use is not counted */
	measure(&w, n, &full, &full_bare);
	w.resume = true;
	measure(&w, n, &resumed, &resumed_bare);
	(void)printf("{\"full_us\":%.1f,\"full_openssl_us\":%.1f,\"resumed_us\":%.1f,"
		     "\"resumed_openssl_us\":%.1f}\n",
		     full, full_bare, resumed, resumed_bare);
	return 0;
}
