/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside tls*.c only. */
#include <openssl/ssl.h>

#include "crypto/ossl.h"
#include "crypto/tls.h"

struct tls_config {
	unsigned refs;
	SSL_CTX *ctx; /* owned */
	bool server;
	enum tls_peer_mode peer;
	enum x509_purpose purpose;
	struct certs *anchors; /* owned, and so are all below */
	struct crls *crls;
	struct ocsps *ocsps;
	struct ocsp *staple;
	struct key *key;
	char *anchor_sha256, *reference;
	unsigned x509_flags;
	int64_t (*now)(void *userdata);
	void *userdata;
	struct cache *cache; /* the caller's, as below */
	struct tls_memory *memory;
	uint8_t context[32]; /* a session is resumed in the same one alone */
};

/* Whom a session was made with. */
struct resumption {
	struct cert *peer;
	struct certs *chain;
};
void tls_resumption_done(struct resumption *r);

struct tls {
	struct tls_config *config; /* a reference */
	SSL *ssl;		   /* owned */
	int fd;			   /* the caller's */
	bool established, closed;
	struct cert *peer; /* owned; set when it was judged good */
	struct certs *peer_chain;
	struct resumption offered; /* what a session that may be resumed says of the peer */
	struct error refused;	   /* why the peer's certificate was not */
	char describe[80];
};

/* Judge a chain as of now, by the configuration; stapled may be NULL. */
MUST_USE int tls_judge(const struct tls *t, const struct certs *chain, const struct ocsp *stapled,
		       struct error *err);
/* tls_session.c: have a configuration's connections make sessions, and resume them. */
MUST_USE int tls_session_configure(struct tls_config *c, const struct tls_options *o,
				   struct error *err);
/* A client's connection, before its handshake: offer what is remembered, if that is still good. */
void tls_session_offer(struct tls *t);
/* SSL_CTX_set_cert_verify_callback: the judge. */
int tls_verify(X509_STORE_CTX *ctx, void *unused);
/* SSL_CTX_set_tlsext_status_cb of a server: hands out the response that the configuration has. */
int tls_staple(SSL *ssl, void *config);
/* A BIO over the socket that never raises SIGPIPE; NULL: no memory. */
BIO *tls_bio_new(int fd);
