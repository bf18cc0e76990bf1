/* SPDX-License-Identifier: Apache-2.0 */
/* Debug interfaces: there, and open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"
#include "probe/world.h"

enum { CONFIG_MAX = 512 * 1024, SYSRQ_DUMP = 8, SYSRQ_SIGNAL = 64 };

static int say(struct probe *p, const char *id, bool open, const char *how, struct error *err)
{
	if (fact_item(p, FACT_DEBUG_INTERFACES, id, err, "%s", how) < 0)
		return -1;
	return open ? fact_item(p, FACT_DEBUG_OPEN, id, err, "%s", how) : 0;
}

/* Programs that are a debug interface while they run. */
static const struct {
	const char *program, *id;
} daemons[] = {
	{ "adbd", "adbd" },
	{ "gdbserver", "gdbserver" },
	{ "lldb-server", "lldb-server" },
	{ "tcf-agent", "tcf-agent" },
};

/* A login on a serial line asks for a password, and is a debug console all the same. */
static int look_processes(struct probe *p, struct error *err)
{
	const struct world *w;

	if (!p->live)
		return 0;
	if (world_get(p, &w, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n_processes; i++) {
		const struct process *x = &w->processes[i];

		if ((strncmp(x->unit, "serial-getty@", 13) == 0 ||
		     strncmp(x->unit, "debug-shell", 11) == 0) &&
		    say(p, x->unit, true, "it runs", err) < 0)
			return -1;
		for (size_t k = 0; k < ARRAY_SIZE(daemons); k++)
			if (strcmp(x->name, daemons[k].program) == 0 &&
			    say(p, daemons[k].id, true, "it runs", err) < 0)
				return -1;
	}
	return 0;
}

static int look_units(struct probe *p, struct error *err)
{
	static const char *const dirs[] = { "/etc/systemd/system/getty.target.wants",
					    "/etc/systemd/system/multi-user.target.wants",
					    "/etc/systemd/system/sysinit.target.wants",
					    "/run/systemd/generator/getty.target.wants" };

	for (size_t d = 0; d < ARRAY_SIZE(dirs); d++) {
		auto_strings struct strings names = { 0 };

		if (probe_list(p, dirs[d], &names, err) < 0)
			return -1;
		for (size_t i = 0; i < names.n; i++)
			if ((strncmp(names.items[i], "serial-getty@", 13) == 0 ||
			     strncmp(names.items[i], "debug-shell", 11) == 0 ||
			     strncmp(names.items[i], "adbd", 4) == 0) &&
			    say(p, names.items[i], true, "it is enabled", err) < 0)
				return -1;
	}
	return 0;
}

/* The kernel's own: words of its command line. */
static int look_command_line(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char *at;
	const char *word;

	if (p->container || probe_read_if(p, "/proc/cmdline", CONFIG_MAX, &text, err) < 0)
		return p->container ? 0 : -1;
	at = (char *)text.data;
	at[strcspn(at, "\n")] = '\0';
	while ((word = probe_field(&at))) {
		char id[LIMIT_NAME];

		(void)snprintf(id, sizeof(id), "%.100s", word);
		if ((strncmp(word, "kgdboc", 6) == 0 || strncmp(word, "kgdbwait", 8) == 0 ||
		     strncmp(word, "systemd.debug", 13) == 0 ||
		     strncmp(word, "init=/bin/", 10) == 0) &&
		    say(p, id, true, "on the kernel's command line", err) < 0)
			return -1;
	}
	return 0;
}

static int look_sysrq(struct probe *p, struct error *err)
{
	char word[40], how[60];
	unsigned long mask;

	probe_word(p, "/proc/sys/kernel/sysrq", word, sizeof(word));
	if (!*word)
		return 0; /* a kernel without it */
	mask = strtoul(word, NULL, 10);
	(void)snprintf(how, sizeof(how), "kernel.sysrq is %lu", mask);
	return say(p, "sysrq", mask == 1 || (mask & (SYSRQ_DUMP | SYSRQ_SIGNAL)), how, err);
}

/* debugfs says much to whoever may look in; root always may. */
static int look_debugfs(struct probe *p, struct error *err)
{
	struct stat st;
	char how[60];

	if (p->container || !probe_exists(p, "/sys/kernel/debug/sched") ||
	    !probe_stat(p, "/sys/kernel/debug", false, &st))
		return 0;
	(void)snprintf(how, sizeof(how), "mounted, mode %o", st.st_mode & 0777);
	return say(p, "debugfs", st.st_mode & S_IXOTH, how, err);
}

/* Whether the kernel keeps /dev/mem to devices' registers: its lockdown, or how it was built. */
static int look_memory_device(struct probe *p, struct error *err)
{
	auto_buf struct buf config = BUF_INIT;
	char path[LIMIT_NAME], release[80], lockdown[80];
	struct stat st;

	if (!probe_stat(p, "/dev/mem", false, &st))
		return 0;
	probe_word(p, "/sys/kernel/security/lockdown", lockdown, sizeof(lockdown));
	probe_word(p, "/proc/sys/kernel/osrelease", release, sizeof(release));
	(void)snprintf(path, sizeof(path), "/boot/config-%s", release);
	if (st.st_mode & S_IROTH)
		return say(p, "/dev/mem", true, "everybody reads it", err);
	if (strstr(lockdown, "[integrity]") || strstr(lockdown, "[confidentiality]"))
		return say(p, "/dev/mem", false, "the kernel is locked down", err);
	if (probe_read_if(p, path, CONFIG_MAX, &config, err) < 0)
		return -1;
	return strstr((char *)config.data, "CONFIG_STRICT_DEVMEM=y")
		       ? say(p, "/dev/mem", false, "STRICT_DEVMEM", err)
		       : say(p, "/dev/mem", true, "it is not known to be restricted", err);
}

int probe_debug(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_DEBUG_OPEN, err) < 0 ||
	    fact_items(p, FACT_DEBUG_INTERFACES, err) < 0)
		return -1;
	if (look_processes(p, err) < 0 || look_units(p, err) < 0 || look_sysrq(p, err) < 0 ||
	    look_debugfs(p, err) < 0 || look_memory_device(p, err) < 0)
		return -1;
	return look_command_line(p, err);
}

/* ---- ports that take any device ---- */

/* authorized_default: 0 none, 1 all, 2 those that are built in. */
static int look_usb(struct probe *p, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, "/sys/bus/usb/devices", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char path[LIMIT_NAME * 2], word[16];

		if (strncmp(names.items[i], "usb", 3) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "/sys/bus/usb/devices/%.40s/authorized_default",
			       names.items[i]);
		probe_word(p, path, word, sizeof(word));
		if (strcmp(word, "1") == 0 && fact_item(p, FACT_PORTS_OPEN, names.items[i], err,
							"authorized_default is 1") < 0)
			return -1;
	}
	return 0;
}

static int look_thunderbolt(struct probe *p, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, "/sys/bus/thunderbolt/devices", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char path[LIMIT_NAME * 2], word[16];

		(void)snprintf(path, sizeof(path), "/sys/bus/thunderbolt/devices/%.40s/security",
			       names.items[i]);
		probe_word(p, path, word, sizeof(word));
		if (strcmp(word, "none") == 0 &&
		    fact_item(p, FACT_PORTS_OPEN, names.items[i], err, "security level none") < 0)
			return -1;
	}
	return 0;
}

int probe_ports(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_PORTS_OPEN, err) < 0)
		return -1;
	if (p->container)
		return 0;
	return look_usb(p, err) < 0 ? -1 : look_thunderbolt(p, err);
}
