/* SPDX-License-Identifier: Apache-2.0 */
/* What the device is known by, and where its randomness comes from. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

static int look_nodes(struct probe *p, const char *dir, const char *prefix, const char *what,
		      struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++)
		if (strncmp(names.items[i], prefix, strlen(prefix)) == 0 &&
		    fact_item(p, FACT_IDENTITY_HARDWARE, names.items[i], err, "%s", what) < 0)
			return -1;
	return 0;
}

/* Nodes that the device has: in a container, what /sys shows is the host's. */
static int look_hardware(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_IDENTITY_HARDWARE, err) < 0 ||
	    look_nodes(p, "/dev", "tpm0", "a TPM", err) < 0)
		return -1;
	return look_nodes(p, "/dev", "tee0", "a trusted execution environment", err);
}

static int look_random(struct probe *p, struct error *err)
{
	auto_buf struct buf cpu = BUF_INIT;
	char current[LIMIT_NAME];

	if (fact_items(p, FACT_RANDOM_SOURCES, err) < 0 ||
	    probe_read_if(p, "/proc/cpuinfo", 8u << 20, &cpu, err) < 0)
		return -1;
	if (strstr((char *)cpu.data, " rdrand") &&
	    fact_item(p, FACT_RANDOM_SOURCES, "rdrand", err, "the processor") < 0)
		return -1;
	if (strstr((char *)cpu.data, " rng ") &&
	    fact_item(p, FACT_RANDOM_SOURCES, "rndr", err, "the processor") < 0)
		return -1;
	probe_word(p, "/sys/devices/virtual/misc/hw_random/rng_current", current, sizeof(current));
	return *current && strcmp(current, "none") != 0
		       ? fact_item(p, FACT_RANDOM_SOURCES, current, err, "hw_random")
		       : 0;
}

static int look_machine(struct probe *p, struct error *err)
{
	char id[64];
	bool digests;

	if (fact_digests(p, FACT_IDENTITY_DIGEST, &digests, err) < 0)
		return -1;
	probe_word(p, "/etc/machine-id", id, sizeof(id));
	return digests && *id
		       ? fact_digest(p, FACT_IDENTITY_DIGEST, id, strlen(id), "machine-id", err)
		       : 0;
}

int probe_keys(struct probe *p, struct error *err)
{
	if (look_machine(p, err) < 0 || look_hardware(p, err) < 0)
		return -1;
	return look_random(p, err);
}
