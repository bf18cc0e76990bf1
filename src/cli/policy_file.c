/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy_file.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "proto/function.h"

enum {
	POLICY_FIELDS_MAX = 16,
	/* A device's trusted time is that of its last head, which may be a day old. */
	BACKDATE_S = 86400,
	YEAR_S = 365 * 86400,
};

void policy_file_done(struct policy_file *f)
{
	document_done(&f->document);
	conf_free(f->conf);
	*f = (struct policy_file){ 0 };
}

/* The policy's own table, with nothing required but the settings: the rows stay in one place. */
static struct jmap_table source_table(struct jmap fields[POLICY_FIELDS_MAX])
{
	struct jmap_table t = policy_table;

	for (size_t i = 0; i < t.n_fields && i < POLICY_FIELDS_MAX; i++) {
		fields[i] = t.fields[i];
		if (strcmp(fields[i].key, "settings") != 0)
			fields[i].flags &= ~(unsigned)JMAP_REQUIRED;
	}
	t.fields = fields;
	return t;
}

/* One setting: its fields with their places in the file, then what only its row knows. */
static int check_setting(const struct conf *c, const char *key, const json_t *value,
			 enum effect *effect, struct error *err)
{
	const struct function *f = function_find(key, FUNCTION_SETTING);
	auto_free void *fields = f ? calloc(1, f->args->size) : NULL;
	char path[LIMIT_NAME + 16];
	void *args = NULL;
	enum effect class;
	int r;

	(void)snprintf(path, sizeof(path), "settings.%.*s", LIMIT_NAME, key);
	if (!f)
		return conf_invalid(c, "settings", err, "'%.60s': unknown key in settings", key);
	if (!fields)
		return error_oom(err);
	r = conf_bind(c, path, f->args, fields, err);
	jmap_done(f->args, fields);
	if (r < 0)
		return -1;
	if (function_bind(f, value, &args, err) < 0)
		return conf_blame(c, path, err);
	class = function_effect(f, args);
	function_free(f, args);
	if (class > *effect)
		*effect = class;
	return 0;
}

static int check_settings(struct policy_file *f, policy_fault_fn fault, void *userdata,
			  struct error *err)
{
	struct error first = ERROR_INIT;
	const char *key;
	json_t *value;

	f->effect = EFFECT_CONFIG;
	json_object_foreach (f->document.policy.settings, key, value) {
		struct error e = ERROR_INIT;

		if (check_setting(f->conf, key, value, &f->effect, &e) == 0)
			continue;
		if (fault)
			fault(&e, userdata);
		if (!first.code)
			first = e;
	}
	if (!first.code)
		return 0;
	*err = first;
	return -1;
}

/* What no table says: which document it is, and that its window is one. */
static int check_header(const struct policy_file *f, struct error *err)
{
	const struct policy *p = &f->document.policy;

	if (p->header.type && p->header.type != DOCUMENT_POLICY)
		return conf_invalid(f->conf, "type", err, "not a policy");
	if (p->not_before && p->not_after && p->not_after <= p->not_before)
		return conf_invalid(f->conf, "notAfter", err, "not later than notBefore");
	return 0;
}

int policy_file_load(const char *path, struct policy_file *ret, policy_fault_fn fault,
		     void *userdata, struct error *err)
{
	auto_policy_file struct policy_file f = { .document = { .type = DOCUMENT_POLICY } };
	struct jmap fields[POLICY_FIELDS_MAX];
	struct jmap_table t = source_table(fields);

	if (conf_load(path, &f.conf, err) < 0)
		return -1;
	if (conf_bind(f.conf, "", &t, &f.document.policy, err) < 0 || check_header(&f, err) < 0) {
		if (fault)
			fault(err, userdata);
		return -1;
	}
	if (check_settings(&f, fault, userdata, err) < 0)
		return -1;
	*ret = f;
	f = (struct policy_file){ 0 };
	return 0;
}

static int complete_enterprise(struct policy_file *f, const char *enterprise, struct error *err)
{
	char *own = f->document.policy.header.enterprise;

	if (own[0] && enterprise && strcmp(own, enterprise) != 0)
		return conf_invalid(f->conf, "enterprise", err, "for another enterprise than %s",
				    enterprise);
	if (own[0])
		return 0;
	if (!enterprise)
		return error_set(err, ERROR_INVALID,
				 "%.80s: the enterprise is neither in the file nor known here",
				 conf_name(f->conf));
	memcpy(own, enterprise, UUID_SIZE);
	return 0;
}

int policy_file_complete(struct policy_file *f, const struct policy_defaults *d, struct error *err)
{
	struct policy *p = &f->document.policy;

	if (complete_enterprise(f, d->enterprise, err) < 0)
		return -1;
	if (p->serial && d->serial && p->serial != d->serial)
		return conf_invalid(f->conf, "serial", err, "the file and --serial differ");
	if (!p->serial)
		p->serial = d->serial;
	if (!p->serial)
		return error_set(err, ERROR_INVALID,
				 "%.80s: no serial: put one into the file, or use --serial",
				 conf_name(f->conf));
	p->header.type = DOCUMENT_POLICY;
	if (!p->header.id[0])
		uuid_new(p->header.id);
	if (!p->stream)
		p->stream = strdup("default");
	if (!p->stream)
		return error_oom(err);
	if (!p->not_before)
		p->not_before = d->now - BACKDATE_S;
	if (!p->not_after)
		p->not_after = d->now + YEAR_S;
	return 0;
}

int policy_file_schema(json_t **ret, struct error *err)
{
	struct jmap fields[POLICY_FIELDS_MAX];
	struct jmap_table t = source_table(fields);
	auto_json json_t *schema = NULL, *settings = NULL;
	json_t *properties;

	if (jmap_schema(&t, &schema, err) < 0 || functions_settings_schema(&settings, err) < 0)
		return -1;
	properties = json_object_get(schema, "properties");
	if (json_object_set(properties, "settings", settings) < 0 ||
	    json_object_set_new(properties, "type", json_pack("{s:s}", "const", "policy")) < 0 ||
	    json_object_set_new(schema, "$schema",
				json_string("https://json-schema.org/draft/2020-12/schema")) < 0 ||
	    json_object_set_new(schema, "title", json_string("Muster policy")) < 0)
		return error_oom(err);
	*ret = STEAL(schema);
	return 0;
}
