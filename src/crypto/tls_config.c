/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "crypto/tls_internal.h"

static const struct {
	const char *name, *groups, *sigalgs, *suites, *suites12;
} profiles[] = {
#define X(id, name, groups, sigalgs, suites, suites12) \
	[id] = { name, groups, sigalgs, suites, suites12 },
	TLS_PROFILES(X)
#undef X
};

const char *tls_profile_name(enum tls_profile profile)
{
	return (unsigned)profile < TLS_PROFILE_MAX_ ? profiles[profile].name : "?";
}

int tls_profile_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int64_t wall_clock(void *userdata)
{
	return clock_now();
}

static int set_profile(SSL_CTX *ctx, enum tls_profile profile, bool tls12, struct error *err)
{
	if ((unsigned)profile >= TLS_PROFILE_MAX_)
		return error_set(err, ERROR_INVALID, "no TLS profile %d", (int)profile);
	if (SSL_CTX_set_min_proto_version(ctx, tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set1_groups_list(ctx, profiles[profile].groups) != 1 ||
	    SSL_CTX_set1_sigalgs_list(ctx, profiles[profile].sigalgs) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, profiles[profile].suites) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, profiles[profile].suites12) != 1)
		return ossl_fail(err, ERROR_INTERNAL, "TLS profile");
	return 0;
}

static void set_modes(SSL_CTX *ctx)
{
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_num_tickets(ctx, 0); /* unless tls_session.c has a place for them */
	(void)SSL_CTX_set_max_early_data(ctx, 0);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* An idle connection holds no buffers: 24 KB instead of 58. */
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_max_cert_list(ctx, LIMIT_TLS_PEER_CERTS);
}

static int set_identity(SSL_CTX *ctx, const struct tls_options *o, struct error *err)
{
	const struct cert *leaf = certs_get(o->chain, 0);

	if (!leaf && !o->key)
		return 0;
	if (!leaf || !o->key || strcmp(cert_key_sha256(leaf), key_sha256(o->key)) != 0)
		return error_set(err, ERROR_INVALID, "the key is not that of the certificate");
	if (SSL_CTX_use_certificate(ctx, leaf->x509) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key_pkey(o->key)) != 1)
		return ossl_fail(err, ERROR_INVALID, "use certificate \"%s\" for TLS",
				 cert_common_name(leaf));
	for (size_t i = 1; i < certs_count(o->chain); i++)
		if (SSL_CTX_add1_chain_cert(ctx, certs_get(o->chain, i)->x509) != 1)
			return ossl_fail(err, ERROR_INVALID, "the certificate chain for TLS");
	return 0;
}

static int set_peer(struct tls_config *c, struct error *err)
{
	int mode = SSL_VERIFY_NONE;

	if (!c->server || c->peer != TLS_PEER_NONE)
		mode = SSL_VERIFY_PEER;
	if (c->server && c->peer == TLS_PEER_REQUIRED)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(c->ctx, mode, NULL);
	SSL_CTX_set_cert_verify_callback(c->ctx, tls_verify, NULL);
	/* RFC 8446 4.2.4: the authorities that we ask clients for. */
	for (size_t i = 0; c->server && mode && i < certs_count(c->anchors); i++)
		if (SSL_CTX_add_client_CA(c->ctx, certs_get(c->anchors, i)->x509) != 1)
			return ossl_fail(err, ERROR_UNAVAILABLE, "client authorities");
	return 0;
}

static int set_stapling(struct tls_config *c, struct error *err)
{
	if (!c->server && SSL_CTX_set_tlsext_status_type(c->ctx, TLSEXT_STATUSTYPE_ocsp) != 1)
		return ossl_fail(err, ERROR_UNAVAILABLE, "OCSP stapling");
	if (c->server && c->staple) {
		(void)SSL_CTX_set_tlsext_status_cb(c->ctx, tls_staple);
		(void)SSL_CTX_set_tlsext_status_arg(c->ctx, c);
	}
	return 0;
}

static int copy_text(const char *text, char **ret, struct error *err)
{
	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : error_oom(err);
}

static int copy_options(struct tls_config *c, const struct tls_options *o, struct error *err)
{
	c->peer = o->peer;
	c->purpose = o->purpose;
	c->x509_flags = o->x509_flags | (o->profile == TLS_CNSA ? X509_CNSA : 0);
	c->cache = o->cache;
	c->memory = o->memory;
	c->now = o->now ? o->now : wall_clock;
	c->userdata = o->userdata;
	c->key = o->key ? key_ref((struct key *)o->key) : NULL;
	c->staple = o->staple ? ocsp_ref(o->staple) : NULL;
	if (certs_new(&c->anchors, err) < 0 || crls_new(&c->crls, err) < 0 ||
	    ocsps_new(&c->ocsps, err) < 0 || certs_add_all(c->anchors, o->anchors, err) < 0 ||
	    crls_add_all(c->crls, o->crls, err) < 0 || ocsps_add_all(c->ocsps, o->ocsps, err) < 0 ||
	    copy_text(o->anchor_sha256, &c->anchor_sha256, err) < 0)
		return -1;
	return copy_text(o->reference, &c->reference, err);
}

static int config_new(const struct tls_options *o, bool server, struct tls_config **ret,
		      struct error *err)
{
	struct tls_config *c auto_tls_config = calloc(1, sizeof(*c));

	if (!c)
		return error_oom(err);
	c->refs = 1;
	c->server = server;
	c->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (!c->ctx)
		return ossl_fail(err, ERROR_UNAVAILABLE, "TLS");
	set_modes(c->ctx);
	if (copy_options(c, o, err) < 0 || set_profile(c->ctx, o->profile, o->tls12, err) < 0 ||
	    set_identity(c->ctx, o, err) < 0 || set_peer(c, err) < 0 || set_stapling(c, err) < 0 ||
	    tls_session_configure(c, o, err) < 0)
		return -1;
	*ret = STEAL(c);
	return 0;
}

int tls_config_server(const struct tls_options *o, struct tls_config **ret, struct error *err)
{
	if (certs_count(o->chain) == 0 || !o->key)
		return error_set(err, ERROR_INVALID, "a TLS server without a certificate");
	if (o->memory)
		return error_set(err, ERROR_INVALID, "only a TLS client has a memory");
	if (o->anchor_sha256 || o->reference)
		return error_set(err, ERROR_INVALID, "a TLS server judges by anchors alone");
	if (o->peer != TLS_PEER_NONE && certs_count(o->anchors) == 0)
		return error_set(err, ERROR_INVALID, "client certificates without an anchor");
	return config_new(o, true, ret, err);
}

int tls_config_client(const struct tls_options *o, struct tls_config **ret, struct error *err)
{
	if (!o->reference)
		return error_set(err, ERROR_INVALID, "a TLS client without a reference identifier");
	if ((certs_count(o->anchors) == 0) == (o->anchor_sha256 == NULL))
		return error_set(err, ERROR_INVALID,
				 "a TLS client needs anchors, or the digest of one");
	if (o->cache)
		return error_set(err, ERROR_INVALID, "only a TLS server has a cache");
	if (o->staple)
		return error_set(err, ERROR_INVALID, "only a TLS server staples");
	return config_new(o, false, ret, err);
}

struct tls_config *tls_config_ref(struct tls_config *c)
{
	c->refs++;
	return c;
}

void tls_config_free(struct tls_config *c)
{
	if (!c || --c->refs > 0)
		return;
	SSL_CTX_free(c->ctx);
	certs_free(c->anchors);
	crls_free(c->crls);
	ocsps_free(c->ocsps);
	ocsp_free(c->staple);
	key_free(c->key);
	free(c->anchor_sha256);
	free(c->reference);
	free(c);
}
