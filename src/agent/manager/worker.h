/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One worker process: carries out a policy, a command, a read-back or an undoing in a sandbox made
 * of what its functions need. Undo records are in the journal, on disk, before it goes on.
 */
#include "agent/manager/child.h"
#include "agent/manager/keyholder.h"
#include "base/sqlite.h"
#include "ipc/agent_messages.h"

struct worker;

/* What it did. The lists are the worker's. */
struct worker_result {
	const struct error *why;	   /* code ERROR_NONE: it said done, and well */
	const struct jmap_list *states;	   /* struct work_state, in order */
	const struct jmap_list *abilities; /* struct work_capability */
	json_t *detail;			   /* a command's answer, or NULL */
	bool orderly; /* it ended by itself: what it changed, it has undone or done */
};
/* Called once; the worker must be freed in it. why: REFUSED with REASON_UNSUPPORTED (nothing was
 * touched), INTERNAL (failed, or it died). */
typedef void worker_fn(struct worker *w, const struct worker_result *r, void *userdata);

struct worker_job {
	enum work_kind kind;
	const char *id;	     /* of the document; NULL: none */
	const json_t *items; /* key → arguments; NULL: none */
	unsigned needs;	     /* enum sandbox */
	int64_t undo_run;    /* whose journal records are announced, newest first; -1: none */
	int64_t run;	     /* where new undo records go; 0: the worker may change nothing */
	const struct keyholder_level *keys; /* the weakest of the device's keys; NULL: not asked */
	worker_fn *fn;			    /* who is told */
	void *userdata;
};

/* In two steps: the process is started, and loads, while the caller makes sure of something; it
 * acts only when it is told to begin. */
MUST_USE int worker_prepare(const struct host *host, const struct worker_job *job,
			    struct worker **ret, struct error *err);
MUST_USE int worker_begin(struct worker *w, const struct worker_job *job, struct error *err);
/* Both. */
MUST_USE int worker_start(const struct host *host, const struct worker_job *job,
			  struct worker **ret, struct error *err);
struct worker *worker_free(struct worker *w);
DEFINE_CLEANUP(struct worker *, worker_free)

/* What the settings of a policy, or one command, need of the sandbox together. */
unsigned worker_needs(const json_t *settings);
