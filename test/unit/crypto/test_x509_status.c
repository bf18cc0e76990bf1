/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation by CRL: FIA_X509_EXT.1 and .2. */
#include "check.h"
#include "crypto/issue.h"
#include "crypto/x509.h"
#include "pki.h"

static int judge_with(const struct pki *p, const struct crls *crls, unsigned flags,
		      struct error *err)
{
	struct x509_request rq = {
		.purpose = X509_TLS_SERVER,
		.time = PKI_NOW,
		.anchors = p->anchors,
		.untrusted = p->untrusted,
		.crls = crls,
		.flags = flags,
	};

	*err = (struct error)ERROR_INIT;
	return x509_judge(p->leaf.cert, &rq, err);
}

static void revoked_leaf(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 1, NULL);
	struct crl *other auto_crl = pki_crl(&p.issuer, 2, p.root.cert);
	struct crl *bad auto_crl = pki_crl(&p.issuer, 2, p.leaf.cert);
	struct crls *good_list auto_crls = pki_crls(root, other, NULL);
	struct crls *bad_list auto_crls = pki_crls(root, bad, NULL);

	CHECK_OK(judge_with(&p, good_list, 0, &err), err); /* another serial is on it */
	CHECK_REFUSED(judge_with(&p, bad_list, 0, &err), err, REASON_CERT_REVOKED);
	CHECK_REFUSED(judge_with(&p, bad_list, X509_STATUS_PENDING, &err), err,
		      REASON_CERT_REVOKED);
	CHECK_REFUSED(judge_with(&p, bad_list, X509_WEB, &err), err, REASON_CERT_REVOKED);
}

static void revoked_issuer(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 2, p.issuer.cert);
	struct crl *issuer auto_crl = pki_crl(&p.issuer, 1, NULL);
	struct crls *list auto_crls = pki_crls(root, issuer, NULL);

	CHECK_REFUSED(judge_with(&p, list, 0, &err), err, REASON_CERT_REVOKED);
}

/* An issuer that may not sign CRLs signs one: it is as if there were none. */
static void without_crl_sign(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init_with(
		&p, &(struct pki_spec){ .name = "i", PKI_CA, .key_usage = "critical,keyCertSign" },
		&(struct pki_spec){ .name = "l", PKI_END, .eku = "serverAuth" });
	CHECK_REFUSED(judge_with(&p, p.crls, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_REFUSED(crl_check_issuer(crls_get(p.crls, 1), p.issuer.cert, &err), err,
		      REASON_CERT_KEY_USAGE);
}

/* The same issuer name, another key; and a genuine one with a byte changed. */
static void forged(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki, impostor auto_pki;
	struct buf der auto_buf = BUF_INIT;
	struct crl *flipped auto_crl = NULL;

	pki_init(&p, X509_TLS_SERVER, NULL);
	pki_init(&impostor, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 1, NULL);
	struct crl *good auto_crl = pki_crl(&p.issuer, 1, NULL);
	struct crl *forgery auto_crl =
		pki_crl_at(&impostor.issuer, 9, NULL, PKI_NOW, PKI_NOW + PKI_DAY);
	struct crls *forged_only auto_crls = pki_crls(root, forgery, NULL);
	struct crls *both auto_crls = pki_crls(root, forgery, good, NULL);

	CHECK_REFUSED(judge_with(&p, forged_only, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_OK(judge_with(&p, both, 0, &err), err); /* it does not hide the genuine one */
	CHECK_REFUSED(crl_check_issuer(forgery, p.issuer.cert, &err), err, REASON_CERT_SIGNATURE);

	CHECK_OK(buf_append(&der, crl_der(good)->data, crl_der(good)->len, &err), err);
	der.data[der.len - 1] ^= 1;
	CHECK_OK(crl_parse_der(der.data, der.len, &flipped, &err), err);
	struct crls *flipped_only auto_crls = pki_crls(root, flipped, NULL);

	CHECK_REFUSED(judge_with(&p, flipped_only, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
}

static void stale_and_early(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 1, NULL);
	struct crl *stale auto_crl = pki_crl_at(&p.issuer, 1, NULL, PKI_NOW - PKI_DAY, PKI_NOW - 1);
	struct crl *early auto_crl = pki_crl_at(&p.issuer, 2, NULL, PKI_NOW + 1, PKI_NOW + PKI_DAY);
	struct crls *list auto_crls = pki_crls(root, stale, early, NULL);

	CHECK_REFUSED(judge_with(&p, list, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
}

/* A revocation in an old genuine CRL holds beside a newer one without it. */
static void revocation_never_ends(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 1, NULL);
	struct crl *old auto_crl =
		pki_crl_at(&p.issuer, 1, p.leaf.cert, PKI_NOW - 2 * PKI_DAY, PKI_NOW - PKI_DAY);
	struct crl *new auto_crl = pki_crl(&p.issuer, 2, NULL);
	struct crls *list auto_crls = pki_crls(root, new, old, NULL);

	CHECK_REFUSED(judge_with(&p, list, 0, &err), err, REASON_CERT_REVOKED);
}

static void unknown(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init(&p, X509_TLS_SERVER, NULL);
	struct crl *root auto_crl = pki_crl(&p.root, 1, NULL);
	struct crl *issuer auto_crl = pki_crl(&p.issuer, 1, NULL);
	struct crls *of_root auto_crls = pki_crls(root, NULL);
	struct crls *of_issuer auto_crls = pki_crls(issuer, NULL);

	CHECK_REFUSED(judge_with(&p, NULL, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_REFUSED(judge_with(&p, of_root, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_REFUSED(judge_with(&p, of_issuer, 0, &err), err, REASON_CERT_STATUS_UNKNOWN);
	CHECK_OK(judge_with(&p, NULL, X509_STATUS_PENDING, &err), err);
	CHECK_OK(judge_with(&p, NULL, X509_WEB, &err), err);
	CHECK_REFUSED(judge_with(&p, of_root, X509_WEB, &err), err, REASON_CERT_STATUS_UNKNOWN);
}

/* STATUS_UNKNOWN says that all the rest is good, so a second defect wins. */
static void status_is_last(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;

	pki_init_with(&p, &(struct pki_spec){ .name = "i", PKI_CA },
		      &(struct pki_spec){ .name = "l", PKI_END, .eku = "clientAuth" });
	CHECK_REFUSED(judge_with(&p, NULL, 0, &err), err, REASON_CERT_PURPOSE);
	CHECK_REFUSED(judge_with(&p, NULL, X509_STATUS_PENDING, &err), err, REASON_CERT_PURPOSE);
}

static void forms(void)
{
	struct error err = ERROR_INIT;
	struct pki p auto_pki;
	struct crl *crl auto_crl = NULL;
	struct buf pem auto_buf = BUF_INIT, long_der auto_buf = BUF_INIT;
	const struct crl *good;

	pki_init(&p, X509_TLS_SERVER, NULL);
	good = crls_get(p.crls, 0);
	CHECK_OK(crl_pem(good, &pem, &err), err);
	CHECK_OK(crl_parse(pem.data, pem.len, &crl, &err), err);
	CHECK(crl_number(crl) == 1 && crl_count(crl) == 0);
	CHECK(crl_this_update(crl) == PKI_NOW - 3600 && crl_next_update(crl) == PKI_NOW + PKI_DAY);
	CHECK_STR(crl_issuer(crl), "CN=test root");
	CHECK(crl_der(crl)->len == crl_der(good)->len &&
	      memcmp(crl_der(crl)->data, crl_der(good)->data, crl_der(good)->len) == 0);

	CHECK_OK(buf_append(&long_der, crl_der(good)->data, crl_der(good)->len, &err), err);
	CHECK_OK(buf_append(&long_der, "", 1, &err), err);
	struct crl *none auto_crl = NULL;

	CHECK_REFUSED(crl_parse(long_der.data, long_der.len, &none, &err), err, REASON_CERT_FORM);
	CHECK_REFUSED(crl_parse("", 0, &none, &err), err, REASON_CERT_FORM);
	CHECK_ERROR(crl_parse("-----BEGIN X-----", 17, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(crl_load("/nonexistent", &none, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(crl_parse_der(long_der.data, 1u << 20, &none, &err), err, ERROR_LIMIT);
	CHECK(none == NULL);
}

static const struct check_case cases[] = {
	{ "X-4: a revoked leaf is refused, an unrevoked one passes", revoked_leaf },
	{ "X-5: a revoked intermediate is refused", revoked_issuer },
	{ "X-6: a CRL signer without cRLSign is ignored", without_crl_sign },
	{ "X-7: a forged CRL is not used, and hides no genuine one", forged },
	{ "X-7: a CRL that is over, or not yet in force, is not used", stale_and_early },
	{ "X-7: an old genuine revocation is believed", revocation_never_ends },
	{ "X-11: without a CRL for each certificate, the chain is refused", unknown },
	{ "x509: status is judged last", status_is_last },
	{ "crl: DER and PEM are read, what trails or is too long is refused", forms },
};

CHECK_MAIN(cases)
