/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is protected by hardware, and programs that make use of it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/elf.h"
#include "probe/probes.h"
#include "probe/world.h"

enum { MAPS_MAX = 8 * 1024 * 1024 };

/* Words of /proc/cpuinfo's "flags" (x86) and "Features" (ARM). */
static const char *const words[] = { "nx",  "smep", "smap", "pku", "umip", "user_shstk",
				     "ibt", "pan",  "bti",  "mte", "paca" };

static int look_words(struct probe *p, char *line, struct error *err)
{
	const char *word;

	while ((word = probe_field(&line)))
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (strcmp(word, words[i]) == 0 &&
			    fact_item(p, FACT_MEMORY_HARDWARE, word, err, "the processor") < 0)
				return -1;
	return 0;
}

int probe_processor(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	auto_strings struct strings iommus = { 0 };
	char *at, *line;

	if (probe_read(p, "/proc/cpuinfo", MAPS_MAX, &text, err) < 0 ||
	    fact_items(p, FACT_MEMORY_HARDWARE, err) < 0)
		return -1;
	at = (char *)text.data;
	/* The first processor speaks for all. */
	while ((line = probe_line(&at)) && *line) {
		bool flags = strncmp(line, "flags", 5) == 0 || strncmp(line, "Features", 8) == 0;
		char *colon = strchr(line, ':');

		if (flags && colon && look_words(p, colon + 1, err) < 0)
			return -1;
	}
	if (probe_list(p, "/sys/class/iommu", &iommus, err) < 0)
		return -1;
	/* An ARM processor of 64 bits always can forbid execution. */
	if (strstr((char *)text.data, "CPU architecture: 8") &&
	    fact_item(p, FACT_MEMORY_HARDWARE, "nx", err, "every ARMv8") < 0)
		return -1;
	return iommus.n > 0
		       ? fact_item(p, FACT_MEMORY_HARDWARE, "iommu", err, "%s", iommus.items[0])
		       : 0;
}

/* ---- what runs ---- */

/* The first line of a table of maps that can be written and executed; NULL: none. */
static const char *writable_code(char *maps)
{
	char *at = maps, *line;

	while ((line = probe_line(&at))) {
		const char *rights = strchr(line, ' ');

		if (rights && strlen(rights) > 4 && rights[2] == 'w' && rights[3] == 'x')
			return line;
	}
	return NULL;
}

static int look_maps(struct probe *p, const struct process *x, bool *denied, struct error *err)
{
	auto_buf struct buf maps = BUF_INIT;
	struct error why = ERROR_INIT;
	const char *line;
	char path[40], id[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", x->pid);
	if (probe_read(p, path, MAPS_MAX, &maps, &why) < 0) {
		*denied = *denied || why.code == ERROR_DENIED;
		return why.code == ERROR_LIMIT ? error_set(err, ERROR_LIMIT, "%s", why.msg) : 0;
	}
	line = writable_code((char *)maps.data);
	(void)snprintf(id, sizeof(id), "%d %s", x->pid, x->name);
	return line ? fact_item(p, FACT_MEMORY_WRITABLE_CODE, id, err, "%s", line) : 0;
}

/* The file of a running program, even where its path now names another. */
static int open_program(int pid, char *path, size_t size)
{
	char link[40];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, size - 1);
	if (n < 0)
		return -1;
	path[n] = '\0';
	return open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static int look_program(struct probe *p, const struct process *x, struct strings *seen,
			bool *denied, struct error *err)
{
	char path[PATH_MAX];
	auto_close int fd = open_program(x->pid, path, sizeof(path));
	struct error why = ERROR_INIT;
	struct elf e;

	if (fd < 0) {
		*denied = *denied || errno == EACCES || errno == EPERM;
		return 0;
	}
	for (size_t i = 0; i < seen->n; i++)
		if (strcmp(seen->items[i], path) == 0)
			return 0;
	if (probe_add(seen, path, err) < 0)
		return -1;
	if (elf_read(fd, &e, &why) < 0)
		return fact_item(p, FACT_MEMORY_UNHARDENED, path, err, "%s", why.msg);
	/* Binding late leaves a part writable: worth a word, and not a fault of its own. */
	if (e.pie && e.relro && !e.stack_executes)
		return 0;
	return fact_item(p, FACT_MEMORY_UNHARDENED, path, err, "%s%s%s%s", e.pie ? "" : "no PIE; ",
			 e.relro ? "" : "no RELRO; ", e.now ? "" : "binds late; ",
			 e.stack_executes ? "the stack executes" : "");
}

int probe_memory(struct probe *p, struct error *err)
{
	auto_strings struct strings seen = { 0 };
	const struct world *w;
	bool denied = false;

	if (world_get(p, &w, err) < 0 || fact_items(p, FACT_MEMORY_WRITABLE_CODE, err) < 0 ||
	    fact_items(p, FACT_MEMORY_UNHARDENED, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n_processes; i++)
		if (look_maps(p, &w->processes[i], &denied, err) < 0 ||
		    look_program(p, &w->processes[i], &seen, &denied, err) < 0)
			return -1;
	return denied ? error_set(err, ERROR_DENIED, "processes of others are root's alone to see")
		      : 0;
}
