/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Answering core's requests (ipc/key_messages.h), within the rates of this process's own. */
#include "ipc/channel.h"
#include "server/key/tree.h"

struct serve;

/* The tree is read from `dir`, now and at each serve_reload. */
MUST_USE int serve_new(const char *dir, const char *store, struct serve **ret, struct error *err);
struct serve *serve_free(struct serve *s);
DEFINE_CLEANUP(struct serve *, serve_free)
/* Where it fails, the old tree stays. */
MUST_USE int serve_reload(struct serve *s, struct error *err);
/* Answer one request on its channel. A request that fails is answered with KEY_ERROR; an error
 * here is the channel's. */
MUST_USE int serve_answer(struct serve *s, struct channel *c, const struct ipc_message *m,
			  struct error *err);
