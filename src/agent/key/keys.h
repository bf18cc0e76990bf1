/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The device's private keys: made, kept, used and destroyed here, and never exported
 * (FCS_STG_EXT.4, FCS_CKM_EXT.4). Two of them: `channel` authenticates the device to its server,
 * `evidence` signs what the device says of itself. One file each, PKCS#8 PEM, mode 0600, in a
 * directory that only this process's user can read.
 */
#include "crypto/key.h"
#include "ipc/agent_messages.h"

/* Who asks decides what may be asked: net may use the channel key, the manager the rest. */
enum keys_client { KEYS_MANAGER, KEYS_NET };

struct keys {
	const char *dir;
	struct key *loaded[AGENT_KEY_EVIDENCE + 1]; /* by enum agent_key; NULL: not yet */
};

void keys_done(struct keys *k);
#define auto_keys CLEANUP(keys_done)

/*
 * Answer one request on the descriptor that it came from. Failures are answered (AGENT_KEY_FAILED:
 * DENIED where the client may not ask that, NOT_FOUND, CONFLICT …); -1 only where the answer could
 * not be sent.
 */
MUST_USE int keys_answer(struct keys *k, enum keys_client client, const struct ipc_message *m,
			 int fd, struct error *err);
