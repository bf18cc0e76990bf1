/* SPDX-License-Identifier: Apache-2.0 */
#include "server/supervisor/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/cache.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/socket.h"
#include "server/supervisor/child.h"

struct supervisor {
	const struct conf_file *conf;
	sd_event *loop;
	int listeners[LISTENER_MAX_];
	int cache;		/* of the fronts' TLS sessions */
	struct child *children; /* in the order of SERVER_ROLES */
	size_t n_children;
	bool ready, stopping;
};

/* Where a process fails this often before the server was ever ready, its cause is not one that
 * goes away by itself. */
enum { FAILURES_AT_START = 4 };

static void supervisor_done(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++)
		child_done(&s->children[i]);
	free(s->children);
	for (size_t l = 0; l < ARRAY_SIZE(s->listeners); l++)
		closep(&s->listeners[l]);
	closep(&s->cache);
	sd_event_unref(s->loop);
}

static void join(struct child *a, struct child *b)
{
	auto_close int one = -1, other = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		log_error("no socket between %s and %s", a->name, b->name);
		return;
	}
	one = pair[0];
	other = pair[1];
	child_peer(a, b->role, one);
	child_peer(b, a->role, other);
}

/* core speaks to all, the others to core alone. */
static void on_started(struct child *c, void *userdata)
{
	struct supervisor *s = userdata;

	for (size_t i = 0; i < s->n_children; i++) {
		struct child *other = &s->children[i];

		if (other != c && child_runs(other) &&
		    (other->role == SERVER_CORE || c->role == SERVER_CORE))
			join(c, other);
	}
	if (c->role == SERVER_FRONT)
		child_cache(c, s->cache);
	for (int l = LISTENER_NONE + 1; c->role == SERVER_FRONT && l < LISTENER_MAX_; l++)
		child_listen(c, (enum server_listener)l, s->listeners[l]);
}

static void on_ready(struct child *c, void *userdata)
{
	struct supervisor *s = userdata;

	log_debug("%s: ready", c->name);
	for (size_t i = 0; i < s->n_children; i++)
		if (s->children[i].state != CHILD_READY)
			return;
	if (s->ready)
		return;
	s->ready = true;
	(void)printf("ready\n");
	(void)fflush(stdout);
	(void)sd_notify(0, "READY=1");
}

/* The next role to stop, from the last to the first; the loop ends when none is left. */
static void stop_next(struct supervisor *s)
{
	for (int role = SERVER_ROLE_MAX_ - 1; role > SERVER_ROLE_NONE; role--) {
		bool left = false;

		for (size_t i = 0; i < s->n_children; i++) {
			struct child *c = &s->children[i];

			if ((int)c->role != role)
				continue;
			if (c->state != CHILD_STOPPING)
				child_stop(c);
			left = left || c->state != CHILD_GONE;
		}
		if (left)
			return;
	}
	(void)sd_event_exit(s->loop, 0);
}

static void on_ended(struct child *c, void *userdata)
{
	struct supervisor *s = userdata;

	if (s->stopping) {
		stop_next(s);
	} else if (!s->ready && c->failures >= FAILURES_AT_START) {
		log_error("%s: does not start", c->name);
		(void)sd_event_exit(s->loop, ERROR_UNAVAILABLE);
	}
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
	struct supervisor *s = userdata;

	if (si->ssi_signo == SIGHUP) {
		(void)sd_notify(0, "RELOADING=1");
		for (size_t i = 0; i < s->n_children; i++)
			child_reload(&s->children[i]);
		(void)sd_notify(0, "READY=1");
		return 0;
	}
	if (!s->stopping) {
		log_info("stopping");
		(void)sd_notify(0, "STOPPING=1");
		s->stopping = true;
		stop_next(s);
	}
	return 0;
}

static int watch_signals(struct supervisor *s, struct error *err)
{
	static const int handled[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t set;
	int r = 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(handled); i++)
		(void)sigaddset(&set, handled[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return error_errno(err, errno, "block signals");
	for (size_t i = 0; i < ARRAY_SIZE(handled) && r >= 0; i++)
		r = sd_event_add_signal(s->loop, NULL, handled[i], on_signal, s);
	return r < 0 ? error_errno(err, -r, "watch signals") : 0;
}

static int bind_listeners(struct supervisor *s, struct error *err)
{
	for (int l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++) {
		const char *name = server_listener_name((enum server_listener)l);
		const char *address = conf_file_address(s->conf, (enum server_listener)l);
		char bound[SOCKET_ADDRESS_SIZE];

		if (socket_listen(address, &s->listeners[l], err) < 0 ||
		    socket_local(s->listeners[l], bound, err) < 0)
			return error_wrap(err, "%s listener", name);
		(void)printf("%s %s\n", name, bound);
	}
	(void)fflush(stdout);
	return 0;
}

static int make_children(struct supervisor *s, struct error *err)
{
	const struct child_handler h = { on_started, on_ready, on_ended, s };
	size_t n = 2 + s->conf->conf.fronts;

	s->children = calloc(n, sizeof(*s->children));
	if (!s->children)
		return error_oom(err);
	child_init(&s->children[0], s->loop, SERVER_KEY, 0, s->conf, &h);
	child_init(&s->children[1], s->loop, SERVER_CORE, 0, s->conf, &h);
	for (unsigned i = 0; i < s->conf->conf.fronts; i++)
		child_init(&s->children[2 + i], s->loop, SERVER_FRONT, i, s->conf, &h);
	s->n_children = n;
	for (size_t i = 0; i < n; i++)
		child_start(&s->children[i]);
	return 0;
}

int supervisor_run(const struct conf_file *conf, struct error *err)
{
	CLEANUP(supervisor_done) struct supervisor s = { .conf = conf, .cache = -1 };
	int r;

	for (size_t l = 0; l < ARRAY_SIZE(s.listeners); l++)
		s.listeners[l] = -1;
	if (geteuid() == 0 || getuid() == 0)
		return error_set(err, ERROR_DENIED,
				 "the server never runs as root: start it as a user of its own");
	r = sd_event_new(&s.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	if (watch_signals(&s, err) < 0 || cache_create(&s.cache, err) < 0 ||
	    bind_listeners(&s, err) < 0 || server_seal(SERVER_ROLE_NONE, err) < 0 ||
	    make_children(&s, err) < 0)
		return -1;
	r = sd_event_loop(s.loop);
	if (r < 0)
		return error_errno(err, -r, "event loop");
	return r ? error_set(err, (enum error_code)r, "the server did not come up") : 0;
}
