/* SPDX-License-Identifier: Apache-2.0 */
/* What devices are, and what is enforced on them. Commands to them are in cmd_command.c. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/devices.h"
#include "cli/table.h"

struct device_options {
	char *home, *device;
	bool json;
};

static int list_run(void *options, struct error *err)
{
	static const struct column columns[] = {
		{ "DEVICE", "id" },
		{ "HOSTNAME", "hostname" },
		{ "STATE", "state" },
		{ "CONNECTED", "connected" },
		{ "LAST CONTACT", "lastContact" },
		{ "STREAM", "stream" },
		{ "POLICY", "policySerial" },
		{ "MODEL", "model" },
		{ "SYSTEM", "osVersion" },
	};
	const struct device_options *o = options;
	auto_api struct api *api = NULL;
	auto_json json_t *devices = NULL;

	if (api_open(o->home, &api, err) < 0 || devices_all(api, o->device, &devices, err) < 0)
		return -1;
	if (o->json)
		return print_json(devices, true, err);
	return table_print(stdout, json_object_get(devices, "devices"), columns,
			   ARRAY_SIZE(columns), "no devices", err);
}

static const struct jmap list_fields[] = {
	OPTION(device_options, device, "device", jmap_str, "DEVICE",
	       "only the device with this id, or those whose host name begins so",
	       .flags = JMAP_POSITION, .min = 1, .max = LIMIT_NAME),
	OPTION_HOME(device_options),
	OPTION_JSON(device_options),
};
static const struct jmap_table list_table =
	JMAP_TABLE("device list", "", list_fields, struct device_options);
static const char *const list_examples[] = {
	"muster device list",
	"muster device list --json | jq -r '.devices[] | select(.connected | not) | .hostname'",
	NULL,
};

const struct opt_command command_device_list = {
	.name = "device list",
	.doc = "list the devices",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

static const struct column identity[] = {
	{ "device", "device.id" },
	{ "hostname", "device.hostname" },
	{ "state", "device.state" },
	{ "connected", "device.connected" },
	{ "last contact", "device.lastContact" },
	{ "enrolled", "device.enrolled" },
	{ "ownership", "ownership" },
	{ "model", "device.model" },
	{ "system", "device.osVersion" },
	{ "agent", "device.agent" },
	{ "stream", "device.stream" },
	{ "groups", "groups" },
	{ "policy serial", "device.policySerial" },
	{ "trust version", "device.trustVersion" },
};
static const struct column settings[] = {
	{ "SETTING", "setting" },    { "STATE", "state" },    { "WANTED", "wanted" },
	{ "READ BACK", "readBack" }, { "ENFORCED BY", "by" }, { "REASON", "reason" },
};
static const struct column keys[] = {
	{ "KEY", "key" },
	{ "LEVEL", "level" },
	{ "REASON", "reason" },
};
static const struct column deliveries[] = {
	{ "INSTRUCTION", "id" }, { "TYPE", "type" },	       { "NAME", "name" },
	{ "STATE", "state" },	 { "DELIVERED", "delivered" }, { "REASON", "reason" },
};

static int print_device(const json_t *detail, struct error *err)
{
	if (table_print_one(stdout, detail, identity, ARRAY_SIZE(identity), err) < 0)
		return -1;
	(void)putchar('\n');
	if (table_print(stdout, json_object_get(json_object_get(detail, "status"), "keys"), keys,
			ARRAY_SIZE(keys), "no keys reported yet", err) < 0)
		return -1;
	(void)putchar('\n');
	if (table_print(stdout, json_object_get(detail, "settings"), settings, ARRAY_SIZE(settings),
			"no settings yet", err) < 0)
		return -1;
	(void)putchar('\n');
	return table_print(stdout, json_object_get(detail, "deliveries"), deliveries,
			   ARRAY_SIZE(deliveries), "no instructions yet", err);
}

static int show_run(void *options, struct error *err)
{
	const struct device_options *o = options;
	auto_api struct api *api = NULL;
	CLEANUP(device_done) struct admin_device found = { 0 };
	auto_json json_t *detail = NULL;

	if (api_open(o->home, &api, err) < 0 || device_find(api, o->device, &found, err) < 0 ||
	    api_get(api, &admin_device_detail_table, &detail, err, "/api/v1/devices/%s", found.id) <
		    0)
		return -1;
	return o->json ? print_json(detail, true, err) : print_device(detail, err);
}

static const struct jmap show_fields[] = {
	OPTION(device_options, device, "device", jmap_str, "DEVICE",
	       "its id, its host name, or a beginning of either that no other device shares",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION_HOME(device_options),
	OPTION_JSON(device_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("device show", "", show_fields, struct device_options);
static const char *const show_examples[] = { "muster device show kiosk-7", NULL };

const struct opt_command command_device_show = {
	.name = "device show",
	.doc = "show one device: each setting, what was wanted, what was read back, and who "
	       "enforces it",
	.details =
		"A setting is 'enforced' only when the device has read it back from the platform. "
		"'configured' is stored but cannot act there, 'unsupported' cannot be done, "
		"'failed' "
		"was tried and undone, 'drifted' no longer reads back as it was set.",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

static int retire_run(void *options, struct error *err)
{
	const struct device_options *o = options;
	auto_api struct api *api = NULL;
	CLEANUP(device_done) struct admin_device found = { 0 };

	if (api_open(o->home, &api, err) < 0 || device_find(api, o->device, &found, err) < 0 ||
	    api_delete(api, "devices", found.id, err) < 0)
		return -1;
	return print_done(o->json, "device", found.id, "retired", ": its certificates are revoked",
			  err);
}

static const struct jmap retire_fields[] = {
	OPTION(device_options, device, "device", jmap_str, "DEVICE",
	       "its id, its host name, or a beginning of either that no other device shares",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION_HOME(device_options),
	OPTION_JSON(device_options),
};
static const struct jmap_table retire_table =
	JMAP_TABLE("device retire", "", retire_fields, struct device_options);
static const char *const retire_examples[] = { "muster device retire kiosk-7", NULL };

const struct opt_command command_device_retire = {
	.name = "device retire",
	.doc = "no longer serve a device, lost or broken: its certificates are revoked",
	.details = "The device itself is not asked and keeps its settings: 'muster device "
		   "unenroll' is for "
		   "one that still answers.",
	.examples = retire_examples,
	.options = &retire_table,
	.run = retire_run,
};
