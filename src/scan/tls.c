/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS port takes. One handshake by OpenSSL, with everything that it can, for the
 * certificate; and hellos written by hand for what OpenSSL no longer speaks: old versions, weak
 * suites. A port is tried as the weakest of its clients would, and nothing that it answers is
 * trusted.
 */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "scan/scan.h"

DEFINE_CLEANUP(SSL *, SSL_free)
DEFINE_CLEANUP(SSL_CTX *, SSL_CTX_free)

/* ---- hellos by hand (RFC 5246 7.4.1.2, RFC 6101) ---- */

#define MODERN 0xc0, 0x2f, 0xc0, 0x30, 0xc0, 0x2b, 0xc0, 0x2c, 0x00, 0x9e
#define ANY \
	0xc0, 0x13, 0xc0, 0x14, 0xc0, 0x09, 0xc0, 0x0a, 0x00, 0x33, 0x00, 0x39, 0x00, 0x2f, 0x00, \
		0x35, 0x00, 0x0a, 0x00, 0x05, MODERN

static const struct offer {
	const char *weak;
	uint8_t minor; /* 0: SSL 3.0 … 3: TLS 1.2 */
	uint8_t suites[64];
	size_t n; /* bytes */
} offers[] = {
#define OFFER(what, version, ...) \
	{ \
		what, version, { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }) \
	}
	OFFER("SSL 3.0", 0, ANY),
	OFFER("TLS 1.0", 1, ANY),
	OFFER("TLS 1.1", 2, ANY),
	OFFER("suite without encryption", 3, 0x00, 0x01, 0x00, 0x02, 0x00, 0x3b, 0xc0, 0x10, 0xc0,
	      0x06),
	OFFER("suite without authentication", 3, 0x00, 0x34, 0x00, 0x3a, 0x00, 0x6c, 0x00, 0x6d,
	      0x00, 0xa6, 0x00, 0xa7, 0xc0, 0x18, 0xc0, 0x19),
	OFFER("suite with RC4", 3, 0x00, 0x04, 0x00, 0x05, 0xc0, 0x11, 0xc0, 0x07),
	OFFER("suite with DES", 3, 0x00, 0x09, 0x00, 0x0a, 0xc0, 0x12, 0xc0, 0x08, 0x00, 0x16),
	OFFER("suite without forward secrecy", 3, 0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f, 0x00, 0x35,
	      0x00, 0x3c, 0x00, 0x3d),
#undef OFFER
};

/* supported_groups, ec_point_formats, signature_algorithms: what an old client says. */
static const uint8_t extensions[] = {
	0x00, 0x0a, 0x00, 0x08, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, /* groups */
	0x00, 0x0b, 0x00, 0x02, 0x01, 0x00,					/* points */
	0x00, 0x0d, 0x00, 0x10, 0x00, 0x0e, 0x04, 0x03, 0x04, 0x01, 0x08, 0x04, /* signatures */
	0x05, 0x01, 0x02, 0x03, 0x02, 0x01, 0x02, 0x02,
};

static int put16(struct buf *b, size_t n, struct error *err)
{
	const uint8_t bytes[] = { (uint8_t)(n >> 8), (uint8_t)n };

	return buf_append(b, bytes, sizeof(bytes), err);
}

static int write_hello(const struct offer *o, struct buf *out, struct error *err)
{
	static const uint8_t random[32] =
		"muster-probe looks at this port"; /* no secret hangs on it */
	size_t tail = o->minor ? 2 + sizeof(extensions) : 0;
	size_t body = 2 + sizeof(random) + 1 + 2 + o->n + 2 + tail;
	const uint8_t head[] = { 22,
				 3,
				 o->minor < 1 ? 0 : 1,
				 (uint8_t)((body + 4) >> 8),
				 (uint8_t)(body + 4),
				 1,
				 0,
				 (uint8_t)(body >> 8),
				 (uint8_t)body,
				 3,
				 o->minor };
	const uint8_t none[] = { 1, 0 }; /* no compression */

	if (buf_append(out, head, sizeof(head), err) < 0 ||
	    buf_append(out, random, sizeof(random), err) < 0 || buf_append(out, "", 1, err) < 0 ||
	    put16(out, o->n, err) < 0 || buf_append(out, o->suites, o->n, err) < 0 ||
	    buf_append(out, none, sizeof(none), err) < 0)
		return -1;
	if (tail == 0)
		return 0;
	return put16(out, sizeof(extensions), err) < 0
		       ? -1
		       : buf_append(out, extensions, sizeof(extensions), err);
}

/* A ServerHello of that version: the offer was taken. */
static bool is_taken(const struct buf *answer, uint8_t minor)
{
	return answer->len >= 11 && answer->data[0] == 22 && answer->data[5] == 2 &&
	       answer->data[9] == 3 && answer->data[10] == minor;
}

static int try_offers(const struct target *t, struct endpoint *e, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
		auto_buf struct buf hello = BUF_INIT, answer = BUF_INIT;

		if (write_hello(&offers[i], &hello, err) < 0 ||
		    target_ask(t, hello.data, hello.len, 11, &answer, err) < 0)
			return -1;
		if (is_taken(&answer, offers[i].minor) && endpoint_weak(e, offers[i].weak, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- a whole handshake ---- */

/* Fewer bits than these are weak (BSI TR-02102-1). */
static const struct {
	int type;
	const char *name;
	int bits;
} key_sizes[] = {
	{ EVP_PKEY_RSA, "RSA", 2048 },
	{ EVP_PKEY_RSA_PSS, "RSA", 2048 },
	{ EVP_PKEY_DSA, "DSA", 1 << 20 },
	{ EVP_PKEY_EC, "EC", 250 },
};

static int read_key(const EVP_PKEY *key, struct endpoint *e, struct error *err)
{
	char what[60];

	for (size_t i = 0; i < ARRAY_SIZE(key_sizes); i++)
		if (EVP_PKEY_get_base_id(key) == key_sizes[i].type &&
		    EVP_PKEY_get_bits(key) < key_sizes[i].bits) {
			(void)snprintf(what, sizeof(what), "key of %s with %d bits",
				       key_sizes[i].name, EVP_PKEY_get_bits(key));
			return endpoint_weak(e, what, err);
		}
	return 0;
}

static int read_certificate(X509 *cert, struct endpoint *e, struct error *err)
{
	EVP_PKEY *key = cert ? X509_get0_pubkey(cert) : NULL;
	unsigned char *der = NULL;
	int digest = NID_undef, len;

	if (!key)
		return 0;
	if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) &&
	    (digest == NID_md5 || digest == NID_sha1) &&
	    endpoint_weak(e,
			  digest == NID_md5 ? "certificate signed with MD5"
					    : "certificate signed with SHA-1",
			  err) < 0)
		return -1;
	len = i2d_PUBKEY(key, &der);
	if (len > 0) {
		unsigned char hash[EVP_MAX_MD_SIZE];

		if (EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL))
			for (size_t i = 0; i < 32; i++)
				(void)snprintf(e->key + 2 * i, 3, "%02x", hash[i]);
		OPENSSL_free(der);
	}
	return read_key(key, e, err);
}

static int note_request(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
	bool *asked = SSL_get_app_data(ssl);

	*asked = true;
	return 0;
}

/* Everything that this OpenSSL can, and every certificate. */
static SSL_CTX *weakest_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_min_proto_version(ctx, 0);
	(void)SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_client_cert_cb(ctx, note_request);
	return ctx;
}

/* The web server inside, if there is one. */
static int ask_inside(SSL *ssl, const char *request, struct buf *answer, struct error *err)
{
	int n = SSL_write(ssl, request, (int)strlen(request));

	while (n > 0 && answer->len < SCAN_ANSWER_MAX) {
		if (buf_reserve(answer, 4096, err) < 0)
			return -1;
		n = SSL_read(ssl, answer->data + answer->len, 4095);
		answer->len += n > 0 ? (size_t)n : 0;
	}
	return buf_puts(answer, "", err);
}

static int finish(SSL *ssl, bool asked, struct endpoint *e, struct error *err)
{
	auto_buf struct buf answer = BUF_INIT;
	const char *version = SSL_get_version(ssl);
	int r;

	e->tls = e->encrypted = true;
	r = endpoint_text(&e->version, version, strlen(version), err);
	if (r == 0)
		r = read_certificate(SSL_get0_peer_certificate(ssl), e, err);
	if (r == 0)
		r = ask_inside(ssl, SCAN_HTTP("GET"), &answer, err);
	if (r == 0)
		r = http_read_answer(&answer, e, err);
	/* Who has no certificate gets nothing. */
	if (r == 0 && asked && answer.len == 0) {
		e->access = ENDPOINT_ASKS;
		r = endpoint_text(&e->protocol, "tls", 3, err);
	}
	return r;
}

static int handshake(const struct target *t, struct endpoint *e, struct error *err)
{
	CLEANUP(SSL_CTX_freep) SSL_CTX *ctx = weakest_context();
	CLEANUP(SSL_freep) SSL *ssl = ctx ? SSL_new(ctx) : NULL;
	auto_close int fd = -1;
	bool asked = false;

	if (!ssl)
		return error_oom(err);
	if (target_connect(t, &fd, err) < 0)
		return -1;
	SSL_set_app_data(ssl, &asked);
	if (SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1)
		return 0;
	return finish(ssl, asked, e, err);
}

/* A hello of TLS 1.2 with the usual suites: a record of TLS comes back from whatever speaks it. */
static int sounds_like_tls(const struct target *t, bool *ret, struct error *err)
{
	static const struct offer usual = { NULL, 3, { ANY }, sizeof((uint8_t[]){ ANY }) };
	auto_buf struct buf hello = BUF_INIT, answer = BUF_INIT;

	if (write_hello(&usual, &hello, err) < 0 ||
	    target_ask(t, hello.data, hello.len, 11, &answer, err) < 0)
		return -1;
	*ret = answer.len >= 3 && (answer.data[0] == 22 || answer.data[0] == 21) &&
	       answer.data[1] == 3;
	return 0;
}

int scan_tls(const struct target *t, struct endpoint *ret, struct error *err)
{
	bool tls;

	if (sounds_like_tls(t, &tls, err) < 0)
		return -1;
	if (!tls)
		return 0;
	if (handshake(t, ret, err) < 0 || try_offers(t, ret, err) < 0)
		return -1;
	/* It took an old hello that OpenSSL could not go on with. */
	ret->tls = ret->encrypted = ret->tls || ret->weak.n > 0;
	return 0;
}
