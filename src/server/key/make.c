/* SPDX-License-Identifier: Apache-2.0 */
#include "server/key/make.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/issue.h"
#include "proto/function.h"

static const unsigned purposes[] = {
	[KEY_PURPOSE_IDENTITY] = ISSUE_PURPOSE(X509_TLS_CLIENT),
	[KEY_PURPOSE_EVIDENCE] = ISSUE_PURPOSE(X509_EVIDENCE_SIGNER),
};
_Static_assert(ARRAY_SIZE(purposes) == KEY_PURPOSE_MAX_, "every purpose has its usage");

int make_certificate(const struct tree *t, const struct key_issue *q, const struct buf *csr,
		     int64_t now, struct cert **ret, struct error *err)
{
	const struct tree_pair *issuer = &t->issuers[KEY_ISSUER_DEVICE];
	auto_csr struct csr *request = NULL;
	char urn[sizeof("urn:uuid:") + UUID_SIZE];
	const char *const uris[] = { urn, NULL };
	const struct issue_template template = {
		.common_name = q->device,
		.uri = uris,
		.purposes = purposes[q->purpose],
		.not_before = now - LIMIT_BACKDATE_S,
		.not_after = now + LIMIT_DEVICE_CERT_S,
	};

	if (csr_parse(csr->data, csr->len, &request, err) < 0)
		return error_wrap(err, "certificate request");
	if (strcmp(csr_key_sha256(request), q->key) != 0)
		return error_set(err, ERROR_INVALID, "the request is for another key than named");
	(void)snprintf(urn, sizeof(urn), "urn:uuid:%s", q->device);
	return issue_cert(&template, csr_spki(request), issuer->cert, issuer->key, ret, err);
}

int make_crl(const struct tree *t, const struct key_crl *q, uint64_t *floor, int64_t now,
	     struct crl **ret, struct error *err)
{
	const struct tree_pair *issuer = &t->issuers[q->issuer];
	const struct key_revoked *from = q->revoked.items;
	auto_free struct issue_revoked *list = calloc(q->revoked.n + 1, sizeof(*list));
	const struct issue_crl template = {
		.number = q->number,
		.this_update = now - LIMIT_BACKDATE_S,
		.next_update = now + LIMIT_CRL_S,
		.revoked = list,
		.n_revoked = q->revoked.n,
	};

	if (!list)
		return error_oom(err);
	if (q->number < *floor)
		return error_set(err, ERROR_CONFLICT, "CRL number %llu was used",
				 (unsigned long long)q->number);
	for (size_t i = 0; i < q->revoked.n; i++)
		list[i] = (struct issue_revoked){ from[i].serial, from[i].time };
	if (issue_crl(&template, issuer->cert, issuer->key, ret, err) < 0)
		return -1;
	*floor = q->number;
	return 0;
}

int make_staple(const struct tree *t, const struct key_staple *q, int64_t now, struct buf *ret,
		struct error *err)
{
	const struct tree_pair *issuer = &t->issuers[KEY_ISSUER_SERVER];
	const struct issue_ocsp_answer answer = {
		.serial = q->serial,
		.status = q->revoked ? OCSP_STATUS_REVOKED : OCSP_STATUS_GOOD,
		.revoked_at = q->time,
	};
	const struct issue_ocsp template = {
		.produced_at = now,
		.this_update = now - LIMIT_BACKDATE_S,
		.next_update = now + LIMIT_STAPLE_S,
		.answers = &answer,
		.n_answers = 1,
	};
	auto_ocsp struct ocsp *ocsp = NULL;

	if (issue_ocsp(&template, issuer->cert, issuer->cert, issuer->key, &ocsp, err) < 0)
		return -1;
	return buf_append(ret, ocsp_der(ocsp)->data, ocsp_der(ocsp)->len, err);
}

/* The online signer's signature; the authority's CRL travels along, so that a device can judge the
 * signer without asking. */
static int sign(const struct tree *t, const struct document *d, struct buf *ret, struct error *err)
{
	const struct cms_signer signer = { t->online.cert, t->online.key };
	auto_buf struct buf content = BUF_INIT;
	auto_crls struct crls *crls = NULL;
	struct cms_extra extra = { 0 };

	if (crls_new(&crls, err) < 0 || crls_add(crls, t->authority_crl, err) < 0 ||
	    document_write(d, &content, err) < 0)
		return -1;
	extra.crls = crls;
	return cms_sign(&content, &signer, 1, &extra, ret, err);
}

static void begin(const struct tree *t, enum document_type type, const char *id, struct document *d)
{
	d->type = type;
	d->header.type = (int)type;
	memcpy(d->header.enterprise, t->enterprise, UUID_SIZE);
	if (id)
		memcpy(d->header.id, id, UUID_SIZE);
	else
		uuid_new(d->header.id);
}

/* The lists of the message and of the document are the same structs under two names: copied by
 * reference, for the time of writing. */
_Static_assert(sizeof(struct key_stream) == sizeof(struct head_stream), "one layout");
_Static_assert(sizeof(struct key_number) == sizeof(struct head_issuer), "one layout");
_Static_assert(sizeof(struct key_target) == sizeof(struct command_target), "one layout");

int make_head(const struct tree *t, const struct key_head *q, int64_t now, struct buf *ret,
	      struct error *err)
{
	struct document d = { 0 };

	begin(t, DOCUMENT_HEAD, NULL, &d);
	memcpy(d.head.device, q->device, UUID_SIZE);
	memcpy(d.head.nonce, q->nonce, SHA256_HEX_SIZE);
	d.head.time = now;
	d.head.not_after = now + LIMIT_HEAD_S;
	d.head.trust_version = q->trust_version;
	d.head.streams = q->streams;
	d.head.crl_numbers = q->crl_numbers;
	d.head.cancelled = q->cancelled;
	return sign(t, &d, ret, err);
}

static bool listed(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

/* This process's own copy of the rule that devices hold too. */
static int may_sign(const struct tree *t, const struct key_command *q, struct error *err)
{
	const struct trust *trust = &t->trust.trust;
	enum effect effect;

	if (functions_check_command(q->command, q->args, &effect, err) < 0)
		return -1;
	if (effect != EFFECT_ROUTINE || !listed(&trust->online.may, q->command))
		return error_set(err, ERROR_DENIED, "trust lets no online signer sign '%.40s'",
				 q->command);
	if (q->targets.n > trust->max_targets)
		return error_set(err, ERROR_DENIED, "more devices than trust allows");
	return 0;
}

int make_command(const struct tree *t, const struct key_command *q, int64_t now, struct buf *ret,
		 struct error *err)
{
	struct document d = { 0 };

	if (may_sign(t, q, err) < 0)
		return -1;
	begin(t, DOCUMENT_COMMAND, q->id, &d);
	d.command.command = q->command;
	d.command.args = q->args;
	d.command.not_before = now - LIMIT_BACKDATE_S;
	d.command.not_after = now + q->lifetime_s;
	d.command.targets = q->targets;
	return sign(t, &d, ret, err);
}
