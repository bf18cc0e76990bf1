/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OpenSSL lets pass and RFC 5280 or the public web's rules forbid: each row is a good chain
 * but for one thing, and the verdict that it must have. docs/x509.md lists the rules.
 */
#include "check.h"
#include "crypto/x509.h"
#include "pki.h"

struct row {
	const char *what;
	struct pki_spec issuer, leaf;
	unsigned flags;
	const char *host;
	enum reason want;
};

#define ISSUER .name = "test issuer", PKI_CA
#define LEAF .name = "test leaf", PKI_END, .eku = "serverAuth"
#define SERVER LEAF, .san = "DNS:a.example"
#define GOOD .want = REASON_NONE
#define NC(text) \
	{ \
		ISSUER, .name_constraints = "critical," text \
	}
#define UNKNOWN_QUALIFIER "DER:3010300e06022a033008300606022a040500"

static const struct row rows[] = {
	{ "the chain that the rows differ from", { ISSUER }, { SERVER }, GOOD },
	/* serial numbers */
	{ "serial 0", { ISSUER }, { SERVER, .serial = "0" }, .want = REASON_CERT_FORM },
	{ "negative serial", { ISSUER }, { SERVER, .serial = "-5" }, .want = REASON_CERT_FORM },
	{ "issuer's serial 0", { ISSUER, .serial = "0" }, { SERVER }, .want = REASON_CERT_FORM },
	{ "20 octets of serial",
	  { ISSUER },
	  { SERVER, .serial = "7f00000000000000000000000000000000000001" },
	  GOOD },
	{ "21 octets of serial",
	  { ISSUER },
	  { SERVER, .serial = "8000000000000000000000000000000000000001" },
	  .want = REASON_CERT_FORM },
	/* extensions that are not DER, or empty */
	{ "empty authorityInfoAccess",
	  { ISSUER },
	  { SERVER, .more = { { "authorityInfoAccess", "DER:3000" } } },
	  .want = REASON_CERT_EXTENSION },
	{ "authorityInfoAccess that is none",
	  { ISSUER },
	  { SERVER, .more = { { "authorityInfoAccess", "DER:0500" } } },
	  .want = REASON_CERT_EXTENSION },
	{ "bytes behind an extension",
	  { ISSUER },
	  { SERVER, .more = { { "issuerAltName", "DER:3003820161ff" } } },
	  .want = REASON_CERT_EXTENSION },
	{ "key identifier without keyIdentifier",
	  { ISSUER },
	  { SERVER, .flags = PKI_NO_KEY_IDS,
	    .more = { { "subjectKeyIdentifier", "hash" },
		      { "authorityKeyIdentifier", "DER:3000" } } },
	  .want = REASON_CERT_EXTENSION },
	/* criticality */
	{ "critical authorityInfoAccess",
	  { ISSUER },
	  { SERVER,
	    .more = { { "authorityInfoAccess", "critical,caIssuers;URI:http://a.example/" } } },
	  .want = REASON_CERT_EXTENSION },
	{ "name constraints that are not critical",
	  { ISSUER, .name_constraints = "permitted;DNS:example" },
	  { SERVER },
	  .want = REASON_CERT_EXTENSION },
	{ "policy constraints that are not critical",
	  { ISSUER, .more = { { "policyConstraints", "inhibitPolicyMapping:0" } } },
	  { SERVER },
	  .want = REASON_CERT_EXTENSION },
	/* policies, RFC 5280 6.1 */
	{ "a policy required, and none there",
	  { ISSUER, .more = { { "policyConstraints", "critical,requireExplicitPolicy:0" } } },
	  { SERVER },
	  .want = REASON_CERT_POLICY },
	{ "a policy required, and there",
	  { ISSUER, .more = { { "policyConstraints", "critical,requireExplicitPolicy:0" },
			      { "certificatePolicies", "1.2.3" } } },
	  { SERVER, .more = { { "certificatePolicies", "1.2.3" } } },
	  GOOD },
	{ "a critical policy with an unknown qualifier",
	  { ISSUER },
	  { SERVER, .more = { { "certificatePolicies", "critical," UNKNOWN_QUALIFIER } } },
	  .want = REASON_CERT_EXTENSION },
	{ "the same, not critical",
	  { ISSUER },
	  { SERVER, .more = { { "certificatePolicies", UNKNOWN_QUALIFIER } } },
	  GOOD },
	/* keys */
	{ "RSA of a broken octet",
	  { ISSUER },
	  { SERVER, .key = PKI_RSA3076 },
	  .want = REASON_CERT_ALGORITHM },
	/* the syntax of names */
	{ "underscore", { ISSUER }, { LEAF, .san = "DNS:a_b.example" }, .want = REASON_CERT_NAME },
	{ "dot at the end",
	  { ISSUER },
	  { LEAF, .san = "DNS:a.example." },
	  .want = REASON_CERT_NAME },
	{ "empty label", { ISSUER }, { LEAF, .san = "DNS:a..b" }, .want = REASON_CERT_NAME },
	{ "hyphen in front", { ISSUER }, { LEAF, .san = "DNS:-a.b" }, .want = REASON_CERT_NAME },
	{ "wildcard in the middle",
	  { ISSUER },
	  { LEAF, .san = "DNS:a.*.example" },
	  .want = REASON_CERT_NAME },
	{ "partial wildcard",
	  { ISSUER },
	  { LEAF, .san = "DNS:a*.b.example" },
	  .want = REASON_CERT_NAME },
	{ "NUL in a name",
	  { ISSUER },
	  { LEAF, .san = "DER:3008820661002e62632e" },
	  .want = REASON_CERT_NAME },
	{ "address of 5 octets",
	  { ISSUER },
	  { LEAF, .san = "DER:300787050102030405" },
	  .want = REASON_CERT_NAME },
	{ "two at signs",
	  { ISSUER },
	  { LEAF, .san = "email:a@b@c.example" },
	  .want = REASON_CERT_NAME },
	{ "URI without scheme",
	  { ISSUER },
	  { LEAF, .san = "URI:a.example" },
	  .want = REASON_CERT_NAME },
	{ "internationalized name",
	  { ISSUER },
	  { LEAF, .san = "DNS:xn--n3h.example" },
	  .host = "xn--n3h.example",
	  GOOD },
	/* name constraints */
	{ "in an end certificate",
	  { ISSUER },
	  { SERVER, .name_constraints = "critical,permitted;DNS:example" },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "empty",
	  { ISSUER, .name_constraints = "critical,DER:3000" },
	  { SERVER },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "empty subtrees",
	  { ISSUER, .name_constraints = "critical,DER:3004a000a100" },
	  { SERVER },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "dot in front of a DNS name",
	  NC("permitted;DNS:.example"),
	  { SERVER },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "mask with a hole",
	  NC("permitted;IP:10.0.0.0/255.0.255.0"),
	  { SERVER },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "excluded",
	  NC("excluded;DNS:a.example"),
	  { SERVER },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "excluded below", NC("excluded;DNS:b.a.example"), { SERVER }, GOOD },
	{ "excluded below a wildcard",
	  NC("excluded;DNS:b.a.example"),
	  { LEAF, .san = "DNS:*.a.example" },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "excluded beside a wildcard",
	  NC("excluded;DNS:b.c.example"),
	  { LEAF, .san = "DNS:*.a.example" },
	  GOOD },
	{ "address outside",
	  NC("permitted;IP:10.0.0.0/255.0.0.0"),
	  { LEAF, .san = "IP:192.0.2.1" },
	  .want = REASON_CERT_NAME_CONSTRAINTS },
	{ "address inside",
	  NC("permitted;IP:10.0.0.0/255.0.0.0"),
	  { LEAF, .san = "IP:10.1.2.3" },
	  .host = "10.1.2.3",
	  GOOD },
	{ "a commonName is no name to constrain",
	  NC("permitted;DNS:example"),
	  { PKI_END, .name = "a.test", .eku = "serverAuth", .san = "IP:10.1.2.3" },
	  GOOD },
	/* the public web's own */
	{ "web: commonName not in the SAN",
	  { ISSUER },
	  { SERVER, .name = "b.example" },
	  X509_WEB,
	  .want = REASON_CERT_NAME },
	{ "web: commonName in the SAN",
	  { ISSUER },
	  { SERVER, .name = "a.example" },
	  X509_WEB,
	  GOOD },
	{ "web: commonName in other case",
	  { ISSUER },
	  { SERVER, .name = "A.example" },
	  X509_WEB,
	  .want = REASON_CERT_NAME },
	{ "web: address as commonName, long form",
	  { ISSUER },
	  { LEAF, .name = "2001:db8::0:1", .san = "IP:2001:db8::1" },
	  X509_WEB,
	  .want = REASON_CERT_NAME },
	{ "web: address as commonName",
	  { ISSUER },
	  { LEAF, .name = "2001:db8::1", .san = "IP:2001:db8::1" },
	  X509_WEB,
	  GOOD },
	{ "web: critical SAN beside a subject",
	  { ISSUER },
	  { LEAF, .san = "critical,DNS:a.example" },
	  X509_WEB,
	  .want = REASON_CERT_EXTENSION },
	{ "web: critical extended key usage",
	  { ISSUER },
	  { SERVER, .eku = "critical,serverAuth" },
	  X509_WEB,
	  .want = REASON_CERT_EXTENSION },
	{ "web: key encipherment alone",
	  { ISSUER },
	  { SERVER, .key_usage = "critical,keyEncipherment" },
	  X509_WEB,
	  GOOD },
	{ "default: key encipherment alone",
	  { ISSUER },
	  { SERVER, .key_usage = "critical,keyEncipherment" },
	  .want = REASON_CERT_KEY_USAGE },
};

static void judge_row(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;
	int r;

	pki_init_with(&p, &row->issuer, &row->leaf);
	rq = (struct x509_request){
		.purpose = X509_TLS_SERVER,
		.time = PKI_NOW,
		.anchors = p.anchors,
		.untrusted = p.untrusted,
		.crls = p.crls,
		.flags = row->flags,
		.host = row->host,
	};
	r = x509_judge(p.leaf.cert, &rq, &err);
	if (r != (row->want ? -1 : 0) || err.reason != row->want)
		(void)printf("# %s: got %s: %s\n", row->what, reason_name(err.reason), err.msg);
	CHECK(r == (row->want ? -1 : 0));
	CHECK(err.reason == row->want);
}

static void each_row(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_row(&rows[i]);
}

/* An anchor with `name`: `value` in its certificate. */
static enum reason under_anchor(const char *name, const char *value, unsigned flags)
{
	struct error err = ERROR_INIT;
	struct pki_node root CLEANUP(pki_node_done) = { 0 }, leaf CLEANUP(pki_node_done) = { 0 };
	struct x509_request rq;

	pki_make(&(struct pki_spec){ .name = "r", PKI_CA, .more = { { name, value } } }, &root);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &root }, &leaf);
	struct certs *anchors auto_certs = pki_certs(root.cert, NULL);
	struct crl *crl auto_crl = pki_crl(&root, 1, NULL);
	struct crls *crls auto_crls = pki_crls(crl, NULL);

	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = anchors,
				    .crls = crls,
				    .flags = flags };
	(void)!x509_judge(leaf.cert, &rq, &err);
	return err.reason;
}

static void anchors(void)
{
	CHECK(under_anchor(NULL, NULL, 0) == REASON_NONE);
	CHECK(under_anchor("policyConstraints", "critical,requireExplicitPolicy:0", 0) ==
	      REASON_CERT_POLICY);
	CHECK(under_anchor("policyMappings", "1.2.3:1.2.4", 0) == REASON_CERT_POLICY);
	CHECK(under_anchor("certificatePolicies", "1.2.3", 0) == REASON_NONE);
	CHECK(under_anchor("certificatePolicies", "1.2.3", X509_EXPLICIT_POLICY) ==
	      REASON_CERT_POLICY);
	CHECK(under_anchor("extendedKeyUsage", "clientAuth", 0) == REASON_CERT_PURPOSE);
	CHECK(under_anchor("extendedKeyUsage", "serverAuth", 0) == REASON_NONE);
	CHECK(under_anchor("extendedKeyUsage", "serverAuth", X509_WEB) == REASON_CERT_PURPOSE);
}

/* leaf of policy 1.2.3 under an issuer of 1.2.3 and, by its own mapping, of 1.2.4 */
static void policies(void)
{
	char id[] = "1.2.3", strange[] = "1.2.9", none[] = "one";
	char *of_issuer[] = { id }, *other[] = { strange }, *bad[] = { none };
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init_with(&p,
		      &(struct pki_spec){ ISSUER, .more = { { "certificatePolicies", "1.2.3" },
							    { "policyMappings", "1.2.3:1.2.4" } } },
		      &(struct pki_spec){ SERVER, .more = { { "certificatePolicies", "1.2.4" } } });
	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = p.anchors,
				    .untrusted = p.untrusted,
				    .crls = p.crls,
				    .flags = X509_EXPLICIT_POLICY };
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.policies = of_issuer;
	rq.n_policies = 1;
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.flags |= X509_INHIBIT_MAPPING;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_POLICY);
	rq.flags = X509_EXPLICIT_POLICY;
	rq.policies = other;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_POLICY);
	rq.policies = bad;
	CHECK_ERROR(x509_judge(p.leaf.cert, &rq, &err), err, ERROR_INVALID);
}

static void any_policy(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init_with(
		&p,
		&(struct pki_spec){ ISSUER, .more = { { "certificatePolicies", "2.5.29.32.0" } } },
		&(struct pki_spec){ SERVER, .more = { { "certificatePolicies", "1.2.4" } } });
	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = p.anchors,
				    .untrusted = p.untrusted,
				    .crls = p.crls,
				    .flags = X509_EXPLICIT_POLICY };
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.flags |= X509_INHIBIT_ANY_POLICY;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_POLICY);
}

/* RFC 5280 4.1.2.5: both ends are inside. */
static void last_second(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init_with(&p, &(struct pki_spec){ ISSUER },
		      &(struct pki_spec){ SERVER, .not_before = PKI_NOW - 10,
					  .not_after = PKI_NOW + 10 });
	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .anchors = p.anchors,
				    .untrusted = p.untrusted,
				    .crls = p.crls };
	for (int64_t edge = -10; edge <= 10; edge += 20) {
		rq.time = PKI_NOW + edge;
		CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	}
	rq.time = PKI_NOW + 11;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_EXPIRED);
	rq.time = PKI_NOW - 11;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_NOT_YET);
}

static const struct check_case cases[] = {
	{ "X-13: what OpenSSL lets pass and RFC 5280 forbids, one thing a row", each_row },
	{ "X-13: an anchor whose own policies or usages would bind the chain", anchors },
	{ "X-13: policies, mapped and asked for", policies },
	{ "X-13: anyPolicy, and without it", any_policy },
	{ "X-3: the first and the last second of a validity are inside", last_second },
};

CHECK_MAIN(cases)
