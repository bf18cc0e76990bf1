/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns around instructions: instruction, delivery, setting, record. */
#include "fixture.h"

#include "store/delivery.h"
#include "store/instruction.h"
#include "store/record.h"
#include "store/setting.h"

static struct stored_instruction document(const char *id, const char *type, uint64_t serial)
{
	struct stored_instruction i = {
		.type = (char *)type,
		.stream = (char *)"kiosk",
		.serial = serial,
		.published_by = (char *)"ada",
		.published = NOW,
		.der = BUF_VIEW("document", 8),
	};

	strcpy(i.id, id);
	strcpy(i.digest, DIGEST("d"));
	return i;
}

static void open_with_device(struct fixture *f)
{
	struct error err = ERROR_INIT;
	struct device d = fixture_device(ID_B, ID_C, DIGEST("c"));

	fixture_open(f);
	CHECK_OK(device_put(f->db, &d, &err), err);
}

static void instructions(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct stored_instruction i = document(ID_A, "policy", 1), got;
	struct admin_query q = { .limit = 10 };
	struct admin_instructions list = { 0 };
	auto_buf struct buf der = BUF_INIT;

	open_with_device(&f);
	CHECK_OK(instruction_put(f.db, &i, &err), err);
	CHECK_ERROR(instruction_put(f.db, &i, &err), err, ERROR_CONFLICT);
	i = document(ID_B, "policy", 2);
	CHECK_OK(instruction_put(f.db, &i, &err), err);
	CHECK_OK(instruction_get_der(f.db, ID_A, &der, &err), err);
	CHECK(der.len == 8);
	CHECK_OK(instruction_newest(f.db, "policy", "kiosk", &got, &err), err);
	CHECK_STR(got.id, ID_B);
	instruction_done(&got);
	CHECK_ERROR(instruction_newest(f.db, "policy", "desk", &got, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(instruction_get(f.db, ID_D, &got, &err), err, ERROR_NOT_FOUND);
	q.device = (char *)ID_B;
	CHECK_OK(instruction_list(f.db, NULL, &q, &list, &err), err);
	CHECK(list.instructions.n == 0); /* nothing was delivered to it */
	q = (struct admin_query){ .limit = 1 };
	CHECK_OK(instruction_list(f.db, NULL, &q, &list, &err), err);
	CHECK(list.instructions.n == 1);
	CHECK_STR(((struct admin_instruction *)list.instructions.items)->id, ID_B);
	jmap_done(&admin_instructions_table, &list);
	q.after = (char *)ID_B; /* published in the same second */
	CHECK_OK(instruction_list(f.db, NULL, &q, &list, &err), err);
	CHECK(list.instructions.n == 1);
	CHECK_STR(((struct admin_instruction *)list.instructions.items)->id, ID_A);
	jmap_done(&admin_instructions_table, &list);
	fixture_close(&f);
}

static const char *delivery_state(struct db *db, char *text, size_t size)
{
	struct jmap_list list = { 0 };
	struct error err = ERROR_INIT;
	struct admin_device_detail detail = { 0 };

	CHECK_OK(delivery_of_device(db, ID_B, 1, &list, &err), err);
	CHECK(list.n == 1);
	(void)snprintf(text, size, "%s", ((struct admin_delivery *)list.items)->state);
	detail.deliveries = list;
	jmap_done(&admin_device_detail_table, &detail);
	return text;
}

static bool step(struct db *db, const char *instruction, enum delivery_state state)
{
	const struct delivery_step s = { ID_B, instruction, state, "why", NOW };
	struct error err = ERROR_INIT;
	bool changed = false;

	CHECK_OK(delivery_advance(db, &s, &changed, &err), err);
	return changed;
}

static void deliveries(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct stored_instruction a = document(ID_A, "policy", 1), b = document(ID_D, "command", 0);
	struct jmap_list list = { 0 };
	const struct delivery_document *d;
	bool added;
	char state[20];

	open_with_device(&f);
	CHECK_OK(instruction_put(f.db, &a, &err), err);
	CHECK_OK(instruction_put(f.db, &b, &err), err);
	CHECK_OK(delivery_add(f.db, ID_B, ID_A, NOW, &added, &err), err);
	CHECK(added);
	CHECK_OK(delivery_add(f.db, ID_B, ID_A, NOW, &added, &err), err);
	CHECK(!added);
	CHECK_OK(delivery_add(f.db, ID_B, ID_D, NOW, NULL, &err), err);
	CHECK_OK(delivery_after(f.db, ID_B, 0, 10, &list, &err), err);
	d = list.items;
	CHECK(list.n == 2 && d[0].seq == 1 && d[1].seq == 2 && d[1].der.len == 8);
	delivery_documents_done(&list);
	CHECK_OK(delivery_after(f.db, ID_B, 1, 10, &list, &err), err);
	CHECK(list.n == 1);
	delivery_documents_done(&list);
	CHECK_STR(delivery_state(f.db, state, sizeof(state)), "requested");
	CHECK_OK(delivery_sent(f.db, ID_B, 0, 2, NOW, &err), err);
	CHECK_STR(delivery_state(f.db, state, sizeof(state)), "sent");
	CHECK(step(f.db, ID_D, DELIVERY_DELIVERED));
	CHECK_OK(delivery_sent(f.db, ID_B, 0, 2, NOW, &err), err); /* asked again: no step back */
	CHECK_STR(delivery_state(f.db, state, sizeof(state)), "delivered");
	CHECK(step(f.db, ID_D, DELIVERY_PROVEN));
	CHECK_STR(delivery_state(f.db, state, sizeof(state)), "proven");
	CHECK(!step(f.db, ID_D, DELIVERY_FAILED)); /* proven stays */
	CHECK(!step(f.db, ID_C, DELIVERY_PROVEN)); /* never sent to it */
	fixture_close(&f);
}

static void settings(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct setting_status two[] = {
		{ .key = (char *)"loginBanner", .state = SETTING_ENFORCED },
		{ .key = (char *)"systemUpdate", .state = SETTING_ENFORCED },
	};
	struct jmap_list list = { two, 2 };
	struct admin_device_detail detail = { 0 };
	struct admin_setting *rows;

	open_with_device(&f);
	CHECK_OK(setting_replace(f.db, ID_B, &list, NOW, &err), err);
	two[0].state = SETTING_DRIFTED;
	list.n = 1; /* the other is no longer wanted */
	CHECK_OK(setting_replace(f.db, ID_B, &list, NOW + 10, &err), err);
	CHECK_OK(setting_list(f.db, ID_B, &detail.settings, &err), err);
	rows = detail.settings.items;
	CHECK(detail.settings.n == 1 && rows[0].changed == NOW + 10);
	CHECK_STR(rows[0].state, "drifted");
	jmap_done(&admin_device_detail_table, &detail);
	CHECK_OK(setting_replace(f.db, ID_B, &list, NOW + 20, &err), err);
	CHECK_OK(setting_touch(f.db, ID_B, NOW + 30, &err), err);
	CHECK_OK(setting_list(f.db, ID_B, &detail.settings, &err), err);
	rows = detail.settings.items;
	CHECK(rows[0].changed == NOW + 10 && rows[0].checked == NOW + 30);
	jmap_done(&admin_device_detail_table, &detail);
	fixture_close(&f);
}

static void records(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	auto_json json_t *detail = json_pack("{s:s}", "instruction", ID_A);
	struct record r = { .sequence = 1,
			    .id = ID_A,
			    .time = NOW,
			    .event = AUDIT_POLICY_APPLIED,
			    .outcome = OUTCOME_SUCCESS,
			    .subject = (char *)"agent",
			    .detail = detail },
		      own = { .time = NOW,
			      .event = AUDIT_SERVER_STARTED,
			      .outcome = OUTCOME_SUCCESS,
			      .subject = (char *)"server" };
	struct admin_query q = { .limit = 10 };
	struct admin_records list = { 0 };
	const struct admin_record *rows;

	open_with_device(&f);
	CHECK_OK(record_put_device(f.db, ID_B, &r, NOW + 1, &err), err);
	CHECK_ERROR(record_put_device(f.db, ID_B, &r, NOW + 1, &err), err, ERROR_CONFLICT);
	CHECK_OK(record_put_server(f.db, ID_B, &own, &err), err);
	CHECK_OK(record_put_server(f.db, NULL, &own, &err), err);
	CHECK(own.sequence == 2);
	CHECK_OK(record_list(f.db, &q, &list, &err), err);
	rows = list.records.items;
	CHECK(list.records.n == 3 && rows[0].device_seq == 1 && rows[1].device_seq == 0);
	CHECK(json_equal(rows[0].detail, detail));
	CHECK_STR(rows[1].event, "server-started");
	jmap_done(&admin_records_table, &list);
	q.device = (char *)ID_B;
	q.after = (char *)"1";
	CHECK_OK(record_list(f.db, &q, &list, &err), err);
	CHECK(list.records.n == 1);
	jmap_done(&admin_records_table, &list);
	q.after = (char *)"-1";
	CHECK_ERROR(record_list(f.db, &q, &list, &err), err, ERROR_INVALID);
	q.after = (char *)"1x";
	CHECK_ERROR(record_list(f.db, &q, &list, &err), err, ERROR_INVALID);
	fixture_close(&f);
}

/* The server's own records name the one before by its digest. */
static void chained(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct record own = { .time = NOW,
			      .event = AUDIT_SERVER_STARTED,
			      .outcome = OUTCOME_SUCCESS,
			      .subject = (char *)"server" };
	int64_t linked = 0;

	open_with_device(&f);
	for (int i = 0; i < 5; i++)
		CHECK_OK(record_put_server(f.db, NULL, &own, &err), err);
	CHECK_OK(db_int(f.db,
			"SELECT COUNT(*) FROM record AS a JOIN record AS b"
			" ON b.source = a.source AND b.source_seq = a.source_seq + 1"
			" AND b.previous = a.digest",
			NULL, &linked, &err),
		 err);
	CHECK(linked == 4);
	fixture_close(&f);
}

static const struct check_case cases[] = {
	{ "store, S-POL-1: instructions are kept byte for byte", instructions },
	{ "store: deliveries are numbered per device and never step back", deliveries },
	{ "store: settings move `changed` only with their state", settings },
	{ "store, S-STG-2: records are stored once, in order", records },
	{ "store, FAU_STG_EXT.2: the server's records are a chain", chained },
};
CHECK_MAIN(cases)
