/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/judge.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "trust/effect.h"
#include "trust/quorum.h"

/*
 * Signers whom the trust in force does not know. A trust document may bring them along: they are
 * judged by what it says of itself, once it is proven that the quorum in force says so.
 */
struct strangers {
	bool is[LIMIT_SIGNERS];
	size_t n;
	struct error why; /* the first one's refusal by the trust in force */
};

/* By which trust a signer is judged, and whom it makes count. */
struct ground {
	const struct trust *trust;
	const struct certs *anchors;
	struct quorum *quorum;
};

/* One judgement: what its steps hand on. */
struct judging {
	const struct judge_context *c;
	struct cms *cms;
	struct document document;  /* bound, but believed only at the end */
	const struct trust *trust; /* in force, or, for the first trust, the document's own */
	struct certs *anchors;
	struct crls *crls;
	struct quorum quorum;
	struct strangers strangers;
	struct judge_known known;
	int64_t now;	     /* c->now, moved forward by what is next */
	int64_t signed_time; /* the largest time that is proven to be signed; 0: none */
};

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

static void take_time(struct judging *j, int64_t time)
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
	take_time(j, j->trust->issued);
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
			take_time(j, crl_this_update(crl));
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

/* One signer at a time: chain, purpose, status; then that trust lists the key. */
static int judge_signer(const struct judging *j, const struct ground *g, size_t i, int64_t time,
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

static struct ground in_force(struct judging *j)
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
	const struct ground ground = in_force(j);
	size_t n = cms_n_signers(j->cms);

	for (size_t i = 0; i < n; i++) {
		if (judge_signer(j, &ground, i, j->now, v, err) == 0)
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
		if (j->strangers.is[i] && judge_signer(j, &ground, i, j->now, v, err) < 0)
			return -1;
	/* A server's key signs no trust, whoever lists it. */
	return own.online ? refuse_strangers(j, err) : 0;
}

static int check_serial(uint64_t serial, uint64_t last, struct error *err)
{
	if (serial <= last)
		return error_refuse(err, REASON_SERIAL, "serial %llu, not above %llu",
				    (unsigned long long)serial, (unsigned long long)last);
	return 0;
}

static int check_window(int64_t now, int64_t from, int64_t to, struct error *err)
{
	if (now < from || now > to)
		return error_refuse(err, REASON_WINDOW,
				    now < from ? "not valid yet" : "no longer valid");
	return 0;
}

static int same(const struct judging *j, const char *mine, const char *its, const char *what,
		struct error *err)
{
	if (!mine || !mine[0])
		return j->c->is_device ? error_refuse(err, REASON_AUDIENCE,
						      "this device has no %s yet", what)
				       : 0;
	if (strcmp(mine, its) != 0)
		return error_refuse(err, REASON_AUDIENCE, "for another %s", what);
	return 0;
}

static int judge_trust(const struct judging *j, const struct trust *t, struct error *err)
{
	uint32_t want = j->trust == t ? 1 : j->trust->version + 1;

	if (t->version != want)
		return error_refuse(err, REASON_VERSION, "trust version %u where %u must follow",
				    t->version, want);
	return 0;
}

static int judge_assignment(const struct judging *j, const struct assignment *a, struct error *err)
{
	if (same(j, j->c->device, a->device, "device", err) < 0 ||
	    same(j, j->c->enrollment, a->enrollment, "enrollment", err) < 0)
		return -1;
	return check_serial(a->serial, j->known.serial, err);
}

static int judge_policy(const struct judging *j, const struct policy *p, struct error *err)
{
	if (same(j, j->c->stream, p->stream, "stream", err) < 0 ||
	    check_window(j->now, p->not_before, p->not_after, err) < 0)
		return -1;
	return check_serial(p->serial, j->known.serial, err);
}

static const struct command_target *find_target(const struct command *c, const char *device)
{
	const struct command_target *t = c->targets.items;

	for (size_t i = 0; i < c->targets.n; i++)
		if (strcmp(t[i].device, device) == 0)
			return &t[i];
	return NULL;
}

static int judge_command(const struct judging *j, const struct command *c, struct error *err)
{
	const struct command_target *me;

	if (c->targets.n > j->trust->max_targets)
		return error_refuse(err, REASON_TARGETS, "%zu devices named, at most %u",
				    c->targets.n, j->trust->max_targets);
	if (j->c->device && j->c->device[0]) {
		me = find_target(c, j->c->device);
		if (!me)
			return error_refuse(err, REASON_AUDIENCE, "for other devices");
		if (same(j, j->c->enrollment, me->enrollment, "enrollment", err) < 0)
			return -1;
	}
	if (check_window(j->now, c->not_before, c->not_after, err) < 0)
		return -1;
	if (j->known.used)
		return error_refuse(err, REASON_REPLAY, "this command was used before");
	if (j->known.cancelled)
		return error_refuse(err, REASON_CANCELLED, "this command was cancelled");
	return 0;
}

/*
 * A head moves trusted time forward, but only as far as its signer's certificate and status reach:
 * a server that was broken into cannot throw its devices into a year in which every certificate has
 * expired. There is no other window: an older head is a replay, and answers no nonce.
 */
static int judge_head(struct judging *j, const struct head *h, struct verdict *v, struct error *err)
{
	const struct ground ground = in_force(j);

	if (same(j, j->c->device, h->device, "id", err) < 0)
		return -1;
	if (j->c->nonce && strcmp(j->c->nonce, h->nonce) != 0)
		return error_refuse(err, REASON_NONCE, "it answers another nonce");
	if (h->not_after < j->now)
		return error_refuse(err, REASON_WINDOW, "no longer valid");
	for (size_t i = 0; h->time > j->now && i < cms_n_signers(j->cms); i++)
		if (judge_signer(j, &ground, i, h->time, v, err) < 0)
			return error_wrap(err, "at the head's own time");
	take_time(j, h->time);
	return 0;
}

static int judge_content(struct judging *j, enum document_type type, struct verdict *v,
			 struct error *err)
{
	const struct document *d = &j->document;
	const char *enterprise = j->c->enterprise ? j->c->enterprise : j->trust->header.enterprise;

	if (type != DOCUMENT_NONE && d->type != type)
		return error_refuse(err, REASON_TYPE, "a %s where a %s must be",
				    document_type_name(d->type), document_type_name(type));
	if (strcmp(enterprise, d->header.enterprise) != 0)
		return error_refuse(err, REASON_ENTERPRISE, "for the enterprise %s",
				    d->header.enterprise);
	if (j->c->known && j->c->known(d, j->c->userdata, &j->known, err) < 0)
		return -1;
	switch (d->type) {
	case DOCUMENT_TRUST: return judge_trust(j, &d->trust, err);
	case DOCUMENT_ASSIGNMENT: return judge_assignment(j, &d->assignment, err);
	case DOCUMENT_POLICY: return judge_policy(j, &d->policy, err);
	case DOCUMENT_COMMAND: return judge_command(j, &d->command, err);
	case DOCUMENT_HEAD: return judge_head(j, &d->head, v, err);
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	return error_set(err, ERROR_INTERNAL, "a document of no type");
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
	if (judge_strangers(&j, v, err) < 0 || judge_content(&j, type, v, err) < 0)
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
