/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The next channel key's certificate (RFC 7030 4.2.2; docs/protocol.md "Renewal"), and whether the
 * server takes it. Both wait for the server, for at most LIMIT_HTTP_CALL_S a step: this happens a
 * few times a year.
 */
#include "agent/net/identity.h"

/* csr: PKCS#10 by the next key. Over the channel by the present certificate; or, where that has
 * expired, in CMS by its key, to the enrollment listener. Errors: as http_session_call, and what
 * the server answers (DENIED: the grace is over, or it knows no such certificate). */
MUST_USE int renew(const struct net_renew *rq, const struct buf *csr, int key_fd, struct cert **ret,
		   struct error *err);
/* A mutual connection and a request by this identity. Errors: likewise; UNAUTHORIZED or DENIED: the
 * server does not take it. */
MUST_USE int renew_probe(const struct net_connect *as, int key_fd, struct error *err);
