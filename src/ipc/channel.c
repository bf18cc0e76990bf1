/* SPDX-License-Identifier: Apache-2.0 */
/* The event-driven side of ipc/channel.h. */
#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "ipc/frame.h"

enum { READ_SIZE = 64 * 1024, FDS_HELD_MAX = 4 * IPC_FDS_MAX };

/* A message that waits to be sent; its descriptors are duplicates. */
struct outgoing {
	struct buf bytes;
	size_t sent;
	int fds[IPC_FDS_MAX];
	unsigned n_fds;
	struct outgoing *next;
};

struct channel {
	int fd;
	const struct ipc_protocol *protocol;
	struct channel_handler handler;
	sd_event_source *source;
	struct buf in;
	int fds[FDS_HELD_MAX]; /* arrived, and not yet claimed by a frame, in order */
	unsigned n_fds;
	struct outgoing *first, **last;
	size_t queued;
	uint32_t next_id;
	bool busy;   /* inside a callback: freeing waits */
	bool doomed; /* freed inside a callback */
	bool closed;
};

static struct outgoing *outgoing_free(struct outgoing *o)
{
	if (!o)
		return NULL;
	buf_wipe(&o->bytes);
	for (unsigned i = 0; i < o->n_fds; i++)
		closep(&o->fds[i]);
	free(o);
	return NULL;
}
DEFINE_CLEANUP(struct outgoing *, outgoing_free)

struct channel *channel_free(struct channel *c)
{
	if (!c)
		return NULL;
	if (c->busy) {
		c->doomed = true;
		return NULL;
	}
	while (c->first) {
		struct outgoing *o = c->first;

		c->first = o->next;
		(void)outgoing_free(o);
	}
	for (unsigned i = 0; i < c->n_fds; i++)
		closep(&c->fds[i]);
	sd_event_source_disable_unref(c->source);
	closep(&c->fd);
	buf_wipe(&c->in);
	free(c);
	return NULL;
}

static void set_events(struct channel *c)
{
	uint32_t events = EPOLLIN | (c->first ? (uint32_t)EPOLLOUT : 0);

	if (c->source && !c->closed)
		(void)sd_event_source_set_io_events(c->source, events);
}

static int flush(struct channel *c, struct error *err)
{
	while (c->first) {
		struct outgoing *o = c->first;
		ssize_t n = frame_sendmsg(c->fd, o->bytes.data + o->sent, o->bytes.len - o->sent,
					  o->fds, o->sent ? 0 : o->n_fds, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			return error_errno(err, errno, "%s", c->protocol->name);
		o->sent += (size_t)n;
		c->queued -= (size_t)n;
		if (o->sent < o->bytes.len)
			continue;
		c->first = o->next;
		if (!c->first)
			c->last = &c->first;
		(void)outgoing_free(o);
	}
	set_events(c);
	return 0;
}

static int claim_fds(struct channel *c, unsigned n, struct ipc_message *m, struct error *err)
{
	if (c->n_fds < n)
		return error_set(err, ERROR_INVALID, "%s: descriptors are missing",
				 c->protocol->name);
	memcpy(m->fds, c->fds, n * sizeof(int));
	m->n_fds = n;
	c->n_fds -= n;
	memmove(c->fds, c->fds + n, c->n_fds * sizeof(int));
	return 0;
}

/* A frame whose body does not bind; its descriptors are closed. */
static int refuse_frame(struct channel *c, const struct frame_header *h, const struct error *why,
			struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (claim_fds(c, h->n_fds, &m, err) < 0)
		return -1;
	m.def = &c->protocol->types[h->type];
	m.type = h->type;
	m.id = h->id;
	if (c->handler.unbound)
		return c->handler.unbound(c, &m, why, c->handler.userdata, err);
	*err = *why;
	return -1;
}

/* One whole frame at `at` of the input: hand it over. *used stays 0 where it is not whole yet. */
static int take_frame(struct channel *c, size_t at, size_t *used, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error why = ERROR_INIT;
	struct frame_header h;
	size_t have = c->in.len - at, whole;

	*used = 0;
	if (have < sizeof(h))
		return 0;
	memcpy(&h, c->in.data + at, sizeof(h));
	if (frame_check(c->protocol, &h, err) < 0)
		return -1;
	whole = sizeof(h) + (size_t)h.body_len + h.blob_len;
	if (have < whole)
		return 0;
	*used = whole;
	if (frame_bind(c->protocol, &h, c->in.data + at + sizeof(h), &m, &why) < 0)
		return refuse_frame(c, &h, &why, err);
	if (claim_fds(c, h.n_fds, &m, err) < 0)
		return -1;
	return c->handler.message(c, &m, c->handler.userdata, err);
}

static int take_frames(struct channel *c, struct error *err)
{
	size_t at = 0, used = 1;
	int r = 0;

	while (r == 0 && used > 0 && !c->doomed) {
		r = take_frame(c, at, &used, err);
		at += used;
	}
	buf_consume(&c->in, at);
	return r;
}

static int receive(struct channel *c, struct error *err)
{
	ssize_t n;

	if (buf_reserve(&c->in, READ_SIZE, err) < 0)
		return -1;
	n = frame_recvmsg(c->fd, c->in.data + c->in.len, READ_SIZE, c->fds, &c->n_fds,
			  FDS_HELD_MAX);
	if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n < 0)
		return error_errno(err, errno, "%s", c->protocol->name);
	if (n == 0)
		return error_set(err, ERROR_UNAVAILABLE, "%s: the other process is gone",
				 c->protocol->name);
	c->in.len += (size_t)n;
	if (take_frames(c, err) < 0)
		return -1;
	/* An idle channel costs nothing: its buffer is given back. */
	if (c->in.len == 0)
		buf_wipe(&c->in);
	return 0;
}

static void close_down(struct channel *c, const struct error *err)
{
	c->closed = true;
	(void)sd_event_source_set_enabled(c->source, SD_EVENT_OFF);
	if (c->handler.closed && !c->doomed)
		c->handler.closed(c, err, c->handler.userdata);
}

static int on_io(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct channel *c = userdata;
	struct error err = ERROR_INIT;
	int r = 0;

	(void)source;
	(void)fd;
	c->busy = true;
	if (revents & EPOLLOUT)
		r = flush(c, &err);
	/* On a hang-up too: what was sent before it is read first. */
	if (r == 0 && (revents & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		r = receive(c, &err);
	if (r < 0)
		close_down(c, &err);
	c->busy = false;
	if (c->doomed)
		(void)channel_free(c);
	return 0;
}

int channel_new(sd_event *loop, int fd, const struct ipc_protocol *p,
		const struct channel_handler *h, struct channel **ret, struct error *err)
{
	auto_close int own = fd;
	auto_channel struct channel *c = NULL;
	int flags = fcntl(fd, F_GETFL), r;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return error_errno(err, errno, "%s", p->name);
	c = calloc(1, sizeof(*c));
	if (!c)
		return error_oom(err);
	*c = (struct channel){ .fd = STEAL_FD(own), .protocol = p, .handler = *h };
	c->last = &c->first;
	r = sd_event_add_io(loop, &c->source, c->fd, EPOLLIN, on_io, c);
	if (r < 0)
		return error_errno(err, -r, "%s: event loop", p->name);
	*ret = STEAL(c);
	return 0;
}

static int keep_fds(struct outgoing *o, const struct ipc_send *s, struct error *err)
{
	for (unsigned i = 0; i < s->n_fds; i++) {
		int fd = fcntl(s->fds[i], F_DUPFD_CLOEXEC, 3);

		if (fd < 0)
			return error_errno(err, errno, "a descriptor to send");
		o->fds[o->n_fds++] = fd;
	}
	return 0;
}

int channel_send(struct channel *c, const struct ipc_send *s, struct error *err)
{
	CLEANUP(outgoing_freep) struct outgoing *o = NULL;

	if (c->closed || c->doomed)
		return error_set(err, ERROR_UNAVAILABLE, "%s: closed", c->protocol->name);
	o = calloc(1, sizeof(*o));
	if (!o)
		return error_oom(err);
	if (frame_write(c->protocol, s, &o->bytes, err) < 0 || keep_fds(o, s, err) < 0)
		return -1;
	if (c->queued + o->bytes.len > LIMIT_IPC_QUEUE)
		return error_set(err, ERROR_LIMIT, "%s: the other process does not read",
				 c->protocol->name);
	c->queued += o->bytes.len;
	*c->last = o;
	c->last = &o->next;
	(void)STEAL(o);
	return flush(c, err);
}

uint32_t channel_next_id(struct channel *c)
{
	if (++c->next_id == 0)
		c->next_id = 1;
	return c->next_id;
}

size_t channel_queued(const struct channel *c)
{
	return c->queued;
}
