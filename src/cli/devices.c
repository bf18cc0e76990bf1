/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/devices.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"

void device_done(struct admin_device *d)
{
	jmap_done(&admin_device_table, d);
}

int devices_all(struct api *a, const char *device, json_t **ret, struct error *err)
{
	auto_json json_t *all = NULL;
	char query[3 * LIMIT_NAME], after[UUID_SIZE] = "";
	size_t n;

	if (query_escape(device ? device : "", query, sizeof(query), err) < 0)
		return -1;
	do {
		auto_json json_t *page = NULL;
		const json_t *rows;

		if (api_get(a, &admin_devices_table, &page, err, "/api/v1/devices%s%s%s%s%s",
			    device || after[0] ? "?" : "", device ? "device=" : "", query,
			    after[0] ? (device ? "&after=" : "after=") : "", after) < 0)
			return -1;
		rows = json_object_get(page, "devices");
		n = json_array_size(rows);
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s",
				       json_string_value(
					       json_object_get(json_array_get(rows, n - 1), "id")));
		if (!all)
			all = json_incref(page);
		else if (n > 0 &&
			 json_array_extend(json_object_get(all, "devices"), (json_t *)rows) < 0)
			return error_oom(err);
	} while (n > 0); /* a page may be shorter than asked; the last one is empty */
	*ret = STEAL(all);
	return 0;
}

enum match { MATCH_NONE, MATCH_PREFIX, MATCH_WHOLE };

static enum match match_text(const json_t *row, const char *key, const char *name)
{
	const char *text = json_string_value(json_object_get(row, key));

	if (!text || strncmp(text, name, strlen(name)) != 0)
		return MATCH_NONE;
	return text[strlen(name)] ? MATCH_PREFIX : MATCH_WHOLE;
}

static enum match match_row(const json_t *row, const char *name)
{
	const char *state = json_string_value(json_object_get(row, "state"));
	enum match id = match_text(row, "id", name), host = match_text(row, "hostname", name);

	if (!state || strcmp(state, "enrolled") != 0)
		return MATCH_NONE;
	return id > host ? id : host;
}

static int several(const json_t *first, const json_t *second, const char *name, struct error *err)
{
	return error_set(err, ERROR_CONFLICT, "'%.60s' may be %.36s or %.36s: say more of it", name,
			 json_string_value(json_object_get(first, "id")),
			 json_string_value(json_object_get(second, "id")));
}

/* The best row; *ret stays NULL where none fits. */
static int choose(const json_t *rows, const char *name, const json_t **ret, struct error *err)
{
	enum match best = MATCH_NONE;
	const json_t *found = NULL, *rival = NULL;
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		enum match m = match_row(row, name);

		if (m == MATCH_NONE || m < best)
			continue;
		rival = m == best ? found : NULL;
		found = row;
		best = m;
	}
	if (rival)
		return several(rival, found, name, err);
	*ret = found;
	return 0;
}

static bool may_be_id(const char *name)
{
	return name[strspn(name, "0123456789abcdef-")] == '\0';
}

int device_find(struct api *a, const char *name, struct admin_device *ret, struct error *err)
{
	auto_json json_t *some = NULL, *all = NULL;
	const json_t *row = NULL;

	/* The server finds ids and beginnings of host names; beginnings of ids are found here. */
	if (devices_all(a, name, &some, err) < 0 ||
	    choose(json_object_get(some, "devices"), name, &row, err) < 0)
		return -1;
	if (!row && may_be_id(name) &&
	    (devices_all(a, NULL, &all, err) < 0 ||
	     choose(json_object_get(all, "devices"), name, &row, err) < 0))
		return -1;
	if (!row)
		return error_set(err, ERROR_NOT_FOUND, "no enrolled device '%.60s'", name);
	return jmap_bind(row, &admin_device_table, ret, err);
}
