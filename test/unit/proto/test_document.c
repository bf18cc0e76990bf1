/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "proto/document.h"
#include "proto/enrollment.h"
#include "proto/record.h"

static void load(const char *name, struct buf *out)
{
	struct error err = ERROR_INIT;
	char path[512];

	CHECK_OK(path_format(path, sizeof(path), &err, "%s/golden/document/%s.json",
			     getenv("MUSTER_TEST_SOURCE"), name),
		 err);
	CHECK_OK(file_read(path, LIMIT_DOCUMENT_CONTENT, out, &err), err);
}

static void golden(void)
{
	for (int t = DOCUMENT_NONE + 1; t < DOCUMENT_MAX_; t++) {
		struct error err = ERROR_INIT;
		auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
		auto_document struct document d = { 0 };

		load(document_type_name((enum document_type)t), &in);
		CHECK_OK(document_read(in.data, in.len, &d, &err), err);
		CHECK((int)d.type == t && d.header.type == t);
		CHECK_OK(document_write(&d, &out, &err), err);
		CHECK_STR((const char *)out.data, (const char *)in.data);
	}
}

/* Replaces the first `from` of a golden document by `to`; what comes out must not be read. */
static const struct {
	const char *document, *from, *to, *says;
} bad[] = {
	{ "policy", "\"type\":\"policy\"", "\"type\":\"policies\"", "'type'" },
	{ "policy", ",\"type\":\"policy\"", "", "'type'" },
	{ "policy", "\"type\":\"policy\"", "\"type\":\"command\"", "unknown key" },
	{ "policy", "\"serial\":7", "\"serial\":0", "'serial'" },
	{ "policy", "\"serial\":7,", "", "'serial': missing" },
	{ "policy", "2027-11-23", "2025-11-23", "'notAfter'" },
	{ "policy", "\"loginBanner\":{", "\"loginBaner\":{", "loginBaner" },
	{ "policy", "\"passwordMinimumLength\":14", "\"passwordMinimumLength\":-1",
	  "passwordMinimumLength" },
	{ "policy", "\"policy\"}", "\"policy\",\"x\":1}", "'x': unknown key" },
	{ "command", "\"command\":\"lock\"", "\"command\":\"format\"", "format" },
	{ "command", "\"args\":{}", "\"args\":{\"now\":true}", "now" },
	{ "command", "\"targets\":[{", "\"targets\":[{\"all\":true,", "'targets[0].all'" },
	{ "command", "2026-11-24", "2026-11-23", "'notAfter'" },
	{ "head", "2026-11-24T12:00:00Z", "2026-11-24T12:00:01Z", "'notAfter'" },
	{ "trust", "\"authority\":1", "\"authority\":2", "'quorum': 2 persons must sign, 1" },
	{ "trust", "\"authority\":1", "\"authority\":0", "'quorum.authority'" },
	{ "trust", "\"version\":1", "\"version\":0", "'version'" },
	{ "assignment", "\"enterprise\",", "\"rented\",", "'ownership'" },
};

static void strict(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;
		auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
		auto_document struct document d = { 0 };
		const char *at;

		load(bad[i].document, &in);
		at = strstr((const char *)in.data, bad[i].from);
		CHECK(at != NULL);
		if (!at)
			continue;
		CHECK_OK(buf_append(&out, in.data, (size_t)(at - (const char *)in.data), &err),
			 err);
		CHECK_OK(buf_puts(&out, bad[i].to, &err), err);
		CHECK_OK(buf_puts(&out, at + strlen(bad[i].from), &err), err);
		CHECK(document_read(out.data, out.len, &d, &err) < 0);
		if (!strstr(err.msg, bad[i].says)) {
			printf("# %s -> %s: '%s'\n", bad[i].from, bad[i].to, err.msg);
			CHECK(!"the message names the key");
		}
	}
}

static void twice_listed(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf in = BUF_INIT;
	auto_document struct document d = { 0 };
	char *b;

	load("trust", &in);
	b = strstr((char *)in.data, "bbbbbbbb");
	CHECK(b != NULL);
	memset(b ? b : (char *)in.data, 'a', 64);
	CHECK_ERROR(document_read(in.data, in.len, &d, &err), err, ERROR_INVALID);
	CHECK(strstr(err.msg, "listed twice"));
}

static void payload(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
	auto_enrollment struct enrollment e = { 0 }, none = { 0 };

	load("enrollment", &in);
	CHECK_OK(enrollment_read(in.data, in.len, &e, &err), err);
	CHECK_OK(enrollment_write(&e, &out, &err), err);
	CHECK_STR((const char *)out.data, (const char *)in.data);
	memcpy(strstr((char *)in.data, "https"), "http_", 5);
	CHECK_ERROR(enrollment_read(in.data, in.len, &none, &err), err, ERROR_INVALID);
}

static void record(void)
{
	struct error err = ERROR_INIT;
	auto_buf struct buf in = BUF_INIT, out = BUF_INIT;
	auto_record struct record r = { 0 };

	load("record", &in);
	CHECK_OK(record_read(in.data, in.len, &r, &err), err);
	CHECK(r.event == AUDIT_POLICY_APPLIED && r.outcome == OUTCOME_SUCCESS);
	CHECK_OK(record_write(&r, &out, &err), err);
	CHECK_STR((const char *)out.data, (const char *)in.data);
}

static void catalogue(void)
{
	for (int i = AUDIT_NONE + 1; i < AUDIT_MAX_; i++) {
		const struct audit_row *row = audit_row((enum audit_event)i);

		CHECK(row && audit_find(row->name) == (enum audit_event)i);
		CHECK(row && strlen(row->message_id) == 32 && row->requirement[0]);
		for (int k = i + 1; k < AUDIT_MAX_; k++)
			CHECK(strcmp(row->message_id, audit_row((enum audit_event)k)->message_id) !=
			      0);
	}
	CHECK(!audit_row(AUDIT_NONE) && !audit_row(AUDIT_MAX_) && audit_find("x") == AUDIT_NONE);
}

static const struct check_case cases[] = {
	{ "document: each type comes back from its golden bytes", golden },
	{ "document: what does not fit is refused, and the key is named", strict },
	{ "document: a server's key is never a person's too", twice_listed },
	{ "enrollment: the payload comes back, and only https is taken", payload },
	{ "record: comes back from its golden bytes", record },
	{ "FAU_GEN.1: every event has its own message id and requirement", catalogue },
};
CHECK_MAIN(cases)
