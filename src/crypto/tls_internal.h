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
};

struct tls {
	struct tls_config *config; /* a reference */
	SSL *ssl;		   /* owned */
	int fd;			   /* the caller's */
	bool established, closed;
	struct cert *peer; /* owned; set when it was judged good */
	struct certs *peer_chain;
	struct error refused; /* why the peer's certificate was not */
	char describe[80];
};

/* SSL_CTX_set_cert_verify_callback: the judge. */
int tls_verify(X509_STORE_CTX *ctx, void *unused);
/* SSL_CTX_set_tlsext_status_cb of a server: hands out the response that the configuration has. */
int tls_staple(SSL *ssl, void *config);
/* A BIO over the socket that never raises SIGPIPE; NULL: no memory. */
BIO *tls_bio_new(int fd);
