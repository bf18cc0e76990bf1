/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: those that start by themselves, as the links that the service manager follows say, and
 * those that run, as the control groups say.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"
#include "probe/world.h"

static bool ends(const char *name, const char *with)
{
	size_t n = strlen(name), k = strlen(with);

	return n > k && strcmp(name + n - k, with) == 0;
}

static bool is_service(const char *name)
{
	return ends(name, ".service") || ends(name, ".socket") || ends(name, ".timer") ||
	       ends(name, ".path");
}

/* A unit that is a link to /dev/null, or empty, is masked: its links lead nowhere. */
static bool is_masked(const struct probe *p, const char *unit)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/etc/systemd/system/%.200s", unit);
	if (!probe_stat(p, path, true, &st))
		return false;
	if (!probe_stat(p, path, false, &st))
		return true; /* an image's tree has no /dev/null */
	return S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0);
}

static int look_wants(struct probe *p, const char *dir, const char *target, struct error *err)
{
	auto_strings struct strings units = { 0 };
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s/%s", dir, target) < 0 ||
	    probe_list(p, path, &units, err) < 0)
		return -1;
	for (size_t i = 0; i < units.n; i++)
		if (is_service(units.items[i]) && !is_masked(p, units.items[i]) &&
		    fact_item(p, FACT_SERVICES_ENABLED, units.items[i], err, "%s", target) < 0)
			return -1;
	return 0;
}

/* /etc/rc5.d/S01name: of a time before units; one that has a unit is started by that. */
static int look_sysv(struct probe *p, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, "/etc/rc5.d", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char unit[LIMIT_NAME], path[PATH_MAX];

		if (names.items[i][0] != 'S' || strlen(names.items[i]) < 4)
			continue;
		(void)snprintf(unit, sizeof(unit), "%.100s.service", names.items[i] + 3);
		(void)snprintf(path, sizeof(path), "/usr/lib/systemd/system/%s", unit);
		if (!probe_exists(p, path) && !is_masked(p, unit) &&
		    fact_item(p, FACT_SERVICES_ENABLED, unit, err, "/etc/rc5.d/%s",
			      names.items[i]) < 0)
			return -1;
	}
	return 0;
}

int probe_services(struct probe *p, struct error *err)
{
	static const char *const dirs[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
					    "/run/systemd/generator" };

	if (fact_items(p, FACT_SERVICES_ENABLED, err) < 0)
		return -1;
	if (!probe_exists(p, "/usr/lib/systemd/system") && !probe_exists(p, "/etc/rc5.d"))
		return error_set(err, ERROR_UNSUPPORTED, "no service manager that we know");
	for (size_t d = 0; d < ARRAY_SIZE(dirs); d++) {
		auto_strings struct strings names = { 0 };

		if (probe_list(p, dirs[d], &names, err) < 0)
			return -1;
		for (size_t i = 0; i < names.n; i++)
			if ((ends(names.items[i], ".wants") || ends(names.items[i], ".requires")) &&
			    look_wants(p, dirs[d], names.items[i], err) < 0)
				return -1;
	}
	return look_sysv(p, err);
}

int probe_running(struct probe *p, struct error *err)
{
	const struct world *w;

	if (world_get(p, &w, err) < 0 || fact_items(p, FACT_SERVICES_RUNNING, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n_processes; i++) {
		const struct process *x = &w->processes[i];

		if (x->system && ends(x->unit, ".service") &&
		    fact_item(p, FACT_SERVICES_RUNNING, x->unit, err, "%s, user %u", x->name,
			      x->euid) < 0)
			return -1;
	}
	return 0;
}
