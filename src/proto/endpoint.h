/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What one port said to a stranger: muster-probe-scan writes it, muster-probe reads it. */
#include "base/jmap.h"

/* Whether it asks who is there before it does anything. */
#define ENDPOINT_ACCESSES(X) \
	X(ENDPOINT_OPEN, "open")	  /* it answered a request of nobody's */ \
	X(ENDPOINT_ASKS, "authenticates") /* it wants to know first */
#define X(id, name) id,
enum endpoint_access { ENDPOINT_ACCESS_NONE_ = 0, ENDPOINT_ACCESSES(X) };
#undef X

enum { ENDPOINT_WEAK_MAX = 64, ENDPOINT_BANNER_MAX = 255 };

struct endpoint {
	char *protocol;		   /* "ssh", "http", …; NULL: nothing that we understand */
	bool refused;		   /* no connection: it is not open to us */
	bool tls;		   /* inside of TLS */
	bool encrypted;		   /* by TLS, or by the protocol itself */
	int access;		   /* enum endpoint_access; 0: it could not be told */
	char *version;		   /* of TLS, as it was negotiated */
	struct strings weak;	   /* "TLS 1.0", "kex/diffie-hellman-group1-sha1" */
	char *banner;		   /* what it says of itself to a stranger */
	char *configures;	   /* what shows that it takes configuration of nobody's; or NULL */
	char key[SHA256_HEX_SIZE]; /* of its public key's DER; "" without TLS */
};

extern const struct jmap_table endpoint_table;
void endpoint_done(struct endpoint *e);
#define auto_endpoint CLEANUP(endpoint_done)
