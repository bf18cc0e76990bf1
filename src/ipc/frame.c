/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"

int frame_write(const struct ipc_protocol *p, const struct ipc_send *s, struct buf *out,
		struct error *err)
{
	struct frame_header h = {
		.blob_len = (uint32_t)s->blob_len,
		.id = s->id,
		.type = (uint16_t)s->type,
		.n_fds = (uint16_t)s->n_fds,
	};
	size_t at = out->len, body_at = at + sizeof(h);

	if (s->type >= p->n_types || s->blob_len > LIMIT_IPC_BLOB || s->n_fds > IPC_FDS_MAX)
		return error_set(err, ERROR_INVALID, "%s: no such message", p->name);
	if (buf_append(out, &h, sizeof(h), err) < 0)
		return -1;
	if (p->types[s->type].table && jmap_write(s->body, p->types[s->type].table, out, err) < 0)
		return error_wrap(err, "%s %s", p->name, p->types[s->type].name);
	h.body_len = (uint32_t)(out->len - body_at);
	if (frame_check(p, &h, err) < 0)
		return -1;
	memcpy(out->data + at, &h, sizeof(h));
	return buf_append(out, s->blob, s->blob_len, err);
}

int frame_check(const struct ipc_protocol *p, const struct frame_header *h, struct error *err)
{
	const struct ipc_type *t = h->type < p->n_types ? &p->types[h->type] : NULL;

	if (!t || !t->name)
		return error_set(err, ERROR_INVALID, "%s: unknown message %u", p->name, h->type);
	if (h->body_len > LIMIT_IPC_BODY || (!t->table && h->body_len > 0))
		return error_set(err, ERROR_INVALID, "%s %s: a body of %u bytes", p->name, t->name,
				 h->body_len);
	if (h->blob_len > t->blob_max)
		return error_set(err, ERROR_INVALID, "%s %s: a blob of %u bytes, at most %zu",
				 p->name, t->name, h->blob_len, t->blob_max);
	if (h->n_fds > t->fds_max)
		return error_set(err, ERROR_INVALID, "%s %s: %u descriptors, at most %u", p->name,
				 t->name, h->n_fds, t->fds_max);
	return 0;
}

int frame_bind(const struct ipc_protocol *p, const struct frame_header *h, const uint8_t *payload,
	       struct ipc_message *ret, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	m.def = &p->types[h->type];
	m.type = h->type;
	m.id = h->id;
	if (m.def->table) {
		m.body = calloc(1, m.def->table->size);
		if (!m.body)
			return error_oom(err);
		if (jmap_read(payload, h->body_len, LIMIT_IPC_BODY, m.def->table, m.body, err) < 0)
			return error_wrap(err, "%s %s", p->name, m.def->name);
	}
	if (h->blob_len && buf_append(&m.blob, payload + h->body_len, h->blob_len, err) < 0)
		return -1;
	*ret = m;
	m = (struct ipc_message)IPC_MESSAGE_INIT;
	return 0;
}

ssize_t frame_sendmsg(int fd, const void *data, size_t len, const int *fds, unsigned n_fds,
		      int flags)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n_fds) {
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
	}
	return sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
}

static int take_fds(struct cmsghdr *c, int *fds, unsigned *n_fds, unsigned max)
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int lost = 0;

	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (*n_fds < max) {
			fds[(*n_fds)++] = fd;
		} else {
			close(fd);
			lost = -1;
		}
	}
	return lost;
}

ssize_t frame_recvmsg(int fd, void *data, size_t len, int *fds, unsigned *n_fds, unsigned max)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * IPC_FDS_MAX)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	int lost = 0;

	if (n < 0)
		return -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			lost |= take_fds(c, fds, n_fds, max);
	if (lost || (msg.msg_flags & MSG_CTRUNC)) {
		errno = EPROTO;
		return -1;
	}
	return n;
}
