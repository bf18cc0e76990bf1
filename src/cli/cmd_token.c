/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrollment tokens. The payload's digests come from the operator's own copies, never from the
 * server: a server that lies about them makes no device trust it (FIA_ENR_EXT.2).
 */
#include <string.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/api.h"
#include "cli/api_status.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "cli/qr.h"
#include "cli/table.h"
#include "proto/enrollment.h"

enum { PNG_SCALE = 6, LIFETIME_S = 3600 };

struct token_options {
	char *home, *id, *out, *png, *note;
	uint32_t expires, count;
	struct strings models, device_ids;
	int ownership;
	bool qr, json;
};

static int payload_of(struct api *api, const struct token_options *o,
		      const struct admin_token_created *token, struct buf *ret, struct error *err)
{
	const struct client_conf *conf = &api_home(api)->conf;
	auto_certs struct certs *anchors = NULL;
	auto_verdict struct verdict trust = { 0 };
	/* Views over what others own: released by nobody here. */
	struct enrollment e = {
		.type = (char *)"enrollment",
		.enterprise_name = conf->enterprise_name,
		.url = conf->enrollment,
		.device_url = conf->device,
		.connect = conf->connect,
		.reference = conf->reference,
		.token = (char *)token->id,
		.secret = token->secret,
		.expires = token->expires,
		.ownership = o->ownership ? o->ownership : OWNERSHIP_ENTERPRISE,
	};

	if (api_anchors(api_home(api), &anchors, err) < 0 ||
	    trust_of_home(api_home(api)->dir, &trust, e.trust_digest, err) < 0)
		return -1;
	memcpy(e.enterprise, conf->enterprise, sizeof(e.enterprise));
	memcpy(e.anchor_digest, cert_sha256(certs_get(anchors, 0)), sizeof(e.anchor_digest));
	return enrollment_write(&e, ret, err);
}

/* A code that is wider than the terminal is broken into lines that no reader understands. */
static int print_qr(const struct buf *qr, struct error *err)
{
	struct winsize size;
	size_t width = 0;

	for (size_t i = 0; i < qr->len && qr->data[i] != '\n'; i++)
		width += (qr->data[i] & 0xc0) != 0x80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_col < width)
		return error_set(
			err, ERROR_INVALID,
			"the QR code needs %zu columns, this terminal has %u: widen it, or "
			"use --png",
			width, size.ws_col);
	return write_output(NULL, qr, 0, err);
}

static bool is_standard(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

/* --json: one object on standard output says everything, so nothing else may go there. */
static int check_delivery(const struct token_options *o, struct error *err)
{
	if (o->json && (o->qr || is_standard(o->out) || is_standard(o->png)))
		return error_set(err, ERROR_INVALID,
				 "--json has standard output: write the payload to a file");
	return 0;
}

/* Where the payload goes: a file, a PNG, the terminal; standard output where none was asked for. */
static int deliver(const struct token_options *o, const struct buf *payload, struct error *err)
{
	auto_secret struct buf line = BUF_INIT, qr = BUF_INIT, png = BUF_INIT;
	const char *text = (const char *)payload->data;

	if (buf_append(&line, payload->data, payload->len, err) < 0 ||
	    buf_puts(&line, "\n", err) < 0)
		return -1;
	if ((o->out || (!o->png && !o->qr && !o->json)) &&
	    write_output(o->out, &line, 0600, err) < 0)
		return -1;
	if (o->png &&
	    (qr_png(text, PNG_SCALE, &png, err) < 0 || write_output(o->png, &png, 0600, err) < 0))
		return -1;
	if (o->qr && (qr_text(text, &qr, err) < 0 || print_qr(&qr, err) < 0))
		return -1;
	return 0;
}

static void created_done(struct admin_token_created *t)
{
	jmap_done(&admin_token_created_table, t);
}

/* What was made, and the payload itself where no file has it. */
static int print_created(const struct token_options *o, const struct admin_token_created *token,
			 const struct buf *payload, struct error *err)
{
	auto_json json_t *content = NULL, *v = NULL;
	char until[TIME_SIZE];

	time_format(token->expires, until);
	if (!o->json) {
		(void)fprintf(stderr, "token %s: %u device%s, until %s%s%s%s%s\n", token->id,
			      o->count ? o->count : 1, o->count > 1 ? "s" : "", until,
			      o->out ? " → " : "", o->out ? o->out : "", o->png ? " → " : "",
			      o->png ? o->png : "");
		return 0;
	}
	if (!o->out && !o->png &&
	    jmap_parse(payload->data, payload->len, LIMIT_PAYLOAD, &content, err) < 0)
		return -1;
	v = json_pack("{s:s, s:i, s:s, s:s*, s:s*, s:O*}", "token", token->id, "count",
		      (int)(o->count ? o->count : 1), "expires", until, "out", o->out, "png",
		      o->png, "payload", content);
	return v ? print_json(v, true, err) : error_oom(err);
}

/* Make the token's payload and hand it over. A secret that reached nobody must open nothing: the
 * token of a failure is revoked. */
static int hand_over(struct api *api, const struct token_options *o,
		     const struct admin_token_created *token, struct error *err)
{
	auto_secret struct buf payload = BUF_INIT;
	struct error ignored = ERROR_INIT;

	if (payload_of(api, o, token, &payload, err) == 0 && deliver(o, &payload, err) == 0 &&
	    print_created(o, token, &payload, err) == 0)
		return 0;
	if (api_delete(api, "tokens", token->id, &ignored) < 0)
		return error_wrap(err, "token %s, which stays valid", token->id);
	return -1;
}

static int create_run(void *options, struct error *err)
{
	const struct token_options *o = options;
	auto_api struct api *api = NULL;
	CLEANUP(created_done) struct admin_token_created token = { 0 };
	const struct admin_token_spec spec = {
		.note = o->note,
		.lifetime_s = o->expires ? o->expires : LIFETIME_S,
		.count = o->count,
		.hardware_ids = o->device_ids,
		.models = o->models,
		.ownership = (char *)ownership_enum.names[o->ownership],
	};

	if (check_delivery(o, err) < 0 || api_open(o->home, &api, err) < 0 ||
	    api_token_create(api, &spec, &token, err) < 0)
		return -1;
	return hand_over(api, o, &token, err);
}

static const struct jmap create_fields[] = {
	OPTION(token_options, expires, "expires", cli_duration, "DURATION",
	       "how long it is good: 90s, 15m, 1h, 30d (1h)", .min = 1,
	       .max = LIMIT_TOKEN_LIFETIME_S),
	OPTION(token_options, count, "count", jmap_u32, "NUMBER",
	       "how many devices it may enroll (1)", .min = 1, .max = LIMIT_TOKEN_COUNT),
	OPTION(token_options, models, "model", jmap_strings, "MODEL",
	       "only devices of this model; may be repeated", .max = LIMIT_TOKEN_VALUES),
	OPTION(token_options, device_ids, "deviceId", jmap_strings, "ID",
	       "only the device with this hardware id; may be repeated", .max = LIMIT_TOKEN_VALUES),
	OPTION(token_options, ownership, "ownership", jmap_enum, "OWNERSHIP",
	       "whose devices: enterprise or personal (enterprise)", .sub = &ownership_enum),
	OPTION(token_options, note, "note", jmap_str, "TEXT", "a note for the list of tokens",
	       .max = LIMIT_NAME),
	OPTION(token_options, out, "out", jmap_path, "FILE",
	       "write the payload to this file, readable by you only"),
	OPTION(token_options, qr, "qr", jmap_bool, NULL, "show the payload as a QR code, here"),
	OPTION(token_options, png, "png", jmap_path, "FILE", "write a QR code as a PNG file"),
	OPTION_HOME(token_options),
	OPTION(token_options, json, "json", jmap_bool, NULL,
	       "print what was made as JSON on one line, for scripts; with the payload where "
	       "neither --out nor --png has it"),
};
static const struct jmap_table create_table =
	JMAP_TABLE("token create", "", create_fields, struct token_options);
static const char *const create_examples[] = {
	"muster token create --expires 15m --qr",
	"muster token create --count 20 --expires 7d --model 'ThinkPad T14' --out enrollment.json",
	NULL,
};

const struct opt_command command_token_create = {
	.name = "token create",
	.doc = "make a one-time token and the payload that a device enrolls with",
	.details = "The payload says where the server is, how to know it (the digests of trust and "
		   "of the "
		   "server's anchor, from your own copies) and a secret. It is shown once: the "
		   "server keeps "
		   "only its hash. Without --out, --qr and --png it goes to standard output.",
	.examples = create_examples,
	.options = &create_table,
	.run = create_run,
};

static int list_run(void *options, struct error *err)
{
	static const struct column columns[] = {
		{ "TOKEN", "id" },
		{ "STATE", "state" },
		{ "USED", "used" },
		{ "OF", "count" },
		{ "EXPIRES", "expires" },
		{ "OWNERSHIP", "ownership" },
		{ "CREATED BY", "createdBy" },
		{ "NOTE", "note" },
	};
	const struct token_options *o = options;
	auto_api struct api *api = NULL;
	auto_json json_t *tokens = NULL;

	if (api_open(o->home, &api, err) < 0 ||
	    api_get(api, &admin_tokens_table, &tokens, err, "/api/v1/tokens") < 0)
		return -1;
	if (o->json)
		return print_json(tokens, true, err);
	return table_print(stdout, json_object_get(tokens, "tokens"), columns, ARRAY_SIZE(columns),
			   "no tokens", err);
}

static const struct jmap list_fields[] = {
	OPTION_HOME(token_options),
	OPTION_JSON(token_options),
};
static const struct jmap_table list_table =
	JMAP_TABLE("token list", "", list_fields, struct token_options);
static const char *const list_examples[] = { "muster token list", NULL };

const struct opt_command command_token_list = {
	.name = "token list",
	.doc = "list the tokens and what became of them",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

static int revoke_run(void *options, struct error *err)
{
	const struct token_options *o = options;
	auto_api struct api *api = NULL;

	if (api_open(o->home, &api, err) < 0 || api_delete(api, "tokens", o->id, err) < 0)
		return -1;
	return print_done(o->json, "token", o->id, "revoked", "", err);
}

static const struct jmap revoke_fields[] = {
	OPTION(token_options, id, "token", jmap_str, "TOKEN", "id of the token",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION_HOME(token_options),
	OPTION_JSON(token_options),
};
static const struct jmap_table revoke_table =
	JMAP_TABLE("token revoke", "", revoke_fields, struct token_options);
static const char *const revoke_examples[] = {
	"muster token revoke 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11",
	NULL,
};

const struct opt_command command_token_revoke = {
	.name = "token revoke",
	.doc = "make a token useless from now on",
	.examples = revoke_examples,
	.options = &revoke_table,
	.run = revoke_run,
};
