/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * TLS over a non-blocking socket, for both ends: TLS 1.3, and 1.2 where it is configured; no
 * renegotiation and no early data. The peer is judged by x509_judge and by nothing
 * else. There is no event loop here: a call says what it waits for, and the caller comes back.
 * FCS_TLSC_EXT.1, FCS_TLSS_EXT.1, FTP_ITC_EXT.1.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cache.h"
#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/crl.h"
#include "crypto/key.h"
#include "crypto/ocsp.h"
#include "crypto/x509.h"

/*
 * id, wire name, groups, signature algorithms, cipher suites of TLS 1.3 and of TLS 1.2 (OpenSSL's
 * names). Of 1.2: ephemeral keys and AES-GCM alone, none by RSA, CBC or SHA-1.
 */
#define TLS_PROFILES(X) \
	X(TLS_DEFAULT, "default", "X25519:P-256", \
	  "ECDSA+SHA256:ECDSA+SHA384:RSA-PSS+SHA256:RSA-PSS+SHA384", \
	  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", \
	  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" \
	  "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384") \
	X(TLS_CNSA, "cnsa", "P-384", "ECDSA+SHA384:RSA-PSS+SHA384", "TLS_AES_256_GCM_SHA384", \
	  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384")

enum tls_profile {
#define X(id, name, groups, sigalgs, suites, suites12) id,
	TLS_PROFILES(X)
#undef X
		TLS_PROFILE_MAX_
};

/* The wire name; -1 from tls_profile_find where there is none. */
const char *tls_profile_name(enum tls_profile profile);
int tls_profile_find(const char *name);

enum tls_peer_mode {
	TLS_PEER_REQUIRED = 0, /* a client always; a server: mutual authentication */
	TLS_PEER_OPTIONAL,     /* a server: asked for; what comes must be good */
	TLS_PEER_NONE,	       /* a server: not asked for */
};

/*
 * What a client remembers of its connections to one server, so that the next handshake needs no
 * signature: the newest ticket, in memory alone, used once (RFC 8446 C.4).
 */
struct tls_memory;
MUST_USE int tls_memory_new(struct tls_memory **ret, struct error *err);
struct tls_memory *tls_memory_free(struct tls_memory *m); /* wipes it */
DEFINE_CLEANUP(struct tls_memory *, tls_memory_free)

/* What tls_config_new copies or takes references of; the caller keeps its own. */
struct tls_options {
	enum tls_profile profile;
	/* TLS 1.2 too, for a peer that has no 1.3: with the extended master secret (RFC 7627) and
	 * the renegotiation indication (RFC 5746), and never renegotiated. */
	bool tls12;
	const struct certs *chain; /* own: the end certificate first, then what to send with it */
	const struct key *key;	   /* of the first of chain; both NULL: a client without identity */
	enum tls_peer_mode peer;   /* of a server */
	enum x509_purpose purpose; /* of the peer's certificate */
	const struct certs *anchors;
	const struct crls *crls;
	const struct ocsps *ocsps; /* beside what a server staples */
	/*
	 * A server: the OCSP response about the first of chain, sent to a client that asks (RFC
	 * 6066, RFC 8446 4.4.2.1); or NULL. A newer one takes a new configuration, as all else.
	 * A client always asks, believes a stapled response as x509_judge does, and honours
	 * must-staple (RFC 7633).
	 */
	const struct ocsp *staple;
	/*
	 * Instead of anchors: hex SHA-256 of the DER of a self-signed anchor that the peer sends in
	 * its chain (the payload's anchorDigest); or NULL.
	 */
	const char *anchor_sha256;
	const char *reference; /* a client: the DNS name or IP of the server's SAN; sent as SNI */
	unsigned x509_flags;   /* enum x509_flags; TLS_CNSA adds X509_CNSA */
	/*
	 * Resumption, of TLS 1.3 with a fresh key exchange; both outlive the configuration and its
	 * connections, or NULL: none. The peer keeps its identity, and its certificate is judged
	 * again at each resumption as in a handshake: where it is no longer good, or anchors,
	 * profile, purpose or the own certificate have changed, the handshake is a full one.
	 * `cache` is a server's, shared by the processes that serve the same listener: it holds
	 * sessions of peers with a certificate right below an anchor; a ticket is but its key.
	 */
	struct cache *cache;
	struct tls_memory *memory; /* a client's */
	/* The time to judge at; NULL: CLOCK_REALTIME. */
	int64_t (*now)(void *userdata);
	void *userdata;
};

/*
 * An immutable configuration for many connections, shared by reference: to reload, make a new one,
 * use it for new connections and free the old; connections keep theirs.
 */
struct tls_config;
/* Errors: INVALID (the key is not the certificate's; a client without reference or anchors …). */
MUST_USE int tls_config_server(const struct tls_options *o, struct tls_config **ret,
			       struct error *err);
MUST_USE int tls_config_client(const struct tls_options *o, struct tls_config **ret,
			       struct error *err);
struct tls_config *tls_config_ref(struct tls_config *c);
/* Drops one reference. */
void tls_config_free(struct tls_config *c);
DEFINE_CLEANUP(struct tls_config *, tls_config_free)
#define auto_tls_config CLEANUP(tls_config_freep)

enum tls_want {
	TLS_DONE,	/* the call did its work */
	TLS_WANT_READ,	/* call again, the same way, when the socket is readable */
	TLS_WANT_WRITE, /* … writable */
	TLS_CLOSED,	/* tls_read: the peer has ended its side in order (close_notify) */
};

/* A connection over a connected non-blocking socket, which stays the caller's to close. */
struct tls;
MUST_USE int tls_new(struct tls_config *config, int fd, struct tls **ret, struct error *err);
void tls_free(struct tls *t);
DEFINE_CLEANUP(struct tls *, tls_free)
#define auto_tls CLEANUP(tls_freep)

/*
 * Errors: REFUSED with REASON_CERT_* (the peer's certificate, as judged; a server that was given
 * none: REASON_CERT_FORM), UNAUTHORIZED (the peer refused ours), INVALID (no common version, or
 * broken), UNAVAILABLE (the connection is gone). After an error only tls_free is of use.
 *
 * A client's handshake is done before the server has judged it: a refusal then comes from the
 * first tls_read, as UNAUTHORIZED.
 */
MUST_USE int tls_handshake(struct tls *t, enum tls_want *ret, struct error *err);
/* Up to cap bytes; *n > 0 with TLS_DONE only. Errors: as tls_handshake. */
MUST_USE int tls_read(struct tls *t, void *data, size_t cap, size_t *n, enum tls_want *ret,
		      struct error *err);
/* Writes some of it: *n says how much. After a WANT call again with the same bytes or more. */
MUST_USE int tls_write(struct tls *t, const void *data, size_t len, size_t *n, enum tls_want *ret,
		       struct error *err);
/* Whether tls_read would give bytes without the socket becoming readable. */
bool tls_pending(const struct tls *t);
/* Say close_notify, once, without waiting for the peer's. */
void tls_shutdown(struct tls *t);

/* The peer's judged certificate; NULL before the handshake is done, or where it gave none. */
const struct cert *tls_peer(const struct tls *t);
/* All certificates that it sent, judged or not, or when the resumed session began (of a client the
 * first alone); NULL where there are none. For audit. */
const struct certs *tls_peer_chain(const struct tls *t);
/* Whether the CRLs of a configuration, newer than the connection's own, revoke its peer. */
bool tls_revoked(const struct tls *t, const struct tls_config *newer);
/* For audit: "TLSv1.3 TLS_AES_256_GCM_SHA384 X25519". Lives as long as the connection. */
const char *tls_describe(const struct tls *t);
