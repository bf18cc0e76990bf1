/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the listeners staple: an OCSP response about their own certificate (RFC 6066 8), by the
 * server's issuer, so that a client knows the status at once, whose CRL is old or that has none.
 * Without one, as at the start or while core is away, they serve as they are.
 */
#include "base/error.h"
#include "crypto/cert.h"
#include "crypto/ocsp.h"
#include "ipc/supervisor_messages.h"

struct front;

struct staple {
	struct front *front;
	char *serial;	   /* of the listener's certificate */
	struct ocsp *ocsp; /* about it; NULL: none yet */
};

/* The certificate that a listener serves with. What there is about another one is dropped. */
MUST_USE int staple_set(struct front *f, enum server_listener l, const struct cert *cert,
			struct error *err);
/* Ask core anew, now and four times in a response's life; the listeners follow. */
void staples_ask(struct front *f);
void staples_done(struct front *f);
