/* SPDX-License-Identifier: Apache-2.0 */
/* Enrollment: every limit, every refusal, and what a refusal leaves behind. */
#include "bed.h"

#include "base/limits.h"

static void enrolls(void)
{
	struct bed b;
	struct bed_device d;

	bed_open(&b);
	d = bed_enroll(&b, "one");
	CHECK(d.id[0] && d.enrollment[0] && strcmp(d.id, d.enrollment) != 0);
	CHECK(bed_count(&b, "device") == 1 && bed_count(&b, "certificate") == 1);
	CHECK(bed_count(&b, "delivery") == 1); /* the trust document */
	CHECK(bed_records(&b, "device-enrolled", NULL, NULL) == 1);
	bed_close(&b);
}

/* What must not be there after a refusal. */
static void check_nothing(struct bed *b, size_t refused)
{
	CHECK(bed_count(b, "device") == 0 && bed_count(b, "certificate") == 0);
	CHECK(bed_records(b, "enrollment-refused", NULL, NULL) == refused);
}

static void wrong_secret(void)
{
	struct bed b;
	struct bed_token t, bad;
	struct enroll_grant g;
	struct error err = ERROR_INIT;
	char subject[64], reason[64], message[240];

	bed_open(&b);
	bad = t = bed_token(&b, NULL);
	(void)bed_digest("guess", bad.secret);
	CHECK_ERROR(bed_claim(&b, &bad, AS("k", NULL, NULL), &g, &err), err, ERROR_UNAUTHORIZED);
	memcpy(message, err.msg, sizeof(message));
	CHECK(bed_records(&b, "enrollment-refused", subject, reason) == 1);
	CHECK_STR(subject, t.id); /* the presented user name */
	CHECK_STR(reason, "unauthorized");
	strcpy(bad.id, "no-such-token");
	CHECK_ERROR(bed_claim(&b, &bad, AS("k", NULL, NULL), &g, &err), err, ERROR_UNAUTHORIZED);
	CHECK_STR(err.msg, message); /* not told apart */
	bad.id[0] = 0;
	memset(bad.secret, 0, sizeof(bad.secret));
	CHECK_ERROR(bed_claim(&b, &bad, AS("k", NULL, NULL), &g, &err), err, ERROR_UNAUTHORIZED);
	check_nothing(&b, 3);
	bed_close(&b);
}

static void expired(void)
{
	struct bed b;
	const struct admin_token_spec spec = { .lifetime_s = 5 };
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;
	char subject[64];

	bed_open(&b);
	t = bed_token(&b, &spec);
	b.now += 5;
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_DENIED);
	CHECK_STR(err.msg, "the token has expired");
	CHECK(bed_records(&b, "enrollment-refused", subject, NULL) == 1);
	CHECK_STR(subject, t.id);
	check_nothing(&b, 1);
	bed_close(&b);
}

static void early(void)
{
	struct bed b;
	const struct admin_token_spec spec = { .not_before = BED_NOW + 60 };
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, &spec);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_DENIED);
	check_nothing(&b, 1);
	b.now += 60;
	CHECK_OK(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err);
	bed_close(&b);
}

static void used(void)
{
	struct bed b;
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, NULL);
	CHECK_OK(bed_claim(&b, &t, AS("k1", NULL, NULL), &g, &err), err);
	CHECK_OK(bed_finish(&b, &g, "c1", &err), err);
	CHECK_ERROR(bed_claim(&b, &t, AS("k2", NULL, NULL), &g, &err), err, ERROR_DENIED);
	CHECK_STR(err.msg, "the token was used already");
	CHECK(bed_count(&b, "device") == 1);
	bed_close(&b);
}

static void revoked(void)
{
	struct bed b;
	struct bed_token t;
	struct admin_named named = { .caller = bed_caller(ROLE_SERVER_ADMINISTRATOR) };
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, NULL);
	CHECK(bed_records(&b, "token-created", NULL, NULL) == 1);
	named.id = t.id;
	CHECK_OK(bed_call(&b, OP_TOKEN_REVOKE, &named, NULL, &err), err);
	CHECK(bed_records(&b, "token-revoked", NULL, NULL) == 1);
	CHECK_ERROR(bed_call(&b, OP_TOKEN_REVOKE, &named, NULL, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_DENIED);
	check_nothing(&b, 1);
	bed_close(&b);
}

static void counted(void)
{
	struct bed b;
	const struct admin_token_spec spec = { .count = 2 };
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, &spec);
	CHECK_OK(bed_claim(&b, &t, AS("k1", NULL, NULL), &g, &err), err);
	CHECK_OK(bed_claim(&b, &t, AS("k2", NULL, NULL), &g, &err), err);
	CHECK_ERROR(bed_claim(&b, &t, AS("k3", NULL, NULL), &g, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static void by_hardware(void)
{
	struct bed b;
	char *ids[] = { (char *)"HW1", (char *)"HW2" };
	const struct admin_token_spec spec = { .count = 9, .hardware_ids = { ids, 2 } };
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, &spec);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", "HW3", NULL), &g, &err), err, ERROR_DENIED);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_DENIED);
	check_nothing(&b, 2);
	CHECK_OK(bed_claim(&b, &t, AS("k", "HW2", NULL), &g, &err), err);
	bed_close(&b);
}

static void by_model(void)
{
	struct bed b;
	char *models[] = { (char *)"M1" };
	const struct admin_token_spec spec = { .count = 9, .models = { models, 1 } };
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, &spec);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, "M2"), &g, &err), err, ERROR_DENIED);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_DENIED);
	check_nothing(&b, 2);
	CHECK_OK(bed_claim(&b, &t, AS("k", NULL, "M1"), &g, &err), err);
	bed_close(&b);
}

static void duplicate_hardware(void)
{
	struct bed b;
	const struct admin_token_spec spec = { .count = 9 };
	struct bed_token t;
	struct enroll_grant first, g;
	struct admin_named named = { .caller = bed_caller(ROLE_SERVER_ADMINISTRATOR) };
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, &spec);
	CHECK_OK(bed_claim(&b, &t, AS("k1", "HW1", NULL), &first, &err), err);
	CHECK_ERROR(bed_claim(&b, &t, AS("k2", "HW1", NULL), &g, &err), err, ERROR_CONFLICT);
	CHECK_OK(bed_finish(&b, &first, "c1", &err), err);
	CHECK_ERROR(bed_claim(&b, &t, AS("k2", "HW1", NULL), &g, &err), err, ERROR_CONFLICT);
	named.id = first.device;
	CHECK_OK(bed_call(&b, OP_DEVICE_RETIRE, &named, NULL, &err), err);
	CHECK_OK(bed_claim(&b, &t, AS("k2", "HW1", NULL), &g, &err), err);
	CHECK(strcmp(g.device, first.device) != 0); /* an id is never reused */
	bed_close(&b);
}

static void duplicate_key(void)
{
	struct bed b;
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	(void)bed_enroll(&b, "one");
	t = bed_token(&b, NULL);
	CHECK_ERROR(bed_claim(&b, &t, AS("one", NULL, NULL), &g, &err), err, ERROR_CONFLICT);
	CHECK(bed_count(&b, "device") == 1);
	bed_close(&b);
}

static void repeated(void)
{
	struct bed b;
	struct bed_token t, other;
	struct enroll_grant first;
	auto_enroll_grant struct enroll_grant again = { 0 };
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, NULL);
	CHECK_OK(bed_claim(&b, &t, AS("k", "HW1", NULL), &first, &err), err);
	/* the server died before the certificate was made: the same claim goes on */
	CHECK_OK(bed_claim(&b, &t, AS("k", "HW1", NULL), &again, &err), err);
	CHECK_STR(again.device, first.device);
	CHECK(again.first && again.issued.len == 0);
	CHECK_OK(bed_finish(&b, &again, "cert", &err), err);
	/* the answer was lost: the same certificate, even after the token's end */
	b.now += 2;
	CHECK_OK(bed_claim(&b, &t, AS("k", "HW1", NULL), &again, &err), err);
	CHECK_STR(again.device, first.device);
	CHECK(again.issued.len == 4 && memcmp(again.issued.data, "cert", 4) == 0);
	CHECK(bed_count(&b, "device") == 1 && bed_count(&b, "certificate") == 1);
	/* the right key with another secret is not enough */
	other = t;
	(void)bed_digest("guess", other.secret);
	CHECK_ERROR(bed_claim(&b, &other, AS("k", "HW1", NULL), &first, &err), err,
		    ERROR_UNAUTHORIZED);
	bed_close(&b);
}

static void aborted(void)
{
	struct bed b;
	struct bed_token t;
	struct enroll_grant g;
	struct error err = ERROR_INIT;

	bed_open(&b);
	t = bed_token(&b, NULL);
	CHECK_OK(bed_claim(&b, &t, AS("k1", "HW1", NULL), &g, &err), err);
	CHECK_OK(enroll_abort(b.service, &g, &err), err);
	CHECK(bed_count(&b, "device") == 0);
	CHECK_OK(bed_claim(&b, &t, AS("k2", "HW1", NULL), &g, &err), err); /* the token is whole */
	CHECK_OK(enroll_sweep(b.service, &err), err);
	CHECK(bed_count(&b, "device") == 1);
	b.now += LIMIT_PENDING_S + 1;
	CHECK_OK(enroll_sweep(b.service, &err), err);
	CHECK(bed_count(&b, "device") == 0);
	CHECK_ERROR(bed_finish(&b, &g, "late", &err), err, ERROR_NOT_FOUND);
	CHECK_OK(bed_claim(&b, &t, AS("k3", "HW1", NULL), &g, &err), err);
	bed_close(&b);
}

static void guessed(void)
{
	struct bed b;
	struct bed_token t, bad;
	struct enroll_grant g;
	struct error err = ERROR_INIT;
	int refused = 0;

	bed_open(&b);
	bad = t = bed_token(&b, NULL);
	(void)bed_digest("guess", bad.secret);
	for (int i = 0; i < 40; i++)
		if (bed_claim(&b, &bad, AS("k", NULL, NULL), &g, &err) < 0 &&
		    err.code == ERROR_RATE)
			refused++;
	CHECK(refused == 20);
	CHECK_ERROR(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err, ERROR_RATE);
	b.now += 30;
	CHECK_OK(bed_claim(&b, &t, AS("k", NULL, NULL), &g, &err), err);
	bed_close(&b);
}

static void renews(void)
{
	struct bed b;
	struct bed_device d;
	struct reenroll_request r = { .purpose = CERTIFICATE_IDENTITY };
	auto_enroll_grant struct enroll_grant g = { 0 }, again = { 0 };
	struct connect_answer answer;
	struct device_caller old, fresh;
	struct error err = ERROR_INIT;

	bed_open(&b);
	d = bed_enroll(&b, "one");
	old = fresh = r.caller = bed_device_caller(&d);
	(void)bed_digest("key2", r.key);
	CHECK_OK(bed_call(&b, OP_REENROLL, &r, &g, &err), err);
	CHECK(!g.first && g.issued.len == 0);
	CHECK_OK(bed_finish(&b, &g, "cert2", &err), err);
	CHECK_OK(bed_call(&b, OP_REENROLL, &r, &again, &err), err);
	CHECK(again.issued.len == 5); /* a lost answer, repeated */
	/* the old one is good until the new one was used */
	CHECK_OK(bed_call(&b, OP_CONNECT, &old, &answer, &err), err);
	(void)bed_digest("cert2", fresh.certificate);
	CHECK_OK(bed_call(&b, OP_CONNECT, &fresh, &answer, &err), err);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &old, &answer, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static void renews_late(void)
{
	struct bed b;
	struct bed_device d;
	struct reenroll_request r = { .purpose = CERTIFICATE_IDENTITY };
	auto_enroll_grant struct enroll_grant g = { 0 };
	struct error err = ERROR_INIT;

	bed_open(&b);
	d = bed_enroll(&b, "one"); /* for 300 seconds */
	r.caller = bed_device_caller(&d);
	(void)bed_digest("key2", r.key);
	b.now += 301;
	CHECK_ERROR(bed_call(&b, OP_REENROLL, &r, &g, &err), err, ERROR_DENIED);
	r.expired = true;
	CHECK_OK(bed_call(&b, OP_REENROLL, &r, &g, &err), err);
	b.now += LIMIT_RENEWAL_GRACE_S;
	CHECK_ERROR(bed_call(&b, OP_REENROLL, &r, &g, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static void evidence(void)
{
	struct bed b;
	struct bed_device d;
	struct reenroll_request r = { .purpose = CERTIFICATE_EVIDENCE };
	auto_enroll_grant struct enroll_grant g = { 0 };
	struct device_caller c;
	struct connect_answer answer;
	struct error err = ERROR_INIT;

	bed_open(&b);
	d = bed_enroll(&b, "one");
	r.caller = c = bed_device_caller(&d);
	memcpy(r.key, d.key, SHA256_HEX_SIZE);
	CHECK_ERROR(bed_call(&b, OP_REENROLL, &r, &g, &err), err, ERROR_CONFLICT);
	(void)bed_digest("evidence", r.key);
	CHECK_OK(bed_call(&b, OP_REENROLL, &r, &g, &err), err);
	CHECK_OK(bed_finish(&b, &g, "evidence", &err), err);
	(void)bed_digest("evidence", c.certificate);
	CHECK_ERROR(bed_call(&b, OP_CONNECT, &c, &answer, &err), err, ERROR_DENIED);
	bed_close(&b);
}

static const struct check_case cases[] = {
	{ "S-ENR-2: the right secret enrolls, once and whole", enrolls },
	{ "S-ENR-1: a wrong or absent secret enrolls nothing and is audited", wrong_secret },
	{ "S-SAE-1: an expired token is refused and audited", expired },
	{ "S-ENR-3: a token is refused before its window", early },
	{ "S-UAU-3: a used token is refused", used },
	{ "S-ENR-3: a revoked token is refused", revoked },
	{ "S-ENR-3: the N+1-th device is refused", counted },
	{ "S-ENR-3: another hardware id is refused", by_hardware },
	{ "S-ENR-3: another model is refused", by_model },
	{ "S-UAU-4: a hardware id enrolls once until its device has left", duplicate_hardware },
	{ "S-CLI-1, X-14: a key of another device is refused", duplicate_key },
	{ "FIA_ENR_EXT.1: a repeated request gets the same certificate", repeated },
	{ "FIA_ENR_EXT.1: a claim that came to nothing is taken back", aborted },
	{ "FIA_ENR_EXT.1: guessing secrets is limited by address", guessed },
	{ "renewal: the new certificate counts when it was used", renews },
	{ "renewal: within the grace after expiry, by a renewal request only", renews_late },
	{ "evidence: its own key, never on the channel", evidence },
};
CHECK_MAIN(cases)
