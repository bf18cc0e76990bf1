/* SPDX-License-Identifier: Apache-2.0 */
/* What devices ask and say on their channel. */
#include "bed.h"

#include "base/id.h"
#include "proto/record.h"
#include "store/crl.h"

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
	CHECK_OK(bed_assign(&b, &one, "kiosk", 1, &err), err);
	CHECK_OK(bed_policy(&b, "kiosk", 4, &(uint32_t){ 0 }, &err), err);
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

static void hardware(void)
{
	struct bed b;
	struct bed_device one, two;
	struct bed_token t;
	struct device_status status = { .hardware_id = (char *)"HW1" };
	struct checkin_request request = { .status = &status };
	struct checkin_call in = { .request = &request };
	struct checkin_answer out = { 0 };
	struct enroll_grant g;
	char subject[64];
	struct error err = ERROR_INIT;

	bed_open(&b);
	one = bed_enroll(&b, "one");
	two = bed_enroll(&b, "two");
	(void)bed_digest("nonce", request.nonce);
	(void)bed_digest("status", request.status_hash);
	in.caller = bed_device_caller(&one);
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err);
	jmap_done(&head_table, &out.head);
	in.caller = bed_device_caller(&two);
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err); /* the second one's is not kept */
	jmap_done(&head_table, &out.head);
	CHECK(bed_records(&b, "hardware-conflict", subject, NULL) == 1);
	CHECK_STR(subject, two.id);
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err); /* nothing new */
	jmap_done(&head_table, &out.head);
	in.caller = bed_device_caller(&one);
	status.hardware_id = (char *)"HW2"; /* the first one keeps what it said first */
	(void)bed_digest("other", request.status_hash);
	CHECK_OK(bed_call(&b, OP_CHECKIN, &in, &out, &err), err);
	jmap_done(&head_table, &out.head);
	CHECK(bed_records(&b, "hardware-conflict", subject, NULL) == 2);
	CHECK_STR(subject, one.id);
	t = bed_token(&b, NULL);
	CHECK_ERROR(bed_claim(&b, &t, AS("three", "HW1", NULL), &g, &err), err, ERROR_CONFLICT);
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
			    .subject = (char *)"agent",
			    .text = (char *)audit_row(e)->text };
	auto_buf struct buf bytes = BUF_INIT;
	struct error err = ERROR_INIT;

	uuid_new(r.id);
	memcpy(r.previous, t->previous, SHA256_HEX_SIZE);
	if (instruction)
		r.detail = json_pack("{s:s}", e == AUDIT_POLICY_APPLIED ? "policy" : "instruction",
				     instruction);
	CHECK_OK(record_write(&r, &bytes, &err), err);
	hash_sha256_hex(bytes.data, bytes.len, t->previous);
	return r;
}

static int send(struct bed *b, const struct trail *t, struct record *r, size_t n, uint64_t *stored,
		struct error *err)
{
	struct records_request request = { .records = { r, n } };
	const struct records_call in = { bed_device_caller(&t->device), &request };

	return bed_call(b, OP_RECORDS, &in, stored, err);
}

static void begin(struct bed *b, struct trail *t)
{
	bed_open(b);
	t->device = bed_enroll(b, "one");
}

static void records(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r[3];
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	begin(&b, &t);
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

/* ---- seals ---- */

static struct seal seal_of(const struct trail *t, uint64_t sequence)
{
	struct seal s = { .sequence = sequence,
			  .time = BED_NOW,
			  .certificate = BUF_VIEW("evidence", 8),
			  .signature = BUF_VIEW("signature", 9) };

	memcpy(s.device, t->device.id, sizeof(s.device));
	memcpy(s.enrollment, t->device.enrollment, sizeof(s.enrollment));
	memcpy(s.digest, t->previous, sizeof(s.digest));
	return s;
}

static void give_seal(struct bed *b, const struct trail *t, struct seal *s)
{
	struct records_request request = { .seal = s };
	const struct records_call in = { bed_device_caller(&t->device), &request };
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	CHECK_OK(bed_call(b, OP_RECORDS, &in, &stored, &err), err);
	CHECK(stored == t->sequence);
}

static void certify_evidence(struct bed *b, const struct trail *t)
{
	struct reenroll_request in = { .caller = bed_device_caller(&t->device),
				       .purpose = CERTIFICATE_EVIDENCE };
	auto_enroll_grant struct enroll_grant g = { 0 };
	struct error err = ERROR_INIT;

	(void)bed_digest("evidence key", in.key);
	CHECK_OK(bed_call(b, OP_REENROLL, &in, &g, &err), err);
	CHECK_OK(bed_finish(b, &g, "evidence", &err), err);
}

static void seals(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r[2];
	struct error err = ERROR_INIT;
	char reason[64];
	uint64_t stored = 0;
	struct seal s;

	bed_open(&b);
	t.device = bed_enroll(&b, "one");
	r[0] = event(&t, AUDIT_AGENT_STARTED, NULL);
	r[1] = event(&t, AUDIT_ENROLLED, NULL);
	CHECK_OK(send(&b, &t, r, 2, &stored, &err), err);
	s = seal_of(&t, 2);
	give_seal(&b, &t, &s); /* by a key that was never certified */
	CHECK(bed_count(&b, "seal") == 0);
	CHECK(bed_records(&b, "records-unproven", NULL, reason) == 1);
	CHECK_STR(reason, "cert-untrusted");
	certify_evidence(&b, &t);
	CHECK(bed_records(&b, "certificate-issued", NULL, NULL) == 1);
	give_seal(&b, &t, &s);
	give_seal(&b, &t, &s);
	CHECK(bed_count(&b, "seal") == 1 && bed_records(&b, "records-unproven", NULL, NULL) == 1);
	s.digest[0] = s.digest[0] == '0' ? '1' : '0';
	give_seal(&b, &t, &s);
	CHECK(bed_records(&b, "records-unproven", NULL, reason) == 2);
	CHECK_STR(reason, "digest");
	s = seal_of(&t, 3);
	give_seal(&b, &t, &s);
	CHECK(bed_records(&b, "records-unproven", NULL, NULL) == 3);
	s = seal_of(&t, 2);
	s.enrollment[0] = s.enrollment[0] == '0' ? '1' : '0';
	give_seal(&b, &t, &s);
	CHECK(bed_records(&b, "records-unproven", NULL, reason) == 4);
	CHECK_STR(reason, "audience");
	CHECK(bed_count(&b, "seal") == 1);
	bed_close(&b);
}

static void gaps(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	begin(&b, &t);
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

/* A sequence that leaves no room for what follows would end the trail. */
static void junk_sequence(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored = 0;

	begin(&b, &t);
	r = event(&t, AUDIT_AGENT_STARTED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	t.sequence = (1ull << 62) - 1;
	r = event(&t, AUDIT_CHANNEL_OPENED, NULL);
	CHECK_ERROR(send(&b, &t, &r, 1, &stored, &err), err, ERROR_INVALID);
	t.sequence = 1;
	r = event(&t, AUDIT_CHANNEL_OPENED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	CHECK(stored == 2);
	bed_close(&b);
}

/* The state of the one delivery; its reason goes before it where there is one. */
static void delivery_of(struct bed *b, const char *instruction, char state[32])
{
	struct admin_named named = { .caller = bed_caller(ROLE_AUDITOR),
				     .id = (char *)instruction };
	struct admin_instruction_detail detail = { 0 };
	const struct admin_delivery *d;
	struct error err = ERROR_INIT;

	CHECK_OK(bed_call(b, OP_INSTRUCTION_SHOW, &named, &detail, &err), err);
	CHECK(detail.deliveries.n == 1);
	d = detail.deliveries.items;
	(void)snprintf(state, 32, "%.12s%s%s", d && d->reason ? d->reason : "",
		       d && d->reason ? " " : "", d ? d->state : "");
	jmap_done(&admin_instruction_detail_table, &detail);
}

static void proofs(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct admin_target target = { 0 };
	struct admin_publish p = bed_document("command", 0);
	struct admin_published out;
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored;
	char types[16], state[32];

	begin(&b, &t);
	memcpy(target.device, t.device.id, UUID_SIZE);
	memcpy(target.enrollment, t.device.enrollment, UUID_SIZE);
	p.targets = (struct jmap_list){ &target, 1 };
	p.name = (char *)"lock";
	CHECK_OK(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "requested");
	bed_given(&b, &t.device, 0, types);
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

static void applied(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct admin_publish p = bed_document("policy", 1);
	struct admin_published out;
	struct record r;
	struct error err = ERROR_INIT;
	auto_service_news struct service_news news = { 0 };
	uint64_t stored;
	char state[32];

	begin(&b, &t);
	CHECK_OK(bed_assign(&b, &t.device, "kiosk", 1, &err), err);
	p.stream = (char *)"kiosk";
	CHECK_OK(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err);
	r = event(&t, AUDIT_POLICY_APPLIED, p.id);
	service_take_news(b.service, &news);
	service_news_done(&news);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	json_decref(r.detail);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "delivered");
	service_take_news(b.service, &news);
	CHECK(news.moved.n == 1 && strcmp(news.moved.items[0], p.id) == 0);
	bed_close(&b);
}

/* Why something failed is kept; that something went well needs no why. */
static void fails(void)
{
	struct bed b;
	struct trail t = { 0 };
	struct admin_publish p = bed_document("policy", 1);
	struct admin_published out;
	struct record r;
	struct error err = ERROR_INIT;
	uint64_t stored;
	char state[32];

	begin(&b, &t);
	CHECK_OK(bed_assign(&b, &t.device, "kiosk", 1, &err), err);
	p.stream = (char *)"kiosk";
	CHECK_OK(bed_publish(&b, ROLE_SECURITY_ADMINISTRATOR, &p, &out, &err), err);
	r = event(&t, AUDIT_INSTRUCTION_REFUSED, p.id);
	r.reason = (char *)"signature";
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	json_decref(r.detail);
	delivery_of(&b, p.id, state);
	CHECK_STR(state, "signature refused");
	bed_close(&b);
}

/* The head names no CRL as the lowest one that the store does not have. */
static void floors(void)
{
	struct bed b;
	struct bed_device one;
	struct head_call in = { 0 };
	struct head out = { 0 };
	struct stored_crl crl = { .issuer = (char *)"authority",
				  .number = 9,
				  .next_update = BED_NOW,
				  .der = BUF_VIEW("crl", 3) };
	const struct head_issuer *floor;
	struct error err = ERROR_INIT;

	bed_open(&b);
	one = bed_enroll(&b, "one");
	(void)bed_digest("authority", crl.key);
	CHECK_OK(crl_put(b.db, &crl, &err), err);
	crl.number = 8; /* an older one changes nothing */
	CHECK_ERROR(crl_put(b.db, &crl, &err), err, ERROR_CONFLICT);
	in.caller = bed_device_caller(&one);
	(void)bed_digest("nonce", in.nonce);
	CHECK_OK(bed_call(&b, OP_HEAD, &in, &out, &err), err);
	floor = out.crl_numbers.items;
	CHECK(out.crl_numbers.n == 1 && floor->number == 9);
	CHECK_STR(floor->issuer, crl.key);
	jmap_done(&head_table, &out);
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

	begin(&b, &t);
	r = event(&t, AUDIT_UNENROLLED, NULL);
	CHECK_OK(send(&b, &t, &r, 1, &stored, &err), err);
	service_take_news(b.service, &news);
	CHECK(news.cut.n == 1 && news.revoked);
	CHECK(bed_records(&b, "device-removed", NULL, NULL) == 1);
	c = bed_device_caller(&t.device);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &c, &answer, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static const struct check_case cases[] = {
	{ "S-CLI-1, X-14: another device's certificate, and a retired device", strangers },
	{ "check-in: tiny when nothing changed, else status and settings", checkins },
	{ "S-UAU-4: a hardware id that a check-in says counts too", hardware },
	{ "records: sent at least once, stored once, in order", records },
	{ "FAU_STG_EXT.2: a seal is kept where it is on the trail, by a certified key", seals },
	{ "FAU_STG_EXT.2: a gap or a broken chain of records is recorded", gaps },
	{ "a command is delivered by a record, and proven by a later one", proofs },
	{ "a policy is delivered by the record that it is in force", applied },
	{ "a delivery has a reason where it went wrong", fails },
	{ "head: no floor beyond the CRLs that are stored", floors },
	{ "records: a sequence out of the blue is refused", junk_sequence },
	{ "S-ALT-1: a device that unenrolled is cut off, and administrators see it", leaves },
};
CHECK_MAIN(cases)
