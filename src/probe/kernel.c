/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel settings, against what the common hardening guides want. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "probe/probes.h"

enum { ANY = 1000 };

/* A setting that this kernel does not have is not weak: what it would guard is not there either. */
static const struct {
	const char *name; /* of sysctl(8) */
	long least, most;
} wanted[] = {
	{ "kernel.randomize_va_space", 2, ANY },
	{ "kernel.kptr_restrict", 1, ANY },
	{ "kernel.dmesg_restrict", 1, ANY },
	{ "kernel.yama.ptrace_scope", 1, ANY },
	{ "kernel.unprivileged_bpf_disabled", 1, ANY },
	{ "kernel.perf_event_paranoid", 2, ANY },
	{ "kernel.kexec_load_disabled", 1, ANY },
	{ "fs.protected_symlinks", 1, ANY },
	{ "fs.protected_hardlinks", 1, ANY },
	{ "fs.protected_fifos", 1, ANY },
	{ "fs.protected_regular", 1, ANY },
	{ "fs.suid_dumpable", 0, 0 },
	{ "net.core.bpf_jit_harden", 1, ANY },
	{ "net.ipv4.tcp_syncookies", 1, ANY },
	{ "net.ipv4.conf.all.accept_redirects", 0, 0 },
	{ "net.ipv6.conf.all.accept_redirects", 0, 0 },
	{ "net.ipv4.conf.all.accept_source_route", 0, 0 },
};

int probe_kernel(struct probe *p, struct error *err)
{
	if (!probe_exists(p, "/proc/sys/kernel"))
		return error_set(err, ERROR_UNSUPPORTED, "only a running device shows it");
	if (fact_items(p, FACT_KERNEL_WEAK, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		char path[LIMIT_NAME], word[40], *end;
		long value;

		(void)snprintf(path, sizeof(path), "/proc/sys/%s", wanted[i].name);
		for (char *c = path + strlen("/proc/sys/"); *c; c++)
			*c = *c == '.' ? '/' : *c;
		probe_word(p, path, word, sizeof(word));
		value = strtol(word, &end, 10);
		if (end != word && (value < wanted[i].least || value > wanted[i].most) &&
		    fact_item(p, FACT_KERNEL_WEAK, wanted[i].name, err, "%ld, %s %ld wanted", value,
			      wanted[i].most == ANY ? "at least" : "at most", wanted[i].least) < 0)
			return -1;
	}
	return 0;
}
