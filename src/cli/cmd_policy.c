/* SPDX-License-Identifier: Apache-2.0 */
/* Policies, offline: check, render, sign, schema. What needs the server is in cmd_publish.c. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "cli/policy_file.h"
#include "cli/table.h"
#include "proto/function.h"

struct policy_options {
	char *file, *out, *home;
	char enterprise[UUID_SIZE];
	uint64_t serial;
	bool json;
};

#define OPTION_FILE(text) \
	OPTION(policy_options, file, "file", jmap_path, "FILE", text, \
	       .flags = JMAP_POSITION | JMAP_REQUIRED)
#define OPTION_SERIAL \
	OPTION(policy_options, serial, "serial", jmap_u64, "NUMBER", \
	       "the serial, where the file has none: above every one before in its stream", \
	       .min = 1)

/* A line a fault. userdata: the list of what was said. */
static void print_fault(const struct error *fault, void *userdata)
{
	(void)fprintf(stderr, "muster: %s\n", fault->msg);
	(void)json_array_append_new(userdata, json_string(fault->msg));
}

/* What a policy does, a row a setting. */
static int summary(const struct policy_file *f, json_t **ret, struct error *err)
{
	auto_json json_t *rows = json_array();
	const char *key;
	json_t *value;

	json_object_foreach (f->document.policy.settings, key, value) {
		const struct function *fn = function_find(key, FUNCTION_SETTING);
		void *args = NULL;
		json_t *row;

		if (function_bind(fn, value, &args, err) < 0)
			return -1;
		row = json_pack("{s:s, s:s, s:s}", "setting", key, "effect",
				effect_name(function_effect(fn, args)), "doc", fn->doc);
		function_free(fn, args);
		if (json_array_append_new(rows, row) < 0)
			return error_oom(err);
	}
	*ret = STEAL(rows);
	return 0;
}

static int print_check(const struct policy_options *o, const struct policy_file *f,
		       struct error *err)
{
	static const struct column columns[] = {
		{ "SETTING", "setting" },
		{ "EFFECT", "effect" },
		{ "MEANING", "doc" },
	};
	auto_json json_t *rows = NULL, *all = NULL;

	if (summary(f, &rows, err) < 0)
		return -1;
	if (o->json) {
		all = json_pack("{s:b, s:s, s:O}", "ok", 1, "effect", effect_name(f->effect),
				"settings", rows);
		return all ? print_json(all, true, err) : error_oom(err);
	}
	if (table_print(stdout, rows, columns, ARRAY_SIZE(columns), "no settings", err) < 0)
		return -1;
	(void)printf("\n%s: good; its effect is '%s'\n", conf_name(f->conf),
		     effect_name(f->effect));
	return 0;
}

/* Each fault has had its line; --json has them all in one object as well. Returns -1. */
static int end_check(const struct policy_options *o, json_t *faults, struct error *err)
{
	auto_json json_t *all = NULL;

	if (o->json) {
		all = json_pack("{s:b, s:O}", "ok", 0, "faults", faults);
		return print_failed(all, err);
	}
	err->msg[0] = '\0';
	return -1;
}

static int check_run(void *options, struct error *err)
{
	const struct policy_options *o = options;
	auto_policy_file struct policy_file f = { 0 };
	auto_json json_t *faults = json_array();

	if (policy_file_load(o->file, &f, print_fault, faults, err) == 0)
		return print_check(o, &f, err);
	return json_array_size(faults) ? end_check(o, faults, err) : -1;
}

/* The enterprise where the file does not say it: the option's, or that of the operator's directory.
 */
static int load_complete(const struct policy_options *o, struct policy_file *f, struct error *err)
{
	auto_home struct home h = { 0 };
	struct policy_defaults d = { .serial = o->serial, .now = clock_now() };
	struct error no_home = ERROR_INIT;

	if (policy_file_load(o->file, f, NULL, NULL, err) < 0)
		return -1;
	if (o->enterprise[0])
		d.enterprise = o->enterprise;
	else if (home_open(o->home, &h, &no_home) == 0)
		d.enterprise = h.conf.enterprise;
	return policy_file_complete(f, &d, err);
}

/* What a written policy is: the object of --json. NULL: out of memory. */
static json_t *written(const struct policy_file *f, const char *path)
{
	const struct policy *p = &f->document.policy;

	return json_pack("{s:s, s:s, s:I, s:i, s:s, s:s}", "id", p->header.id, "stream", p->stream,
			 "serial", (json_int_t)p->serial, "settings",
			 (int)json_object_size(p->settings), "effect", effect_name(f->effect),
			 "file", path);
}

static int render_run(void *options, struct error *err)
{
	const struct policy_options *o = options;
	auto_policy_file struct policy_file f = { 0 };
	auto_buf struct buf text = BUF_INIT;
	auto_json json_t *v = NULL;

	if (load_complete(o, &f, err) < 0 || document_write(&f.document, &text, err) < 0 ||
	    write_output(o->out, &text, 0644, err) < 0)
		return -1;
	if (!o->json || !o->out || strcmp(o->out, "-") == 0)
		return 0; /* the policy itself is the object on standard output */
	v = written(&f, o->out);
	return v ? print_json(v, true, err) : error_oom(err);
}

/* FILE.yaml → FILE.cms */
static int output_of(const struct policy_options *o, char path[HOME_PATH_SIZE], struct error *err)
{
	const char *slash = strrchr(o->file, '/'), *dot = strrchr(o->file, '.');
	int stem = dot && (!slash || dot > slash) ? (int)(dot - o->file) : (int)strlen(o->file);

	if (o->json && strcmp(o->out ? o->out : o->file, "-") == 0)
		return error_set(err, ERROR_INVALID,
				 "--json has standard output: name a file with --out");
	if (o->out)
		return path_format(path, HOME_PATH_SIZE, err, "%s", o->out);
	if (strcmp(o->file, "-") == 0)
		return path_format(path, HOME_PATH_SIZE, err, "-");
	return path_format(path, HOME_PATH_SIZE, err, "%.*s.cms", stem, o->file);
}

static int print_signed(bool json, const char *person, const struct policy_file *f,
			const char *path, struct error *err)
{
	const struct policy *p = &f->document.policy;
	auto_json json_t *v = NULL;

	if (json) {
		v = written(f, path);
		if (!v || json_object_set_new(v, "signedBy", json_string(person)) < 0)
			return error_oom(err);
		return print_json(v, true, err);
	}
	(void)fprintf(stderr,
		      "signed by %s: policy %s, stream '%s', serial %llu, %zu settings, effect '%s'"
		      " → %s\n",
		      person, p->header.id, p->stream, (unsigned long long)p->serial,
		      json_object_size(p->settings), effect_name(f->effect), path);
	return 0;
}

static int sign_run(void *options, struct error *err)
{
	const struct policy_options *o = options;
	auto_policy_file struct policy_file f = { 0 };
	auto_home struct home h = { 0 };
	auto_signer struct signer s = { 0 };
	auto_buf struct buf cms = BUF_INIT;
	char path[HOME_PATH_SIZE];

	if (output_of(o, path, err) < 0 || load_complete(o, &f, err) < 0 ||
	    home_open(o->home, &h, err) < 0 || signer_open(&h, NULL, &s, err) < 0 ||
	    signer_sign(&s, &f.document, &cms, err) < 0 || write_output(path, &cms, 0644, err) < 0)
		return -1;
	return print_signed(o->json, h.conf.person, &f, path, err);
}

static int schema_run(void *options, struct error *err)
{
	auto_json json_t *schema = NULL;

	if (policy_file_schema(&schema, err) < 0)
		return -1;
	return print_json(schema, false, err);
}

static const struct jmap check_fields[] = {
	OPTION_FILE("the policy, YAML or JSON; - is standard input"),
	OPTION_JSON(policy_options),
};
static const struct jmap_table check_table =
	JMAP_TABLE("policy check", "", check_fields, struct policy_options);
static const char *const check_examples[] = { "muster policy check office.yaml", NULL };

const struct opt_command command_policy_check = {
	.name = "policy check",
	.doc = "check a policy, offline",
	.details = "Every setting is checked as a device will: names, types, ranges, and what only "
		   "makes sense together. Each fault is one line: file, line, column, path and "
		   "what is "
		   "wrong. Exit status 0: good; 2: not.",
	.examples = check_examples,
	.options = &check_table,
	.run = check_run,
};

static const struct jmap render_fields[] = {
	OPTION_FILE("the policy, YAML or JSON; - is standard input"),
	OPTION_SERIAL,
	OPTION(policy_options, enterprise, "enterprise", jmap_uuid, "UUID",
	       "the enterprise, where the file has none (that of the operator's directory)"),
	OPTION(policy_options, out, "out", jmap_path, "FILE",
	       "write to a file, not to standard output"),
	OPTION_HOME(policy_options),
	OPTION(policy_options, json, "json", jmap_bool, NULL,
	       "print what was written with --out as JSON on one line, for scripts; without it "
	       "the policy is"),
};
static const struct jmap_table render_table =
	JMAP_TABLE("policy render", "", render_fields, struct policy_options);
static const char *const render_examples[] = {
	"muster policy render office.yaml --serial 7 --out office.json",
	NULL,
};

const struct opt_command command_policy_render = {
	.name = "policy render",
	.doc = "make the canonical JSON of a policy, to be signed",
	.details =
		"The result is what 'muster policy sign' signs. Plain OpenSSL signs it as well:\n\n"
		"openssl cms -sign -binary -nodetach -outform DER -md sha384 -signer ada.crt "
		"-inkey "
		"ada.key -in office.json -out office.cms",
	.examples = render_examples,
	.options = &render_table,
	.run = render_run,
};

static const struct jmap sign_fields[] = {
	OPTION_FILE("the policy, YAML or JSON; - is standard input"),
	OPTION_SERIAL,
	OPTION(policy_options, out, "out", jmap_path, "FILE",
	       "where the signed document goes (FILE with the ending .cms)"),
	OPTION_HOME(policy_options),
	OPTION_JSON(policy_options),
};
static const struct jmap_table sign_table =
	JMAP_TABLE("policy sign", "", sign_fields, struct policy_options);
static const char *const sign_examples[] = {
	"muster policy sign office.yaml --serial 7 --out office.cms",
	NULL,
};

const struct opt_command command_policy_sign = {
	.name = "policy sign",
	.doc = "sign a policy with your key, on this machine",
	.examples = sign_examples,
	.options = &sign_table,
	.run = sign_run,
};

static const char *const schema_examples[] = { "muster policy schema > policy.schema.json", NULL };

const struct opt_command command_policy_schema = {
	.name = "policy schema",
	.doc = "print the JSON Schema of policies, for editors",
	.examples = schema_examples,
	.run = schema_run,
};
