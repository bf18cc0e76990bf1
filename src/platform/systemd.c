/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/systemd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "platform/bus.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER "/org/freedesktop/systemd1", SYSTEMD ".Manager"

/* A job that needs longer (a unit's own stop time-out is 90 s) is the platform's to finish. */
enum { JOB_TIMEOUT_S = 60 };

static int load_unit(sd_bus *bus, const char *unit, sd_bus_message **ret, const char **path,
		     struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	int r = sd_bus_call_method(bus, SYSTEMD, MANAGER, "LoadUnit", &e, &m, "s", unit);

	if (r < 0 || (r = sd_bus_message_read(m, "o", path)) < 0)
		return bus_fail(err, r, &e, "load %s", unit);
	*ret = STEAL(m);
	return 0;
}

int systemd_unit_path(struct platform *p, const char *unit, char *path, size_t size,
		      struct error *err)
{
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	const char *object = "";
	sd_bus *bus;

	if (bus_of(p, &bus, err) < 0 || load_unit(bus, unit, &m, &object, err) < 0)
		return -1;
	if (strlen(object) >= size)
		return error_set(err, ERROR_LIMIT, "the unit's name is too long");
	memcpy(path, object, strlen(object) + 1);
	return 0;
}

static int unit_property(sd_bus *bus, const char *path, const char *name, char *text, size_t size,
			 struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	auto_free char *value = NULL;
	int r = sd_bus_get_property_string(bus, SYSTEMD, path, SYSTEMD ".Unit", name, &e, &value);

	if (r < 0)
		return bus_fail(err, r, &e, "%s of a unit", name);
	(void)snprintf(text, size, "%s", value);
	return 0;
}

int systemd_unit_state(struct platform *p, const char *unit, struct unit_state *ret,
		       struct error *err)
{
	char path[512];
	struct unit_state s;
	sd_bus *bus;

	if (bus_of(p, &bus, err) < 0 || systemd_unit_path(p, unit, path, sizeof(path), err) < 0 ||
	    unit_property(bus, path, "LoadState", s.load, sizeof(s.load), err) < 0 ||
	    unit_property(bus, path, "ActiveState", s.active, sizeof(s.active), err) < 0)
		return -1;
	*ret = s;
	return 0;
}

int systemd_unit_names(struct platform *p, const char *unit, struct strings *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	char path[512];
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0 || systemd_unit_path(p, unit, path, sizeof(path), err) < 0)
		return -1;
	/* `Names` holds the Id too. */
	r = sd_bus_get_property_strv(bus, SYSTEMD, path, SYSTEMD ".Unit", "Names", &e, &ret->items);
	if (r < 0)
		return bus_fail(err, r, &e, "the names of %s", unit);
	for (ret->n = 0; ret->items && ret->items[ret->n];)
		ret->n++;
	return 0;
}

int systemd_is_active(struct platform *p, const char *unit, bool *ret, struct error *err)
{
	static const char *const running[] = { "active", "activating", "reloading" };
	struct unit_state s;

	if (systemd_unit_state(p, unit, &s, err) < 0)
		return -1;
	*ret = false;
	for (size_t i = 0; i < ARRAY_SIZE(running); i++)
		*ret |= strcmp(s.active, running[i]) == 0;
	return 0;
}

/* ---- jobs ---- */

struct job {
	char path[256];
	char result[24]; /* "" while it runs */
};

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)e;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) >= 0 &&
	    strcmp(path, job->path) == 0)
		(void)snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

static int wait_for_job(sd_bus *bus, struct job *job, struct error *err)
{
	time_t end = time(NULL) + JOB_TIMEOUT_S;

	while (!job->result[0]) {
		int r = sd_bus_process(bus, NULL);

		if (r == 0)
			r = sd_bus_wait(bus, 1000 * 1000);
		if (r < 0 && r != -EINTR)
			return bus_fail(err, r, NULL, "wait for a job");
		if (time(NULL) > end)
			return error_set(err, ERROR_TIMEOUT, "the job takes too long");
	}
	if (strcmp(job->result, "done") != 0 && strcmp(job->result, "skipped") != 0)
		return error_set(err, ERROR_INTERNAL, "the job ended: %s", job->result);
	return 0;
}

/* The signal may overtake the reply: it is kept in the queue until the path is known, since
 * sd_bus_call leaves what is not its reply to sd_bus_process. */
int systemd_job(struct platform *p, const char *method, const char *unit, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	sd_bus_slot *slot CLEANUP(sd_bus_slot_unrefp) = NULL;
	struct job job = { .path = "" };
	const char *path;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_match_signal(bus, &slot, SYSTEMD, MANAGER, "JobRemoved", on_job_removed, &job);
	/* A unit that we restart often is not one that fails: its count of starts begins anew. */
	(void)sd_bus_call_method(bus, SYSTEMD, MANAGER, "ResetFailedUnit", NULL, NULL, "s", unit);
	/* Refused where this connection has subscribed already. */
	(void)sd_bus_call_method(bus, SYSTEMD, MANAGER, "Subscribe", NULL, NULL, "");
	if (r >= 0)
		r = sd_bus_call_method(bus, SYSTEMD, MANAGER, method, &e, &m, "ss", unit,
				       "replace");
	if (r < 0 || (r = sd_bus_message_read(m, "o", &path)) < 0)
		return bus_fail(err, r, &e, "%s %s", method, unit);
	(void)snprintf(job.path, sizeof(job.path), "%s", path);
	if (wait_for_job(bus, &job, err) < 0)
		return error_wrap(err, "%s %s", method, unit);
	return 0;
}

int systemd_reload_if_active(struct platform *p, const char *unit, struct error *err)
{
	bool active;

	if (systemd_is_active(p, unit, &active, err) < 0)
		return -1;
	return active ? systemd_job(p, "ReloadOrRestartUnit", unit, err) : 0;
}

int systemd_daemon_reload(struct platform *p, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_call_method(bus, SYSTEMD, MANAGER, "Reload", &e, NULL, "");
	return r < 0 ? bus_fail(err, r, &e, "reload the service manager") : 0;
}

int systemd_mask(struct platform *p, const char *unit, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_call_method(bus, SYSTEMD, MANAGER, "MaskUnitFiles", &e, NULL, "asbb", 1, unit,
			       0 /* not for this boot only */, 1 /* in place of what is there */);
	if (r < 0)
		return bus_fail(err, r, &e, "mask %s", unit);
	return systemd_daemon_reload(p, err);
}

int systemd_put_back(struct platform *p, const char *unit, bool active, struct error *err)
{
	bool now;

	if (systemd_daemon_reload(p, err) < 0 || systemd_is_active(p, unit, &now, err) < 0)
		return -1;
	if (now == active)
		return 0;
	return systemd_job(p, active ? "StartUnit" : "StopUnit", unit, err);
}
