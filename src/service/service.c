/* SPDX-License-Identifier: Apache-2.0 */
/* The decorators: audit → quota → auth → core. */
#include "service/service.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/text.h"
#include "service/internal.h"
#include "store/record.h"

static const struct operation_row rows[] = {
#define OPERATION(id, name, actor, roles, event, rate, run) \
	[OP_##id] = { name, ACTOR_##actor, roles, AUDIT_##event, RATE_##rate, op_##run },
	OPERATIONS(OPERATION)
#undef OPERATION
};
_Static_assert(ARRAY_SIZE(rows) == OP_MAX_, "every operation has a row");

const struct operation_row *operation_row(enum operation op)
{
	return op > OP_NONE && op < OP_MAX_ ? &rows[op] : NULL;
}

const char *operation_name(enum operation op)
{
	const struct operation_row *row = operation_row(op);

	return row ? row->name : "?";
}

static int64_t wall_clock(void *userdata)
{
	(void)userdata;
	return clock_now();
}

int64_t service_now(const struct service *s)
{
	return s->now(s->userdata);
}

int service_new(const struct service_options *o, struct service **ret, struct error *err)
{
	auto_service struct service *s = calloc(1, sizeof(*s));

	if (!s)
		return error_oom(err);
	s->db = o->db;
	s->now = o->now ? o->now : wall_clock;
	s->userdata = o->userdata;
	s->started = service_now(s);
	s->quota = quota_new();
	s->refusals = refusals_new();
	if (!s->quota || !s->refusals)
		return error_oom(err);
	*ret = STEAL(s);
	return 0;
}

struct service *service_free(struct service *s)
{
	if (!s)
		return NULL;
	(void)quota_free(s->quota);
	(void)refusals_free(s->refusals);
	service_news_done(&s->news);
	free(s);
	return NULL;
}

/* ---- core, auth ---- */

static int (*const auths[])(struct call *c, struct error *err) = {
	[ACTOR_ADMINISTRATOR] = auth_administrator,
	[ACTOR_DEVICE] = auth_device,
	[ACTOR_ENROLLEE] = auth_enrollee,
};

static int authorized(struct call *c, struct error *err)
{
	if (auths[c->row->actor](c, err) < 0)
		return -1;
	return c->row->run(c, err);
}

/* ---- quota ---- */

/* An enrollee is whoever knocks: counted by where from, since the name costs nothing, and by the
 * token, since a guess may come from anywhere. A name that no token can have is not counted. */
static bool take(struct call *c)
{
	struct quota *q = c->s->quota;

	if (!quota_take(q, c->row->rate, c->source, c->now))
		return false;
	return c->row->actor != ACTOR_ENROLLEE || !uuid_valid(c->who) ||
	       quota_take(q, RATE_TOKEN, c->who, c->now);
}

static int limited(struct call *c, struct error *err)
{
	struct quota *q = c->s->quota;

	if (!take(c)) {
		c->limited = true;
		return error_set(err, ERROR_RATE, "too many requests; wait a little");
	}
	if (authorized(c, err) == 0)
		return 0;
	quota_failed(q, c->row->rate, c->source, c->now);
	if (c->row->actor == ACTOR_ENROLLEE && uuid_valid(c->who))
		quota_failed(q, RATE_TOKEN, c->who, c->now);
	return -1;
}

/* ---- audit ---- */

/* The event of a call that ended, AUDIT_NONE where nothing is to be recorded. */
static int event_of(const struct call *c, const struct error *e)
{
	if (!e)
		return c->row->event;
	if (c->row->actor == ACTOR_ENROLLEE)
		return AUDIT_ENROLLMENT_REFUSED;
	if (e->code == ERROR_DENIED || e->code == ERROR_UNAUTHORIZED)
		return AUDIT_ACCESS_DENIED;
	if (c->row->event == AUDIT_INSTRUCTION_PUBLISHED)
		return AUDIT_PUBLICATION_REFUSED;
	return c->row->event;
}

/* Who, as well as is known: the administrator's name, else what was claimed. */
static const char *subject_of(const struct call *c)
{
	if (c->admin.name)
		return c->admin.name;
	return c->who && c->who[0] ? c->who : "anonymous";
}

/* Strangers, and everybody beyond a rate, do not fill the trail. */
static bool only_counted(struct call *c, int event, const struct error *e)
{
	const struct refusal one = { c->source, event, c->limited };

	if (!e || (!c->limited && c->row->actor != ACTOR_ENROLLEE))
		return false;
	return refusals_count(c->s->refusals, &one, c->now);
}

static int record_call(struct call *c, const struct error *e, struct error *err)
{
	struct record r = {
		.time = c->now,
		.event = event_of(c, e),
		.outcome = e ? OUTCOME_FAILURE : OUTCOME_SUCCESS,
		.subject = (char *)subject_of(c),
		.text = e ? (char *)e->msg : NULL,
	};

	if (r.event == AUDIT_NONE || only_counted(c, r.event, e))
		return 0;
	if (e)
		r.reason = (char *)(e->reason ? reason_name(e->reason) : error_name(e->code));
	call_detail(c, "operation", c->row->name);
	call_detail(c, "address", c->address);
	r.detail = c->detail;
	return record_put_server(c->s->db, c->about[0] ? c->about : NULL, &r, err);
}

static void strings_cut(struct strings *list, size_t n)
{
	while (list->n > n)
		free(list->items[--list->n]);
}

/* A call that failed leaves no row and no news behind, but its record. */
static int audited(struct call *c, struct error *err)
{
	struct service_news *news = &c->s->news;
	const struct service_news before = *news;
	struct error e = ERROR_INIT, other = ERROR_INIT;
	int r;

	if (db_mark(c->s->db, err) < 0)
		return -1;
	r = limited(c, &e);
	if (r < 0 && e.code == ERROR_UNAVAILABLE) {
		*err = e;
		return -1;
	}
	if (r < 0) {
		strings_cut(&news->wake, before.wake.n);
		strings_cut(&news->cut, before.cut.n);
		strings_cut(&news->moved, before.moved.n);
		news->moved_all = before.moved_all;
		news->wake_all = before.wake_all;
		news->trust_changed = before.trust_changed;
		news->revoked = before.revoked;
		news->crl_changed = before.crl_changed;
	}
	if ((r < 0 ? db_undo(c->s->db, &other) : db_release(c->s->db, &other)) < 0 ||
	    record_call(c, r < 0 ? &e : NULL, &other) < 0) {
		*err = other;
		err->code = ERROR_UNAVAILABLE;
		return -1;
	}
	if (r < 0)
		*err = e;
	return r;
}

static void identify(struct call *c)
{
	const struct admin_caller *admin = c->io.in;
	const struct device_caller *device = c->io.in;
	const struct enroll_request *enrollee = c->io.in;

	if (c->row->actor == ACTOR_ADMINISTRATOR) {
		c->who = admin->login;
		c->address = admin->address;
	} else if (c->row->actor == ACTOR_DEVICE) {
		c->who = device->device;
		c->address = device->address;
	} else {
		c->who = enrollee->token ? enrollee->token : "";
		c->address = enrollee->address;
	}
	if (c->row->actor == ACTOR_ENROLLEE)
		socket_source(c->address ? c->address : "", c->source);
	else
		(void)snprintf(c->source, sizeof(c->source), "%.63s", c->who);
}

int service_call(struct service *s, enum operation op, const struct service_io *io,
		 struct error *err)
{
	struct call c = { .s = s, .op = op, .io = *io, .now = service_now(s) };
	int r;

	c.row = operation_row(op);
	if (!c.row)
		return error_set(err, ERROR_INVALID, "no such operation");
	identify(&c);
	r = audited(&c, err);
	administrator_done(&c.admin);
	device_done(&c.device);
	certificate_done(&c.certificate);
	token_done(&c.token);
	json_decref(c.detail);
	return r;
}

/* Of whatever text; a record never misses a detail for an odd character. */
static void put_text(json_t *detail, const char *key, const char *text)
{
	char plain[LIMIT_TEXT + 1];

	if (!text)
		return;
	text_clean(text, plain, sizeof(plain));
	(void)json_object_set_new(detail, key, json_string(plain));
}

int service_audit(struct service *s, const struct service_event *e, struct error *err)
{
	auto_json json_t *detail = json_object();
	struct record r = {
		.time = service_now(s),
		.event = e->event,
		.outcome = e->outcome,
		.subject = (char *)(e->subject ? e->subject : "server"),
		.reason = (char *)e->reason,
		.text = (char *)e->text,
		.detail = detail,
	};

	if (!audit_row((enum audit_event)e->event))
		return error_set(err, ERROR_INVALID, "no such audit event");
	put_text(detail, "address", e->address);
	put_text(detail, "object", e->object);
	return record_put_server(s->db, e->device, &r, err);
}

int service_audit_refusal(struct service *s, const struct service_event *e, struct error *err)
{
	char source[SOCKET_SOURCE_SIZE];
	const struct refusal one = { source, e->event, false };

	/* A device that is known is counted as itself. */
	socket_source(e->address ? e->address : e->device ? e->device : "", source);
	if (refusals_count(s->refusals, &one, service_now(s)))
		return 0;
	return service_audit(s, e, err);
}

static int record_sum(struct service *s, const struct refusal_sum *sum, struct error *err)
{
	char text[80];
	const struct service_event e = {
		.event = sum->event,
		.outcome = OUTCOME_FAILURE,
		.subject = "anonymous",
		.reason = error_name(ERROR_RATE),
		.object = sum->source[0] ? sum->source : NULL,
		.text = text,
	};

	(void)snprintf(text, sizeof(text), "%u more were refused within a minute%s", sum->n,
		       sum->source[0] ? "" : ", of many sources");
	return service_audit(s, &e, err);
}

int service_sweep(struct service *s, bool all, struct error *err)
{
	struct refusal_sum sum;

	while (refusals_take(s->refusals, all, service_now(s), &sum))
		if (record_sum(s, &sum, err) < 0)
			return -1;
	return enroll_sweep(s, err);
}

int service_login(struct service *s, const char *login, const char *address, struct error *err)
{
	auto_administrator struct administrator a = { 0 };
	struct service_event e = {
		.event = AUDIT_ADMINISTRATOR_LOGIN,
		.outcome = OUTCOME_SUCCESS,
		.address = address,
		.object = login,
	};

	/* A login of nobody is refused, and recorded, at its first request. */
	if (administrator_get(s->db, login, &a, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	e.subject = a.name;
	return service_audit(s, &e, err);
}

/* ---- details and news ---- */

void call_detail(struct call *c, const char *key, const char *text)
{
	if (!text)
		return;
	if (!c->detail)
		c->detail = json_object();
	put_text(c->detail, key, text);
}

void call_detail_int(struct call *c, const char *key, int64_t n)
{
	if (!c->detail)
		c->detail = json_object();
	(void)json_object_set_new(c->detail, key, json_integer(n));
}

static int add(struct strings *list, const char *text, struct error *err)
{
	char **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return error_oom(err);
	list->items = items;
	items[list->n] = strdup(text);
	if (!items[list->n])
		return error_oom(err);
	list->n++;
	return 0;
}

int news_wake(struct service *s, const char *device, struct error *err)
{
	if (s->news.wake.n >= LIMIT_WAKE)
		s->news.wake_all = true;
	if (s->news.wake_all)
		return 0;
	return add(&s->news.wake, device, err);
}

int news_moved(struct service *s, const char *instruction, struct error *err)
{
	if (s->news.moved.n >= LIMIT_WAKE)
		s->news.moved_all = true;
	if (s->news.moved_all)
		return 0;
	return add(&s->news.moved, instruction, err);
}

int news_cut(struct service *s, const char *device, struct error *err)
{
	return add(&s->news.cut, device, err);
}

void service_take_news(struct service *s, struct service_news *ret)
{
	*ret = s->news;
	s->news = (struct service_news){ 0 };
}

void service_news_done(struct service_news *n)
{
	strings_cut(&n->wake, 0);
	strings_cut(&n->cut, 0);
	strings_cut(&n->moved, 0);
	free(n->moved.items);
	free(n->wake.items);
	free(n->cut.items);
	*n = (struct service_news){ 0 };
}

uint32_t page_limit(const struct admin_query *q)
{
	return q->limit ? q->limit : LIMIT_PAGE;
}
