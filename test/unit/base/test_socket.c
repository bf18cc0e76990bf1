/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <sys/socket.h>

#include "base/socket.h"
#include "check.h"

static void parses(void)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} good[] = {
		{ "127.0.0.1:8443", "127.0.0.1", 8443 },
		{ "[::1]:0", "::1", 0 },
		{ "mdm.example:65535", "mdm.example", 65535 },
	};
	static const char *const bad[] = {
		"",	 "8443",    "host",	  "host:",   ":1",	    "[]:1",
		"::1:1", "host:-1", "host:65536", "host:1x", "host:123456", "[::1]8443",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char host[SOCKET_HOST_SIZE];
		struct error err = ERROR_INIT;
		uint16_t port = 1;

		CHECK_OK(socket_parse(good[i].text, host, &port, &err), err);
		CHECK_STR(host, good[i].host);
		CHECK(port == good[i].port);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char host[SOCKET_HOST_SIZE];
		struct error err = ERROR_INIT;
		uint16_t port;

		CHECK_ERROR(socket_parse(bad[i], host, &port, &err), err, ERROR_INVALID);
	}
}

static void meets(const char *address)
{
	char text[SOCKET_ADDRESS_SIZE], host[SOCKET_HOST_SIZE], peer[SOCKET_ADDRESS_SIZE];
	auto_close int listening = -1, one = -1, other = -1;
	struct error err = ERROR_INIT;
	struct pollfd p = { .events = POLLOUT };
	uint16_t port;

	CHECK_OK(socket_listen(address, &listening, &err), err);
	CHECK_OK(socket_local(listening, text, &err), err);
	CHECK_OK(socket_parse(text, host, &port, &err), err);
	CHECK(port != 0);
	CHECK_OK(socket_connect(host, port, &one, &err), err);
	p.fd = one;
	CHECK(poll(&p, 1, 5000) == 1);
	CHECK_OK(socket_connected(one, &err), err);
	other = accept(listening, NULL, NULL);
	CHECK(other >= 0);
	CHECK_OK(socket_local(one, text, &err), err);
	CHECK_OK(socket_peer(other, peer, &err), err);
	CHECK_STR(text, peer);
}

static void meets_v4(void)
{
	meets("127.0.0.1:0");
}

static void meets_v6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0) {
		printf("# no IPv6 here: skipped\n");
		return;
	}
	(void)close(fd);
	meets("[::1]:0");
}

static void fails(void)
{
	auto_close int fd = -1, taken = -1;
	char text[SOCKET_ADDRESS_SIZE];
	struct error err = ERROR_INIT;
	struct pollfd p = { .events = POLLOUT };

	CHECK_ERROR(socket_listen("localhost:0", &fd, &err), err, ERROR_INVALID);
	CHECK_OK(socket_listen("127.0.0.1:0", &taken, &err), err);
	CHECK_OK(socket_local(taken, text, &err), err);
	CHECK(socket_listen(text, &fd, &err) < 0);
	/* Nobody is there: at once, or when it becomes writable. */
	if (socket_connect("127.0.0.1", 1, &fd, &err) == 0) {
		p.fd = fd;
		CHECK(poll(&p, 1, 5000) == 1);
		CHECK_ERROR(socket_connected(fd, &err), err, ERROR_UNAVAILABLE);
	} else {
		CHECK(err.code == ERROR_UNAVAILABLE);
	}
}

static void sources(void)
{
	static const struct {
		const char *address, *source;
	} rows[] = {
		{ "192.0.2.1:50000", "192.0.2.1" },
		{ "192.0.2.1:50001", "192.0.2.1" },
		{ "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64" },
		{ "[2001:db8:1:2::9]:1", "2001:db8:1:2::/64" },
		{ "[fe80::1%eth0]:1", "fe80::/64" },
		{ "[::ffff:192.0.2.1]:9", "192.0.2.1" },
		{ "", "" },
		{ "nobody", "nobody" },
	};
	char source[SOCKET_SOURCE_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		socket_source(rows[i].address, source);
		CHECK_STR(source, rows[i].source);
	}
}

static const struct check_case cases[] = {
	{ "socket: addresses are split at their port, others refused", parses },
	{ "socket: both ends of an IPv4 connection agree on it", meets_v4 },
	{ "socket: both ends of an IPv6 connection agree on it", meets_v6 },
	{ "socket: what cannot be listened at or reached is an error", fails },
	{ "socket: a source is a host, of IPv6 its /64, whatever the port", sources },
};
CHECK_MAIN(cases)
