/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Enrollment by EST (RFC 7030) over an authenticated server (FIA_ENR_EXT.2, FTP_TRP.1):
 *  1. connect, finding the anchor by its digest in the chain that the server sends; revocation
 *     status pending, so nothing but the public CRL is asked for on this connection;
 *  2. judge the server again, with the CRL; whoever fails is told nothing;
 *  3. connect anew, fully judged, and only now send the one-time secret with a request for the
 *     channel key.
 * Without a digest (trust on first use) the anchor is the self-signed certificate that the server
 * presents; the manager has asked, and records it.
 */
#include "crypto/key.h"
#include "ipc/agent_messages.h"

/* Blocks, at most LIMIT_HTTP_CALL_S a step: nothing else happens in net meanwhile. *ret is to be
 * released with jmap_done, as the body of NET_ENROLLED. Errors: REFUSED with REASON_CERT_* (the
 * server, or what it issued), UNAUTHORIZED and DENIED (the secret), UNAVAILABLE, TIMEOUT. */
MUST_USE int enroll(const struct net_enroll *rq, int key_fd, struct net_enrolled *ret,
		    struct error *err);
/* The path of the request, with what the device says of itself; appended. */
MUST_USE int net_enroll_path(const struct net_enroll *rq, struct buf *out, struct error *err);
void net_enrolled_done(struct net_enrolled *e);
