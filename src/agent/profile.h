/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The confinement of the device's processes: what each keeps. What each therefore cannot do is the
 * table of test/integration/test_confinement.py, whose rows are tried from inside.
 */
#include "base/proc.h"

/* Where the agent lives on a device; the packages create the users and the last two. */
#define AGENT_STATE "/var/lib/muster-agent"
#define AGENT_KEYS AGENT_STATE "/keys"
#define AGENT_RUN "/run/muster-agent"
#define AGENT_CONF "/etc/muster"

#define AGENT_PROCESSES(X) \
	X(AGENT_NET, "net", "muster-agent-net", "muster-net") \
	X(AGENT_KEY, "key", "muster-agent-key", "muster-key") \
	X(AGENT_VERIFY, "verify", "muster-agent-verify", "muster-verify") \
	X(AGENT_WORK, "work", "muster-agent-work", NULL) \
	X(AGENT_MANAGER, "manager", "muster-agent", NULL)

enum agent_process {
#define X(id, name, program, user) id,
	AGENT_PROCESSES(X)
#undef X
		AGENT_PROCESS_MAX_
};

/* The name of one ("net"), and of its program below libexec. */
const char *agent_process_name(enum agent_process which);
const char *agent_process_program(enum agent_process which);

/*
 * The profile of a process; static. `needs`: for AGENT_WORK the union of what its functions need
 * (enum sandbox of proto/function.h), for AGENT_KEY 0 or AGENT_KEY_TOKEN, for the rest 0. The view
 * of AGENT_WORK is made of `needs` too: one worker at a time. AGENT_MANAGER has only a filter, for
 * proc_seal: what it needs to confine the others, and what any of them may keep, a token's driver
 * too.
 */
const struct proc_profile *agent_profile(enum agent_process which, unsigned needs);

enum { AGENT_KEY_TOKEN = 1 }; /* its keys are in a token */
/*
 * The profile of AGENT_KEY whose keys are in a token: it sees these paths too, as what they are
 * (device nodes, sockets and directories to be written, files to be read), and has the group of the
 * first device among them, unless that is root's. Static; at most AGENT_KEY_PATHS count.
 */
enum { AGENT_KEY_PATHS = 16 };
const struct proc_profile *agent_key_profile(const char *const *paths, size_t n);
