/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/remedy.h"

#include <string.h>

#include "assess/list.h"
#include "proto/function.h"

/* Which of two numbers is the stricter. All else that differs is a conflict. */
enum stricter { STRICTER_NONE = 0, STRICTER_HIGH, STRICTER_LOW };
static const struct {
	const char *setting, *field;
	enum stricter stricter;
} numbers[] = {
	{ "passwordRequirements", "passwordMinimumLength", STRICTER_HIGH },
	{ "passwordRequirements", "passwordMinimumLowerCase", STRICTER_HIGH },
	{ "passwordRequirements", "passwordMinimumUpperCase", STRICTER_HIGH },
	{ "passwordRequirements", "passwordMinimumNumeric", STRICTER_HIGH },
	{ "passwordRequirements", "passwordMinimumSymbols", STRICTER_HIGH },
	{ "failedAuthentication", "maximumFailedAttempts", STRICTER_LOW },
	{ "failedAuthentication", "unlockAfterSeconds", STRICTER_HIGH },
	{ "maximumTimeToLock", "seconds", STRICTER_LOW },
	{ "keyProtection", "minimumLevel", STRICTER_HIGH },
};

void remedy_done(struct remedy *r)
{
	struct remedy_note *notes = r->notes.items;

	for (size_t i = 0; i < r->notes.n; i++) {
		free(notes[i].control);
		free(notes[i].text);
	}
	free(r->notes.items);
	json_decref(r->settings);
	*r = (struct remedy){ 0 };
}

static int note(struct remedy *r, const char *control, const char *what, const char *more,
		struct error *err)
{
	struct remedy_note *n = list_add(&r->notes, sizeof(*n), err);

	if (!n || text_copy(control, &n->control, err) < 0)
		return -1;
	return text_format(&n->text, err, "%s%s%s", what, more ? ": " : "", more ? more : "");
}

static enum stricter stricter_of(const char *setting, const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(numbers[i].setting, setting) == 0 &&
		    strcmp(numbers[i].field, field) == 0)
			return numbers[i].stricter;
	return STRICTER_NONE;
}

/* ---- services: only what is there ---- */

static bool has_item(const struct evidence *e, const char *key, const char *id)
{
	const struct fact *f = e->facts.items;

	for (size_t i = 0; i < e->facts.n; i++) {
		const struct fact_item *items = f[i].items.items;

		if (strcmp(f[i].key, key) != 0)
			continue;
		for (size_t k = 0; k < f[i].items.n; k++)
			if (strcmp(items[k].id, id) == 0)
				return true;
	}
	return false;
}

static bool is_running(const struct evidence *e, const json_t *service)
{
	const char *unit = json_string_value(json_object_get(service, "unit"));
	const json_t *ports = json_object_get(service, "ports");
	static const char *const protocols[] = { "tcp", "udp" };
	const json_t *port;
	size_t i;

	if (unit && has_item(e, "services.enabled", unit))
		return true;
	json_array_foreach (ports, i, port)
		for (size_t k = 0; k < ARRAY_SIZE(protocols); k++) {
			char id[32];

			(void)snprintf(id, sizeof(id), "%s/%lld", protocols[k],
				       (long long)json_integer_value(port));
			if (has_item(e, "net.listening", id))
				return true;
		}
	return false;
}

static json_t *running(const struct evidence *e, const json_t *services)
{
	auto_json json_t *kept = json_array();
	json_t *service;
	size_t i;

	json_array_foreach (services, i, service)
		if (is_running(e, service) && json_array_append(kept, service) < 0)
			return NULL;
	return STEAL(kept);
}

/* ---- merging ---- */

static int merge_list(json_t *into, const json_t *more, struct error *err)
{
	json_t *item;
	size_t i;

	json_array_foreach (more, i, item) {
		bool there = false;

		for (size_t k = 0; k < json_array_size(into); k++)
			there |= json_equal(json_array_get(into, k), item) != 0;
		if (!there && json_array_append(into, item) < 0)
			return error_oom(err);
	}
	return 0;
}

/* 1: they cannot both be had. */
static int merge_field(const char *setting, const char *field, json_t *into, json_t *value,
		       struct error *err)
{
	json_t *have = json_object_get(into, field);
	enum stricter s = stricter_of(setting, field);

	if (!have)
		return json_object_set(into, field, value) < 0 ? error_oom(err) : 0;
	if (json_is_array(have) && json_is_array(value))
		return merge_list(have, value, err);
	if (json_equal(have, value))
		return 0;
	if (s == STRICTER_NONE || !json_is_integer(have) || !json_is_integer(value))
		return 1;
	if ((s == STRICTER_HIGH) == (json_integer_value(value) > json_integer_value(have)))
		return json_object_set(into, field, value) < 0 ? error_oom(err) : 0;
	return 0;
}

static int merge_setting(struct remedy *r, const char *control, const char *key, json_t *value,
			 struct error *err)
{
	json_t *have = json_object_get(r->settings, key);
	const char *field;
	json_t *v;

	if (!have)
		return json_object_set(r->settings, key, value) < 0 ? error_oom(err) : 0;
	json_object_foreach (value, field, v) {
		int m = merge_field(key, field, have, v, err);

		if (m < 0 ||
		    (m > 0 && note(r, control, "another requirement wants this setting otherwise",
				   key, err) < 0))
			return -1;
	}
	return 0;
}

static int add_setting(struct remedy *r, const struct evidence *e, const char *control,
		       const char *key, json_t *value, struct error *err)
{
	auto_json json_t *copy = json_deep_copy(value), *kept = NULL;
	const json_t *services = json_object_get(copy, "services");

	if (!copy)
		return error_oom(err);
	if (e && services) {
		kept = running(e, services);
		if (!kept || json_object_set(copy, "services", kept) < 0)
			return error_oom(err);
		if (json_array_size(kept) == 0)
			return 0;
	}
	return merge_setting(r, control, key, copy, err) < 0 ? -1 : 1;
}

static int add_control(struct remedy *r, const struct evidence *e, const struct control_result *c,
		       struct error *err)
{
	bool reached = false;
	const char *key;
	json_t *value;

	json_object_foreach (c->remedy, key, value) {
		int added = add_setting(r, e, c->id, key, value, err);

		if (added < 0)
			return -1;
		reached |= added > 0;
	}
	return reached ? 0 : note(r, c->id, "no policy mends it", c->guidance, err);
}

int remedy_of(const struct assessment *a, const struct evidence *evidence, struct remedy *ret,
	      struct error *err)
{
	auto_remedy struct remedy r = { .settings = json_object() };
	const struct control_result *c = a->controls.items;
	enum effect effect;

	if (!r.settings)
		return error_oom(err);
	for (size_t i = 0; i < a->controls.n; i++)
		if (c[i].verdict == VERDICT_FAIL && add_control(&r, evidence, &c[i], err) < 0)
			return -1;
	if (functions_check_settings(r.settings, &effect, err) < 0)
		return error_wrap(err, "remedies of %s", a->catalog);
	*ret = r;
	r = (struct remedy){ 0 };
	return 0;
}
