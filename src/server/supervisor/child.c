/* SPDX-License-Identifier: Apache-2.0 */
#include "server/supervisor/child.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"

void child_init(struct child *c, sd_event *loop, enum server_role role, unsigned index,
		const struct conf_file *conf, const struct child_handler *h)
{
	*c = (struct child){
		.role = role, .index = index, .conf = conf, .handler = *h, .loop = loop
	};
	(void)snprintf(c->name, sizeof(c->name), role == SERVER_FRONT ? "%s %u" : "%s",
		       server_role_name(role), index + 1);
}

void child_done(struct child *c)
{
	sd_event_source_disable_unref(c->watch);
	sd_event_source_disable_unref(c->timer);
	channel_free(c->control);
	*c = (struct child){ 0 };
}

bool child_runs(const struct child *c)
{
	return c->state == CHILD_STARTING || c->state == CHILD_READY;
}

static void set_timer(struct child *c, uint64_t us, sd_event_time_handler_t run)
{
	c->timer = sd_event_source_disable_unref(c->timer);
	if (sd_event_add_time_relative(c->loop, &c->timer, CLOCK_MONOTONIC, us, 10000, run, c) < 0)
		log_error("%s: no timer", c->name);
}

static int on_retry(sd_event_source *s, uint64_t usec, void *userdata)
{
	child_start(userdata);
	return 0;
}

/* It has been ready for a while: what failed before is forgotten. */
static int on_proven(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct child *c = userdata;

	c->failures = 0;
	return 0;
}

static int on_overdue(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct child *c = userdata;

	log_warning("%s: does not end, and is killed", c->name);
	if (c->pid > 0)
		(void)kill(c->pid, SIGKILL);
	return 0;
}

static void fail(struct child *c)
{
	unsigned doublings = c->failures < 7 ? c->failures : 7;

	c->failures++;
	c->state = CHILD_DOWN;
	set_timer(c, LIMIT_SERVER_RETRY_MS * 1000ull << doublings, on_retry);
	c->handler.ended(c, c->handler.userdata);
}

static int on_exit_of(sd_event_source *s, const siginfo_t *si, void *userdata)
{
	struct child *c = userdata;
	bool told = c->state == CHILD_STOPPING;

	c->watch = sd_event_source_disable_unref(c->watch);
	c->timer = sd_event_source_disable_unref(c->timer);
	c->control = channel_free(c->control);
	c->pid = 0;
	if (si->si_code != CLD_EXITED)
		log_warning("%s: ended by signal %d", c->name, si->si_status);
	else if (!told || si->si_status != 0)
		log_warning("%s: exited with status %d", c->name, si->si_status);
	if (!told) {
		fail(c);
		return 0;
	}
	c->state = CHILD_GONE;
	c->handler.ended(c, c->handler.userdata);
	return 0;
}

static int on_message(struct channel *channel, struct ipc_message *m, void *userdata,
		      struct error *err)
{
	struct child *c = userdata;

	if (m->type != SUPERVISOR_READY)
		return error_set(err, ERROR_INVALID, "%s: '%s' is not for the supervisor", c->name,
				 m->def->name);
	if (c->state != CHILD_STARTING)
		return 0;
	c->state = CHILD_READY;
	set_timer(c, LIMIT_SERVER_PROVEN_S * 1000000ull, on_proven);
	c->handler.ready(c, c->handler.userdata);
	return 0;
}

/* A process without its channel cannot be supervised: its end follows, and is seen as such. */
static void on_closed(struct channel *channel, const struct error *err, void *userdata)
{
	struct child *c = userdata;

	c->control = channel_free(c->control);
	if (c->pid > 0 && c->state != CHILD_STOPPING)
		(void)kill(c->pid, SIGTERM);
}

static int make_control(struct child *c, int *ret_other, struct error *err)
{
	const struct channel_handler h = { on_message, on_closed, c };
	auto_close int other = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "socketpair");
	other = pair[1];
	if (channel_new(c->loop, pair[0], &supervisor_protocol, &h, &c->control, err) < 0)
		return -1;
	*ret_other = STEAL_FD(other);
	return 0;
}

/* "muster-server-core" and where it is; a link is followed, since it is the program itself that the
 * process may read. */
static int find_program(const struct child *c, char *name, size_t size, char path[PATH_MAX],
			struct error *err)
{
	char link[PATH_MAX];

	(void)snprintf(name, size, "muster-server-%s", server_role_name(c->role));
	if (path_format(link, sizeof(link), err, "%s/%s", c->conf->libexecdir, name) < 0)
		return -1;
	if (!realpath(link, path))
		return error_errno(err, errno, "%s", link);
	return 0;
}

static int spawn(struct child *c, int control, struct error *err)
{
	const struct conf_file *f = c->conf;
	struct server_places places = f->places;
	struct proc_path view[SERVER_VIEW_MAX];
	struct proc_profile profile;
	char path[PATH_MAX], program[64];
	const char *const key[] = { program,	       "--tree",
				    f->conf.tree,      f->conf.key_store ? "--key-store" : NULL,
				    f->conf.key_store, NULL };
	const char *const core[] = { program,	    "--data",	  f->conf.data,
				     "--bootstrap", f->bootstrap, NULL };
	const char *const front[] = {
		program,     "--listeners",   f->listeners,
		"--profile", f->conf.profile, f->conf.tls12 ? "--tls12" : NULL,
		NULL
	};
	const char *const *const argvs[] = {
		[SERVER_ROLE_NONE] = NULL,
		[SERVER_KEY] = key,
		[SERVER_CORE] = core,
		[SERVER_FRONT] = front,
	};
	struct proc_command command = {
		.path = path, .argv = argvs[c->role], .fds = &control, .n_fds = 1
	};

	if (find_program(c, program, sizeof(program), path, err) < 0)
		return -1;
	places.program = path;
	places.key_access = &f->conf.key_store_access;
	profile = server_profile(c->role, &places, view);
	return proc_spawn(&profile, &command, &c->pid, err);
}

static int start(struct child *c, struct error *err)
{
	auto_close int other = -1;
	int r;

	if (make_control(c, &other, err) < 0 || spawn(c, other, err) < 0)
		return -1;
	r = sd_event_add_child(c->loop, &c->watch, c->pid, WEXITED, on_exit_of, c);
	if (r < 0) {
		(void)kill(c->pid, SIGKILL);
		return error_errno(err, -r, "watch a process");
	}
	return 0;
}

void child_start(struct child *c)
{
	struct error err = ERROR_INIT;

	if (start(c, &err) < 0) {
		log_error("%s: cannot be started: %s", c->name, err.msg);
		c->control = channel_free(c->control);
		fail(c);
		return;
	}
	c->state = CHILD_STARTING;
	c->handler.started(c, c->handler.userdata);
}

static void tell(struct child *c, const struct ipc_send *s)
{
	struct error err = ERROR_INIT;

	if (!c->control || channel_send(c->control, s, &err) == 0)
		return;
	log_error("%s: %s", c->name, err.msg);
	if (c->pid > 0)
		(void)kill(c->pid, SIGTERM);
}

void child_stop(struct child *c)
{
	if (!child_runs(c)) {
		c->timer = sd_event_source_disable_unref(c->timer);
		if (c->state == CHILD_DOWN)
			c->state = CHILD_GONE;
		return;
	}
	tell(c, &(struct ipc_send){ .type = SUPERVISOR_STOP });
	c->state = CHILD_STOPPING;
	set_timer(c, LIMIT_SERVER_STOP_S * 1000000ull, on_overdue);
}

void child_reload(struct child *c)
{
	if (child_runs(c))
		tell(c, &(struct ipc_send){ .type = SUPERVISOR_RELOAD });
}

void child_peer(struct child *c, enum server_role role, int fd)
{
	const struct supervisor_peer body = { role };

	tell(c,
	     &(struct ipc_send){ .type = SUPERVISOR_PEER, .body = &body, .fds = &fd, .n_fds = 1 });
}

void child_cache(struct child *c, int fd)
{
	tell(c, &(struct ipc_send){ .type = SUPERVISOR_CACHE, .fds = &fd, .n_fds = 1 });
}

void child_listen(struct child *c, enum server_listener listener, int fd)
{
	const struct supervisor_listen body = { listener };

	tell(c, &(struct ipc_send){
			.type = SUPERVISOR_LISTEN, .body = &body, .fds = &fd, .n_fds = 1 });
}
