/* SPDX-License-Identifier: Apache-2.0 */
/* Logs that stay, and what can erase what people left. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

enum { CONF_MAX = 64 * 1024 };

/* Storage= of journald.conf(5), of the last file that says it: "auto" by default. */
static int read_storage(struct probe *p, char *value, size_t size, struct error *err)
{
	static const char dir[] = "/etc/systemd/journald.conf.d";
	auto_strings struct strings names = { 0 };
	auto_buf struct buf text = BUF_INIT;
	char *at, *line;

	(void)snprintf(value, size, "auto");
	if (probe_read_if(p, "/etc/systemd/journald.conf", CONF_MAX, &text, err) < 0 ||
	    probe_list(p, dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char path[LIMIT_TEXT];

		(void)snprintf(path, sizeof(path), "%s/%.200s", dir, names.items[i]);
		if (buf_puts(&text, "\n", err) < 0 ||
		    probe_read_if(p, path, CONF_MAX, &text, err) < 0)
			return -1;
	}
	at = (char *)text.data;
	while ((line = probe_line(&at)))
		if (strncmp(line, "Storage=", 8) == 0)
			(void)snprintf(value, size, "%s", line + 8);
	return 0;
}

int probe_logs(struct probe *p, struct error *err)
{
	char storage[40];
	bool journal, syslog;

	if (read_storage(p, storage, sizeof(storage), err) < 0)
		return -1;
	journal = strcmp(storage, "persistent") == 0 ||
		  (strcmp(storage, "auto") == 0 && probe_exists(p, "/var/log/journal"));
	syslog = probe_exists(p, "/usr/sbin/rsyslogd") || probe_exists(p, "/usr/sbin/syslog-ng");
	if (fact_bool(p, FACT_LOGS_PERSISTENT, journal || syslog, err) < 0)
		return -1;
	return fact_note(p, FACT_LOGS_PERSISTENT, err, "journald: %s%s", storage,
			 syslog ? "; a syslog daemon" : "");
}

static const struct {
	const char *path, *id;
} erasers[] = {
	{ "/usr/lib/systemd/system/factory-reset.target.wants", "factory-reset.target" },
	{ "/etc/systemd/system/factory-reset.target.wants", "factory-reset.target" },
	{ "/usr/lib/systemd/system/systemd-factory-reset-request.service",
	  "systemd-factory-reset" },
	{ "/usr/bin/snappy-factory-reset", "snappy" },
	{ "/sbin/firstboot", "openwrt-firstboot" },
};

int probe_erase(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_ERASE, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(erasers); i++)
		if (probe_exists(p, erasers[i].path) &&
		    fact_item(p, FACT_ERASE, erasers[i].id, err, "%s", erasers[i].path) < 0)
			return -1;
	return 0;
}
