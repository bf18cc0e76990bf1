/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: the server's records and those of the devices. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/api.h"
#include "cli/api_status.h"
#include "cli/cli.h"
#include "cli/home.h"
#include "cli/proof.h"
#include "cli/table.h"

enum {
	FOLLOW_PAUSE_S = 1,
	SEQ_SIZE = 24,
	RECORDS_FILE_MAX = 256 << 20, /* a file of records: some 300 000 */
};

struct records_options {
	char *home, *device, *event, *after, *from, *anchor;
	int64_t since;
	uint32_t limit;
	bool follow, verify, json;
};

static int page(struct api *api, const struct records_options *o, const char *after, json_t **ret,
		struct error *err)
{
	char device[3 * LIMIT_NAME], event[3 * LIMIT_NAME], since[40] = "";
	struct tm tm;
	time_t t = (time_t)o->since;

	if (query_escape(o->device ? o->device : "", device, sizeof(device), err) < 0 ||
	    query_escape(o->event ? o->event : "", event, sizeof(event), err) < 0)
		return -1;
	if (o->since && gmtime_r(&t, &tm))
		(void)strftime(since, sizeof(since), "&since=%Y-%m-%dT%H%%3A%M%%3A%SZ", &tm);
	return api_get(api, &admin_records_table, ret, err,
		       "/api/v1/records?limit=%u%s%s%s%s%s%s%s", o->limit ? o->limit : LIMIT_PAGE,
		       device[0] ? "&device=" : "", device, event[0] ? "&type=" : "", event, since,
		       after[0] ? "&after=" : "", after);
}

/* A page for people, or a line a record for scripts that follow. */
static int print_page(const struct records_options *o, const json_t *records, struct error *err)
{
	static const struct column columns[] = {
		{ "SEQ", "seq" },	{ "TIME", "time" },	  { "DEVICE", "device" },
		{ "EVENT", "event" },	{ "OUTCOME", "outcome" }, { "SUBJECT", "subject" },
		{ "REASON", "reason" }, { "PROOF", "proof" },
	};
	json_t *row;
	size_t i;

	if (!o->json)
		return table_print(stdout, records, columns, ARRAY_SIZE(columns) - !o->verify,
				   "no records", err);
	json_array_foreach (records, i, row) {
		if (print_json(row, true, err) < 0)
			return -1;
	}
	return 0;
}

/* Where the next page begins: behind the last row. */
static void advance(const json_t *records, char after[SEQ_SIZE])
{
	const json_t *last = json_array_get(records, json_array_size(records) - 1);

	if (last)
		(void)snprintf(after, SEQ_SIZE, "%lld",
			       (long long)json_integer_value(json_object_get(last, "seq")));
}

/* Every record from `after` on, page after page; a list, which may be empty. */
static int all_pages(struct api *api, const struct records_options *o, char after[SEQ_SIZE],
		     json_t **ret, struct error *err)
{
	auto_json json_t *all = json_array();
	size_t n;

	do {
		auto_json json_t *answer = NULL;
		json_t *rows;

		if (page(api, o, after, &answer, err) < 0)
			return -1;
		rows = json_object_get(answer, "records");
		n = json_array_size(rows);
		if (n > 0 && json_array_extend(all, rows) < 0)
			return error_oom(err);
		advance(rows, after);
	} while (n > 0 && !o->limit); /* a page may be shorter than asked */
	*ret = STEAL(all);
	return 0;
}

static int follow(struct api *api, const struct records_options *o, char after[SEQ_SIZE],
		  struct error *err)
{
	for (;;) {
		auto_json json_t *rows = NULL;

		if (all_pages(api, o, after, &rows, err) < 0)
			return -1;
		if (json_array_size(rows) > 0 && print_page(o, rows, err) < 0)
			return -1;
		if (fflush(stdout) != 0)
			return error_errno(err, errno, "writing the output");
		(void)nanosleep(&(struct timespec){ .tv_sec = FOLLOW_PAUSE_S }, NULL);
	}
}

/* ---- --verify ---- */

static int anchors_of(const struct records_options *o, struct seal_judgement *j, struct certs **ret,
		      struct error *err)
{
	char path[HOME_PATH_SIZE];
	auto_home struct home h = { 0 };

	if (o->anchor)
		return certs_load(o->anchor, ret, err);
	if (home_open(o->home, &h, err) < 0 || home_path(h.dir, path, err, "device.crt") < 0)
		return -1;
	/* Homes that an older muster made have it in the tree that is deployed. */
	if (!file_exists(path) && home_path(h.dir, path, err, "channel/issuers/device.crt") < 0)
		return -1;
	j->cnsa = api_profile(&h) == TLS_CNSA;
	if (certs_load(path, ret, err) < 0)
		return error_wrap(err, "the issuer of devices' certificates (--anchor FILE)");
	return 0;
}

/* Whole trails, from the server or from what was saved of it: proofs know no filter. */
static int whole_trails(const struct records_options *o, json_t **ret, struct error *err)
{
	const struct records_options all = { .device = o->device };
	auto_api struct api *api = NULL;
	auto_buf struct buf text = BUF_INIT;
	auto_json json_t *saved = NULL;
	char after[SEQ_SIZE] = "";

	if (!o->from) {
		if (api_open(o->home, &api, err) < 0)
			return -1;
		return all_pages(api, &all, after, ret, err);
	}
	if (file_read(o->from, RECORDS_FILE_MAX, &text, err) < 0 ||
	    jmap_parse(text.data, text.len, RECORDS_FILE_MAX, &saved, err) < 0)
		return error_wrap(err, "%s", o->from);
	*ret = json_incref(json_object_get(saved, "records"));
	return json_is_array(*ret)
		       ? 0
		       : error_set(err, ERROR_INVALID,
				   "%s: not the output of 'muster records --json'", o->from);
}

static bool wanted(const struct records_options *o, const json_t *row)
{
	const char *event = json_string_value(json_object_get(row, "event"));
	const char *time = json_string_value(json_object_get(row, "time"));
	int64_t at = 0;

	if (o->event && (!event || strcmp(event, o->event) != 0))
		return false;
	if (o->since && (!time || time_parse(time, &at) < 0 || at < o->since))
		return false;
	return !o->after ||
	       json_integer_value(json_object_get(row, "seq")) > strtoll(o->after, NULL, 10);
}

static json_t *pick(const struct records_options *o, const json_t *rows)
{
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (o->limit && json_array_size(list) == o->limit)
			break;
		if (wanted(o, row))
			(void)json_array_append(list, row);
	}
	return list;
}

/* The first trail that is damaged is the command's error. */
static int complain(const json_t *trails, struct error *err)
{
	json_t *t;
	size_t i;

	json_array_foreach (trails, i, t) {
		if (!proof_bad(t))
			continue;
		return error_refuse(err, REASON_DIGEST,
				    "the records of device %s are not whole: %s at %lld",
				    json_string_value(json_object_get(t, "device")),
				    json_string_value(json_object_get(t, "proof")),
				    json_integer_value(json_object_get(t, "at")));
	}
	return 0;
}

static int print_proofs(const struct records_options *o, const json_t *rows, json_t *trails,
			struct error *err)
{
	static const struct column columns[] = {
		{ "DEVICE", "device" }, { "RECORDS", "records" }, { "VERIFIED", "verified" },
		{ "SEALED", "sealed" }, { "PROOF", "proof" },	  { "AT", "at" },
	};
	auto_json json_t *list = pick(o, rows), *whole = NULL;
	struct error bad = ERROR_INIT;

	if (o->json) {
		whole = json_pack("{s:O, s:O}", "records", list, "devices", trails);
		if (!whole)
			return error_oom(err);
		if (complain(trails, &bad) == 0)
			return print_json(whole, true, err);
		*err = bad;
		return print_failed(whole, err);
	}
	if (print_page(o, list, err) < 0)
		return -1;
	(void)putchar('\n');
	if (table_print(stdout, trails, columns, ARRAY_SIZE(columns), "no device has records",
			err) < 0)
		return -1;
	return complain(trails, err);
}

static int verify(const struct records_options *o, struct error *err)
{
	auto_json json_t *rows = NULL, *trails = NULL;
	auto_certs struct certs *anchors = NULL;
	struct seal_judgement j = { 0 };

	if (o->follow)
		return error_set(err, ERROR_INVALID,
				 "--verify looks at whole trails: not with --follow");
	if (anchors_of(o, &j, &anchors, err) < 0 || whole_trails(o, &rows, err) < 0)
		return -1;
	j.anchors = anchors;
	if (proof_judge(rows, &j, &trails, err) < 0)
		return -1;
	return print_proofs(o, rows, trails, err);
}

static int records_run(void *options, struct error *err)
{
	const struct records_options *o = options;
	auto_api struct api *api = NULL;
	auto_json json_t *rows = NULL, *whole = NULL;
	char after[SEQ_SIZE] = "";

	if (o->verify)
		return verify(o, err);
	if (o->from || o->anchor)
		return error_set(err, ERROR_INVALID, "--from and --anchor go with --verify");
	if (o->after)
		(void)snprintf(after, sizeof(after), "%s", o->after);
	if (api_open(o->home, &api, err) < 0)
		return -1;
	if (o->follow)
		return follow(api, o, after, err);
	if (all_pages(api, o, after, &rows, err) < 0)
		return -1;
	if (!o->json)
		return print_page(o, rows, err);
	whole = json_pack("{s:O}", "records", rows);
	return whole ? print_json(whole, true, err) : error_oom(err);
}

static const struct jmap records_fields[] = {
	OPTION(records_options, device, "device", jmap_str, "DEVICE",
	       "only those of this device: its id or host name", .max = LIMIT_NAME),
	OPTION(records_options, event, "event", jmap_str, "EVENT", "only those of this event",
	       .max = LIMIT_NAME),
	OPTION(records_options, since, "since", jmap_time, "TIME",
	       "not older than this, as 2026-11-23T15:48:00Z"),
	OPTION(records_options, after, "after", jmap_str, "SEQ", "only those behind this number",
	       .max = 20),
	OPTION(records_options, limit, "limit", jmap_u32, "NUMBER", "at most so many", .min = 1,
	       .max = LIMIT_PAGE),
	OPTION(records_options, follow, "follow", jmap_bool, NULL, "go on with what comes"),
	OPTION(records_options, verify, "verify", jmap_bool, NULL,
	       "prove the records of devices from their seals: verified, unverified, gap or "
	       "broken; exit status 1 where a trail is damaged"),
	OPTION(records_options, from, "from", jmap_path, "FILE",
	       "with --verify: records that 'muster records --json' has printed, instead of the "
	       "server's"),
	OPTION(records_options, anchor, "anchor", jmap_path, "FILE",
	       "with --verify: the issuer of devices' certificates (HOME/device.crt)"),
	OPTION_HOME(records_options),
	OPTION(records_options, json, "json", jmap_bool, NULL,
	       "print JSON on one line, for scripts; with --follow, a line a record"),
};
static const struct jmap_table records_table =
	JMAP_TABLE("records", "", records_fields, struct records_options);
static const char *const records_examples[] = {
	"muster records --device kiosk-7",
	"muster records --verify --device kiosk-7",
	"muster records --follow --json | jq 'select(.outcome == \"failure\")'",
	NULL,
};

const struct opt_command command_records = {
	.name = "records",
	.doc = "show audit records and alerts, of the server and of devices",
	.examples = records_examples,
	.options = &records_table,
	.run = records_run,
};
