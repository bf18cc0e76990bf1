/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What each of the server's processes may do (docs/architecture.md, "Processes"): one table, used
 * by the supervisor that starts them and by each of them to seal itself. The server is never root,
 * so what a process sees of the filesystem is held by Landlock, the rest by seccomp.
 */
#include "base/jmap.h"
#include "base/proc.h"
#include "ipc/supervisor_messages.h"

/* Where things are; absolute. */
struct server_places {
	const char *tree;		  /* the channel tree */
	const char *listeners;		  /* the listeners' certificates and keys */
	const char *issuers;		  /* the issuers' certificates and keys */
	const char *bootstrap;		  /* what core imports at its first start */
	const char *data;		  /* the store */
	const char *program;		  /* that is started */
	const struct strings *key_access; /* what the key store's driver opens; NULL: nothing */
};

enum { SERVER_VIEW_MAX = 24 }; /* the key process: 10, and LIMIT_KEY_STORE_PATHS */

/* The profile of a process in these places; its view points into `view` and the places. */
struct proc_profile server_profile(enum server_role role, const struct server_places *places,
				   struct proc_path view[SERVER_VIEW_MAX]);
/* For a process of that role, first thing in its main. SERVER_ROLE_NONE is the supervisor, before
 * it starts the first: it keeps what it needs to confine them, and what any of them keeps. Errors:
 * as proc_seal. */
/* For the process of the keys: where they are in a token, its driver speaks to a socket or a
 * device, and may keep files of its own. */
MUST_USE int server_seal_key(bool token, struct error *err);
MUST_USE int server_seal(enum server_role role, struct error *err);
