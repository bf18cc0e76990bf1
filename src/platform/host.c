/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/host.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "platform/bus.h"

#define HOSTNAME1 "org.freedesktop.hostname1"
#define HOSTNAME1_PATH "/org/freedesktop/hostname1"

/* Properties of hostnamed, and how we call them. */
static const struct {
	const char *property, *key;
} properties[] = {
	{ "OperatingSystemPrettyName", "system" },
	{ "KernelRelease", "kernel" },
	{ "HardwareVendor", "vendor" },
	{ "HardwareModel", "model" },
	{ "Hostname", "hostname" },
	{ "Chassis", "chassis" },
};

static int set_text(json_t *facts, const char *key, const char *text, struct error *err)
{
	if (!text || !text[0])
		return 0;
	return json_object_set_new(facts, key, json_string(text)) < 0 ? error_oom(err) : 0;
}

/* A point release of Debian is in no property. */
static int add_version(json_t *facts, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	struct error none = ERROR_INIT;

	if (file_read("/etc/debian_version", 256, &text, &none) < 0 || !text.len)
		return 0;
	text.data[strcspn((char *)text.data, "\n")] = 0;
	return set_text(facts, "version", (char *)text.data, err);
}

int host_facts(struct platform *p, json_t **ret, struct error *err)
{
	auto_json json_t *facts = json_object();
	struct utsname u;
	sd_bus *bus;

	if (!facts)
		return error_oom(err);
	if (bus_of(p, &bus, err) < 0 || add_version(facts, err) < 0)
		return -1;
	if (uname(&u) == 0 && set_text(facts, "architecture", u.machine, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		auto_free char *value = NULL;

		if (sd_bus_get_property_string(bus, HOSTNAME1, HOSTNAME1_PATH, HOSTNAME1,
					       properties[i].property, NULL, &value) >= 0 &&
		    set_text(facts, properties[i].key, value, err) < 0)
			return -1;
	}
	*ret = STEAL(facts);
	return 0;
}
