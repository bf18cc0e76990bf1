/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What runs and what listens, read once for all probes, from the kernel's own tables. */
#include "base/text.h"
#include "probe/probe.h"

enum { PROCESS_NAME = 16, UNIT_NAME = 256, ADDRESS_TEXT = 46 };

struct process {
	int pid;
	char name[PROCESS_NAME]; /* comm */
	char unit[UNIT_NAME]; /* the last .service, .scope or .socket of its control group, or "" */
	bool system;	      /* of the system's manager, not of a person's session */
	unsigned uid, euid;
	uint64_t cap_effective, cap_bounding;
	bool no_new_privileges; /* PR_SET_NO_NEW_PRIVS */
	unsigned filters;	/* of seccomp; a container puts one on all */
	bool confined;		/* by AppArmor, SELinux or Smack */
};

struct listener {
	const char *protocol; /* "tcp", "udp" */
	int family;
	char address[ADDRESS_TEXT];
	unsigned port, state, uid;
	uint64_t inode;
	bool loopback;
	size_t owner; /* index of a process; NO_OWNER where nobody is seen to hold it */
};
#define NO_OWNER SIZE_MAX

struct world {
	struct process *processes; /* without the kernel's threads */
	size_t n_processes;
	struct listener *listeners;
	size_t n_listeners;
	bool owners; /* every process's descriptors could be seen */
};

/* Made at first use; the probe keeps it. Errors: LIMIT, INVALID, UNSUPPORTED (no live device). */
MUST_USE int world_get(struct probe *p, const struct world **ret, struct error *err);
void world_free(struct world *w);

/* "tcp/22" */
void listener_id(const struct listener *l, char *id, size_t size);

/* ---- parsers of the kernel's texts, which show names that anybody can choose ---- */

/* One line of /proc/net/{tcp,tcp6,udp,udp6}; *ret whole on success. Errors: INVALID. */
MUST_USE int listener_parse(const char *line, struct listener *ret, struct error *err);
/* /proc/PID/status; a kernel's thread has no memory and leaves *user false. */
MUST_USE int process_parse(char *status, struct process *ret, bool *user, struct error *err);
/* /proc/PID/cgroup: the unit, and whose. */
void process_unit(char *cgroup, struct process *ret);

/* world.c fills the processes, listeners.c the listeners and their owners. */
MUST_USE int world_listeners(struct probe *p, struct world *w, struct error *err);
