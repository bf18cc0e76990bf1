/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/supervisor_messages.h"

#include "base/field.h"

static const char *const roles[] = { NULL,
#define X(id, name) name,
				     SERVER_ROLES(X)
#undef X
};
const struct jmap_enum server_role_enum = { roles, ARRAY_SIZE(roles) };

static const char *const listeners[] = { NULL,
#define X(id, name) name,
					 SERVER_LISTENERS(X)
#undef X
};
const struct jmap_enum server_listener_enum = { listeners, ARRAY_SIZE(listeners) };

const char *server_role_name(enum server_role r)
{
	return r > SERVER_ROLE_NONE && r < SERVER_ROLE_MAX_ ? roles[r] : "?";
}

const char *server_listener_name(enum server_listener l)
{
	return l > LISTENER_NONE && l < LISTENER_MAX_ ? listeners[l] : "?";
}

static const struct jmap peer_fields[] = {
	{ .key = "role",
	  .type = &jmap_enum,
	  .off = offsetof(struct supervisor_peer, role),
	  .flags = JMAP_REQUIRED,
	  .sub = &server_role_enum,
	  .doc = "of the process at the other end" },
};
const struct jmap_table supervisor_peer_table = JMAP_TABLE(
	"peer", "a socket to another process of the server", peer_fields, struct supervisor_peer);

static const struct jmap listen_fields[] = {
	{ .key = "listener",
	  .type = &jmap_enum,
	  .off = offsetof(struct supervisor_listen, listener),
	  .flags = JMAP_REQUIRED,
	  .sub = &server_listener_enum,
	  .doc = "who connects here" },
};
const struct jmap_table supervisor_listen_table =
	JMAP_TABLE("listen", "a listening socket", listen_fields, struct supervisor_listen);

static const struct ipc_type types[] = {
#define X(id, wire, body, fds) \
	[id] = { .name = wire, .table = body, .blob_max = 0, .fds_max = fds },
	SUPERVISOR_MESSAGES(X)
#undef X
};
const struct ipc_protocol supervisor_protocol = { "supervisor", types, ARRAY_SIZE(types) };
