/* SPDX-License-Identifier: Apache-2.0 */
/* Rights of what runs, and rights that programs give away. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"
#include "probe/world.h"

/* Root with every right that there is here, and nothing that holds it back more than the first
 * process, which has all that the kernel or the container leaves. */
static bool is_unconfined(const struct process *x, const struct process *first)
{
	return x->euid == 0 && (x->cap_effective & first->cap_bounding) == first->cap_bounding &&
	       !x->no_new_privileges && x->filters <= first->filters && !x->confined;
}

static const struct process *find_first(const struct world *w)
{
	for (size_t i = 0; i < w->n_processes; i++)
		if (w->processes[i].pid == 1)
			return &w->processes[i];
	return NULL;
}

int probe_confinement(struct probe *p, struct error *err)
{
	const struct process *first;
	const struct world *w;

	if (world_get(p, &w, err) < 0 || fact_items(p, FACT_PRIVILEGE_UNCONFINED, err) < 0)
		return -1;
	first = find_first(w);
	if (!first)
		return error_set(err, ERROR_DENIED, "the first process is not seen");
	for (size_t i = 0; i < w->n_processes; i++) {
		const struct process *x = &w->processes[i];
		size_t len = strlen(x->unit);

		if (x->system && len > 8 && strcmp(x->unit + len - 8, ".service") == 0 &&
		    is_unconfined(x, first) &&
		    fact_item(p, FACT_PRIVILEGE_UNCONFINED, x->unit, err, "%s", x->name) < 0)
			return -1;
	}
	return 0;
}

static int look_directory(struct probe *p, const char *dir, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char path[PATH_MAX];
		struct stat st;

		if (path_format(path, sizeof(path), err, "%s/%s", dir, names.items[i]) < 0)
			return -1;
		if (!probe_stat(p, path, true, &st) || !S_ISREG(st.st_mode) ||
		    !(st.st_mode & (S_ISUID | S_ISGID)) || !(st.st_mode & S_IXUSR))
			continue;
		if (fact_item(p, FACT_PRIVILEGE_SETUID, path, err, "mode %o, user %u, group %u",
			      st.st_mode & 07777, st.st_uid, st.st_gid) < 0)
			return -1;
	}
	return 0;
}

int probe_setuid(struct probe *p, struct error *err)
{
	static const char *const dirs[] = { "/usr/bin",	       "/usr/sbin",    "/usr/local/bin",
					    "/usr/local/sbin", "/usr/libexec", "/usr/games" };
	struct stat st;

	if (fact_items(p, FACT_PRIVILEGE_SETUID, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (look_directory(p, dirs[i], err) < 0)
			return -1;
	/* Where /usr is not merged. */
	return probe_stat(p, "/bin", true, &st) && S_ISDIR(st.st_mode)
		       ? look_directory(p, "/bin", err)
		       : 0;
}
