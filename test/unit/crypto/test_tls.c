/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in, at both ends: FCS_TLSC_EXT.1, FCS_TLSS_EXT.1. */
#include "check.h"
#include "tls_bed.h"

#define auto_bed CLEANUP(bed_done)

static void check_good(struct bed *b)
{
	CHECK(b->s.done && b->c.done && !b->s.failed && !b->c.failed);
	if (b->s.failed)
		printf("# server: %s\n", b->s.err.msg);
	if (b->c.failed)
		printf("# client: %s\n", b->c.err.msg);
}

/* The end e refused the other with a reason; the other was told. */
static void check_refused(const struct end *e, const struct end *other, enum reason reason)
{
	CHECK(e->failed && e->err.code == ERROR_REFUSED);
	CHECK_STR(reason_name(e->err.reason), reason_name(reason));
	CHECK(other->failed && other->err.code == ERROR_UNAUTHORIZED);
	CHECK(!e->tls || !tls_peer(e->tls));
}

static void mutual(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	bed_connect(&b);
	check_good(&b);
	CHECK_STR(cert_sha256(tls_peer(b.s.tls)), cert_sha256(b.client.leaf.cert));
	CHECK_STR(cert_sha256(tls_peer(b.c.tls)), cert_sha256(b.server.leaf.cert));
	CHECK(certs_count(tls_peer_chain(b.s.tls)) == 2);
	CHECK_STR(tls_describe(b.c.tls), "TLSv1.3 TLS_AES_128_GCM_SHA256 x25519");
}

static void server_only(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	b.so.peer = TLS_PEER_NONE;
	b.so.anchors = NULL;
	b.co.chain = NULL;
	b.co.key = NULL;
	bed_connect(&b);
	check_good(&b);
	CHECK(!tls_peer(b.s.tls) && tls_peer(b.c.tls));
}

/* The server does not ask: a client that has a certificate keeps it to itself. */
static void not_asked(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	b.so.peer = TLS_PEER_NONE;
	b.so.anchors = NULL;
	bed_connect(&b);
	check_good(&b);
	CHECK(!tls_peer(b.s.tls) && certs_count(tls_peer_chain(b.s.tls)) == 0);
}

static void client_without_certificate(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	b.co.chain = NULL;
	b.co.key = NULL;
	bed_connect(&b);
	check_refused(&b.s, &b.c, REASON_CERT_FORM);
}

static void optional_client(void)
{
	struct bed b auto_bed;
	struct pki rogue auto_pki;

	bed_init(&b);
	pki_init(&rogue, X509_TLS_CLIENT, NULL);
	b.so.peer = TLS_PEER_OPTIONAL;
	bed_connect(&b);
	check_good(&b);
	CHECK(tls_peer(b.s.tls));
	bed_disconnect(&b);
	b.so.anchors = rogue.anchors; /* what comes must be good all the same */
	bed_connect(&b);
	check_refused(&b.s, &b.c, REASON_CERT_UNTRUSTED);
	bed_disconnect(&b);
	b.co.chain = NULL;
	b.co.key = NULL;
	bed_connect(&b);
	check_good(&b);
	CHECK(!tls_peer(b.s.tls));
}

static void rogue_client(void)
{
	struct bed b auto_bed;
	struct pki rogue auto_pki;
	struct certs *chain auto_certs = NULL;

	bed_init(&b);
	pki_init(&rogue, X509_TLS_CLIENT, "URI:urn:uuid:1"); /* the same names: an impostor too */
	chain = pki_certs(rogue.leaf.cert, rogue.issuer.cert, rogue.root.cert, NULL);
	b.co.chain = chain;
	b.co.key = rogue.leaf.key;
	bed_connect(&b);
	check_refused(&b.s, &b.c, REASON_CERT_UNTRUSTED);
}

/* A client certificate made as given, under the right authority. */
static void bad_client(const struct pki_spec *leaf, enum reason reason)
{
	struct bed b auto_bed;
	struct pki_node node CLEANUP(pki_node_done) = { 0 };
	struct pki_spec spec = *leaf;
	struct certs *chain auto_certs = NULL;

	bed_init(&b);
	spec.issuer = &b.client.issuer;
	pki_make(&spec, &node);
	chain = pki_certs(node.cert, b.client.issuer.cert, NULL);
	b.co.chain = chain;
	b.co.key = node.key;
	bed_connect(&b);
	check_refused(&b.s, &b.c, reason);
}

static void bad_clients(void)
{
	bad_client(&(struct pki_spec){ .name = "c", PKI_END, .eku = "serverAuth" },
		   REASON_CERT_PURPOSE);
	bad_client(&(struct pki_spec){ .name = "c", PKI_END }, REASON_CERT_PURPOSE);
	bad_client(
		&(struct pki_spec){
			.name = "c", PKI_END, .eku = "clientAuth", .not_after = PKI_NOW - 1 },
		REASON_CERT_EXPIRED);
	bad_client(
		&(struct pki_spec){
			.name = "c", PKI_END, .eku = "clientAuth", .not_before = PKI_NOW + 1 },
		REASON_CERT_NOT_YET);
	bad_client(
		&(struct pki_spec){
			.name = "c", PKI_END, .eku = "clientAuth", .extra = "critical,DER:0500" },
		REASON_CERT_EXTENSION);
}

static void bad_server(const struct pki_spec *leaf, enum reason reason)
{
	struct bed b auto_bed;
	struct pki_node node CLEANUP(pki_node_done) = { 0 };
	struct pki_spec spec = *leaf;
	struct certs *chain auto_certs = NULL;

	bed_init(&b);
	spec.issuer = &b.server.issuer;
	pki_make(&spec, &node);
	chain = pki_certs(node.cert, b.server.issuer.cert, NULL);
	b.so.chain = chain;
	b.so.key = node.key;
	bed_connect(&b);
	check_refused(&b.c, &b.s, reason);
}

static void bad_servers(void)
{
	bad_server(&(struct pki_spec){ .name = "s", PKI_END, .san = "DNS:" BED_HOST },
		   REASON_CERT_PURPOSE);
	bad_server(
		&(struct pki_spec){
			.name = "s", PKI_END, .san = "DNS:" BED_HOST, .eku = "clientAuth" },
		REASON_CERT_PURPOSE);
	bad_server(&(struct pki_spec){ .name = BED_HOST, PKI_END, .eku = "serverAuth" },
		   REASON_CERT_NAME);
	bad_server(&(struct pki_spec){ .name = BED_HOST,
				       PKI_END,
				       .eku = "serverAuth",
				       .san = "DNS:other.example" },
		   REASON_CERT_NAME);
	bad_server(&(struct pki_spec){ .name = "s",
				       PKI_END,
				       .eku = "serverAuth",
				       .san = "DNS:" BED_HOST,
				       .not_after = PKI_NOW - 1 },
		   REASON_CERT_EXPIRED);
}

static void address_as_reference(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	pki_done(&b.server);
	certs_free(b.server_chain);
	pki_init(&b.server, X509_TLS_SERVER, "IP:127.0.0.1");
	b.so.chain = b.server_chain = pki_certs(b.server.leaf.cert, b.server.issuer.cert, NULL);
	b.so.key = b.server.leaf.key;
	b.co.anchors = b.server.anchors;
	b.co.crls = b.server.crls;
	b.co.reference = "127.0.0.1";
	bed_connect(&b);
	check_good(&b);
}

static void revoked_and_unknown(void)
{
	struct bed b auto_bed;

	bed_init(&b);
	struct crl *root auto_crl = pki_crl(&b.client.root, 1, NULL);
	struct crl *revoked auto_crl = pki_crl(&b.client.issuer, 2, b.client.leaf.cert);
	struct crls *with auto_crls = pki_crls(root, revoked, NULL);

	b.so.crls = with;
	bed_connect(&b);
	check_refused(&b.s, &b.c, REASON_CERT_REVOKED);
	bed_disconnect(&b);
	b.so.crls = NULL;
	bed_connect(&b);
	check_refused(&b.s, &b.c, REASON_CERT_STATUS_UNKNOWN);
	bed_disconnect(&b);
	b.so.crls = b.client.crls;
	b.co.crls = NULL;
	bed_connect(&b);
	check_refused(&b.c, &b.s, REASON_CERT_STATUS_UNKNOWN);
	bed_disconnect(&b);
	b.co.x509_flags = X509_STATUS_PENDING; /* the connection that fetches the CRLs */
	bed_connect(&b);
	check_good(&b);
}

/* The payload names the anchor by digest; the server sends it. */
static void pinned_anchor(void)
{
	struct bed b auto_bed;
	struct certs *chain auto_certs = NULL;

	bed_init(&b);
	chain = pki_certs(b.server.leaf.cert, b.server.issuer.cert, b.server.root.cert, NULL);
	b.so.chain = chain;
	b.co.anchors = NULL;
	b.co.anchor_sha256 = cert_sha256(b.server.root.cert);
	bed_connect(&b);
	check_good(&b);
	bed_disconnect(&b);
	b.co.anchor_sha256 = cert_sha256(b.client.root.cert);
	bed_connect(&b);
	check_refused(&b.c, &b.s, REASON_CERT_UNTRUSTED);
	bed_disconnect(&b);
	b.co.anchor_sha256 =
		cert_sha256(b.server.issuer.cert); /* sent, but no self-signed anchor */
	bed_connect(&b);
	check_refused(&b.c, &b.s, REASON_CERT_UNTRUSTED);
	bed_disconnect(&b);
	b.so.chain = b.server_chain; /* the anchor is not sent */
	b.co.anchor_sha256 = cert_sha256(b.server.root.cert);
	bed_connect(&b);
	check_refused(&b.c, &b.s, REASON_CERT_UNTRUSTED);
}

struct remote {
	const struct key *key;
	unsigned calls;
	bool fail;
};

static int sign_remote(void *userdata, const uint8_t *digest, size_t len, struct buf *sig,
		       struct error *err)
{
	struct remote *r = userdata;

	r->calls++;
	if (r->fail)
		return error_set(err, ERROR_DENIED, "the key process says no");
	return key_sign_digest(r->key, digest, len, sig, err);
}

static void key_elsewhere(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	struct key *key auto_key = NULL;
	struct remote r;
	const struct buf *spki;

	bed_init(&b);
	r = (struct remote){ .key = b.client.leaf.key };
	spki = key_spki(r.key);
	CHECK_OK(key_from_callback(spki->data, spki->len, sign_remote, &r, &key, &err), err);
	b.co.key = key;
	bed_connect(&b);
	check_good(&b);
	CHECK(r.calls == 1);
	bed_disconnect(&b);
	r.fail = true;
	bed_connect(&b);
	CHECK(b.c.failed && b.c.err.code == ERROR_DENIED);
	CHECK(b.s.failed && !tls_peer(b.s.tls));
	bed_disconnect(&b);
}

static void bad_options(void)
{
	struct error err = ERROR_INIT;
	struct bed b auto_bed;
	struct tls_config *none auto_tls_config = NULL;

	bed_init(&b);
	b.so.key = b.client.leaf.key;
	CHECK_ERROR(tls_config_server(&b.so, &none, &err), err, ERROR_INVALID);
	b.so.key = NULL;
	CHECK_ERROR(tls_config_server(&b.so, &none, &err), err, ERROR_INVALID);
	b.so.key = b.server.leaf.key;
	b.so.anchors = NULL;
	CHECK_ERROR(tls_config_server(&b.so, &none, &err), err, ERROR_INVALID);
	b.so.anchors = b.client.anchors;
	b.so.reference = "x";
	CHECK_ERROR(tls_config_server(&b.so, &none, &err), err, ERROR_INVALID);
	b.co.anchor_sha256 = cert_sha256(b.server.root.cert); /* and anchors */
	CHECK_ERROR(tls_config_client(&b.co, &none, &err), err, ERROR_INVALID);
	b.co.anchor_sha256 = NULL;
	b.co.reference = NULL;
	CHECK_ERROR(tls_config_client(&b.co, &none, &err), err, ERROR_INVALID);
	b.co.reference = BED_HOST;
	b.co.key = NULL;
	CHECK_ERROR(tls_config_client(&b.co, &none, &err), err, ERROR_INVALID);
	b.co.key = b.client.leaf.key;
	b.co.profile = TLS_PROFILE_MAX_;
	CHECK_ERROR(tls_config_client(&b.co, &none, &err), err, ERROR_INVALID);
	CHECK(tls_profile_find("cnsa") == TLS_CNSA && tls_profile_find("x") == -1);
	CHECK_STR(tls_profile_name(TLS_DEFAULT), "default");
}

static const struct check_case cases[] = {
	{ "V-6, T-10: mutual authentication with good certificates", mutual },
	{ "T-9: a server alone authenticates", server_only },
	{ "T-10: without a CertificateRequest a client sends no certificate", not_asked },
	{ "V-6: a client without a certificate is refused", client_without_certificate },
	{ "V-6: an optional client certificate must be good", optional_client },
	{ "V-6: a rogue authority of the same name is refused", rogue_client },
	{ "V-6, X-3, X-10, X-13: bad client certificates are refused", bad_clients },
	{ "T-2, T-8.1, T-8.2, X-3: bad server certificates are refused", bad_servers },
	{ "T-8.4: an address as reference identifier", address_as_reference },
	{ "X-4, X-11, T-9: revoked and unknown status are refused, or pending",
	  revoked_and_unknown },
	{ "A-ENR-1, T-8.7: an anchor known by digest alone, and another one", pinned_anchor },
	{ "FCS_STG_EXT.1: the key of a connection is in another process", key_elsewhere },
	{ "tls: options that make no sense are errors", bad_options },
};

CHECK_MAIN(cases)
