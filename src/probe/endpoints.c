/* SPDX-License-Identifier: Apache-2.0 */
/* Starting muster-probe-scan for each open TCP port. UDP is told apart by its port. */
#include "probe/endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proc.h"

enum { AT_ONCE = 16, ANSWER_MAX = 64 * 1024, WAIT_MS = 25000 };

/* UDP: what cannot ask who is there, and what always does. */
static const struct {
	unsigned port;
	const char *protocol;
	bool discovery, encrypted;
	int access;
} udp_ports[] = {
	{ 67, "dhcp", true, false, 0 },
	{ 68, "dhcp", true, false, 0 },
	{ 546, "dhcpv6", true, false, 0 },
	{ 547, "dhcpv6", true, false, 0 },
	{ 53, "dns", true, false, 0 },
	{ 123, "ntp", true, false, 0 },
	{ 1900, "ssdp", true, false, 0 },
	{ 5353, "mdns", true, false, 0 },
	{ 5355, "llmnr", true, false, 0 },
	{ 111, "rpc", false, false, ENDPOINT_OPEN },
	{ 500, "ike", false, true, ENDPOINT_ASKS },
	{ 4500, "ike", false, true, ENDPOINT_ASKS },
	{ 51820, "wireguard", false, true, ENDPOINT_ASKS },
};

static int guess_udp(struct tried *t, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(udp_ports); i++) {
		if (udp_ports[i].port != t->listener->port)
			continue;
		t->discovery = udp_ports[i].discovery;
		t->said.encrypted = udp_ports[i].encrypted;
		t->said.access = udp_ports[i].access;
		t->said.protocol = strdup(udp_ports[i].protocol);
		return t->said.protocol ? 0 : error_oom(err);
	}
	return 0;
}

/* A port of every address is tried at this device's own. */
static const char *reach(const struct listener *l)
{
	if (strcmp(l->address, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(l->address, "::") == 0 ? "::1" : l->address;
}

/* ---- one process a port ---- */

struct
try {
	struct tried *port;
	pid_t pid;
	int fd;
};

static void try_end(struct try *t)
{
	if (t->pid > 0) {
		(void)kill(t->pid, SIGKILL);
		while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
			;
		t->pid = 0;
	}
	closep(&t->fd);
	t->fd = -1;
}

/* Sees the libraries that it is made of, and the network. */
static struct proc_profile profile_of(const struct probe *p, struct proc_path *view, size_t n)
{
	struct proc_profile r = {
		.name = "scan",
		.flags = proc_has_landlock() ? PROC_LANDLOCK : 0,
		.view = view,
		.n_view = n,
		.sets = PROC_SET_FILES | PROC_SET_MESSAGES | PROC_SET_INET | PROC_SET_LOAD,
		.max_files = 16,
		.max_memory = 32u << 20,
		.max_file_size = ANSWER_MAX,
	};

	if (p->privileged) {
		r.user = "nobody";
		r.flags = PROC_VIEW | PROC_NEW_PID | PROC_NEW_IPC;
	}
	return r;
}

static int try_start(const struct probe *p, struct tried *port, struct try *ret, struct error *err)
{
	static const char *const env[] = { "OPENSSL_CONF=/dev/null", "LANG=C.UTF-8", NULL };
	struct proc_path view[] = {
		{ "/usr/lib", PROC_READ },	   { "/lib", PROC_READ },
		{ "/lib64", PROC_READ },	   { "/usr/lib64", PROC_READ },
		{ "/etc/ld.so.cache", PROC_READ }, { "/dev/null", PROC_DEVICE },
		{ "/dev/urandom", PROC_DEVICE },   { p->scan, PROC_READ },
	};
	struct proc_profile profile = profile_of(p, view, ARRAY_SIZE(view));
	char number[16];
	const char *argv[] = { p->scan, reach(port->listener), number, NULL };
	auto_close int from = -1, to = -1;
	struct proc_command c = {
		.path = p->scan, .argv = argv, .env = env, .fds = &to, .n_fds = 1
	};
	int fds[2];

	(void)snprintf(number, sizeof(number), "%u", port->listener->port);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	from = fds[0];
	to = fds[1];
	if (proc_spawn(&profile, &c, &ret->pid, err) < 0)
		return -1;
	ret->port = port;
	ret->fd = STEAL_FD(from);
	return 0;
}

static int try_read(struct try *t, uint64_t end_us, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	for (;;) {
		uint64_t now = clock_boot_us();
		struct pollfd p = { .fd = t->fd, .events = POLLIN };
		ssize_t n;

		if (now >= end_us)
			return error_set(err, ERROR_TIMEOUT, "%s: it was not done in %d s",
					 t->port->id, WAIT_MS / 1000);
		if (poll(&p, 1, (int)((end_us - now) / 1000) + 1) <= 0)
			continue;
		if (text.len > ANSWER_MAX || buf_reserve(&text, 4096, err) < 0)
			return error_set(err, ERROR_LIMIT, "%s: too much was said", t->port->id);
		n = read(t->fd, text.data + text.len, 4096);
		if (n == 0)
			break;
		text.len += n > 0 ? (size_t)n : 0;
	}
	if (text.len == 0)
		return error_set(err, ERROR_INTERNAL, "%s: it could not be tried", t->port->id);
	return jmap_read(text.data, text.len, ANSWER_MAX, &endpoint_table, &t->port->said, err) < 0
		       ? error_wrap(err, "%s", t->port->id)
		       : 0;
}

static int try_some(const struct probe *p, struct tried *ports, size_t n, struct error *err)
{
	struct try tries[AT_ONCE];
	uint64_t end_us = clock_boot_us() + WAIT_MS * 1000ull;
	size_t started = 0;
	int r = 0;

	for (; r == 0 && started < n; started++) {
		tries[started] = (struct try){ .fd = -1 };
		r = try_start(p, &ports[started], &tries[started], err);
	}
	for (size_t i = 0; i < started; i++) {
		if (r == 0)
			r = try_read(&tries[i], end_us, err);
		try_end(&tries[i]);
	}
	return r;
}

/* ---- all ---- */

static bool is_known(const struct endpoints *e, const char *id)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->items[i].id, id) == 0)
			return true;
	return false;
}

static int collect(const struct world *w, const char *protocol, struct endpoints *e,
		   struct error *err)
{
	for (size_t i = 0; i < w->n_listeners; i++) {
		struct tried *t = &e->items[e->n];
		char id[32];

		listener_id(&w->listeners[i], id, sizeof(id));
		if (w->listeners[i].loopback || strcmp(w->listeners[i].protocol, protocol) != 0 ||
		    is_known(e, id))
			continue;
		if (e->n == ENDPOINTS_MAX)
			return error_set(err, ERROR_LIMIT, "more than %d open ports",
					 ENDPOINTS_MAX);
		t->listener = &w->listeners[i];
		memcpy(t->id, id, sizeof(id));
		e->n++;
	}
	return 0;
}

static int try_all(struct probe *p, struct endpoints *e, struct error *err)
{
	const struct world *w;
	size_t n_tcp;

	if (world_get(p, &w, err) < 0 || collect(w, "tcp", e, err) < 0)
		return -1;
	n_tcp = e->n;
	for (size_t i = 0; i < n_tcp; i += AT_ONCE)
		if (try_some(p, e->items + i, n_tcp - i < AT_ONCE ? n_tcp - i : AT_ONCE, err) < 0)
			return -1;
	if (collect(w, "udp", e, err) < 0)
		return -1;
	for (size_t i = n_tcp; i < e->n; i++)
		if (guess_udp(&e->items[i], err) < 0)
			return -1;
	return 0;
}

void endpoints_free(struct endpoints *e)
{
	for (size_t i = 0; e && i < e->n; i++)
		endpoint_done(&e->items[i].said);
	free(e);
}
DEFINE_CLEANUP(struct endpoints *, endpoints_free)

int endpoints_get(struct probe *p, const struct endpoints **ret, struct error *err)
{
	CLEANUP(endpoints_freep) struct endpoints *e = NULL;

	if (!p->endpoints) {
		e = calloc(1, sizeof(*e));
		if (!e)
			return error_oom(err);
		if (try_all(p, e, err) < 0)
			return -1;
		p->endpoints = STEAL(e);
	}
	*ret = p->endpoints;
	return 0;
}
