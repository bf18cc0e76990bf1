/* SPDX-License-Identifier: Apache-2.0 */
/* The signer's own list of which device is which. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/devices.h"
#include "cli/roster.h"
#include "cli/table.h"

struct roster_options {
	char *home, *device;
	struct strings devices;
	bool yes, json;
};

static const struct column columns[] = {
	{ "DEVICE", "device" }, { "HOSTNAME", "hostname" },	 { "SERIAL", "serialNumber" },
	{ "MODEL", "model" },	{ "FINGERPRINT", "enrollment" }, { "ADDED", "added" },
	{ "ROSTER", "roster" },
};

static int list_run(void *options, struct error *err)
{
	const struct roster_options *o = options;
	auto_roster struct roster r = { 0 };
	auto_json json_t *all = NULL;
	char dir[HOME_PATH_SIZE];

	if (home_find(o->home, dir, err) < 0 || roster_load(dir, &r, err) < 0 ||
	    jmap_tree_of(&r, &roster_table, &all, err) < 0)
		return -1;
	if (o->json)
		return print_json(all, true, err);
	return table_print(stdout, json_object_get(all, "devices"), columns,
			   ARRAY_SIZE(columns) - 1, "no devices: see 'muster roster update'", err);
}

static const struct jmap list_fields[] = {
	OPTION_HOME(roster_options),
	OPTION_JSON(roster_options),
};
static const struct jmap_table list_table =
	JMAP_TABLE("roster list", "", list_fields, struct roster_options);
static const char *const list_examples[] = { "muster roster list", NULL };

const struct opt_command command_roster_list = {
	.name = "roster list",
	.doc = "list the devices that you know",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

/* One run of update: what the server says, and what of it is new here. */
struct update {
	const struct roster_options *o;
	struct roster roster;
	json_t *news; /* rows */
	size_t changed;
};

static void update_done(struct update *u)
{
	roster_done(&u->roster);
	json_decref(u->news);
}

static bool asked_for(const struct strings *names, const struct admin_device *d)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], d->id) == 0 ||
		    (d->hostname && strcmp(names->items[i], d->hostname) == 0))
			return true;
	return names->n == 0;
}

static int consider(struct update *u, const struct admin_device *d, struct error *err)
{
	/* Views: copied by roster_set. */
	struct roster_entry e = { .hostname = d->hostname,
				  .serial_number = d->serial_number,
				  .model = d->model,
				  .added = clock_now() };
	auto_json json_t *row = NULL;
	enum roster_state s;

	if (!d->state || strcmp(d->state, "enrolled") != 0 || !asked_for(&u->o->devices, d))
		return 0;
	memcpy(e.device, d->id, UUID_SIZE);
	memcpy(e.enrollment, d->enrollment, UUID_SIZE);
	s = roster_look_named(&u->roster, &e);
	if (s == ROSTER_LISTED)
		return 0;
	u->changed += s == ROSTER_CHANGED;
	if (jmap_tree_of(&e, &roster_entry_table, &row, err) < 0)
		return -1;
	if (json_object_set_new(row, "roster",
				json_string(s == ROSTER_CHANGED ? "CHANGED" : "new")) < 0 ||
	    json_array_append(u->news, row) < 0)
		return error_oom(err);
	return roster_set(&u->roster, &e, err);
}

static int consider_all(struct update *u, const json_t *rows, struct error *err)
{
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		CLEANUP(device_done) struct admin_device d = { 0 };

		if (jmap_bind(row, &admin_device_table, &d, err) < 0 || consider(u, &d, err) < 0)
			return -1;
	}
	return 0;
}

static int confirm(const struct update *u, struct error *err)
{
	char answer[16] = "";

	if (u->o->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return error_set(err, ERROR_INVALID, "nobody to ask: say --yes to take them");
	(void)fprintf(
		stderr,
		"\nIs each of them the device that you mean? Compare the fingerprint with what "
		"the device shows (muster-agent status). (yes/no) ");
	if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0)
		return error_set(err, ERROR_DENIED, "the roster is as it was");
	return 0;
}

static int update_run(void *options, struct error *err)
{
	CLEANUP(update_done) struct update u = { .o = options, .news = json_array() };
	auto_api struct api *api = NULL;
	auto_json json_t *devices = NULL, *all = NULL;
	size_t n;

	if (api_open(u.o->home, &api, err) < 0 ||
	    roster_load(api_home(api)->dir, &u.roster, err) < 0 ||
	    devices_all(api, NULL, &devices, err) < 0 ||
	    consider_all(&u, json_object_get(devices, "devices"), err) < 0)
		return -1;
	n = json_array_size(u.news);
	if (!u.o->json &&
	    table_print(stdout, u.news, columns, ARRAY_SIZE(columns), "nothing new", err) < 0)
		return -1;
	if (n > 0 && (confirm(&u, err) < 0 || roster_save(api_home(api)->dir, &u.roster, err) < 0))
		return -1;
	if (!u.o->json)
		return 0;
	all = json_pack("{s:O, s:i}", "taken", u.news, "changed", (int)u.changed);
	return all ? print_json(all, true, err) : error_oom(err);
}

static const struct jmap update_fields[] = {
	OPTION(roster_options, devices, "device", jmap_strings, "DEVICE",
	       "only these: ids or host names (all that are enrolled)", .flags = JMAP_POSITION,
	       .max = LIMIT_TARGETS),
	OPTION(roster_options, yes, "yes", jmap_bool, NULL, "take them without asking"),
	OPTION_HOME(roster_options),
	OPTION_JSON(roster_options),
};
static const struct jmap_table update_table =
	JMAP_TABLE("roster update", "", update_fields, struct roster_options);
static const char *const update_examples[] = {
	"muster roster update",
	"muster roster update kiosk-7 --yes",
	NULL,
};

const struct opt_command command_roster_update = {
	.name = "roster update",
	.doc = "take enrolled devices into your roster, after a look at each",
	.details =
		"The server says which devices there are; the roster is what you have seen "
		"yourself. A fingerprint follows from the device's key, and the device shows its "
		"own. From then on you sign for these devices, and a server that calls another "
		"one by their name is found out.",
	.examples = update_examples,
	.options = &update_table,
	.run = update_run,
};

static int remove_run(void *options, struct error *err)
{
	const struct roster_options *o = options;
	auto_roster struct roster r = { 0 };
	char dir[HOME_PATH_SIZE];

	if (home_find(o->home, dir, err) < 0 || roster_load(dir, &r, err) < 0)
		return -1;
	if (!roster_remove(&r, o->device))
		return error_set(err, ERROR_NOT_FOUND, "no device '%.60s' in the roster",
				 o->device);
	if (roster_save(dir, &r, err) < 0)
		return -1;
	return print_done(o->json, "device", o->device, "removed", "", err);
}

static const struct jmap remove_fields[] = {
	OPTION(roster_options, device, "device", jmap_str, "DEVICE", "its id or its host name",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION_HOME(roster_options),
	OPTION_JSON(roster_options),
};
static const struct jmap_table remove_table =
	JMAP_TABLE("roster remove", "", remove_fields, struct roster_options);
static const char *const remove_examples[] = { "muster roster remove kiosk-7", NULL };

const struct opt_command command_roster_remove = {
	.name = "roster remove",
	.doc = "forget a device that is gone",
	.examples = remove_examples,
	.options = &remove_table,
	.run = remove_run,
};
