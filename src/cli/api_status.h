/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The revocation status of the server's certificates, as the CLI needs it before it trusts one. */
#include "base/limits.h"
#include "cli/home.h"
#include "crypto/crl.h"
#include "crypto/tls.h"

/* The server's anchor: client.conf's, or HOME/server.crt. */
MUST_USE int api_anchors(const struct home *h, struct certs **ret, struct error *err);
enum tls_profile api_profile(const struct home *h);
/* Where to connect for a URL of client.conf: its host, or the address that replaces it, and its
 * port. Errors: INVALID (not https://HOST:PORT). */
MUST_USE int api_host(const struct home *h, const char *url, char ret[LIMIT_URL], uint16_t *port,
		      struct error *err);
/*
 * The CRL of the server's issuer: the kept one while it is in the first half of its life, else
 * fetched anew from the enrollment listener; a kept one that is still current does where that
 * fails. Errors: REFUSED (the server's certificate, judged with what was fetched), UNAVAILABLE …
 */
MUST_USE int api_status(const struct home *h, const struct certs *anchors, struct crls **ret,
			struct error *err);
