/* SPDX-License-Identifier: Apache-2.0 */
#include "base/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

DEFINE_CLEANUP(struct addrinfo *, freeaddrinfo)
#define auto_addrinfo CLEANUP(freeaddrinfop)

int socket_parse(const char *text, char host[SOCKET_HOST_SIZE], uint16_t *ret_port,
		 struct error *err)
{
	const char *colon = strrchr(text, ':'), *begin = text, *end = colon;
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	unsigned long port;

	if (!colon || digits == 0 || digits > 5 || colon[1 + digits] != '\0')
		return error_set(err, ERROR_INVALID, "'%.80s' does not end in ':PORT'", text);
	port = strtoul(colon + 1, NULL, 10);
	if (*begin == '[' && end > begin && end[-1] == ']') {
		begin++;
		end--;
	} else if (memchr(begin, ':', (size_t)(end - begin))) {
		return error_set(err, ERROR_INVALID, "'%.80s': put an IPv6 address in []", text);
	}
	if (port > 65535 || end == begin || end - begin >= SOCKET_HOST_SIZE)
		return error_set(err, ERROR_INVALID, "'%.80s' is not HOST:PORT", text);
	memcpy(host, begin, (size_t)(end - begin));
	host[end - begin] = '\0';
	*ret_port = (uint16_t)port;
	return 0;
}

static int resolve(const char *host, uint16_t port, int flags, struct addrinfo **ret,
		   struct error *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | flags,
	};
	char service[8];
	int r;

	(void)snprintf(service, sizeof(service), "%u", port);
	r = getaddrinfo(host, service, &hints, ret);
	if (r == EAI_SYSTEM)
		return error_errno(err, errno, "%s", host);
	if (r != 0)
		return error_set(err, flags & AI_NUMERICHOST ? ERROR_INVALID : ERROR_NOT_FOUND,
				 "%s: %s", host, gai_strerror(r));
	return 0;
}

int socket_listen(const char *text, int *ret_fd, struct error *err)
{
	auto_addrinfo struct addrinfo *list = NULL;
	char host[SOCKET_HOST_SIZE];
	auto_close int fd = -1;
	const int on = 1;
	uint16_t port;

	if (socket_parse(text, host, &port, err) < 0 ||
	    resolve(host, port, AI_NUMERICHOST | AI_PASSIVE, &list, err) < 0)
		return -1;
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, errno, "socket for %s", text);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, list->ai_addr, list->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0)
		return error_errno(err, errno, "listen on %s", text);
	*ret_fd = STEAL_FD(fd);
	return 0;
}

static int connect_one(const struct addrinfo *a, int *ret_fd)
{
	auto_close int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)
		return -1;
	*ret_fd = STEAL_FD(fd);
	return 0;
}

int socket_connect(const char *host, uint16_t port, int *ret_fd, struct error *err)
{
	auto_addrinfo struct addrinfo *list = NULL;
	int sys = ECONNREFUSED;

	if (resolve(host, port, 0, &list, err) < 0)
		return -1;
	for (const struct addrinfo *a = list; a; a = a->ai_next) {
		if (connect_one(a, ret_fd) == 0)
			return 0;
		sys = errno;
	}
	return error_errno(err, sys, "connect to %s port %u", host, port);
}

int socket_connected(int fd, struct error *err)
{
	socklen_t len = sizeof(int);
	int sys = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys, &len) < 0)
		sys = errno;
	return sys ? error_errno(err, sys, "connect") : 0;
}

static int format(const struct sockaddr_storage *ss, socklen_t len, char *text, struct error *err)
{
	char host[48], port[8];

	if (getnameinfo((const struct sockaddr *)ss, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return error_set(err, ERROR_INTERNAL, "an address that cannot be printed");
	(void)snprintf(text, SOCKET_ADDRESS_SIZE, ss->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
		       host, port);
	return 0;
}

int socket_local(int fd, char text[SOCKET_ADDRESS_SIZE], struct error *err)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
		return error_errno(err, errno, "getsockname");
	return format(&ss, len, text, err);
}

int socket_peer(int fd, char text[SOCKET_ADDRESS_SIZE], struct error *err)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) < 0)
		return error_errno(err, errno, "getpeername");
	return format(&ss, len, text, err);
}

void socket_source(const char *address, char ret[SOCKET_SOURCE_SIZE])
{
	char host[SOCKET_HOST_SIZE], text[INET6_ADDRSTRLEN];
	struct error ignored = ERROR_INIT;
	struct in6_addr six;
	uint16_t port;

	(void)snprintf(ret, SOCKET_SOURCE_SIZE, "%.63s", address);
	if (socket_parse(address, host, &port, &ignored) < 0)
		return;
	host[strcspn(host, "%")] = '\0'; /* a scope is no part of who */
	(void)snprintf(ret, SOCKET_SOURCE_SIZE, "%.63s", host);
	if (inet_pton(AF_INET6, host, &six) != 1)
		return;
	/* IPv4 behind a socket of both kinds is as many hosts as there are addresses. */
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		if (inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof(text)))
			(void)snprintf(ret, SOCKET_SOURCE_SIZE, "%s", text);
		return;
	}
	memset(&six.s6_addr[8], 0, 8);
	if (inet_ntop(AF_INET6, &six, text, sizeof(text)))
		(void)snprintf(ret, SOCKET_SOURCE_SIZE, "%s/64", text);
}
