/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The trusted channel to the server (FTP_ITC_EXT.1): one mutually authenticated connection that is
 * kept, held instruction requests on it, and the manager's requests between them. A lost connection
 * is opened anew with growing, random waits. Where the server's revocation status is not known or
 * has run out, the first connection asks for nothing but the CRL, the server is judged again with
 * it, and a second connection is opened.
 */
#include "ipc/agent_messages.h"

struct link;

/* `manager` and key_fd stay the caller's. */
MUST_USE int link_new(sd_event *loop, struct channel *manager, int key_fd,
		      const struct net_connect *to, struct link **ret, struct error *err);
struct link *link_free(struct link *l);
DEFINE_CLEANUP(struct link *, link_free)

/* Pass one of the manager's requests on (NET_CHECKIN, NET_RECORDS, NET_CERTIFY, NET_FETCH). Its
 * answer, or NET_FAILED, goes to the manager later. Errors: UNAVAILABLE (not connected), INVALID.
 */
/* The manager has dealt with everything up to there: more may be asked for. */
void link_next(struct link *l, uint64_t after);
MUST_USE int link_request(struct link *l, const struct ipc_message *m, struct error *err);
