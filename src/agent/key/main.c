/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-agent-key DIR: holds the device's private keys. Started by the manager when a request
 * waits, with its channels to the manager and to net; ends by itself when nothing was asked for a
 * while, since a key is needed once a connection.
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "agent/key/keys.h"
#include "agent/profile.h"
#include "base/log.h"

enum {
	IDLE_MS = 5000,
	FRAME_TIMEOUT_S = 2, /* a client that stops in the middle of a request is left */
};

static int serve(struct keys *k, struct error *err)
{
	struct pollfd fds[] = {
		[KEYS_MANAGER] = { .fd = AGENT_FD_MANAGER, .events = POLLIN },
		[KEYS_NET] = { .fd = AGENT_FD_PEER, .events = POLLIN },
	};

	while (poll(fds, ARRAY_SIZE(fds), IDLE_MS) > 0)
		for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
			auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

			if (!fds[i].revents)
				continue;
			if (ipc_read(fds[i].fd, &agent_key_protocol, &m, err) < 0 ||
			    keys_answer(k, (enum keys_client)i, &m, fds[i].fd, err) < 0)
				return -1;
		}
	return 0;
}

int main(int argc, char **argv)
{
	const struct timeval patience = { .tv_sec = FRAME_TIMEOUT_S };
	struct error err = ERROR_INIT;
	auto_keys struct keys keys = { .dir = argc == 2 ? argv[1] : AGENT_KEYS };

	log_init("muster-agent-key");
	if (proc_seal(agent_profile(AGENT_KEY, 0), &err) < 0) {
		log_error("%s", err.msg);
		return error_exit(err.code);
	}
	for (int fd = AGENT_FD_MANAGER; fd <= AGENT_FD_PEER; fd++)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (serve(&keys, &err) < 0 && err.code != ERROR_UNAVAILABLE) {
		log_warning("%s", err.msg);
		return error_exit(err.code);
	}
	return 0;
}
