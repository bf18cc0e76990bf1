/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the supervisor (`muster-server`) and the server's other processes say to each other, and how
 * those are started:
 *
 *	muster-server-key   --tree DIR                     the channel tree: issuers/, online.*,
 **.crl muster-server-core  --data DIR --bootstrap FILE    the store; what a first start imports
 *	muster-server-front --listeners DIR --profile NAME [--tls12]
 *	                                              the listeners' certificates and keys
 *
 * Each finds its channel to the supervisor on descriptor SUPERVISOR_FD and everything else comes
 * over it: sockets to the other processes (also to those that were started anew) and, for front,
 * the listening sockets. Where the channel closes, the process exits.
 */
#include "ipc/channel.h"

enum { SUPERVISOR_FD = 3 };

/* X(id, wire name): the processes that the supervisor starts, in this order */
#define SERVER_ROLES(X) \
	X(SERVER_KEY, "key") \
	X(SERVER_CORE, "core") \
	X(SERVER_FRONT, "front")

enum server_role {
	SERVER_ROLE_NONE = 0,
#define X(id, name) id,
	SERVER_ROLES(X)
#undef X
		SERVER_ROLE_MAX_
};
extern const struct jmap_enum server_role_enum;

/* X(id, wire name): what front listens at */
#define SERVER_LISTENERS(X) \
	X(LISTENER_DEVICE, "device") \
	X(LISTENER_ENROLLMENT, "enrollment") \
	X(LISTENER_ADMINISTRATION, "administration")

enum server_listener {
	LISTENER_NONE = 0,
#define X(id, name) id,
	SERVER_LISTENERS(X)
#undef X
		LISTENER_MAX_
};
extern const struct jmap_enum server_listener_enum;
/* "device"; "?" out of range. */
const char *server_role_name(enum server_role r);
const char *server_listener_name(enum server_listener l);

/* X(id, wire name, body table or NULL, descriptors); none is a request */
#define SUPERVISOR_MESSAGES(X) \
	/* supervisor → child: a stream socket to the process of that role. One of each but, for \
	 * core, several fronts; a further one takes the place of one that died. */ \
	X(SUPERVISOR_PEER, "peer", &supervisor_peer_table, 1) \
	/* supervisor → front: a listening socket; all three before it is ready */ \
	X(SUPERVISOR_LISTEN, "listen", &supervisor_listen_table, 1) \
	/* supervisor → front, before the sockets: the cache (base/cache.h) of TLS sessions that \
	 * all fronts share, which outlives each of them */ \
	X(SUPERVISOR_CACHE, "cache", NULL, 1) \
	/* supervisor → child: read what is in files anew (certificates, keys, CRLs) */ \
	X(SUPERVISOR_RELOAD, "reload", NULL, 0) \
	/* supervisor → child: end in order, finish what was begun, exit with 0 */ \
	X(SUPERVISOR_STOP, "stop", NULL, 0) \
	/* child → supervisor, once: it can do its work (core: the store is open and key has \
	 * answered; front: core has answered and all listeners accept) */ \
	X(SUPERVISOR_READY, "ready", NULL, 0)

enum supervisor_message {
#define X(id, name, table, fds) id,
	SUPERVISOR_MESSAGES(X)
#undef X
		SUPERVISOR_MESSAGE_MAX_
};

struct supervisor_peer {
	int role; /* enum server_role */
};
struct supervisor_listen {
	int listener; /* enum server_listener */
};
extern const struct jmap_table supervisor_peer_table, supervisor_listen_table;
extern const struct ipc_protocol supervisor_protocol;
