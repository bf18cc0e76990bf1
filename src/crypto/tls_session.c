/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and their resumption (RFC 8446 2.2): a server's in the machine's cache, under the random
 * id that is all of the ticket; a client's in its memory. OpenSSL resumes whatever it is given, so
 * what it is given was judged here, as a certificate is in a handshake.
 */
#include <string.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/tls_internal.h"

struct tls_memory {
	SSL_SESSION *session; /* NULL: none */
	struct certs *chain;  /* of the server, as it was sent */
	uint8_t context[32];
};

int tls_memory_new(struct tls_memory **ret, struct error *err)
{
	struct tls_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return error_oom(err);
	*ret = m;
	return 0;
}

static void forget(struct tls_memory *m)
{
	SSL_SESSION_free(STEAL(m->session));
	certs_free(STEAL(m->chain));
}

struct tls_memory *tls_memory_free(struct tls_memory *m)
{
	if (!m)
		return NULL;
	forget(m);
	free(m);
	return NULL;
}

void tls_resumption_done(struct resumption *r)
{
	cert_free(r->peer);
	certs_free(r->chain);
	*r = (struct resumption){ 0 };
}

/* ---- a server ---- */

/* SSL_CTX_sess_set_new_cb: a ticket is about to be sent. */
static int keep(SSL *ssl, SSL_SESSION *session)
{
	const struct tls *t = SSL_get_app_data(ssl);
	unsigned char der[LIMIT_CACHE_ENTRY], *at = der;
	const unsigned char *id;
	unsigned id_len;
	int len = i2d_SSL_SESSION(session, NULL);

	id = SSL_SESSION_get_id(session, &id_len);
	/* TLS 1.2 would have its sessions resumed more than once. */
	if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION || id_len != CACHE_KEY ||
	    !SSL_SESSION_get0_peer(session) || len <= 0 || (size_t)len > sizeof(der))
		return 0;
	len = i2d_SSL_SESSION(session, &at);
	cache_put(t->config->cache, id, der, (size_t)len, LIMIT_TLS_SESSION_S);
	OPENSSL_cleanse(der, sizeof(der));
	return 0; /* OpenSSL keeps its reference */
}

/* Whether the session's peer would be let in now; then it is offered. */
static bool still_good(struct tls *t, SSL_SESSION *session)
{
	X509 *peer = SSL_SESSION_get0_peer(session);
	struct cert *cert auto_cert = NULL;
	struct certs *chain auto_certs = NULL;
	struct error why = ERROR_INIT;
	const unsigned char *context;
	unsigned len;

	context = SSL_SESSION_get0_id_context(session, &len);
	if (!peer || len != sizeof(t->config->context) ||
	    memcmp(context, t->config->context, len) != 0)
		return false;
	if (cert_wrap(peer, &cert, &why) < 0 || certs_new(&chain, &why) < 0 ||
	    certs_add(chain, cert, &why) < 0 || tls_judge(t, chain, NULL, &why) < 0)
		return false; /* the full handshake will say why */
	tls_resumption_done(&t->offered);
	t->offered = (struct resumption){ STEAL(cert), STEAL(chain) };
	return true;
}

/* SSL_CTX_sess_set_get_cb: a client shows a ticket. */
static SSL_SESSION *find(SSL *ssl, const unsigned char *id, int len, int *copy)
{
	struct tls *t = SSL_get_app_data(ssl);
	uint8_t der[LIMIT_CACHE_ENTRY];
	const unsigned char *at = der;
	SSL_SESSION *session;
	size_t n;

	*copy = 0;
	if (len != CACHE_KEY || (n = cache_take(t->config->cache, id, der)) == 0)
		return NULL;
	session = d2i_SSL_SESSION(NULL, &at, (long)n);
	OPENSSL_cleanse(der, sizeof(der));
	if (!session || !still_good(t, session)) {
		SSL_SESSION_free(session);
		session = NULL;
	}
	ERR_clear_error();
	(void)SSL_set_num_tickets(ssl, session ? 1 : 0);
	return session;
}

/* ---- a client ---- */

static int remember(SSL *ssl, SSL_SESSION *session)
{
	const struct tls *t = SSL_get_app_data(ssl);
	struct tls_memory *m = t->config->memory;
	struct error err = ERROR_INIT;

	forget(m);
	if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION ||
	    SSL_SESSION_is_resumable(session) != 1 || certs_new(&m->chain, &err) < 0 ||
	    certs_add_all(m->chain, t->peer_chain, &err) < 0)
		return 0;
	memcpy(m->context, t->config->context, sizeof(m->context));
	/* A copy: OpenSSL spoils its own where the connection is lost, which is when it is wanted.
	 */
	m->session = SSL_SESSION_dup(session);
	return 0;
}

void tls_session_offer(struct tls *t)
{
	struct tls_memory *m = t->config->memory;
	struct error why = ERROR_INIT;

	if (!m->session)
		return;
	if (memcmp(m->context, t->config->context, sizeof(m->context)) == 0 &&
	    tls_judge(t, m->chain, NULL, &why) == 0 && SSL_set_session(t->ssl, m->session) == 1) {
		t->offered.peer = cert_ref(certs_get(m->chain, 0));
		t->offered.chain = STEAL(m->chain);
	}
	forget(m);
	ERR_clear_error();
}

/* ---- both ---- */

/* Everything that decides whom a handshake would let in, but for what changes by itself. */
static int make_context(struct tls_config *c, const struct tls_options *o, struct error *err)
{
	struct buf b CLEANUP(buf_done) = BUF_INIT;
	const struct cert *own = certs_get(o->chain, 0);

	if (buf_printf(&b, err, "%d %d %d %d %u %s %s %s", c->server, (int)o->profile, (int)o->peer,
		       (int)o->purpose, o->x509_flags, own ? cert_sha256(own) : "",
		       c->anchor_sha256 ? c->anchor_sha256 : "",
		       c->reference ? c->reference : "") < 0)
		return -1;
	for (size_t i = 0; i < certs_count(c->anchors); i++)
		if (buf_printf(&b, err, " %s", cert_sha256(certs_get(c->anchors, i))) < 0)
			return -1;
	return digest_sha256(b.data, b.len, c->context, err);
}

int tls_session_configure(struct tls_config *c, const struct tls_options *o, struct error *err)
{
	if (!c->cache && !c->memory)
		return 0;
	if (make_context(c, o, err) < 0)
		return -1;
	if (SSL_CTX_set_session_id_context(c->ctx, c->context, sizeof(c->context)) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "TLS sessions");
	(void)SSL_CTX_set_timeout(c->ctx, LIMIT_TLS_SESSION_S);
	(void)SSL_CTX_set_session_cache_mode(
		c->ctx, (c->server ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_CLIENT) |
				SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c->ctx, c->server ? keep : remember);
	if (c->server)
		SSL_CTX_sess_set_get_cb(c->ctx, find);
	return 0;
}
