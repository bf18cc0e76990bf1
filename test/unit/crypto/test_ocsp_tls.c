/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP stapled in TLS: RFC 6066, RFC 8446 4.4.2.1, RFC 7633. */
#include "check.h"
#include "tls_bed.h"

#define auto_bed CLEANUP(bed_done)

/* A server whose leaf's status comes by stapling alone; with must-staple or without. */
static void staple_bed(struct bed *b, bool must, struct crls **of_root)
{
	bed_init(b);
	pki_done(&b->server);
	certs_free(b->server_chain);
	pki_init_with(&b->server, &(struct pki_spec){ .name = "i", PKI_CA },
		      &(struct pki_spec){ .name = "l",
					  PKI_END,
					  .eku = "serverAuth",
					  .san = "DNS:" BED_HOST,
					  .tls_feature = must ? "status_request" : NULL });
	b->server_chain = pki_certs(b->server.leaf.cert, b->server.issuer.cert, NULL);
	*of_root = pki_crls(crls_get(b->server.crls, 0), NULL);
	b->so.chain = b->server_chain;
	b->so.key = b->server.leaf.key;
	b->co.anchors = b->server.anchors;
	b->co.crls = *of_root;
}

static void connect_with(struct bed *b, const struct ocsp *staple)
{
	bed_disconnect(b);
	b->so.staple = staple;
	bed_connect(b);
}

static void check_verdict(const struct bed *b, enum reason reason)
{
	if (reason == REASON_NONE) {
		CHECK(b->s.done && b->c.done && !b->s.failed && !b->c.failed);
		return;
	}
	CHECK(b->c.failed && b->c.err.code == ERROR_REFUSED);
	CHECK_STR(reason_name(b->c.err.reason), reason_name(reason));
	CHECK(b->s.failed && b->s.err.code == ERROR_UNAUTHORIZED);
}

static void stapled(void)
{
	struct crls *of_root auto_crls = NULL;
	struct bed b auto_bed;

	staple_bed(&b, false, &of_root);
	struct pki_ocsp s = { .issuer = &b.server.issuer, .about = b.server.leaf.cert };
	struct ocsp *good auto_ocsp = pki_ocsp(&s);
	s.status = OCSP_STATUS_REVOKED;
	struct ocsp *bad auto_ocsp = pki_ocsp(&s);
	s = (struct pki_ocsp){ .issuer = &b.client.issuer, .about = b.server.leaf.cert };
	struct ocsp *foreign auto_ocsp = pki_ocsp(&s);

	connect_with(&b, good);
	check_verdict(&b, REASON_NONE);
	connect_with(&b, bad);
	check_verdict(&b, REASON_CERT_REVOKED);
	connect_with(&b, foreign);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
	connect_with(&b, NULL);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
	b.co.crls = b.server.crls; /* the CRL alone is enough, where nothing must be stapled */
	connect_with(&b, NULL);
	check_verdict(&b, REASON_NONE);
	connect_with(&b, bad); /* and does not outweigh a revocation */
	check_verdict(&b, REASON_CERT_REVOKED);
}

static void must_staple(void)
{
	struct crls *of_root auto_crls = NULL;
	struct bed b auto_bed;

	staple_bed(&b, true, &of_root);
	struct pki_ocsp s = { .issuer = &b.server.issuer, .about = b.server.leaf.cert };
	struct ocsp *good auto_ocsp = pki_ocsp(&s);
	s.status = OCSP_STATUS_UNKNOWN;
	struct ocsp *unsure auto_ocsp = pki_ocsp(&s);
	s = (struct pki_ocsp){ .issuer = &b.server.issuer,
			       .about = b.server.leaf.cert,
			       .this_update = PKI_NOW - PKI_DAY,
			       .next_update = PKI_NOW - 1 };
	struct ocsp *stale auto_ocsp = pki_ocsp(&s);

	struct ocsps *at_hand auto_ocsps = pki_ocsps(good, NULL);

	b.co.crls = b.server.crls; /* a CRL does not replace the staple */
	b.co.ocsps = at_hand;	   /* nor does a response from elsewhere */
	connect_with(&b, good);
	check_verdict(&b, REASON_NONE);
	connect_with(&b, NULL);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
	connect_with(&b, stale);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
	connect_with(&b, unsure);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
	b.co.x509_flags = X509_STATUS_PENDING;
	connect_with(&b, NULL);
	check_verdict(&b, REASON_CERT_STATUS_UNKNOWN);
}

/* Both ends may be given responses; a new configuration is how a newer response comes in. */
static void configured(void)
{
	struct crls *of_root auto_crls = NULL;
	struct error err = ERROR_INIT;
	struct bed b auto_bed;

	staple_bed(&b, false, &of_root);
	struct ocsp *of_server auto_ocsp = pki_ocsp(
		&(struct pki_ocsp){ .issuer = &b.server.issuer, .about = b.server.leaf.cert });
	struct ocsp *of_client auto_ocsp =
		pki_ocsp(&(struct pki_ocsp){ .issuer = &b.client.issuer,
					     .about = b.client.leaf.cert,
					     .status = OCSP_STATUS_REVOKED });
	struct ocsps *client_has auto_ocsps = pki_ocsps(of_server, NULL);
	struct ocsps *server_has auto_ocsps = pki_ocsps(of_client, NULL);
	struct tls_config *none auto_tls_config = NULL;

	b.co.ocsps = client_has;
	connect_with(&b, NULL);
	check_verdict(&b, REASON_NONE);
	b.so.ocsps = server_has;
	connect_with(&b, NULL);
	CHECK(b.s.failed && b.s.err.reason == REASON_CERT_REVOKED);

	b.co.staple = of_server;
	CHECK_ERROR(tls_config_client(&b.co, &none, &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "X-15: a stapled response is judged: good, revoked, foreign, absent", stapled },
	{ "X-15: absent, stale or unsure with must-staple is refused", must_staple },
	{ "X-4: TLS: both ends use the responses that they are given", configured },
};

CHECK_MAIN(cases)
