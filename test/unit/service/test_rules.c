/* SPDX-License-Identifier: Apache-2.0 */
/* Roles, publication, check-in, records. */
#include "bed.h"

#include "base/id.h"
#include "proto/record.h"

/* ---- S-MOF-1 ---- */

/* The matrix, written down a second time, by hand: S server, E security, G group, A auditor, U
 * user. */
static const struct {
	enum operation op;
	const char *may;
} matrix[] = {
	{ OP_WHOAMI, "SEGAU" },		 { OP_VERSION, "SEGAU" },
	{ OP_TOKEN_CREATE, "SG" },	 { OP_TOKEN_LIST, "SGA" },
	{ OP_TOKEN_REVOKE, "SG" },	 { OP_DEVICE_LIST, "SEGA" },
	{ OP_DEVICE_SHOW, "SEGA" },	 { OP_DEVICE_RETIRE, "SG" },
	{ OP_RECORD_LIST, "SEA" },	 { OP_PUBLISH_TRUST, "SE" },
	{ OP_PUBLISH_POLICY, "SE" },	 { OP_PUBLISH_ASSIGNMENT, "SG" },
	{ OP_PUBLISH_COMMAND, "SEG" },	 { OP_INSTRUCTION_LIST, "SEGA" },
	{ OP_INSTRUCTION_SHOW, "SEGA" },
};
static const char letters[] = "-SEGAU";

/* Any body will do: who may not is refused before it is looked at. */
union any_in {
	struct admin_caller caller;
	struct admin_query query;
	struct admin_named named;
	struct admin_token_create token;
	struct admin_publish publish;
};
union any_out {
	struct admin_whoami whoami;
	struct admin_version version;
	struct admin_token_created created;
	struct admin_tokens tokens;
	struct admin_devices devices;
	struct admin_device_detail device;
	struct admin_records records;
	struct admin_published published;
	struct admin_instructions instructions;
	struct admin_instruction_detail instruction;
};

static void prepare(enum operation op, enum role role, union any_in *in)
{
	memset(in, 0, sizeof(*in));
	in->caller = bed_caller(role);
	if (op == OP_TOKEN_REVOKE || op == OP_DEVICE_SHOW || op == OP_DEVICE_RETIRE ||
	    op == OP_INSTRUCTION_SHOW)
		in->named.id = (char *)"absent";
	if (op >= OP_PUBLISH_TRUST && op <= OP_PUBLISH_COMMAND)
		in->publish.type = (char *)"none";
}

static void release(enum operation op, union any_out *out)
{
	const struct jmap_table *const tables[] = {
		[OP_WHOAMI] = &admin_whoami_table,
		[OP_VERSION] = &admin_version_table,
		[OP_TOKEN_CREATE] = &admin_token_created_table,
		[OP_TOKEN_LIST] = &admin_tokens_table,
		[OP_DEVICE_LIST] = &admin_devices_table,
		[OP_RECORD_LIST] = &admin_records_table,
		[OP_INSTRUCTION_LIST] = &admin_instructions_table,
	};

	if (op < (int)ARRAY_SIZE(tables) && tables[op])
		jmap_done(tables[op], out);
}

static bool allowed(struct bed *b, enum operation op, enum role role)
{
	const struct buf blob = BUF_VIEW("cms", 3);
	union any_in in;
	union any_out out;
	const struct service_io io = { .in = &in, .blob = &blob, .out = &out };
	struct error err = ERROR_INIT;
	int r;

	memset(&out, 0, sizeof(out));
	prepare(op, role, &in);
	CHECK_OK(db_begin(b->db, &err), err);
	r = service_call(b->service, op, &io, &err);
	db_rollback(b->db);
	if (r == 0)
		release(op, &out);
	return r == 0 || (err.code != ERROR_DENIED && err.code != ERROR_UNAUTHORIZED);
}

static void roles(void)
{
	struct bed b;

	bed_open(&b);
	for (size_t i = 0; i < ARRAY_SIZE(matrix); i++)
		for (int r = ROLE_NONE; r < ROLE_MAX_; r++) {
			bool want = strchr(matrix[i].may, letters[r]) != NULL;

			if (allowed(&b, matrix[i].op, (enum role)r) != want) {
				printf("# %s by %s\n", operation_name(matrix[i].op),
				       role_name((enum role)r));
				CHECK(false);
			}
		}
	/* every operation of administrators is in the matrix above */
	for (int op = OP_NONE + 1; op < OP_ENROLL; op++)
		CHECK((int)matrix[op - 1].op == op);
	bed_close(&b);
}

static void denied_is_audited(void)
{
	struct bed b;
	struct admin_token_create in = { .caller = bed_caller(ROLE_AUDITOR) };
	struct admin_token_created out = { 0 };
	struct error err = ERROR_INIT;
	char subject[64], reason[64];

	bed_open(&b);
	CHECK_ERROR(bed_call(&b, OP_TOKEN_CREATE, &in, &out, &err), err, ERROR_DENIED);
	CHECK(bed_records(&b, "access-denied", subject, reason) == 1);
	CHECK_STR(subject, "auditor");
	CHECK_STR(reason, "denied");
	in.caller = bed_caller(ROLE_NONE);
	CHECK_ERROR(bed_call(&b, OP_TOKEN_CREATE, &in, &out, &err), err, ERROR_UNAUTHORIZED);
	CHECK(bed_records(&b, "access-denied", subject, reason) == 2);
	CHECK_STR(reason, "unauthorized");
	CHECK(bed_count(&b, "token") == 0);
	bed_close(&b);
}

static void too_often(void)
{
	struct bed b;
	struct admin_caller in = bed_caller(ROLE_AUDITOR);
	struct admin_whoami out = { 0 };
	struct error err = ERROR_INIT;
	int n = 0;

	bed_open(&b);
	while (n < 1000 && bed_call(&b, OP_WHOAMI, &in, &out, &err) == 0) {
		jmap_done(&admin_whoami_table, &out);
		n++;
	}
	CHECK(n == 400 && err.code == ERROR_LIMIT);
	in = bed_caller(ROLE_USER);
	CHECK_OK(bed_call(&b, OP_WHOAMI, &in, &out, &err), err); /* others go on */
	CHECK(out.may.n == 2);
	jmap_done(&admin_whoami_table, &out);
	bed_close(&b);
}

/* ---- publication ---- */

static struct admin_publish publication(const char *type, uint64_t serial)
{
	struct admin_publish p = {
		.type = (char *)type,
		.serial = serial,
		.not_before = BED_NOW,
		.not_after = BED_NOW + 3600,
	};

	uuid_new(p.id);
	(void)bed_digest(p.id, p.digest);
	return p;
}

static int assign(struct bed *b, const struct bed_device *d, const char *stream, uint64_t serial,
		  struct error *err)
{
	struct admin_target t = { 0 };
	struct admin_publish p = publication("assignment", serial);
	struct admin_published out;

	memcpy(t.device, d->id, UUID_SIZE);
	memcpy(t.enrollment, d->enrollment, UUID_SIZE);
	p.targets = (struct jmap_list){ &t, 1 };
	p.stream = (char *)stream;
	p.ownership = (char *)"enterprise";
	return bed_publish(b, ROLE_GROUP_ADMINISTRATOR, &p, &out, err);
}

static int policy(struct bed *b, const char *stream, uint64_t serial, uint32_t *devices,
		  struct error *err)
{
	struct admin_publish p = publication("policy", serial);
	struct admin_published out;
	int r;

	p.stream = (char *)stream;
	p.name = (char *)"a policy";
	r = bed_publish(b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, err);
	*devices = out.devices;
	return r;
}

/* What a device is given, as types in order: "tap" is trust, assignment, policy. */
static void given(struct bed *b, const struct bed_device *d, uint64_t after, char *types)
{
	const struct instructions_call in = { .caller = bed_device_caller(d), .after = after };
	struct jmap_list out = { 0 };
	const struct delivery_document *doc;
	struct error err = ERROR_INIT;

	CHECK_OK(bed_call(b, OP_INSTRUCTIONS, &in, &out, &err), err);
	doc = out.items;
	for (size_t i = 0; i < out.n; i++) {
		CHECK(doc[i].seq == after + i + 1);
		*types++ = doc[i].type[0];
	}
	*types = 0;
	delivery_documents_done(&out);
}

static void streams(void)
{
	struct bed b;
	struct bed_device one, two;
	struct error err = ERROR_INIT;
	uint32_t n;
	char types[16];

	bed_open(&b);
	one = bed_enroll(&b, "one");
	two = bed_enroll(&b, "two");
	CHECK_OK(policy(&b, "kiosk", 1, &n, &err), err);
	CHECK(n == 0);
	CHECK_OK(assign(&b, &one, "kiosk", 1, &err), err);
	given(&b, &one, 0, types);
	CHECK_STR(types, "tap"); /* the stream's newest follows the assignment */
	CHECK_OK(policy(&b, "kiosk", 2, &n, &err), err);
	CHECK(n == 1);
	given(&b, &one, 3, types);
	CHECK_STR(types, "p");
	given(&b, &two, 0, types);
	CHECK_STR(types, "t");
	CHECK_ERROR(policy(&b, "kiosk", 2, &n, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(policy(&b, "kiosk", 1, &n, &err), err, ERROR_CONFLICT);
	CHECK(bed_records(&b, "publication-refused", NULL, NULL) == 2);
	CHECK_OK(policy(&b, "desk", 1, &n, &err), err); /* serials are a stream's */
	CHECK_ERROR(assign(&b, &one, "desk", 1, &err), err, ERROR_CONFLICT);
	CHECK_OK(assign(&b, &one, "desk", 2, &err), err);
	given(&b, &one, 4, types);
	CHECK_STR(types, "ap");
	bed_close(&b);
}

static void assignments_refused(void)
{
	struct bed b;
	struct bed_device one, two;
	struct error err = ERROR_INIT;

	bed_open(&b);
	one = bed_enroll(&b, "one");
	two = bed_enroll(&b, "two");
	memcpy(one.enrollment, two.enrollment, UUID_SIZE);
	CHECK_ERROR(assign(&b, &one, "kiosk", 1, &err), err, ERROR_NOT_FOUND);
	uuid_new(one.id);
	CHECK_ERROR(assign(&b, &one, "kiosk", 1, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(assign(&b, &two, NULL, 1, &err), err, ERROR_INVALID);
	CHECK(bed_count(&b, "instruction") == 1); /* trust alone */
	bed_close(&b);
}

static void commands(void)
{
	struct bed b;
	struct bed_device one;
	struct admin_target t[2] = { 0 };
	struct admin_publish p = publication("command", 0);
	struct admin_published out;
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;
	char types[16];

	bed_open(&b);
	one = bed_enroll(&b, "one");
	memcpy(t[0].device, one.id, UUID_SIZE);
	memcpy(t[0].enrollment, one.enrollment, UUID_SIZE);
	uuid_new(t[1].device);
	uuid_new(t[1].enrollment);
	p.name = (char *)"lock";
	CHECK_ERROR(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err, ERROR_INVALID);
	p.targets = (struct jmap_list){ t, 2 };
	CHECK_ERROR(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err,
		    ERROR_NOT_FOUND);
	service_take_news(b.service, &news);
	CHECK(news.wake.n == 0 && !news.wake_all); /* a refused call wakes nobody */
	p.targets.n = 1;
	CHECK_OK(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err);
	CHECK(out.devices == 1 && !out.known);
	service_take_news(b.service, &news);
	CHECK(news.wake.n == 1);
	CHECK_STR(news.wake.items[0], one.id);
	/* the same bytes again change nothing; other bytes of that id are refused */
	CHECK_OK(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err);
	CHECK(out.known && out.devices == 0);
	(void)bed_digest("other", p.digest);
	CHECK_ERROR(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err, ERROR_CONFLICT);
	given(&b, &one, 0, types);
	CHECK_STR(types, "tc");
	bed_close(&b);
}

static void trust(void)
{
	struct bed b;
	struct bed_device one, two;
	struct admin_publish p = publication("trust", 3);
	struct admin_published out;
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;
	char types[16];

	bed_open(&b);
	one = bed_enroll(&b, "one");
	CHECK_ERROR(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err,
		    ERROR_CONFLICT); /* versions follow one another */
	p.serial = 2;
	CHECK_OK(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err);
	CHECK(out.devices == 1);
	service_take_news(b.service, &news);
	CHECK(news.trust_changed);
	two = bed_enroll(&b, "two");
	given(&b, &one, 0, types);
	CHECK_STR(types, "tt");
	given(&b, &two, 0, types);
	CHECK_STR(types, "tt"); /* a new device gets the whole chain */
	bed_close(&b);
}

/* ---- the device's channel ---- */

static void strangers(void)
{
	struct bed b;
	struct bed_device one, two;
	struct device_caller c;
	struct connect_answer answer;
	struct admin_named named = { .caller = bed_caller(ROLE_SERVER_ADMINISTRATOR) };
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;

	bed_open(&b);
	one = bed_enroll(&b, "one");
	two = bed_enroll(&b, "two");
	c = bed_device_caller(&one);
	CHECK_OK(bed_call(&b, OP_CONNECT, &c, &answer, &err), err);
	CHECK_STR(answer.enrollment, one.enrollment);
	memcpy(c.certificate, two.certificate, SHA256_HEX_SIZE);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &c, &answer, &err), err, ERROR_DENIED);
	c = bed_device_caller(&one);
	named.id = one.id;
	CHECK_OK(bed_call(&b, OP_DEVICE_RETIRE, &named, NULL, &err), err);
	service_take_news(b.service, &news);
	CHECK(news.cut.n == 1 && news.revoked);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &c, &answer, &err), err, ERROR_DENIED);
	CHECK_ERROR(bed_call(&b, OP_DEVICE_RETIRE, &named, NULL, &err), err, ERROR_CONFLICT);
	CHECK(bed_count(&b, "revoked") == 1);
	CHECK(bed_records(&b, "access-denied", NULL, NULL) == 2);
	bed_close(&b);
}

static void checkins(void)
{
	struct bed b;
	struct bed_device one;
	struct setting_status rows[] = { { .key = (char *)"loginBanner",
					   .state = SETTING_ENFORCED } };
	struct device_status status = { .hostname = (char *)"renamed",
					.policy_serial = 4,
					.trust_version = 1,
					.settings = { rows, 1 } };
	struct checkin_request request = { 0 };
	struct checkin_call in = { .request = &request };
	struct checkin_answer out = { 0 };
	struct admin_named named = { .caller = bed_caller(ROLE_AUDITOR) };
	struct admin_device_detail detail = { 0 };
	struct error err = ERROR_INIT;

	bed_open(&b);
	one = bed_enroll(&b, "one");
	CHECK_OK(assign(&b, &one, "kiosk", 1, &err), err);
	CHECK_OK(policy(&b, "kiosk", 4, &(uint32_t){ 0 }, &err), err);
	in.caller = bed_device_caller(&one);
	(void)bed_digest("nonce", request.nonce);
	(void)bed_digest("status", request.status_hash);
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err);
	CHECK(out.need_status && out.latest == 3 && out.head.trust_version == 1);
	CHECK(out.head.streams.n == 1 &&
	      ((struct head_stream *)out.head.streams.items)->serial == 4);
	CHECK_STR(out.head.nonce, request.nonce);
	jmap_done(&head_table, &out.head);
	request.status = &status;
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err);
	CHECK(!out.need_status);
	jmap_done(&head_table, &out.head);
	request.status = NULL;
	b.now += 50;
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err);
	CHECK(!out.need_status);
	jmap_done(&head_table, &out.head);
	named.id = (char *)"renamed";
	CHECK_OK(bed_call(&b, OP_DEVICE_SHOW, &named, &detail, &err), err);
	CHECK(detail.device.policy_serial == 4 && detail.device.connected);
	CHECK(detail.settings.n == 1 && detail.status != NULL);
	CHECK(((struct admin_setting *)detail.settings.items)->checked == b.now);
	jmap_done(&admin_device_detail_table, &detail);
	/* another enrollment's status is not this device's */
	strcpy(status.enrollment, ENTERPRISE);
	request.status = &status;
	CHECK_ERROR(bed_call(&b, OP_CHECKIN, &in, &out, &err), err, ERROR_DENIED);
	bed_close(&b);
}

/* ---- records ---- */

struct trail {
	struct bed_device device;
	uint64_t sequence;
	char previous[SHA256_HEX_SIZE];
};

static struct record event(struct trail *t, enum audit_event e, const char *instruction)
{
	struct record r = { .sequence = ++t->sequence,
			    .time = BED_NOW,
			    .event = (int)e,
			    .outcome = OUTCOME_SUCCESS,
			    .subject = (char *)"agent" };
	auto_buf struct buf bytes = BUF_INIT;
	struct error err = ERROR_INIT;

	uuid_new(r.id);
	memcpy(r.previous, t->previous, SHA256_HEX_SIZE);
	if (instruction)
		r.detail = json_pack("{s:s}", "instruction", instruction);
	CHECK_OK(record_write(&r, &bytes, &err), err);
	hash_sha256_hex(bytes.data, bytes.len, t->previous);
	return r;
}

static int send(struct bed *b, const struct trail *t, struct record *r, size_t n, uint64_t *stored,
		struct error *err)
{
	struct records_request request = { { r, n } };
	const struct records_call in = { bed_device_caller(&t->device), &request };

	return bed_call(b, OP_RECORDS, &in, stored, err);
}

static void records(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r[3];
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	bed_open(&b);
	t.device = bed_enroll(&b, "one");
	r[0] = event(&t, AUDIT_AGENT_STARTED, NULL);
	r[1] = event(&t, AUDIT_ENROLLED, NULL);
	r[2] = event(&t, AUDIT_CHANNEL_OPENED, NULL);
	CHECK_OK(send(&b, &t, r, 2, &stored, &err), err);
	CHECK(stored == 2);
	CHECK_OK(send(&b, &t, r, 3, &stored, &err), err); /* sent again, stored once */
	CHECK(stored == 3);
	CHECK(bed_records(&b, "agent-started", NULL, NULL) == 1);
	CHECK(bed_records(&b, "channel-opened", NULL, NULL) == 1);
	CHECK(bed_records(&b, "records-missing", NULL, NULL) == 0);
	CHECK_ERROR(send(&b, &t, (struct record[]){ r[1], r[0] }, 2, &stored, &err), err,
		    ERROR_INVALID);
	r[0] = event(&t, AUDIT_SERVER_STARTED, NULL);
	CHECK_ERROR(send(&b, &t, r, 1, &stored, &err), err, ERROR_INVALID);
	bed_close(&b);
}

static void gaps(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	bed_open(&b);
	t.device = bed_enroll(&b, "one");
	t.sequence = 40; /* the trail began before this enrollment */
	r = event(&t, AUDIT_AGENT_STARTED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	CHECK(bed_records(&b, "records-missing", NULL, NULL) == 0);
	t.sequence++;
	r = event(&t, AUDIT_CHANNEL_OPENED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	CHECK(stored == 43 && bed_records(&b, "records-missing", NULL, NULL) == 1);
	(void)bed_digest("forged", t.previous);
	r = event(&t, AUDIT_CHANNEL_CLOSED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	CHECK(bed_records(&b, "records-missing", NULL, NULL) == 2);
	bed_close(&b);
}

static void delivery_of(struct bed *b, const char *instruction, char state[32])
{
	struct admin_named named = { .caller = bed_caller(ROLE_AUDITOR),
				     .id = (char *)instruction };
	struct admin_instruction_detail detail = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(bed_call(b, OP_INSTRUCTION_SHOW, &named, &detail, &err), err);
	CHECK(detail.deliveries.n == 1);
	(void)snprintf(state, 32, "%s", ((struct admin_delivery *)detail.deliveries.items)->state);
	jmap_done(&admin_instruction_detail_table, &detail);
}

static void proofs(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct admin_target target = { 0 };
	struct admin_publish p = publication("command", 0);
	struct admin_published out;
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored;
	char types[16], state[32];

	bed_open(&b);
	t.device = bed_enroll(&b, "one");
	memcpy(target.device, t.device.id, UUID_SIZE);
	memcpy(target.enrollment, t.device.enrollment, UUID_SIZE);
	p.targets = (struct jmap_list){ &target, 1 };
	p.name = (char *)"lock";
	CHECK_OK(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "requested");
	given(&b, &t.device, 0, types);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "sent");
	r = event(&t, AUDIT_COMMAND_DELIVERED, p.id);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	json_decref(r.detail);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "delivered");
	r = event(&t, AUDIT_COMMAND_PROVEN, p.id);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	json_decref(r.detail);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "proven");
	bed_close(&b);
}

static void leaves(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r;
	struct device_caller c;
	struct connect_answer answer;
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;
	uint64_t stored;

	bed_open(&b);
	t.device = bed_enroll(&b, "one");
	r = event(&t, AUDIT_UNENROLLED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	service_take_news(b.service, &news);
	CHECK(news.cut.n == 1 && news.revoked);
	CHECK(bed_records(&b, "device-removed", NULL, NULL) == 1);
	c = bed_device_caller(&t.device);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &c, &answer, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static void imports_once(void)
{
	struct bed b;
	struct bootstrap_administrator admin = { .name = (char *)"eve",
						 .role = (char *)"server-administrator" };
	struct bootstrap boot = {
		.enterprise = ENTERPRISE,
		.enterprise_name = (char *)"Test",
		.administrators = { &admin, 1 },
		.trust = BUF_VIEW("other", 5),
	};
	const struct bootstrap_trust trust_of = { TRUST_ID, 1, BED_NOW };
	struct trust_now now = { 0 };
	struct error err = ERROR_INIT;
	bool imported = true;

	bed_open(&b);
	CHECK_OK(service_import(b.service, &boot, &trust_of, &imported, &err), err);
	CHECK(!imported && bed_count(&b, "administrator") == ROLE_MAX_ - 1);
	CHECK_OK(service_trust(b.service, &now, &err), err);
	CHECK(now.version == 1 && memcmp(now.der.data, "trust", 5) == 0);
	buf_done(&now.der);
	strcpy(boot.enterprise, TRUST_ID);
	CHECK_ERROR(service_import(b.service, &boot, &trust_of, &imported, &err), err,
		    ERROR_CONFLICT);
	bed_close(&b);
}

static const struct check_case cases[] = {
	{ "S-MOF-1, S-SMR-1: every operation as every role, and as nobody", roles },
	{ "S-MOF-1: who is denied is audited, and changed nothing", denied_is_audited },
	{ "quota: one caller too often, the others go on", too_often },
	{ "policies go to the devices of their stream, by rising serials", streams },
	{ "assignments are for one enrolled device and its enrollment", assignments_refused },
	{ "commands go to their devices, whole or not at all, once", commands },
	{ "trust goes to all, version by version", trust },
	{ "S-CLI-1: another device's certificate, and a retired device", strangers },
	{ "check-in: tiny when nothing changed, else status and settings", checkins },
	{ "records: sent at least once, stored once, in order", records },
	{ "FAU_STG_EXT.2: a gap or a broken chain of records is recorded", gaps },
	{ "a command is delivered by a record, and proven by a later one", proofs },
	{ "S-ALT-1: a device that unenrolled is cut off, and administrators see it", leaves },
	{ "the bootstrap file is imported once, for one enterprise", imports_once },
};
CHECK_MAIN(cases)
