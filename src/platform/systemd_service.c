/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that must not run: masked and stopped through the service manager, read back from the
 * unit's state and by connecting to the ports that it served.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "platform/change.h"
#include "platform/systemd.h"

#define UNITS "/etc/systemd/system/"

/* An alias of the service manager's ("dbus-org.freedesktop.login1.service") or a link that somebody
 * made hides what a unit is from whoever read the policy. */
static int check_names(struct platform *p, const struct service_rules *r, const char *unit,
		       struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (systemd_unit_names(p, unit, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (r->class_of(names.items[i]) > r->class_of(unit))
			return error_set(err, ERROR_UNSUPPORTED,
					 "'%.60s' is '%.60s' here, which is not what it seems",
					 unit, names.items[i]);
	return 0;
}

static int probe(struct platform *p, const struct service_rules *r, struct error *err)
{
	struct unit_state s;

	if (systemd_unit_state(p, "init.scope", &s, err) < 0)
		return error_set(err, ERROR_UNSUPPORTED, "systemd does not manage this device");
	for (size_t i = 0; r && r->class_of && i < r->n_services; i++)
		if (check_names(p, r, r->services[i].unit, err) < 0)
			return -1;
	return 0;
}

static bool is_off(const struct unit_state *s)
{
	return strcmp(s->load, "masked") == 0 &&
	       (strcmp(s->active, "inactive") == 0 || strcmp(s->active, "failed") == 0);
}

static int turn_off(struct platform *p, const char *unit, struct error *err)
{
	struct undo ran = { .kind = UNDO_UNIT, .name = (char *)unit };
	auto_undo struct undo file = { 0 };
	char path[LIMIT_UNDO_OBJECT];
	struct unit_state s;

	(void)snprintf(path, sizeof(path), UNITS "%s", unit);
	if (systemd_unit_state(p, unit, &s, err) < 0 || undo_of_file(path, &file, err) < 0 ||
	    systemd_is_active(p, unit, &ran.active, err) < 0)
		return -1;
	if (is_off(&s)) {
		if (change_claim(p, &ran, err) < 0)
			return -1;
		return change_claim(p, &file, err);
	}
	/* Put back last to first: the file, and then the unit by it. */
	if (change_keep(p, &ran, err) < 0 || change_keep(p, &file, err) < 0 ||
	    systemd_mask(p, unit, err) < 0)
		return -1;
	return ran.active ? systemd_job(p, "StopUnit", unit, err) : 0;
}

static int apply(struct platform *p, const struct service_rules *r, struct error *err)
{
	for (size_t i = 0; i < r->n_services; i++)
		if (turn_off(p, r->services[i].unit, err) < 0)
			return -1;
	return 0;
}

/* ---- reading back ---- */

/* Whether a TCP port of this device answers. */
static bool answers(const struct sockaddr *to, socklen_t len)
{
	auto_close int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int failed = 0;

	if (fd < 0)
		return false;
	if (connect(fd, to, len) == 0)
		return true;
	if (errno != EINPROGRESS || poll(&pfd, 1, 2000) <= 0)
		return false;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 && failed == 0;
}

static bool port_answers(uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	return answers((struct sockaddr *)&v4, sizeof(v4)) ||
	       answers((struct sockaddr *)&v6, sizeof(v6));
}

static int read_one(struct platform *p, const struct service_off *s, struct readback *ret,
		    struct error *err)
{
	struct unit_state state;

	if (systemd_unit_state(p, s->unit, &state, err) < 0 ||
	    readback_say(ret, err, "%s: %s, %s", s->unit, state.load, state.active) < 0)
		return -1;
	if (!is_off(&state) && readback_differs(ret, err, "%s can run", s->unit) < 0)
		return -1;
	for (size_t i = 0; i < s->n_ports; i++) {
		bool open = port_answers(s->ports[i]);

		if (readback_say(ret, err, "port %u %s", s->ports[i], open ? "answers" : "closed") <
		    0)
			return -1;
		if (open && readback_differs(ret, err, "port %u answers", s->ports[i]) < 0)
			return -1;
	}
	return 0;
}

static int read_back(struct platform *p, const struct service_rules *r, struct readback *ret,
		     struct error *err)
{
	ret->verdict = READBACK_ENFORCED;
	for (size_t i = 0; i < r->n_services; i++)
		if (read_one(p, &r->services[i], ret, err) < 0)
			return -1;
	return 0;
}

const struct service_driver systemd_service_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
};
