/* SPDX-License-Identifier: Apache-2.0 */
/* Published instructions: what there is, where it arrived; and publishing signed bytes as they are.
 */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/instructions.h"
#include "cli/table.h"

struct instruction_options {
	char *home, *id, *file, *device, *stream, *out;
	int type;
	uint32_t timeout;
	bool wait, json;
};

static int list_run(void *options, struct error *err)
{
	static const struct column columns[] = {
		{ "INSTRUCTION", "id" },    { "TYPE", "type" },	      { "NAME", "name" },
		{ "STREAM", "stream" },	    { "SERIAL", "serial" },   { "PUBLISHED", "published" },
		{ "SIGNED BY", "signers" }, { "DEVICES", "devices" }, { "DELIVERED", "delivered" },
		{ "PROVEN", "proven" },	    { "FAILED", "failed" },   { "CANCELLED", "cancelled" },
	};
	const struct instruction_options *o = options;
	const struct instruction_filter filter = {
		.type = o->type ? document_type_name(o->type) : NULL,
		.device = o->device,
		.stream = o->stream,
	};
	auto_api struct api *api = NULL;
	auto_json json_t *all = NULL;

	if (api_open(o->home, &api, err) < 0 || instructions_all(api, &filter, &all, err) < 0)
		return -1;
	if (o->json)
		return print_json(all, true, err);
	return table_print(stdout, json_object_get(all, "instructions"), columns,
			   ARRAY_SIZE(columns), "no instructions", err);
}

static const struct jmap list_fields[] = {
	OPTION(instruction_options, type, "type", jmap_enum, "TYPE",
	       "only trust, assignment, policy or command documents", .sub = &document_type_enum),
	OPTION(instruction_options, device, "device", jmap_str, "DEVICE",
	       "only those for this device: its id or host name", .max = LIMIT_NAME),
	OPTION(instruction_options, stream, "stream", jmap_str, "STREAM",
	       "only those of this stream", .max = LIMIT_NAME),
	OPTION_HOME(instruction_options),
	OPTION_JSON(instruction_options),
};
static const struct jmap_table list_table =
	JMAP_TABLE("instruction list", "", list_fields, struct instruction_options);
static const char *const list_examples[] = { "muster instruction list --type policy", NULL };

const struct opt_command command_instruction_list = {
	.name = "instruction list",
	.doc = "list what was published, and how many devices acted on it",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

static int print_detail(const json_t *detail, struct error *err)
{
	static const struct column head[] = {
		{ "instruction", "instruction.id" },
		{ "type", "instruction.type" },
		{ "name", "instruction.name" },
		{ "stream", "instruction.stream" },
		{ "serial", "instruction.serial" },
		{ "sha256", "instruction.digest" },
		{ "signed by", "instruction.signers" },
		{ "published by", "instruction.publishedBy" },
		{ "published", "instruction.published" },
		{ "valid from", "instruction.notBefore" },
		{ "valid to", "instruction.notAfter" },
	};
	static const struct column rows[] = {
		{ "DEVICE", "device" },	       { "STATE", "state" },
		{ "REQUESTED", "requested" },  { "SENT", "sent" },
		{ "DELIVERED", "delivered" },  { "PROVEN", "proven" },
		{ "CALLED OFF", "cancelled" }, { "REASON", "reason" },
	};

	if (table_print_one(stdout, detail, head, ARRAY_SIZE(head), err) < 0)
		return -1;
	(void)putchar('\n');
	return table_print(stdout, json_object_get(detail, "deliveries"), rows, ARRAY_SIZE(rows),
			   "no device yet", err);
}

static int show_run(void *options, struct error *err)
{
	const struct instruction_options *o = options;
	auto_api struct api *api = NULL;
	auto_json json_t *detail = NULL;
	auto_buf struct buf der = BUF_INIT;

	if (api_open(o->home, &api, err) < 0 ||
	    api_get(api, &admin_instruction_detail_table, &detail, err, "/api/v1/instructions/%s",
		    o->id) < 0)
		return -1;
	if (o->out && (api_fetch(api, &der, err, "/api/v1/instructions/%s/der", o->id) < 0 ||
		       write_output(o->out, &der, 0644, err) < 0))
		return -1;
	return o->json ? print_json(detail, true, err) : print_detail(detail, err);
}

static const struct jmap show_fields[] = {
	OPTION(instruction_options, id, "instruction", jmap_str, "ID", "id of the document",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = UUID_SIZE),
	OPTION(instruction_options, out, "out", jmap_path, "FILE",
	       "write the signed bytes to a file, for 'muster instruction verify'"),
	OPTION_HOME(instruction_options),
	OPTION_JSON(instruction_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("instruction show", "", show_fields, struct instruction_options);
static const char *const show_examples[] = {
	"muster instruction show 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11 --out office.cms",
	NULL,
};

const struct opt_command command_instruction_show = {
	.name = "instruction show",
	.doc = "show one instruction and what became of it on each device",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

static int publish_run(void *options, struct error *err)
{
	const struct instruction_options *o = options;
	auto_api struct api *api = NULL;
	auto_buf struct buf der = BUF_INIT;

	if (file_read(o->file, LIMIT_DOCUMENT, &der, err) < 0 || api_open(o->home, &api, err) < 0)
		return -1;
	return instruction_publish(api, &der, o->json, err);
}

static const struct jmap publish_fields[] = {
	OPTION(instruction_options, file, "file", jmap_path, "FILE", "the document, CMS in DER",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION_HOME(instruction_options),
	OPTION_JSON(instruction_options),
};
static const struct jmap_table publish_table =
	JMAP_TABLE("instruction publish", "", publish_fields, struct instruction_options);
static const char *const publish_examples[] = { "muster instruction publish command.cms", NULL };

const struct opt_command command_instruction_publish = {
	.name = "instruction publish",
	.doc = "publish a document that was signed elsewhere",
	.details = "The document is judged on this machine first, by your own trust document.",
	.examples = publish_examples,
	.options = &publish_table,
	.run = publish_run,
};

enum { CANCEL_WAIT_S = 60, HOLD_S = 20 /* below what a call of HTTP may take */ };

/* Held by the server until every device has answered. NULL: not within the time. */
static int wait_ended(struct api *api, const struct instruction_options *o, json_t **ret,
		      struct error *err)
{
	const uint64_t end =
		clock_boot_us() + (o->timeout ? o->timeout : CANCEL_WAIT_S) * 1000000ULL;
	uint64_t now;

	while (!*ret && (now = clock_boot_us()) < end) {
		const uint64_t left = (end - now) / 1000000 + 1;

		if (api_get(api, &admin_instruction_detail_table, ret, err,
			    "/api/v1/instructions/%s?wait=%u&state=delivered", o->id,
			    left < HOLD_S ? (unsigned)left : HOLD_S) < 0)
			return -1;
	}
	return 0;
}

static int print_cancelled(const struct instruction_options *o, const struct admin_cancelled *c,
			   const json_t *detail, struct error *err)
{
	auto_json json_t *all = NULL;

	if (o->json) {
		all = json_pack("{s:s, s:i, s:i, s:O*}", "id", c->id, "devices", (int)c->devices,
				"late", (int)c->late, "deliveries",
				json_object_get(detail, "deliveries"));
		return all ? print_json(all, true, err) : error_oom(err);
	}
	(void)printf("instruction %s is called off for %u device%s", c->id, c->devices,
		     c->devices == 1 ? "" : "s");
	(void)printf(c->late ? "; too late for %u\n" : "\n", c->late);
	if (!detail)
		return 0;
	(void)putchar('\n');
	return print_detail(detail, err);
}

static int cancel_run(void *options, struct error *err)
{
	const struct instruction_options *o = options;
	auto_api struct api *api = NULL;
	struct admin_cancelled c = { 0 };
	auto_json json_t *detail = NULL;

	if (!uuid_valid(o->id))
		return error_set(err, ERROR_INVALID, "'%.60s' is no id of an instruction", o->id);
	if (api_open(o->home, &api, err) < 0 || api_cancel(api, o->id, &c, err) < 0 ||
	    (o->wait && wait_ended(api, o, &detail, err) < 0) ||
	    print_cancelled(o, &c, detail, err) < 0)
		return -1;
	if (o->wait && !detail)
		return error_set(err, ERROR_TIMEOUT, "no answer from every device yet");
	return 0;
}

static const struct jmap cancel_fields[] = {
	OPTION(instruction_options, id, "instruction", jmap_str, "ID", "id of the command",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = UUID_SIZE),
	OPTION(instruction_options, wait, "wait", jmap_bool, NULL,
	       "wait until every device has said what became of it"),
	OPTION(instruction_options, timeout, "timeout", cli_duration, "DURATION",
	       "how long to wait (60s)", .min = 1, .max = 86400),
	OPTION_HOME(instruction_options),
	OPTION_JSON(instruction_options),
};
static const struct jmap_table cancel_table =
	JMAP_TABLE("instruction cancel", "", cancel_fields, struct instruction_options);
static const char *const cancel_examples[] = {
	"muster instruction cancel 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11 --wait",
	NULL,
};

const struct opt_command command_instruction_cancel = {
	.name = "instruction cancel",
	.doc = "call a command off, on every device that has not carried it out",
	.details =
		"Destructive commands wait on the device as long as the trust document says; until "
		"then they can be called off. It takes no signature: every administrator may. A "
		"device that is connected is told at once, one that is not with its next "
		"contact, and before it is given anything else."
		"\n\nExit status 5: it is too late for every device.",
	.examples = cancel_examples,
	.options = &cancel_table,
	.run = cancel_run,
};
