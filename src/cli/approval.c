/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/approval.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"

void approval_done(struct approval *a)
{
	verdict_done(&a->trust);
	crls_free(a->crls);
	roster_done(&a->roster);
	a->crls = NULL;
}

int approval_open(const char *dir, struct approval *ret, struct error *err)
{
	char first[SHA256_HEX_SIZE];

	*ret = (struct approval){ 0 };
	if (trust_of_home(dir, &ret->trust, first, err) < 0 ||
	    crls_of_home(dir, &ret->crls, err) < 0 || roster_load(dir, &ret->roster, err) < 0) {
		approval_done(ret);
		return -1;
	}
	return 0;
}

int approval_judge(const struct approval *a, const struct buf *der, struct verdict *ret,
		   struct error *err)
{
	const struct judge_context c = { .trust = &a->trust.document.trust,
					 .crls = a->crls,
					 .now = clock_now(),
					 .collecting = true };

	return judge(der->data, der->len, DOCUMENT_NONE, &c, ret, err);
}

int approval_state(const struct verdict *v, struct buf *ret, struct error *err)
{
	if (buf_printf(ret, err, "%u of %u persons signed", v->have, v->want) < 0)
		return -1;
	if (v->own_want &&
	    buf_printf(ret, err, " (%u of %u of the new trust)", v->own_have, v->own_want) < 0)
		return -1;
	for (size_t i = 0; i < v->persons.n; i++)
		if (buf_printf(ret, err, "%s%s", i ? ", " : ": ", v->persons.items[i]) < 0)
			return -1;
	return 0;
}

/* Errors: DENIED. */
static int check_targets(const struct explain_targets *n, bool yes, struct error *err)
{
	if (yes || n->unknown + n->changed == 0)
		return 0;
	return error_set(err, ERROR_DENIED,
			 "%zu of %zu devices are not as in your roster (%zu unknown, %zu changed): "
			 "see 'muster roster update', or say --yes-unlisted",
			 n->unknown + n->changed, n->n, n->unknown, n->changed);
}

static int ask(const struct approval_options *o, const char *person, struct error *err)
{
	char answer[16] = "";

	if (o->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return error_set(err, ERROR_INVALID, "nobody to ask: say --yes to sign it");
	(void)fprintf(stderr, "\nSign it as %s? (yes/no) ", person);
	if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0)
		return error_set(err, ERROR_DENIED, "not signed");
	return 0;
}

static int sign(const struct signer *s, const struct document *d, const struct buf *der,
		struct buf *ret, struct error *err)
{
	const struct cms_signer one = { s->cert, s->key };
	const struct cms_extra extra = { .crls = s->crls };

	if (!der || der->len == 0)
		return signer_sign(s, d, ret, err);
	if (cms_add_signer(der, &one, &extra, ret, err) == 0)
		return 0;
	return err->code == ERROR_CONFLICT
		       ? error_set(err, ERROR_CONFLICT, "%.60s has signed it already",
				   cert_common_name(s->cert))
		       : -1;
}

void approval_signed_done(struct approval_signed *s)
{
	json_decref(s->what);
	buf_done(&s->cms);
	verdict_done(&s->verdict);
	s->what = NULL;
}

/* Show, and ask. */
static int review(const struct approval *a, const struct approval_request *rq, json_t **what,
		  struct error *err)
{
	const char *person = rq->how.who.person ? rq->how.who.person : rq->home->conf.person;
	const struct trust *t = &a->trust.document.trust;
	struct explain_targets n;

	if (strcmp(rq->document->header.enterprise, t->header.enterprise) != 0)
		return error_refuse(err, REASON_ENTERPRISE, "for the enterprise %s",
				    rq->document->header.enterprise);
	if (explain_document(rq->document, t, &a->roster, what, &n, err) < 0)
		return -1;
	if (!rq->how.json && explain_print(stderr, *what, err) < 0)
		return -1;
	if (check_targets(&n, rq->how.yes_unlisted, err) < 0)
		return -1;
	return ask(&rq->how, person, err);
}

int approval_sign(const struct approval *a, const struct approval_request *rq,
		  struct approval_signed *ret, struct error *err)
{
	auto_approval_signed struct approval_signed out = { 0 };
	auto_signer struct signer s = { 0 };

	if (review(a, rq, &out.what, err) < 0 || signer_open(rq->home, &rq->how.who, &s, err) < 0 ||
	    sign(&s, rq->document, rq->der, &out.cms, err) < 0 ||
	    approval_judge(a, &out.cms, &out.verdict, err) < 0)
		return -1;
	*ret = out;
	out = (struct approval_signed){ 0 };
	return 0;
}

int approval_submit(struct api *api, const struct verdict *v, const struct buf *cms,
		    struct approval_posted *ret, struct error *err)
{
	ret->pending = !v->complete;
	return v->complete ? api_publish(api, cms, &ret->published, err)
			   : api_pend(api, cms, &ret->published, err);
}
