/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A channel tree made by `muster init`, and the real muster-server-key and muster-server-core, each
 * with the test as its supervisor and, for core, as its front.
 */
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "check.h"
#include "ipc/key_messages.h"
#include "ipc/server_messages.h"
#include "ipc/supervisor_messages.h"

struct process {
	pid_t pid;	/* 0: not started */
	int supervisor; /* our end */
};

struct process_bed {
	char dir[64], tree[96], data[96];
	struct process key, core;
	int front; /* our end of the front's channel; -1 */
	uint32_t id;
};

/* The tree, and no process. */
void bed_open(struct process_bed *b);
/* Ends what runs, and removes the directory. */
void bed_close(struct process_bed *b);

void bed_start_key(struct process_bed *b);
/* core with key and one front; returns when it is ready. */
void bed_start_core(struct process_bed *b);
/* kill -9, and wait. */
void bed_kill(struct process *p);
/* Send a message without a body; the exit status, -1 where a signal ended it. */
void bed_tell(struct process *p, unsigned type);
int bed_wait(struct process *p);
/* A socket to a process: its other end is given to it as that of `role`. */
int bed_peer(struct process *p, enum server_role role);
/* Let key serve core (again). */
void bed_join(struct process_bed *b);

/* Ask and read the reply of the same id; events that come before are passed over. 0, or -1 with the
 * error that was answered. */
int bed_ask(struct process_bed *b, int fd, const struct ipc_protocol *p, const struct ipc_send *s,
	    struct ipc_message *ret, struct error *err);
/* Read until an event of a type comes. */
void bed_await(struct process_bed *b, unsigned type, struct ipc_message *ret);
