/* SPDX-License-Identifier: Apache-2.0 */
/* What front lets in, what it asks core, and what it answers. */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "check.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/socket.h"
#include "crypto/csr.h"
#include "front_bed.h"
#include "proto/checkin.h"

#define EST "/.well-known/est/"

static int status_of(const struct bed_client *c, size_t i)
{
	return i < c->n ? c->replies[i].status : 0;
}

static const char *body_of(const struct bed_client *c, size_t i)
{
	return i < c->n && c->replies[i].body.data ? (char *)c->replies[i].body.data : "";
}

static bool said(const struct bed *b, const char *what)
{
	bool found = b->last_json.data && strstr((char *)b->last_json.data, what);

	if (!found)
		printf("# %s\n", b->last_json.data ? (char *)b->last_json.data : "(nothing)");
	return found;
}

/* A PKCS#10 in base64, and its key. */
static void make_csr(struct key **key, struct buf *text)
{
	auto_buf struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(key_generate(KEY_P256, key, &err), err);
	CHECK_OK(csr_make(*key, "laptop", &der, &err), err);
	CHECK_OK(base64_encode(der.data, der.len, text, &err), err);
}

static void read_certs(const struct bed_client *c, size_t i, struct certs **ret)
{
	auto_buf struct buf der = BUF_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(base64_decode(body_of(c, i), strlen(body_of(c, i)), 1, &der, &err), err);
	CHECK_OK(cms_certs_parse(der.data, der.len, ret, &err), err);
}

static void est_public(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_certs struct certs *certs = NULL;
	struct bed_client *c;

	bed_init(&b);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_get(c, EST "cacerts");
	bed_get(c, EST "csrattrs");
	bed_get(c, "/pki/device.crl");
	bed_get(c, "/pki/nothing.crl");
	UNTIL(&b, c->n == 4);
	CHECK(status_of(c, 0) == 200 && status_of(c, 1) == 200 && status_of(c, 2) == 200 &&
	      status_of(c, 3) == 404);
	CHECK_STR(c->replies[0].type, "application/pkcs7-mime; smime-type=certs-only");
	CHECK_STR(c->replies[1].type, "application/csrattrs");
	CHECK_STR(c->replies[2].type, "application/pkix-crl");
	read_certs(c, 0, &certs);
	CHECK(certs_count(certs) == 2 &&
	      certs_find(certs, cert_sha256(b.pki.client_root.cert)) != NULL);
}

static void est_enrolls(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_certs struct certs *certs = NULL;
	auto_buf struct buf csr = BUF_INIT;
	auto_key struct key *key = NULL;
	struct bed_client *c;
	struct http_send s = { .method = HTTP_POST,
			       .target = EST "simpleenroll?model=X1",
			       .type = "application/pkcs10",
			       .basic_user = "token-1",
			       .basic_password = "secret" };
	char digest[SHA256_HEX_SIZE];

	bed_init(&b);
	make_csr(&key, &csr);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_ask(c, HTTP_POST, EST "simpleenroll", "application/pkcs10", csr.data, csr.len);
	UNTIL(&b, c->n == 1);
	CHECK(status_of(c, 0) == 401 && b.n_seen[SERVER_ENROLL] == 0);
	CHECK_STR(c->replies[0].header, "Basic realm=\"enrollment\"");
	s.body = csr.data;
	s.body_len = csr.len;
	bed_send(c, &s);
	UNTIL(&b, c->n == 2);
	CHECK(status_of(c, 1) == 200 && b.n_seen[SERVER_ENROLL] == 1);
	hash_sha256_hex("secret", 6, digest);
	CHECK(said(&b, "\"token\":\"token-1\"") && said(&b, digest) && said(&b, key_sha256(key)) &&
	      said(&b, "\"model\":\"X1\"") && said(&b, "\"hostname\":\"laptop\""));
	read_certs(c, 1, &certs);
	CHECK(certs_count(certs) == 1);
	CHECK_STR(cert_key_sha256(certs_get(certs, 0)), key_sha256(key));
}

static void est_refuses(void)
{
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf csr = BUF_INIT, der = BUF_INIT, forged = BUF_INIT;
	auto_key struct key *key = NULL;
	struct error err = ERROR_INIT;
	struct bed_client *c;
	struct http_send s = { .method = HTTP_POST,
			       .target = EST "simpleenroll",
			       .type = "application/pkcs10",
			       .basic_user = "t",
			       .basic_password = "s",
			       .body = "!!!",
			       .body_len = 3 };

	bed_init(&b);
	make_csr(&key, &csr);
	CHECK_OK(base64_decode((char *)csr.data, csr.len, 0, &der, &err), err);
	der.data[der.len - 5] ^= 1;
	CHECK_OK(base64_encode(der.data, der.len, &forged, &err), err);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_send(c, &s);
	s.body = forged.data;
	s.body_len = forged.len;
	bed_send(c, &s); /* no proof of the key */
	UNTIL(&b, c->n == 2);
	CHECK(status_of(c, 0) == 400 && status_of(c, 1) == 422 && b.n_seen[SERVER_ENROLL] == 0);
	b.fail[SERVER_ENROLL] = ERROR_UNAUTHORIZED;
	s.body = csr.data;
	s.body_len = csr.len;
	bed_send(c, &s);
	bed_ask(c, HTTP_POST, EST "simplereenroll", "application/pkcs10", csr.data, csr.len);
	UNTIL(&b, c->n == 4);
	CHECK(status_of(c, 2) == 401 && c->replies[2].header[0]);
	CHECK(status_of(c, 3) == 403 && b.n_seen[SERVER_REENROLL] == 0);
}

/* A certificate of the device that ran out an hour ago, by an issuer. */
static void make_expired(const struct pki_authority *issuer, struct key **key, struct cert **cert)
{
	static const char *const uri[] = { "urn:uuid:" BED_DEVICE, NULL };
	const struct issue_template t = {
		.common_name = BED_DEVICE,
		.uri = uri,
		.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT),
		.not_before = time(NULL) - 7200,
		.not_after = time(NULL) - 3600,
	};
	struct error err = ERROR_INIT;

	CHECK_OK(key_generate(KEY_P256, key, &err), err);
	CHECK_OK(issue_cert(&t, key_spki(*key), issuer->cert, issuer->key, cert, &err), err);
}

static void make_renewal(const struct pki_authority *issuer, struct buf *ret)
{
	auto_key struct key *old_key = NULL, *new_key = NULL;
	auto_cert struct cert *cert = NULL;
	auto_buf struct buf csr = BUF_INIT;
	struct error err = ERROR_INIT;

	make_expired(issuer, &old_key, &cert);
	CHECK_OK(key_generate(KEY_P256, &new_key, &err), err);
	CHECK_OK(csr_make(new_key, NULL, &csr, &err), err);
	CHECK_OK(cms_sign(&csr, &(struct cms_signer){ cert, old_key }, 1, NULL, ret, &err), err);
}

static void renews(void)
{
	static const char path[] = "/device/v1/renewals";
	CLEANUP(bed_done) struct bed b;
	auto_buf struct buf good = BUF_INIT, rogue = BUF_INIT;
	struct bed_client *c;

	bed_init(&b);
	make_renewal(&b.pki.client_root, &good);
	make_renewal(&b.pki.rogue_root, &rogue);
	c = bed_connect(&b, 0, LISTENER_ENROLLMENT, NULL);
	bed_ask(c, HTTP_POST, path, "application/cms", good.data, good.len);
	bed_ask(c, HTTP_POST, path, "application/cms", rogue.data, rogue.len);
	UNTIL(&b, c->n == 2);
	CHECK(status_of(c, 0) == 200 && status_of(c, 1) == 422 && b.n_seen[SERVER_REENROLL] == 1);
	if (status_of(c, 0) != 200)
		printf("# %s\n", body_of(c, 0));
	CHECK(said(&b, "\"expired\":true") && said(&b, "\"kind\":\"identity\"") &&
	      said(&b, "\"device\":\"" BED_DEVICE "\""));
	good.data[good.len - 3] ^= 1; /* in the signature */
	bed_ask(c, HTTP_POST, path, "application/cms", good.data, good.len);
	UNTIL(&b, c->n == 3 && b.n_seen[SERVER_AUDIT] == 2);
	CHECK(status_of(c, 2) == 422 && b.n_seen[SERVER_REENROLL] == 1);
	CHECK(strncmp(b.audit, "enrollment-refused ", 19) == 0);
}

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
	make_csr(&key, &csr);
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
	CHECK(status_of(c, 0) == 200 && b.n_seen[SERVER_CONNECT] == 1);
	CHECK(said(&b, "\"kind\":\"evidence\"") && said(&b, "\"device\":\"" BED_DEVICE "\"") &&
	      said(&b, cert_sha256(certs_get(b.pki.client.chain, 0))));
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
	CHECK(status_of(c, 0) == 200 && status_of(c, 1) == 400 && status_of(c, 2) == 200 &&
	      status_of(c, 3) == 400);
	CHECK(strstr(body_of(c, 0), "\"head\":\"aGVhZA==\"") &&
	      strstr(body_of(c, 0), "\"latest\":7") &&
	      strstr(body_of(c, 0), "\"needStatus\":true") &&
	      strstr(body_of(c, 0), "\"enrollment\":\"" BED_ENROLLMENT "\""));
	CHECK(strstr(body_of(c, 2), "\"stored\":9"));
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
	CHECK(status_of(c, 0) == 204); /* nothing, and no wish to wait */
	bed_get(c, "/device/v1/instructions?after=0&wait=60");
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTIONS] == 2);
	bed_event(&b, SERVER_WAKE, "99999999-2222-4333-8444-555555555555"); /* another device */
	b.n_instructions = 2;
	bed_event(&b, SERVER_WAKE, BED_DEVICE);
	UNTIL(&b, c->n == 2);
	CHECK(status_of(c, 1) == 200 && b.n_seen[SERVER_INSTRUCTIONS] == 3);
	CHECK(strstr(body_of(c, 1), "\"seq\":2") &&
	      strstr(body_of(c, 1), "\"document\":\"ZG9jdQ==\""));
	bed_get(c, "/device/v1/instructions?after=2&wait=60");
	bed_get(c, "/device/v1/instructions?after=1&wait=60"); /* ends the one before */
	UNTIL(&b, c->n == 4);
	CHECK(status_of(c, 2) == 204 && status_of(c, 3) == 200);
	bed_get(c, "/device/v1/instructions?after=x");
	UNTIL(&b, c->n == 5);
	CHECK(status_of(c, 4) == 400);
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
	CHECK(status_of(other, 0) == 200);
	b.core = channel_free(b.core);
	for (unsigned i = 0; i < 4; i++)
		(void)sd_event_run(b.loop, 20000);
	bed_get(other, "/api/v1/whoami");
	UNTIL(&b, other->n == 2);
	CHECK(status_of(other, 1) == 503);
	b.n_instructions = 1; /* its wake-up is lost with the core that had it */
	bed_core(&b);
	UNTIL(&b, held->n == 1);
	CHECK(status_of(held, 0) == 200);
	bed_get(other, "/api/v1/whoami");
	UNTIL(&b, other->n == 3);
	CHECK(status_of(other, 2) == 200);
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
	CHECK(status_of(c, 0) == 201 && strstr(body_of(c, 0), "\"secret\":\"s3cret\""));
	CHECK(said(&b, cert_key_sha256(certs_get(b.login.chain, 0))) && said(&b, "\"count\":3") &&
	      said(&b, "\"address\":\"127.0.0.1:"));
	bed_ask(c, HTTP_POST, "/api/v1/tokens", "application/json", "{\"count\":0,\"x\":1}", 17);
	bed_ask(c, HTTP_DELETE, "/api/v1/tokens/abc", NULL, NULL, 0);
	UNTIL(&b, c->n == 3);
	CHECK(status_of(c, 1) == 400 && status_of(c, 2) == 204);
	CHECK(said(&b, "\"id\":\"abc\""));
	b.fail[SERVER_WHOAMI] = ERROR_UNAUTHORIZED; /* a certificate of no administrator */
	bed_get(c, "/api/v1/whoami");
	bed_get(c, "/api/v1/records?since=yesterday");
	UNTIL(&b, c->n == 5);
	CHECK(status_of(c, 3) == 403 && strstr(body_of(c, 3), "\"code\":\"unauthorized\""));
	CHECK(status_of(c, 4) == 400);
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
	CHECK(status_of(c, 0) == 201 && b.n_seen[SERVER_PUBLISH] == 1);
	CHECK(said(&b, "\"type\":\"assignment\"") && said(&b, "\"serial\":4") &&
	      said(&b, "\"stream\":\"kiosk\"") && said(&b, "\"device\":\"" DEVICE "\"") &&
	      said(&b, "\"signers\":[\"alice\"]") && said(&b, "\"ownership\":\"enterprise\""));
	CHECK(b.last.blob.len == good.len && memcmp(b.last.blob.data, good.data, good.len) == 0);
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/cms", unlisted.data,
		unlisted.len);
	good.data[good.len / 2] ^= 1;
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/cms", good.data, good.len);
	bed_ask(c, HTTP_POST, "/api/v1/instructions", "application/json", "{}", 2);
	UNTIL(&b, c->n == 4);
	CHECK(status_of(c, 1) == 422 && strstr(body_of(c, 1), "\"reason\":\"signer-not-listed\""));
	CHECK(status_of(c, 2) == 422 && status_of(c, 3) == 415);
	UNTIL(&b, b.n_seen[SERVER_AUDIT] - b.n_logins == 2);
	CHECK(b.n_seen[SERVER_PUBLISH] == 1);
	CHECK(strncmp(b.audit, "publication-refused ", 20) == 0);
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
	CHECK(status_of(c, 0) == 204);
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
	make_csr(&key, &csr);
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
		CHECK(status_of(c, 0) == 400);
	}
	CHECK(b.n_seen[SERVER_ENROLL] == 0);
	b.n_instructions = 1;
	bed_event(&b, SERVER_WAKE, BED_DEVICE);
	UNTIL(&b, other->n == 1); /* it was in flight all the time */
	CHECK(status_of(other, 0) == 200);
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
	CHECK(status_of(other, 0) == 200 && status_of(other, 1) == 204 && c->n == 0);
	b.n_delivered = 1; /* of two */
	bed_event(&b, SERVER_MOVED, BED_ENROLLMENT);
	UNTIL(&b, b.n_seen[SERVER_INSTRUCTION_SHOW] == 4);
	bed_event(&b, SERVER_MOVED, BED_DEVICE); /* another instruction */
	b.n_delivered = 2;
	bed_get(other, INSTRUCTION "?wait=60&state=sideways");
	UNTIL(&b, other->n == 3);
	CHECK(status_of(other, 2) == 400 && c->n == 0);
	bed_event(&b, SERVER_MOVED, BED_ENROLLMENT);
	UNTIL(&b, c->n == 1);
	CHECK(status_of(c, 0) == 200 && strstr(body_of(c, 0), "\"delivered\":2") != NULL);
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
	{ "S-ENR-1: what EST publishes is public", est_public },
	{ "S-ENR-1: simpleenroll asks core with digests, and answers the certificate alone",
	  est_enrolls },
	{ "S-ENR-3: enrollment without secret, form, proof or certificate is refused",
	  est_refuses },
	{ "front: a certificate that ran out is renewed by its key, and by no other", renews },
	{ "FCS_TLSS_EXT.1: the device listener lets devices in, and says who was not",
	  device_listener },
	{ "front: check-in and records are bound before they go on", checks_in },
	{ "front: instructions are held until core wakes the device", polls },
	{ "front: what is held outlives core", core_comes_back },
	{ "front: empty, long and odd texts are 400, and cost nobody else anything", odd_texts },
	{ "front: without a core it ends, for the supervisor to start it anew", core_stays_away },
	{ "front: a device that is no longer welcome is cut off", cuts },
	{ "front: what becomes of an instruction is held until it is so", waits },
	{ "FAU_GEN.1: an administrator's connection is reported once", logins },
	{ "front: the administration API is bound to its tables", administration },
	{ "FMT_POL_EXT.1: only what devices would believe is published", publishes },
	{ "front: stopping ends what is held, and exits with 0", stops },
};
CHECK_MAIN(cases)
