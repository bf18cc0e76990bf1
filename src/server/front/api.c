/* SPDX-License-Identifier: Apache-2.0 */
#include "server/front/api.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "proto/record.h"
#include "server/front/routes.h"

const struct api_row api_rows[] = {
#define X(id, name, message, reply, input, status, also, answer) \
	[id] = { name, message, reply, input, status, also, answer },
	API_CALLS(X)
#undef X
};

/* The body of a message under way. `table` says which; the caller's strings are views. */
struct input {
	const struct jmap_table *table;
	union {
		struct admin_caller caller;
		struct admin_query query;
		struct admin_named named;
		struct admin_token_create token;
	};
};

/* What an administrator's connection has as its data, once its login was reported. */
static char logged_in;

static void report_login(struct front *f, const struct admin_caller *c)
{
	const struct server_audit a = {
		.event = (char *)audit_row(AUDIT_ADMINISTRATOR_LOGIN)->name,
		.subject = (char *)c->login,
		.address = c->address,
	};

	link_post(f->core, &(struct ipc_send){ .type = SERVER_AUDIT, .body = &a });
}

struct admin_caller api_caller(struct http_exchange *x)
{
	struct http_peer *peer = http_exchange_peer(x);
	struct admin_caller c = { .address = (char *)peer->address };

	memcpy(c.login, cert_key_sha256(peer->cert), sizeof(c.login));
	if (peer->data != &logged_in) {
		peer->data = &logged_in;
		report_login(front_of(x), &c);
	}
	return c;
}

void api_error(struct http_exchange *x, const struct error *e)
{
	auto_http_reply struct http_reply r = HTTP_REPLY_INIT;

	http_reply_error(&r, e);
	if (r.status == 401)
		r.status = 403;
	http_exchange_answer(x, &r);
}

static int read_since(const struct http_request *rq, int64_t *ret, struct error *err)
{
	auto_free char *text = NULL;

	if (http_request_query(rq, "since", &text, err) < 0)
		return -1;
	if (text && time_parse(text, ret) < 0)
		return error_set(err, ERROR_INVALID, "'since' is not a time like %s",
				 "2026-11-23T15:48:00Z");
	return 0;
}

static int read_query(const struct http_request *rq, struct admin_query *q, struct error *err)
{
	uint64_t limit;

	if (http_request_query(rq, "device", &q->device, err) < 0 ||
	    http_request_query(rq, "type", &q->type, err) < 0 ||
	    http_request_query(rq, "after", &q->after, err) < 0 ||
	    read_since(rq, &q->since, err) < 0 ||
	    http_request_query_u64(rq, "limit", LIMIT_PAGE, 0, &limit, err) < 0)
		return -1;
	q->limit = (uint32_t)limit;
	return 0;
}

static int read_input(struct http_exchange *x, enum api_input kind, struct input *in,
		      struct error *err)
{
	const struct http_request *rq = http_exchange_request(x);

	switch (kind) {
	case API_CALLER: in->table = &admin_caller_table; return 0;
	case API_QUERY: in->table = &admin_query_table; return read_query(rq, &in->query, err);
	case API_NAMED:
	case API_WAIT:
		in->table = &admin_named_table;
		in->named.id = strdup(http_request_param(rq, "id"));
		return in->named.id ? 0 : error_oom(err);
	case API_TOKEN:
		in->table = &admin_token_create_table;
		return jmap_read(rq->body.data, rq->body.len, LIMIT_IPC_BODY,
				 &admin_token_spec_table, &in->token.spec, err);
	case API_DOCUMENT:
	case API_FILE: break; /* of handlers of their own */
	}
	return error_set(err, ERROR_INTERNAL, "a route without input");
}

/* Every input begins with the caller. */
_Static_assert(offsetof(struct admin_query, caller) == 0 &&
		       offsetof(struct admin_named, caller) == 0 &&
		       offsetof(struct admin_token_create, caller) == 0,
	       "the caller comes first");

static void answer_blob(struct http_exchange *x, struct ipc_message *m)
{
	auto_http_reply struct http_reply r = { .status = 200, .type = "application/cms" };

	r.body = buf_steal(&m->blob);
	http_exchange_answer(x, &r);
}

/* One call under way. */
struct pending {
	struct http_exchange *x;
	const struct api_row *call;
};

static void on_reply(struct ipc_message *m, const struct error *err, void *userdata)
{
	auto_http_reply struct http_reply nothing = { .status = 204 };
	struct pending *p = userdata;
	struct pending now = *p;

	free(p);
	if (!m)
		api_error(now.x, err);
	else if (now.call->answer == API_CMS)
		answer_blob(now.x, m);
	else if (!m->body)
		http_exchange_answer(now.x, &nothing);
	else
		front_answer_json(now.x, now.call->status, m->body, m->def->table);
}

static int begin(struct http_exchange *x, const struct api_row *call, struct input *in,
		 struct pending **ret, struct error *err)
{
	if (read_input(x, call->input, in, err) < 0)
		return -1;
	*ret = malloc(sizeof(**ret));
	if (!*ret)
		return error_oom(err);
	**ret = (struct pending){ x, call };
	return 0;
}

void api_call(struct http_exchange *x, const struct http_route *r)
{
	const struct api_row *call = &api_rows[r->may];
	struct pending *p = NULL;
	struct input in = { 0 };
	struct error err = ERROR_INIT;

	if (begin(x, call, &in, &p, &err) < 0) {
		api_error(x, &err);
	} else {
		in.caller = api_caller(x);
		link_call(front_of(x)->core,
			  &(struct ipc_send){ .type = call->message, .body = &in.caller },
			  call->reply, on_reply, p);
		in.caller = (struct admin_caller){ 0 }; /* views: not ours to free */
	}
	if (in.table)
		jmap_done(in.table, &in.caller);
}
