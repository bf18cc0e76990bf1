/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"

struct child {
	struct child_handler handler;
	enum agent_process which;
	pid_t pid; /* 0: reaped */
	int status;
	bool orphan;		 /* freed by its owner; only to be reaped */
	struct channel *channel; /* NULL: closed */
	sd_event_source *exit, *deadline, *finish;
};

int child_socketpair(int fds[2], struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_errno(err, errno, "socketpair");
	return 0;
}

struct channel *child_channel(struct child *c)
{
	return c->channel;
}

/* Killed and left to be reaped: nobody waits for the end of a process, which takes a moment. */
struct child *child_free(struct child *c)
{
	if (!c)
		return NULL;
	c->channel = channel_free(c->channel);
	c->deadline = sd_event_source_disable_unref(c->deadline);
	c->finish = sd_event_source_disable_unref(c->finish);
	if (c->pid > 0 && c->exit) {
		(void)kill(c->pid, SIGKILL);
		c->orphan = true;
		return NULL;
	}
	if (c->pid > 0) /* it could not even be watched */
		(void)kill(c->pid, SIGKILL);
	sd_event_source_disable_unref(c->exit);
	free(c);
	return NULL;
}

/* The end is told when both the process and its channel have ended, whichever comes first: so the
 * last message is never overtaken by the exit. */
static void finish_if_over(struct child *c)
{
	if (c->pid == 0 && !c->channel)
		(void)sd_event_source_set_enabled(c->finish, SD_EVENT_ONESHOT);
}

static int on_finish(sd_event_source *s, void *userdata)
{
	struct child *c = userdata;

	c->handler.ended(c, c->status, c->handler.userdata);
	return 0;
}

static int on_child_exit(sd_event_source *s, const siginfo_t *si, void *userdata)
{
	struct child *c = userdata;

	c->pid = 0;
	c->status = si->si_code == CLD_EXITED ? si->si_status : -si->si_status;
	if (c->orphan)
		(void)child_free(c);
	else
		finish_if_over(c);
	return 0;
}

static int on_deadline(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct child *c = userdata;

	log_warning("%s: past its deadline", agent_process_name(c->which));
	if (c->pid > 0)
		(void)kill(c->pid, SIGKILL);
	return 0;
}

static int on_message(struct channel *ch, struct ipc_message *m, void *userdata, struct error *err)
{
	struct child *c = userdata;

	return c->handler.message(ch, m, c->handler.userdata, err);
}

static void on_closed(struct channel *ch, const struct error *err, void *userdata)
{
	struct child *c = userdata;

	if (err->code != ERROR_UNAVAILABLE) {
		log_warning("%s: %s", agent_process_name(c->which), err->msg);
		if (c->pid > 0)
			(void)kill(c->pid, SIGKILL);
	}
	c->channel = channel_free(c->channel);
	finish_if_over(c);
}

static int watch(struct child *c, sd_event *loop, uint64_t deadline_s, struct error *err)
{
	if (sd_event_add_child(loop, &c->exit, c->pid, WEXITED, on_child_exit, c) < 0 ||
	    sd_event_add_defer(loop, &c->finish, on_finish, c) < 0 ||
	    sd_event_source_set_enabled(c->finish, SD_EVENT_OFF) < 0)
		return error_oom(err);
	if (deadline_s && sd_event_add_time_relative(loop, &c->deadline, CLOCK_BOOTTIME,
						     deadline_s * 1000000, 0, on_deadline, c) < 0)
		return error_oom(err);
	return 0;
}

static int spawn(struct child *c, const struct child_spec *spec, int fd, struct error *err)
{
	char path[LIMIT_URL];
	const char *const argv[] = { agent_process_program(spec->which), NULL };
	const int fds[] = { fd, spec->peer_fd };

	if (path_format(path, sizeof(path), err, "%s/%s", spec->libexec, argv[0]) < 0)
		return -1;
	return proc_spawn(agent_profile(spec->which, spec->needs),
			  &(struct proc_command){ .path = path,
						  .argv = argv,
						  .fds = fds,
						  .n_fds = spec->peer_fd >= 0 ? 2 : 1 },
			  &c->pid, err);
}

int child_start(sd_event *loop, const struct child_spec *spec, const struct child_handler *h,
		struct child **ret, struct error *err)
{
	CLEANUP(child_freep) struct child *c = calloc(1, sizeof(*c));
	auto_close int theirs = -1;
	auto_close int ours = -1;
	struct channel_handler ch = { on_message, on_closed, c };
	int fds[2];

	if (!c)
		return error_oom(err);
	c->handler = *h;
	c->which = spec->which;
	if (child_socketpair(fds, err) < 0)
		return -1;
	ours = fds[0];
	theirs = fds[1];
	if (spawn(c, spec, theirs, err) < 0 || watch(c, loop, spec->deadline_s, err) < 0 ||
	    channel_new(loop, STEAL_FD(ours), spec->protocol, &ch, &c->channel, err) < 0)
		return error_wrap(err, "%s", agent_process_name(spec->which));
	*ret = STEAL(c);
	return 0;
}
