/* SPDX-License-Identifier: Apache-2.0 */
#include "core_bed.h"

#include "crypto/cert.h"
#include "crypto/csr.h"
#include "store/db.h"

void core_bed_start(struct core_bed *b)
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

int core_bed_ask(struct core_bed *b, unsigned type, const void *body, const struct buf *blob,
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

struct admin_caller core_bed_caller(const struct core_bed *b)
{
	struct admin_caller c = { .address = (char *)"192.0.2.1" };

	strcpy(c.login, b->login);
	return c;
}

void applicant_make(struct core_bed *b, struct applicant *a)
{
	const struct admin_token_create in = { .caller = core_bed_caller(b) };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct admin_token_created *out;
	auto_key struct key *key = NULL;
	struct error err = ERROR_INIT;

	*a = (struct applicant){ 0 };
	CHECK_OK(core_bed_ask(b, SERVER_TOKEN_CREATE, &in, NULL, &m, &err), err);
	out = m.body;
	strcpy(a->token, out->id);
	hash_sha256_hex(out->secret, strlen(out->secret), a->secret);
	CHECK_OK(key_generate(KEY_P256, &key, &err), err);
	CHECK_OK(csr_make(key, "alpha", &a->csr, &err), err);
	strcpy(a->key, key_sha256(key));
}

struct server_enroll applicant_body(const struct applicant *a)
{
	struct server_enroll e = { .token = (char *)a->token,
				   .attributes = { .hostname = (char *)"alpha" } };

	strcpy(e.secret, a->secret);
	strcpy(e.key, a->key);
	return e;
}

int applicant_enroll(struct core_bed *b, struct applicant *a, struct error *err)
{
	const struct server_enroll body = applicant_body(a);
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_cert struct cert *cert = NULL;
	const struct server_enrolled *out;

	if (core_bed_ask(b, SERVER_ENROLL, &body, &a->csr, &m, err) < 0)
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

int applicant_connect(struct core_bed *b, const struct applicant *a, struct error *err)
{
	struct server_connect body = { 0 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	strcpy(body.device, a->device);
	strcpy(body.certificate, a->certificate);
	if (core_bed_ask(b, SERVER_CONNECT, &body, NULL, &m, err) < 0)
		return -1;
	CHECK_STR(((struct server_connected *)m.body)->enrollment, a->enrollment);
	return 0;
}

size_t core_bed_records(struct core_bed *b, const char *event)
{
	const struct admin_query q = { .caller = core_bed_caller(b), .type = (char *)event };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(core_bed_ask(b, SERVER_RECORD_LIST, &q, NULL, &m, &err), err);
	return m.body ? ((struct admin_records *)m.body)->records.n : 0;
}

/* Run a statement in the store while core is down. */
void core_bed_alter(struct core_bed *b, const char *sql)
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
