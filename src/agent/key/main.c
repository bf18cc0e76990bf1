/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-agent-key [DIR [STORE]]: holds the device's private keys. Started by the manager when a
 * request waits, with its channels to the manager and to net; ends by itself when nothing was asked
 * for a while, since a key is needed once a connection.
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "agent/key/keys.h"
#include "agent/profile.h"
#include "base/log.h"
#include "crypto/key_store.h"

enum {
	IDLE_MS = 5000,
	FRAME_TIMEOUT_S = 2, /* a client that stops in the middle of a request, or does not take its
			      * answer, is left */
};

static int serve_one(struct keys *k, enum keys_client client, int fd, struct error *err)
{
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	if (ipc_read(fd, &agent_key_protocol, &m, err) < 0)
		return -1;
	return keys_answer(k, client, &m, fd, err);
}

static int serve(struct keys *k, struct error *err)
{
	struct pollfd fds[] = {
		[KEYS_MANAGER] = { .fd = AGENT_FD_MANAGER, .events = POLLIN },
		[KEYS_NET] = { .fd = AGENT_FD_PEER, .events = POLLIN },
	};

	while (poll(fds, ARRAY_SIZE(fds), IDLE_MS) > 0)
		for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
			if (!fds[i].revents ||
			    serve_one(k, (enum keys_client)i, fds[i].fd, err) == 0)
				continue;
			if (i == KEYS_MANAGER)
				return -1;
			/* Net is not served any more in this life; the manager is. */
			log_warning("net: %s", err->msg);
			*err = (struct error)ERROR_INIT;
			fds[i].fd = -1;
			fds[i].revents = 0;
		}
	return 0;
}

int main(int argc, char **argv)
{
	const struct timeval patience = { .tv_sec = FRAME_TIMEOUT_S };
	struct error err = ERROR_INIT;
	auto_keys struct keys keys = { .dir = argc > 1 ? argv[1] : AGENT_KEYS,
				       .store = argc > 2 ? argv[2] : NULL };
	unsigned needs = key_store_is_token(keys.store) ? AGENT_KEY_TOKEN : 0;

	log_init("muster-agent-key");
	keys_prepare(&keys);
	if (proc_seal(agent_profile(AGENT_KEY, needs), &err) < 0) {
		log_error("%s", err.msg);
		return error_exit(err.code);
	}
	for (int fd = AGENT_FD_MANAGER; fd <= AGENT_FD_PEER; fd++) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	}
	if (serve(&keys, &err) < 0 && err.code != ERROR_UNAVAILABLE) {
		log_warning("%s", err.msg);
		return error_exit(err.code);
	}
	return 0;
}
