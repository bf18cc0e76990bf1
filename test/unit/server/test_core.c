/* SPDX-License-Identifier: Apache-2.0 */
/* The real muster-server-core with the real muster-server-key, the test being the front. */
#include "process_bed.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/hash.h"
#include "base/id.h"
#include "crypto/cert.h"
#include "crypto/csr.h"
#include "ipc/frame.h"
#include "proto/admin.h"
#include "proto/record.h"
#include "store/db.h"

struct core_bed {
	struct process_bed p;
	char login[SHA256_HEX_SIZE]; /* of the administrator that `muster init` made */
};

static void start_bed(struct core_bed *b)
{
	auto_cert struct cert *login = NULL;
	struct error err = ERROR_INIT;
	char path[128];

	bed_open(&b->p);
	(void)snprintf(path, sizeof(path), "%s/home/login.crt", b->p.dir);
	CHECK_OK(cert_load(path, &login, &err), err);
	strcpy(b->login, login ? cert_key_sha256(login) : "");
	bed_start_key(&b->p);
	bed_start_core(&b->p);
}

static int ask(struct core_bed *b, unsigned type, const void *body, const struct buf *blob,
	       struct ipc_message *ret, struct error *err)
{
	const struct ipc_send s = {
		.type = type,
		.body = body,
		.blob = blob ? blob->data : NULL,
		.blob_len = blob ? blob->len : 0,
	};

	return bed_ask(&b->p, b->p.front, &server_protocol, &s, ret, err);
}

static struct admin_caller caller(const struct core_bed *b)
{
	struct admin_caller c = { .address = (char *)"192.0.2.1" };

	strcpy(c.login, b->login);
	return c;
}

/* ---- a device that enrolls ---- */

struct applicant {
	char token[UUID_SIZE], secret[SHA256_HEX_SIZE], key[SHA256_HEX_SIZE];
	struct buf csr;
	/* what it got */
	char device[UUID_SIZE], enrollment[UUID_SIZE], certificate[SHA256_HEX_SIZE];
};

static void apply(struct core_bed *b, struct applicant *a)
{
	const struct admin_token_create in = { .caller = caller(b) };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct admin_token_created *out;
	auto_key struct key *key = NULL;
	struct error err = ERROR_INIT;

	*a = (struct applicant){ 0 };
	CHECK_OK(ask(b, SERVER_TOKEN_CREATE, &in, NULL, &m, &err), err);
	out = m.body;
	strcpy(a->token, out->id);
	hash_sha256_hex(out->secret, strlen(out->secret), a->secret);
	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(csr_make(key, "alpha", &a->csr, &err), err);
	strcpy(a->key, key_sha256(key));
}

static struct server_enroll enroll_body(const struct applicant *a)
{
	struct server_enroll e = { .token = (char *)a->token,
				   .attributes = { .hostname = (char *)"alpha" } };

	strcpy(e.secret, a->secret);
	strcpy(e.key, a->key);
	return e;
}

static int enroll(struct core_bed *b, struct applicant *a, struct error *err)
{
	const struct server_enroll body = enroll_body(a);
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_cert struct cert *cert = NULL;
	const struct server_enrolled *out;

	if (ask(b, SERVER_ENROLL, &body, &a->csr, &m, err) < 0)
		return -1;
	out = m.body;
	CHECK(m.type == SERVER_ENROLLED);
	CHECK_OK(cert_parse_der(m.blob.data, m.blob.len, &cert, err), *err);
	CHECK_STR(cert_sha256(cert), out->certificate);
	CHECK_STR(cert_key_sha256(cert), a->key);
	strcpy(a->device, out->device);
	strcpy(a->enrollment, out->enrollment);
	strcpy(a->certificate, out->certificate);
	return 0;
}

static int connect_device(struct core_bed *b, const struct applicant *a, struct error *err)
{
	struct server_connect body = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	strcpy(body.device, a->device);
	strcpy(body.certificate, a->certificate);
	if (ask(b, SERVER_CONNECT, &body, NULL, &m, err) < 0)
		return -1;
	CHECK_STR(((struct server_connected *)m.body)->enrollment, a->enrollment);
	return 0;
}

/* ---- cases ---- */

static void starts(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message trust = IPC_MESSAGE_INIT, pki = IPC_MESSAGE_INIT,
					    version = IPC_MESSAGE_INIT;
	struct admin_caller nobody = { 0 };
	struct error err = ERROR_INIT;
	const struct server_pki_is *is;
	size_t n_crls = 0, total = 0;

	start_bed(&b);
	CHECK_OK(ask(&b, SERVER_TRUST, NULL, NULL, &trust, &err), err);
	CHECK(((struct server_trust_is *)trust.body)->version == 1 && trust.blob.len > 0);
	CHECK_OK(ask(&b, SERVER_PKI, NULL, NULL, &pki, &err), err);
	is = pki.body;
	for (size_t i = 0; i < is->items.n; i++) {
		const struct server_pki_item *item =
			(const struct server_pki_item *)is->items.items + i;

		n_crls += item->number > 0;
		total += item->size;
	}
	CHECK(is->items.n == 9 && n_crls == 4 && total == pki.blob.len);
	memset(nobody.login, 'f', SHA256_HEX_SIZE - 1);
	CHECK_ERROR(ask(&b, SERVER_VERSION, &nobody, NULL, &version, &err), err,
		    ERROR_UNAUTHORIZED);
	bed_close(&b.p);
}

static void killed_after_an_answer(void)
{
	struct core_bed b;
	struct applicant a, again;
	struct error err = ERROR_INIT;

	start_bed(&b);
	apply(&b, &a);
	CHECK_OK(enroll(&b, &a, &err), err);
	bed_kill(&b.p.core);
	bed_start_core(&b.p);
	CHECK_OK(connect_device(&b, &a, &err), err);
	again = a;
	CHECK_OK(enroll(&b, &again, &err), err); /* as if the answer was lost */
	CHECK_STR(again.certificate, a.certificate);
	CHECK_STR(again.device, a.device);
	buf_done(&a.csr);
	bed_close(&b.p);
}

/* Tokens are asked for without a pause; core is killed in the middle, and every one that was
 * answered is there afterwards. */
static void killed_at_work(void)
{
	struct core_bed b;
	struct admin_token_create in;
	struct admin_named shown;
	struct error err = ERROR_INIT;
	char ids[200][UUID_SIZE];
	size_t n = 0;

	start_bed(&b);
	in = (struct admin_token_create){ .caller = caller(&b) };
	for (uint32_t i = 0; i < 200; i++) {
		const struct ipc_send s = { .type = SERVER_TOKEN_CREATE, .id = i + 1, .body = &in };

		CHECK_OK(ipc_write(b.p.front, &server_protocol, &s, &err), err);
	}
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		if (ipc_read(b.p.front, &server_protocol, &m, &err) < 0)
			break;
		if (m.type == SERVER_TOKEN_CREATED)
			strcpy(ids[n++], ((struct admin_token_created *)m.body)->id);
		if (n == 5)
			CHECK(kill(b.p.core.pid, SIGKILL) == 0);
	}
	bed_kill(&b.p.core);
	CHECK(n >= 5);
	bed_start_core(&b.p);
	for (size_t i = 0; i < n; i++) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		shown = (struct admin_named){ .caller = caller(&b), .id = ids[i] };
		CHECK_OK(ask(&b, SERVER_TOKEN_REVOKE, &shown, NULL, &m, &err), err);
	}
	bed_close(&b.p);
}

static void groups(void)
{
	struct core_bed b;
	struct admin_caller in;
	struct error err = ERROR_INIT;
	bool seen[101] = { false };

	start_bed(&b);
	in = caller(&b);
	for (uint32_t i = 1; i <= 100; i++) {
		const struct ipc_send s = { .type = SERVER_WHOAMI, .id = i, .body = &in };

		CHECK_OK(ipc_write(b.p.front, &server_protocol, &s, &err), err);
	}
	for (int i = 1; i <= 100; i++) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		CHECK_OK(ipc_read(b.p.front, &server_protocol, &m, &err), err);
		if (m.id == 0) {
			i--; /* an event */
			continue;
		}
		CHECK(m.type == SERVER_WHOAMI_IS && m.id <= 100 && !seen[m.id]);
		seen[m.id] = true;
	}
	bed_close(&b.p);
}

/* No answer of key: the enrollment fails, nothing is left, and it goes on with the next key. */
static void key_dies(void)
{
	struct core_bed b;
	struct applicant a;
	struct error err = ERROR_INIT;

	start_bed(&b);
	apply(&b, &a);
	bed_kill(&b.p.key);
	CHECK_ERROR(enroll(&b, &a, &err), err, ERROR_UNAVAILABLE);
	bed_start_key(&b.p);
	bed_join(&b.p);
	CHECK_OK(enroll(&b, &a, &err), err);
	CHECK_OK(connect_device(&b, &a, &err), err);
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void bad_request(void)
{
	struct core_bed b;
	struct applicant a;
	struct error err = ERROR_INIT;
	uint8_t last;

	start_bed(&b);
	apply(&b, &a);
	last = a.csr.data[a.csr.len - 1];
	a.csr.data[a.csr.len - 1] ^= 1;
	CHECK_REFUSED(enroll(&b, &a, &err), err, REASON_SIGNATURE);
	a.csr.data[a.csr.len - 1] = last;
	CHECK_OK(enroll(&b, &a, &err), err); /* the token was not used up */
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void heads(void)
{
	struct core_bed b;
	struct applicant a;
	struct server_checkin body = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT, h = IPC_MESSAGE_INIT;
	struct server_head head = { 0 };
	const struct server_checked_in *out;
	struct error err = ERROR_INIT;

	start_bed(&b);
	apply(&b, &a);
	CHECK_OK(enroll(&b, &a, &err), err);
	strcpy(body.device, a.device);
	strcpy(body.certificate, a.certificate);
	memset(body.nonce, 'a', SHA256_HEX_SIZE - 1);
	memset(body.status_hash, 'b', SHA256_HEX_SIZE - 1);
	CHECK_OK(ask(&b, SERVER_CHECKIN, &body, NULL, &m, &err), err);
	out = m.body;
	CHECK(out->need_status && out->latest == 1 && out->trust_version == 1 && m.blob.len > 0);
	CHECK_STR(out->enrollment, a.enrollment);
	strcpy(head.device, a.device);
	strcpy(head.certificate, a.certificate);
	memset(head.nonce, 'c', SHA256_HEX_SIZE - 1);
	CHECK_OK(ask(&b, SERVER_HEAD, &head, NULL, &h, &err), err);
	CHECK(h.type == SERVER_HEAD_IS && h.blob.len > 0);
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void publish(struct core_bed *b, const struct applicant *a, struct admin_publish *p)
{
	static const struct buf cms = { .data = (uint8_t *)"cms", .len = 3 };
	struct admin_target t = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	*p = (struct admin_publish){ .caller = caller(b),
				     .type = (char *)"command",
				     .name = (char *)"lock",
				     .targets = { &t, 1 } };
	uuid_new(p->id);
	hash_sha256_hex(p->id, UUID_SIZE, p->digest);
	strcpy(t.device, a->device);
	strcpy(t.enrollment, a->enrollment);
	CHECK_OK(ask(b, SERVER_PUBLISH, p, &cms, &m, &err), err);
	CHECK(((struct admin_published *)m.body)->devices == 1);
}

static void events(void)
{
	struct core_bed b;
	struct applicant a;
	struct admin_publish p;
	struct admin_named named;
	struct server_instructions after = { .after = 1 };
	auto_ipc_message struct ipc_message wake = IPC_MESSAGE_INIT, cut = IPC_MESSAGE_INIT,
					    got = IPC_MESSAGE_INIT, ok = IPC_MESSAGE_INIT,
					    pki = IPC_MESSAGE_INIT, moved = IPC_MESSAGE_INIT;
	const struct server_devices *devices;
	const struct server_instructions_are *are;
	struct error err = ERROR_INIT;

	start_bed(&b);
	apply(&b, &a);
	CHECK_OK(enroll(&b, &a, &err), err);
	publish(&b, &a, &p);
	bed_await(&b.p, SERVER_WAKE, &wake);
	devices = wake.body;
	CHECK(devices->devices.n == 1);
	CHECK_STR(devices->devices.items[0], a.device);
	strcpy(after.device, a.device);
	strcpy(after.certificate, a.certificate);
	CHECK_OK(ask(&b, SERVER_INSTRUCTIONS, &after, NULL, &got, &err), err);
	are = got.body;
	CHECK(are->instructions.n == 1 && got.blob.len == 3);
	CHECK_STR(((struct server_instruction *)are->instructions.items)->id, p.id);
	bed_await(&b.p, SERVER_MOVED, &moved); /* it was sent: who waits for that is told */
	devices = moved.body;
	CHECK(devices->devices.n == 1);
	CHECK_STR(devices->devices.items[0], p.id);
	named = (struct admin_named){ .caller = caller(&b), .id = a.device };
	CHECK_OK(ask(&b, SERVER_DEVICE_RETIRE, &named, NULL, &ok, &err), err);
	CHECK(ok.type == SERVER_OK);
	bed_await(&b.p, SERVER_CUT, &cut);
	bed_await(&b.p, SERVER_PKI_IS, &pki); /* the device issuer's CRL names it at once */
	CHECK_ERROR(connect_device(&b, &a, &err), err, ERROR_DENIED);
	buf_done(&a.csr);
	bed_close(&b.p);
}

/* The number of an issuer's CRL among what is published. */
static uint64_t crl_number_of(const struct ipc_message *m, const char *name)
{
	const struct server_pki_is *is = m->body;
	const struct server_pki_item *items = is->items.items;

	for (size_t i = 0; i < is->items.n; i++)
		if (strcmp(items[i].name, name) == 0)
			return items[i].number;
	return 0;
}

static void renews_crls(void)
{
	struct core_bed b;
	struct db *db = NULL;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	char path[128];

	start_bed(&b);
	bed_kill(&b.p.core);
	(void)snprintf(path, sizeof(path), "%s/muster.db", b.p.data);
	CHECK_OK(db_open_sqlite(path, &db, &err), err);
	CHECK_OK(db_run(db,
			"UPDATE crl SET next_update = next_update - 86400 - 60"
			" WHERE issuer = 'device'",
			NULL, NULL, &err),
		 err);
	db_free(db);
	bed_start_core(&b.p);
	CHECK_OK(ask(&b, SERVER_PKI, NULL, NULL, &m, &err), err);
	while (crl_number_of(&m, "device.crl") == 1) {
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
		bed_await(&b.p, SERVER_PKI_IS, &m);
	}
	CHECK(crl_number_of(&m, "device.crl") == 2); /* a day old: made anew, long before its end */
	CHECK(crl_number_of(&m, "server.crl") == 1);
	bed_close(&b.p);
}

static size_t count_records(struct core_bed *b, const char *event)
{
	const struct admin_query q = { .caller = caller(b), .type = (char *)event };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(ask(b, SERVER_RECORD_LIST, &q, NULL, &m, &err), err);
	return m.body ? ((struct admin_records *)m.body)->records.n : 0;
}

static void life(void)
{
	struct core_bed b;
	const struct server_audit seen = { .event = (char *)"access-denied",
					   .address = (char *)"192.0.2.7",
					   .reason = (char *)"denied" };
	struct error err = ERROR_INIT;

	start_bed(&b);
	CHECK(count_records(&b, "server-started") == 1);
	CHECK_OK(ipc_write(b.p.front, &server_protocol,
			   &(struct ipc_send){ .type = SERVER_AUDIT, .body = &seen }, &err),
		 err);
	CHECK(count_records(&b, "access-denied") == 1);
	bed_tell(&b.p.core, SUPERVISOR_STOP);
	CHECK(bed_wait(&b.p.core) == 0);
	bed_start_core(&b.p);
	CHECK(count_records(&b, "server-started") == 2);
	CHECK(count_records(&b, "server-stopped") == 1);
	CHECK(count_records(&b, "bootstrap-imported") == 1);
	bed_close(&b.p);
}

static void nonsense(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	start_bed(&b);
	/* a reply is no request: that front is done with, another is welcome */
	CHECK_OK(ipc_write(b.p.front, &server_protocol,
			   &(struct ipc_send){ .type = SERVER_OK, .id = 9 }, &err),
		 err);
	while (ipc_read(b.p.front, &server_protocol, &m, &err) == 0) {
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
	}
	CHECK(err.code == ERROR_UNAVAILABLE);
	close(b.p.front);
	b.p.front = bed_peer(&b.p.core, SERVER_FRONT);
	CHECK_OK(ask(&b, SERVER_TRUST, NULL, NULL, &m, &err), err);
	bed_close(&b.p);
}

/* Run a statement in the store while core is down. */
static void alter(struct core_bed *b, const char *sql)
{
	struct error err = ERROR_INIT;
	struct db *db = NULL;
	char path[128];

	bed_kill(&b->p.core);
	(void)snprintf(path, sizeof(path), "%s/muster.db", b->p.data);
	CHECK_OK(db_open_sqlite(path, &db, &err), err);
	CHECK_OK(db_run(db, sql, NULL, NULL, &err), err);
	db_free(db);
	bed_start_core(&b->p);
}

/* Rows too long for one message come in more, shorter pages, and none is missing. */
static void long_pages(void)
{
	struct core_bed b;
	struct admin_query q = { .type = (char *)"peer-refused" };
	struct error err = ERROR_INIT;
	size_t all = 0, n = 1, pages = 0;
	char after[24] = "";

	start_bed(&b);
	alter(&b,
	      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
	      " INSERT INTO record (source, source_seq, id, event, outcome, subject, text, time,"
	      " stored, detail, digest) SELECT 'test', i, '11111111-2222-4333-8444-555555555555',"
	      " 'peer-refused', 'failure', 'x', substr(hex(zeroblob(1000)), 1, 1999), 1, 1,"
	      " '{\"a\":\"' || hex(zeroblob(3000)) || '\"}', 'd' FROM n");
	q.caller = caller(&b);
	while (n > 0 && !err.code) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
		const struct admin_records *list;

		CHECK_OK(ask(&b, SERVER_RECORD_LIST, &q, NULL, &m, &err), err);
		list = m.body;
		n = list ? list->records.n : 0;
		all += n;
		pages += n > 0;
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%llu",
				       (unsigned long long)((struct admin_record *)
								    list->records.items)[n - 1]
					       .seq);
		q.after = after;
	}
	CHECK(all == 200 && pages > 3);
	bed_close(&b.p);
}

/* More is revoked than a CRL can name: there is one all the same, and the trail says so. */
static void crl_full(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	start_bed(&b);
	alter(&b, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4001)"
		  " INSERT INTO revoked (issuer, serial, time) SELECT 'device',"
		  " printf('%032x', i), 1700000000 + i FROM n");
	alter(&b, "UPDATE crl SET next_update = next_update - 86400 - 60 WHERE issuer = 'device'");
	CHECK_OK(ask(&b, SERVER_PKI, NULL, NULL, &m, &err), err);
	while (crl_number_of(&m, "device.crl") == 1) {
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
		bed_await(&b.p, SERVER_PKI_IS, &m);
	}
	CHECK(count_records(&b, "crl-full") == 1);
	bed_close(&b.p);
}

/* Requests that arrive together are one transaction; where one of them cannot be stored, the
 * others are all the same. */
static void spoiled_group(void)
{
	struct core_bed b;
	struct applicant a;
	struct server_enroll bad;
	struct server_connect good = { 0 };
	auto_buf struct buf frames = BUF_INIT;
	struct error err = ERROR_INIT;
	unsigned codes[3] = { 0 };

	start_bed(&b);
	alter(&b, "CREATE TRIGGER spoil BEFORE INSERT ON record WHEN NEW.subject = 'spoiled'"
		  " BEGIN SELECT RAISE(ABORT, 'spoiled'); END");
	apply(&b, &a);
	CHECK_OK(enroll(&b, &a, &err), err);
	bad = enroll_body(&a);
	bad.token = (char *)"spoiled";
	strcpy(good.device, a.device);
	strcpy(good.certificate, a.certificate);
	for (uint32_t id = 901; id <= 903; id++) {
		const struct ipc_send enrolls = { .type = SERVER_ENROLL,
						  .id = id,
						  .body = &bad,
						  .blob = a.csr.data,
						  .blob_len = a.csr.len };
		const struct ipc_send connects = { .type = SERVER_CONNECT,
						   .id = id,
						   .body = &good };

		CHECK_OK(frame_write(&server_protocol, id == 902 ? &enrolls : &connects, &frames,
				     &err),
			 err);
	}
	CHECK(write(b.p.front, frames.data, frames.len) == (ssize_t)frames.len);
	for (unsigned n = 0; n < 3 && !err.code;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		CHECK_OK(ipc_read(b.p.front, &server_protocol, &m, &err), err);
		if (m.id < 901 || m.id > 903)
			continue;
		codes[m.id - 901] = m.type;
		n++;
	}
	CHECK(codes[0] == SERVER_CONNECTED && codes[1] == SERVER_ERROR &&
	      codes[2] == SERVER_CONNECTED);
	buf_done(&a.csr);
	bed_close(&b.p);
}

/* A message that does not bind: its sender is told, its neighbours are served. */
static void unbound(void)
{
	static const char body[] = "{\"device\":\"nobody\"}";
	const struct frame_header h = {
		.body_len = sizeof(body) - 1,
		.id = 77,
		.type = SERVER_CHECKIN,
	};
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT, trust = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	start_bed(&b);
	CHECK(write(b.p.front, &h, sizeof(h)) == sizeof(h));
	CHECK(write(b.p.front, body, sizeof(body) - 1) == sizeof(body) - 1);
	while (m.id != 77) { /* events may come before */
		ipc_message_done(&m);
		m = (struct ipc_message)IPC_MESSAGE_INIT;
		CHECK_OK(ipc_read(b.p.front, &server_protocol, &m, &err), err);
		if (err.code)
			break;
	}
	CHECK(m.type == SERVER_ERROR);
	if (m.type == SERVER_ERROR)
		CHECK_STR(((struct server_error *)m.body)->code, "invalid");
	CHECK_OK(ask(&b, SERVER_TRUST, NULL, NULL, &trust, &err), err);
	bed_close(&b.p);
}

static const struct check_case cases[] = {
	{ "core: trust and every CRL are there from the first start", starts },
	{ "core: what was answered survives kill -9, a lost answer is repeated",
	  killed_after_an_answer },
	{ "core: killed in the middle of groups, it loses nothing answered", killed_at_work },
	{ "core: each of a hundred requests gets one answer", groups },
	{ "core: without key an enrollment fails, and then goes on", key_dies },
	{ "core: a request that key refuses uses up no token", bad_request },
	{ "core: heads for check-ins", heads },
	{ "core: wakes who has instructions, cuts off who has left", events },
	{ "core: CRLs are made anew after a publishing period", renews_crls },
	{ "FAU_GEN.1: start, stop and front's refusals are recorded", life },
	{ "core: a front that breaks the protocol is dropped", nonsense },
	{ "core: a page too long for a message is a shorter page", long_pages },
	{ "core: a CRL that is full is said to be", crl_full },
	{ "core: one work that cannot be stored is not its neighbours' end", spoiled_group },
	{ "core: a message that does not bind is answered, its channel stays", unbound },
};
CHECK_MAIN(cases)
