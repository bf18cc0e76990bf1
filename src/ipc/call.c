/* SPDX-License-Identifier: Apache-2.0 */
/* The blocking side of ipc/channel.h. */
#include "ipc/channel.h"

#include <errno.h>
#include <string.h>

#include "ipc/frame.h"

void ipc_message_done(struct ipc_message *m)
{
	if (m->body) {
		jmap_done(m->def->table, m->body);
		free(m->body);
	}
	buf_wipe(&m->blob); /* it may be a payload with a secret */
	for (unsigned i = 0; i < m->n_fds; i++)
		closep(&m->fds[i]);
	*m = (struct ipc_message)IPC_MESSAGE_INIT;
}

int ipc_write(int fd, const struct ipc_protocol *p, const struct ipc_send *s, struct error *err)
{
	auto_secret struct buf out = BUF_INIT;
	unsigned n_fds = s->n_fds;

	if (frame_write(p, s, &out, err) < 0)
		return -1;
	for (size_t sent = 0; sent < out.len;) {
		ssize_t n = frame_sendmsg(fd, out.data + sent, out.len - sent, s->fds, n_fds, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, errno, "%s", p->name);
		n_fds = 0; /* they went with the first byte */
		sent += (size_t)n;
	}
	return 0;
}

static int read_exactly(int fd, void *data, size_t len, struct ipc_message *m, struct error *err)
{
	for (size_t got = 0; got < len;) {
		ssize_t n = frame_recvmsg(fd, (char *)data + got, len - got, m->fds, &m->n_fds,
					  IPC_FDS_MAX);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return error_set(err, ERROR_TIMEOUT, "no answer in time");
		if (n < 0)
			return error_errno(err, errno, "read");
		if (n == 0)
			return error_set(err, ERROR_UNAVAILABLE, "the other process is gone");
		got += (size_t)n;
	}
	return 0;
}

int ipc_read(int fd, const struct ipc_protocol *p, struct ipc_message *ret, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT, with_fds = IPC_MESSAGE_INIT;
	auto_secret struct buf payload = BUF_INIT;
	struct frame_header h;

	if (read_exactly(fd, &h, sizeof(h), &with_fds, err) < 0 || frame_check(p, &h, err) < 0)
		return error_wrap(err, "%s", p->name);
	payload.len = (size_t)h.body_len + h.blob_len;
	payload.data = malloc(payload.len + 1);
	if (!payload.data)
		return error_oom(err);
	payload.cap = payload.len + 1;
	if (read_exactly(fd, payload.data, payload.len, &with_fds, err) < 0 ||
	    frame_bind(p, &h, payload.data, &m, err) < 0)
		return error_wrap(err, "%s", p->name);
	if (with_fds.n_fds != h.n_fds)
		return error_set(err, ERROR_INVALID, "%s: descriptors are missing", p->name);
	memcpy(m.fds, with_fds.fds, sizeof(m.fds));
	m.n_fds = with_fds.n_fds;
	with_fds.n_fds = 0;
	*ret = m;
	m = (struct ipc_message)IPC_MESSAGE_INIT;
	return 0;
}

int ipc_call(int fd, const struct ipc_protocol *p, const struct ipc_send *s,
	     struct ipc_message *ret, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (ipc_write(fd, p, s, err) < 0 || ipc_read(fd, p, &m, err) < 0)
		return -1;
	if (m.id != s->id)
		return error_set(err, ERROR_INVALID, "%s: an answer to another request", p->name);
	*ret = m;
	m = (struct ipc_message)IPC_MESSAGE_INIT;
	return 0;
}
