/* SPDX-License-Identifier: Apache-2.0 */
/* File systems that keep what is written: encrypted below, or not. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/limits.h"
#include "platform/platform.h"
#include "probe/mounts.h"
#include "probe/probes.h"

enum { MOUNTS_MAX = 1024 * 1024, STACK_MAX = 8 };

/* That keep nothing over a restart, or hold no data of their own. */
static const char *const passing[] = {
	"tmpfs",     "proc",	   "sysfs",	      "devtmpfs",    "devpts",	    "cgroup",
	"cgroup2",   "mqueue",	   "debugfs",	      "tracefs",     "bpf",	    "hugetlbfs",
	"pstore",    "securityfs", "efivarfs",	      "configfs",    "fusectl",	    "ramfs",
	"autofs",    "nsfs",	   "squashfs",	      "iso9660",     "binfmt_misc", "rpc_pipefs",
	"selinuxfs", "erofs",	   "fuse.gvfsd-fuse", "fuse.portal", "sockfs",
};

static bool is_passing(const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		if (strcmp(passing[i], type) == 0)
			return true;
	return false;
}

/* Whether a block device, or what it is made of, is a dm-crypt one: some layer below is enough. */
static int is_encrypted(const struct probe *p, const char *device, int depth, bool *ret,
			struct error *err)
{
	auto_strings struct strings below = { 0 };
	char path[PATH_MAX], word[LIMIT_NAME];

	if (path_format(path, sizeof(path), err, "%s/dm/uuid", device) < 0)
		return -1;
	probe_word(p, path, word, sizeof(word));
	if (strncmp(word, "CRYPT-", 6) == 0 && strncmp(word, "CRYPT-VERITY", 12) != 0) {
		*ret = true;
		return 0;
	}
	if (path_format(path, sizeof(path), err, "%s/slaves", device) < 0 || depth == STACK_MAX ||
	    probe_list(p, path, &below, err) < 0)
		return depth == STACK_MAX ? error_set(err, ERROR_LIMIT, "%s: too deep", device)
					  : -1;
	*ret = below.n > 0;
	for (size_t i = 0; i < below.n && *ret; i++) {
		if (path_format(path, sizeof(path), err, "%s/slaves/%s", device, below.items[i]) <
			    0 ||
		    is_encrypted(p, path, depth + 1, ret, err) < 0)
			return -1;
	}
	return 0;
}

/* The number of the device below: the mount's own, or (btrfs) of the node that it names. */
static bool device_of(const struct probe *p, const struct mount *m, unsigned *major_,
		      unsigned *minor_)
{
	struct stat st;

	*major_ = m->major;
	*minor_ = m->minor;
	if (m->major == 0 && *m->source == '/' && probe_stat(p, m->source, false, &st) &&
	    S_ISBLK(st.st_mode)) {
		*major_ = major(st.st_rdev);
		*minor_ = minor(st.st_rdev);
	}
	return *major_ != 0;
}

/* The mounts, last first: what lies over another hides it. */
struct mounts {
	struct mount *items;
	size_t n;
};

static void mounts_done(struct mounts *m)
{
	free(m->items);
}

static int read_mounts(char *text, struct mounts *ret, struct error *err)
{
	char *at = text, *line;

	while ((line = probe_line(&at))) {
		struct mount *all = reallocarray(ret->items, ret->n + 1, sizeof(*all));

		if (!all)
			return error_oom(err);
		ret->items = all;
		if (!mount_parse(line, &all[ret->n]))
			return error_set(err, ERROR_INVALID, "mountinfo: not understood: %.80s",
					 line);
		ret->n++;
	}
	return 0;
}

static const struct mount *mount_below(const struct mounts *m, const char *path)
{
	const struct mount *best = NULL;

	for (size_t i = 0; i < m->n; i++) {
		size_t n = strlen(m->items[i].path);

		if (strncmp(m->items[i].path, path, n) == 0 &&
		    (n == 1 || path[n] == '\0' || path[n] == '/') &&
		    (!best || n >= strlen(best->path)))
			best = &m->items[i];
	}
	return best;
}

/* What an overlay writes to, where that is seen from here. */
static const struct mount *beneath(const struct probe *p, const struct mounts *all,
				   const struct mount *m)
{
	char upper[PATH_MAX];
	const struct mount *other;

	if (strcmp(m->type, "overlay") != 0)
		return m;
	if (!mount_option(m->super, "upperdir", upper, sizeof(upper)) || !probe_exists(p, upper))
		return NULL;
	other = mount_below(all, upper);
	return other && strcmp(other->type, "overlay") != 0 ? other : NULL;
}

static int look_mount(struct probe *p, const struct mounts *all, const struct mount *m,
		      const char **hidden, struct error *err)
{
	const struct mount *below = beneath(p, all, m);
	unsigned high, low;
	bool encrypted = false;
	char device[64];

	if (below && is_passing(below->type))
		return 0;
	if (!below || !device_of(p, below, &high, &low)) {
		*hidden = m->path;
		return 0;
	}
	(void)snprintf(device, sizeof(device), "/sys/dev/block/%u:%u", high, low);
	if (!probe_exists(p, device)) {
		*hidden = m->path;
		return 0;
	}
	if (is_encrypted(p, device, 0, &encrypted, err) < 0)
		return -1;
	return fact_item(p, encrypted ? FACT_STORAGE_ENCRYPTED : FACT_STORAGE_DATA, m->path, err,
			 "%s on %s", m->type, below->source);
}

int probe_storage(struct probe *p, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	CLEANUP(mounts_done) struct mounts all = { 0 };
	const char *hidden = NULL;

	if (probe_read(p, "/proc/self/mountinfo", MOUNTS_MAX, &text, err) < 0 ||
	    read_mounts((char *)text.data, &all, err) < 0 ||
	    fact_items(p, FACT_STORAGE_DATA, err) < 0 ||
	    fact_items(p, FACT_STORAGE_ENCRYPTED, err) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		if (!is_passing(all.items[i].type) && mount_has(all.items[i].options, "rw") &&
		    mount_has(all.items[i].super, "rw") &&
		    look_mount(p, &all, &all.items[i], &hidden, err) < 0)
			return -1;
	if (!hidden)
		return 0;
	/* One that is seen is known; that there is no other, is not. */
	if (fact_items_n(p, FACT_STORAGE_DATA) == 0 &&
	    fact_unknown(p, FACT_STORAGE_DATA, FACT_NO_MEANS, err,
			 "%s: what it lies on is not seen from here", hidden) < 0)
		return -1;
	return 0;
}
