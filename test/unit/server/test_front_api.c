/* SPDX-License-Identifier: Apache-2.0 */
/* The administration listener of the real front. */
#include "check.h"

#include "front_bed.h"

static void administration(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.pki.client); /* a device's */
	UNTIL(&b, c->error.code == ERROR_UNAUTHORIZED);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.login);
	bed_ask(c, HTTP_POST, "/api/v1/tokens", "application/json", "{\"count\":3}", 11);
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 201 && strstr(bed_body(c, 0), "\"secret\":\"s3cret\""));
	CHECK(bed_said(&b, cert_key_sha256(certs_get(b.login.chain, 0))) &&
	      bed_said(&b, "\"count\":3") && bed_said(&b, "\"address\":\"127.0.0.1:"));
	bed_ask(c, HTTP_POST, "/api/v1/tokens", "application/json", "{\"count\":0,\"x\":1}", 17);
	bed_ask(c, HTTP_DELETE, "/api/v1/tokens/abc", NULL, NULL, 0);
	UNTIL(&b, c->n == 3);
	CHECK(bed_status(c, 1) == 400 && bed_status(c, 2) == 204);
	CHECK(bed_said(&b, "\"id\":\"abc\""));
	b.fail[SERVER_WHOAMI] = ERROR_UNAUTHORIZED; /* a certificate of no administrator */
	bed_get(c, "/api/v1/whoami");
	bed_get(c, "/api/v1/records?since=yesterday");
	UNTIL(&b, c->n == 5);
	CHECK(bed_status(c, 3) == 403 && strstr(bed_body(c, 3), "\"code\":\"unauthorized\""));
	CHECK(bed_status(c, 4) == 400);
}

static void publishes(void)
{
	static const char assignment[] =
		"{\"type\":\"assignment\",\"enterprise\":\"" ENTERPRISE
		"\",\"id\":\"33333333-2222-4333-8444-555555555555\",\"serial\":4,\"device\":"
		"\"" DEVICE "\",\"enrollment\":\"" ENROLLMENT
		"\",\"stream\":\"kiosk\",\"groups\":[\"a\"],"
		"\"ownership\":\"enterprise\"}";
	static const enum signer alice[] = { ALICE, N_SIGNERS }, carol[] = { CAROL, N_SIGNERS };
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf good = BUF_INIT, unlisted = BUF_INIT;
	struct bed_client *c;

	bed_init(&b);
	authority_sign(&b.authority, assignment, alice, &good);
	authority_sign(&b.authority, assignment, carol, &unlisted);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.login);
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/cms", good.data, good.len);
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 201 && b.n_seen[SERVER_PUBLISH] == 1);
	CHECK(bed_said(&b, "\"type\":\"assignment\"") && bed_said(&b, "\"serial\":4") &&
	      bed_said(&b, "\"stream\":\"kiosk\"") && bed_said(&b, "\"device\":\"" DEVICE "\"") &&
	      bed_said(&b, "\"signers\":[\"alice\"]") &&
	      bed_said(&b, "\"ownership\":\"enterprise\""));
	CHECK(b.last.blob.len == good.len && memcmp(b.last.blob.data, good.data, good.len) == 0);
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/cms", unlisted.data,
		unlisted.len);
	good.data[good.len / 2] ^= 1;
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/cms", good.data, good.len);
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/json", "{}", 2);
	UNTIL(&b, c->n == 4);
	CHECK(bed_status(c, 1) == 422 &&
	      strstr(bed_body(c, 1), "\"reason\":\"signer-not-listed\""));
	CHECK(bed_status(c, 2) == 422 && bed_status(c, 3) == 415);
	UNTIL(&b, b.n_seen[SERVER_AUDIT] - b.n_logins == 2);
	CHECK(b.n_seen[SERVER_PUBLISH] == 1);
	CHECK(strncmp(b.audit, "publication-refused ", 20) == 0);
}

#define INSTRUCTION "/api/v1/instructions/" BED_ENROLLMENT

/* What becomes of an instruction is told when it is there, not asked for again and again. */
static void waits(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *c, *other;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.login);
	bed_get(c, INSTRUCTION "?wait=60&state=delivered");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTION_SHOW] == 1);
	other = bed_connect(&b, 1, LISTENER_ADMINISTRATION, &b.login);
	bed_get(other, INSTRUCTION);
	bed_get(other, INSTRUCTION "?wait=1");
	UNTIL(&b, other->n == 2); /* at once; and 204 when the wait is over */
	CHECK(bed_status(other, 0) == 200 && bed_status(other, 1) == 204 && c->n == 0);
	b.n_delivered = 1; /* of two */
	bed_event(&b, SERVER_MOVED, BED_ENROLLMENT);
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTION_SHOW] == 4);
	bed_event(&b, SERVER_MOVED, BED_DEVICE); /* another instruction */
	b.n_delivered = 2;
	bed_get(other, INSTRUCTION "?wait=60&state=sideways");
	UNTIL(&b, other->n == 3);
	CHECK(bed_status(other, 2) == 400 && c->n == 0);
	bed_event(&b, SERVER_MOVED, BED_ENROLLMENT);
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 200 && strstr(bed_body(c, 0), "\"delivered\":2") != NULL);
	CHECK(b.n_seen[SERVER_INSTRUCTION_SHOW] == 5);
	/* one that is held outlives core; one that is abandoned is forgotten */
	bed_get(c, INSTRUCTION "?wait=60&state=proven");
	bed_get(other, INSTRUCTION "?wait=60&state=proven");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTION_SHOW] == 7);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.login);
	bed_core(&b);
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTION_SHOW] >= 8);
	CHECK(other->n == 3);
}

/* FAU_GEN.1: once a connection, whatever is asked over it. */
static void logins(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_ADMINISTRATION, &b.login);
	bed_get(c, "/api/v1/whoami");
	bed_get(c, "/api/v1/whoami");
	UNTIL(&b, c->n == 2);
	CHECK(b.n_logins == 1);
	c = bed_connect(&b, 1, LISTENER_ADMINISTRATION, &b.login);
	bed_get(c, "/api/v1/whoami");
	UNTIL(&b, c->n == 1);
	CHECK(b.n_logins == 2);
}

static const struct check_case cases[] = {
	{ "front: the administration API is bound to its tables", administration },
	{ "FMT_POL_EXT.1: only what devices would believe is published", publishes },
	{ "front: what becomes of an instruction is held until it is so", waits },
	{ "FAU_GEN.1: an administrator's connection is reported once", logins },
};
CHECK_MAIN(cases)
