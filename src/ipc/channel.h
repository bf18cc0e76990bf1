/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Framed messages between our own processes over a Unix stream socket: a fixed header, a JSON body
 * bound through the protocol's table, an opaque blob, and file descriptors. Which messages exist,
 * and how large they may be, is a table per pair of processes (struct ipc_protocol); a frame
 * whose header does not fit the table ends the channel, one whose body does not is the handler's
 * to judge.
 *
 * Two ways to use a socket: a `struct channel` on an sd-event loop (never blocks; what cannot be
 * sent is queued up to a limit), or ipc_read and ipc_write on the descriptor (blocking, for
 * one-shot processes and for a call that must be answered before anything else happens).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jmap.h"

struct ipc_type {
	const char *name;		/* for logs: "checkin" */
	const struct jmap_table *table; /* the body; NULL: no body */
	size_t blob_max;		/* bytes; 0: no blob */
	unsigned fds_max;		/* at most IPC_FDS_MAX */
};

struct ipc_protocol {
	const char *name;
	const struct ipc_type *types;
	size_t n_types;
};

enum { IPC_FDS_MAX = 4 };

/* One message. A received one owns everything below; release with ipc_message_done. */
struct ipc_message {
	const struct ipc_type *def;
	unsigned type; /* index into the protocol's table */
	uint32_t id;   /* request and reply carry the same; 0: not a request */
	void *body;    /* bound struct, or NULL */
	struct buf blob;
	int fds[IPC_FDS_MAX];
	unsigned n_fds;
};

void ipc_message_done(struct ipc_message *m);
#define auto_ipc_message CLEANUP(ipc_message_done)
#define IPC_MESSAGE_INIT \
	{ \
		.fds = { -1, -1, -1, -1 } \
	}

/* What to send. Nothing is owned: body, blob and fds stay the caller's. */
struct ipc_send {
	unsigned type;
	uint32_t id;
	const void *body; /* a struct of the type's table */
	const void *blob;
	size_t blob_len;
	const int *fds;
	unsigned n_fds;
};

/* Blocking. Errors: INVALID (a bad frame), LIMIT, UNAVAILABLE (peer gone), TIMEOUT (SO_RCVTIMEO).
 */
MUST_USE int ipc_write(int fd, const struct ipc_protocol *p, const struct ipc_send *s,
		       struct error *err);
MUST_USE int ipc_read(int fd, const struct ipc_protocol *p, struct ipc_message *ret,
		      struct error *err);
/* Send a request and read the reply of the same id. */
MUST_USE int ipc_call(int fd, const struct ipc_protocol *p, const struct ipc_send *s,
		      struct ipc_message *ret, struct error *err);

struct channel;
/* A message arrived; it is the channel's and is released after the call, unless stolen from. A
 * return of -1 (with *err) ends the channel. */
typedef int channel_message_fn(struct channel *c, struct ipc_message *m, void *userdata,
			       struct error *err);
/* The peer is gone, or broke the protocol (err says which). Called once; free the channel in it
 * or later. */
typedef void channel_closed_fn(struct channel *c, const struct error *err, void *userdata);
/* A whole frame arrived whose header is good and whose body does not bind: `m` has its type and id
 * alone, `why` says what is wrong. The framing is still in step, so that one bad message need not
 * cost its neighbours. A return of -1 (with *err) ends the channel. */
typedef int channel_unbound_fn(struct channel *c, const struct ipc_message *m,
			       const struct error *why, void *userdata, struct error *err);

struct channel_handler {
	channel_message_fn *message;
	channel_closed_fn *closed;
	void *userdata;
	channel_unbound_fn *unbound; /* NULL: such a frame ends the channel */
};

/* Takes over fd (made non-blocking) on success and on failure. */
MUST_USE int channel_new(sd_event *loop, int fd, const struct ipc_protocol *p,
			 const struct channel_handler *h, struct channel **ret, struct error *err);
struct channel *channel_free(struct channel *c);
DEFINE_CLEANUP(struct channel *, channel_free)
#define auto_channel CLEANUP(channel_freep)
/* Queue a message and send what the socket takes. Errors: LIMIT (the queue is full: the peer does
 * not read), INVALID (the message does not fit the table), UNAVAILABLE (closed). */
MUST_USE int channel_send(struct channel *c, const struct ipc_send *s, struct error *err);
/* A fresh request id, never 0. */
uint32_t channel_next_id(struct channel *c);
/* Bytes that wait to be sent. */
size_t channel_queued(const struct channel *c);
