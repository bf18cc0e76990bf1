/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/bus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int bus_of(struct platform *p, sd_bus **ret, struct error *err)
{
	if (!p->bus) {
		int r = sd_bus_open_system(&p->bus);

		if (r < 0)
			return error_set(err, ERROR_UNSUPPORTED, "no system bus: %s", strerror(-r));
		(void)sd_bus_set_method_call_timeout(p->bus, BUS_TIMEOUT_US);
	}
	*ret = p->bus;
	return 0;
}

int bus_fail(struct error *err, int r, const sd_bus_error *e, const char *fmt, ...)
{
	char what[120];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (error_errno(err, r < 0 ? -r : EIO, "%s", what) == 0)
		return 0;
	if (e && sd_bus_error_is_set(e))
		(void)snprintf(err->msg, sizeof(err->msg), "%s: %.110s", what,
			       e->message ? e->message : e->name);
	return -1;
}

/* Whether one list of names (ListNames, ListActivatableNames) has it. */
static int list_has(sd_bus *bus, const char *method, const char *name, bool *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	const char *s;
	int r = sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
				   "org.freedesktop.DBus", method, &e, &m, "");

	if (r < 0)
		return bus_fail(err, r, &e, "%s", method);
	r = sd_bus_message_enter_container(m, 'a', "s");
	while (r > 0 && (r = sd_bus_message_read(m, "s", &s)) > 0)
		if (strcmp(s, name) == 0)
			*ret = true;
	return r < 0 ? bus_fail(err, r, NULL, "%s", method) : 0;
}

int bus_has_name(struct platform *p, const char *name, bool *ret, struct error *err)
{
	bool has = false;
	sd_bus *bus = NULL;

	if (bus_of(p, &bus, err) < 0 || list_has(bus, "ListNames", name, &has, err) < 0 ||
	    (!has && list_has(bus, "ListActivatableNames", name, &has, err) < 0))
		return -1;
	*ret = has;
	return 0;
}
