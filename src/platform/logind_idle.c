/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Idle sessions by logind: it tells every session to lock once all have been idle for the time.
 * Written as a drop-in, read back from the running logind over D-Bus.
 *
 * logind reads its files again on SIGHUP, but starts the timer of an IdleAction only when it
 * starts itself; a restart keeps the sessions (it stores them under /run/systemd/sessions).
 */
#include <stdio.h>
#include <string.h>

#include "platform/bus.h"
#include "platform/change.h"
#include "platform/logind.h"
#include "platform/systemd.h"

#define DROP_IN "/etc/systemd/logind.conf.d/60-muster-idle.conf"
#define UNIT "systemd-logind.service"

static int probe(struct platform *p, const struct idle_rules *r, struct error *err)
{
	bool has = false;

	(void)r;
	if (bus_has_name(p, LOGIND, &has, err) < 0)
		return -1;
	return has ? 0 : error_set(err, ERROR_UNSUPPORTED, "logind does not run");
}

struct idle_state {
	char action[24];
	uint64_t timeout_us;
};

static int idle_state(struct platform *p, struct idle_state *ret, struct error *err)
{
	sd_bus_error e CLEANUP(sd_bus_error_free) = SD_BUS_ERROR_NULL;
	auto_free char *action = NULL;
	uint64_t us = 0;
	sd_bus *bus;
	int r;

	if (bus_of(p, &bus, err) < 0)
		return -1;
	r = sd_bus_get_property_string(bus, LOGIND, LOGIND_MANAGER, "IdleAction", &e, &action);
	if (r >= 0)
		r = sd_bus_get_property_trivial(bus, LOGIND, LOGIND_MANAGER, "IdleActionUSec", &e,
						't', &us);
	if (r < 0)
		return bus_fail(err, r, &e, "ask logind for its idle action");
	(void)snprintf(ret->action, sizeof(ret->action), "%s", action);
	ret->timeout_us = us;
	return 0;
}

static int apply(struct platform *p, const struct idle_rules *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	struct idle_state s = { 0 };

	if (buf_printf(&text, err,
		       "# Set by the enterprise's policy (muster). Changes here are undone.\n"
		       "[Login]\nIdleAction=lock\nIdleActionSec=%us\n",
		       r->seconds) < 0 ||
	    change_text(p, DROP_IN, &text, 0644, err) < 0 || idle_state(p, &s, err) < 0)
		return -1;
	if (strcmp(s.action, "lock") == 0 && s.timeout_us == r->seconds * 1000000ull)
		return 0;
	return systemd_job(p, "RestartUnit", UNIT, err);
}

static int read_back(struct platform *p, const struct idle_rules *r, struct readback *ret,
		     struct error *err)
{
	struct idle_state s = { 0 };

	if (idle_state(p, &s, err) < 0)
		return -1;
	ret->verdict = READBACK_ENFORCED;
	if (readback_say(ret, err, "logind: IdleAction=%s, IdleActionSec=%llu s", s.action,
			 (unsigned long long)(s.timeout_us / 1000000)) < 0)
		return -1;
	if (strcmp(s.action, "lock") != 0)
		return readback_differs(ret, err, "logind does '%s' with idle sessions", s.action);
	if (s.timeout_us != r->seconds * 1000000ull)
		return readback_differs(ret, err, "logind waits another time");
	return 0;
}

static int settle(struct platform *p, struct error *err)
{
	return systemd_job(p, "RestartUnit", UNIT, err);
}

const struct idle_driver logind_idle_driver = {
	.probe = probe,
	.apply = apply,
	.read = read_back,
	.settle = settle,
};
