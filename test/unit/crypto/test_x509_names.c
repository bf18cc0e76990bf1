/* SPDX-License-Identifier: Apache-2.0 */
/* Reference identifiers: FCS_TLSC_EXT.1.2, RFC 6125. */
#include "check.h"
#include "crypto/x509.h"
#include "pki.h"

/* A leaf with a commonName and a subjectAltName, judged for a host or a URI. */
struct name_case {
	const char *cn, *san, *host, *uri;
	unsigned flags;
	const char *suffixes;
};

static int judge(const struct name_case *c, struct error *err)
{
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init_with(
		&p, &(struct pki_spec){ .name = "test issuer", PKI_CA },
		&(struct pki_spec){ .name = c->cn, PKI_END, .eku = "serverAuth", .san = c->san });
	rq = (struct x509_request){
		.purpose = X509_TLS_SERVER,
		.host = c->host,
		.uri = c->uri,
		.time = PKI_NOW,
		.anchors = p.anchors,
		.untrusted = p.untrusted,
		.crls = p.crls,
		.flags = c->flags,
		.suffixes = c->suffixes,
	};
	return x509_judge(p.leaf.cert, &rq, err);
}

#define MATCHES(...) \
	do { \
		struct error err = ERROR_INIT; \
		CHECK_OK(judge(&(struct name_case){ __VA_ARGS__ }, &err), err); \
	} while (0)
#define DIFFERS(...) \
	do { \
		struct error err = ERROR_INIT; \
		CHECK_REFUSED(judge(&(struct name_case){ __VA_ARGS__ }, &err), err, \
			      REASON_CERT_NAME); \
	} while (0)

static void cn_mismatch(void)
{
	DIFFERS(.cn = "b.example", .host = "a.example");
}

static void cn_match_san_mismatch(void)
{
	DIFFERS(.cn = "a.example", .san = "DNS:b.example", .host = "a.example");
	DIFFERS(.cn = "a.example", .san = "URI:https://a.example/", .host = "a.example");
	DIFFERS(.cn = "a.example", .san = "email:x@a.example", .host = "a.example");
	DIFFERS(.cn = "127.0.0.1", .san = "IP:127.0.0.2", .host = "127.0.0.1");
}

static void cn_match_no_san(void)
{
	DIFFERS(.cn = "a.example", .host = "a.example");
	DIFFERS(.cn = "a.example", .host = "a.example", .flags = X509_WEB);
}

static void san_match(void)
{
	MATCHES(.cn = "b.example", .san = "DNS:a.example", .host = "a.example");
	MATCHES(.cn = "b", .san = "DNS:x.example,DNS:A.Example", .host = "a.eXample");
	MATCHES(.cn = "b", .san = "IP:127.0.0.1", .host = "127.0.0.1");
	MATCHES(.cn = "b", .san = "IP:::1", .host = "::1");
	DIFFERS(.cn = "b", .san = "DNS:127.0.0.1", .host = "127.0.0.1");
	DIFFERS(.cn = "b", .san = "DNS:a.example.org", .host = "a.example");
	DIFFERS(.cn = "b", .san = "DNS:x.a.example", .host = "a.example");
}

static void wildcards_strict(void)
{
	DIFFERS(.cn = "b", .san = "DNS:*.x.example", .host = "a.x.example");
	DIFFERS(.cn = "b", .san = "DNS:foo.*.example.com", .host = "foo.bar.example.com");
	DIFFERS(.cn = "b", .san = "DNS:f*.x.example", .host = "foo.x.example");
}

static void wildcards_web(void)
{
	/* T-8.5a to c: only a whole left-most label, for one label, not next to a public suffix */
	DIFFERS(.cn = "b", .san = "DNS:foo.*.example.com", .host = "foo.bar.example.com",
		.flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:f*.example.com", .host = "foo.example.com",
		.flags = X509_WEB);
	MATCHES(.cn = "b", .san = "DNS:*.example.com", .host = "foo.example.com",
		.flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:*.example.com", .host = "example.com", .flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:*.example.com", .host = "bar.foo.example.com",
		.flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:*.com", .host = "foo.com", .flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:*.com", .host = "bar.foo.com", .flags = X509_WEB);
	DIFFERS(.cn = "b", .san = "DNS:*.co.uk", .host = "foo.co.uk", .flags = X509_WEB);
}

/* publicsuffix.org's rules: exact, below a star, and the exception from a star. */
static void wildcards_listed(void)
{
	static const char list[] = "// rules\ncom\ngithub.io\n*.ck\n!www.ck\n";
	static const struct {
		const char *san, *host;
		bool good;
	} rows[] = {
		{ "DNS:*.github.io", "a.github.io", false },
		{ "DNS:*.GitHub.IO", "a.github.io", false },
		{ "DNS:*.a.github.io", "b.a.github.io", true },
		{ "DNS:*.hub.io", "a.hub.io", true },
		{ "DNS:*.co.ck", "a.co.ck", false },
		{ "DNS:*.www.ck", "a.www.ck", true },
		{ "DNS:*.com", "a.com", false },
		{ "DNS:*.net", "a.net", false },
		{ "DNS:*.abc.io", "a.abc.io", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		const struct name_case c = { .cn = "b",
					     .san = rows[i].san,
					     .host = rows[i].host,
					     .flags = X509_WEB,
					     .suffixes = list };

		if (rows[i].good)
			CHECK_OK(judge(&c, &err), err);
		else
			CHECK_REFUSED(judge(&c, &err), err, REASON_CERT_NAME);
	}
}

static void uris(void)
{
	static const char id[] = "urn:uuid:0a1b2c3d-0000-4000-8000-000000000001";
	char san[100];

	(void)snprintf(san, sizeof(san), "URI:%s", id);
	MATCHES(.cn = "b", .san = san, .uri = id);
	DIFFERS(.cn = id, .san = "DNS:a.example", .uri = id);
	DIFFERS(.cn = "b", .san = san, .uri = "urn:uuid:0a1b2c3d-0000-4000-8000-000000000002");
	DIFFERS(.cn = "b", .san = "DNS:a.example", .host = "a.example", .uri = id);
	DIFFERS(.cn = "b", .san = san, .host = "a.example", .uri = id);
}

static void bad_references(void)
{
	struct error err = ERROR_INIT;

	CHECK_ERROR(
		judge(&(struct name_case){ .cn = "b", .san = "DNS:a.example", .host = "" }, &err),
		err, ERROR_INVALID);
	CHECK_ERROR(
		judge(&(struct name_case){ .cn = "b", .san = "DNS:a.example", .host = ".example" },
		      &err),
		err, ERROR_INVALID);
}

static void accessors(void)
{
	struct pki_node n CLEANUP(pki_node_done) = { 0 };

	pki_make(&(struct pki_spec){ .name = "näme",
				     PKI_END,
				     .san = "DNS:a.example,URI:urn:x,DNS:b.example" },
		 &n);
	CHECK_STR(cert_common_name(n.cert), "näme");
	CHECK_STR(cert_san_dns(n.cert, 0), "a.example");
	CHECK_STR(cert_san_dns(n.cert, 1), "b.example");
	CHECK(!cert_san_dns(n.cert, 2));
	CHECK_STR(cert_san_uri(n.cert, 0), "urn:x");
	CHECK(cert_not_before(n.cert) == PKI_NOW - PKI_DAY);
	CHECK(cert_not_after(n.cert) == PKI_NOW + 30 * PKI_DAY);
	CHECK(strlen(cert_sha256(n.cert)) == 64 && strlen(cert_subject_key_id(n.cert)) == 40);
	CHECK_STR(cert_key_sha256(n.cert), key_sha256(n.key));
}

static const struct check_case cases[] = {
	{ "T-8.1: another commonName and no subjectAltName is refused", cn_mismatch },
	{ "T-8.2: the commonName matches, no subjectAltName does: refused", cn_match_san_mismatch },
	{ "T-8.3: a commonName alone is never a name", cn_match_no_san },
	{ "T-8.4: a subjectAltName matches, whatever the commonName", san_match },
	{ "T-8.5d: no wildcard matches", wildcards_strict },
	{ "T-8.5a-c: wildcards of the public web", wildcards_web },
	{ "T-8.5c: a wildcard next to a suffix of the public list", wildcards_listed },
	{ "T-8.6, V-7: a URI matches byte for byte, beside the host", uris },
	{ "x509: an empty reference identifier is an error, not a match", bad_references },
	{ "x509: names are read for display", accessors },
};

CHECK_MAIN(cases)
