/* SPDX-License-Identifier: Apache-2.0 */
/* The chain rules of FIA_X509_EXT.1, case by case: pairs that differ in one thing. */
#include "base/limits.h"
#include "check.h"
#include "crypto/x509.h"
#include "pki.h"

static struct x509_request request(const struct pki *p, enum x509_purpose purpose)
{
	return (struct x509_request){
		.purpose = purpose,
		.time = PKI_NOW,
		.anchors = p->anchors,
		.untrusted = p->untrusted,
		.crls = p->crls,
	};
}

static int judge(const struct pki *p, enum x509_purpose purpose, struct error *err)
{
	struct x509_request rq = request(p, purpose);

	*err = (struct error)ERROR_INIT;
	return x509_judge(p->leaf.cert, &rq, err);
}

/* A chain whose issuer and leaf are as given: accepted (REASON_NONE) or refused with the reason. */
static void expect(const struct pki_spec *issuer, const struct pki_spec *leaf, enum reason want)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init_with(&p, issuer, leaf);
	if (want == REASON_NONE)
		CHECK_OK(judge(&p, X509_TLS_SERVER, &err), err);
	else
		CHECK_REFUSED(judge(&p, X509_TLS_SERVER, &err), err, want);
}

#define ISSUER .name = "test issuer"
#define LEAF .name = "test leaf", PKI_END, .san = "DNS:a.example"
#define SERVER LEAF, .eku = "serverAuth"
#define GOOD_ISSUER (&(struct pki_spec){ ISSUER, PKI_CA })
#define GOOD_LEAF (&(struct pki_spec){ SERVER })

static void good_for_every_purpose(void)
{
	for (unsigned u = 1; u < X509_CA; u++) {
		enum x509_purpose purpose = (enum x509_purpose)u;
		struct error err = ERROR_INIT;
		struct pki p auto_pki;

		pki_init(&p, purpose, "DNS:a.example");
		CHECK_OK(judge(&p, purpose, &err), err);
	}
}

static void anchors_decide(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki, other auto_pki;
	struct certs *none auto_certs = pki_certs(NULL, NULL);
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	pki_init(&other, X509_TLS_SERVER, NULL); /* the same names, other keys: an impostor */
	rq = request(&p, X509_TLS_SERVER);
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.anchors = none;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
	rq.anchors = other.anchors;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
	rq.anchors = p.anchors;
	rq.untrusted = NULL;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
}

static void intermediate_is_no_anchor(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	rq = request(&p, X509_TLS_SERVER);
	rq.anchors = p.untrusted;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
}

static void issuer_is_end(void)
{
	expect(&(struct pki_spec){ ISSUER, PKI_END }, GOOD_LEAF, REASON_CERT_CA);
}

static void issuer_without_constraints(void)
{
	expect(&(struct pki_spec){ ISSUER, .key_usage = "critical,keyCertSign,cRLSign" }, GOOD_LEAF,
	       REASON_CERT_CA);
	expect(&(struct pki_spec){ ISSUER }, GOOD_LEAF, REASON_CERT_CA);
}

static void issuer_ca_false(void)
{
	expect(&(struct pki_spec){ ISSUER, .constraints = "critical,CA:FALSE",
				   .key_usage = "critical,keyCertSign,cRLSign" },
	       GOOD_LEAF, REASON_CERT_CA);
}

static void issuer_without_keycertsign(void)
{
	expect(&(struct pki_spec){ ISSUER, .constraints = "critical,CA:TRUE",
				   .key_usage = "critical,cRLSign" },
	       GOOD_LEAF, REASON_CERT_KEY_USAGE);
	expect(&(struct pki_spec){ ISSUER, .constraints = "critical,CA:TRUE" }, GOOD_LEAF,
	       REASON_CERT_KEY_USAGE);
}

/* root → first (path length 0) → second → leaf */
static void path_length_too_small(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct pki_node second CLEANUP(pki_node_done) = { 0 };
	struct pki_node leaf CLEANUP(pki_node_done) = { 0 };
	struct x509_request rq;

	for (int length = 0; length < 2; length++) {
		pki_init_with(
			&p,
			&(struct pki_spec){ ISSUER, PKI_CA,
					    .constraints = length ? "critical,CA:TRUE,pathlen:1"
								  : "critical,CA:TRUE,pathlen:0" },
			GOOD_LEAF);
		pki_make(&(struct pki_spec){ .name = "second", .issuer = &p.issuer, PKI_CA },
			 &second);
		pki_make(&(struct pki_spec){ SERVER, .issuer = &second }, &leaf);
		struct crl *crl auto_crl = pki_crl(&second, 1, NULL);

		CHECK_OK(certs_add(p.untrusted, second.cert, &err), err);
		CHECK_OK(crls_add(p.crls, crl, &err), err);
		rq = request(&p, X509_TLS_SERVER);
		if (length)
			CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
		else
			CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err,
				      REASON_CERT_PATH_LENGTH);
		pki_node_done(&second);
		pki_node_done(&leaf);
		pki_done(&p);
	}
}

static void chain_longer_than_limit(void)
{
	enum { N = LIMIT_CHAIN_DEPTH + 1 };
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct pki_node nodes[N] = { 0 }, leaf CLEANUP(pki_node_done) = { 0 };
	struct x509_request rq;

	pki_init_with(&p, GOOD_ISSUER, GOOD_LEAF);
	for (int i = 0; i < N; i++) {
		char name[20];

		(void)snprintf(name, sizeof(name), "authority %d", i);
		pki_make(&(struct pki_spec){ .name = name,
					     .issuer = i ? &nodes[i - 1] : &p.root,
					     PKI_CA },
			 &nodes[i]);
		struct crl *crl auto_crl = pki_crl(&nodes[i], 1, NULL);

		CHECK_OK(certs_add(p.untrusted, nodes[i].cert, &err), err);
		CHECK_OK(crls_add(p.crls, crl, &err), err);
	}
	rq = request(&p, X509_TLS_SERVER);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &nodes[N - 2] }, &leaf);
	CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
	pki_node_done(&leaf);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &nodes[N - 1] }, &leaf);
	CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err, REASON_CERT_PATH_LENGTH);
	for (int i = 0; i < N; i++)
		pki_node_done(&nodes[i]);
}

static void expired_and_not_yet(void)
{
	const int64_t past = PKI_NOW - 1, future = PKI_NOW + 1;

	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .not_after = past }, REASON_CERT_EXPIRED);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .not_after = past }, GOOD_LEAF,
	       REASON_CERT_EXPIRED);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .not_before = future },
	       REASON_CERT_NOT_YET);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .not_before = future }, GOOD_LEAF,
	       REASON_CERT_NOT_YET);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .not_after = future }, REASON_NONE);
}

/* A copy of the leaf with one bit changed at an offset. */
static int parse_flipped(const struct cert *cert, size_t at, struct cert **ret, struct error *err)
{
	struct buf copy auto_buf = BUF_INIT;

	if (buf_append(&copy, cert_der(cert)->data, cert_der(cert)->len, err) < 0)
		return -1;
	copy.data[at] ^= 0x10;
	return cert_parse_der(copy.data, copy.len, ret, err);
}

static void flipped_bytes(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;
	const struct buf *der;

	pki_init(&p, X509_TLS_SERVER, NULL);
	rq = request(&p, X509_TLS_SERVER);
	der = cert_der(p.leaf.cert);
	for (size_t i = 0; i < 8; i++) {
		struct cert *bad auto_cert = NULL;

		CHECK_REFUSED(parse_flipped(p.leaf.cert, i, &bad, &err), err, REASON_CERT_FORM);
	}
	struct cert *signature auto_cert = NULL, *key auto_cert = NULL;

	CHECK_OK(parse_flipped(p.leaf.cert, der->len - 1, &signature, &err), err);
	CHECK_REFUSED(x509_judge(signature, &rq, &err), err, REASON_CERT_SIGNATURE);
	/* Within the point: it is off the curve then, which is seen before the signature. */
	size_t at = (size_t)((uint8_t *)memmem(der->data, der->len, cert_spki(p.leaf.cert)->data,
					       cert_spki(p.leaf.cert)->len) -
			     der->data) +
		    cert_spki(p.leaf.cert)->len - 1;

	CHECK_OK(parse_flipped(p.leaf.cert, at, &key, &err), err);
	CHECK(x509_judge(key, &rq, &err) < 0 && err.code == ERROR_REFUSED);
	CHECK(err.reason == REASON_CERT_ALGORITHM || err.reason == REASON_CERT_SIGNATURE);
}

static void explicit_parameters(void)
{
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .key = PKI_P256 }, GOOD_LEAF, REASON_NONE);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .key = PKI_P256_EXPLICIT }, GOOD_LEAF,
	       REASON_CERT_ALGORITHM);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key = PKI_P256_EXPLICIT },
	       REASON_CERT_ALGORITHM);
}

static void usage_for_every_purpose(void)
{
	for (unsigned u = 1; u < X509_CA; u++) {
		enum x509_purpose purpose = (enum x509_purpose)u;
		const char *wrong = purpose == X509_TLS_CLIENT ? "serverAuth" : "clientAuth";
		const char *bad[] = { NULL, wrong, "anyExtendedKeyUsage", "any,1.3.6.1.5.5.7.3.1" };

		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			struct error err = ERROR_INIT;
			struct pki p auto_pki;
			struct pki_spec leaf = { LEAF, .eku = bad[i] };

			if (i == 3)
				leaf.eku = "anyExtendedKeyUsage,serverAuth,clientAuth";
			pki_init_with(&p, GOOD_ISSUER, &leaf);
			CHECK_REFUSED(judge(&p, purpose, &err), err, REASON_CERT_PURPOSE);
		}
	}
}

static void est_needs_both(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	CHECK_REFUSED(judge(&p, X509_EST_SERVER, &err), err, REASON_CERT_PURPOSE);
	pki_done(&p);
	pki_init(&p, X509_EST_SERVER, NULL);
	CHECK_OK(judge(&p, X509_EST_SERVER, &err), err);
	CHECK_OK(judge(&p, X509_TLS_SERVER, &err), err); /* it is a TLS server too */
}

static void signer_has_one_usage(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	char eku[200];

	(void)snprintf(eku, sizeof(eku), "%s,clientAuth",
		       x509_purpose_eku(X509_INSTRUCTION_SIGNER, 0));
	pki_init_with(&p, GOOD_ISSUER, &(struct pki_spec){ LEAF, .eku = eku });
	CHECK_REFUSED(judge(&p, X509_INSTRUCTION_SIGNER, &err), err, REASON_CERT_PURPOSE);
	pki_done(&p);
	pki_init(&p, X509_ONLINE_SIGNER, NULL);
	CHECK_REFUSED(judge(&p, X509_INSTRUCTION_SIGNER, &err), err, REASON_CERT_PURPOSE);
}

static void issuer_for_other_purpose(void)
{
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .eku = "clientAuth" }, GOOD_LEAF,
	       REASON_CERT_PURPOSE);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .eku = "serverAuth" }, GOOD_LEAF, REASON_NONE);
}

static void leaf_key_usage(void)
{
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key_usage = "critical,keyAgreement" },
	       REASON_CERT_KEY_USAGE);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, PKI_CA }, REASON_CERT_PURPOSE);
}

static void anchor_import(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct pki_node end CLEANUP(pki_node_done) = { 0 }, weak CLEANUP(pki_node_done) = { 0 };

	pki_init(&p, X509_TLS_SERVER, NULL);
	pki_make(&(struct pki_spec){ .name = "self-signed end", PKI_END, .eku = "serverAuth" },
		 &end);
	pki_make(&(struct pki_spec){ .name = "weak", PKI_CA, .key = PKI_RSA2048 }, &weak);
	CHECK_OK(x509_check_anchor(p.root.cert, PKI_NOW, 0, &err), err);
	CHECK_REFUSED(x509_check_anchor(p.leaf.cert, PKI_NOW, 0, &err), err, REASON_CERT_CA);
	CHECK_REFUSED(x509_check_anchor(p.issuer.cert, PKI_NOW, 0, &err), err, REASON_CERT_CA);
	CHECK_REFUSED(x509_check_anchor(end.cert, PKI_NOW, 0, &err), err, REASON_CERT_CA);
	CHECK_REFUSED(x509_check_anchor(weak.cert, PKI_NOW, 0, &err), err, REASON_CERT_ALGORITHM);
	CHECK_OK(x509_check_anchor(weak.cert, PKI_NOW, X509_WEB, &err), err);
	CHECK_REFUSED(x509_check_anchor(p.root.cert, PKI_NOW + 31 * PKI_DAY, 0, &err), err,
		      REASON_CERT_EXPIRED);
}

static void unknown_critical(void)
{
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .extra = "critical,DER:0500" },
	       REASON_CERT_EXTENSION);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .extra = "critical,DER:0500" }, GOOD_LEAF,
	       REASON_CERT_EXTENSION);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .extra = "DER:0500" }, REASON_NONE);
}

static void unique_identifier(void)
{
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .flags = PKI_UNIQUE_ID },
	       REASON_CERT_EXTENSION);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .flags = PKI_UNIQUE_ID }, GOOD_LEAF,
	       REASON_CERT_EXTENSION);
}

static void weak_algorithms(void)
{
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .digest = "SHA1" }, REASON_CERT_ALGORITHM);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .digest = "SHA1" }, GOOD_LEAF,
	       REASON_CERT_ALGORITHM);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .digest = "SHA224" },
	       REASON_CERT_ALGORITHM);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key = PKI_RSA2048 },
	       REASON_CERT_ALGORITHM);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key = PKI_RSA3072 }, REASON_NONE);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key = PKI_SECP256K1 },
	       REASON_CERT_ALGORITHM);
	expect(GOOD_ISSUER, &(struct pki_spec){ SERVER, .key = PKI_ED25519 },
	       REASON_CERT_ALGORITHM);
	expect(&(struct pki_spec){ ISSUER, PKI_CA, .key = PKI_P384 }, GOOD_LEAF, REASON_NONE);
}

static void empty_subject(void)
{
	expect(GOOD_ISSUER, &(struct pki_spec){ PKI_END, .eku = "serverAuth" }, REASON_CERT_NAME);
	expect(GOOD_ISSUER,
	       &(struct pki_spec){ PKI_END, .eku = "serverAuth", .san = "critical,DNS:a.example" },
	       REASON_NONE);
}

static void version_1(void)
{
	expect(GOOD_ISSUER,
	       &(struct pki_spec){ .name = "old", .flags = PKI_VERSION_1 | PKI_NO_KEY_IDS },
	       REASON_CERT_FORM);
}

static void name_constraints(void)
{
	expect(&(struct pki_spec){ ISSUER, PKI_CA,
				   .name_constraints = "critical,permitted;DNS:b.example" },
	       GOOD_LEAF, REASON_CERT_NAME_CONSTRAINTS);
	expect(&(struct pki_spec){ ISSUER, PKI_CA,
				   .name_constraints = "critical,permitted;DNS:a.example" },
	       GOOD_LEAF, REASON_NONE);
}

static void cnsa(void)
{
	struct error err = ERROR_INIT;
	struct pki_node root CLEANUP(pki_node_done) = { 0 }, leaf CLEANUP(pki_node_done) = { 0 };
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	rq = request(&p, X509_TLS_SERVER);
	rq.flags = X509_CNSA;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_ALGORITHM);

	pki_make(&(struct pki_spec){ .name = "r", PKI_CA, .key = PKI_P384, .digest = "SHA384" },
		 &root);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &root, .key = PKI_P384, .digest = "SHA384" },
		 &leaf);
	struct certs *anchors auto_certs = pki_certs(root.cert, NULL);
	struct crl *crl auto_crl = pki_crl(&root, 1, NULL);
	struct crls *crls auto_crls = pki_crls(crl, NULL);

	rq.anchors = anchors;
	rq.crls = crls;
	CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
}

static void no_purpose(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	CHECK_ERROR(judge(&p, X509_PURPOSE_NONE_, &err), err, ERROR_INVALID);
	CHECK(x509_purpose_find("tls-server") == X509_TLS_SERVER);
	CHECK(x509_purpose_find("tls") == X509_PURPOSE_NONE_);
	CHECK_STR(x509_purpose_name(X509_ONLINE_SIGNER), "online-signer");
	CHECK_STR(x509_purpose_name(X509_PURPOSE_MAX_), "?");
}

static const struct check_case cases[] = {
	{ "X-10: a good chain passes for each purpose", good_for_every_purpose },
	{ "X-1, T-9: without its anchor, and under an impostor's, a chain fails", anchors_decide },
	{ "X-1: an intermediate alone is no anchor", intermediate_is_no_anchor },
	{ "X-2a: an issuer that is an end certificate is refused", issuer_is_end },
	{ "X-2b: an issuer without basicConstraints is refused", issuer_without_constraints },
	{ "X-2c: an issuer with CA=FALSE is refused", issuer_ca_false },
	{ "X-2d: an issuer without keyCertSign is refused", issuer_without_keycertsign },
	{ "X-2e: a path length that is too small is refused", path_length_too_small },
	{ "X-3: expired and not yet valid, leaf and issuer", expired_and_not_yet },
	{ "X-8: a flipped byte is refused wherever it is", flipped_bytes },
	{ "X-9: explicit EC parameters are refused, named ones pass", explicit_parameters },
	{ "X-10, T-2: no, a wrong and any usage are refused for each purpose",
	  usage_for_every_purpose },
	{ "X-10: an EST server has serverAuth and cmcRA", est_needs_both },
	{ "X-10: a signer's certificate has no usage beside", signer_has_one_usage },
	{ "X-10: an issuer with a usage covers its leaf's", issuer_for_other_purpose },
	{ "X-10: an end certificate signs, and is no authority", leaf_key_usage },
	{ "X-12: only a self-signed authority becomes an anchor", anchor_import },
	{ "X-13: an unknown critical extension is refused", unknown_critical },
	{ "X-13: a unique identifier is refused", unique_identifier },
	{ "X-13, T-7: SHA-1 and other weak algorithms are refused", weak_algorithms },
	{ "X-13: an empty subject needs a subjectAltName", empty_subject },
	{ "X-13: a chain longer than the limit is refused", chain_longer_than_limit },
	{ "X-13: a certificate of version 1 is refused", version_1 },
	{ "X-13: name constraints hold", name_constraints },
	{ "x509: the cnsa profile wants P-384 and SHA-384", cnsa },
	{ "x509: a purpose must be asked for", no_purpose },
};

CHECK_MAIN(cases)
