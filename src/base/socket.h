/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* TCP sockets by text: "127.0.0.1:8443", "[::1]:8443", "mdm.example:8443". */
#include <stdint.h>

#include "base/error.h"

enum {
	SOCKET_ADDRESS_SIZE = 64, /* "[IPv6%scope]:port" and its NUL */
	SOCKET_HOST_SIZE = 254,	  /* a DNS name (RFC 1035) and its NUL */
	SOCKET_SOURCE_SIZE = 64,  /* "2001:db8:0:1::/64" and its NUL */
};

/* Split at the last colon; brackets are taken off. port 0 is allowed.
 * Errors: INVALID (no port, a port above 65535, an empty or long host). */
MUST_USE int socket_parse(const char *text, char host[SOCKET_HOST_SIZE], uint16_t *ret_port,
			  struct error *err);
/* A listening, non-blocking, close-on-exec socket on a numeric address; port 0: the kernel picks.
 * Errors: INVALID (not numeric), and those of bind(2). */
MUST_USE int socket_listen(const char *text, int *ret_fd, struct error *err);
/* Begin to connect a non-blocking, close-on-exec socket with TCP_NODELAY; it becomes writable when
 * it is connected or has failed (socket_connected says which). A name is resolved first, which
 * blocks; its addresses are tried in order until one does not fail at once.
 * Errors: NOT_FOUND (no such name), UNAVAILABLE. */
MUST_USE int socket_connect(const char *host, uint16_t port, int *ret_fd, struct error *err);
MUST_USE int socket_connected(int fd, struct error *err);
/* The socket's own address, and its peer's, as text. Errors: those of getsockname(2). */
MUST_USE int socket_local(int fd, char text[SOCKET_ADDRESS_SIZE], struct error *err);
MUST_USE int socket_peer(int fd, char text[SOCKET_ADDRESS_SIZE], struct error *err);
/* Who is behind an address as socket_peer writes it, for counting: the host without its port, of
 * IPv6 the /64, which one subscriber has whole. What is no address stays as it is. */
void socket_source(const char *address, char ret[SOCKET_SOURCE_SIZE]);
