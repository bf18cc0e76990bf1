/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One process that the supervisor keeps running. It is started with its profile and one channel;
 * when it dies it is started anew after a pause that doubles with each failure, until it has been
 * ready for a while.
 */
#include <systemd/sd-event.h>

#include "ipc/supervisor_messages.h"
#include "server/supervisor/conf.h"

enum child_state {
	CHILD_DOWN,	/* not started, or waiting to be started anew */
	CHILD_STARTING, /* runs, and is not ready yet */
	CHILD_READY,
	CHILD_STOPPING, /* told to stop: its end is no failure */
	CHILD_GONE,	/* ended as told */
};

struct child;
struct child_handler {
	/* Started: hand it its sockets. */
	void (*started)(struct child *c, void *userdata);
	void (*ready)(struct child *c, void *userdata);
	/* It ended: as told (CHILD_GONE), or it failed and will be started anew (CHILD_DOWN). */
	void (*ended)(struct child *c, void *userdata);
	void *userdata;
};

struct child {
	enum server_role role;
	unsigned index; /* among those of its role */
	enum child_state state;
	unsigned failures; /* in a row */
	/* Inside. */
	const struct conf_file *conf;
	struct child_handler handler;
	sd_event *loop;
	sd_event_source *watch, *timer;
	struct channel *control;
	pid_t pid;
	char name[24]; /* "front 1" */
};

/* Embed: the loop and conf stay the caller's. */
void child_init(struct child *c, sd_event *loop, enum server_role role, unsigned index,
		const struct conf_file *conf, const struct child_handler *h);
void child_done(struct child *c);
bool child_runs(const struct child *c);
/* Start it; what fails is logged, and tried again later. */
void child_start(struct child *c);
/* Tell it to end; it is killed where it does not within LIMIT_SERVER_STOP_S. */
void child_stop(struct child *c);
void child_reload(struct child *c);
/* Give it a socket to the process of a role, the fronts' cache, or a socket to listen on. Failures
 * end the child, which is then started anew. fd stays the caller's. */
void child_peer(struct child *c, enum server_role role, int fd);
void child_cache(struct child *c, int fd);
void child_listen(struct child *c, enum server_listener listener, int fd);
