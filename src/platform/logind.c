/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/logind.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "platform/bus.h"

void sessions_done(struct sessions *s)
{
	free(s->items);
	*s = (struct sessions){ 0 };
}

static int session_text(sd_bus *bus, const char *path, const char *name, char *text, size_t size,
			struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	auto_free char *value = NULL;
	int r = sd_bus_get_property_string(bus, LOGIND, path, LOGIND ".Session", name, &e, &value);

	if (r < 0)
		return bus_fail(err, r, &e, "%s of a session", name);
	(void)snprintf(text, size, "%s", value);
	return 0;
}

/* *is_user: whether it is a person's, and no greeter or background job. */
static int read_session(sd_bus *bus, const char *path, struct session *s, bool *is_user,
			struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	char class[24];
	int locked = 0, r;

	if (session_text(bus, path, "Class", class, sizeof(class), err) < 0 ||
	    session_text(bus, path, "TTY", s->tty, sizeof(s->tty), err) < 0 ||
	    session_text(bus, path, "Type", s->type, sizeof(s->type), err) < 0)
		return -1;
	r = sd_bus_get_property_trivial(bus, LOGIND, path, LOGIND ".Session", "LockedHint", &e, 'b',
					&locked);
	if (r < 0)
		return bus_fail(err, r, &e, "LockedHint of a session");
	s->locked = locked != 0;
	*is_user = strcmp(class, "user") == 0;
	return 0;
}

static int add_session(sd_bus *bus, struct sessions *list, const struct session *named,
		       const char *path, struct error *err)
{
	struct error gone = ERROR_INIT;
	struct session s = *named;
	struct session *items;
	bool is_user = false;

	if (read_session(bus, path, &s, &is_user, &gone) < 0 || !is_user)
		return 0; /* it ended while the list was read */
	items = realloc(list->items, (list->n + 1) * sizeof(*items));
	if (!items)
		return error_oom(err);
	list->items = items;
	items[list->n++] = s;
	return 0;
}

int logind_sessions(struct platform *p, struct sessions *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	auto_sessions struct sessions list = { 0 };
	const char *id, *user, *seat, *path;
	uint32_t uid;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_call_method(bus, LOGIND, LOGIND_MANAGER, "ListSessions", &e, &m, "");
	if (r < 0 || (r = sd_bus_message_enter_container(m, 'a', "(susso)")) < 0)
		return bus_fail(err, r, &e, "list the sessions");
	while ((r = sd_bus_message_read(m, "(susso)", &id, &uid, &user, &seat, &path)) > 0) {
		struct session s = { .uid = uid };

		(void)snprintf(s.id, sizeof(s.id), "%s", id);
		(void)snprintf(s.user, sizeof(s.user), "%s", user);
		if (add_session(bus, &list, &s, path, err) < 0)
			return -1;
	}
	if (r < 0)
		return bus_fail(err, r, NULL, "list the sessions");
	*ret = list;
	list = (struct sessions){ 0 };
	return 0;
}

int logind_lock(struct platform *p, const char *id, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_call_method(bus, LOGIND, LOGIND_MANAGER, "LockSession", &e, NULL, "s", id);
	return r < 0 ? bus_fail(err, r, &e, "lock session %s", id) : 0;
}

int logind_reboot(struct platform *p, unsigned delay_s, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	uint64_t when = ((uint64_t)time(NULL) + delay_s) * 1000000;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	(void)sd_bus_call_method(bus, LOGIND, LOGIND_MANAGER, "SetWallMessage", NULL, NULL, "sb",
				 "Restart asked for by the enterprise.", 1);
	r = sd_bus_call_method(bus, LOGIND, LOGIND_MANAGER, "ScheduleShutdown", &e, NULL, "st",
			       "reboot", when);
	return r < 0 ? bus_fail(err, r, &e, "schedule the restart") : 0;
}
