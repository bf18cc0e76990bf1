/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "crypto/tls_internal.h"

/* The alert that tells the peer why; what has none of its own is a bad certificate. */
static const struct {
	enum reason reason;
	int verify_error;
} alerts[] = {
	{ REASON_CERT_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED },
	{ REASON_CERT_NOT_YET, X509_V_ERR_CERT_NOT_YET_VALID },
	{ REASON_CERT_REVOKED, X509_V_ERR_CERT_REVOKED },
	{ REASON_CERT_UNTRUSTED, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY },
	{ REASON_CERT_PURPOSE, X509_V_ERR_INVALID_PURPOSE },
};

static int verify_error(enum reason reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(alerts); i++)
		if (alerts[i].reason == reason)
			return alerts[i].verify_error;
	return X509_V_ERR_CERT_REJECTED;
}

/* All that the peer sent; the end certificate is the first. */
static int read_chain(struct tls *t, X509_STORE_CTX *ctx, struct error *err)
{
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(ctx);

	if (certs_new(&t->peer_chain, err) < 0)
		return -1;
	for (int i = 0; i < sk_X509_num(sent); i++) {
		struct cert *cert auto_cert = NULL;

		if (cert_wrap(sk_X509_value(sent, i), &cert, err) < 0 ||
		    certs_add(t->peer_chain, cert, err) < 0)
			return -1;
	}
	if (certs_count(t->peer_chain) == 0)
		return error_refuse(err, REASON_CERT_FORM, "no certificate");
	return 0;
}

/* What is no response is as if the server had stapled none. */
static int read_staple(struct tls *t, struct ocsp **ret, struct error *err)
{
	const unsigned char *der = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(t->ssl, &der);
	struct error why = ERROR_INIT;

	if (t->config->server || n <= 0 || ocsp_parse(der, (size_t)n, ret, &why) == 0)
		return 0;
	if (why.code == ERROR_UNAVAILABLE) {
		*err = why;
		return -1;
	}
	return 0;
}

int tls_judge(const struct tls *t, const struct certs *chain, const struct ocsp *stapled,
	      struct error *err)
{
	const struct tls_config *c = t->config;
	struct certs *pinned auto_certs = NULL;
	struct x509_request rq = {
		.purpose = c->purpose,
		.host = c->reference,
		.time = c->now(c->userdata),
		.anchors = c->anchors,
		.untrusted = chain,
		.crls = c->crls,
		.ocsps = c->ocsps,
		.stapled = stapled,
		.flags = c->x509_flags | (c->server ? 0 : X509_HANDSHAKE),
	};

	if (c->anchor_sha256) {
		const struct cert *anchor = certs_find(chain, c->anchor_sha256);

		if (!anchor)
			return error_refuse(err, REASON_CERT_UNTRUSTED,
					    "the server does not send the expected anchor");
		if (certs_new(&pinned, err) < 0 || certs_add(pinned, anchor, err) < 0)
			return -1;
		rq.anchors = pinned;
	}
	return x509_judge(certs_get(chain, 0), &rq, err);
}

static int judge(struct tls *t, X509_STORE_CTX *ctx, struct error *err)
{
	struct ocsp *stapled auto_ocsp = NULL;

	if (read_chain(t, ctx, err) < 0 || read_staple(t, &stapled, err) < 0 ||
	    tls_judge(t, t->peer_chain, stapled, err) < 0)
		return -1;
	t->peer = cert_ref(certs_get(t->peer_chain, 0));
	/* A ticket for a peer that can be known again by it, and for nobody else. */
	if (t->config->cache)
		(void)SSL_set_num_tickets(t->ssl, 1);
	return 0;
}

int tls_verify(X509_STORE_CTX *ctx, void *unused)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (judge(t, ctx, &t->refused) < 0) {
		X509_STORE_CTX_set_error(ctx, verify_error(t->refused.reason));
		return 0;
	}
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

int tls_staple(SSL *ssl, void *config)
{
	const struct buf *der = ocsp_der(((const struct tls_config *)config)->staple);
	unsigned char *copy = OPENSSL_memdup(der->data, der->len);

	if (!copy)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	if (SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)der->len) != 1) {
		OPENSSL_free(copy);
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	return SSL_TLSEXT_ERR_OK;
}

/* RFC 6066 3: a DNS name, never an address. */
static int set_sni(struct tls *t, struct error *err)
{
	const char *host = t->config->reference;
	unsigned char raw[16];

	if (inet_pton(AF_INET, host, raw) == 1 || inet_pton(AF_INET6, host, raw) == 1)
		return 0;
	if (SSL_set_tlsext_host_name(t->ssl, host) != 1)
		return ossl_fail(err, ERROR_INVALID, "the reference identifier '%.80s'", host);
	return 0;
}

int tls_new(struct tls_config *config, int fd, struct tls **ret, struct error *err)
{
	struct tls *t auto_tls = calloc(1, sizeof(*t));
	BIO *bio;

	if (!t)
		return error_oom(err);
	t->config = tls_config_ref(config);
	t->fd = fd;
	t->ssl = SSL_new(config->ctx);
	bio = t->ssl ? tls_bio_new(fd) : NULL;
	if (!bio)
		return ossl_fail(err, ERROR_UNAVAILABLE, "TLS connection");
	SSL_set_bio(t->ssl, bio, bio);
	(void)SSL_set_app_data(t->ssl, t);
	if (config->server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	if (!config->server && set_sni(t, err) < 0)
		return -1;
	if (config->memory)
		tls_session_offer(t);
	*ret = STEAL(t);
	return 0;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	tls_config_free(t->config);
	cert_free(t->peer);
	certs_free(t->peer_chain);
	tls_resumption_done(&t->offered);
	free(t);
}

/* Alerts of the peer that are about our certificate, or the lack of one. */
static bool about_us(int reason)
{
	static const int of_certificates[] = {
		SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,     SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
		SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
		SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, SSL_R_TLSV1_ALERT_UNKNOWN_CA,
		SSL_R_TLSV1_ALERT_ACCESS_DENIED,       SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
	};

	for (size_t i = 0; i < ARRAY_SIZE(of_certificates); i++)
		if (of_certificates[i] == reason)
			return true;
	return false;
}

/* The first error of TLS itself: one of a cipher below says less. */
static unsigned long tls_error(void)
{
	unsigned long first = ERR_peek_error();

	if (ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_SSL &&
	    ERR_GET_REASON(first) != ERR_R_MALLOC_FAILURE)
		while (ERR_GET_LIB(first = ERR_peek_error()) != ERR_LIB_SSL)
			(void)ERR_get_error();
	return first;
}

static int fail(struct tls *t, struct error *err)
{
	unsigned long first = tls_error();
	int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;

	t->closed = true; /* nothing may be said any more, not even close_notify */
	if (t->refused.code != ERROR_NONE) {
		ERR_clear_error();
		*err = t->refused;
		return -1;
	}
	if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		return ossl_refuse(err, REASON_CERT_FORM, "TLS");
	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return ossl_fail(err, ERROR_UNAVAILABLE, "the peer closed the connection");
	if (about_us(reason))
		return ossl_fail(err, ERROR_UNAUTHORIZED, "the peer refuses us");
	return ossl_fail(err, ERROR_INVALID, "TLS");
}

/* What a call of OpenSSL's that did not succeed means. */
static int wants(struct tls *t, int r, enum tls_want *ret, struct error *err)
{
	int sys = errno;

	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ: *ret = TLS_WANT_READ; return 0;
	case SSL_ERROR_WANT_WRITE: *ret = TLS_WANT_WRITE; return 0;
	case SSL_ERROR_ZERO_RETURN: *ret = TLS_CLOSED; return 0;
	case SSL_ERROR_SYSCALL:
		if (ERR_peek_error() == 0) {
			t->closed = true;
			return error_set(err, ERROR_UNAVAILABLE, "the connection is gone%s%s",
					 sys ? ": " : "", sys ? strerror(sys) : "");
		}
		return fail(t, err);
	default: return fail(t, err);
	}
}

static void describe(struct tls *t)
{
	int group = (int)SSL_get_negotiated_group(t->ssl);
	const char *name = SSL_group_to_name(t->ssl, group);

	(void)snprintf(t->describe, sizeof(t->describe), "%s %s %s%s", SSL_get_version(t->ssl),
		       SSL_get_cipher_name(t->ssl), name ? name : "?",
		       SSL_session_reused(t->ssl) == 1 ? " resumed" : "");
}

/* What OpenSSL leaves open in TLS 1.2. */
static int check_version(struct tls *t, struct error *err)
{
	if (SSL_version(t->ssl) >= TLS1_3_VERSION)
		return 0;
	if (SSL_get_extms_support(t->ssl) != 1)
		return error_set(err, ERROR_INVALID,
				 "TLS: the peer has no extended master secret (RFC 7627)");
	if (SSL_get_secure_renegotiation_support(t->ssl) != 1)
		return error_set(err, ERROR_INVALID,
				 "TLS: the peer has no renegotiation indication (RFC 5746)");
	return 0;
}

int tls_handshake(struct tls *t, enum tls_want *ret, struct error *err)
{
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_do_handshake(t->ssl);
	if (r != 1)
		return wants(t, r, ret, err);
	if (check_version(t, err) < 0) {
		t->closed = true;
		return -1;
	}
	/* No certificate is sent in a resumed handshake: it is that of the session, judged anew. */
	if (SSL_session_reused(t->ssl) == 1) {
		t->peer = STEAL(t->offered.peer);
		t->peer_chain = STEAL(t->offered.chain);
	}
	t->established = true;
	describe(t);
	*ret = TLS_DONE;
	return 0;
}

int tls_read(struct tls *t, void *data, size_t cap, size_t *n, enum tls_want *ret,
	     struct error *err)
{
	size_t got = 0;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(t->ssl, data, cap, &got);
	if (r != 1)
		return wants(t, r, ret, err);
	*n = got;
	*ret = TLS_DONE;
	return 0;
}

int tls_write(struct tls *t, const void *data, size_t len, size_t *n, enum tls_want *ret,
	      struct error *err)
{
	size_t put = 0;
	int r;

	if (len == 0) {
		*n = 0;
		*ret = TLS_DONE;
		return 0;
	}
	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(t->ssl, data, len, &put);
	if (r != 1)
		return wants(t, r, ret, err);
	*n = put;
	*ret = TLS_DONE;
	return 0;
}

bool tls_pending(const struct tls *t)
{
	return SSL_has_pending(t->ssl) == 1;
}

void tls_shutdown(struct tls *t)
{
	if (t->closed || !t->established)
		return;
	t->closed = true;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

const struct cert *tls_peer(const struct tls *t)
{
	/* A certificate alone proves nothing: its key has signed only when the handshake is done.
	 */
	return t->established ? t->peer : NULL;
}

const struct certs *tls_peer_chain(const struct tls *t)
{
	return t->peer_chain;
}

bool tls_revoked(const struct tls *t, const struct tls_config *newer)
{
	return t->peer && x509_revoked(t->peer_chain, newer->anchors, newer->crls);
}

const char *tls_describe(const struct tls *t)
{
	return t->describe;
}
