/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A process of the agent's, started with its profile and a channel to it. */
#include "agent/profile.h"
#include "ipc/channel.h"

/* Where the manager's children run, and where what they say is kept. Nothing is owned. */
struct host {
	sd_event *loop;
	const char *libexec;
	struct sqlite *db;
};

struct child;

struct child_handler {
	channel_message_fn *message; /* the channel given is the child's */
	/* The process has ended and its channel with it: status as of waitid(2), signalled < 0.
	 * Called once, after the last message; the child may be freed in it. */
	void (*ended)(struct child *c, int status, void *userdata);
	void *userdata;
};

struct child_spec {
	enum agent_process which;
	unsigned needs; /* of AGENT_WORK */
	const char *libexec;
	const struct ipc_protocol *protocol;
	int peer_fd;	     /* becomes AGENT_FD_PEER; -1: none. Stays the caller's. */
	uint64_t deadline_s; /* after which it is killed; 0: none */
};

/* Errors: as proc_spawn and channel_new. */
MUST_USE int child_start(sd_event *loop, const struct child_spec *spec,
			 const struct child_handler *h, struct child **ret, struct error *err);
/* Kills the process if it still runs; no further call back. Accepts NULL; returns NULL. */
struct child *child_free(struct child *c);
DEFINE_CLEANUP(struct child *, child_free)
struct channel *child_channel(struct child *c);
/* A connected pair of Unix stream sockets, close-on-exec. */
MUST_USE int child_socketpair(int fds[2], struct error *err);
