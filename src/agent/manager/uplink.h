/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The manager's side of the net process: requests with their answers, instructions as they come,
 * and the state of the channel. Started when there is something to talk to, and again when it ends.
 */
#include "agent/manager/child.h"
#include "agent/manager/keyholder.h"
#include "ipc/agent_messages.h"

struct uplink;

struct uplink_handler {
	/* -1: net does not keep to what was agreed; it is ended. */
	int (*instruction)(const struct net_instruction *i, struct buf *der, void *userdata,
			   struct error *err);
	void (*event)(const struct net_event *e, void *userdata);
	void (*asked)(void *userdata); /* the server asks for a check-in */
	void *userdata;
};

/* An answer, of the type that belongs to the request. *err has code ERROR_NONE, or says why there
 * is none (as net told it, or UNAVAILABLE); then m is NULL. */
typedef void uplink_fn(struct ipc_message *m, const struct error *err, void *userdata);

/* keys: whose channel each net process gets; must outlive the uplink. NULL: it gets none. */
MUST_USE int uplink_new(sd_event *loop, const char *libexec, struct keyholder *keys,
			const struct uplink_handler *h, struct uplink **ret, struct error *err);
struct uplink *uplink_free(struct uplink *u);
DEFINE_CLEANUP(struct uplink *, uplink_free)

/* Ask net; `fn` is called exactly once, never from within. Where it cannot be sent, the error is
 * told through fn as well. */
void uplink_ask(struct uplink *u, const struct ipc_send *s, uplink_fn *fn, void *userdata);
/* Tell net (NET_CONNECT, NET_DISCONNECT, NET_NEXT). A NET_CONNECT is told again to a net that was
 * started anew, by `reconnect`. Errors: as proc_spawn, and those of channel_send. */
MUST_USE int uplink_tell(struct uplink *u, const struct ipc_send *s, struct error *err);
/* End the process; requests are answered with UNAVAILABLE. */
void uplink_stop(struct uplink *u);
bool uplink_up(const struct uplink *u);
