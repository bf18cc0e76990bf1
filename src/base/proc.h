/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Starting a process with the least that it needs, in two steps. proc_spawn, in the parent, applies
 * everything that can hold before exec: user, capabilities, namespaces, the view of the filesystem,
 * resource limits. proc_seal, first thing in the child's main, applies what must wait until the
 * program is loaded: the list of allowed system calls (by default without execve), and no dumps.
 * A denied call fails with EPERM.
 *
 * A filter is inherited and can only be narrowed: what starts others is sealed with the union of
 * what it needs itself and what they do, its ceiling, and each of them seals itself below that.
 *
 * One profile describes both, so that the two cannot differ. Where the parent is not root, the user
 * stays, mounts are impossible, and the view is held by Landlock (PROC_LANDLOCK) alone.
 * FPT_AEX_EXT, FDP_ACF_EXT: see docs/architecture.md, "Confinement".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum proc_access {
	PROC_READ = 1, /* and execute */
	PROC_WRITE,    /* read and write; not execute */
	PROC_DEVICE,   /* a device node */
	PROC_HIDDEN,   /* what lies over it is empty, or opens for nobody; not with PROC_LANDLOCK */
};

/* One part of the filesystem, with all below it. A path that does not exist is left out. */
struct proc_path {
	const char *path; /* absolute; a symbolic link is shown as the link */
	enum proc_access access;
};

/* Sets of system calls; proc_seal.c says which. */
#define PROC_SETS(X) \
	X(PROC_SET_BASIC, 0, "basic")	/* memory, time, descriptors that exist, poll: always */ \
	X(PROC_SET_FILES, 1, "files")	/* open, list and stat, for what the view allows */ \
	X(PROC_SET_CHANGE, 2, "change") /* create, write, rename, remove, owners and modes */ \
	X(PROC_SET_MESSAGES, 3, "messages") /* send and receive on sockets that exist */ \
	X(PROC_SET_UNIX, 4, "unix")	    /* make and connect Unix sockets */ \
	X(PROC_SET_INET, 5, "inet")	    /* make and connect internet sockets; look up names */ \
	X(PROC_SET_SERVE, 6, "serve")	    /* bind, listen, accept */ \
	X(PROC_SET_SPAWN, 7, "spawn")	    /* fork, execve, wait, signal others */ \
	X(PROC_SET_LOAD, 8, "load")	    /* map code that is not writable: programs, dlopen */ \
	X(PROC_SET_USERS, 9, "users")	    /* become another user, as PAM may */ \
	X(PROC_SET_SEAL, 10, "seal")   /* filters and Landlock, for a child before its exec */ \
	X(PROC_SET_MOUNT, 11, "mount") /* namespaces and mounts, as proc_spawn makes them */

enum proc_set {
#define X(id, bit, name) id = 1 << (bit),
	PROC_SETS(X)
#undef X
};

enum proc_flags {
	PROC_NEW_NET = 1 << 0,	/* an empty network namespace: not even loopback */
	PROC_NEW_PID = 1 << 1,	/* sees and signals no other process; its first: a signal that it
				 * has no handler for does not end it, but one from outside does */
	PROC_NEW_IPC = 1 << 2,	/* and no System V IPC */
	PROC_VIEW = 1 << 3,	/* a root of its own that holds `view` and nothing else */
	PROC_OVERLAY = 1 << 4,	/* the whole filesystem, read-only, and `view` on it */
	PROC_LANDLOCK = 1 << 5, /* `view` as Landlock rules */
};

struct proc_profile {
	const char *name;
	const char *user; /* of /etc/passwd, or a decimal id (with the same group); NULL: stays */
	gid_t group;	  /* instead of the user's own; 0: its own. Only with a user */
	uint64_t caps;	  /* 1 << CAP_x of those kept; all others leave the bounding set too */
	unsigned flags;	  /* enum proc_flags */
	const struct proc_path *view;
	size_t n_view;
	unsigned sets; /* enum proc_set; PROC_SET_BASIC is implied */
	/* Limits; 0: unchanged. */
	uint32_t max_files;	/* descriptors */
	uint64_t max_memory;	/* bytes of data (RLIMIT_DATA) */
	uint64_t max_file_size; /* bytes of one file written */
};

struct proc_command {
	const char *path;
	const char *const *argv; /* ends with NULL */
	const char *const *env;	 /* ends with NULL; NULL: PATH, LANG and the log's variables */
	/* fds[i] is the child's descriptor 3 + i; it has no other but stdout and stderr, and an
	 * empty stdin. All stay the caller's. */
	const int *fds;
	size_t n_fds;
};

/*
 * Start a process; *ret is its id. When it returns 0, everything is applied and exec was done. The
 * child dies with the parent. The caller reaps it.
 * Errors: NOT_FOUND (the program, or the user), DENIED (not allowed to confine it so), UNSUPPORTED
 * (the kernel lacks a part that the profile asks for), INVALID (the profile), UNAVAILABLE.
 */
MUST_USE int proc_spawn(const struct proc_profile *p, const struct proc_command *c, pid_t *ret,
			struct error *err);

/* In the child. Errors: UNSUPPORTED, INVALID, UNAVAILABLE. */
MUST_USE int proc_seal(const struct proc_profile *p, struct error *err);

/* Whether this kernel can hold a view by Landlock. */
bool proc_has_landlock(void);
/* The user and group id of a name of /etc/passwd or a decimal id. Errors: NOT_FOUND. */
MUST_USE int proc_user(const char *user, uid_t *uid, gid_t *gid, struct error *err);
