/* SPDX-License-Identifier: Apache-2.0 */
#include "front_bed.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/socket.h"
#include "crypto/csr.h"
#include "proto/admin.h"
#include "../must.h"

/* ---- core ---- */

static void reply(struct bed *b, uint32_t id, unsigned type, const void *body, const void *blob,
		  size_t len)
{
	MUST_OK(channel_send(
		b->core,
		&(struct ipc_send){
			.type = type, .id = id, .body = body, .blob = blob, .blob_len = len },
		&err));
}

static void add_item(struct buf *blob, struct server_pki_item *item, const char *name,
		     const struct buf *der)
{
	*item = (struct server_pki_item){ .name = (char *)name, .size = (uint32_t)der->len };
	memset(item->issuer, 'a', sizeof(item->issuer) - 1);
	MUST_OK(buf_append(blob, der->data, der->len, &err));
}

static void answer_pki(struct bed *b, uint32_t id)
{
	struct server_pki_item items[7];
	const struct server_pki_is body = { { items, ARRAY_SIZE(items) } };
	auto_buf struct buf blob = BUF_INIT;

	add_item(&blob, &items[0], "server.crt", cert_der(b->pki.server_root.cert));
	add_item(&blob, &items[1], "device.crt", cert_der(b->pki.client_root.cert));
	add_item(&blob, &items[2], "login.crt", cert_der(b->login_root.cert));
	add_item(&blob, &items[3], "server.crl", crl_der(b->pki.server_root.crl));
	add_item(&blob, &items[4], "device.crl", crl_der(b->pki.client_root.crl));
	add_item(&blob, &items[5], "login.crl", crl_der(b->login_root.crl));
	add_item(&blob, &items[6], "authority.crl", crl_der(crls_get(b->authority.crls, 0)));
	reply(b, id, SERVER_PKI_IS, &body, blob.data, blob.len);
}

static void answer_trust(struct bed *b, uint32_t id)
{
	struct server_trust_is body = { .version = 1 };

	memcpy(body.digest, b->authority.first_sha256, sizeof(body.digest));
	reply(b, id, SERVER_TRUST_IS, &body, b->authority.first.data, b->authority.first.len);
}

static void answer_enroll(struct bed *b, const struct ipc_message *m)
{
	static const char *const uri[] = { "urn:uuid:" BED_DEVICE, NULL };
	const struct issue_template t = {
		.common_name = BED_DEVICE,
		.uri = uri,
		.purposes = ISSUE_PURPOSE(X509_TLS_CLIENT),
		.not_before = time(NULL) - 60,
		.not_after = time(NULL) + 3600,
	};
	struct server_enrolled body = { .device = BED_DEVICE, .enrollment = BED_ENROLLMENT };
	auto_csr struct csr *csr = NULL;
	auto_cert struct cert *cert = NULL;

	MUST_OK(csr_parse(m->blob.data, m->blob.len, &csr, &err));
	MUST_OK(issue_cert(&t, csr_spki(csr), b->pki.client_root.cert, b->pki.client_root.key,
			   &cert, &err));
	memcpy(body.certificate, cert_sha256(cert), sizeof(body.certificate));
	reply(b, m->id, SERVER_ENROLLED, &body, cert_der(cert)->data, cert_der(cert)->len);
}

static void answer_instructions(struct bed *b, const struct ipc_message *m)
{
	const struct server_instructions *ask = m->body;
	struct server_instruction items[4] = { 0 };
	struct server_instructions_are body = { { items, 0 } };
	char blob[64] = "";

	for (uint64_t seq = ask->after + 1; seq <= b->n_instructions; seq++) {
		struct server_instruction *item = &items[body.instructions.n++];

		*item = (struct server_instruction){
			.seq = seq, .type = (char *)"policy", .id = BED_ENROLLMENT, .size = 4
		};
		(void)strcat(blob, "docu");
	}
	reply(b, m->id, SERVER_INSTRUCTIONS_ARE, &body, blob, strlen(blob));
}

static void answer_other(struct bed *b, const struct ipc_message *m)
{
	const struct server_connected connected = { .enrollment = BED_ENROLLMENT };
	const struct server_checked_in checked_in = { .enrollment = BED_ENROLLMENT,
						      .latest = 7,
						      .need_status = true };
	const struct server_stored stored = { .stored = 9 };
	const struct admin_whoami whoami = { .name = (char *)"alice", .role = (char *)"server" };
	const struct admin_token_created created = { .id = BED_ENROLLMENT,
						     .secret = (char *)"s3cret",
						     .expires = 1795435200 };
	const struct admin_instruction_detail detail = { .instruction = {
								 .id = BED_ENROLLMENT,
								 .type = (char *)"command",
								 .published_by = (char *)"alice",
								 .published = 1795435200,
								 .devices = 2,
								 .delivered = b->n_delivered } };
	const struct admin_published published = { .id = BED_ENROLLMENT, .devices = 1 };

	switch (m->type) {
	case SERVER_CONNECT: reply(b, m->id, SERVER_CONNECTED, &connected, NULL, 0); break;
	case SERVER_CHECKIN: reply(b, m->id, SERVER_CHECKED_IN, &checked_in, "head", 4); break;
	case SERVER_RECORDS: reply(b, m->id, SERVER_STORED, &stored, NULL, 0); break;
	case SERVER_WHOAMI: reply(b, m->id, SERVER_WHOAMI_IS, &whoami, NULL, 0); break;
	case SERVER_TOKEN_CREATE: reply(b, m->id, SERVER_TOKEN_CREATED, &created, NULL, 0); break;
	case SERVER_PUBLISH: reply(b, m->id, SERVER_PUBLISHED, &published, NULL, 0); break;
	case SERVER_INSTRUCTION_SHOW:
		reply(b, m->id, SERVER_INSTRUCTION_IS, &detail, NULL, 0);
		break;
	case SERVER_TOKEN_REVOKE: reply(b, m->id, SERVER_OK, NULL, NULL, 0); break;
	default: (void)fprintf(stderr, "core: no answer to '%s'\n", m->def->name); abort();
	}
}

/* Keep what was asked, for the test to look at. */
static void keep(struct bed *b, struct ipc_message *m)
{
	if (m->type == SERVER_CONNECT || m->type == SERVER_PKI || m->type == SERVER_TRUST)
		return;
	ipc_message_done(&b->last);
	b->last = *m;
	*m = (struct ipc_message)IPC_MESSAGE_INIT;
	buf_done(&b->last_json);
	if (b->last.body)
		MUST_OK(jmap_write(b->last.body, b->last.def->table, &b->last_json, &err));
}

static int on_core(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	struct bed *b = userdata;
	struct error e = ERROR_INIT;

	b->n_seen[m->type]++;
	if (m->type == SERVER_AUDIT) {
		const struct server_audit *a = m->body;

		if (strcmp(a->event, "administrator-login") == 0)
			b->n_logins++;
		else
			(void)snprintf(b->audit, sizeof(b->audit), "%s %s", a->event, a->reason);
		return 0;
	}
	if (b->fail[m->type]) {
		if (error_set(&e, b->fail[m->type], "as told") < 0)
			return server_error_send(c, SERVER_ERROR, m->id, &e, err);
	} else if (m->type == SERVER_STAPLE) { /* a core that has no key yet */
		if (error_set(&e, ERROR_UNAVAILABLE, "no key") < 0)
			return server_error_send(c, SERVER_ERROR, m->id, &e, err);
	} else if (m->type == SERVER_PKI) {
		answer_pki(b, m->id);
	} else if (m->type == SERVER_TRUST) {
		answer_trust(b, m->id);
	} else if (m->type == SERVER_ENROLL || m->type == SERVER_REENROLL) {
		answer_enroll(b, m);
	} else if (m->type == SERVER_INSTRUCTIONS) {
		answer_instructions(b, m);
	} else {
		answer_other(b, m);
	}
	keep(b, m);
	return 0;
}

static void on_gone(struct channel *c, const struct error *err, void *userdata)
{
	(void)fprintf(stderr, "front: %s\n", err->msg);
}

void bed_core(struct bed *b)
{
	const struct channel_handler h = { on_core, on_gone, b };
	const struct supervisor_peer body = { SERVER_CORE };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	b->core = channel_free(b->core);
	MUST_OK(channel_new(b->loop, pair[0], &server_protocol, &h, &b->core, &err));
	MUST_OK(channel_send(
		b->control,
		&(struct ipc_send){
			.type = SUPERVISOR_PEER, .body = &body, .fds = &pair[1], .n_fds = 1 },
		&err));
	(void)close(pair[1]);
}

void bed_event(struct bed *b, unsigned type, const char *device)
{
	const char *const list[] = { device };
	const struct server_devices body = { { (char **)list, device ? 1 : 0 } };

	reply(b, 0, type, &body, NULL, 0);
}

/* ---- supervisor ---- */

static int on_control(struct channel *c, struct ipc_message *m, void *userdata, struct error *err)
{
	((struct bed *)userdata)->ready = m->type == SUPERVISOR_READY;
	return 0;
}

static void write_identity(const struct bed *b, const char *name)
{
	auto_buf struct buf pem = BUF_INIT;
	char path[128];

	MUST_OK(path_format(path, sizeof(path), &err, "%s/%s.crt", b->directory, name));
	MUST_OK(certs_pem(b->pki.server.chain, &pem, &err));
	MUST_OK(file_create(path, pem.data, pem.len, 0600, &err));
	MUST_OK(path_format(path, sizeof(path), &err, "%s/%s.key", b->directory, name));
	MUST_OK(key_save(b->pki.server.key, path, &err));
}

static void listen_all(struct bed *b)
{
	for (int l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++) {
		const struct supervisor_listen body = { l };
		char text[SOCKET_ADDRESS_SIZE], host[SOCKET_HOST_SIZE];
		auto_close int fd = -1;

		write_identity(b, server_listener_name((enum server_listener)l));
		MUST_OK(socket_listen("127.0.0.1:0", &fd, &err));
		MUST_OK(socket_local(fd, text, &err));
		MUST_OK(socket_parse(text, host, &b->ports[l], &err));
		MUST_OK(channel_send(
			b->control,
			&(struct ipc_send){
				.type = SUPERVISOR_LISTEN, .body = &body, .fds = &fd, .n_fds = 1 },
			&err));
	}
}

static void spawn(struct bed *b)
{
	const struct channel_handler h = { on_control, on_gone, b };
	const char *build = getenv("MUSTER_TEST_BUILD");
	char path[512];
	int pair[2];

	(void)snprintf(path, sizeof(path), "%s/src/server/front/muster-server-front",
		       build ? build : ".");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	b->pid = fork();
	if (b->pid == 0) {
		(void)dup2(pair[1], SUPERVISOR_FD);
		/* A leak checker needs what the sealed process may not do. */
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		(void)execl(path, path, "--listeners", b->directory, "--profile", "default", NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	MUST_OK(channel_new(b->loop, pair[0], &supervisor_protocol, &h, &b->control, &err));
}

/* ---- clients ---- */

static void on_reply(struct http_client *client, struct http_answer *a, void *userdata)
{
	struct bed_client *c = userdata;
	struct bed_reply *r = &c->replies[c->n];
	const char *type = http_head_field(&a->head, "Content-Type");
	const char *header = http_head_field(&a->head, "WWW-Authenticate");

	if (c->n == BED_REPLIES)
		abort();
	r->status = a->status;
	(void)snprintf(r->type, sizeof(r->type), "%s", type ? type : "");
	(void)snprintf(r->header, sizeof(r->header), "%s", header ? header : "");
	r->body = buf_steal(&a->body);
	c->n++;
}

static void on_closed(struct http_client *client, const struct error *err, void *userdata)
{
	((struct bed_client *)userdata)->error = *err;
}

struct bed_client *bed_connect(struct bed *b, size_t i, enum server_listener l,
			       const struct pki_end *self)
{
	struct bed_client *c = &b->clients[i];
	const struct http_client_handler h = { .closed = on_closed, .userdata = c };
	auto_tls_config struct tls_config *config = NULL;
	struct http_target target = { .host = "127.0.0.1",
				      .port = b->ports[l],
				      .reference = "mdm.example" };

	MUST_OK(pki_config(self, &b->pki.server_root, false, &config, &err));
	target.tls = config;
	c->client = http_client_free(c->client);
	c->error = (struct error)ERROR_INIT;
	MUST_OK(http_client_new(b->loop, &target, &h, &c->client, &err));
	return c;
}

void bed_send(struct bed_client *c, const struct http_send *s)
{
	MUST_OK(http_client_send(c->client, s, 20000, on_reply, c, &err));
}

void bed_ask(struct bed_client *c, enum http_method method, const char *target, const char *type,
	     const void *body, size_t len)
{
	bed_send(c, &(struct http_send){ .method = method,
					 .target = target,
					 .type = type,
					 .body = body,
					 .body_len = len });
}

void bed_get(struct bed_client *c, const char *target)
{
	bed_ask(c, HTTP_GET, target, NULL, NULL, 0);
}

/* ---- all ---- */

/* authority.h dates its CRLs at a fixed day; front judges by the clock. */
static void renew_crl(struct authority *a)
{
	const struct issue_crl t = { .number = 6,
				     .this_update = time(NULL) - 60,
				     .next_update = time(NULL) + 3600 };
	auto_crl struct crl *crl = NULL;

	crls_free(a->crls);
	a->crls = NULL;
	MUST_OK(issue_crl(&t, a->root, a->root_key, &crl, &err));
	MUST_OK(crls_new(&a->crls, &err));
	MUST_OK(crls_add(a->crls, crl, &err));
}

void bed_init(struct bed *b)
{
	*b = (struct bed){ .directory = "/tmp/muster-front-XXXXXX", .last = IPC_MESSAGE_INIT };
	if (!mkdtemp(b->directory) || sd_event_new(&b->loop) < 0)
		abort();
	MUST_OK(pki_make(&b->pki, &err));
	MUST_OK(pki_authority_make(&b->login_root, "logins", &err));
	MUST_OK(pki_end_make(&b->login, &b->login_root, X509_TLS_CLIENT, &err));
	authority_make(&b->authority);
	renew_crl(&b->authority);
	spawn(b);
	listen_all(b);
	bed_core(b);
	for (unsigned i = 0; i < 200 && !b->ready; i++)
		(void)sd_event_run(b->loop, 100000);
	if (!b->ready)
		abort();
}

static void remove_directory(const struct bed *b)
{
	for (int l = LISTENER_NONE + 1; l < LISTENER_MAX_; l++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%s.crt", b->directory,
			       server_listener_name((enum server_listener)l));
		(void)unlink(path);
		(void)memcpy(path + strlen(path) - 3, "key", 3);
		(void)unlink(path);
	}
	(void)rmdir(b->directory);
}

void bed_done(struct bed *b)
{
	for (size_t i = 0; i < BED_CLIENTS; i++) {
		http_client_free(b->clients[i].client);
		for (size_t r = 0; r < BED_REPLIES; r++)
			buf_done(&b->clients[i].replies[r].body);
	}
	channel_free(b->control);
	channel_free(b->core);
	if (b->pid > 0) {
		(void)kill(b->pid, SIGKILL);
		(void)waitpid(b->pid, NULL, 0);
	}
	ipc_message_done(&b->last);
	buf_done(&b->last_json);
	sd_event_unref(b->loop);
	key_free(b->login_root.key);
	cert_free(b->login_root.cert);
	crl_free(b->login_root.crl);
	key_free(b->login.key);
	certs_free(b->login.chain);
	pki_done(&b->pki);
	authority_done(&b->authority);
	remove_directory(b);
}

int bed_status(const struct bed_client *c, size_t i)
{
	return i < c->n ? c->replies[i].status : 0;
}

const char *bed_body(const struct bed_client *c, size_t i)
{
	return i < c->n && c->replies[i].body.data ? (char *)c->replies[i].body.data : "";
}

bool bed_said(const struct bed *b, const char *what)
{
	bool found = b->last_json.data && strstr((char *)b->last_json.data, what);

	if (!found)
		printf("# %s\n", b->last_json.data ? (char *)b->last_json.data : "(nothing)");
	return found;
}

void bed_csr(struct key **key, struct buf *text)
{
	auto_buf struct buf der = BUF_INIT;

	MUST_OK(key_generate(KEY_P256, key, &err));
	MUST_OK(csr_make(*key, "laptop", &der, &err));
	MUST_OK(base64_encode(der.data, der.len, text, &err));
}
