/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Children that are the test: instead of agent/manager/child.c, so that a process of the agent says
 * what the test wants it to say, well-behaved or not.
 */
#include "agent/manager/child.h"
#include "ipc/agent_messages.h"

/* The last one of its kind that was started and still lives; NULL: none. */
struct child *stub_child(enum agent_process which);
/* How many of a kind were started. */
unsigned stub_started(enum agent_process which);
/* Say something as the child, and let the manager act on it. */
void stub_say(sd_event *loop, struct child *c, const struct ipc_send *s);
/* What the manager told the child next; release with ipc_message_done. False: nothing. */
bool stub_hear(struct child *c, struct ipc_message *ret);
/* Let the manager act on what is there. */
void stub_settle(sd_event *loop);
