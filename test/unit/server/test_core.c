/* SPDX-License-Identifier: Apache-2.0 */
/* The real muster-server-core with the real muster-server-key, the test being the front. */
#include "core_bed.h"

#include <signal.h>

#include "ipc/frame.h"

static void starts(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message trust = IPC_MESSAGE_INIT, pki = IPC_MESSAGE_INIT,
					    version = IPC_MESSAGE_INIT;
	struct admin_caller nobody = { 0 };
	struct error err = ERROR_INIT;
	const struct server_pki_is *is;
	size_t n_crls = 0, total = 0;

	core_bed_start(&b);
	CHECK_OK(core_bed_ask(&b, SERVER_TRUST, NULL, NULL, &trust, &err), err);
	CHECK(((struct server_trust_is *)trust.body)->version == 1 && trust.blob.len > 0);
	CHECK_OK(core_bed_ask(&b, SERVER_PKI, NULL, NULL, &pki, &err), err);
	is = pki.body;
	for (size_t i = 0; i < is->items.n; i++) {
		const struct server_pki_item *item =
			(const struct server_pki_item *)is->items.items + i;

		n_crls += item->number > 0;
		total += item->size;
	}
	CHECK(is->items.n == 9 && n_crls == 4 && total == pki.blob.len);
	memset(nobody.login, 'f', SHA256_HEX_SIZE - 1);
	CHECK_ERROR(core_bed_ask(&b, SERVER_VERSION, &nobody, NULL, &version, &err), err,
		    ERROR_UNAUTHORIZED);
	bed_close(&b.p);
}

static void killed_after_an_answer(void)
{
	struct core_bed b;
	struct applicant a, again;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	applicant_make(&b, &a);
	CHECK_OK(applicant_enroll(&b, &a, &err), err);
	bed_kill(&b.p.core);
	bed_start_core(&b.p);
	CHECK_OK(applicant_connect(&b, &a, &err), err);
	again = a;
	CHECK_OK(applicant_enroll(&b, &again, &err), err); /* as if the answer was lost */
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

	core_bed_start(&b);
	in = (struct admin_token_create){ .caller = core_bed_caller(&b) };
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

		shown = (struct admin_named){ .caller = core_bed_caller(&b), .id = ids[i] };
		CHECK_OK(core_bed_ask(&b, SERVER_TOKEN_REVOKE, &shown, NULL, &m, &err), err);
	}
	bed_close(&b.p);
}

static void groups(void)
{
	struct core_bed b;
	struct admin_caller in;
	struct error err = ERROR_INIT;
	bool seen[101] = { false };

	core_bed_start(&b);
	in = core_bed_caller(&b);
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

	core_bed_start(&b);
	applicant_make(&b, &a);
	bed_kill(&b.p.key);
	CHECK_ERROR(applicant_enroll(&b, &a, &err), err, ERROR_UNAVAILABLE);
	bed_start_key(&b.p);
	bed_join(&b.p);
	CHECK_OK(applicant_enroll(&b, &a, &err), err);
	CHECK_OK(applicant_connect(&b, &a, &err), err);
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void bad_request(void)
{
	struct core_bed b;
	struct applicant a;
	struct error err = ERROR_INIT;
	uint8_t last;

	core_bed_start(&b);
	applicant_make(&b, &a);
	last = a.csr.data[a.csr.len - 1];
	a.csr.data[a.csr.len - 1] ^= 1;
	CHECK_REFUSED(applicant_enroll(&b, &a, &err), err, REASON_SIGNATURE);
	a.csr.data[a.csr.len - 1] = last;
	CHECK_OK(applicant_enroll(&b, &a, &err), err); /* the token was not used up */
	buf_done(&a.csr);
	bed_close(&b.p);
}

static void life(void)
{
	struct core_bed b;
	const struct server_audit seen = { .event = (char *)"access-denied",
					   .address = (char *)"192.0.2.7",
					   .reason = (char *)"denied" };
	struct error err = ERROR_INIT;

	core_bed_start(&b);
	CHECK(core_bed_records(&b, "server-started") == 1);
	CHECK_OK(ipc_write(b.p.front, &server_protocol,
			   &(struct ipc_send){ .type = SERVER_AUDIT, .body = &seen }, &err),
		 err);
	CHECK(core_bed_records(&b, "access-denied") == 1);
	bed_tell(&b.p.core, SUPERVISOR_STOP);
	CHECK(bed_wait(&b.p.core) == 0);
	bed_start_core(&b.p);
	CHECK(core_bed_records(&b, "server-started") == 2);
	CHECK(core_bed_records(&b, "server-stopped") == 1);
	CHECK(core_bed_records(&b, "bootstrap-imported") == 1);
	bed_close(&b.p);
}

static void nonsense(void)
{
	struct core_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	core_bed_start(&b);
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
	CHECK_OK(core_bed_ask(&b, SERVER_TRUST, NULL, NULL, &m, &err), err);
	bed_close(&b.p);
}

/* Rows too long for one message come in more, shorter pages, and none is missing. */
static void long_pages(void)
{
	struct core_bed b;
	struct admin_query q = { .type = (char *)"peer-refused" };
	struct error err = ERROR_INIT;
	size_t all = 0, n = 1, pages = 0;
	char after[24] = "";

	core_bed_start(&b);
	core_bed_alter(
		&b,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
		" INSERT INTO record (source, source_seq, id, event, outcome, subject, text, time,"
		" stored, detail, digest) SELECT 'test', i, '11111111-2222-4333-8444-555555555555',"
		" 'peer-refused', 'failure', 'x', substr(hex(zeroblob(1000)), 1, 1999), 1, 1,"
		" '{\"a\":\"' || hex(zeroblob(3000)) || '\"}', 'd' FROM n");
	q.caller = core_bed_caller(&b);
	while (n > 0 && !err.code) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
		const struct admin_records *list;

		CHECK_OK(core_bed_ask(&b, SERVER_RECORD_LIST, &q, NULL, &m, &err), err);
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

	core_bed_start(&b);
	core_bed_alter(&b,
		       "CREATE TRIGGER spoil BEFORE INSERT ON record WHEN NEW.subject = 'spoiled'"
		       " BEGIN SELECT RAISE(ABORT, 'spoiled'); END");
	applicant_make(&b, &a);
	CHECK_OK(applicant_enroll(&b, &a, &err), err);
	bad = applicant_body(&a);
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

	core_bed_start(&b);
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
	CHECK_OK(core_bed_ask(&b, SERVER_TRUST, NULL, NULL, &trust, &err), err);
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
	{ "FAU_GEN.1: start, stop and front's refusals are recorded", life },
	{ "core: a front that breaks the protocol is dropped", nonsense },
	{ "core: a page too long for a message is a shorter page", long_pages },
	{ "core: one work that cannot be stored is not its neighbours' end", spoiled_group },
	{ "core: a message that does not bind is answered, its channel stays", unbound },
};
CHECK_MAIN(cases)
