/* SPDX-License-Identifier: Apache-2.0 */
/* The processes. */
#include "probe/world.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"

enum { STATUS_MAX = 16 * 1024 };

static void read_name(const char *value, struct process *r)
{
	text_clean(value, r->name, sizeof(r->name));
}

static void read_ids(const char *value, struct process *r)
{
	char *next;

	r->uid = (unsigned)strtoul(value, &next, 10);
	r->euid = (unsigned)strtoul(next, NULL, 10);
}

static void read_effective(const char *value, struct process *r)
{
	r->cap_effective = strtoull(value, NULL, 16);
}

static void read_bounding(const char *value, struct process *r)
{
	r->cap_bounding = strtoull(value, NULL, 16);
}

static void read_privileges(const char *value, struct process *r)
{
	r->no_new_privileges = *value == '1';
}

static void read_filter(const char *value, struct process *r)
{
	r->filters = (unsigned)strtoul(value, NULL, 10);
}

static const struct {
	const char *key;
	void (*read)(const char *value, struct process *ret);
	bool required;
} keys[] = {
	{ "Name:", read_name, true },
	{ "Uid:", read_ids, true },
	{ "CapEff:", read_effective, true },
	{ "CapBnd:", read_bounding, true },
	{ "NoNewPrivs:", read_privileges, false },
	{ "Seccomp_filters:", read_filter, false },
};

int process_parse(char *status, struct process *ret, bool *user, struct error *err)
{
	struct process r = { 0 };
	bool seen[ARRAY_SIZE(keys)] = { false }, memory = false;
	char *at = status, *line;

	while ((line = probe_line(&at))) {
		memory = memory || strncmp(line, "VmSize:", 7) == 0;
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			size_t len = strlen(keys[i].key);

			if (strncmp(line, keys[i].key, len) != 0)
				continue;
			line += len;
			keys[i].read(line + strspn(line, " \t"), &r);
			seen[i] = true;
			break;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].required && !seen[i])
			return error_set(err, ERROR_INVALID, "status of a process: no %s",
					 keys[i].key);
	*ret = r;
	*user = memory;
	return 0;
}

static bool is_unit(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".service") == 0 || strcmp(dot, ".scope") == 0 ||
		       strcmp(dot, ".socket") == 0);
}

void process_unit(char *cgroup, struct process *ret)
{
	char *at = cgroup, *line;

	while ((line = probe_line(&at))) {
		char *path = strchr(line, '/'), *save = NULL;
		bool ours = strncmp(line, "0::", 3) == 0 || strstr(line, ":name=systemd:");

		if (!ours || !path)
			continue;
		ret->unit[0] = '\0';
		ret->system = !strstr(path, "/user.slice/");
		for (char *part = strtok_r(path, "/", &save); part;
		     part = strtok_r(NULL, "/", &save))
			if (is_unit(part))
				text_clean(part, ret->unit, sizeof(ret->unit));
		if (ret->unit[0])
			return;
	}
}

/* AppArmor says "name (enforce)", SELinux "system_u:…:unconfined_t:s0", Smack a label. */
static bool is_confined(const struct probe *p, int pid)
{
	char path[64], label[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/attr/current", pid);
	probe_word(p, path, label, sizeof(label));
	return *label && !strstr(label, "unconfined") && !strstr(label, "kernel_t") &&
	       strcmp(label, "_") != 0 && !strstr(label, "(complain)");
}

static int add_process(struct probe *p, struct world *w, const char *name, struct error *err)
{
	auto_buf struct buf status = BUF_INIT, group = BUF_INIT;
	struct process one, *all;
	struct error gone = ERROR_INIT;
	char path[64];
	bool user;

	/* A process may end while it is being looked at. */
	(void)snprintf(path, sizeof(path), "/proc/%.10s/status", name);
	if (probe_read(p, path, STATUS_MAX, &status, &gone) < 0)
		return 0;
	if (process_parse((char *)status.data, &one, &user, err) < 0)
		return -1;
	if (!user)
		return 0;
	one.pid = (int)strtol(name, NULL, 10);
	(void)snprintf(path, sizeof(path), "/proc/%.10s/cgroup", name);
	if (probe_read(p, path, STATUS_MAX, &group, &gone) == 0)
		process_unit((char *)group.data, &one);
	one.confined = is_confined(p, one.pid);
	all = reallocarray(w->processes, w->n_processes + 1, sizeof(*all));
	if (!all)
		return error_oom(err);
	w->processes = all;
	all[w->n_processes++] = one;
	return 0;
}

static int read_processes(struct probe *p, struct world *w, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, "/proc", &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (isdigit((unsigned char)*names.items[i]) &&
		    add_process(p, w, names.items[i], err) < 0)
			return -1;
	return 0;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	free(w->processes);
	free(w->listeners);
	free(w);
}
DEFINE_CLEANUP(struct world *, world_free)

int world_get(struct probe *p, const struct world **ret, struct error *err)
{
	CLEANUP(world_freep) struct world *w = NULL;

	if (!p->live)
		return error_set(err, ERROR_UNSUPPORTED, "only a running device shows it");
	if (!p->world) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return error_oom(err);
		if (read_processes(p, w, err) < 0 || world_listeners(p, w, err) < 0)
			return -1;
		p->world = STEAL(w);
	}
	*ret = p->world;
	return 0;
}
