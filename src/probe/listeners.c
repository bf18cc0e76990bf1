/* SPDX-License-Identifier: Apache-2.0 */
/* What listens, and who holds it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/world.h"

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

void listener_id(const struct listener *l, char *id, size_t size)
{
	(void)snprintf(id, size, "%s/%u", l->protocol, l->port);
}

/* The kernel prints addresses as 32-bit words in host order. */
static int parse_address(const char *hex, struct listener *l)
{
	uint32_t words[4] = { 0 };
	size_t len = strlen(hex), n = len / 8;

	if ((n != 1 && n != 4) || len % 8 != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char word[9], *end;

		memcpy(word, hex + 8 * i, 8);
		word[8] = '\0';
		words[i] = (uint32_t)strtoul(word, &end, 16);
		if (end != word + 8)
			return -1;
	}
	l->family = n == 1 ? AF_INET : AF_INET6;
	if (n == 4 && (words[0] | words[1]) == 0 && words[2] == htonl(0xffff)) {
		l->family = AF_INET;
		words[0] = words[3];
	}
	l->loopback = l->family == AF_INET
			      ? (ntohl(words[0]) >> 24) == 127
			      : !words[0] && !words[1] && !words[2] && words[3] == htonl(1);
	return inet_ntop(l->family, words, l->address, sizeof(l->address)) ? 0 : -1;
}

/* "  0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0  0 1234 …" */
int listener_parse(const char *line, struct listener *ret, struct error *err)
{
	struct listener l = { .owner = NO_OWNER };
	unsigned long long inode;
	char local[40];

	/* NOLINTNEXTLINE(cert-err34-c): no field is wider than what it is read into */
	if (sscanf(line,
		   " %*8u: %39[0-9A-F]:%4x %*39[0-9A-F]:%*4x %2x %*8x:%*8x %*2x:%*8x %*8x %9u "
		   "%*10u %18llu",
		   local, &l.port, &l.state, &l.uid, &inode) != 5 ||
	    parse_address(local, &l) < 0)
		return error_set(err, ERROR_INVALID, "a table of sockets: not understood: %.80s",
				 line);
	l.inode = inode;
	*ret = l;
	return 0;
}

static int add_listener(struct world *w, const struct listener *l, struct error *err)
{
	struct listener *all;

	if (w->n_listeners == LIMIT_FACT_ITEMS)
		return error_set(err, ERROR_LIMIT, "more than %u sockets", LIMIT_FACT_ITEMS);
	all = reallocarray(w->listeners, w->n_listeners + 1, sizeof(*all));
	if (!all)
		return error_oom(err);
	w->listeners = all;
	all[w->n_listeners++] = *l;
	return 0;
}

static int read_table(struct probe *p, struct world *w, size_t t, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at, *line;

	if (probe_read_if(p, tables[t].path, TABLE_MAX, &text, err) < 0) /* no IPv6 */
		return -1;
	at = (char *)text.data;
	(void)probe_line(&at); /* the heading */
	while ((line = probe_line(&at))) {
		struct listener l;

		if (listener_parse(line, &l, err) < 0)
			return -1;
		l.protocol = tables[t].protocol;
		if (l.state == tables[t].state && add_listener(w, &l, err) < 0)
			return -1;
	}
	return 0;
}

static void claim(struct world *w, size_t process, const char *target)
{
	unsigned long long inode;

	if (sscanf(target, "socket:[%18llu]", &inode) != 1)
		return;
	/* The one that is not the service manager serves it; that one only holds it too. */
	for (size_t i = 0; i < w->n_listeners; i++)
		if (w->listeners[i].inode == inode &&
		    (w->listeners[i].owner == NO_OWNER ||
		     w->processes[w->listeners[i].owner].pid == 1))
			w->listeners[i].owner = process;
}

static int find_owned(struct probe *p, struct world *w, size_t process, struct error *err)
{
	auto_strings struct strings fds = { 0 };
	struct error why = ERROR_INIT;
	char dir[40], target[64], path[64];

	(void)snprintf(dir, sizeof(dir), "/proc/%d/fd", w->processes[process].pid);
	if (probe_list(p, dir, &fds, &why) < 0) {
		w->owners = w->owners && why.code != ERROR_DENIED;
		return 0; /* gone, or not ours to see */
	}
	for (size_t i = 0; i < fds.n; i++) {
		ssize_t n;

		(void)snprintf(path, sizeof(path), "%s/%.10s", dir, fds.items[i]);
		n = readlink(path, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		claim(w, process, target);
	}
	return 0;
}

int world_listeners(struct probe *p, struct world *w, struct error *err)
{
	w->owners = true;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		if (read_table(p, w, t, err) < 0)
			return -1;
	for (size_t i = 0; i < w->n_processes; i++)
		if (find_owned(p, w, i, err) < 0)
			return -1;
	return 0;
}
