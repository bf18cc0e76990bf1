/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /api/v1/instructions: a signed document. It is judged here, as each device will judge it
 * anew, so that nothing is stored which no device would believe. POST /api/v1/pending: the same of
 * one that lacks nothing but signatures.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "server/front/api.h"
#include "server/front/routes.h"
#include "trust/judge.h"

static void on_published(struct ipc_message *m, const struct error *err, void *userdata)
{
	struct http_exchange *x = userdata;
	const struct admin_published *body;

	if (!m) {
		api_error(x, err);
		return;
	}
	body = m->body;
	front_answer_json(x, body->known ? 200 : 201, body, &admin_published_table);
}

/* Views of a document's fields as core wants them; only `targets` is an array of our own. */
static int fill_assignment(const struct assignment *a, struct admin_publish *p, struct error *err)
{
	struct admin_target *target = calloc(1, sizeof(*target));

	if (!target)
		return error_oom(err);
	memcpy(target->device, a->device, sizeof(target->device));
	memcpy(target->enrollment, a->enrollment, sizeof(target->enrollment));
	p->targets = (struct jmap_list){ target, 1 };
	p->serial = a->serial;
	p->stream = a->stream;
	p->groups = a->groups;
	p->ownership = (char *)ownership_enum.names[a->ownership];
	return 0;
}

static int fill_command(const struct command *c, struct admin_publish *p, struct error *err)
{
	const struct command_target *from = c->targets.items;
	struct admin_target *targets = calloc(c->targets.n + 1, sizeof(*targets));

	if (!targets)
		return error_oom(err);
	for (size_t i = 0; i < c->targets.n; i++) {
		memcpy(targets[i].device, from[i].device, sizeof(targets[i].device));
		memcpy(targets[i].enrollment, from[i].enrollment, sizeof(targets[i].enrollment));
	}
	p->targets = (struct jmap_list){ targets, c->targets.n };
	p->name = c->command;
	p->not_before = c->not_before;
	p->not_after = c->not_after;
	return 0;
}

static int fill_policy(const struct policy *policy, struct admin_publish *p, struct error *err)
{
	p->serial = policy->serial;
	p->stream = policy->stream;
	p->name = policy->name;
	p->not_before = policy->not_before;
	p->not_after = policy->not_after;
	return 0;
}

static int fill(const struct verdict *v, struct admin_publish *p, struct error *err)
{
	const struct document *d = &v->document;

	p->type = (char *)document_type_name(d->type);
	p->signers = v->persons;
	memcpy(p->id, d->header.id, sizeof(p->id));
	memcpy(p->digest, v->sha256, sizeof(p->digest));
	switch (d->type) {
	case DOCUMENT_TRUST: p->serial = d->trust.version; return 0;
	case DOCUMENT_ASSIGNMENT: return fill_assignment(&d->assignment, p, err);
	case DOCUMENT_POLICY: return fill_policy(&d->policy, p, err);
	case DOCUMENT_COMMAND: return fill_command(&d->command, p, err);
	case DOCUMENT_HEAD:
	case DOCUMENT_NONE:
	case DOCUMENT_MAX_: break;
	}
	return error_refuse(err, REASON_TYPE, "a head is made by the server, for one device");
}

static int judge_body(const struct front *f, const struct buf *body, bool collecting,
		      struct verdict *v, struct error *err)
{
	auto_crls struct crls *crls = NULL;
	struct judge_context c = {
		.trust = &f->trust.trust,
		.now = clock_now(),
		.enterprise = f->trust.header.enterprise,
		.collecting = collecting,
	};

	if (pki_crls(&f->pki, &crls, err) < 0)
		return -1;
	c.crls = crls;
	return judge(body->data, body->len, DOCUMENT_NONE, &c, v, err);
}

/* What whoever collects signatures is told besides. Errors: CONFLICT (it has all of them). */
static int fill_pending(const struct verdict *v, struct admin_publish *p, struct error *err)
{
	if (v->complete)
		return error_set(err, ERROR_CONFLICT,
				 "the document has all its signatures: publish it");
	p->effect = (char *)effect_name(v->effect);
	p->have = v->have < v->want ? v->have : v->own_have;
	p->want = v->have < v->want ? v->want : v->own_want;
	return digest_sha256_hex(v->canonical.data, v->canonical.len, p->content, err);
}

static void submit(struct http_exchange *x, bool collecting)
{
	const struct buf *body = &http_exchange_request(x)->body;
	struct front *f = front_of(x);
	auto_verdict struct verdict v = { 0 };
	struct admin_publish p = { .caller = api_caller(x) };
	struct error err = ERROR_INIT;

	if (judge_body(f, body, collecting, &v, &err) < 0 || fill(&v, &p, &err) < 0 ||
	    (collecting && fill_pending(&v, &p, &err) < 0)) {
		if (err.code == ERROR_REFUSED)
			front_audit(f, "publication-refused", p.caller.login, p.caller.address,
				    &err);
		api_error(x, &err);
	} else {
		link_call(f->core,
			  &(struct ipc_send){ .type = collecting ? SERVER_PENDING_PUT
								 : SERVER_PUBLISH,
					      .body = &p,
					      .blob = body->data,
					      .blob_len = body->len },
			  SERVER_PUBLISHED, on_published, x);
	}
	free(p.targets.items);
}

void api_publish(struct http_exchange *x, const struct http_route *r)
{
	submit(x, false);
}

void api_pending(struct http_exchange *x, const struct http_route *r)
{
	submit(x, true);
}
