/* SPDX-License-Identifier: Apache-2.0 */
/* What can sense its surroundings, and what sends by radio. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "platform/platform.h"
#include "probe/probes.h"

/* Where the kernel shows a kind of device, by names; the node in /dev carries the same name. */
static const struct kind {
	const char *dir, *pattern, *what;
	const char *node; /* its directory in /dev, with a slash; NULL: it has none */
	enum fact_id fact;
} kinds[] = {
	{ "/sys/class/video4linux", "video*", "camera", "/dev/", FACT_SENSORS },
	{ "/sys/class/sound", "pcmC*D*c", "microphone", "/dev/snd/", FACT_SENSORS },
	{ "/sys/bus/iio/devices", "iio:device*", "sensor", "/dev/", FACT_SENSORS },
	{ "/sys/class/gnss", "gnss*", "positioning", "/dev/", FACT_SENSORS },
	{ "/sys/class/lirc", "lirc*", "infrared", "/dev/", FACT_SENSORS },
	{ "/sys/class/ieee80211", "phy*", "Wi-Fi", NULL, FACT_RADIOS },
	{ "/sys/class/bluetooth", "hci[0-9]*", "Bluetooth", NULL, FACT_RADIOS },
	{ "/sys/class/nfc", "nfc*", "NFC", NULL, FACT_RADIOS },
	{ "/sys/class/wwan", "wwan[0-9]", "modem", NULL, FACT_RADIOS },
	{ "/sys/class/ieee802154", "phy*", "IEEE 802.15.4", NULL, FACT_RADIOS },
};

/* "NAME", as the kernel or the driver calls it. */
static void name_of(const struct probe *p, const struct kind *k, const char *name, char *text,
		    size_t size)
{
	char path[LIMIT_NAME * 2];

	(void)snprintf(path, sizeof(path), "%s/%.60s/name", k->dir, name);
	probe_word(p, path, text, size);
}

static int look_sys(struct probe *p, const struct kind *k, struct error *err)
{
	auto_strings struct strings names = { 0 };

	if (probe_list(p, k->dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char id[LIMIT_NAME], name[LIMIT_NAME];

		if (fnmatch(k->pattern, names.items[i], 0) != 0)
			continue;
		(void)snprintf(id, sizeof(id), "%s%.60s", k->node ? k->node : "", names.items[i]);
		name_of(p, k, names.items[i], name, sizeof(name));
		if (fact_item(p, k->fact, id, err, "%s%s%s", k->what, *name ? ": " : "", name) < 0)
			return -1;
	}
	return 0;
}

static int look_nodes(struct probe *p, const struct kind *k, struct error *err)
{
	auto_strings struct strings names = { 0 };
	char dir[40];

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)strlen(k->node) - 1, k->node);
	if (probe_list(p, dir, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		char id[LIMIT_NAME];
		struct stat st;

		(void)snprintf(id, sizeof(id), "%s%.60s", k->node, names.items[i]);
		if (fnmatch(k->pattern, names.items[i], 0) == 0 && probe_stat(p, id, false, &st) &&
		    S_ISCHR(st.st_mode) && fact_item(p, k->fact, id, err, "%s", k->what) < 0)
			return -1;
	}
	return 0;
}

int probe_sensors(struct probe *p, struct error *err)
{
	if (fact_items(p, FACT_SENSORS, err) < 0 || fact_items(p, FACT_RADIOS, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		/* In a container /sys is the host's; the nodes are its own. */
		if ((!p->container && look_sys(p, &kinds[i], err) < 0) ||
		    (kinds[i].node && look_nodes(p, &kinds[i], err) < 0))
			return -1;
	return 0;
}
