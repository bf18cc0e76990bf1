/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The manager's side of the key process, which runs only while it is asked: the manager keeps its
 * ends of both channels, starts it when a request waits on one, and lets it end when it is idle.
 */
#include "ipc/agent_messages.h"

struct keyholder;

MUST_USE int keyholder_new(sd_event *loop, const char *libexec, struct keyholder **ret,
			   struct error *err);
struct keyholder *keyholder_free(struct keyholder *k);
DEFINE_CLEANUP(struct keyholder *, keyholder_free)
/* What the net process talks to; to be handed to it as AGENT_FD_PEER. Stays the holder's. */
int keyholder_net_fd(const struct keyholder *k);
/* Ask, and wait for the answer, whose blob is appended to *out (may be NULL). Errors: what the key
 * process says, UNAVAILABLE, TIMEOUT. */
MUST_USE int keyholder_ask(struct keyholder *k, const struct ipc_send *s, struct buf *out,
			   struct error *err);
