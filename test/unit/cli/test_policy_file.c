/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"

#define ENTERPRISE "6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11"

/* A file of the text, for as long as the test needs it. */
struct source {
	char path[32];
};

static void source_done(struct source *s)
{
	(void)unlink(s->path);
}

static int write_source(const char *text, struct source *s)
{
	int fd;

	(void)snprintf(s->path, sizeof(s->path), "/tmp/muster-policy-XXXXXX");
	fd = mkstemp(s->path);
	if (fd < 0)
		return -1;
	(void)!write(fd, text, strlen(text));
	return close(fd);
}

static int load(const char *text, struct policy_file *f, struct error *err)
{
	CLEANUP(source_done) struct source s = { "" };

	if (write_source(text, &s) < 0)
		return error_set(err, ERROR_INTERNAL, "no temporary file");
	return policy_file_load(s.path, f, NULL, NULL, err);
}

/* Line, column and the rest, without the name of the file. */
static const struct {
	const char *text, *want;
} refused[] = {
	{ "settings: {passwordRequirements: {passwordMinimumLength: 5}}\n",
	  ":1:58: 'settings.passwordRequirements.passwordMinimumLength': not an integer in "
	  "6..64" },
	{ "settings:\n  passwordRequirements:\n    passwordMinimumLength: 12\n    upper: 1\n",
	  ":4:5: 'settings.passwordRequirements.upper': unknown key in passwordRequirements" },
	{ "settings:\n  maximumTimeToLock: {}\n",
	  ":2:22: 'settings.maximumTimeToLock.seconds': missing in maximumTimeToLock" },
	{ "name: x\nsettings:\n  noSuch: {}\n",
	  ":3:3: 'settings.noSuch': unknown key in settings" },
	{ "name: x\n", ":1:1: 'settings': missing in policy" },
	{ "settings: []\n", ":1:11: 'settings': not an object" },
	{ "type: command\nsettings: {}\n", ":1:7: 'type': not a policy" },
	{ "setings: {}\n", ":1:1: 'setings': unknown key in policy" },
	{ "serial: 0\nsettings: {}\n", ":1:9: 'serial': not an integer in 1..9223372036854775807" },
	{ "notBefore: 2026-01-02T00:00:00Z\nnotAfter: 2026-01-01T00:00:00Z\nsettings: {}\n",
	  ":2:11: 'notAfter': not later than notBefore" },
	{ "settings:\n  systemUpdate: {type: WINDOWED, startMinutes: 60, endMinutes: 60}\n",
	  ":2:17: 'settings.systemUpdate" },
};

static void refuses(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		auto_policy_file struct policy_file f = { 0 };
		struct error err = ERROR_INIT;
		const char *rest;

		CHECK_ERROR(load(refused[i].text, &f, &err), err, ERROR_INVALID);
		rest = strchr(err.msg, ':');
		CHECK(rest && strncmp(rest, refused[i].want, strlen(refused[i].want)) == 0);
		if (!rest || strncmp(rest, refused[i].want, strlen(refused[i].want)) != 0)
			printf("# got %s\n", err.msg);
	}
}

static void count_fault(const struct error *fault, void *userdata)
{
	(*(int *)userdata)++;
}

static void names_all_faults(void)
{
	CLEANUP(source_done) struct source s = { "" };
	auto_policy_file struct policy_file f = { 0 };
	struct error err = ERROR_INIT;
	int faults = 0;

	CHECK(write_source("settings:\n  a: {}\n  loginBanner: {text: x}\n  b: {}\n", &s) == 0);
	CHECK_ERROR(policy_file_load(s.path, &f, count_fault, &faults, &err), err, ERROR_INVALID);
	CHECK(faults == 2);
}

static void completes(void)
{
	auto_policy_file struct policy_file f = { 0 };
	struct error err = ERROR_INIT;
	const struct policy_defaults d = { ENTERPRISE, 7, 1795448880 };
	const struct policy *p = &f.document.policy;
	auto_buf struct buf json = BUF_INIT;
	struct document again = { 0 };

	CHECK_OK(load("settings: {loginBanner: {text: Hello}}\n", &f, &err), err);
	CHECK(f.effect == EFFECT_CONFIG);
	CHECK_OK(policy_file_complete(&f, &d, &err), err);
	CHECK_STR(p->header.enterprise, ENTERPRISE);
	CHECK_STR(p->stream, "default");
	CHECK(p->serial == 7 && p->not_before <= d.now && p->not_after > d.now);
	CHECK_OK(document_write(&f.document, &json, &err), err);
	CHECK_OK(document_read(json.data, json.len, &again, &err), err);
	CHECK(again.type == DOCUMENT_POLICY);
	document_done(&again);
}

static void keeps_what_is_said(void)
{
	auto_policy_file struct policy_file f = { 0 }, other = { 0 }, silent = { 0 };
	struct error err = ERROR_INIT;
	const struct policy_defaults d = { ENTERPRISE, 7, 1795448880 };
	const struct policy_defaults nothing = { NULL, 0, 1795448880 };
	const char *own = "enterprise: " ENTERPRISE "\nserial: 3\nstream: lobby\nsettings: {}\n";

	CHECK_OK(load(own, &f, &err), err);
	CHECK_OK(policy_file_complete(&f, &nothing, &err), err);
	CHECK(f.document.policy.serial == 3);
	CHECK_STR(f.document.policy.stream, "lobby");
	CHECK_OK(load(own, &other, &err), err);
	CHECK_ERROR(policy_file_complete(&other, &d, &err), err, ERROR_INVALID);
	CHECK(strstr(err.msg, ":2:9: 'serial': the file and --serial differ"));
	CHECK_OK(load("settings: {}\n", &silent, &err), err);
	CHECK_ERROR(policy_file_complete(&silent, &nothing, &err), err, ERROR_INVALID);
}

static void has_schema(void)
{
	auto_json json_t *schema = NULL;
	struct error err = ERROR_INIT;
	const json_t *settings;

	CHECK_OK(policy_file_schema(&schema, &err), err);
	settings = json_object_get(json_object_get(schema, "properties"), "settings");
	CHECK(json_object_get(json_object_get(settings, "properties"), "passwordRequirements"));
	CHECK(json_array_size(json_object_get(schema, "required")) == 1);
}

static const struct check_case cases[] = {
	{ "policy: every fault is named by line, column and path", refuses },
	{ "policy: one check names all wrong settings", names_all_faults },
	{ "policy: what the file leaves out is filled in, and reads back", completes },
	{ "policy: what the file says is kept, and contradictions are refused",
	  keeps_what_is_said },
	{ "policy: the schema has the functions' settings, and requires settings alone",
	  has_schema },
};
CHECK_MAIN(cases)
