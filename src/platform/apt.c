/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates by unattended-upgrades, started by apt's own timer. The timer's time is the window's,
 * and a condition on the service keeps it from installing at any other minute, whoever starts it.
 * Read back from the running service manager (the timer's next run, the service's condition) and
 * from apt's own view of its configuration.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/bus.h"
#include "platform/change.h"
#include "platform/run.h"
#include "platform/systemd.h"

#define CONF "/etc/apt/apt.conf.d/99muster"
#define TIMER "apt-daily-upgrade.timer"
#define SERVICE "apt-daily-upgrade.service"
#define TIMER_DROP_IN "/etc/systemd/system/" TIMER ".d/60-muster.conf"
#define SERVICE_DROP_IN "/etc/systemd/system/" SERVICE ".d/60-muster.conf"
#define APT_CONFIG "/usr/bin/apt-config"
#define UNATTENDED "/usr/bin/unattended-upgrade"
#define NOTE "# Set by the enterprise's policy (muster). Changes here are undone.\n"

enum { DAY_MIN = 24 * 60 };

static int probe(struct platform *p, const struct update_rules *r, struct error *err)
{
	struct unit_state s;

	(void)r;
	if (!file_exists(APT_CONFIG) || !file_exists(UNATTENDED))
		return error_set(err, ERROR_UNSUPPORTED, "unattended-upgrades is not installed");
	if (systemd_unit_state(p, TIMER, &s, err) < 0 || strcmp(s.load, "loaded") != 0)
		return error_set(err, ERROR_UNSUPPORTED, "apt's timer does not exist");
	return 0;
}

/* ---- writing ---- */

static int apply_conf(struct platform *p, const struct update_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	const char *lists = r->mode == UPDATE_NEVER ? "0" : "1";
	/* "always": how often is the timer's to say, not that of apt's day stamps. */
	const char *upgrade = r->mode == UPDATE_NEVER ? "0" : "always";

	if (buf_printf(&text, err,
		       "// Set by the enterprise's policy (muster). Changes here are undone.\n"
		       "APT::Periodic::Enable \"1\";\n"
		       "APT::Periodic::Update-Package-Lists \"%s\";\n"
		       "APT::Periodic::Unattended-Upgrade \"%s\";\n",
		       lists, upgrade) < 0)
		return -1;
	return change_text(p, CONF, &text, 0644, err);
}

/* Length of the window in minutes; it may span midnight. */
static unsigned window_length(const struct update_rules *r)
{
	return (r->end_min + DAY_MIN - r->start_min) % DAY_MIN;
}

/* Devices spread over the first half of the window, so that the second is for the work. */
static int apply_timer(struct platform *p, const struct update_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;

	if (r->mode != UPDATE_WINDOW)
		return 0;
	if (buf_printf(&text, err,
		       NOTE "[Timer]\nOnCalendar=\nOnCalendar=*-*-* %02u:%02u\n"
			    "RandomizedDelaySec=%um\nPersistent=false\n",
		       r->start_min / 60, r->start_min % 60, window_length(r) / 2) < 0)
		return -1;
	return change_text(p, TIMER_DROP_IN, &text, 0644, err);
}

/* Minutes since the window began, modulo a day: less than its length is inside. A '$' is written
 * twice for systemd, which shows it so over D-Bus too. */
static int condition_text(const struct update_rules *r, struct buf *out, struct error *err)
{
	return buf_printf(out, err,
			  "test $$(( ($$(date +%%-H) * 60 + $$(date +%%-M) + %u) %% %d )) -lt %u",
			  DAY_MIN - r->start_min, DAY_MIN, window_length(r));
}

static int apply_service(struct platform *p, const struct update_rules *r, struct error *err)
{
	auto_buf struct buf condition = BUF_INIT, text = BUF_INIT;

	if (r->mode != UPDATE_WINDOW)
		return 0;
	if (condition_text(r, &condition, err) < 0 ||
	    buf_puts(&text, NOTE "[Service]\nExecCondition=/bin/sh -c '", err) < 0)
		return -1;
	/* A '%' would be a specifier of the file. */
	for (size_t i = 0; i < condition.len; i++) {
		const char *c = (const char *)condition.data + i;

		if ((*c == '%' && buf_append(&text, c, 1, err) < 0) ||
		    buf_append(&text, c, 1, err) < 0)
			return -1;
	}
	if (buf_puts(&text, "'\n", err) < 0)
		return -1;
	return change_text(p, SERVICE_DROP_IN, &text, 0644, err);
}

static int reload(struct platform *p, struct error *err)
{
	bool runs;

	if (systemd_daemon_reload(p, err) < 0 || systemd_is_active(p, TIMER, &runs, err) < 0)
		return -1;
	return runs ? systemd_job(p, "RestartUnit", TIMER, err) : 0;
}

static int apply(struct platform *p, const struct update_rules *r, struct error *err)
{
	struct undo timer = { .kind = UNDO_UNIT, .name = (char *)TIMER };
	unsigned before = p->n_changes;

	/* First, and so put back last, when the files are as they were. */
	if (systemd_is_active(p, TIMER, &timer.active, err) < 0 ||
	    (timer.active ? change_claim(p, &timer, err) : change_keep(p, &timer, err)) < 0 ||
	    apply_conf(p, r, err) < 0 || apply_timer(p, r, err) < 0 || apply_service(p, r, err) < 0)
		return -1;
	if (p->n_changes != before && reload(p, err) < 0)
		return -1;
	return timer.active ? 0 : systemd_job(p, "StartUnit", TIMER, err);
}

/* ---- reading back ---- */

static int conf_value(const char *key, char *value, size_t size, struct error *err)
{
	const char *const argv[] = { APT_CONFIG, "dump", "--format", "%v%n", key, NULL };
	const struct run run = { .argv = argv };
	auto_buf struct buf out = BUF_INIT;
	int status;

	if (run_program(&run, &status, &out, err) < 0)
		return -1;
	(void)snprintf(value, size, "%.*s", (int)out.len, out.len ? (char *)out.data : "");
	value[strcspn(value, "\n")] = 0;
	return 0;
}

/* When the timer runs next, in seconds since 1970. */
static int next_run(struct platform *p, time_t *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	char path[256];
	uint64_t us = 0;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0 || systemd_unit_path(p, TIMER, path, sizeof(path), err) < 0)
		return -1;
	r = sd_bus_get_property_trivial(bus, "org.freedesktop.systemd1", path,
					"org.freedesktop.systemd1.Timer", "NextElapseUSecRealtime",
					&e, 't', &us);
	if (r < 0)
		return bus_fail(err, r, &e, "ask for the timer's next run");
	*ret = (time_t)(us / 1000000);
	return 0;
}

/* Whether the condition that the service manager holds is the one for the window. */
static int condition_holds(struct platform *p, const struct update_rules *r, bool *ret,
			   struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	sd_bus_message *m CLEANUP(sd_bus_message_unrefp) = NULL;
	auto_buf struct buf wanted = BUF_INIT;
	const char *path_text;
	char path[256];
	sd_bus *bus;
	int n;

	*ret = false;
	if (condition_text(r, &wanted, err) < 0 || bus_of(p, &bus, err) < 0 ||
	    systemd_unit_path(p, SERVICE, path, sizeof(path), err) < 0)
		return -1;
	n = sd_bus_get_property(bus, "org.freedesktop.systemd1", path,
				"org.freedesktop.systemd1.Service", "ExecCondition", &e, &m,
				"a(sasbttttuii)");
	if (n >= 0)
		n = sd_bus_message_enter_container(m, 'a', "(sasbttttuii)");
	if (n >= 0)
		n = sd_bus_message_enter_container(m, 'r', "sasbttttuii");
	if (n > 0)
		n = sd_bus_message_read(m, "s", &path_text);
	if (n > 0)
		n = sd_bus_message_enter_container(m, 'a', "s");
	while (n > 0 && (n = sd_bus_message_read(m, "s", &path_text)) > 0)
		*ret |= strcmp(path_text, (char *)wanted.data) == 0;
	return n < 0 ? bus_fail(err, n, &e, "ask for the service's condition") : 0;
}

static int read_window(struct platform *p, const struct update_rules *r, struct readback *ret,
		       struct error *err)
{
	struct tm tm;
	unsigned minute;
	char text[40];
	time_t next;
	bool held;

	if (next_run(p, &next, err) < 0 || condition_holds(p, r, &held, err) < 0)
		return -1;
	(void)localtime_r(&next, &tm);
	minute = (unsigned)(tm.tm_hour * 60 + tm.tm_min);
	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	if (readback_say(ret, err, "next run %s", text) < 0)
		return -1;
	if ((minute + DAY_MIN - r->start_min) % DAY_MIN >= window_length(r) &&
	    readback_differs(ret, err, "the next run is outside the window") < 0)
		return -1;
	if (!held)
		return readback_differs(ret, err, "nothing keeps installs inside the window");
	return readback_say(ret, err, "installs are refused outside the window");
}

/* What apt's service would do when it is started. */
static int read_conf(bool *installs, struct readback *ret, struct error *err)
{
	char enable[32], upgrade[32];

	if (conf_value("APT::Periodic::Enable", enable, sizeof(enable), err) < 0 ||
	    conf_value("APT::Periodic::Unattended-Upgrade", upgrade, sizeof(upgrade), err) < 0)
		return -1;
	*installs = strcmp(enable, "0") != 0 && upgrade[0] && strcmp(upgrade, "0") != 0;
	return readback_say(ret, err, "apt: Enable %s, Unattended-Upgrade %s", enable, upgrade);
}

static int read_back(struct platform *p, const struct update_rules *r, struct readback *ret,
		     struct error *err)
{
	struct unit_state service;
	bool on, active;

	ret->verdict = READBACK_ENFORCED;
	if (read_conf(&on, ret, err) < 0 || systemd_is_active(p, TIMER, &active, err) < 0 ||
	    systemd_unit_state(p, SERVICE, &service, err) < 0)
		return -1;
	if (on != (r->mode != UPDATE_NEVER))
		return readback_differs(ret, err, "apt %s updates by itself",
					on ? "installs" : "does not install");
	if (on && !active)
		return readback_differs(ret, err, "apt's timer does not run");
	if (on && strcmp(service.load, "loaded") != 0)
		return readback_differs(ret, err, "apt's service is %s", service.load);
	return r->mode == UPDATE_WINDOW ? read_window(p, r, ret, err) : 0;
}

const struct update_driver apt_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = reload,
};
