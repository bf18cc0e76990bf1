/* SPDX-License-Identifier: Apache-2.0 */
/* What listens: the kernel's own tables, so that nothing can hide from a tool's output. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probes.h"

enum { TABLE_MAX = 4 * 1024 * 1024 };

/* States of /proc/net: a TCP socket that listens; a UDP socket without a peer. */
enum { TCP_LISTENS = 0x0a, UDP_UNCONNECTED = 0x07 };

static const struct {
	const char *path, *protocol;
	unsigned state;
} tables[] = {
	{ "/proc/net/tcp", "tcp", TCP_LISTENS },
	{ "/proc/net/tcp6", "tcp", TCP_LISTENS },
	{ "/proc/net/udp", "udp", UDP_UNCONNECTED },
	{ "/proc/net/udp6", "udp", UDP_UNCONNECTED },
};

struct listener {
	char address[INET6_ADDRSTRLEN];
	unsigned port, state, uid;
	bool loopback;
};

/* The kernel prints addresses as 32-bit words in host order. */
static int parse_address(const char *hex, struct listener *l)
{
	uint32_t words[4] = { 0 };
	size_t n = strcspn(hex, ":") / 8;
	int family = n == 1 ? AF_INET : AF_INET6;

	if (n != 1 && n != 4)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char word[9], *end;

		memcpy(word, hex + 8 * i, 8);
		word[8] = '\0';
		words[i] = (uint32_t)strtoul(word, &end, 16);
		if (end != word + 8)
			return -1;
	}
	if (n == 4 && (words[0] | words[1]) == 0 && words[2] == htonl(0xffff)) {
		family = AF_INET;
		words[0] = words[3];
	}
	l->loopback = family == AF_INET
			      ? (ntohl(words[0]) >> 24) == 127
			      : !words[0] && !words[1] && !words[2] && words[3] == htonl(1);
	return inet_ntop(family, words, l->address, sizeof(l->address)) ? 0 : -1;
}

/* "  0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0 …" */
static int parse_line(const char *line, struct listener *l)
{
	char local[64];

	/* NOLINTNEXTLINE(cert-err34-c): no field is wider than what it is read into */
	if (sscanf(line, " %*u: %63[0-9A-F]:%4x %*[0-9A-F]:%*x %2x %*x:%*x %*x:%*x %*x %10u", local,
		   &l->port, &l->state, &l->uid) != 4)
		return -1;
	return parse_address(local, l);
}

static int look_table(struct probe *p, size_t t, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at, *line;

	if (probe_read(p, tables[t].path, TABLE_MAX, &text, err) < 0)
		return err->code == ERROR_NOT_FOUND ? 0 : -1; /* no IPv6 */
	at = (char *)text.data;
	(void)probe_line(&at); /* the heading */
	while ((line = probe_line(&at))) {
		struct listener l = { 0 };
		char id[32];

		if (parse_line(line, &l) < 0)
			return error_set(err, ERROR_INVALID, "%s: not understood: %.80s",
					 tables[t].path, line);
		if (l.state != tables[t].state)
			continue;
		(void)snprintf(id, sizeof(id), "%s/%u", tables[t].protocol, l.port);
		if (fact_item(p, l.loopback ? FACT_NET_LOCAL : FACT_NET_LISTENING, id, err,
			      "%s, user %u", l.address, l.uid) < 0)
			return -1;
	}
	return 0;
}

int probe_sockets(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_NET_LISTENING, err) < 0 || fact_items(p, FACT_NET_LOCAL, err) < 0)
		return -1;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		if (look_table(p, t, err) < 0)
			return -1;
	return 0;
}
