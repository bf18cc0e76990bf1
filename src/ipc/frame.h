/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A frame's layout, shared by the blocking and the event-driven side of ipc/channel.h: a header in
 * host byte order (both ends are this machine), the body's JSON, the blob. File descriptors are
 * sent with the frame's first byte, so that they have arrived when its header has.
 */
#include "ipc/channel.h"

struct frame_header {
	uint32_t body_len, blob_len;
	uint32_t id;
	uint16_t type;
	uint16_t n_fds;
};

/* A message as bytes; appended. Errors: INVALID (does not fit the table), LIMIT. */
MUST_USE int frame_write(const struct ipc_protocol *p, const struct ipc_send *s, struct buf *out,
			 struct error *err);
/* Errors: INVALID (unknown type, too large for it, too many descriptors). */
MUST_USE int frame_check(const struct ipc_protocol *p, const struct frame_header *h,
			 struct error *err);
/* Bind a whole frame's payload (body and blob after the header). fds are not touched. */
MUST_USE int frame_bind(const struct ipc_protocol *p, const struct frame_header *h,
			const uint8_t *payload, struct ipc_message *ret, struct error *err);

/* One sendmsg with descriptors. Returns the bytes sent, or -1 with errno. */
ssize_t frame_sendmsg(int fd, const void *data, size_t len, const int *fds, unsigned n_fds,
		      int flags);
/* One recvmsg; what descriptors come are appended to fds (of max; more are closed, and make it
 * fail with EPROTO). Returns the bytes, 0 at the end, or -1 with errno. */
ssize_t frame_recvmsg(int fd, void *data, size_t len, int *fds, unsigned *n_fds, unsigned max);
