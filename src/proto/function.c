/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/function.h"

#include <string.h>

#include "base/limits.h"
#include "proto/function_check.h"

const struct function functions[FUNCTION_MAX_] = {
#define FUNCTION(id, name, key_, kind_, effect_, needs_, flags_, mdm_, mdf_, check_, of_, doc_) \
	[FUNCTION_##id] = { .key = (key_), \
			    .kind = FUNCTION_##kind_, \
			    .effect = EFFECT_##effect_, \
			    .needs = (needs_), \
			    .flags = (flags_), \
			    .mdm = (mdm_), \
			    .mdf = (mdf_), \
			    .args = &name##_table, \
			    .check = (check_), \
			    .effect_of = (of_), \
			    .doc = (doc_) },
#include "proto/functions.def"
#undef FUNCTION
};

const char *function_kind_name(enum function_kind kind)
{
	static const char *const names[] = {
		[FUNCTION_SETTING] = "setting", [FUNCTION_COMMAND] = "command"
	};

	return (unsigned)kind < ARRAY_SIZE(names) && names[kind] ? names[kind] : "?";
}

const char *sandbox_name(enum sandbox bit)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
#define X(id, bit, name, doc) { (id), (name) },
		SANDBOXES(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].bit == (unsigned)bit)
			return names[i].name;
	return "?";
}

const struct function *function_find(const char *key, enum function_kind kind)
{
	for (size_t i = 0; i < FUNCTION_MAX_; i++)
		if (functions[i].kind == kind && strcmp(functions[i].key, key) == 0)
			return &functions[i];
	return NULL;
}

enum function_id function_id_of(const struct function *f)
{
	return (enum function_id)(f - functions);
}

int function_bind(const struct function *f, const json_t *tree, void **ret, struct error *err)
{
	void *args = calloc(1, f->args->size);

	if (!args)
		return error_oom(err);
	if (jmap_bind(tree, f->args, args, err) < 0 || (f->check && f->check(args, err) < 0)) {
		function_free(f, args);
		return error_wrap(err, "%s", f->key);
	}
	*ret = args;
	return 0;
}

void function_free(const struct function *f, void *args)
{
	if (args)
		jmap_done(f->args, args);
	free(args);
}

enum effect function_effect(const struct function *f, const void *args)
{
	enum effect e = f->effect_of ? f->effect_of(args) : f->effect;

	return e > f->effect ? e : f->effect;
}

static int check_one(const struct function *f, const json_t *tree, enum effect *ret,
		     struct error *err)
{
	void *args = NULL;

	if (function_bind(f, tree, &args, err) < 0)
		return -1;
	*ret = function_effect(f, args);
	function_free(f, args);
	return 0;
}

int functions_check_settings(const json_t *settings, enum effect *ret, struct error *err)
{
	enum effect highest = EFFECT_CONFIG;
	const char *key;
	json_t *v;

	if (!json_is_object(settings))
		return error_set(err, ERROR_INVALID, "settings: not an object");
	if (json_object_size(settings) > LIMIT_SETTINGS)
		return error_set(err, ERROR_LIMIT, "more than %d settings", LIMIT_SETTINGS);
	json_object_foreach ((json_t *)settings, key, v) {
		const struct function *f = function_find(key, FUNCTION_SETTING);
		enum effect e;

		if (!f)
			return error_set(err, ERROR_INVALID, "unknown setting '%.60s'", key);
		if (check_one(f, v, &e, err) < 0)
			return error_wrap(err, "settings");
		if (e > highest)
			highest = e;
	}
	*ret = highest;
	return 0;
}

int functions_check_command(const char *command, const json_t *args, enum effect *ret,
			    struct error *err)
{
	const struct function *f = function_find(command, FUNCTION_COMMAND);

	if (!f)
		return error_set(err, ERROR_INVALID, "unknown command '%.60s'", command);
	return check_one(f, args, ret, err);
}

static int schema_add(json_t *properties, const struct function *f, struct error *err)
{
	json_t *one = NULL;

	if (jmap_schema(f->args, &one, err) < 0)
		return -1;
	if (json_object_set_new(one, "description", json_string(f->doc)) < 0 ||
	    json_object_set(properties, f->key, one) < 0) {
		json_decref(one);
		return error_oom(err);
	}
	json_decref(one);
	return 0;
}

int functions_settings_schema(json_t **ret, struct error *err)
{
	auto_json json_t *properties = json_object();

	for (size_t i = 0; i < FUNCTION_MAX_; i++)
		if (functions[i].kind == FUNCTION_SETTING &&
		    schema_add(properties, &functions[i], err) < 0)
			return -1;
	*ret = json_pack("{s:s, s:O, s:b}", "type", "object", "properties", properties,
			 "additionalProperties", 0);
	return *ret ? 0 : error_oom(err);
}
