/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What net needs to open the trusted channel: the device's certificate, its key, which is in
 * another process and is asked for each signature, and what the server is judged by.
 */
#include "crypto/tls.h"
#include "ipc/agent_messages.h"

struct identity {
	struct key *key;       /* signs through the key process */
	struct certs *chain;   /* own certificate first; NULL: none yet */
	struct certs *anchors; /* of the server; NULL: found by a digest */
	struct crls *crls;     /* of the anchors */
};

void identity_done(struct identity *id);
#define auto_identity CLEANUP(identity_done)

/* The channel key, through the channel fd to the key process, whose answers are waited for.
 * Errors: NOT_FOUND (none was made), UNAVAILABLE, TIMEOUT. */
MUST_USE int identity_open_key(int fd, enum agent_key which, struct key **ret, struct error *err);
/* Errors: as the parsers of crypto/cert.h and crypto/crl.h. */
MUST_USE int identity_load(const struct net_connect *from, int key_fd, struct identity *ret,
			   struct error *err);
/* Replace the revocation list; one that an anchor has not signed, or that is older than the one
 * there is, is refused. *newer: whether it is newer. Errors: REFUSED, UNAVAILABLE. */
MUST_USE int identity_renew_crl(struct identity *id, const struct buf *der, bool *newer,
				struct error *err);
