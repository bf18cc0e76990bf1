/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: who gets them, and which are refused. */
#include "bed.h"

#include "base/id.h"

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
	CHECK_OK(bed_policy(&b, "kiosk", 1, &n, &err), err);
	CHECK(n == 0);
	CHECK(bed_records(&b, "instruction-published", NULL, NULL) == 1);
	CHECK_OK(bed_assign(&b, &one, "kiosk", 1, &err), err);
	bed_given(&b, &one, 0, types);
	CHECK_STR(types, "tap"); /* the stream's newest follows the assignment */
	CHECK_OK(bed_policy(&b, "kiosk", 2, &n, &err), err);
	CHECK(n == 1);
	bed_given(&b, &one, 3, types);
	CHECK_STR(types, "p");
	bed_given(&b, &two, 0, types);
	CHECK_STR(types, "t");
	CHECK_ERROR(bed_policy(&b, "kiosk", 2, &n, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(bed_policy(&b, "kiosk", 1, &n, &err), err, ERROR_CONFLICT);
	CHECK(bed_records(&b, "publication-refused", NULL, NULL) == 2);
	CHECK_OK(bed_policy(&b, "desk", 1, &n, &err), err); /* serials are a stream's */
	CHECK_ERROR(bed_assign(&b, &one, "desk", 1, &err), err, ERROR_CONFLICT);
	CHECK_OK(bed_assign(&b, &one, "desk", 2, &err), err);
	bed_given(&b, &one, 4, types);
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
	CHECK_ERROR(bed_assign(&b, &one, "kiosk", 1, &err), err, ERROR_NOT_FOUND);
	uuid_new(one.id);
	CHECK_ERROR(bed_assign(&b, &one, "kiosk", 1, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(bed_assign(&b, &two, NULL, 1, &err), err, ERROR_INVALID);
	CHECK(bed_count(&b, "instruction") == 1); /* trust alone */
	bed_close(&b);
}

static void commands(void)
{
	struct bed b;
	struct bed_device one;
	struct admin_target t[2] = { 0 };
	struct admin_publish p = bed_document("command", 0);
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
	service_news_done(&news);
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
	bed_given(&b, &one, 0, types);
	CHECK_STR(types, "tc");
	bed_close(&b);
}

/* The heads of a device name what it must not carry out. */
static size_t named(struct bed *b, const struct bed_device *d, const char *id)
{
	struct head_call in = { .caller = bed_device_caller(d) };
	struct head out = { 0 };
	struct error err = ERROR_INIT;
	size_t n = 0;

	memset(in.nonce, 'a', sizeof(in.nonce) - 1);
	CHECK_OK(bed_call(b, OP_HEAD, &in, &out, &err), err);
	for (size_t i = 0; i < out.cancelled.n; i++)
		n += strcmp(out.cancelled.items[i], id) == 0;
	jmap_done(&head_table, &out);
	return n;
}

static bool asked_to_check_in(struct bed *b, const struct bed_device *d)
{
	const struct instructions_call in = { .caller = bed_device_caller(d), .after = 1 };
	struct instructions_answer out = { 0 };
	struct error err = ERROR_INIT;

	CHECK_OK(bed_call(b, OP_INSTRUCTIONS, &in, &out, &err), err);
	delivery_documents_done(&out.list);
	return out.checkin;
}

static void give_command(struct bed *b, const struct bed_device *to, size_t n, char id[UUID_SIZE])
{
	struct admin_target t[2] = { 0 };
	struct admin_publish p = bed_document("command", 0);
	struct admin_published out;
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < n; i++) {
		memcpy(t[i].device, to[i].id, UUID_SIZE);
		memcpy(t[i].enrollment, to[i].enrollment, UUID_SIZE);
	}
	p.name = (char *)"unenroll";
	p.not_after = BED_NOW + 50 - 2 * 86400; /* heads name it until BED_NOW + 50 */
	p.targets = (struct jmap_list){ t, n };
	CHECK_OK(bed_publish(b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err);
	memcpy(id, p.id, UUID_SIZE);
}

static int cancel(struct bed *b, const char *id, struct admin_cancelled *out, struct error *err)
{
	const struct admin_named in = { bed_caller(ROLE_GROUP_ADMINISTRATOR), (char *)id };

	return bed_call(b, OP_INSTRUCTION_CANCEL, &in, out, err);
}

static void cancelled(void)
{
	struct bed b;
	struct bed_device d[2];
	struct admin_cancelled out = { 0 };
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;
	char id[UUID_SIZE], types[16], subject[64];

	bed_open(&b);
	d[0] = bed_enroll(&b, "one");
	d[1] = bed_enroll(&b, "two");
	give_command(&b, d, 2, id);
	bed_given(&b, &d[0], 1, types); /* the first has it, the second never heard of it */
	CHECK_STR(types, "c");
	CHECK(!asked_to_check_in(&b, &d[0]) && named(&b, &d[0], id) == 0);
	service_take_news(b.service, &news);
	service_news_done(&news);
	CHECK_OK(cancel(&b, id, &out, &err), err);
	CHECK(out.devices == 2 && out.late == 0);
	service_take_news(b.service, &news);
	CHECK(news.wake.n == 2 && news.moved.n == 1);
	CHECK(asked_to_check_in(&b, &d[0]) && !asked_to_check_in(&b, &d[0])); /* once */
	CHECK(named(&b, &d[0], id) == 1 && named(&b, &d[1], id) == 1);
	bed_given(&b, &d[1], 1, types);
	CHECK_STR(types, ""); /* what is called off is not handed out */
	CHECK(bed_records(&b, "instruction-cancelled", subject, NULL) == 1);
	CHECK_STR(subject, "group-administrator");
	CHECK_OK(cancel(&b, id, &out, &err), err); /* again: as before, and nobody is woken */
	CHECK(out.devices == 2 && !asked_to_check_in(&b, &d[0]));
	/* Heads name it as long as a device may still believe it. */
	b.now = BED_NOW + 49;
	CHECK(named(&b, &d[0], id) == 1);
	b.now = BED_NOW + 50;
	CHECK(named(&b, &d[0], id) == 0);
	bed_close(&b);
}

static void too_late(void)
{
	struct bed b;
	struct bed_device d[2];
	struct admin_cancelled out = { 0 };
	struct error err = ERROR_INIT;
	struct delivery_step done = { .state = DELIVERY_DELIVERED, .now = BED_NOW };
	char id[UUID_SIZE], types[16];
	bool changed;

	bed_open(&b);
	d[0] = bed_enroll(&b, "one");
	d[1] = bed_enroll(&b, "two");
	CHECK_ERROR(cancel(&b, TRUST_ID, &out, &err), err, ERROR_INVALID); /* no command */
	CHECK_ERROR(cancel(&b, ENTERPRISE, &out, &err), err, ERROR_NOT_FOUND);
	give_command(&b, d, 1, id);
	bed_given(&b, &d[0], 1, types);
	done.device = d[0].id;
	done.instruction = id;
	CHECK_OK(delivery_advance(b.db, &done, &changed, &err), err);
	CHECK_ERROR(cancel(&b, id, &out, &err), err, ERROR_CONFLICT);
	CHECK(strstr(err.msg, "too late") && named(&b, &d[0], id) == 0);
	/* Of two, one has acted. */
	give_command(&b, d, 2, id);
	bed_given(&b, &d[0], 2, types);
	CHECK_OK(delivery_advance(b.db, &done, &changed, &err), err);
	CHECK_OK(cancel(&b, id, &out, &err), err);
	CHECK(out.devices == 1 && out.late == 1);
	bed_close(&b);
}

static struct admin_publish lacking(struct strings *signers)
{
	struct admin_publish p = bed_document("command", 0);

	p.name = p.effect = (char *)"unenroll";
	p.signers = *signers;
	p.have = (uint32_t)signers->n;
	p.want = 2;
	memset(p.content, 'c', sizeof(p.content) - 1);
	return p;
}

static int post(struct bed *b, struct admin_publish *p, struct error *err)
{
	const struct buf blob = BUF_VIEW("pending", 7);
	struct admin_published out = { 0 };
	const struct service_io io = { .in = p, .blob = &blob, .out = &out };
	int r;

	p->caller = bed_caller(ROLE_GROUP_ADMINISTRATOR);
	CHECK_OK(db_begin(b->db, err), *err);
	r = service_call(b->service, OP_PENDING_PUT, &io, err);
	CHECK(db_commit(b->db, &(struct error)ERROR_INIT) == 0);
	return r;
}

static void collected(void)
{
	char *names[] = { (char *)"ada", (char *)"grace" };
	struct strings signers = { names, 1 };
	struct bed b;
	struct bed_device d;
	struct admin_publish p = lacking(&signers);
	struct admin_target t = { 0 };
	struct admin_published out;
	struct error err = ERROR_INIT;
	char types[16];

	bed_open(&b);
	d = bed_enroll(&b, "one");
	CHECK_OK(post(&b, &p, &err), err);
	CHECK_OK(post(&b, &p, &err), err); /* the same bytes */
	CHECK(bed_count(&b, "pending") == 1);
	(void)bed_digest("other", p.digest);
	CHECK_ERROR(post(&b, &p, &err), err, ERROR_CONFLICT); /* no more signatures than before */
	p.signers.n = 2;
	p.content[0] = 'd';
	CHECK_ERROR(post(&b, &p, &err), err, ERROR_CONFLICT); /* another content */
	p.content[0] = 'c';
	CHECK_OK(post(&b, &p, &err), err);
	CHECK(bed_count(&b, "pending") == 1 && bed_records(&b, "instruction-pending", NULL, NULL));
	bed_given(&b, &d, 1, types);
	CHECK_STR(types, ""); /* nothing of it reaches a device */
	memcpy(t.device, d.id, UUID_SIZE);
	memcpy(t.enrollment, d.enrollment, UUID_SIZE);
	p.targets = (struct jmap_list){ &t, 1 };
	CHECK_OK(bed_publish(&b, ROLE_GROUP_ADMINISTRATOR, &p, &out, &err), err);
	CHECK(bed_count(&b, "pending") == 0);
	CHECK_ERROR(post(&b, &p, &err), err, ERROR_CONFLICT); /* published */
	bed_close(&b);
}

static int post_crl(struct bed *b, char root, uint64_t number, bool first, struct error *err)
{
	const struct buf blob = BUF_VIEW("crl", 3);
	struct admin_crl in = { .caller = bed_caller(ROLE_SECURITY_ADMINISTRATOR),
				.number = number,
				.first = first,
				.next_update = BED_NOW + 86400 };
	const struct service_io io = { .in = &in, .blob = &blob };
	int r;

	memset(in.key, root, sizeof(in.key) - 1);
	CHECK_OK(db_begin(b->db, err), *err);
	r = service_call(b->service, OP_PUBLISH_CRL, &io, err);
	CHECK(db_commit(b->db, &(struct error)ERROR_INIT) == 0);
	return r;
}

static void lists_of_roots(void)
{
	struct bed b;
	auto_service_news struct service_news news = { 0 };
	struct error err = ERROR_INIT;

	bed_open(&b);
	CHECK_OK(post_crl(&b, 'a', 7, true, &err), err);
	service_take_news(b.service, &news);
	CHECK(news.crl_changed);
	CHECK_ERROR(post_crl(&b, 'a', 7, true, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(post_crl(&b, 'a', 6, true, &err), err, ERROR_CONFLICT);
	CHECK_OK(post_crl(&b, 'b', 1, false, &err), err); /* another root counts for itself */
	CHECK(bed_count(&b, "crl WHERE issuer = 'authority' AND number = 7") == 1);
	/* It becomes the first: the other root's list stays, under its key, and so does its number.
	 */
	CHECK_OK(post_crl(&b, 'b', 2, true, &err), err);
	CHECK(bed_count(&b, "crl") == 2);
	CHECK(bed_count(&b, "crl WHERE issuer = 'authority' AND number = 2") == 1);
	CHECK_ERROR(post_crl(&b, 'a', 7, false, &err), err, ERROR_CONFLICT);
	CHECK_OK(post_crl(&b, 'a', 8, false, &err), err);
	CHECK(bed_count(&b, "crl") == 2);
	bed_close(&b);
}

static void trust(void)
{
	struct bed b;
	struct bed_device one, two;
	struct admin_publish p = bed_document("trust", 3);
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
	bed_given(&b, &one, 0, types);
	CHECK_STR(types, "tt");
	bed_given(&b, &two, 0, types);
	CHECK_STR(types, "tt"); /* a new device gets the whole chain */
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
	{ "policies go to the devices of their stream, by rising serials", streams },
	{ "assignments are for one enrolled device and its enrollment", assignments_refused },
	{ "commands go to their devices, whole or not at all, once", commands },
	{ "trust goes to all, version by version", trust },
	{ "cancel: heads name it, the device is told at once, it is handed out no more",
	  cancelled },
	{ "cancel: what was carried out is too late, and only a command can be", too_late },
	{ "pending: a document collects its signatures, and is gone when it is published",
	  collected },
	{ "crl: numbers of a root only rise, whatever it is served as", lists_of_roots },
	{ "the bootstrap file is imported once, for one enterprise", imports_once },
};
CHECK_MAIN(cases)
