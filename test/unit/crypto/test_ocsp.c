/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation by OCSP: RFC 6960, FIA_X509_EXT.1 and .2. */
#include "base/limits.h"
#include "check.h"
#include "crypto/x509.h"
#include "pki.h"

/* A leaf without a CRL of its issuer's: OCSP alone speaks of it. */
struct bench {
	struct pki p;
	struct pki_node delegate;
	struct crls *of_root, *of_issuer;
};

static void bench_done(struct bench *b)
{
	pki_done(&b->p);
	pki_node_done(&b->delegate);
	crls_free(b->of_root);
	crls_free(b->of_issuer);
}
#define auto_bench CLEANUP(bench_done)

#define DELEGATE(bench) \
	.name = "responder", .issuer = &(bench)->p.issuer, PKI_END, .eku = "OCSPSigning", \
	.no_check = ""

static void bench_init(struct bench *b)
{
	*b = (struct bench){ 0 };
	pki_init(&b->p, X509_TLS_SERVER, NULL);
	pki_make(&(struct pki_spec){ DELEGATE(b) }, &b->delegate);
	b->of_root = pki_crls(crls_get(b->p.crls, 0), NULL);
	b->of_issuer = pki_crls(crls_get(b->p.crls, 1), NULL);
}

static int judge(const struct bench *b, const struct crls *crls, const struct ocsps *ocsps,
		 unsigned flags, struct error *err)
{
	struct x509_request rq = {
		.purpose = X509_TLS_SERVER,
		.time = PKI_NOW,
		.anchors = b->p.anchors,
		.untrusted = b->p.untrusted,
		.crls = crls,
		.ocsps = ocsps,
		.flags = flags,
	};

	*err = (struct error)ERROR_INIT;
	return x509_judge(b->p.leaf.cert, &rq, err);
}

/* The verdict over a response about the leaf, beside a CRL for the issuer. */
static int judge_one(const struct bench *b, const struct pki_ocsp *spec, struct error *err)
{
	struct ocsp *one auto_ocsp = pki_ocsp(spec);
	struct ocsps *list auto_ocsps = pki_ocsps(one, NULL);

	return judge(b, b->of_root, list, 0, err);
}

/* What a response says about the leaf, or why it says nothing. */
static int ask(const struct bench *b, const struct pki_ocsp *spec, const struct crls *crls,
	       enum ocsp_status *ret, struct error *err)
{
	struct ocsp *one auto_ocsp = pki_ocsp(spec);
	const struct ocsp_context ctx = {
		.issuer = b->p.issuer.cert,
		.time = PKI_NOW,
		.crls = crls,
	};

	*err = (struct error)ERROR_INIT;
	return ocsp_status_of(one, b->p.leaf.cert, &ctx, ret, err);
}

#define ABOUT_LEAF(b) .issuer = &(b).p.issuer, .about = (b).p.leaf.cert

static void leaf(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;

	bench_init(&b);
	for (int i = 0; i < 2; i++) {
		const struct pki_node *signer = i ? &b.delegate : NULL;
		struct pki_ocsp s = { ABOUT_LEAF(b), .signer = signer };

		CHECK_OK(judge_one(&b, &s, &err), err);
		s.id_digest = "SHA256";
		CHECK_OK(judge_one(&b, &s, &err), err);
		s.status = OCSP_STATUS_REVOKED;
		CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_REVOKED);
		s.status = OCSP_STATUS_UNKNOWN;
		CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_STATUS_UNKNOWN);
	}
}

static void intermediate(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	struct pki_ocsp s;

	bench_init(&b);
	s = (struct pki_ocsp){ .issuer = &b.p.root, .about = b.p.issuer.cert };
	struct ocsp *of_leaf auto_ocsp = pki_ocsp(&(struct pki_ocsp){ ABOUT_LEAF(b) });
	struct ocsp *good auto_ocsp = pki_ocsp(&s);
	s.status = OCSP_STATUS_REVOKED;
	struct ocsp *bad auto_ocsp = pki_ocsp(&s);
	struct ocsps *all_good auto_ocsps = pki_ocsps(of_leaf, good, NULL);
	struct ocsps *one_bad auto_ocsps = pki_ocsps(of_leaf, good, bad, NULL);

	CHECK_OK(judge(&b, NULL, all_good, 0, &err), err);
	CHECK_REFUSED(judge(&b, NULL, one_bad, 0, &err), err, REASON_CERT_REVOKED);
}

/* each delegate but the first is none; its "good" is never believed. */
static void delegates(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	enum ocsp_status said;

	bench_init(&b);
	const struct {
		struct pki_spec spec;
		enum reason reason;
	} bad[] = {
		{ { DELEGATE(&b), .eku = NULL }, REASON_CERT_PURPOSE },
		{ { DELEGATE(&b), .eku = "serverAuth" }, REASON_CERT_PURPOSE },
		{ { DELEGATE(&b), .eku = "anyExtendedKeyUsage" }, REASON_CERT_PURPOSE },
		{ { DELEGATE(&b), .eku = "OCSPSigning,serverAuth" }, REASON_CERT_PURPOSE },
		{ { DELEGATE(&b), .key_usage = "critical,keyAgreement" }, REASON_CERT_KEY_USAGE },
		{ { DELEGATE(&b), PKI_CA }, REASON_CERT_PURPOSE },
		{ { DELEGATE(&b), .extra = "critical,DER:0500" }, REASON_CERT_EXTENSION },
		{ { DELEGATE(&b), .digest = "SHA1" }, REASON_CERT_ALGORITHM },
		{ { DELEGATE(&b), .key = PKI_RSA2048 }, REASON_CERT_ALGORITHM },
		{ { DELEGATE(&b), .not_after = PKI_NOW - 1 }, REASON_CERT_EXPIRED },
		{ { DELEGATE(&b), .not_before = PKI_NOW + 1 }, REASON_CERT_NOT_YET },
		{ { DELEGATE(&b), .issuer = &b.p.root }, REASON_CERT_SIGNATURE },
		{ { DELEGATE(&b), .issuer = NULL }, REASON_CERT_SIGNATURE },
		{ { DELEGATE(&b), .no_check = NULL }, REASON_CERT_STATUS_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pki_node n CLEANUP(pki_node_done) = { 0 };
		struct pki_ocsp s = { ABOUT_LEAF(b), .signer = &n };

		pki_make(&bad[i].spec, &n);
		CHECK_REFUSED(ask(&b, &s, NULL, &said, &err), err, bad[i].reason);
		CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_STATUS_UNKNOWN);
		s.status = OCSP_STATUS_REVOKED; /* nor is its "revoked" */
		CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_STATUS_UNKNOWN);
	}
	/* The leaf itself, which the issuer certified too, is no responder. */
	struct pki_ocsp self = { ABOUT_LEAF(b), .signer = &b.p.leaf };

	CHECK_REFUSED(ask(&b, &self, NULL, &said, &err), err, REASON_CERT_PURPOSE);
}

static void delegate_status(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	struct pki_node plain CLEANUP(pki_node_done) = { 0 };
	enum ocsp_status said = OCSP_STATUS_UNKNOWN;

	bench_init(&b);
	pki_make(&(struct pki_spec){ DELEGATE(&b), .no_check = NULL }, &plain);
	struct pki_ocsp s = { ABOUT_LEAF(b), .signer = &plain };
	struct crl *revoked auto_crl = pki_crl(&b.p.issuer, 2, plain.cert);
	struct crl *revoked_too auto_crl = pki_crl(&b.p.issuer, 3, b.delegate.cert);
	struct crl *stale auto_crl =
		pki_crl_at(&b.p.issuer, 1, NULL, PKI_NOW - PKI_DAY, PKI_NOW - 1);
	struct crls *lists[] = { pki_crls(stale, NULL), pki_crls(revoked, NULL),
				 pki_crls(revoked_too, NULL) };

	CHECK_OK(ask(&b, &s, b.of_issuer, &said, &err), err);
	CHECK(said == OCSP_STATUS_GOOD);
	CHECK_REFUSED(ask(&b, &s, lists[0], &said, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_REFUSED(ask(&b, &s, lists[1], &said, &err), err, REASON_CERT_REVOKED);
	s.signer = &b.delegate; /* nocheck asks for no status, but a known revocation holds */
	CHECK_OK(ask(&b, &s, lists[1], &said, &err), err);
	CHECK_REFUSED(ask(&b, &s, lists[2], &said, &err), err, REASON_CERT_REVOKED);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		crls_free(lists[i]);
}

/* An authority of the same names, and a delegate of its own. */
static void forged(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench, impostor auto_bench;
	struct buf der auto_buf = BUF_INIT;
	struct ocsp *flipped auto_ocsp = NULL;
	enum ocsp_status said;

	bench_init(&b);
	bench_init(&impostor);
	struct pki_ocsp by_name = { ABOUT_LEAF(b), .signer = &impostor.p.issuer };
	struct pki_ocsp by_delegate = { ABOUT_LEAF(b), .signer = &impostor.delegate };
	struct pki_ocsp other = { .issuer = &impostor.p.issuer, .about = b.p.leaf.cert };

	CHECK_REFUSED(ask(&b, &by_name, NULL, &said, &err), err, REASON_CERT_SIGNATURE);
	CHECK_REFUSED(ask(&b, &by_delegate, NULL, &said, &err), err, REASON_CERT_SIGNATURE);
	CHECK_REFUSED(ask(&b, &other, NULL, &said, &err), err, REASON_CERT_STATUS_UNKNOWN);

	pki_ocsp_der(&(struct pki_ocsp){ ABOUT_LEAF(b) }, &der);
	der.data[der.len - 1] ^= 1;
	CHECK_OK(ocsp_parse(der.data, der.len, &flipped, &err), err);
	struct ocsp *forgery auto_ocsp = pki_ocsp(&by_delegate);
	struct ocsp *good auto_ocsp = pki_ocsp(&(struct pki_ocsp){ ABOUT_LEAF(b) });
	struct ocsps *bad_only auto_ocsps = pki_ocsps(flipped, forgery, NULL);
	struct ocsps *both auto_ocsps = pki_ocsps(flipped, forgery, good, NULL);

	CHECK_REFUSED(judge(&b, b.of_root, bad_only, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_OK(judge(&b, b.of_root, both, 0, &err), err); /* they hide no genuine one */
}

static void wrong_serial(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	struct pki_node sibling CLEANUP(pki_node_done) = { 0 };
	struct pki_ocsp s;

	bench_init(&b);
	pki_make(&(struct pki_spec){ .name = "s", .issuer = &b.p.issuer, PKI_END }, &sibling);
	s = (struct pki_ocsp){ .issuer = &b.p.issuer, .about = sibling.cert };
	CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_STATUS_UNKNOWN);
	s.status = OCSP_STATUS_REVOKED;
	CHECK_REFUSED(judge_one(&b, &s, &err), err, REASON_CERT_STATUS_UNKNOWN);
}

static void stale_and_early(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	enum ocsp_status said = OCSP_STATUS_GOOD;

	bench_init(&b);
	const struct {
		struct pki_ocsp spec;
		enum reason reason;
	} bad[] = {
		{ { ABOUT_LEAF(b), .this_update = PKI_NOW - PKI_DAY, .next_update = PKI_NOW - 1 },
		  REASON_CERT_EXPIRED },
		{ { ABOUT_LEAF(b), .this_update = PKI_NOW - LIMIT_OCSP_AGE_S - 1,
		    .next_update = PKI_NOW + 400 * PKI_DAY },
		  REASON_CERT_EXPIRED },
		{ { ABOUT_LEAF(b), .this_update = PKI_NOW + LIMIT_BACKDATE_S + 1 },
		  REASON_CERT_NOT_YET },
		{ { ABOUT_LEAF(b), .produced_at = PKI_NOW + LIMIT_BACKDATE_S + 1 },
		  REASON_CERT_NOT_YET },
		{ { ABOUT_LEAF(b), .produced_at = PKI_NOW - 7200 }, REASON_CERT_FORM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK_REFUSED(ask(&b, &bad[i].spec, NULL, &said, &err), err, bad[i].reason);
		CHECK_REFUSED(judge_one(&b, &bad[i].spec, &err), err, REASON_CERT_STATUS_UNKNOWN);
	}
	/* A revocation never ends. */
	struct pki_ocsp old = bad[0].spec;

	old.status = OCSP_STATUS_REVOKED;
	CHECK_OK(ask(&b, &old, NULL, &said, &err), err);
	CHECK(said == OCSP_STATUS_REVOKED);
	CHECK_REFUSED(judge_one(&b, &old, &err), err, REASON_CERT_REVOKED);
	/* The least good clock that is still believed. */
	struct pki_ocsp fresh = { ABOUT_LEAF(b), .this_update = PKI_NOW + LIMIT_BACKDATE_S };

	CHECK_OK(judge_one(&b, &fresh, &err), err);
}

static void replayed(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;

	bench_init(&b);
	struct ocsp *with auto_ocsp = pki_ocsp(&(struct pki_ocsp){ ABOUT_LEAF(b), .nonce = "one" });
	struct ocsp *without auto_ocsp = pki_ocsp(&(struct pki_ocsp){ ABOUT_LEAF(b) });

	CHECK_OK(ocsp_check_nonce(with, "one", 3, &err), err);
	CHECK_REFUSED(ocsp_check_nonce(with, "two", 3, &err), err, REASON_NONCE);
	CHECK_REFUSED(ocsp_check_nonce(with, "on", 2, &err), err, REASON_NONCE);
	CHECK_REFUSED(ocsp_check_nonce(without, "one", 3, &err), err, REASON_NONCE);
}

static void two_sources(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;

	bench_init(&b);
	struct pki_ocsp s = { ABOUT_LEAF(b) };
	struct ocsp *good auto_ocsp = pki_ocsp(&s);
	s.status = OCSP_STATUS_UNKNOWN;
	struct ocsp *unsure auto_ocsp = pki_ocsp(&s);
	s.status = OCSP_STATUS_REVOKED;
	struct ocsp *bad auto_ocsp = pki_ocsp(&s);
	struct crl *listed auto_crl = pki_crl(&b.p.issuer, 2, b.p.leaf.cert);
	struct crls *revoked auto_crls = pki_crls(crls_get(b.p.crls, 0), listed, NULL);
	struct ocsps *of_good auto_ocsps = pki_ocsps(good, NULL);
	struct ocsps *of_unsure auto_ocsps = pki_ocsps(unsure, NULL);
	struct ocsps *of_bad auto_ocsps = pki_ocsps(good, bad, good, NULL);

	CHECK_OK(judge(&b, b.p.crls, of_unsure, 0, &err), err); /* the CRL speaks */
	CHECK_REFUSED(judge(&b, b.p.crls, of_bad, 0, &err), err, REASON_CERT_REVOKED);
	CHECK_REFUSED(judge(&b, revoked, of_good, 0, &err), err, REASON_CERT_REVOKED);
	CHECK_REFUSED(judge(&b, b.of_root, of_bad, X509_STATUS_PENDING, &err), err,
		      REASON_CERT_REVOKED);
	CHECK_REFUSED(judge(&b, b.of_root, of_bad, X509_WEB, &err), err, REASON_CERT_REVOKED);
	CHECK_OK(judge(&b, b.of_root, NULL, X509_STATUS_PENDING, &err), err);
	CHECK_REFUSED(judge(&b, b.of_root, NULL, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
}

static void forms(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	struct buf der auto_buf = BUF_INIT, bare auto_buf = BUF_INIT, odd auto_buf = BUF_INIT;
	struct ocsp *o auto_ocsp = NULL, *none auto_ocsp = NULL;
	/* OCSPResponse := SEQUENCE { ENUMERATED tryLater } */
	static const uint8_t try_later[] = { 0x30, 0x03, 0x0a, 0x01, 0x03 };

	bench_init(&b);
	pki_ocsp_der(&(struct pki_ocsp){ ABOUT_LEAF(b), .status = OCSP_STATUS_REVOKED }, &der);
	CHECK_OK(ocsp_parse(der.data, der.len, &o, &err), err);
	CHECK(ocsp_count(o) == 1 && !ocsp_single(o, 1));
	CHECK_STR(ocsp_single(o, 0)->serial, cert_serial(b.p.leaf.cert));
	CHECK_STR(ocsp_status_name(ocsp_single(o, 0)->status), "revoked");
	CHECK(ocsp_single(o, 0)->revoked_at == PKI_NOW - PKI_DAY);
	CHECK(ocsp_single(o, 0)->this_update == PKI_NOW - 3600);
	CHECK(ocsp_produced_at(o) == PKI_NOW - 3600 && ocsp_der(o)->len == der.len);

	CHECK_OK(buf_append(&der, "", 1, &err), err);
	CHECK_REFUSED(ocsp_parse(der.data, der.len, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(ocsp_parse(der.data, der.len - 2, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(ocsp_parse("", 0, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(ocsp_parse(try_later, sizeof(try_later), &none, &err), err, REASON_CERT_FORM);
	pki_ocsp_der(&(struct pki_ocsp){ ABOUT_LEAF(b), .no_next_update = true }, &bare);
	CHECK_REFUSED(ocsp_parse(bare.data, bare.len, &none, &err), err, REASON_STATUS_KIND);
	pki_ocsp_der(&(struct pki_ocsp){ ABOUT_LEAF(b), .unknown_critical = true }, &odd);
	CHECK_REFUSED(ocsp_parse(odd.data, odd.len, &none, &err), err, REASON_CERT_FORM);
	CHECK_ERROR(ocsp_parse(der.data, LIMIT_OCSP + 1, &none, &err), err, ERROR_LIMIT);
	CHECK_ERROR(ocsp_load("/nonexistent", &none, &err), err, ERROR_NOT_FOUND);
	CHECK(none == NULL);
}

static void list_limit(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench;
	struct ocsps *list auto_ocsps = NULL;

	bench_init(&b);
	struct ocsp *one auto_ocsp = pki_ocsp(&(struct pki_ocsp){ ABOUT_LEAF(b) });

	CHECK_OK(ocsps_new(&list, &err), err);
	for (unsigned i = 0; i < LIMIT_OCSPS; i++)
		CHECK_OK(ocsps_add(list, one, &err), err);
	CHECK_ERROR(ocsps_add(list, one, &err), err, ERROR_LIMIT);
	CHECK_ERROR(ocsps_add_all(list, list, &err), err, ERROR_LIMIT);
	CHECK(ocsps_count(list) == LIMIT_OCSPS && !ocsps_get(list, LIMIT_OCSPS));
	CHECK(ocsps_count(NULL) == 0);
}

static const struct check_case cases[] = {
	{ "X-4: OCSP: a revoked leaf is refused, a good one passes, unknown is unknown", leaf },
	{ "X-5: OCSP: a revoked intermediate is refused", intermediate },
	{ "X-6: OCSP: a signer without OCSPSigning of the same issuer's is ignored", delegates },
	{ "X-6: OCSP: the delegate's own status: nocheck or CRL", delegate_status },
	{ "X-7: OCSP: a forged response is not used, and hides no genuine one", forged },
	{ "X-7: OCSP: a response about another serial is not used", wrong_serial },
	{ "X-7: OCSP: stale and early are not used; a revocation never ends", stale_and_early },
	{ "X-7: OCSP: a replayed response has another nonce", replayed },
	{ "X-4, X-11: of two sources, one revocation wins; none is unknown", two_sources },
	{ "ocsp: DER is read; what trails, is malformed or too long is refused", forms },
	{ "ocsp: a list has a limit", list_limit },
};

CHECK_MAIN(cases)
