/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/net/link.h"

#include <stdio.h>
#include <string.h>

#include "agent/net/backoff.h"
#include "agent/net/identity.h"
#include "agent/net/reply.h"
#include "agent/net/target.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"

enum {
	CALL_TIMEOUT_MS = 60 * 1000,
	HOLD_GRACE_MS = 30 * 1000,   /* a held request's answer may be this late */
	QUICK_US = 100 * 1000,	     /* an answer without documents as quick as this was not held */
	QUICK_WAIT_US = 1000 * 1000, /* the wait then, so that no server can keep a device busy */
};

/* A request of the manager's that waits for its answer. */
struct call {
	struct link *link;
	unsigned type;
	uint32_t id;
	struct call *next;
};

struct link {
	sd_event *loop;
	struct channel *manager;
	int key_fd;
	struct target target;
	struct identity id;
	struct tls_memory *memory; /* resumes what was fully judged */
	uint64_t after;
	uint32_t wait_s;
	struct http_client *client; /* NULL: none */
	sd_event_source *timer;	    /* connects anew, or asks again */
	bool up;		    /* connected, and the server fully judged */
	bool refresh;		    /* this connection is for the CRL alone */
	bool again;		    /* and has it: connect anew at the next turn of the loop */
	bool polling;
	bool full; /* the manager deals with what came; nothing more is asked for until it says so
		    */
	uint64_t polled_us; /* when the held request was sent; 0: a call went behind it */
	bool failed;	    /* `failure` ends the connection at the next turn of the loop */
	struct error failure;
	enum error_code told; /* of the last NET_DOWN, so that it is told once */
	enum reason told_reason;
	struct backoff backoff;
	struct call *calls;
};

static void on_up(struct http_client *c, void *userdata);
static void on_closed(struct http_client *c, const struct error *why, void *userdata);
static int on_timer(sd_event_source *s, uint64_t usec, void *userdata);

static void set_timer(struct link *l, uint64_t in_us)
{
	if (sd_event_source_set_time_relative(l->timer, in_us) < 0 ||
	    sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT) < 0)
		log_error("timer");
}

static void tell(struct link *l, const struct net_event *e)
{
	const struct cert *own = certs_get(l->id.chain, 0);
	struct net_event mine = *e;
	struct error err = ERROR_INIT;

	mine.not_before = cert_not_before(own);
	mine.not_after = cert_not_after(own);
	if (channel_send(l->manager, &(struct ipc_send){ .type = NET_EVENT, .body = &mine }, &err) <
	    0)
		log_warning("%s", err.msg);
}

static void tell_up(struct link *l)
{
	const struct tls *tls = http_client_tls(l->client);
	char peer[LIMIT_URL];
	struct net_event e = { .state = NET_UP, .peer = peer };

	(void)snprintf(peer, sizeof(peer), "%.160s port %u", l->target.host, l->target.port);
	e.protocol = (char *)(tls ? tls_describe(tls) : NULL);
	e.reference = l->target.reference;
	l->up = true;
	l->told = ERROR_NONE;
	tell(l, &e);
}

static void tell_down(struct link *l, const struct error *why)
{
	struct net_event e = {
		.state = NET_DOWN,
		.code = (char *)error_name(why->code),
		.reason = why->code == ERROR_REFUSED ? (char *)reason_name(why->reason) : NULL,
		.message = (char *)why->msg,
		.reference = l->target.reference,
	};

	if (!l->up && l->told == why->code && l->told_reason == why->reason)
		return;
	l->up = false;
	l->told = why->code;
	l->told_reason = why->reason;
	tell(l, &e);
}

/* The calls of a connection that has ended get no answer from the server. */
static void fail_calls(struct link *l, const struct error *why)
{
	struct error err = ERROR_INIT;

	while (l->calls) {
		struct call *c = l->calls;

		l->calls = c->next;
		if (reply_failed(l->manager, c->id, why, &err) < 0)
			log_warning("%s", err.msg);
		free(c);
	}
}

static int dial(struct link *l, struct error *err)
{
	static const struct http_client_handler handler = { .up = on_up, .closed = on_closed };
	struct http_client_handler h = handler;
	struct tls_options o = target_options(&l->target, X509_TLS_SERVER);
	auto_tls_config struct tls_config *config = NULL;
	struct http_target to;

	o.chain = l->id.chain;
	o.key = l->id.key;
	o.anchors = l->id.anchors;
	o.crls = l->id.crls;
	o.x509_flags = l->refresh ? X509_STATUS_PENDING : 0;
	o.memory = l->refresh ? NULL : l->memory;
	if (tls_config_client(&o, &config, err) < 0)
		return -1;
	to = target_http(&l->target, config);
	h.userdata = l;
	l->failed = l->polling = false;
	return http_client_new(l->loop, &to, &h, &l->client, err);
}

/* Ends the connection, if there is one, and decides when to try again. */
static void hang_up(struct link *l, const struct error *why)
{
	uint64_t random, wait = 0;

	l->client = http_client_free(l->client);
	l->polling = l->failed = false;
	fail_calls(l, why);
	if (!l->refresh && why->code == ERROR_REFUSED &&
	    why->reason == REASON_CERT_STATUS_UNKNOWN) {
		l->refresh = true;
	} else {
		random_fill(&random, sizeof(random));
		wait = backoff_next(&l->backoff, random);
		l->refresh = false;
		tell_down(l, why);
	}
	set_timer(l, wait);
}

/* To be called where the client must not be freed: within its own callbacks. */
static void fail_later(struct link *l, const struct error *why)
{
	l->failed = true;
	l->failure = *why;
	set_timer(l, 0);
}

static int get(struct link *l, const char *path, uint64_t timeout_ms, http_client_reply_fn *reply,
	       struct error *err)
{
	char full[LIMIT_HTTP_LINE];

	if (target_path(&l->target, path, full, sizeof(full), err) < 0)
		return -1;
	return http_client_send(l->client,
				&(struct http_send){ .method = HTTP_GET, .target = full },
				timeout_ms, reply, l, err);
}

static void poll_next(struct link *l);

static void on_instructions(struct http_client *c, struct http_answer *a, void *userdata)
{
	struct link *l = userdata;
	struct error err = ERROR_INIT;
	uint64_t before = l->after;
	bool quick = l->polled_us && clock_boot_us() - l->polled_us < QUICK_US;

	l->polling = false;
	backoff_reset(&l->backoff);
	if (a->status == 200) {
		if (reply_instructions(l->manager, &a->body, &l->after, &err) < 0)
			fail_later(l, &err);
		l->full = l->after > before;
		quick = quick && !l->full;
	} else if (a->status != 204) {
		(void)!http_answer_error(a, &err);
		fail_later(l, &err);
	}
	if (l->failed)
		return;
	if (quick)
		set_timer(l, QUICK_WAIT_US);
	else
		poll_next(l);
}

static void poll_next(struct link *l)
{
	struct error err = ERROR_INIT;
	char path[120];

	if (l->polling || l->full || !l->up || !l->client)
		return;
	(void)snprintf(path, sizeof(path), "/device/v1/instructions?after=%llu&wait=%u",
		       (unsigned long long)l->after, l->wait_s);
	if (get(l, path, l->wait_s * 1000ULL + HOLD_GRACE_MS, on_instructions, &err) < 0) {
		fail_later(l, &err);
		return;
	}
	l->polling = true;
	l->polled_us = clock_boot_us();
}

/* Half of a CRL's life has passed: time for the next one, while this one still counts. */
static bool crl_ages(const struct link *l)
{
	const struct crl *crl = crls_count(l->id.crls) ? crls_get(l->id.crls, 0) : NULL;

	return !crl || clock_now() > crl_this_update(crl) / 2 + crl_next_update(crl) / 2;
}

static int judge_peer(struct link *l, struct error *err)
{
	const struct tls *tls = http_client_tls(l->client);

	if (!tls || !tls_peer(tls))
		return error_set(err, ERROR_UNAVAILABLE, "not connected");
	return x509_judge(tls_peer(tls),
			  &(struct x509_request){ .purpose = X509_TLS_SERVER,
						  .host = l->target.reference,
						  .time = clock_now(),
						  .anchors = l->id.anchors,
						  .untrusted = tls_peer_chain(tls),
						  .crls = l->id.crls,
						  .flags = target_flags(&l->target) },
			  err);
}

static void on_crl(struct http_client *c, struct http_answer *a, void *userdata)
{
	struct link *l = userdata;
	struct net_event e = { .state = l->up ? NET_UP : NET_DOWN, .crl = a->body };
	struct error err = ERROR_INIT;
	bool newer = false;

	if (a->status != 200) {
		(void)!http_answer_error(a, &err);
		fail_later(l, &err);
		return;
	}
	if (identity_renew_crl(&l->id, &a->body, &newer, &err) < 0 || judge_peer(l, &err) < 0) {
		fail_later(l, &err);
		return;
	}
	if (newer)
		tell(l, &e);
	/* This connection was for the CRL: the next one is for everything. */
	if (l->refresh) {
		l->again = true;
		set_timer(l, 0);
	}
}

static void on_up(struct http_client *c, void *userdata)
{
	struct link *l = userdata;
	struct error err = ERROR_INIT;

	if ((l->refresh || crl_ages(l)) &&
	    get(l, "/pki/server.crl", CALL_TIMEOUT_MS, on_crl, &err) < 0) {
		fail_later(l, &err);
		return;
	}
	if (l->refresh)
		return;
	tell_up(l);
	poll_next(l);
}

static void on_closed(struct http_client *c, const struct error *why, void *userdata)
{
	hang_up(userdata, why);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct link *l = userdata;
	struct error err = ERROR_INIT;

	if (l->again) {
		l->client = http_client_free(l->client);
		l->again = l->refresh = false;
	}
	if (l->failed) {
		err = l->failure;
		hang_up(l, &err);
	} else if (l->client) {
		poll_next(l);
	} else if (dial(l, &err) < 0) {
		hang_up(l, &err);
	}
	return 0;
}

/* What each of the manager's requests becomes on the wire. */
static const struct {
	enum http_method method;
	const char *path, *type;
	bool base64; /* the body travels so (RFC 7030 4.2.1) */
} requests[] = {
	[NET_CHECKIN] = { HTTP_POST, "/device/v1/checkin", "application/json", false },
	[NET_RECORDS] = { HTTP_POST, "/device/v1/records", "application/json", false },
	[NET_CERTIFY] = { HTTP_POST, "/.well-known/est/evidence/simpleenroll", "application/pkcs10",
			  true },
	[NET_FETCH] = { HTTP_GET, "/pki/", NULL, false },
};

static void on_reply(struct http_client *client, struct http_answer *a, void *userdata)
{
	struct call *call = userdata;
	struct link *l = call->link;
	struct call **at = &l->calls;
	struct error err = ERROR_INIT;

	while (*at && *at != call)
		at = &(*at)->next;
	if (*at)
		*at = call->next;
	if (reply_forward(l->manager, call->type, call->id, a, &err) < 0)
		log_warning("%s", err.msg);
	free(call);
	backoff_reset(&l->backoff);
	poll_next(l);
}

static int send_call(struct link *l, const struct ipc_message *m, struct call *call,
		     struct error *err)
{
	char path[LIMIT_HTTP_LINE], full[LIMIT_HTTP_LINE];
	auto_buf struct buf body = BUF_INIT;
	struct http_send s = { .method = requests[m->type].method,
			       .target = full,
			       .type = requests[m->type].type,
			       .body = m->blob.data,
			       .body_len = m->blob.len };
	const char *name = m->type == NET_FETCH ? ((const struct net_fetch *)m->body)->name : "";

	if (strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz.") != strlen(name) || name[0] == '.')
		return error_set(err, ERROR_INVALID, "no name of a public file");
	if (path_format(path, sizeof(path), err, "%s%s", requests[m->type].path, name) < 0 ||
	    target_path(&l->target, path, full, sizeof(full), err) < 0)
		return -1;
	if (requests[m->type].base64) {
		if (base64_encode(m->blob.data, m->blob.len, &body, err) < 0)
			return -1;
		s.body = body.data;
		s.body_len = body.len;
	}
	return http_client_send(l->client, &s, CALL_TIMEOUT_MS, on_reply, call, err);
}

void link_next(struct link *l, uint64_t after)
{
	if (after < l->after)
		return; /* more is on its way to the manager */
	l->full = false;
	if (!l->failed)
		poll_next(l);
}

int link_request(struct link *l, const struct ipc_message *m, struct error *err)
{
	struct call *call;

	if (m->type >= ARRAY_SIZE(requests) || !requests[m->type].path)
		return error_set(err, ERROR_INVALID, "no request for the server");
	if (!l->up || !l->client || l->failed)
		return error_set(err, ERROR_UNAVAILABLE, "not connected");
	call = calloc(1, sizeof(*call));
	if (!call)
		return error_oom(err);
	*call = (struct call){ .link = l, .type = m->type, .id = m->id, .next = l->calls };
	if (send_call(l, m, call, err) < 0) {
		free(call);
		return -1;
	}
	l->calls = call;
	l->polled_us = 0; /* it ends the held request, rightly */
	return 0;
}

int link_new(sd_event *loop, struct channel *manager, int key_fd, const struct net_connect *to,
	     struct link **ret, struct error *err)
{
	CLEANUP(link_freep) struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return error_oom(err);
	*l = (struct link){ .loop = sd_event_ref(loop),
			    .manager = manager,
			    .key_fd = key_fd,
			    .after = to->after,
			    .wait_s = to->wait_s };
	if (target_parse(to->url, to->connect, to->reference, &l->target, err) < 0 ||
	    target_tls(&l->target, to->profile, to->tls12, err) < 0 ||
	    identity_load(to, key_fd, &l->id, err) < 0 || tls_memory_new(&l->memory, err) < 0)
		return -1;
	if (sd_event_add_time_relative(loop, &l->timer, CLOCK_BOOTTIME, 0, 0, on_timer, l) < 0)
		return error_oom(err);
	*ret = STEAL(l);
	return 0;
}

struct link *link_free(struct link *l)
{
	static const struct error gone = { .code = ERROR_UNAVAILABLE, .msg = "told to disconnect" };

	if (!l)
		return NULL;
	l->client = http_client_free(l->client);
	tls_memory_free(l->memory);
	fail_calls(l, &gone);
	sd_event_source_disable_unref(l->timer);
	identity_done(&l->id);
	sd_event_unref(l->loop);
	free(l);
	return NULL;
}
