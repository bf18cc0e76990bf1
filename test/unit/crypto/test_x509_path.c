/* SPDX-License-Identifier: Apache-2.0 */
/* Several candidate chains: the good one is found in any order, and a maze costs no more than said.
 */
#include "base/limits.h"
#include "check.h"
#include "crypto/x509.h"
#include "pki.h"

#define SERVER .name = "test leaf", PKI_END, .eku = "serverAuth", .san = "DNS:a.example"

/* Two roots, one authority that each certifies, and a leaf below. */
struct fork {
	struct pki_node root, other, good, bad, leaf;
	struct certs *anchors;
	struct crls *crls;
};

static void fork_init(struct fork *f, const struct pki_spec *bad, bool both_trusted)
{
	struct pki_spec b = *bad;

	*f = (struct fork){ 0 };
	pki_make(&(struct pki_spec){ .name = "root", PKI_CA }, &f->root);
	pki_make(&(struct pki_spec){ .name = "other root", PKI_CA }, &f->other);
	pki_make(&(struct pki_spec){ .name = "between", PKI_CA, .issuer = &f->root }, &f->good);
	b.issuer = both_trusted ? &f->root : &f->other;
	b.name = "between";
	b.same_key = &f->good;
	pki_make(&b, &f->bad);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &f->good }, &f->leaf);
	struct crl *one auto_crl = pki_crl(&f->root, 1, NULL);
	struct crl *two auto_crl = pki_crl(&f->good, 1, NULL);

	f->anchors = pki_certs(f->root.cert, NULL);
	f->crls = pki_crls(one, two, NULL);
}

static void fork_done(struct fork *f)
{
	struct pki_node *nodes[] = { &f->root, &f->other, &f->good, &f->bad, &f->leaf };

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		pki_node_done(nodes[i]);
	certs_free(f->anchors);
	crls_free(f->crls);
}

static int fork_judge(const struct fork *f, const struct certs *untrusted, struct error *err)
{
	const struct x509_request rq = { .purpose = X509_TLS_SERVER,
					 .time = PKI_NOW,
					 .anchors = f->anchors,
					 .untrusted = untrusted,
					 .crls = f->crls,
					 .host = "a.example" };

	return x509_judge(f->leaf.cert, &rq, err);
}

/* In either order the good certificate of the authority is found; the other alone is refused. */
static void expect_found(const struct pki_spec *bad, bool both_trusted, enum reason alone)
{
	struct error err = ERROR_INIT;
	struct fork f CLEANUP(fork_done);

	fork_init(&f, bad, both_trusted);
	struct certs *first auto_certs = pki_certs(f.bad.cert, f.good.cert, NULL);
	struct certs *last auto_certs = pki_certs(f.good.cert, f.bad.cert, NULL);
	struct certs *only auto_certs = pki_certs(f.bad.cert, NULL);

	CHECK_OK(fork_judge(&f, first, &err), err);
	CHECK_OK(fork_judge(&f, last, &err), err);
	CHECK_REFUSED(fork_judge(&f, only, &err), err, alone);
}

static void other_root(void)
{
	expect_found(&(struct pki_spec){ PKI_CA }, false, REASON_CERT_UNTRUSTED);
}

static void expired(void)
{
	expect_found(&(struct pki_spec){ PKI_CA, .not_after = PKI_NOW - 1 }, true,
		     REASON_CERT_EXPIRED);
}

static void other_usage(void)
{
	expect_found(&(struct pki_spec){ PKI_CA, .eku = "emailProtection" }, true,
		     REASON_CERT_PURPOSE);
}

static void no_authority(void)
{
	expect_found(&(struct pki_spec){ PKI_END }, true, REASON_CERT_CA);
	expect_found(&(struct pki_spec){ .key_usage = "critical,keyCertSign" }, true,
		     REASON_CERT_CA);
}

static void constrained(void)
{
	expect_found(&(struct pki_spec){ PKI_CA,
					 .name_constraints = "critical,permitted;DNS:b.example" },
		     true, REASON_CERT_NAME_CONSTRAINTS);
}

static void weak_signature(void)
{
	expect_found(&(struct pki_spec){ PKI_CA, .digest = "SHA1" }, true, REASON_CERT_ALGORITHM);
}

/* Certificates of A by B and of B by A, round and round; A is no anchor. */
static void circle(void)
{
	struct error err = ERROR_INIT;
	struct pki_node a CLEANUP(pki_node_done) = { 0 }, b CLEANUP(pki_node_done) = { 0 };
	struct pki_node ab CLEANUP(pki_node_done) = { 0 }, ba CLEANUP(pki_node_done) = { 0 };
	struct pki_node leaf CLEANUP(pki_node_done) = { 0 };
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	pki_make(&(struct pki_spec){ .name = "A", PKI_CA }, &a);
	pki_make(&(struct pki_spec){ .name = "B", PKI_CA }, &b);
	pki_make(&(struct pki_spec){ .name = "A", PKI_CA, .same_key = &a, .issuer = &b }, &ab);
	pki_make(&(struct pki_spec){ .name = "B", PKI_CA, .same_key = &b, .issuer = &a }, &ba);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &a }, &leaf);
	struct certs *all auto_certs = pki_certs(ab.cert, ba.cert, a.cert, b.cert, NULL);
	struct certs *root auto_certs = pki_certs(b.cert, NULL);
	struct crl *one auto_crl = pki_crl(&a, 1, NULL), *two auto_crl = pki_crl(&b, 1, NULL);
	struct crls *crls auto_crls = pki_crls(one, two, NULL);

	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = p.anchors,
				    .untrusted = all,
				    .crls = crls };
	CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
	rq.anchors = root;
	CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
}

enum { LEVELS = 3, WIDTH = 12 };

/* WIDTH certificates of each of LEVELS authorities, every one good for all of the level below. */
static void maze_make(const struct pki_node *root, struct pki_node nodes[LEVELS][WIDTH])
{
	for (int level = 0; level < LEVELS; level++)
		for (int i = 0; i < WIDTH; i++) {
			char name[20];

			(void)snprintf(name, sizeof(name), "level %d", level);
			pki_make(&(struct pki_spec){ .name = name,
						     .issuer = level ? nodes[level - 1] : root,
						     .same_key = i ? nodes[level] : NULL,
						     PKI_CA },
				 &nodes[level][i]);
		}
}

/* WIDTH to the power of LEVELS chains: refused once the work that is allowed is done. */
static void maze(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct pki_node nodes[LEVELS][WIDTH] = { 0 }, leaf CLEANUP(pki_node_done) = { 0 };
	struct certs *all auto_certs = pki_certs(NULL, NULL),
			  *none auto_certs = pki_certs(NULL, NULL);
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	maze_make(&p.root, nodes);
	pki_make(&(struct pki_spec){ SERVER, .issuer = nodes[LEVELS - 1] }, &leaf);
	for (int i = 0; i < LEVELS * WIDTH; i++)
		CHECK_OK(certs_add(all, nodes[i / WIDTH][i % WIDTH].cert, &err), err);
	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .untrusted = all,
				    .anchors = p.anchors,
				    .host = "b.example" };
	CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err, REASON_CERT_PATH_LENGTH);
	rq.anchors = none;
	CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err, REASON_CERT_PATH_LENGTH);
	/* A good chain in it is found: what is first is good. */
	rq.anchors = p.anchors;
	rq.host = "a.example";
	rq.flags = X509_WEB;
	CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
	for (int i = 0; i < LEVELS * WIDTH; i++)
		pki_node_done(&nodes[i / WIDTH][i % WIDTH]);
}

static void asked_length(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = p.anchors,
				    .untrusted = p.untrusted,
				    .crls = p.crls,
				    .length = 3 };
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.length = 2;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_PATH_LENGTH);
}

/* With the web's profile, an anchor is what is named as one; an end certificate never is. */
static void named_anchors(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct certs *self auto_certs = pki_certs(p.leaf.cert, NULL);

	rq = (struct x509_request){
		.purpose = X509_TLS_SERVER, .time = PKI_NOW, .anchors = p.untrusted, .crls = p.crls
	};
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
	rq.flags = X509_WEB;
	CHECK_OK(x509_judge(p.leaf.cert, &rq, &err), err);
	rq.anchors = self;
	CHECK_REFUSED(x509_judge(p.leaf.cert, &rq, &err), err, REASON_CERT_UNTRUSTED);
}

/* root → old key → new key of the same authority → leaf; the list is signed with the old one. */
static void rollover(void)
{
	struct error err = ERROR_INIT;
	struct pki_node old CLEANUP(pki_node_done) = { 0 }, new CLEANUP(pki_node_done) = { 0 };
	struct pki_node leaf CLEANUP(pki_node_done) = { 0 };
	struct pki p auto_pki;
	struct x509_request rq;

	pki_init(&p, X509_TLS_SERVER, NULL);
	pki_make(&(struct pki_spec){ .name = "CA", PKI_CA, .issuer = &p.root }, &old);
	pki_make(&(struct pki_spec){ .name = "CA", PKI_CA, .issuer = &old }, &new);
	pki_make(&(struct pki_spec){ SERVER, .issuer = &new }, &leaf);
	struct certs *all auto_certs = pki_certs(old.cert, new.cert, NULL);
	struct crl *of_root auto_crl = pki_crl(&p.root, 1, NULL),
			    *clean auto_crl = pki_crl(&old, 1, NULL);
	struct crl *revoking auto_crl = pki_crl(&old, 2, leaf.cert);
	struct crls *good auto_crls = pki_crls(of_root, clean, NULL);
	struct crls *bad auto_crls = pki_crls(of_root, clean, revoking, NULL);

	rq = (struct x509_request){ .purpose = X509_TLS_SERVER,
				    .time = PKI_NOW,
				    .anchors = p.anchors,
				    .untrusted = all,
				    .crls = good };
	CHECK_OK(x509_judge(leaf.cert, &rq, &err), err);
	rq.crls = bad;
	CHECK_REFUSED(x509_judge(leaf.cert, &rq, &err), err, REASON_CERT_REVOKED);
}

/* One certificate of the authority is revoked: the other still leads to a root, the leaf is good.
 */
static void revoked_cross(void)
{
	struct error err = ERROR_INIT;
	struct fork f CLEANUP(fork_done);

	fork_init(&f, &(struct pki_spec){ PKI_CA }, true);
	struct certs *both auto_certs = pki_certs(f.bad.cert, f.good.cert, NULL);
	struct certs *only auto_certs = pki_certs(f.bad.cert, NULL);
	struct crl *revoking auto_crl = pki_crl(&f.root, 2, f.bad.cert);

	CHECK_OK(crls_add(f.crls, revoking, &err), err);
	CHECK_OK(fork_judge(&f, both, &err), err);
	CHECK_REFUSED(fork_judge(&f, only, &err), err, REASON_CERT_REVOKED);
	struct crl *leaf auto_crl = pki_crl(&f.good, 2, f.leaf.cert);

	CHECK_OK(crls_add(f.crls, leaf, &err), err);
	CHECK_REFUSED(fork_judge(&f, both, &err), err, REASON_CERT_REVOKED);
}

static const struct check_case cases[] = {
	{ "X-1: a second certificate of the issuer leads to the root", other_root },
	{ "X-3: an expired one beside a good one", expired },
	{ "X-10: one for another use beside a good one", other_usage },
	{ "X-2: one that is no authority beside a good one", no_authority },
	{ "X-13: one with name constraints that exclude, beside a good one", constrained },
	{ "X-13: one with a weak signature beside a good one", weak_signature },
	{ "X-5: a revoked one beside a good one", revoked_cross },
	{ "path: a circle ends", circle },
	{ "path: a maze costs no more than the limits say", maze },
	{ "path: a shorter chain may be asked for", asked_length },
	{ "X-1: which certificates may be anchors", named_anchors },
	{ "X-4: an authority with a new key may sign its list with the old one", rollover },
};

CHECK_MAIN(cases)
