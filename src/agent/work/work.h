/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One order of the manager, from WORK_START to WORK_DONE (ipc/agent_messages.h). The arguments are
 * bound here again: what the verifier accepted is data, and this process believes its own reading.
 */
#include "agent/work/records.h"
#include "ipc/agent_messages.h"

struct wanted {
	const struct function *function;
	const struct behaviour *behaviour;
	void *args; /* owned */
};

struct work {
	int fd; /* the channel to the manager; not owned */
	struct platform platform;
	enum work_kind kind;
	struct wanted *wanted; /* owned */
	size_t n_wanted;
	struct records before;		/* announced by the manager, newest first */
	struct records run;		/* made in this run, newest last */
	const struct function *current; /* whose change is being made */
	uint32_t seq;
	char *key_reason; /* owned; what platform.keys points to */
};

void work_done(struct work *w);
#define auto_work CLEANUP(work_done)

/* Read the order: its items are bound, its records parsed. Errors: INVALID, LIMIT, UNAVAILABLE. */
MUST_USE int work_read(int fd, struct work *w, struct error *err);
/* What the order needs from the sandbox (enum sandbox). */
unsigned work_needs(const struct work *w);
/* Carry it out and answer. An error only where no answer could be given, or where a failed run
 * could not be undone: the manager recovers then. */
MUST_USE int work_run(struct work *w, struct error *err);

/* ---- between the files of this folder ---- */

MUST_USE int work_send(struct work *w, unsigned type, const void *body, const struct buf *blob,
		       struct error *err);
/* WORK_DONE; message and detail may be NULL. */
MUST_USE int work_end(struct work *w, enum work_outcome outcome, const char *message,
		      json_t *detail, struct error *err);
/* Read one setting back and send its WORK_STATE. `different`: the state of what does not hold
 * ("failed", "drifted"). *holds: whether it reads back as wanted. */
MUST_USE int work_report(struct work *w, const struct wanted *x, const char *different, bool *holds,
			 struct error *err);
/* Ask the drivers, send WORK_CAPABILITIES. *missing: the first key that cannot be done, or NULL;
 * why is its reason. */
MUST_USE int work_probe(struct work *w, const char **missing, struct error *why, struct error *err);
MUST_USE int work_policy(struct work *w, struct error *err);
