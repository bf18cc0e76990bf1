/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where a listener is: its URL, the address to connect to instead, and the name it must prove. */
#include "base/socket.h"
#include "http/client.h"

struct target {
	char host[SOCKET_HOST_SIZE];
	uint16_t port;
	char reference[SOCKET_HOST_SIZE];
	char base[LIMIT_URL]; /* the URL's path, without a slash at its end */
	enum tls_profile profile;
	bool tls12;
};

/* "https://host[:port][/base]"; connect (may be NULL): "host", or "host:port", to connect to.
 * Errors: INVALID. */
MUST_USE int target_parse(const char *url, const char *connect, const char *reference,
			  struct target *ret, struct error *err);
/* How TLS is spoken there; profile: its name, or NULL. Errors: INVALID. */
MUST_USE int target_tls(struct target *t, const char *profile, bool tls12, struct error *err);
/* What every connection to it has in common. */
struct tls_options target_options(const struct target *t, enum x509_purpose purpose);
/* Flags of x509_judge for a certificate of its. */
unsigned target_flags(const struct target *t);
/* As the HTTP client takes it; refers to *t and tls. */
struct http_target target_http(const struct target *t, struct tls_config *tls);
/* The path of a request at the target. Errors: LIMIT. */
MUST_USE int target_path(const struct target *t, const char *path, char *ret, size_t size,
			 struct error *err);
