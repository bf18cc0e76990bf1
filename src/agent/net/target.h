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
};

/* "https://host[:port][/base]"; connect (may be NULL): "host", or "host:port", to connect to.
 * Errors: INVALID. */
MUST_USE int target_parse(const char *url, const char *connect, const char *reference,
			  struct target *ret, struct error *err);
/* As the HTTP client takes it; refers to *t and tls. */
struct http_target target_http(const struct target *t, struct tls_config *tls);
/* The path of a request at the target. Errors: LIMIT. */
MUST_USE int target_path(const struct target *t, const char *path, char *ret, size_t size,
			 struct error *err);
