/* SPDX-License-Identifier: Apache-2.0 */
/* Strangers who knock: how often one is judged, and how little of it stays. */
#include "bed.h"

#include "base/limits.h"

/* One of many tries from a port, or an address, of its own. */
static enum error_code try_from(struct bed *b, const struct bed_token *t, const char *address)
{
	struct enroll_request in = { .token = t->id, .address = address };
	struct enroll_grant g = { 0 };
	struct error err = ERROR_INIT;

	memcpy(in.secret, t->secret, SHA256_HEX_SIZE);
	(void)bed_digest("key", in.key);
	CHECK(bed_call(b, OP_ENROLL, &in, &g, &err) < 0);
	return err.code;
}

/* A host is one source whatever its ports, a /64 is one whatever its addresses, and a token is
 * guarded against guesses from everywhere. */
static void guessed_from_ports(void)
{
	static const struct {
		const char *before, *after, *token;
		unsigned judged;
	} rows[] = {
		{ "198.51.100.7:", "", NULL, 20 },
		{ "[2001:db8:1:2::", "]:443", NULL, 20 },
		{ "10.1.", ".1:1", NULL, 200 }, /* as many hosts, for a token that nobody has */
		{ "10.2.", ".1:1", "real", 60 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bed b;
		struct bed_token t;
		unsigned judged = 0;

		bed_open(&b);
		t = bed_token(&b, NULL);
		(void)bed_digest("guess", t.secret);
		if (!rows[i].token)
			strcpy(t.id, "nobody");
		for (unsigned n = 1; n <= 200; n++) {
			char address[64];

			(void)snprintf(address, sizeof(address), "%s%u%s", rows[i].before, n,
				       rows[i].after);
			judged += try_from(&b, &t, address) == ERROR_UNAUTHORIZED;
		}
		CHECK(judged == rows[i].judged);
		bed_close(&b);
	}
}

static void sweep(struct bed *b)
{
	struct error err = ERROR_INIT;

	CHECK_OK(db_begin(b->db, &err), err);
	CHECK_OK(service_sweep(b->service, false, &err), err);
	CHECK_OK(db_commit(b->db, &err), err);
}

/* Who knocks a thousand times is one record a minute. */
static void knocking(void)
{
	struct bed b;
	struct bed_token t = { .id = "nobody" };
	char reason[64];

	bed_open(&b);
	(void)bed_digest("guess", t.secret);
	for (unsigned i = 0; i < 1000; i++)
		(void)try_from(&b, &t, "198.51.100.7:1");
	CHECK(bed_records(&b, "enrollment-refused", NULL, NULL) == 20);
	sweep(&b);
	CHECK(bed_records(&b, "enrollment-refused", NULL, NULL) == 20);
	b.now += 60;
	sweep(&b);
	CHECK(bed_records(&b, "enrollment-refused", NULL, reason) == 21);
	CHECK_STR(reason, "rate");
	sweep(&b);
	CHECK(bed_records(&b, "enrollment-refused", NULL, NULL) == 21);
	bed_close(&b);
}

/* However many hosts knock, the trail grows by so much an hour. */
static void many_hosts(void)
{
	struct bed b;
	struct bed_token t = { .id = "nobody" };
	int64_t before;

	bed_open(&b);
	(void)bed_digest("guess", t.secret);
	before = bed_count(&b, "record");
	for (unsigned i = 0; i < 3000; i++) {
		char address[64];

		(void)snprintf(address, sizeof(address), "10.%u.%u.1:1", i / 250, i % 250);
		(void)try_from(&b, &t, address);
	}
	b.now += 60;
	sweep(&b);
	CHECK(bed_count(&b, "record") - before == (int64_t)LIMIT_REFUSALS + 17);
	b.now += 3600;
	(void)try_from(&b, &t, "10.200.1.1:1");
	CHECK(bed_count(&b, "record") - before == (int64_t)LIMIT_REFUSALS + 18);
	bed_close(&b);
}

/* No text of a stranger costs a record, or the neighbours of the group. */
static void odd_texts(void)
{
	static char longs[4000];
	const char *const texts[] = { longs, "a\x01\x02", "a\xff\xfe", "\xc3", "" };
	struct bed b;

	bed_open(&b);
	memset(longs, 'a', sizeof(longs) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct enroll_request in = { .token = texts[i],
					     .address = texts[i],
					     .hardware_id = texts[i],
					     .model = texts[i] };
		struct enroll_grant g = { 0 };
		struct error err = ERROR_INIT;

		(void)bed_digest("x", in.secret);
		(void)bed_digest("y", in.key);
		CHECK_ERROR(bed_call(&b, OP_ENROLL, &in, &g, &err), err, ERROR_UNAUTHORIZED);
	}
	CHECK(bed_records(&b, "enrollment-refused", NULL, NULL) == ARRAY_SIZE(texts));
	bed_close(&b);
}

static const struct check_case cases[] = {
	{ "FIA_ENR_EXT.1: a host is its address, a /64 is one, a token is guarded from everywhere",
	  guessed_from_ports },
	{ "audit: who is refused for the rate is one record a minute", knocking },
	{ "audit: strangers fill the trail by so much an hour at most", many_hosts },
	{ "audit: no text of a stranger costs a record", odd_texts },
};
CHECK_MAIN(cases)
