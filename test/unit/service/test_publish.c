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
	{ "the bootstrap file is imported once, for one enterprise", imports_once },
};
CHECK_MAIN(cases)
