/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the server answers, turned into what the manager is told: bodies are bound through their
 * table here and written anew, so that nothing from the network reaches the manager unread.
 */
#include "crypto/cert.h"
#include "http/reply.h"
#include "ipc/agent_messages.h"

/* Answer the manager's request `id` of a type with the server's answer. Errors: those of
 * channel_send; a bad or failing answer is told with NET_FAILED, and is none. `key`: digest of the
 * evidence key that NET_CERTIFY was for, or "". */
MUST_USE int reply_forward(struct channel *manager, unsigned type, uint32_t id,
			   const struct http_answer *a, struct error *err);
/* The life of a certificate that was issued. */
void reply_certified(const struct cert *cert, struct net_certified *ret);
MUST_USE int reply_failed(struct channel *manager, uint32_t id, const struct error *why,
			  struct error *err);
/* Send every instruction of an answer on, and that a check-in is asked for. *after: the sequence
 * number of the last. Errors: INVALID,
 * and those of channel_send. */
MUST_USE int reply_instructions(struct channel *manager, const struct buf *body, uint64_t *after,
				struct error *err);
