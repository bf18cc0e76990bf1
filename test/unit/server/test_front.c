/* SPDX-License-Identifier: Apache-2.0 */
/* What front lets in, what it asks core, and what it answers. */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "check.h"

#include "base/socket.h"
#include "front_bed.h"
#include "proto/checkin.h"

#define EST "/.well-known/est/"

/* No TLS at all. */
static void speak_plainly(const struct bed *b)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: mdm.example\r\n\r\n";
	struct error err = ERROR_INIT;
	auto_close int fd = -1;
	struct pollfd p = { .events = POLLOUT };

	CHECK_OK(socket_connect("127.0.0.1", b->ports[LISTENER_DEVICE], &fd, &err), err);
	p.fd = fd;
	CHECK(poll(&p, 1, 5000) == 1);
	CHECK(write(fd, text, sizeof(text) - 1) == sizeof(text) - 1);
	(void)shutdown(fd, SHUT_WR);
	p.events = POLLIN;
	CHECK(poll(&p, 1, 5000) == 1); /* it has been read */
}

static void device_listener(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf csr = BUF_INIT;
	auto_key struct key *key = NULL;
	struct bed_client *c;

	bed_init(&b);
	bed_csr(&key, &csr);
	c = bed_connect(&b, 0, LISTENER_DEVICE, NULL);
	UNTIL(&b, c->error.code && b.audit[0]);
	CHECK(c->error.code == ERROR_UNAUTHORIZED);
	CHECK(strncmp(b.audit, "peer-refused ", 13) == 0);
	b.audit[0] = '\0';
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.login);
	UNTIL(&b, c->error.code && b.audit[0]);
	CHECK_STR(b.audit, "peer-refused cert-untrusted");
	b.audit[0] = '\0';
	speak_plainly(&b);
	UNTIL(&b, b.audit[0]);
	CHECK_STR(b.audit, "peer-refused invalid");
	c = bed_connect(&b, 1, LISTENER_DEVICE, &b.pki.client);
	bed_ask(c, HTTP_POST, EST "evidence/simpleenroll", "application/pkcs10", csr.data, csr.len);
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 200 && b.n_seen[SERVER_CONNECT] == 1);
	CHECK(bed_said(&b, "\"kind\":\"evidence\"") &&
	      bed_said(&b, "\"device\":\"" BED_DEVICE "\"") &&
	      bed_said(&b, cert_sha256(certs_get(b.pki.client.chain, 0))));
}

static void checks_in(void)
{
	static const char records[] =
		"{\"records\":[{\"sequence\":1,\"id\":\"" BED_ENROLLMENT
		"\",\"time\":\"2026-11-23T12:00:00Z\",\"event\":\"agent-started\","
		"\"outcome\":\"success\",\"subject\":\"agent\"}]}";
	static const char rest[] = "\"nonce\":\"" NONCE "\",\"statusHash\":\"" OTHER_NONCE "\"";
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf body = BUF_INIT, wrong = BUF_INIT;
	struct error err = ERROR_INIT;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	CHECK_OK(buf_printf(&body, &err, "{%s}", rest), err);
	CHECK_OK(buf_printf(&wrong, &err, "{%s,\"status\":{\"hostname\":\"x\"}}", rest), err);
	bed_ask(c, HTTP_POST, "/device/v1/checkin", "application/json", body.data, body.len);
	bed_ask(c, HTTP_POST, "/device/v1/checkin", "application/json", wrong.data, wrong.len);
	bed_ask(c, HTTP_POST, "/device/v1/records", "application/json", records,
		sizeof(records) - 1);
	bed_ask(c, HTTP_POST, "/device/v1/records", "application/json", "{\"records\":7}", 13);
	UNTIL(&b, c->n == 4);
	CHECK(bed_status(c, 0) == 200 && bed_status(c, 1) == 400 && bed_status(c, 2) == 200 &&
	      bed_status(c, 3) == 400);
	CHECK(strstr(bed_body(c, 0), "\"head\":\"aGVhZA==\"") &&
	      strstr(bed_body(c, 0), "\"latest\":7") &&
	      strstr(bed_body(c, 0), "\"needStatus\":true") &&
	      strstr(bed_body(c, 0), "\"enrollment\":\"" BED_ENROLLMENT "\""));
	CHECK(strstr(bed_body(c, 2), "\"stored\":9"));
	CHECK(b.n_seen[SERVER_CHECKIN] == 1 && b.n_seen[SERVER_RECORDS] == 1);
}

static void polls(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	bed_get(c, "/device/v1/instructions?after=0");
	UNTIL(&b, c->n == 1);
	CHECK(bed_status(c, 0) == 204); /* nothing, and no wish to wait */
	bed_get(c, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 2);
	bed_event(&b, SERVER_WAKE, "99999999-2222-4333-8444-555555555555"); /* another device */
	b.n_instructions = 2;
	bed_event(&b, SERVER_WAKE, BED_DEVICE);
	UNTIL(&b, c->n == 2);
	CHECK(bed_status(c, 1) == 200 && b.n_seen[SERVER_INSTRUCTIONS] == 3);
	CHECK(strstr(bed_body(c, 1), "\"seq\":2") &&
	      strstr(bed_body(c, 1), "\"document\":\"ZG9jdQ==\""));
	bed_get(c, "/device/v1/instructions?after=2&wait=60");
	bed_get(c, "/device/v1/instructions?after=1&wait=60"); /* ends the one before */
	UNTIL(&b, c->n == 4);
	CHECK(bed_status(c, 2) == 204 && bed_status(c, 3) == 200);
	bed_get(c, "/device/v1/instructions?after=x");
	UNTIL(&b, c->n == 5);
	CHECK(bed_status(c, 4) == 400);
}

static void core_comes_back(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *held, *other;

	bed_init(&b);
	held = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	bed_get(held, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 1);
	other = bed_connect(&b, 1, LISTENER_ADMINISTRATION, &b.login);
	bed_get(other, "/api/v1/whoami");
	UNTIL(&b, other->n == 1);
	CHECK(bed_status(other, 0) == 200);
	b.core = channel_free(b.core);
	for (unsigned i = 0; i < 4; i++)
		(void)sd_event_run(b.loop, 20000);
	bed_get(other, "/api/v1/whoami");
	UNTIL(&b, other->n == 2);
	CHECK(bed_status(other, 1) == 503);
	b.n_instructions = 1; /* its wake-up is lost with the core that had it */
	bed_core(&b);
	UNTIL(&b, held->n == 1);
	CHECK(bed_status(held, 0) == 200);
	bed_get(other, "/api/v1/whoami");
	UNTIL(&b, other->n == 3);
	CHECK(bed_status(other, 2) == 200);
}

static void cuts(void)
{
	CLEANUP(bed_done) struct bed b;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	bed_get(c, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 1);
	bed_event(&b, SERVER_CUT, BED_DEVICE);
	UNTIL(&b, c->error.code != ERROR_NONE);
	b.fail[SERVER_CONNECT] = ERROR_DENIED; /* a retired device comes back */
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	UNTIL(&b, c->error.code != ERROR_NONE && b.audit[0]);
	CHECK_STR(b.audit, "peer-refused denied");
}

static void stops(void)
{
	CLEANUP(bed_done) struct bed b;
	struct error err = ERROR_INIT;
	struct bed_client *c;
	int status = -1;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_DEVICE, &b.pki.client);
	bed_get(c, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 1);
	CHECK_OK(channel_send(b.control, &(struct ipc_send){ .type = SUPERVISOR_STOP }, &err), err);
	UNTIL(&b, c->n == 1 && c->error.code);
	CHECK(bed_status(c, 0) == 204);
	c->client = http_client_free(c->client);
	CHECK(waitpid(b.pid, &status, 0) == b.pid && status == 0);
	b.pid = 0;
}

/* What a stranger says cannot be worth more than the stranger's own request. */
static void odd_texts(void)
{
	static char longs[200], target[260];
	static const struct {
		const char *user, *target;
	} rows[] = {
		{ "", EST "simpleenroll" },
		{ longs, EST "simpleenroll" },
		{ "a\x01", EST "simpleenroll" },
		{ "a\xff", EST "simpleenroll" },
		{ "token-1", target },
		{ "token-1", EST "simpleenroll?model=%01" },
		{ "token-1", EST "simpleenroll?os=%ff" },
	};
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf csr = BUF_INIT;
	auto_key struct key *key = NULL;
	struct bed_client *c, *other;
	struct http_send s = { .method = HTTP_POST,
			       .type = "application/pkcs10",
			       .basic_password = "secret" };

	memset(longs, 'x', sizeof(longs) - 1);
	(void)snprintf(target, sizeof(target), EST "simpleenroll?hostname=%s", longs);
	bed_init(&b);
	bed_csr(&key, &csr);
	s.body = csr.data;
	s.body_len = csr.len;
	other = bed_connect(&b, 1, LISTENER_DEVICE, &b.pki.client);
	bed_get(other, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
		c->n = 0;
		buf_done(&c->replies[0].body);
		s.basic_user = rows[i].user;
		s.target = rows[i].target;
		bed_send(c, &s);
		UNTIL(&b, c->n == 1);
		CHECK(bed_status(c, 0) == 400);
	}
	CHECK(b.n_seen[SERVER_ENROLL] == 0);
	b.n_instructions = 1;
	bed_event(&b, SERVER_WAKE, BED_DEVICE);
	UNTIL(&b, other->n == 1); /* it was in flight all the time */
	CHECK(bed_status(other, 0) == 200);
}

/* The channel alone ends, core and front live on: only a new front is given another. */
static void core_stays_away(void)
{
	CLEANUP(bed_done) struct bed b;
	int status = 0;
	pid_t ended = 0;

	bed_init(&b);
	b.core = channel_free(b.core);
	for (unsigned i = 0; i < 30 && ended == 0; i++) {
		(void)sd_event_run(b.loop, 100000);
		ended = waitpid(b.pid, &status, WNOHANG);
	}
	CHECK(ended == b.pid && WIFEXITED(status) &&
	      WEXITSTATUS(status) == error_exit(ERROR_UNAVAILABLE));
	b.pid = ended == b.pid ? 0 : b.pid;
}

static const struct check_case cases[] = {
	{ "FCS_TLSS_EXT.1: the device listener lets devices in, and says who was not",
	  device_listener },
	{ "front: check-in and records are bound before they go on", checks_in },
	{ "front: instructions are held until core wakes the device", polls },
	{ "front: what is held outlives core", core_comes_back },
	{ "front: empty, long and odd texts are 400, and cost nobody else anything", odd_texts },
	{ "front: without a core it ends, for the supervisor to start it anew", core_stays_away },
	{ "front: a device that is no longer welcome is cut off", cuts },
	{ "front: stopping ends what is held, and exits with 0", stops },
};
CHECK_MAIN(cases)
