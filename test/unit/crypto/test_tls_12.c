/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.2 where it is configured; the peer is OpenSSL itself where it must be odd. */
#include <openssl/ssl.h>

#include "check.h"
#include "crypto/key_internal.h"
#include "tls_bed.h"

#define auto_bed CLEANUP(bed_done)

enum { TURNS = 10 };

/* One end by OpenSSL alone, with the certificates of the bed's and none of our rules. */
struct foreign {
	SSL_CTX *ctx;
	SSL *ssl;
};

static void foreign_init(struct foreign *f, const struct bed *b, bool server)
{
	const struct pki *own = server ? &b->server : &b->client;

	*f = (struct foreign){ .ctx = SSL_CTX_new(server ? TLS_server_method()
							 : TLS_client_method()) };
	SSL_CTX_set_security_level(f->ctx, 0);
	CHECK(SSL_CTX_set_max_proto_version(f->ctx, TLS1_2_VERSION) == 1);
	CHECK(SSL_CTX_use_certificate(f->ctx, own->leaf.cert->x509) == 1);
	CHECK(SSL_CTX_use_PrivateKey(f->ctx, own->leaf.key->pkey) == 1);
	CHECK(SSL_CTX_add1_chain_cert(f->ctx, own->issuer.cert->x509) == 1);
	if (server)
		SSL_CTX_set_verify(f->ctx, SSL_VERIFY_PEER, NULL);
}

static int accept_all(X509_STORE_CTX *ctx, void *unused)
{
	return 1;
}

static void foreign_done(struct foreign *f)
{
	SSL_free(f->ssl);
	SSL_CTX_free(f->ctx);
}

/* Our end `e`, which is the bed's server or client, against it. */
static void meet(struct foreign *f, struct bed *b, bool we_serve)
{
	struct end *e = we_serve ? &b->s : &b->c, *other = we_serve ? &b->c : &b->s;
	struct error err = ERROR_INIT;
	int fd[2];
	char c;

	bed_sockets(fd);
	*e = (struct end){ .fd = fd[0] };
	*other = (struct end){ .fd = fd[1] };
	CHECK_OK(we_serve ? tls_config_server(&b->so, &e->config, &err)
			  : tls_config_client(&b->co, &e->config, &err),
		 err);
	CHECK_OK(tls_new(e->config, e->fd, &e->tls, &err), err);
	SSL_CTX_set_cert_verify_callback(f->ctx, accept_all, NULL);
	f->ssl = SSL_new(f->ctx);
	CHECK(f->ssl && SSL_set_fd(f->ssl, other->fd) == 1);
	for (int i = 0; i < TURNS && !e->failed; i++) {
		other->done = (we_serve ? SSL_connect(f->ssl) : SSL_accept(f->ssl)) == 1;
		if (!e->done)
			e->failed = bed_handshake(e, &e->err) < 0;
	}
	(void)SSL_read(f->ssl, &c, 1);
	ERR_clear_error();
}

/* A handshake of ours with a foreign end that is limited to a suite of TLS 1.2. */
static void with_suite(bool we_serve, const char *suite, bool ok)
{
	struct bed b auto_bed;
	struct foreign f CLEANUP(foreign_done);
	struct end *e = we_serve ? &b.s : &b.c;
	char want[80];

	bed_init(&b);
	b.so.tls12 = b.co.tls12 = true;
	foreign_init(&f, &b, !we_serve);
	CHECK(SSL_CTX_set_cipher_list(f.ctx, suite) == 1);
	meet(&f, &b, we_serve);
	CHECK(e->done == ok && e->failed == !ok);
	if (!ok) {
		CHECK(e->err.code == ERROR_INVALID);
		return;
	}
	(void)snprintf(want, sizeof(want), "TLSv1.2 %s x25519", suite);
	CHECK_STR(tls_describe(e->tls), want);
	CHECK(tls_peer(e->tls));
}

static void good_suites(void)
{
	static const char *const suites[] = { "ECDHE-ECDSA-AES128-GCM-SHA256",
					      "ECDHE-ECDSA-AES256-GCM-SHA384" };

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		with_suite(true, suites[i], true);
		with_suite(false, suites[i], true);
	}
}

static void bad_suites(void)
{
	static const char *const suites[] = {
		"ECDHE-ECDSA-AES256-SHA384",	 "ECDHE-ECDSA-AES128-SHA",
		"ECDHE-ECDSA-NULL-SHA",		 "AECDH-AES128-SHA",
		"ECDHE-ECDSA-AES128-CCM8",	 "AECDH-NULL-SHA",
		"ECDHE-ECDSA-CHACHA20-POLY1305",
	};

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		with_suite(true, suites[i], false);
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		with_suite(false, suites[i], false);
}

static void off_by_default(void)
{
	for (int we_serve = 0; we_serve < 2; we_serve++) {
		struct bed b auto_bed;
		struct foreign f CLEANUP(foreign_done);

		bed_init(&b);
		foreign_init(&f, &b, !we_serve);
		meet(&f, &b, we_serve);
		CHECK((we_serve ? &b.s : &b.c)->err.code == ERROR_INVALID);
	}
}

static void older_are_never_spoken(void)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(versions); i++) {
		struct bed b auto_bed;
		struct foreign f CLEANUP(foreign_done);
		bool we_serve = i & 1;

		bed_init(&b);
		b.so.tls12 = b.co.tls12 = true;
		foreign_init(&f, &b, !we_serve);
		CHECK(SSL_CTX_set_max_proto_version(f.ctx, versions[i / 2]) == 1);
		meet(&f, &b, we_serve);
		CHECK((we_serve ? &b.s : &b.c)->err.code == ERROR_INVALID);
	}
}

/* RFC 7627: without it, a session may be one that somebody between has too. */
static void extended_master_secret(void)
{
	for (int we_serve = 0; we_serve < 2; we_serve++) {
		struct bed b auto_bed;
		struct foreign f CLEANUP(foreign_done);
		const struct end *e = we_serve ? &b.s : &b.c;

		bed_init(&b);
		b.so.tls12 = b.co.tls12 = true;
		foreign_init(&f, &b, !we_serve);
		SSL_CTX_set_options(f.ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
		meet(&f, &b, we_serve);
		CHECK(e->failed && e->err.code == ERROR_INVALID);
		CHECK(strstr(e->err.msg, "extended master secret") != NULL);
		CHECK(!tls_peer(e->tls));
	}
}

static void newer_wins(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	b.so.tls12 = b.co.tls12 = true;
	bed_connect(&b);
	CHECK(b.s.done && b.c.done);
	CHECK_STR(tls_describe(b.s.tls), "TLSv1.3 TLS_AES_128_GCM_SHA256 x25519");
}

/* Nobody gets a second handshake out of a connection: not by HelloRequest, not by ClientHello. */
static void renegotiation(void)
{
	for (int we_serve = 0; we_serve < 2; we_serve++) {
		struct bed b auto_bed;
		struct foreign f CLEANUP(foreign_done);
		struct end *e = we_serve ? &b.s : &b.c;
		struct error err = ERROR_INIT;
		enum tls_want want = TLS_DONE;
		size_t n = 0;
		char c;

		bed_init(&b);
		b.so.tls12 = b.co.tls12 = true;
		foreign_init(&f, &b, !we_serve);
		meet(&f, &b, we_serve);
		CHECK(e->done);
		CHECK(SSL_renegotiate(f.ssl) == 1);
		(void)SSL_do_handshake(f.ssl);
		ERR_clear_error();
		/* A warning is all the answer: no_renegotiation (RFC 5246 7.2.2). */
		CHECK(tls_read(e->tls, &c, 1, &n, &want, &err) < 0 || want != TLS_DONE);
		CHECK(SSL_read(f.ssl, &c, 1) <= 0);
		CHECK(ERR_GET_REASON(ERR_peek_error()) == SSL_R_NO_RENEGOTIATION ||
		      SSL_renegotiate_pending(f.ssl));
		ERR_clear_error();
	}
}

/* A peer may change its keys: data goes on. It may not ask a client for a certificate later. */
static void after_the_handshake(void)
{
	struct bed b auto_bed;
	struct foreign f CLEANUP(foreign_done);
	struct error err = ERROR_INIT;
	enum tls_want want = TLS_DONE;
	size_t n = 0;
	char c = 0;

	bed_init(&b);
	foreign_init(&f, &b, true);
	CHECK(SSL_CTX_set_max_proto_version(f.ctx, TLS1_3_VERSION) == 1);
	meet(&f, &b, false);
	CHECK(b.c.done);
	CHECK(SSL_key_update(f.ssl, SSL_KEY_UPDATE_REQUESTED) == 1);
	CHECK(SSL_write(f.ssl, "x", 1) == 1);
	CHECK_OK(tls_read(b.c.tls, &c, 1, &n, &want, &err), err);
	CHECK(want == TLS_DONE && c == 'x');
	CHECK_OK(tls_write(b.c.tls, "y", 1, &n, &want, &err), err);
	CHECK(SSL_read(f.ssl, &c, 1) == 1 && c == 'y');
	SSL_set_verify(f.ssl, SSL_VERIFY_PEER, NULL);
	CHECK(SSL_verify_client_post_handshake(f.ssl) != 1); /* the client has not offered it */
	ERR_clear_error();
}

static const struct check_case cases[] = {
	{ "T-1, V-1: every suite of TLS 1.2 that is claimed", good_suites },
	{ "T-4, V-2: no NULL, anonymous, CBC or unclaimed suite", bad_suites },
	{ "T-5a, V-5: TLS 1.2 is off unless it is configured", off_by_default },
	{ "T-5a, V-5: TLS 1.0 and 1.1 are never spoken", older_are_never_spoken },
	{ "T-15: a peer without the extended master secret is refused", extended_master_secret },
	{ "T-1, V-1: TLS 1.3 is spoken where both can", newer_wins },
	{ "T-13, V-9: renegotiation is refused", renegotiation },
	{ "T-17: key updates are followed; no certificate is offered later", after_the_handshake },
};

CHECK_MAIN(cases)
