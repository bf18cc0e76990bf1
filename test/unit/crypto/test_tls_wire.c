/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, groups, data, endings and reloading; the peer is OpenSSL itself where it must be odd.
 */
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>

#include "check.h"
#include "crypto/key_internal.h"
#include "tls_bed.h"

#define auto_bed CLEANUP(bed_done)

/* A client of OpenSSL's own, without our rules, against our server. */
struct raw {
	SSL_CTX *ctx;
	SSL *ssl;
	unsigned tickets;
	bool done;
};

static int count_ticket(SSL *ssl, SSL_SESSION *session)
{
	struct raw *r = SSL_get_app_data(ssl);

	r->tickets++;
	return 0;
}

static void raw_init(struct raw *r, const struct bed *b)
{
	*r = (struct raw){ .ctx = SSL_CTX_new(TLS_client_method()) };
	SSL_CTX_set_security_level(r->ctx, 0);
	SSL_CTX_set_session_cache_mode(r->ctx, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(r->ctx, count_ticket);
	CHECK(SSL_CTX_use_certificate(r->ctx, b->client.leaf.cert->x509) == 1);
	CHECK(SSL_CTX_use_PrivateKey(r->ctx, b->client.leaf.key->pkey) == 1);
	CHECK(SSL_CTX_add1_chain_cert(r->ctx, b->client.issuer.cert->x509) == 1);
}

static void raw_done(struct raw *r)
{
	SSL_free(r->ssl);
	SSL_CTX_free(r->ctx);
}

/* Our server against it; b->c has its socket only. */
static void raw_connect(struct raw *r, struct bed *b)
{
	struct error err = ERROR_INIT;
	int fd[2];
	char c;

	bed_sockets(fd);
	b->s = (struct end){ .fd = fd[0] };
	b->c = (struct end){ .fd = fd[1], .done = true };
	CHECK_OK(tls_config_server(&b->so, &b->s.config, &err), err);
	CHECK_OK(tls_new(b->s.config, b->s.fd, &b->s.tls, &err), err);
	r->ssl = SSL_new(r->ctx);
	CHECK(r->ssl && SSL_set_fd(r->ssl, b->c.fd) == 1);
	SSL_set_app_data(r->ssl, r);
	for (int i = 0; i < 10 && !b->s.failed; i++) {
		r->done = SSL_connect(r->ssl) == 1;
		if (!b->s.done)
			b->s.failed = bed_handshake(&b->s, &b->s.err) < 0;
	}
	(void)SSL_read(r->ssl, &c, 1); /* whatever follows the handshake */
	ERR_clear_error();
}

static void old_versions(void)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		struct bed b auto_bed;
		struct raw r CLEANUP(raw_done);

		bed_init(&b);
		raw_init(&r, &b);
		CHECK(SSL_CTX_set_max_proto_version(r.ctx, versions[i]) == 1);
		raw_connect(&r, &b);
		CHECK(b.s.failed && b.s.err.code == ERROR_INVALID && !r.done);
	}
}

static void groups(void)
{
	static const struct {
		const char *group;
		bool ok;
	} cases[] = {
		{ "X25519", true }, { "P-256", true }, { "P-521", false }, { "X448", false }
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bed b auto_bed;
		struct raw r CLEANUP(raw_done);

		bed_init(&b);
		raw_init(&r, &b);
		CHECK(SSL_CTX_set1_groups_list(r.ctx, cases[i].group) == 1);
		raw_connect(&r, &b);
		CHECK(b.s.done == cases[i].ok && b.s.failed == !cases[i].ok);
	}
}

static void no_tickets(void)
{
	struct bed b auto_bed;
	struct raw r CLEANUP(raw_done);

	bed_init(&b);
	raw_init(&r, &b);
	raw_connect(&r, &b);
	CHECK(b.s.done && r.done && r.tickets == 0);
	CHECK(SSL_renegotiate(r.ssl) != 1);
	ERR_clear_error();
}

static void weak_signature_algorithm(void)
{
	struct bed b auto_bed;
	struct raw r CLEANUP(raw_done);

	bed_init(&b);
	raw_init(&r, &b);
	CHECK(SSL_CTX_set1_sigalgs_list(r.ctx, "ECDSA+SHA1:RSA+SHA1") == 1);
	raw_connect(&r, &b);
	CHECK(b.s.failed && b.s.err.code == ERROR_INVALID);
}

/* A server that speaks nothing newer than TLS 1.2. */
static void old_server(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;
	int fd[2];

	bed_init(&b);
	CHECK(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1);
	CHECK(SSL_CTX_use_certificate(ctx, b.server.leaf.cert->x509) == 1);
	CHECK(SSL_CTX_use_PrivateKey(ctx, b.server.leaf.key->pkey) == 1);
	bed_sockets(fd);
	b.s.fd = fd[0];
	b.c.fd = fd[1];
	CHECK_OK(tls_config_client(&b.co, &b.c.config, &err), err);
	CHECK_OK(tls_new(b.c.config, b.c.fd, &b.c.tls, &err), err);
	ssl = SSL_new(ctx);
	CHECK(SSL_set_fd(ssl, b.s.fd) == 1);
	for (int i = 0; i < 5 && !b.c.failed; i++) {
		b.c.failed = bed_handshake(&b.c, &b.c.err) < 0;
		CHECK(SSL_accept(ssl) != 1);
		ERR_clear_error();
	}
	CHECK(b.c.failed && b.c.err.code == ERROR_INVALID);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void cnsa_profile(void)
{
	struct bed b auto_bed;
	struct pki_node root CLEANUP(pki_node_done) = { 0 }, s CLEANUP(pki_node_done) = { 0 },
			     c CLEANUP(pki_node_done) = { 0 };
	const struct pki_spec spec = { PKI_END, .issuer = &root, .key = PKI_P384,
				       .digest = "SHA384" };
	struct pki_spec ss = spec, cs = spec;

	bed_init(&b);
	b.so.profile = b.co.profile = TLS_CNSA;
	bed_connect(&b); /* P-256 certificates: not even a common signature algorithm */
	CHECK(b.s.failed && b.c.failed);
	bed_disconnect(&b);
	pki_make(&(struct pki_spec){ .name = "r", PKI_CA, .key = PKI_P384, .digest = "SHA384" },
		 &root);
	ss.name = "s";
	ss.eku = "serverAuth";
	ss.san = "DNS:" BED_HOST;
	cs.name = "c";
	cs.eku = "clientAuth";
	pki_make(&ss, &s);
	pki_make(&cs, &c);
	struct crl *crl auto_crl = pki_crl(&root, 1, NULL);
	struct crls *crls auto_crls = pki_crls(crl, NULL);
	struct certs *anchors auto_certs = pki_certs(root.cert, NULL);
	struct certs *s_chain auto_certs = pki_certs(s.cert, NULL);
	struct certs *c_chain auto_certs = pki_certs(c.cert, NULL);

	b.so.chain = s_chain;
	b.so.key = s.key;
	b.co.chain = c_chain;
	b.co.key = c.key;
	b.so.anchors = b.co.anchors = anchors;
	b.so.crls = b.co.crls = crls;
	bed_connect(&b);
	CHECK(b.s.done && b.c.done);
	CHECK_STR(tls_describe(b.s.tls), "TLSv1.3 TLS_AES_256_GCM_SHA384 secp384r1");
}

/* A megabyte through small reads, with the writer blocked in between. */
static void much_data(void)
{
	enum { TOTAL = 1 << 20 };
	static uint8_t out[TOTAL], in[TOTAL];
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	size_t sent = 0, got = 0;
	bool blocked = false;

	bed_init(&b);
	bed_connect(&b);
	for (size_t i = 0; i < TOTAL; i++)
		out[i] = (uint8_t)(i * 7 + i / 251);
	for (int turns = 0; got < TOTAL && turns < 10000; turns++) {
		enum tls_want want = TLS_DONE;
		size_t n;

		while (sent < TOTAL && want == TLS_DONE) {
			CHECK_OK(tls_write(b.c.tls, out + sent, TOTAL - sent, &n, &want, &err),
				 err);
			sent += want == TLS_DONE ? n : 0;
			blocked |= want == TLS_WANT_WRITE;
		}
		for (want = TLS_DONE; want == TLS_DONE && got < TOTAL;) {
			size_t cap = TOTAL - got < 1000 ? TOTAL - got : 1000;

			CHECK_OK(tls_read(b.s.tls, in + got, cap, &n, &want, &err), err);
			got += want == TLS_DONE ? n : 0;
		}
	}
	CHECK(got == TOTAL && blocked && memcmp(in, out, TOTAL) == 0);
}

static void pending_bytes(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	enum tls_want want;
	size_t n;
	char c;

	bed_init(&b);
	bed_connect(&b);
	CHECK(!tls_pending(b.s.tls));
	CHECK_OK(tls_write(b.c.tls, "abc", 3, &n, &want, &err), err);
	CHECK_OK(tls_read(b.s.tls, &c, 1, &n, &want, &err), err);
	CHECK(n == 1 && c == 'a' && tls_pending(b.s.tls)); /* no poll would say so */
}

static void endings(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	enum tls_want want;
	size_t n;
	char c;

	bed_init(&b);
	bed_connect(&b);
	tls_shutdown(b.c.tls);
	tls_shutdown(b.c.tls);
	CHECK_OK(tls_read(b.s.tls, &c, 1, &n, &want, &err), err);
	CHECK(want == TLS_CLOSED);
	bed_disconnect(&b);

	bed_connect(&b);
	closep(&b.c.fd); /* no close_notify: cut */
	b.c.fd = -1;
	CHECK_ERROR(tls_read(b.s.tls, &c, 1, &n, &want, &err), err, ERROR_UNAVAILABLE);
	bed_disconnect(&b);

	/* Writing to a peer that is gone is an error, not a signal. */
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	bed_connect(&b);
	closep(&b.c.fd);
	b.c.fd = -1;
	CHECK_ERROR(tls_write(b.s.tls, "x", 1, &n, &want, &err), err, ERROR_UNAVAILABLE);
}

static void garbage(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	enum tls_want want;
	int fd[2];

	bed_init(&b);
	bed_sockets(fd);
	b.s.fd = fd[0];
	b.c.fd = fd[1];
	CHECK_OK(tls_config_server(&b.so, &b.s.config, &err), err);
	CHECK_OK(tls_new(b.s.config, b.s.fd, &b.s.tls, &err), err);
	CHECK_OK(tls_handshake(b.s.tls, &want, &err), err);
	CHECK(want == TLS_WANT_READ);
	CHECK(send(fd[1], "GET / HTTP/1.1\r\n\r\n", 18, 0) == 18);
	CHECK_ERROR(tls_handshake(b.s.tls, &want, &err), err, ERROR_INVALID);
}

/* A new configuration judges new connections; the old connection goes on with its own. */
static void reload(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	struct end s, c;
	enum tls_want want;
	size_t n;
	char byte;

	bed_init(&b);
	bed_connect(&b);
	s = b.s;
	c = b.c;
	b.s = b.c = (struct end){ .fd = -1 };
	tls_config_free(STEAL(s.config)); /* the listener lets go of it */
	struct crl *root auto_crl = pki_crl(&b.client.root, 1, NULL);
	struct crl *revoked auto_crl = pki_crl(&b.client.issuer, 2, b.client.leaf.cert);
	struct crls *crls auto_crls = pki_crls(root, revoked, NULL);

	b.so.crls = crls;
	bed_connect(&b);
	CHECK(b.s.failed && b.s.err.reason == REASON_CERT_REVOKED);
	CHECK_OK(tls_write(c.tls, "y", 1, &n, &want, &err), err);
	CHECK_OK(tls_read(s.tls, &byte, 1, &n, &want, &err), err);
	CHECK(want == TLS_DONE && byte == 'y');
	tls_free(s.tls);
	tls_free(c.tls);
	tls_config_free(c.config);
	closep(&s.fd);
	closep(&c.fd);
}

static const struct check_case cases[] = {
	{ "V-5: TLS 1.0, 1.1 and 1.2 hellos are refused", old_versions },
	{ "T-5a: a client refuses a server of TLS 1.2", old_server },
	{ "V-8, T-12: only the groups of the profile are agreed on", groups },
	{ "T-7, V-6: weak signature algorithms are refused", weak_signature_algorithm },
	{ "FCS_TLSS_EXT.1: no tickets and no renegotiation", no_tickets },
	{ "FCS_TLSC_EXT.1: the cnsa profile is P-384 and AES-256 alone", cnsa_profile },
	{ "tls: much data through a blocked writer", much_data },
	{ "tls: bytes that wait inside are announced", pending_bytes },
	{ "tls: an orderly end, a cut, and writing to nobody", endings },
	{ "tls: bytes that are not TLS", garbage },
	{ "tls: a new configuration leaves connections alone", reload },
};

CHECK_MAIN(cases)
