/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The device's private keys: made, kept, used and destroyed here, and never exported
 * (FCS_STG_EXT.4, FCS_CKM_EXT.4). Two of them, with two
 * slots each: `channel` authenticates the device to its server, `evidence` signs what the device
 * says of itself. Where they are, the key store says (crypto/key_store.h): a file each in a
 * directory that only this process's user can read, or a token.
 */
#include "crypto/key.h"
#include "ipc/agent_messages.h"

/* Who asks decides what may be asked: net may use the channel key, the manager the rest. */
enum keys_client { KEYS_MANAGER, KEYS_NET };

struct keys {
	const char *dir;		    /* of the files */
	const char *store;		    /* crypto/key_store.h; NULL: files */
	struct key *loaded[AGENT_KEY_MAX_]; /* by enum agent_key; NULL: not yet */
	struct error unusable;		    /* code ERROR_NONE: the store is there */
};

/* Load what a token needs of libraries, before the process seals itself. What fails is the answer
 * to every request. */
void keys_prepare(struct keys *k);
void keys_done(struct keys *k);
#define auto_keys CLEANUP(keys_done)

/*
 * Answer one request on the descriptor that it came from. Failures are answered (AGENT_KEY_FAILED:
 * DENIED where the client may not ask that, NOT_FOUND, CONFLICT …); -1 only where the answer could
 * not be sent.
 */
MUST_USE int keys_answer(struct keys *k, enum keys_client client, const struct ipc_message *m,
			 int fd, struct error *err);
