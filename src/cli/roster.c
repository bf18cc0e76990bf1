/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/roster.h"

#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/home.h"

static const struct jmap entry_fields[] = {
	FIELD_REQ(roster_entry, device, "device", jmap_uuid, 0, 0, "the device's id"),
	FIELD_REQ(roster_entry, enrollment, "enrollment", jmap_uuid, 0, 0,
		  "its enrollment, which follows from its key"),
	FIELD(roster_entry, hostname, "hostname", jmap_str, 0, LIMIT_NAME, "host name"),
	FIELD(roster_entry, serial_number, "serialNumber", jmap_str, 0, LIMIT_NAME,
	      "serial number"),
	FIELD(roster_entry, model, "model", jmap_str, 0, LIMIT_NAME, "model"),
	FIELD(roster_entry, added, "added", jmap_time, 0, 0, "when it was added"),
};
const struct jmap_table roster_entry_table =
	JMAP_TABLE("rosterEntry", "a device", entry_fields, struct roster_entry);

static const struct jmap roster_fields[] = {
	FIELD_SUB(roster, devices, "devices", jmap_array, LIMIT_ROSTER, &roster_entry_table,
		  "the devices that the signer knows"),
};
const struct jmap_table roster_table =
	JMAP_TABLE("roster", "which device is which", roster_fields, struct roster);

void roster_done(struct roster *r)
{
	jmap_done(&roster_table, r);
}

int roster_load(const char *dir, struct roster *ret, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "roster.json") < 0)
		return -1;
	*ret = (struct roster){ 0 };
	if (!file_exists(path))
		return 0;
	if (file_read(path, LIMIT_ROSTER_FILE, &text, err) < 0)
		return -1;
	if (jmap_read(text.data, text.len, LIMIT_ROSTER_FILE, &roster_table, ret, err) < 0) {
		roster_done(ret);
		return error_wrap(err, "%s", path);
	}
	ret->exists = true;
	return 0;
}

int roster_save(const char *dir, const struct roster *r, struct error *err)
{
	auto_buf struct buf text = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "roster.json") < 0 ||
	    jmap_write(r, &roster_table, &text, err) < 0 || buf_puts(&text, "\n", err) < 0)
		return -1;
	return file_replace(path, text.data, text.len, 0600, err);
}

const char *roster_state_text(enum roster_state s)
{
	static const char *const texts[] = {
#define X(id, text) [id] = text,
		ROSTER_STATES(X)
#undef X
	};

	return texts[s];
}

enum roster_state roster_look(const struct roster *r, const char *device, const char *enrollment,
			      const struct roster_entry **entry)
{
	const struct roster_entry *e = r->devices.items;

	if (entry)
		*entry = NULL;
	for (size_t i = 0; i < r->devices.n; i++) {
		if (strcmp(e[i].device, device) != 0)
			continue;
		if (entry)
			*entry = &e[i];
		return strcmp(e[i].enrollment, enrollment) == 0 ? ROSTER_LISTED : ROSTER_CHANGED;
	}
	return ROSTER_UNKNOWN;
}

enum roster_state roster_look_named(const struct roster *r, const struct roster_entry *e)
{
	const struct roster_entry *known = r->devices.items;
	enum roster_state s = roster_look(r, e->device, e->enrollment, NULL);

	if (s != ROSTER_UNKNOWN || !e->hostname)
		return s;
	for (size_t i = 0; i < r->devices.n; i++)
		if (known[i].hostname && strcmp(known[i].hostname, e->hostname) == 0)
			return ROSTER_CHANGED;
	return ROSTER_UNKNOWN;
}

static int copy(const char *from, char **to, struct error *err)
{
	if (!from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : error_oom(err);
}

int roster_set(struct roster *r, const struct roster_entry *e, struct error *err)
{
	struct roster_entry *items, *to;

	(void)roster_remove(r, e->device);
	items = reallocarray(r->devices.items, r->devices.n + 1, sizeof(*items));
	if (!items)
		return error_oom(err);
	r->devices.items = items;
	to = &items[r->devices.n++];
	*to = (struct roster_entry){ .added = e->added };
	memcpy(to->device, e->device, UUID_SIZE);
	memcpy(to->enrollment, e->enrollment, UUID_SIZE);
	if (copy(e->hostname, &to->hostname, err) < 0 ||
	    copy(e->serial_number, &to->serial_number, err) < 0 ||
	    copy(e->model, &to->model, err) < 0)
		return -1;
	return 0;
}

bool roster_remove(struct roster *r, const char *name)
{
	struct roster_entry *e = r->devices.items;
	bool hit = false;

	for (size_t i = 0; i < r->devices.n;) {
		if (strcmp(e[i].device, name) != 0 &&
		    (!e[i].hostname || strcmp(e[i].hostname, name) != 0)) {
			i++;
			continue;
		}
		jmap_done(&roster_entry_table, &e[i]);
		memmove(&e[i], &e[i + 1], (r->devices.n - i - 1) * sizeof(*e));
		r->devices.n--;
		hit = true;
	}
	return hit;
}
