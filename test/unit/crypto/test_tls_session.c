/* SPDX-License-Identifier: Apache-2.0 */
/* Resumption: what is kept, what is judged again, and what is not resumed. */
#include "base/file.h"
#include "check.h"
#include "tls_bed.h"

struct resuming {
	struct bed b;
	struct cache *cache;
	int fd;
	struct tls_memory *memory;
};

static int64_t judged_at;

static int64_t later(void *userdata)
{
	return judged_at;
}

static void resuming_init(struct resuming *r)
{
	struct error err = ERROR_INIT;

	*r = (struct resuming){ .fd = -1 };
	bed_init(&r->b);
	judged_at = PKI_NOW;
	CHECK_OK(cache_create(&r->fd, &err), err);
	CHECK_OK(cache_open(dup(r->fd), &r->cache, &err), err);
	CHECK_OK(tls_memory_new(&r->memory, &err), err);
	/* The server's peers are right below its anchor, as devices are. */
	certs_free(r->b.client_chain);
	pki_done(&r->b.client);
	r->b.client = (struct pki){ 0 };
	pki_make(&(struct pki_spec){ .name = "devices", PKI_CA }, &r->b.client.issuer);
	pki_make(&(struct pki_spec){ .name = "device",
				     PKI_END,
				     .issuer = &r->b.client.issuer,
				     .eku = "clientAuth",
				     .san = "URI:urn:uuid:1" },
		 &r->b.client.leaf);
	r->b.client.anchors = pki_certs(r->b.client.issuer.cert, NULL);
	r->b.client_chain = pki_certs(r->b.client.leaf.cert, NULL);
	struct crl *crl auto_crl = pki_crl(&r->b.client.issuer, 1, NULL);

	r->b.client.crls = pki_crls(crl, NULL);
	r->b.so.anchors = r->b.client.anchors;
	r->b.so.crls = r->b.client.crls;
	r->b.co.chain = r->b.client_chain;
	r->b.co.key = r->b.client.leaf.key;
	r->b.so.cache = r->cache;
	r->b.co.memory = r->memory;
	r->b.so.now = r->b.co.now = later;
}

static void resuming_done(struct resuming *r)
{
	bed_done(&r->b);
	tls_memory_free(r->memory);
	cache_free(r->cache);
	closep(&r->fd);
}
#define auto_resuming CLEANUP(resuming_done)

/* Connect once more: whether both say that they resumed. */
static bool again(struct resuming *r)
{
	bool s, c;

	bed_disconnect(&r->b);
	bed_connect(&r->b);
	CHECK(r->b.s.done && r->b.c.done);
	if (!r->b.s.done || !r->b.c.done) {
		printf("# %s / %s\n", r->b.s.err.msg, r->b.c.err.msg);
		return false;
	}
	s = strstr(tls_describe(r->b.s.tls), "resumed") != NULL;
	c = strstr(tls_describe(r->b.c.tls), "resumed") != NULL;
	CHECK(s == c);
	/* Resumed or not: everyone knows whom it speaks with. */
	CHECK_STR(cert_sha256(tls_peer(r->b.s.tls)), cert_sha256(r->b.client.leaf.cert));
	CHECK_STR(cert_sha256(tls_peer(r->b.c.tls)), cert_sha256(r->b.server.leaf.cert));
	CHECK(certs_count(tls_peer_chain(r->b.c.tls)) == 2);
	return s;
}

static void resumes(void)
{
	struct resuming r auto_resuming;

	resuming_init(&r);
	CHECK(!again(&r));
	for (int i = 0; i < 3; i++)
		CHECK(again(&r)); /* each with the ticket of the one before */
}

/* Another process of the same listener has the same cache, and its own configuration. */
static void by_another_process(void)
{
	struct resuming r auto_resuming;
	struct error err = ERROR_INIT;
	struct cache *other auto_cache = NULL;

	resuming_init(&r);
	CHECK(!again(&r));
	CHECK_OK(cache_open(dup(r.fd), &other, &err), err);
	r.b.so.cache = other;
	CHECK(again(&r));
	bed_disconnect(&r.b);
}

static void revoked(void)
{
	struct resuming r auto_resuming;

	resuming_init(&r);
	CHECK(!again(&r));
	struct crl *crl auto_crl = pki_crl(&r.b.client.issuer, 2, r.b.client.leaf.cert);
	struct crls *crls auto_crls = pki_crls(crl, NULL);

	r.b.so.crls = crls;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	/* A full handshake, which says why. */
	CHECK(r.b.s.failed && r.b.s.err.reason == REASON_CERT_REVOKED);
	r.b.so.crls = NULL;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	CHECK(r.b.s.failed && r.b.s.err.reason == REASON_CERT_STATUS_UNKNOWN);
}

static void expired(void)
{
	struct resuming r auto_resuming;

	resuming_init(&r);
	CHECK(!again(&r));
	judged_at = PKI_NOW + 40 * PKI_DAY;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	CHECK(r.b.c.failed && r.b.c.err.reason == REASON_CERT_EXPIRED);
	judged_at = PKI_NOW;
	CHECK(!again(&r)); /* the client has forgotten */
}

/* The server's certificate was revoked meanwhile: the client does not offer to resume. */
static void server_revoked(void)
{
	struct resuming r auto_resuming;

	resuming_init(&r);
	CHECK(!again(&r));
	struct crl *root auto_crl = pki_crl(&r.b.server.root, 1, NULL);
	struct crl *bad auto_crl = pki_crl(&r.b.server.issuer, 2, r.b.server.leaf.cert);
	struct crls *crls auto_crls = pki_crls(root, bad, NULL);

	r.b.co.crls = crls;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	CHECK(r.b.c.failed && r.b.c.err.reason == REASON_CERT_REVOKED);
}

/* What decides whom one speaks with has changed. */
static void other_circumstances(void)
{
	struct resuming r auto_resuming;
	struct pki_node renewed CLEANUP(pki_node_done) = { 0 };

	resuming_init(&r);
	CHECK(!again(&r));
	r.b.so.peer = TLS_PEER_OPTIONAL; /* another listener */
	CHECK(!again(&r));
	r.b.so.tls12 = true; /* nothing of the kind */
	CHECK(again(&r));
	r.b.so.profile = TLS_CNSA;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	CHECK(r.b.s.failed && r.b.c.failed);
	r.b.so.profile = TLS_DEFAULT;
	CHECK(!again(&r));
	/* A-SMF-2: a renewed certificate is the one that the server sees. */
	pki_make(&(struct pki_spec){ .name = "device",
				     PKI_END,
				     .issuer = &r.b.client.issuer,
				     .eku = "clientAuth",
				     .san = "URI:urn:uuid:1" },
		 &renewed);
	struct certs *chain auto_certs = pki_certs(renewed.cert, NULL);

	r.b.co.chain = chain;
	r.b.co.key = renewed.key;
	bed_disconnect(&r.b);
	bed_connect(&r.b);
	CHECK(r.b.s.done && !strstr(tls_describe(r.b.s.tls), "resumed"));
	CHECK_STR(cert_sha256(tls_peer(r.b.s.tls)), cert_sha256(renewed.cert));
	bed_disconnect(&r.b);
}

/* A peer without a certificate has no identity to keep. */
static void nobody(void)
{
	struct resuming r auto_resuming;

	resuming_init(&r);
	r.b.so.peer = TLS_PEER_OPTIONAL;
	r.b.co.chain = NULL;
	r.b.co.key = NULL;
	for (int i = 0; i < 2; i++) {
		bed_disconnect(&r.b);
		bed_connect(&r.b);
		CHECK(r.b.s.done && !tls_peer(r.b.s.tls));
		CHECK(!strstr(tls_describe(r.b.s.tls), "resumed"));
	}
}

static void sense(void)
{
	struct resuming r auto_resuming;
	struct tls_config *none auto_tls_config = NULL;
	struct error err = ERROR_INIT;

	resuming_init(&r);
	r.b.so.memory = r.memory;
	CHECK_ERROR(tls_config_server(&r.b.so, &none, &err), err, ERROR_INVALID);
	r.b.co.cache = r.cache;
	CHECK_ERROR(tls_config_client(&r.b.co, &none, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "FCS_TLSS_EXT.1: a session is resumed with its identity, each ticket once", resumes },
	{ "FCS_TLSS_EXT.1: by another process with the same cache", by_another_process },
	{ "V-6, X-4, X-11: a revoked or unknown client is not resumed", revoked },
	{ "X-3: nobody resumes past the end of a certificate", expired },
	{ "T-9: a client does not resume with a revoked server", server_revoked },
	{ "A-SMF-2: another listener, profile or certificate is another session",
	  other_circumstances },
	{ "V-6: a peer without a certificate gets no ticket", nobody },
	{ "tls: a cache is a server's, a memory a client's", sense },
};

CHECK_MAIN(cases)
