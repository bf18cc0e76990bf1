/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: anybody on the device may ask for its status, since the user is to see what
 * the enterprise may do; root may enroll, unenroll and check in. A bad client loses its connection,
 * and nothing else happens.
 */
#include "agent/manager/agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "proto/effect.h"
#include "proto/enrollment.h"

#define SOCKET_PATH AGENT_RUN "/control"

struct client {
	struct control *control;
	struct channel *channel;
	uid_t uid;
	struct enrollment payload; /* shown, and waiting to be agreed to */
	bool shown, first_use;
	sd_event_source *idle; /* users only: root's take their time */
	struct client *next;
};

/* Who tried what is not theirs, lately: so that a user's attempts do not become a flood. */
struct attempt {
	uid_t uid;
	uint64_t us; /* when it was recorded; 0: unused */
};

struct control {
	struct agent *agent;
	int fd;
	sd_event_source *source;
	struct client *clients;
	unsigned n_clients;
	struct attempt attempts[LIMIT_CONTROL_CLIENTS];
};

static void client_free(struct client *c)
{
	struct client **at = &c->control->clients;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	c->control->n_clients--;
	enroll_forget(c->control->agent, c);
	sd_event_source_disable_unref(c->idle);
	(void)channel_free(c->channel);
	enrollment_done(&c->payload);
	free(c);
}

static void send_or_log(struct client *c, const struct ipc_send *s)
{
	struct error err = ERROR_INIT;

	if (channel_send(c->channel, s, &err) < 0)
		log_warning("control: %s", err.msg);
}

static void send_failed(struct client *c, const struct error *why)
{
	const struct agent_failed f = {
		.code = (char *)error_name(why->code),
		.reason = why->code == ERROR_REFUSED ? (char *)reason_name(why->reason) : NULL,
		.message = (char *)why->msg,
	};

	send_or_log(c, &(struct ipc_send){ .type = CONTROL_FAILED, .body = &f });
}

static int answer_status(struct client *c, struct ipc_message *m, struct error *err)
{
	json_auto_t *status = status_for_people(c->control->agent);
	const struct control_answer body = { .status = status };

	if (!status)
		return error_oom(err);
	return channel_send(c->channel, &(struct ipc_send){ .type = CONTROL_ANSWER, .body = &body },
			    err);
}

/* What enrolling grants, in words (docs/protocol.md "Enrollment"), by ownership. */
static const struct {
	enum ownership only; /* 0: both */
	const char *text;
} rights[] = {
	{ 0,
	  "apply signed policies: password rules, lock-out, screen lock, login notice, networks, "
	  "trusted authorities, services, account access, updates" },
	{ 0, "lock the screen, show messages, and restart this device" },
	{ 0, "read its hardware model, operating system, version and the state of each setting" },
	{ OWNERSHIP_ENTERPRISE, "take this device out of management" },
	{ OWNERSHIP_PERSONAL, "nothing that destroys your own data: there is no full wipe" },
};

static int answer_enroll(struct client *c, struct ipc_message *m, struct error *err)
{
	const struct control_enroll *rq = m->body;
	char *texts[ARRAY_SIZE(rights)];
	struct control_terms t = { .trust_on_first_use = rq->trust_on_first_use,
				   .rights = { .items = texts } };

	enrollment_done(&c->payload);
	c->shown = false;
	if (enrollment_read(m->blob.data, m->blob.len, &c->payload, err) < 0 ||
	    enroll_check(c->control->agent, &c->payload, rq->trust_on_first_use, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if (!rights[i].only || (int)rights[i].only == c->payload.ownership)
			texts[t.rights.n++] = (char *)rights[i].text;
	t.enterprise = c->payload.enterprise;
	t.name = c->payload.enterprise_name;
	t.ownership = (char *)ownership_enum.names[c->payload.ownership];
	t.url = c->payload.url;
	t.reference = c->payload.reference;
	c->shown = true;
	c->first_use = rq->trust_on_first_use;
	return channel_send(c->channel, &(struct ipc_send){ .type = CONTROL_TERMS, .body = &t },
			    err);
}

static void on_progress(const char *text, void *userdata)
{
	const struct control_progress p = { .text = (char *)text };

	send_or_log(userdata, &(struct ipc_send){ .type = CONTROL_PROGRESS, .body = &p });
}

static void on_done(const struct error *err, void *userdata)
{
	if (err->code)
		send_failed(userdata, err);
	else
		send_or_log(userdata, &(struct ipc_send){ .type = CONTROL_DONE });
}

static int answer_agree(struct client *c, struct ipc_message *m, struct error *err)
{
	const struct enroll_listener l = { on_progress, on_done, c };

	if (!c->shown)
		return error_set(err, ERROR_INVALID, "nothing was shown to agree to");
	c->shown = false;
	if (enroll_check(c->control->agent, &c->payload, c->first_use, err) < 0)
		return -1;
	enroll_begin(c->control->agent, &c->payload, c->first_use, &l);
	return 0;
}

static int answer_unenroll(struct client *c, struct ipc_message *m, struct error *err)
{
	if (c->control->agent->phase != PHASE_ENROLLED)
		return error_set(err, ERROR_CONFLICT, "this device is %s",
				 phase_name(c->control->agent->phase));
	leave_begin(c->control->agent, "root");
	return channel_send(c->channel, &(struct ipc_send){ .type = CONTROL_DONE }, err);
}

static int answer_sync(struct client *c, struct ipc_message *m, struct error *err)
{
	struct agent *a = c->control->agent;

	if (a->phase != PHASE_ENROLLED)
		return error_set(err, ERROR_CONFLICT, "this device is %s", phase_name(a->phase));
	apply_readback(a);
	report_checkin(a);
	return channel_send(c->channel, &(struct ipc_send){ .type = CONTROL_DONE }, err);
}

static int answer_renew(struct client *c, struct ipc_message *m, struct error *err)
{
	if (renew_now(c->control->agent, err) < 0)
		return -1;
	return channel_send(c->channel, &(struct ipc_send){ .type = CONTROL_DONE }, err);
}

static const struct {
	int (*answer)(struct client *c, struct ipc_message *m, struct error *err);
	bool everyone;
} requests[] = {
	[CONTROL_STATUS] = { answer_status, true }, [CONTROL_ENROLL] = { answer_enroll, false },
	[CONTROL_AGREE] = { answer_agree, false },  [CONTROL_UNENROLL] = { answer_unenroll, false },
	[CONTROL_SYNC] = { answer_sync, false },    [CONTROL_RENEW] = { answer_renew, false },
};

/* The first of a user in a while; where too many users try, only the log knows of the rest. */
static bool worth_a_record(struct control *k, uid_t uid)
{
	uint64_t now = clock_boot_us(), old = LIMIT_CONTROL_DENIED_S * 1000000ULL;
	struct attempt *unused = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(k->attempts); i++) {
		struct attempt *t = &k->attempts[i];
		bool past = !t->us || now - t->us >= old;

		if (!past && t->uid == uid)
			return false;
		if (past)
			unused = t;
	}
	if (unused)
		*unused = (struct attempt){ uid, now };
	return unused;
}

static int refuse_stranger(struct client *c, const struct ipc_message *m, struct error *err)
{
	char subject[40];

	(void)snprintf(subject, sizeof(subject), "uid %u", c->uid);
	if (error_set(err, ERROR_DENIED, "only root may do this") < 0 &&
	    m->type == CONTROL_UNENROLL && worth_a_record(c->control, c->uid))
		agent_record(c->control->agent,
			     &(struct queue_entry){ .event = AUDIT_UNENROLL_ATTEMPT,
						    .subject = subject,
						    .why = err });
	return -1;
}

static int on_message(struct channel *ch, struct ipc_message *m, void *userdata, struct error *err)
{
	struct client *c = userdata;
	struct error why = ERROR_INIT;
	int r;

	if (m->type >= ARRAY_SIZE(requests) || !requests[m->type].answer)
		return error_set(err, ERROR_INVALID, "not a request");
	r = c->uid == 0 || requests[m->type].everyone ? requests[m->type].answer(c, m, &why)
						      : refuse_stranger(c, m, &why);
	if (r < 0)
		send_failed(c, &why);
	return 0;
}

static void on_closed(struct channel *ch, const struct error *err, void *userdata)
{
	client_free(userdata);
}

/* No user can keep the others out, and all users together cannot keep root out. */
static bool has_room(const struct control *k, uid_t uid)
{
	unsigned own = 0, users = 0;

	for (const struct client *c = k->clients; c; c = c->next) {
		own += c->uid == uid;
		users += c->uid != 0;
	}
	if (uid == 0)
		return k->n_clients < LIMIT_CONTROL_CLIENTS;
	return own < LIMIT_CONTROL_PER_USER && users < LIMIT_CONTROL_CLIENTS - LIMIT_CONTROL_ROOT;
}

static int on_idle(sd_event_source *s, uint64_t usec, void *userdata)
{
	client_free(userdata);
	return 0;
}

static int add_client(struct control *k, int fd, uid_t uid, struct error *err)
{
	struct client *c = calloc(1, sizeof(*c));
	struct channel_handler h = { on_message, on_closed, c };

	if (!c) {
		close(fd);
		return error_oom(err);
	}
	c->control = k;
	c->uid = uid;
	if (channel_new(k->agent->loop, fd, &control_protocol, &h, &c->channel, err) < 0) {
		free(c);
		return -1;
	}
	c->next = k->clients;
	k->clients = c;
	k->n_clients++;
	if (uid != 0 &&
	    sd_event_add_time_relative(k->agent->loop, &c->idle, CLOCK_BOOTTIME,
				       LIMIT_CONTROL_IDLE_S * 1000000ULL, 0, on_idle, c) < 0) {
		client_free(c);
		return error_oom(err);
	}
	return 0;
}

static int on_connect(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct error err = ERROR_INIT;
	auto_close int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (client < 0 || getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return 0;
	if (!has_room(userdata, peer.uid))
		return 0; /* not even a line in the log, which a user could fill so */
	if (add_client(userdata, STEAL_FD(client), peer.uid, &err) < 0)
		log_warning("%s", err.msg);
	return 0;
}

static int listen_at(struct control *k, struct error *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET_PATH };

	k->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (k->fd < 0)
		return error_errno(err, errno, "control socket");
	(void)unlink(SOCKET_PATH);
	if (bind(k->fd, (struct sockaddr *)&at, sizeof(at)) < 0 || chmod(SOCKET_PATH, 0666) < 0 ||
	    listen(k->fd, LIMIT_CONTROL_CLIENTS) < 0)
		return error_errno(err, errno, SOCKET_PATH);
	return 0;
}

int control_start(struct agent *a, struct error *err)
{
	struct control *k = calloc(1, sizeof(*k));

	if (!k)
		return error_oom(err);
	a->control = k;
	k->agent = a;
	k->fd = -1;
	if (listen_at(k, err) < 0)
		return -1;
	if (sd_event_add_io(a->loop, &k->source, k->fd, EPOLLIN, on_connect, k) < 0)
		return error_oom(err);
	return 0;
}

void control_stop(struct agent *a)
{
	struct control *k = STEAL(a->control);

	if (!k)
		return;
	while (k->clients)
		client_free(k->clients);
	sd_event_source_disable_unref(k->source);
	closep(&k->fd);
	(void)unlink(SOCKET_PATH);
	free(k);
}
