/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Front's way to core: requests with their replies over one channel, which may go and come back.
 * Every request gets exactly one call of its reply function: with the reply, with the error that
 * core sent, or with UNAVAILABLE where core is not there or died meanwhile.
 */
#include <systemd/sd-event.h>

#include "ipc/server_messages.h"

struct link;
/* m: the reply, released after the call unless stolen from; NULL with *err. */
typedef void link_reply_fn(struct ipc_message *m, const struct error *err, void *userdata);

struct link_handler {
	/* An event of core (WAKE, MOVED, CUT, TRUST_IS, PKI_IS). */
	void (*event)(struct ipc_message *m, void *userdata);
	/* A (new) core is at the other end. */
	void (*attached)(void *userdata);
	/* core is gone, and none came in its place within LIMIT_SERVER_ALONE_MS: it may well live,
	 * the channel being all that ended. Only a start of this process gets another. */
	void (*alone)(void *userdata);
	void *userdata;
};

MUST_USE int link_new(sd_event *loop, const struct link_handler *h, struct link **ret,
		      struct error *err);
/* Replies that are due are given up with UNAVAILABLE. */
struct link *link_free(struct link *l);
DEFINE_CLEANUP(struct link *, link_free)
/* Take a socket to core in place of what was there. Takes over fd. */
MUST_USE int link_attach(struct link *l, int fd, struct error *err);
/* Ask; s->id is set here. `expect` is the type of the reply. The reply function may be called from
 * within, where core is not there. */
void link_call(struct link *l, const struct ipc_send *s, enum server_message expect,
	       link_reply_fn *reply, void *userdata);
/* Send an event; lost where core is not there. */
void link_post(struct link *l, const struct ipc_send *s);
