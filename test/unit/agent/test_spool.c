/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager/spool.h"

#include <stdlib.h>

#include "agent/manager/documents.h"
#include "agent/manager/journal.h"
#include "agent/manager/known.h"
#include "agent/manager/membership.h"
#include "agent/manager/queue.h"
#include "agent/manager/settings.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "check.h"
#include "proto/checkin.h"
#include "proto/document.h"

#define ENTERPRISE "6f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define OTHER "7f0c6a3e-8f6a-4f9e-9a53-0d1f3a3c9b11"
#define ID "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66"
#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct sqlite *open_spool(void)
{
	struct sqlite *db = NULL;
	struct error err = ERROR_INIT;

	CHECK_OK(spool_open(":memory:", &db, &err), err);
	return db;
}

static void values(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_buf struct buf data = BUF_INIT;
	struct error err = ERROR_INIT;
	int64_t n = -1;

	CHECK_OK(spool_number(db, "after", &n, &err), err);
	CHECK(n == 0);
	CHECK_OK(spool_set_number(db, "after", 7, &err), err);
	CHECK_OK(spool_set_number(db, "after", 9, &err), err);
	CHECK_OK(spool_number(db, "after", &n, &err), err);
	CHECK(n == 9);
	CHECK_OK(spool_data(db, "after", &data, &err), err);
	CHECK(data.len == 0);
	CHECK_OK(spool_set_data(db, "x", "ab", 2, &err), err);
	CHECK_OK(spool_data(db, "x", &data, &err), err);
	CHECK(data.len == 2);
}

static void newer_schema(void)
{
	char path[] = "/tmp/muster-spool.XXXXXX";
	struct sqlite *db = NULL;
	struct error err = ERROR_INIT;
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	CHECK_OK(spool_open(path, &db, &err), err);
	CHECK_OK(sqlite_exec(db, "PRAGMA user_version = 99", &err), err);
	db = sqlite_free(db);
	CHECK_ERROR(spool_open(path, &db, &err), err, ERROR_CONFLICT);
	(void)unlink(path);
}

/* ---- journal ---- */

static int collect(const struct journal_record *r, void *userdata, struct error *err)
{
	return buf_printf(userdata, err, "%u:%s=%.*s ", r->seq, r->object, (int)r->content.len,
			  (char *)r->content.data);
}

static void expect_run(struct sqlite *db, int64_t run, const char *want)
{
	auto_buf struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(journal_each(db, run, collect, &text, &err), err);
	CHECK_STR(text.data ? (char *)text.data : "", want);
}

static void add(struct sqlite *db, int64_t run, uint32_t seq, const char *object,
		const char *record)
{
	const struct journal_record r = { seq, "loginBanner", object,
					  BUF_VIEW(record, strlen(record)) };
	struct error err = ERROR_INIT;

	CHECK_OK(journal_add(db, run, &r, &err), err);
}

static void journal_runs(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	struct error err = ERROR_INIT;
	char document[UUID_SIZE];
	int64_t run = 0, open = 0;
	uint32_t n = 0;

	CHECK_OK(journal_begin(db, ID, &run, &err), err);
	CHECK_ERROR(journal_begin(db, ID, &open, &err), err, ERROR_CONFLICT);
	CHECK_OK(journal_open_run(db, &open, document, &err), err);
	CHECK(open == run);
	CHECK_STR(document, ID);
	add(db, run, 1, "file:/a", "old");
	add(db, run, 2, "file:/b", "old");
	add(db, run, 3, "file:/a", "later");
	expect_run(db, run, "3:file:/a=later 2:file:/b=old 1:file:/a=old ");
	CHECK_OK(journal_commit(db, run, &err), err);
	expect_run(db, JOURNAL_BASE, "2:file:/b=old 1:file:/a=old ");
	CHECK_OK(journal_open_run(db, &open, NULL, &err), err);
	CHECK(open == 0);

	/* The base keeps how things were before the very first policy. */
	CHECK_OK(journal_begin(db, ID, &run, &err), err);
	add(db, run, 1, "file:/b", "second");
	add(db, run, 2, "file:/c", "new");
	CHECK_OK(journal_commit(db, run, &err), err);
	expect_run(db, JOURNAL_BASE, "4:file:/c=new 2:file:/b=old 1:file:/a=old ");
	CHECK_OK(journal_count(db, JOURNAL_BASE, &n, &err), err);
	CHECK(n == 3);

	/* What belongs to no setting in force is the user's again. */
	CHECK_OK(settings_put(db,
			      &(struct work_state){ .key = (char *)"loginBanner",
						    .state = (char *)"enforced" },
			      &err),
		 err);
	CHECK_OK(journal_release(db, &err), err);
	CHECK_OK(journal_count(db, JOURNAL_BASE, &n, &err), err);
	CHECK(n == 3);
	CHECK_OK(settings_clear(db, &err), err);
	CHECK_OK(journal_release(db, &err), err);
	expect_run(db, JOURNAL_BASE, "");
}

static void journal_undone(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	struct error err = ERROR_INIT;
	int64_t run = 0;

	CHECK_OK(journal_begin(db, ID, &run, &err), err);
	add(db, run, 1, "file:/a", "old");
	CHECK_OK(journal_drop(db, run, &err), err);
	expect_run(db, run, "");
	expect_run(db, JOURNAL_BASE, "");
	CHECK_OK(journal_begin(db, ID, &run, &err), err);
}

/* ---- what is known ---- */

static uint64_t floor_of(struct sqlite *db, const struct known_name *n, const char *sha256)
{
	struct error err = ERROR_INIT;
	uint64_t number = 99;

	CHECK_OK(known_floor(db, n, sha256, &number, &err), err);
	return number;
}

static void floors(void)
{
	static const struct known_name mine = { ENTERPRISE, KNOWN_POLICY, "default" };
	static const struct known_name other = { OTHER, KNOWN_POLICY, "default" };
	static const struct known_name issuer = { ENTERPRISE, KNOWN_CRL, DIGEST };
	auto_sqlite struct sqlite *db = open_spool();
	struct error err = ERROR_INIT;
	struct jmap_list list = { 0 };

	CHECK(floor_of(db, &mine, NULL) == 0);
	CHECK_OK(known_raise(db, &mine, 5, DIGEST, &err), err);
	CHECK_OK(known_raise(db, &mine, 3, ID, &err), err);
	CHECK(floor_of(db, &mine, NULL) == 5);
	CHECK(floor_of(db, &other, NULL) == 0);
	/* The same document may come again; another with its number may not. */
	CHECK(floor_of(db, &mine, DIGEST) == 4);
	CHECK(floor_of(db, &mine, ID) == 5);
	CHECK_OK(membership_erase(db, &err), err);
	CHECK(floor_of(db, &mine, NULL) == 5);
	CHECK_OK(known_raise(db, &issuer, 2, NULL, &err), err);
	CHECK_OK(known_crl_floors(db, ENTERPRISE, &list, &err), err);
	CHECK(list.n == 1 && ((struct verify_floor *)list.items)->number == 2);
	free(list.items);
}

static void commands(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	struct error err = ERROR_INIT;
	bool used = true, cancelled = true;

	CHECK_OK(known_command(db, ENTERPRISE, ID, &used, &cancelled, &err), err);
	CHECK(!used && !cancelled);
	CHECK_OK(known_use(db, ENTERPRISE, ID, true, 100, &err), err);
	CHECK_OK(known_command(db, ENTERPRISE, ID, &used, &cancelled, &err), err);
	CHECK(!used && cancelled);
	CHECK_OK(known_use(db, ENTERPRISE, ID, false, 100, &err), err);
	CHECK_OK(known_use(db, ENTERPRISE, ID, true, 100, &err), err);
	CHECK_OK(known_command(db, ENTERPRISE, ID, &used, &cancelled, &err), err);
	CHECK(used && !cancelled);
	CHECK_OK(known_expire(db, 100, &err), err);
	CHECK_OK(known_command(db, ENTERPRISE, ID, &used, &cancelled, &err), err);
	CHECK(used);
	CHECK_OK(known_expire(db, 101, &err), err);
	CHECK_OK(known_command(db, ENTERPRISE, ID, &used, &cancelled, &err), err);
	CHECK(!used);
}

static void crls(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_buf struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;

	char *issuer = (char *)DIGEST;
	const struct strings anchors = { &issuer, 1 };
	struct jmap_list floors = { 0 };

	CHECK_OK(known_put_crl(db, DIGEST, 4, &BUF_VIEW("new", 3), &err), err);
	CHECK_OK(known_put_crl(db, DIGEST, 3, &BUF_VIEW("old", 3), &err), err);
	CHECK_OK(known_crls(db, &out, &err), err);
	CHECK_STR((char *)out.data, "new");
	/* Of two anchors, one does not replace the other's. */
	CHECK_OK(known_put_crl(db, "other", 1, &BUF_VIEW("two", 3), &err), err);
	buf_done(&out);
	CHECK_OK(known_crls(db, &out, &err), err);
	CHECK(out.len == 6);
	for (int i = 0; i < 2; i++)
		CHECK_OK(known_raise(db,
				     &(struct known_name){ ENTERPRISE, KNOWN_CRL,
							   i ? DIGEST : "other" },
				     4, NULL, &err),
			 err);
	CHECK_OK(known_anchors(db, ENTERPRISE, &anchors, &err), err);
	buf_done(&out);
	CHECK_OK(known_crls(db, &out, &err), err);
	CHECK_STR((char *)out.data, "new");
	CHECK_OK(known_crl_floors(db, ENTERPRISE, &floors, &err), err);
	CHECK(floors.n == 1);
	free(floors.items);
}

/* ---- records ---- */

static void chain(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_buf struct buf out = BUF_INIT;
	struct records_request rq = { 0 };
	struct error err = ERROR_INIT;
	struct error why = { .code = ERROR_REFUSED, .reason = REASON_SERIAL, .msg = "serial 1" };
	const struct record *r;
	auto_buf struct buf first = BUF_INIT;
	char digest[SHA256_HEX_SIZE];
	uint64_t number = 9;
	size_t n = 9;

	CHECK_OK(queue_batch(db, &(struct buf)BUF_INIT, &out, &n, &err), err);
	CHECK(n == 0);
	buf_done(&out);
	CHECK_OK(queue_add(db, &(struct queue_entry){ .event = AUDIT_AGENT_STARTED }, &err), err);
	CHECK_OK(queue_add(db,
			   &(struct queue_entry){ .event = AUDIT_INSTRUCTION_REFUSED,
						  .subject = "server",
						  .why = &why },
			   &err),
		 err);
	CHECK_OK(queue_batch(db, &(struct buf)BUF_INIT, &out, &n, &err), err);
	CHECK(n == 2);
	CHECK_OK(queue_number(db, 2, &number, &err), err);
	CHECK(number == 2);
	CHECK_OK(queue_number(db, 3, &number, &err), err);
	CHECK(number == 0);
	CHECK_OK(jmap_read(out.data, out.len, LIMIT_IPC_BLOB, &records_request_table, &rq, &err),
		 err);
	r = rq.records.items;
	CHECK(rq.records.n == 2 && r[0].sequence == 1 && r[1].sequence == 2);
	CHECK_STR(r[1].reason, "serial");
	CHECK_STR(r[1].text, "serial 1");
	CHECK(r[1].outcome == OUTCOME_FAILURE && !r[0].previous[0]);
	CHECK_OK(record_write(&r[0], &first, &err), err);
	hash_sha256_hex(first.data, first.len, digest);
	CHECK_STR(r[1].previous, digest);
	jmap_done(&records_request_table, &rq);
	CHECK_OK(queue_stored(db, 1, &err), err);
	buf_done(&out);
	CHECK_OK(queue_batch(db, &(struct buf)BUF_INIT, &out, &n, &err), err);
	CHECK(n == 1);
}

static void overflow(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_buf struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	int64_t n = 0;
	size_t batch = 0;

	CHECK_OK(sqlite_exec(db,
			     "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c"
			     " WHERE x < 20000) INSERT INTO record SELECT x, x'7b7d' FROM c",
			     &err),
		 err);
	CHECK_OK(spool_set_number(db, "record-sequence", LIMIT_QUEUE, &err), err);
	/* Whoever provokes records erases none that was there; what always counts has room. */
	CHECK_OK(queue_add(db, &(struct queue_entry){ .event = AUDIT_CHANNEL_OPENED }, &err), err);
	CHECK_OK(queue_add(db, &(struct queue_entry){ .event = AUDIT_CHANNEL_CLOSED }, &err), err);
	CHECK_OK(queue_add(db, &(struct queue_entry){ .event = AUDIT_AGENT_STARTED }, &err), err);
	CHECK_OK(queue_length(db, &n, &err), err);
	CHECK(n == LIMIT_QUEUE + 1);
	CHECK_OK(queue_stored(db, LIMIT_QUEUE, &err), err);
	CHECK_OK(queue_add(db, &(struct queue_entry){ .event = AUDIT_CHANNEL_OPENED }, &err), err);
	CHECK_OK(queue_batch(db, &(struct buf)BUF_INIT, &out, &batch, &err), err);
	CHECK(batch == 3 && strstr((char *)out.data, "records-lost") &&
	      strstr((char *)out.data, "\"lost\":2"));
}

/* ---- documents, settings, membership ---- */

static const char assignment[] =
	"{\"device\":\"" ID "\",\"enrollment\":\"" OTHER "\",\"enterprise\":\"" ENTERPRISE
	"\",\"groups\":[\"all\"],\"id\":\"" ID
	"\",\"ownership\":\"enterprise\",\"serial\":1,\"stream\":\"default\","
	"\"type\":\"assignment\"}";

static void roles(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_document struct document d = { 0 };
	const struct buf bytes = BUF_VIEW(assignment, sizeof(assignment) - 1);
	struct error err = ERROR_INIT;
	char sha256[SHA256_HEX_SIZE] = "";
	bool found = true;

	CHECK_OK(documents_get(db, ROLE_ASSIGNMENT, &d, NULL, &found, &err), err);
	CHECK(!found);
	CHECK_OK(documents_put(db, ROLE_WANTED, ID, DIGEST, &bytes, &err), err);
	CHECK_OK(documents_promote(db, &err), err);
	CHECK_OK(documents_get(db, ROLE_WANTED, &d, NULL, &found, &err), err);
	CHECK(!found);
	CHECK_OK(documents_get(db, ROLE_POLICY, &d, sha256, &found, &err), err);
	CHECK(found && d.type == DOCUMENT_ASSIGNMENT && d.assignment.serial == 1);
	CHECK_STR(sha256, DIGEST);
	CHECK_OK(documents_known(db, DIGEST, &found, &err), err);
	CHECK(found);
	CHECK_OK(documents_drop(db, ROLE_POLICY, &err), err);
	CHECK_OK(documents_known(db, DIGEST, &found, &err), err);
	CHECK(!found);
	CHECK_OK(documents_chain(db, 1, DIGEST, &bytes, &err), err);
	CHECK_OK(documents_known(db, DIGEST, &found, &err), err);
	CHECK(found);
}

static void states(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	CLEANUP(settings_list_done) struct jmap_list l = { 0 };
	struct work_state s = { .key = (char *)"loginBanner",
				.state = (char *)"enforced",
				.wanted = (char *)"a text",
				.read_back = (char *)"a text",
				.by = (char *)"agetty" };
	enum setting_state state = SETTING_NONE;
	struct error err = ERROR_INIT;

	CHECK_OK(settings_put(db, &s, &err), err);
	CHECK_OK(settings_state(db, "loginBanner", &state, &err), err);
	CHECK(state == SETTING_ENFORCED);
	CHECK_OK(settings_state(db, "other", &state, &err), err);
	CHECK(state == SETTING_NONE);
	CHECK_OK(settings_list(db, &l, &err), err);
	CHECK(l.n == 1);
	CHECK_STR(((struct setting_status *)l.items)->by, "agetty");
	s.state = (char *)"applied";
	CHECK_ERROR(settings_put(db, &s, &err), err, ERROR_INVALID);
}

static void memberships(void)
{
	auto_sqlite struct sqlite *db = open_spool();
	auto_membership struct membership none = { 0 };
	auto_membership struct membership back = { 0 };
	struct error err = ERROR_INIT;
	struct membership m = { .enterprise = ENTERPRISE,
				.device = ID,
				.device_url = (char *)"https://mdm.example:8443",
				.reference = (char *)"mdm.example",
				.ownership = OWNERSHIP_PERSONAL,
				.since = 1000,
				.certificate = BUF_VIEW("cert", 4) };

	CHECK_OK(membership_load(db, &none, &err), err);
	CHECK(!none.enterprise[0]);
	CHECK_OK(membership_save(db, &m, &err), err);
	CHECK_OK(membership_load(db, &back, &err), err);
	CHECK_STR(back.reference, "mdm.example");
	CHECK(back.ownership == OWNERSHIP_PERSONAL && back.certificate.len == 4);
	membership_done(&back);
	CHECK_OK(membership_erase(db, &err), err);
	CHECK_OK(membership_load(db, &back, &err), err);
	CHECK(!back.enterprise[0]);
}

static void older_schema(void)
{
	char path[] = "/tmp/muster-spool.XXXXXX";
	struct sqlite *db = NULL;
	struct error err = ERROR_INIT;
	int fd = mkstemp(path);
	int64_t n = 0;

	CHECK(fd >= 0 && close(fd) == 0);
	CHECK_OK(spool_open(path, &db, &err), err);
	CHECK_OK(spool_set_number(db, "after", 7, &err), err);
	CHECK_OK(sqlite_exec(db, "DROP TABLE ledger; PRAGMA user_version = 1", &err), err);
	db = sqlite_free(db);
	CHECK_OK(spool_open(path, &db, &err), err);
	CHECK_OK(spool_number(db, "after", &n, &err), err);
	CHECK(n == 7);
	CHECK_OK(sqlite_run_int(db, "SELECT count(*) FROM ledger", NULL, &n, &err), err);
	CHECK(n == 0);
	db = sqlite_free(db);
	(void)unlink(path);
}

static const struct check_case cases[] = {
	{ "spool: single values", values },
	{ "spool: a newer schema is refused", newer_schema },
	{ "spool: an older schema is brought up to date, and keeps what it has", older_schema },
	{ "journal: a run joins the base, which keeps how things were first", journal_runs },
	{ "journal: what was undone is forgotten", journal_undone },
	{ "A-POL-5: serials only rise, per enterprise, and outlive the enrollment", floors },
	{ "known: a command is used once, and cancelled only before", commands },
	{ "known: an older revocation list does not replace a newer", crls },
	{ "A-GEN-1: records are numbered and chained", chain },
	{ "A-ALT-5: a full queue keeps what it has, and says what it lost", overflow },
	{ "documents: roles, and identical bytes", roles },
	{ "settings: states are kept, unknown ones refused", states },
	{ "membership: kept whole, and erased", memberships },
};

CHECK_MAIN(cases)
