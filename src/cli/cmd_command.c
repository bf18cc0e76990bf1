/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands to devices: made and signed here with the administrator's key, posted, and, if asked
 * for, waited for until each device's record of it is committed on the server.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/approval.h"
#include "cli/cli.h"
#include "cli/devices.h"
#include "cli/table.h"
#include "proto/function.h"

enum {
	LIFETIME_S = 86400,
	WAIT_S = 60,
	/* A device's trusted time is that of its last head, which may be a day old. */
	BACKDATE_S = 86400,
	/* What destroys lives a day in all (LIMIT_DESTRUCTIVE_LIFE_S): most of it ahead. */
	BACKDATE_DESTRUCTIVE_S = 3600,
	HOLD_S = 20, /* below what a call of HTTP may take */
};

struct command_options {
	char *home, *message, *text;
	struct strings devices;
	uint32_t delay, expires, timeout;
	bool wait, yes, yes_unlisted, json;
};

/* Microseconds since the program began, at each stage. */
struct stages {
	uint64_t resolved, signed_, published, delivered;
};

struct sending {
	const struct command_options *o;
	const struct function *function;
	struct api *api;
	struct document document;
	struct approval_posted posted;
	struct approval approval;
	struct stages at;
	uint32_t waits_s; /* on the device, before it is carried out */
};

static void sending_done(struct sending *s)
{
	document_done(&s->document);
	approval_done(&s->approval);
	api_free(s->api);
}

static uint64_t elapsed_us(void)
{
	return clock_boot_us() - cli_started_us;
}

/* The server says which device is called so; the roster, where there is one, says whether that may
 * be. Errors: DENIED (another device than the signer knows, or what destroys for an unknown one).
 */
static int check_roster(struct sending *s, const struct admin_device *d, struct error *err)
{
	struct roster_entry e = { .hostname = d->hostname };
	enum roster_state state;

	if (!s->approval.roster.exists || s->o->yes_unlisted)
		return 0;
	memcpy(e.device, d->id, UUID_SIZE);
	memcpy(e.enrollment, d->enrollment, UUID_SIZE);
	state = roster_look_named(&s->approval.roster, &e);
	if (state == ROSTER_LISTED ||
	    (state == ROSTER_UNKNOWN && s->function->effect < EFFECT_DESTRUCTIVE))
		return 0;
	return error_set(err, ERROR_DENIED,
			 "device %s (%.60s) is %s: see 'muster roster update', or say "
			 "--yes-unlisted",
			 d->id, d->hostname ? d->hostname : "-",
			 state == ROSTER_CHANGED ? "not the one in your roster"
						 : "not in your roster");
}

/* Every target with its enrollment: a device that was enrolled anew does not obey. */
static int resolve(struct sending *s, struct error *err)
{
	struct command *c = &s->document.command;
	struct command_target *targets = calloc(s->o->devices.n, sizeof(*targets));

	if (!targets)
		return error_oom(err);
	c->targets.items = targets;
	for (size_t i = 0; i < s->o->devices.n; i++) {
		CLEANUP(device_done) struct admin_device d = { 0 };

		if (device_find(s->api, s->o->devices.items[i], &d, err) < 0)
			return -1;
		if (check_roster(s, &d, err) < 0)
			return -1;
		memcpy(targets[i].device, d.id, UUID_SIZE);
		memcpy(targets[i].enrollment, d.enrollment, UUID_SIZE);
		c->targets.n++;
	}
	s->at.resolved = elapsed_us();
	return 0;
}

static void set_window(struct sending *s, enum effect effect)
{
	struct command *c = &s->document.command;
	const bool destructive = effect == EFFECT_DESTRUCTIVE;
	const int64_t most =
		destructive ? LIMIT_DESTRUCTIVE_LIFE_S - BACKDATE_DESTRUCTIVE_S : LIFETIME_S;
	int64_t life = s->o->expires ? s->o->expires : most;

	if (destructive && life > most)
		life = most;
	c->not_before = clock_now() - (destructive ? BACKDATE_DESTRUCTIVE_S : BACKDATE_S);
	c->not_after = clock_now() + life;
}

/* By the trust that is in force here; a device may have another. */
static void find_wait(struct sending *s, enum effect effect)
{
	if (effect == EFFECT_DESTRUCTIVE)
		s->waits_s = s->approval.trust.document.trust.delays.destructive_s;
}

static int fill(struct sending *s, json_t *args, struct error *err)
{
	struct command *c = &s->document.command;
	enum effect effect;

	c->header.type = DOCUMENT_COMMAND;
	memcpy(c->header.enterprise, api_home(s->api)->conf.enterprise, UUID_SIZE);
	uuid_new(c->header.id);
	c->command = strdup(s->function->key);
	c->args = json_incref(args);
	if (!c->command)
		return error_oom(err);
	if (functions_check_command(c->command, args, &effect, err) < 0)
		return -1;
	set_window(s, effect);
	if (effect >= EFFECT_DESTRUCTIVE && !s->o->yes)
		return error_set(err, ERROR_INVALID,
				 "'%s' is %s and meant for %zu device%s: say --yes to sign it",
				 c->command, effect_name(effect), c->targets.n,
				 c->targets.n == 1 ? "" : "s");
	find_wait(s, effect);
	return 0;
}

static int sign_and_publish(struct sending *s, struct error *err)
{
	auto_signer struct signer signer = { 0 };
	auto_verdict struct verdict v = { 0 };
	auto_buf struct buf cms = BUF_INIT;

	if (signer_open(api_home(s->api), NULL, &signer, err) < 0 ||
	    signer_sign(&signer, &s->document, &cms, err) < 0)
		return -1;
	s->at.signed_ = elapsed_us();
	if (approval_judge(&s->approval, &cms, &v, err) < 0 ||
	    approval_submit(s->api, &v, &cms, &s->posted, err) < 0)
		return -1;
	s->at.published = elapsed_us();
	return 0;
}

/* Did every delivery end well? */
static bool all_well(const json_t *deliveries)
{
	json_t *row;
	size_t i;

	json_array_foreach (deliveries, i, row) {
		const char *state = json_string_value(json_object_get(row, "state"));

		if (!state || (strcmp(state, "delivered") != 0 && strcmp(state, "proven") != 0))
			return false;
	}
	return json_array_size(deliveries) > 0;
}

/* How far it has come; wait_s > 0: not before every delivery has ended, NULL where none did. */
static int ask(struct sending *s, unsigned wait_s, json_t **deliveries, struct error *err)
{
	auto_json json_t *detail = NULL;

	if (api_get(s->api, &admin_instruction_detail_table, &detail, err,
		    "/api/v1/instructions/%s?wait=%u&state=delivered", s->posted.published.id,
		    wait_s) < 0)
		return -1;
	*deliveries = json_incref(json_object_get(detail, "deliveries"));
	return 0;
}

/* The server holds the question until every device has answered. *deliveries: the rows then, or as
 * they were last. */
static int wait_all(struct sending *s, json_t **deliveries, struct error *err)
{
	const uint64_t limit = s->o->timeout ? s->o->timeout : WAIT_S;
	const uint64_t from = elapsed_us() / 1000000;

	progress("Waiting for %u device%s …", s->posted.published.devices,
		 s->posted.published.devices == 1 ? "" : "s");
	while (!*deliveries) {
		const uint64_t gone = elapsed_us() / 1000000 - from;
		const uint64_t left = gone < limit ? limit - gone : 0;

		if (ask(s, left < HOLD_S ? (unsigned)left : HOLD_S, deliveries, err) < 0)
			return -1;
		if (left == 0)
			return error_set(err, ERROR_TIMEOUT, "no answer from every device yet");
	}
	s->at.delivered = elapsed_us();
	return all_well(*deliveries)
		       ? 0
		       : error_set(err, ERROR_REFUSED, "a device did not carry it out");
}

/* why: what waiting ended with; under --json it is in the object, and shown with it. */
static int print_sent(const struct sending *s, const json_t *deliveries, struct error *why,
		      struct error *err)
{
	static const struct column columns[] = {
		{ "DEVICE", "device" },
		{ "STATE", "state" },
		{ "COMMITTED", "delivered" },
		{ "REASON", "reason" },
	};
	const struct stages *at = &s->at;
	auto_json json_t *v = NULL;

	if (s->o->json) {
		v = json_pack("{s:s, s:s, s:i, s:{s:f, s:f, s:f, s:o*}, s:O*}", "id",
			      s->posted.published.id, "command", s->function->key, "devices",
			      (int)s->posted.published.devices, "ms", "resolved",
			      (double)at->resolved / 1000, "signed", (double)at->signed_ / 1000,
			      "published", (double)at->published / 1000, "delivered",
			      at->delivered ? json_real((double)at->delivered / 1000) : NULL,
			      "deliveries", deliveries);
		if (!v)
			return error_oom(err);
		if (!why->code)
			return print_json(v, true, err);
		(void)fprintf(stderr, "muster: %s\n", why->msg);
		return print_failed(v, why);
	}
	(void)printf("%s %s: signed, published to %u device%s after %.1f ms\n", s->function->key,
		     s->posted.published.id, s->posted.published.devices,
		     s->posted.published.devices == 1 ? "" : "s", (double)at->published / 1000);
	if (s->waits_s)
		(void)printf("each device carries it out %u s after it has accepted it\n",
			     s->waits_s);
	if (!s->o->wait)
		return 0;
	if (at->delivered)
		(void)printf("delivered after %.1f ms\n", (double)at->delivered / 1000);
	return table_print(stdout, deliveries, columns, ARRAY_SIZE(columns), "no deliveries", err);
}

/* One signature is not enough: the others' is what it waits for. */
static int print_pending(const struct sending *s, struct error *err)
{
	auto_json json_t *v = NULL;

	if (s->o->json) {
		v = json_pack("{s:s, s:s, s:b, s:i}", "id", s->posted.published.id, "command",
			      s->function->key, "pending", 1, "devices",
			      (int)s->document.command.targets.n);
		return v ? print_json(v, true, err) : error_oom(err);
	}
	(void)printf("%s %s: signed, and lacks signatures: 'muster approve %s' adds the next\n",
		     s->function->key, s->posted.published.id, s->posted.published.id);
	return 0;
}

/* args: stolen. */
static int send(const struct command_options *o, enum function_id id, json_t *args,
		struct error *err)
{
	CLEANUP(sending_done)
	struct sending s = { .o = o,
			     .function = &functions[id],
			     .document.type = DOCUMENT_COMMAND };
	auto_json json_t *own = args, *deliveries = NULL;
	struct error waited = ERROR_INIT, printed = ERROR_INIT;

	if (!own)
		return error_oom(err);
	if (api_open(o->home, &s.api, err) < 0 ||
	    approval_open(api_home(s.api)->dir, &s.approval, err) < 0 || resolve(&s, err) < 0 ||
	    fill(&s, own, err) < 0 || sign_and_publish(&s, err) < 0)
		return -1;
	if (s.posted.pending)
		return print_pending(&s, err);
	if (o->wait)
		(void)!wait_all(&s, &deliveries, &waited);
	/* What has happened is shown whether or not it was enough. */
	if (print_sent(&s, deliveries, &waited, &printed) < 0 && printed.code)
		waited = printed;
	if (!waited.code)
		return 0;
	*err = waited;
	return -1;
}

static int lock_run(void *options, struct error *err)
{
	const struct command_options *o = options;

	return send(o, FUNCTION_LOCK, json_pack("{s:s*}", "message", o->message), err);
}

static int message_run(void *options, struct error *err)
{
	const struct command_options *o = options;

	return send(o, FUNCTION_MESSAGE, json_pack("{s:s}", "text", o->text), err);
}

static int reboot_run(void *options, struct error *err)
{
	const struct command_options *o = options;
	json_t *args = o->delay ? json_pack("{s:i}", "delaySeconds", (int)o->delay) : json_object();

	return send(o, FUNCTION_REBOOT, args, err);
}

static int sync_run(void *options, struct error *err)
{
	return send(options, FUNCTION_SYNC, json_object(), err);
}

static int query_run(void *options, struct error *err)
{
	return send(options, FUNCTION_QUERY, json_object(), err);
}

static int unenroll_run(void *options, struct error *err)
{
	return send(options, FUNCTION_UNENROLL, json_object(), err);
}

#define OPTIONS_COMMON \
	OPTION(command_options, devices, "device", jmap_strings, "DEVICE", \
	       "ids, host names, or beginnings of either that no other device shares", \
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_TARGETS), \
		OPTION(command_options, wait, "wait", jmap_bool, NULL, \
		       "wait until every device's answer is committed on the server, and say how " \
		       "long it took"), \
		OPTION(command_options, timeout, "timeout", cli_duration, "DURATION", \
		       "how long to wait (60s)", .min = 1, .max = LIFETIME_S), \
		OPTION(command_options, expires, "expires", cli_duration, "DURATION", \
		       "a device that hears of it later does not obey (24h)", .min = 1, \
		       .max = LIFETIME_S), \
		OPTION(command_options, yes_unlisted, "yesUnlisted", jmap_bool, NULL, \
		       "sign for a device that your roster has otherwise too"), \
		OPTION_HOME(command_options), OPTION_JSON(command_options)

/* One command: its own options come first. */
#define COMMAND(id, verb, text, more, example, ...) \
	static const struct jmap id##_fields[] = { __VA_ARGS__ OPTIONS_COMMON }; \
	static const struct jmap_table id##_command_table = \
		JMAP_TABLE("device " verb, "", id##_fields, struct command_options); \
	static const char *const id##_examples[] = { example, NULL }; \
	const struct opt_command command_device_##id = { \
		.name = "device " verb, \
		.doc = text, \
		.details = more, \
		.examples = id##_examples, \
		.options = &id##_command_table, \
		.run = id##_run, \
	};

COMMAND(lock, "lock", "lock every session of the devices, now",
	"The command is signed on this machine with your key. 'delivered' means that the device "
	"has "
	"recorded that it acted, and that the server has committed the record; 'proven' that a "
	"locker "
	"in the user's session has confirmed it.",
	"muster device lock kiosk-7 --wait",
	OPTION(command_options, message, "message", jmap_text, "TEXT",
	       "shown with the lock, where the device can", .min = 1, .max = LIMIT_TEXT), )
COMMAND(message, "message", "show a text to everyone who is logged in", NULL,
	"muster device message kiosk-7 --text 'Maintenance at 18:00'",
	OPTION(command_options, text, "text", jmap_text, "TEXT", "what to show",
	       .flags = JMAP_REQUIRED, .min = 1, .max = LIMIT_TEXT), )
COMMAND(reboot, "reboot", "restart the devices", NULL, "muster device reboot kiosk-7 --delay 5m",
	OPTION(command_options, delay, "delay", cli_duration, "DURATION",
	       "wait so long before (none)", .max = LIFETIME_S), )
COMMAND(sync, "sync", "make the devices check in at once", NULL,
	"muster device sync kiosk-7 --wait", )
COMMAND(query, "query", "make the devices report their state at once", NULL,
	"muster device query kiosk-7 --wait", )
COMMAND(unenroll, "unenroll", "take the devices out of management: every setting is undone",
	"A destructive command: the device waits as long as its trust document says before it "
	"obeys.",
	"muster device unenroll kiosk-7 --yes",
	OPTION(command_options, yes, "yes", jmap_bool, NULL, "sign it without asking further"), )
