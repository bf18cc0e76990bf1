/* SPDX-License-Identifier: Apache-2.0 */
/* What is published: policies and assignments, and any other signed document. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "cli/devices.h"
#include "cli/instructions.h"
#include "cli/policy_file.h"

struct publish_options {
	char *home, *file, *out, *stream, *device;
	struct strings groups;
	uint64_t serial;
	int ownership;
	bool json;
};

static int sign_document(struct api *api, const struct document *d, struct buf *ret,
			 struct error *err)
{
	auto_signer struct signer s = { 0 };

	if (signer_open(api_home(api), NULL, &s, err) < 0)
		return -1;
	return signer_sign(&s, d, ret, err);
}

/* A policy's source becomes a signed document with the next serial of its stream. */
static int make_policy(struct api *api, const struct publish_options *o, struct buf *ret,
		       struct error *err)
{
	auto_policy_file struct policy_file f = { 0 };
	struct policy_defaults d = { .enterprise = api_home(api)->conf.enterprise,
				     .serial = o->serial,
				     .now = clock_now() };
	struct instruction_filter filter = { .type = "policy" };

	if (policy_file_load(o->file, &f, NULL, NULL, err) < 0)
		return -1;
	filter.stream = f.document.policy.stream ? f.document.policy.stream : "default";
	if (!d.serial && !f.document.policy.serial &&
	    instruction_next_serial(api, &filter, &d.serial, err) < 0)
		return -1;
	if (policy_file_complete(&f, &d, err) < 0)
		return -1;
	return sign_document(api, &f.document, ret, err);
}

static bool is_cms(const struct buf *data)
{
	return data->len > 0 && data->data[0] == 0x30; /* a DER SEQUENCE; no text begins so */
}

static int publish_run(void *options, struct error *err)
{
	const struct publish_options *o = options;
	auto_api struct api *api = NULL;
	auto_buf struct buf data = BUF_INIT, cms = BUF_INIT;
	bool standard = strcmp(o->file, "-") == 0;

	if (api_open(o->home, &api, err) < 0 ||
	    (!standard && file_read(o->file, LIMIT_CONF, &data, err) < 0))
		return -1;
	if (!is_cms(&data) && make_policy(api, o, &cms, err) < 0)
		return -1;
	if (o->out && write_output(o->out, cms.len ? &cms : &data, 0644, err) < 0)
		return -1;
	return instruction_publish(api, cms.len ? &cms : &data, o->json, err);
}

static const struct jmap publish_fields[] = {
	OPTION(publish_options, file, "file", jmap_path, "FILE",
	       "the policy, YAML or JSON, to be signed now; or a signed document (CMS)",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION(publish_options, serial, "serial", jmap_u64, "NUMBER",
	       "the serial, where the file has none (one above the newest of the stream)",
	       .min = 1),
	OPTION(publish_options, out, "out", jmap_path, "FILE", "keep the signed document"),
	OPTION_HOME(publish_options),
	OPTION_JSON(publish_options),
};
static const struct jmap_table publish_table =
	JMAP_TABLE("policy publish", "", publish_fields, struct publish_options);
static const char *const publish_examples[] = {
	"muster policy publish office.yaml",
	"muster policy publish office.cms --json",
	NULL,
};

const struct opt_command command_policy_publish = {
	.name = "policy publish",
	.doc = "sign a policy, if it is not signed yet, and publish it to the devices of its "
	       "stream",
	.details = "The signed bytes are judged on this machine, by your own trust document, "
		   "before they "
		   "are sent; the server judges them again, and each device at last.",
	.examples = publish_examples,
	.options = &publish_table,
	.run = publish_run,
};

static int show_run(void *options, struct error *err)
{
	const struct publish_options *o = options;
	const struct instruction_filter filter = { .type = "policy",
						   .stream = o->stream ? o->stream : "default" };
	auto_api struct api *api = NULL;
	auto_json json_t *all = NULL, *content = NULL;
	auto_buf struct buf der = BUF_INIT;
	auto_verdict struct verdict v = { 0 };
	const json_t *newest;

	if (api_open(o->home, &api, err) < 0 || instructions_all(api, &filter, &all, err) < 0)
		return -1;
	newest = instruction_newest(all);
	if (!newest)
		return error_set(err, ERROR_NOT_FOUND, "no policy in the stream '%.60s'",
				 filter.stream);
	if (api_fetch(api, &der, err, "/api/v1/instructions/%s/der",
		      json_string_value(json_object_get(newest, "id"))) < 0)
		return -1;
	if (o->out && write_output(o->out, &der, 0644, err) < 0)
		return -1;
	/* What the server says is in force counts only if it is what an administrator signed. */
	if (instruction_judge(api, &der, &v, err) < 0 ||
	    jmap_parse(v.canonical.data, v.canonical.len, LIMIT_DOCUMENT, &content, err) < 0)
		return -1;
	return print_json(content, o->json, err);
}

static const struct jmap show_fields[] = {
	OPTION(publish_options, stream, "stream", jmap_str, "STREAM", "the stream (default)",
	       .flags = JMAP_POSITION, .min = 1, .max = LIMIT_NAME),
	OPTION(publish_options, out, "out", jmap_path, "FILE", "keep the signed document"),
	OPTION_HOME(publish_options),
	OPTION_JSON(publish_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("policy show", "", show_fields, struct publish_options);
static const char *const show_examples[] = { "muster policy show default", NULL };

const struct opt_command command_policy_show = {
	.name = "policy show",
	.doc = "show the newest policy of a stream, verified",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

static int make_assignment(struct api *api, const struct publish_options *o, struct buf *ret,
			   struct error *err)
{
	CLEANUP(device_done) struct admin_device device = { 0 };
	struct instruction_filter filter = { .type = "assignment" };
	/* Views over the options: released by nobody here. */
	struct document d = { .type = DOCUMENT_ASSIGNMENT };
	struct assignment *a = &d.assignment;

	if (device_find(api, o->device, &device, err) < 0)
		return -1;
	filter.device = device.id;
	a->serial = o->serial;
	if (!a->serial && instruction_next_serial(api, &filter, &a->serial, err) < 0)
		return -1;
	a->header.type = DOCUMENT_ASSIGNMENT;
	memcpy(a->header.enterprise, api_home(api)->conf.enterprise, UUID_SIZE);
	uuid_new(a->header.id);
	memcpy(a->device, device.id, UUID_SIZE);
	memcpy(a->enrollment, device.enrollment, UUID_SIZE);
	a->stream = o->stream ? o->stream : (char *)"default";
	a->groups = o->groups;
	a->ownership = o->ownership ? o->ownership : OWNERSHIP_ENTERPRISE;
	return sign_document(api, &d, ret, err);
}

static int assign_run(void *options, struct error *err)
{
	const struct publish_options *o = options;
	auto_api struct api *api = NULL;
	auto_buf struct buf cms = BUF_INIT;

	if (api_open(o->home, &api, err) < 0 || make_assignment(api, o, &cms, err) < 0)
		return -1;
	return instruction_publish(api, &cms, o->json, err);
}

static const struct jmap assign_fields[] = {
	OPTION(publish_options, device, "device", jmap_str, "DEVICE",
	       "its id, its host name, or a beginning of either that no other device shares",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION(publish_options, stream, "stream", jmap_str, "STREAM",
	       "the policy stream that it follows (default)", .min = 1, .max = LIMIT_NAME),
	OPTION(publish_options, groups, "group", jmap_strings, "GROUP",
	       "a group that it belongs to; may be repeated", .max = LIMIT_GROUPS),
	OPTION(publish_options, ownership, "ownership", jmap_enum, "OWNERSHIP",
	       "whose device it is: enterprise or personal (enterprise)", .sub = &ownership_enum),
	OPTION(publish_options, serial, "serial", jmap_u64, "NUMBER",
	       "the assignment's serial (one above the device's newest)", .min = 1),
	OPTION_HOME(publish_options),
	OPTION_JSON(publish_options),
};
static const struct jmap_table assign_table =
	JMAP_TABLE("device assign", "", assign_fields, struct publish_options);
static const char *const assign_examples[] = {
	"muster device assign kiosk-7 --stream kiosks --group lobby",
	NULL,
};

const struct opt_command command_device_assign = {
	.name = "device assign",
	.doc = "say which policy stream and groups a device belongs to",
	.details =
		"The assignment is signed on this machine with your key. The newest policy of the "
		"stream goes to the device with it.",
	.examples = assign_examples,
	.options = &assign_table,
	.run = assign_run,
};
