/* SPDX-License-Identifier: Apache-2.0 */
#include "stub_child.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct child {
	struct child_handler handler;
	const struct ipc_protocol *protocol;
	enum agent_process which;
	struct channel *channel;
	int peer;
};

static struct child *living[AGENT_PROCESS_MAX_];
static unsigned started[AGENT_PROCESS_MAX_];

struct child *stub_child(enum agent_process which)
{
	return living[which];
}

unsigned stub_started(enum agent_process which)
{
	return started[which];
}

int child_socketpair(int fds[2], struct error *err)
{
	(void)err;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
}

static int on_message(struct channel *ch, struct ipc_message *m, void *userdata, struct error *err)
{
	struct child *c = userdata;

	return c->handler.message(ch, m, c->handler.userdata, err);
}

static void on_closed(struct channel *ch, const struct error *err, void *userdata)
{
	struct child *c = userdata;

	(void)ch;
	(void)err;
	c->channel = channel_free(c->channel);
	c->handler.ended(c, -9, c->handler.userdata);
}

struct child *child_free(struct child *c)
{
	if (!c)
		return NULL;
	(void)channel_free(c->channel);
	(void)close(c->peer);
	if (living[c->which] == c)
		living[c->which] = NULL;
	free(c);
	return NULL;
}

struct channel *child_channel(struct child *c)
{
	return c->channel;
}

int child_start(sd_event *loop, const struct child_spec *spec, const struct child_handler *h,
		struct child **ret, struct error *err)
{
	struct child *c = calloc(1, sizeof(*c));
	const struct channel_handler ch = { .message = on_message,
					    .closed = on_closed,
					    .userdata = c };
	int fds[2], size = 4 << 20;

	if (!c || child_socketpair(fds, err) < 0)
		abort();
	(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*c = (struct child){ *h, spec->protocol, spec->which, NULL, fds[1] };
	if (channel_new(loop, fds[0], spec->protocol, &ch, &c->channel, err) < 0)
		abort();
	living[c->which] = c;
	started[c->which]++;
	*ret = c;
	return 0;
}

void stub_settle(sd_event *loop)
{
	while (sd_event_run(loop, 0) > 0)
		;
}

void stub_say(sd_event *loop, struct child *c, const struct ipc_send *s)
{
	struct error err = ERROR_INIT;

	if (ipc_write(c->peer, c->protocol, s, &err) < 0)
		abort();
	stub_settle(loop);
}

bool stub_hear(struct child *c, struct ipc_message *ret)
{
	struct error err = ERROR_INIT;
	int waiting = 0;

	if (!c || ioctl(c->peer, FIONREAD, &waiting) < 0 || waiting == 0)
		return false;
	return ipc_read(c->peer, c->protocol, ret, &err) == 0;
}
