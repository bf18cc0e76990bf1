/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/judge.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "trust/effect.h"
#include "trust/judging.h"

static void judging_done(struct judging *j)
{
	cms_free(j->cms);
	document_done(&j->document);
	certs_free(j->anchors);
	crls_free(j->crls);
	quorum_done(&j->quorum);
}

void verdict_done(struct verdict *v)
{
	document_done(&v->document);
	buf_done(&v->canonical);
	for (size_t i = 0; i < v->persons.n; i++)
		free(v->persons.items[i]);
	free(v->persons.items);
	*v = (struct verdict){ 0 };
}

static int read_content(const struct cms *cms, struct document *ret, struct error *err)
{
	struct buf content = cms_content(cms);
	struct error why = ERROR_INIT;

	if (document_read(content.data, content.len, ret, &why) == 0)
		return 0;
	if (why.code == ERROR_INVALID || why.code == ERROR_LIMIT)
		return error_refuse(err, REASON_JSON, "%s", why.msg);
	*err = why;
	return -1;
}

void judging_take_time(struct judging *j, int64_t time)
{
	if (time > j->signed_time)
		j->signed_time = time;
	if (time > j->now)
		j->now = time;
}

/*
 * A first trust document names its own anchors and signers. It is believed for its digest alone,
 * which came to the device by another way than the document, so its content may be read here
 * before the signatures are checked; they still must be those of its own quorum.
 */
static int take_first_trust(struct judging *j, const char *sha256, struct error *err)
{
	if (!j->c->first_trust || !j->c->first_trust[0])
		return error_refuse(err, REASON_NEED_TRUST,
				    "nothing tells which trust document is the right one");
	if (strcmp(j->c->first_trust, sha256) != 0)
		return error_refuse(err, REASON_DIGEST,
				    "its SHA-256 is %.16s…, not the %.16s… given at enrollment",
				    sha256, j->c->first_trust);
	if (read_content(j->cms, &j->document, err) < 0)
		return -1;
	if (j->document.type != DOCUMENT_TRUST)
		return error_refuse(err, REASON_TYPE, "a %s where the first trust must be",
				    document_type_name(j->document.type));
	j->trust = &j->document.trust;
	/* Its digest is proven, and so is its time: the first that a new device knows. */
	judging_take_time(j, j->trust->issued);
	return 0;
}

static int load_anchors(const struct trust *t, struct certs **ret, struct error *err)
{
	const struct trust_anchor *a = t->anchors.items;
	auto_certs struct certs *anchors = NULL;

	if (certs_new(&anchors, err) < 0)
		return -1;
	for (size_t i = 0; i < t->anchors.n; i++) {
		auto_cert struct cert *cert = NULL;

		if (cert_parse_der(a[i].certificate.data, a[i].certificate.len, &cert, err) < 0 ||
		    certs_add(anchors, cert, err) < 0)
			return error_wrap(err, "an anchor of trust");
	}
	*ret = STEAL(anchors);
	return 0;
}

static const struct cert *issuer_of(const struct judging *j, const struct crl *crl)
{
	for (size_t i = 0; i < certs_count(j->anchors); i++)
		if (strcmp(cert_subject_key_id(certs_get(j->anchors, i)), crl_issuer_key_id(crl)) ==
		    0)
			return certs_get(j->anchors, i);
	return NULL;
}

/* Whether a CRL is older than a head said that it may be: a replayed "not revoked yet". */
static bool below_floor(const struct judging *j, const struct crl *crl, const struct cert *issuer)
{
	const struct head_issuer *floors = j->c->floors ? j->c->floors->items : NULL;

	for (size_t i = 0; floors && i < j->c->floors->n; i++)
		if (strcmp(floors[i].issuer, cert_key_sha256(issuer)) == 0 &&
		    crl_number(crl) < floors[i].number)
			return true;
	return false;
}

static int add_status(struct judging *j, const struct crls *from, struct error *err)
{
	for (size_t i = 0; i < crls_count(from); i++) {
		const struct crl *crl = crls_get(from, i);
		const struct cert *issuer = issuer_of(j, crl);
		struct error unsigned_by = ERROR_INIT;

		if (issuer && below_floor(j, crl, issuer))
			continue;
		/* A root's CRL is a signed time: trusted time is never behind it. */
		if (issuer && crl_check_issuer(crl, issuer, &unsigned_by) == 0)
			judging_take_time(j, crl_this_update(crl));
		if (crls_add(j->crls, crl, err) < 0)
			return -1;
	}
	return 0;
}

static int collect_status(struct judging *j, struct error *err)
{
	if (crls_new(&j->crls, err) < 0 || add_status(j, j->c->crls, err) < 0)
		return -1;
	return add_status(j, cms_crls(j->cms), err);
}

/* The anchor by whose CRL a signer's status would be known. */
static void name_issuer(const struct certs *anchors, const struct cert *signer, char *ret)
{
	for (size_t i = 0; i < certs_count(anchors); i++) {
		const struct cert *anchor = certs_get(anchors, i);

		if (strcmp(cert_subject_key_id(anchor), cert_issuer_key_id(signer)) == 0)
			memcpy(ret, cert_key_sha256(anchor), SHA256_HEX_SIZE);
	}
}

int judging_signer(const struct judging *j, const struct ground *g, size_t i, int64_t time,
		   struct verdict *v, struct error *err)
{
	const struct cert *signer = cms_signer(j->cms, i);
	struct x509_request rq = {
		.purpose = X509_INSTRUCTION_SIGNER,
		.time = time,
		.anchors = g->anchors,
		.untrusted = cms_certs(j->cms),
		.crls = j->crls,
	};
	struct error online = ERROR_INIT;

	if (x509_judge(signer, &rq, err) < 0 && err->reason == REASON_CERT_PURPOSE) {
		rq.purpose = X509_ONLINE_SIGNER;
		if (x509_judge(signer, &rq, &online) == 0)
			*err = (struct error)ERROR_INIT;
		else if (online.reason != REASON_CERT_PURPOSE)
			*err = online;
	}
	if (err->reason == REASON_CERT_STATUS_UNKNOWN) {
		name_issuer(g->anchors, signer, v->needs);
		return error_refuse(err, REASON_NEED_STATUS,
				    "the revocation status of %.80s is not known",
				    cert_subject(signer));
	}
	if (err->code)
		return error_wrap(err, "signer %.60s", cert_subject(signer));
	return quorum_add(g->quorum, g->trust, cert_key_sha256(signer), err);
}

struct ground judging_ground(struct judging *j)
{
	return (struct ground){ j->trust, j->anchors, &j->quorum };
}

/* Not known to the trust in force, which may be all that is wrong. */
static bool is_stranger(const struct judging *j, const struct error *err)
{
	return j->c->trust && err->code == ERROR_REFUSED &&
	       (err->reason == REASON_SIGNER_NOT_LISTED || err->reason == REASON_CERT_UNTRUSTED);
}

static void note_stranger(struct judging *j, size_t i, struct error *err)
{
	if (j->strangers.n++ == 0)
		j->strangers.why = *err;
	j->strangers.is[i] = true;
	*err = (struct error)ERROR_INIT;
}

static int refuse_strangers(const struct judging *j, struct error *err)
{
	*err = j->strangers.why;
	return -1;
}

static int judge_signatures(struct judging *j, struct verdict *v, struct error *err)
{
	const struct ground ground = judging_ground(j);
	size_t n = cms_n_signers(j->cms);

	for (size_t i = 0; i < n; i++) {
		if (judging_signer(j, &ground, i, j->now, v, err) == 0)
			continue;
		if (!is_stranger(j, err))
			return -1;
		note_stranger(j, i, err);
	}
	for (size_t i = 0; i < n; i++)
		if (cms_check_signature(j->cms, i, err) < 0)
			return -1;
	/* Beside a stranger, nothing is read but what the quorum in force has signed. */
	if (j->strangers.n > 0 && !j->c->collecting &&
	    j->quorum.persons.n < quorum_needed(j->trust, EFFECT_AUTHORITY))
		return refuse_strangers(j, err);
	return 0;
}

/* Those whom a trust document brings along, by that document. */
static int judge_strangers(struct judging *j, struct verdict *v, struct error *err)
{
	auto_certs struct certs *anchors = NULL;
	auto_quorum struct quorum own = { 0 };
	struct ground ground = { &j->document.trust, NULL, &own };

	if (j->strangers.n == 0)
		return 0;
	if (j->document.type != DOCUMENT_TRUST)
		return refuse_strangers(j, err);
	if (load_anchors(&j->document.trust, &anchors, err) < 0)
		return -1;
	ground.anchors = anchors;
	for (size_t i = 0; i < cms_n_signers(j->cms); i++)
		if (j->strangers.is[i] && judging_signer(j, &ground, i, j->now, v, err) < 0)
			return -1;
	/* A server's key signs no trust, whoever lists it. */
	return own.online ? refuse_strangers(j, err) : 0;
}

/*
 * A trust document after the first needs the quorum of the one in force and its own as well: those
 * who take over must be able to act.
 */
static int check_own_quorum(const struct judging *j, struct verdict *v, struct error *err)
{
	const struct trust *t = &j->document.trust;
	auto_quorum struct quorum own = { 0 };
	struct error unlisted = ERROR_INIT;

	if (j->document.type != DOCUMENT_TRUST || j->trust == t)
		return 0;
	for (size_t i = 0; i < cms_n_signers(j->cms); i++)
		if (quorum_add(&own, t, cert_key_sha256(cms_signer(j->cms, i)), &unlisted) < 0 &&
		    unlisted.reason != REASON_SIGNER_NOT_LISTED) {
			*err = unlisted;
			return -1;
		}
	v->own_have = (unsigned)own.persons.n;
	v->own_want = quorum_needed(t, EFFECT_AUTHORITY);
	return quorum_check(&own, t, &j->document, EFFECT_AUTHORITY, err);
}

/* Both quorums; *v says how many there are of each. */
static int check_quorums(const struct judging *j, enum effect effect, struct verdict *v,
			 struct error *err)
{
	struct error few = ERROR_INIT;

	v->have = (unsigned)j->quorum.persons.n;
	v->want = quorum_needed(j->trust, effect);
	if (quorum_check(&j->quorum, j->trust, &j->document, effect, err) < 0) {
		if (!j->c->collecting || err->reason != REASON_QUORUM)
			return -1;
		few = *err;
		*err = (struct error)ERROR_INIT;
	}
	if (check_own_quorum(j, v, err) < 0) {
		if (!j->c->collecting || err->reason != REASON_QUORUM)
			return -1;
		few = *err;
		*err = (struct error)ERROR_INIT;
	}
	v->complete = !few.code;
	return 0;
}

/* What destroys is not kept for later: it lives a day at most. */
static int check_life(const struct document *d, enum effect effect, struct error *err)
{
	if (d->type == DOCUMENT_COMMAND && effect == EFFECT_DESTRUCTIVE &&
	    d->command.not_after - d->command.not_before > LIMIT_DESTRUCTIVE_LIFE_S)
		return error_refuse(err, REASON_WINDOW,
				    "a destructive command that lives longer than %d hours",
				    LIMIT_DESTRUCTIVE_LIFE_S / 3600);
	return 0;
}

static int conclude(struct judging *j, struct verdict *v, struct error *err)
{
	enum effect effect = document_effect(&j->document);
	auto_buf struct buf canonical = BUF_INIT;

	if (check_quorums(j, effect, v, err) < 0 || check_life(&j->document, effect, err) < 0 ||
	    document_write(&j->document, &canonical, err) < 0)
		return -1;
	v->effect = effect;
	v->time = j->signed_time;
	v->online = j->quorum.online;
	v->persons = j->quorum.persons;
	j->quorum.persons = (struct strings){ 0 };
	v->canonical = buf_steal(&canonical);
	v->document = j->document;
	j->document = (struct document){ 0 };
	return 0;
}

int judge(const void *der, size_t len, enum document_type type, const struct judge_context *c,
	  struct verdict *v, struct error *err)
{
	CLEANUP(judging_done) struct judging j = { .c = c, .trust = c->trust, .now = c->now };

	*err = (struct error)ERROR_INIT;
	*v = (struct verdict){ 0 };
	if (cms_parse(der, len, LIMIT_DOCUMENT, &j.cms, err) < 0)
		return -1;
	if (digest_sha256_hex(der, len, v->sha256, err) < 0)
		return -1;
	if (!j.trust && take_first_trust(&j, v->sha256, err) < 0)
		return -1;
	if (load_anchors(j.trust, &j.anchors, err) < 0 || collect_status(&j, err) < 0 ||
	    judge_signatures(&j, v, err) < 0)
		return -1;
	if (j.document.type == DOCUMENT_NONE && read_content(j.cms, &j.document, err) < 0)
		return -1;
	if (judge_strangers(&j, v, err) < 0 || judging_content(&j, type, v, err) < 0)
		return -1;
	return conclude(&j, v, err);
}

int judge_peek(const void *der, size_t len, struct document *ret, struct error *err)
{
	auto_cms struct cms *cms = NULL;

	if (cms_parse(der, len, LIMIT_DOCUMENT, &cms, err) < 0)
		return -1;
	return read_content(cms, ret, err);
}
