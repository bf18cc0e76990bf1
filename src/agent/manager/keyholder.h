/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The manager's side of the key process, which runs only while it is asked: the manager keeps its
 * ends of both channels, starts it when a request waits on one, and lets it end when it is idle.
 */
#include "base/limits.h"
#include "ipc/agent_messages.h"

struct keyholder;

/* Where the keys are (agent.conf); nothing is owned, and all must outlive the holder. */
struct keyholder_store {
	const char *uri;	      /* crypto/key_store.h; NULL: files */
	const struct strings *access; /* what its driver opens; NULL: what its kind usually does */
};
/* store NULL: files. */
MUST_USE int keyholder_new(sd_event *loop, const char *libexec, const struct keyholder_store *store,
			   struct keyholder **ret, struct error *err);
struct keyholder *keyholder_free(struct keyholder *k);
DEFINE_CLEANUP(struct keyholder *, keyholder_free)
/*
 * What a net process that is to be started talks to, as its AGENT_FD_PEER; stays the holder's,
 * until the next call. Each net process has a channel of its own: what one that was taken over
 * asked, and did not read, is not the answer to the next one's question. Errors: as socketpair.
 */
MUST_USE int keyholder_net_fd(struct keyholder *k, int *ret, struct error *err);
/* Ask (the id is filled in), and wait for the answer, which must be of that type and whose blob is
 * appended to *out (may be NULL). Where there is none in time, the process is killed, and a fresh
 * one is asked once more. Errors: what the key process says, INVALID, UNAVAILABLE, TIMEOUT. */
MUST_USE int keyholder_ask(struct keyholder *k, const struct ipc_send *s,
			   enum agent_key_type answer, struct buf *out, struct error *err);
/* How well a key is kept. Errors: as keyholder_ask. */
struct keyholder_level {
	unsigned level;
	char reason[LIMIT_STATE_LINE + 1];
};
MUST_USE int keyholder_rate(struct keyholder *k, enum agent_key which, struct keyholder_level *ret,
			    struct error *err);
/* Both keys; there may be none. Errors: as keyholder_ask; then keys may be left. */
MUST_USE int keyholder_destroy(struct keyholder *k, struct error *err);
