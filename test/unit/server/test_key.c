/* SPDX-License-Identifier: Apache-2.0 */
/* The real muster-server-key over a tree of `muster init`: what it makes, and what it will not. */
#include "process_bed.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/x509.h"
#include "proto/bootstrap.h"
#include "trust/judge.h"

#define DEVICE "11111111-2222-4333-8444-555555555555"
#define ENROLLMENT "22222222-2222-4333-8444-555555555555"

struct key_bed {
	struct process_bed p;
	int fd; /* of core's channel */
};

static void start_bed(struct key_bed *b)
{
	bed_open(&b->p);
	bed_start_key(&b->p);
	b->fd = bed_peer(&b->p.key, SERVER_CORE);
}

static void end_bed(struct key_bed *b)
{
	close(b->fd);
	bed_close(&b->p);
}

static int ask(struct key_bed *b, unsigned type, const void *body, const struct buf *blob,
	       struct ipc_message *ret, struct error *err)
{
	const struct ipc_send s = {
		.type = type,
		.body = body,
		.blob = blob ? blob->data : NULL,
		.blob_len = blob ? blob->len : 0,
	};

	return bed_ask(&b->p, b->fd, &key_protocol, &s, ret, err);
}

static struct cert *load_cert(const struct key_bed *b, const char *name)
{
	struct error err = ERROR_INIT;
	struct cert *c = NULL;
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", b->p.tree, name);
	CHECK_OK(cert_load(path, &c, &err), err);
	return c;
}

static void tree(void)
{
	static const char *const names[] = { "server.crt", "device.crt",    "login.crt",
					     "online.crt", "authority.crt", "authority.crl" };
	struct key_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	const struct key_tree_is *is;
	const struct key_tree_item *items;
	size_t total = 0;

	start_bed(&b);
	CHECK_OK(ask(&b, KEY_TREE, NULL, NULL, &m, &err), err);
	CHECK(m.type == KEY_TREE_IS);
	is = m.body;
	items = is->items.items;
	CHECK(is->items.n == ARRAY_SIZE(names) && is->trust.version == 1);
	for (size_t i = 0; i < is->items.n; i++) {
		CHECK_STR(items[i].name, names[i]);
		total += items[i].size;
	}
	CHECK(total == m.blob.len && items[5].number == 1);
	end_bed(&b);
}

/* ---- certificates ---- */

static void make_csr(struct key **key, struct buf *csr, char digest[SHA256_HEX_SIZE])
{
	struct error err = ERROR_INIT;

	CHECK_OK(key_generate(KEY_P256, key, &err), err);
	CHECK_OK(csr_make(*key, "whatever it asks for", csr, &err), err);
	strcpy(digest, key_sha256(*key));
}

static struct crl *make_crl_of(struct key_bed *b, enum key_issuer issuer, uint64_t number,
			       const char *serial, struct error *err)
{
	struct key_revoked revoked = { (char *)serial, clock_now() };
	const struct key_crl q = { .issuer = (int)issuer,
				   .number = number,
				   .revoked = { &revoked, serial ? 1 : 0 } };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct crl *crl = NULL;

	if (ask(b, KEY_CRL, &q, NULL, &m, err) < 0)
		return NULL;
	CHECK_OK(crl_parse_der(m.blob.data, m.blob.len, &crl, err), *err);
	return crl;
}

static int judge_cert(const struct key_bed *b, const struct cert *leaf, enum x509_purpose purpose,
		      const struct crl *crl, struct error *err)
{
	auto_cert struct cert *issuer = load_cert(b, "issuers/device.crt");
	auto_certs struct certs *anchors = NULL;
	auto_crls struct crls *crls = NULL;
	struct x509_request rq = { .purpose = purpose, .uri = "urn:uuid:" DEVICE };

	CHECK_OK(certs_new(&anchors, err), *err);
	CHECK_OK(certs_add(anchors, issuer, err), *err);
	CHECK_OK(crls_new(&crls, err), *err);
	CHECK_OK(crls_add(crls, crl, err), *err);
	rq.time = clock_now();
	rq.anchors = anchors;
	rq.crls = crls;
	return x509_judge(leaf, &rq, err);
}

static struct cert *issue(struct key_bed *b, enum key_purpose purpose, struct error *err)
{
	struct key_issue q = { .purpose = (int)purpose, .device = DEVICE };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	const struct key_issued *is;
	auto_key struct key *key = NULL;
	auto_buf struct buf csr = BUF_INIT;
	struct cert *c = NULL;

	make_csr(&key, &csr, q.key);
	if (ask(b, KEY_ISSUE, &q, &csr, &m, err) < 0)
		return NULL;
	is = m.body;
	CHECK_OK(cert_parse_der(m.blob.data, m.blob.len, &c, err), *err);
	CHECK_STR(is->certificate, cert_sha256(c));
	CHECK_STR(is->key, q.key);
	CHECK_STR(is->serial, cert_serial(c));
	CHECK(is->not_after == cert_not_after(c));
	return c;
}

static void certificates(void)
{
	struct key_bed b;
	struct error err = ERROR_INIT;
	auto_cert struct cert *identity = NULL, *evidence = NULL;
	auto_crl struct crl *crl = NULL, *later = NULL;

	start_bed(&b);
	identity = issue(&b, KEY_PURPOSE_IDENTITY, &err);
	evidence = issue(&b, KEY_PURPOSE_EVIDENCE, &err);
	crl = make_crl_of(&b, KEY_ISSUER_DEVICE, 1, NULL, &err);
	CHECK_STR(cert_common_name(identity), DEVICE);
	CHECK_OK(judge_cert(&b, identity, X509_TLS_CLIENT, crl, &err), err);
	CHECK_OK(judge_cert(&b, evidence, X509_EVIDENCE_SIGNER, crl, &err), err);
	CHECK_REFUSED(judge_cert(&b, evidence, X509_TLS_CLIENT, crl, &err), err,
		      REASON_CERT_PURPOSE);
	CHECK_REFUSED(judge_cert(&b, identity, X509_TLS_SERVER, crl, &err), err,
		      REASON_CERT_PURPOSE);
	later = make_crl_of(&b, KEY_ISSUER_DEVICE, 2, cert_serial(identity), &err);
	CHECK_REFUSED(judge_cert(&b, identity, X509_TLS_CLIENT, later, &err), err,
		      REASON_CERT_REVOKED);
	end_bed(&b);
}

static void bad_requests(void)
{
	struct key_bed b;
	struct key_issue q = { .purpose = KEY_PURPOSE_IDENTITY, .device = DEVICE };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	auto_key struct key *key = NULL;
	auto_buf struct buf csr = BUF_INIT;

	start_bed(&b);
	make_csr(&key, &csr, q.key);
	q.key[0] = q.key[0] == '0' ? '1' : '0';
	CHECK_ERROR(ask(&b, KEY_ISSUE, &q, &csr, &m, &err), err, ERROR_INVALID);
	strcpy(q.key, key_sha256(key));
	csr.data[csr.len - 1] ^= 1;
	CHECK_REFUSED(ask(&b, KEY_ISSUE, &q, &csr, &m, &err), err, REASON_SIGNATURE);
	csr.len /= 2;
	CHECK_ERROR(ask(&b, KEY_ISSUE, &q, &csr, &m, &err), err, ERROR_INVALID);
	end_bed(&b);
}

static void crls(void)
{
	struct key_bed b;
	struct error err = ERROR_INIT;

	start_bed(&b);
	for (int i = KEY_ISSUER_NONE + 1; i < KEY_ISSUER_MAX_; i++) {
		auto_crl struct crl *crl = make_crl_of(&b, (enum key_issuer)i, 7, NULL, &err);

		CHECK(crl && crl_number(crl) == 7);
		CHECK(crl_next_update(crl) > clock_now() + LIMIT_CRL_S - 60);
		CHECK(crl_next_update(crl) <= clock_now() + LIMIT_CRL_S);
	}
	CHECK(make_crl_of(&b, KEY_ISSUER_DEVICE, 6, NULL, &err) == NULL);
	CHECK(err.code == ERROR_CONFLICT);
	CHECK(make_crl_of(&b, KEY_ISSUER_DEVICE, 9, "no hex", &err) == NULL);
	CHECK(err.code == ERROR_INVALID);
	end_bed(&b);
}

/* ---- documents ---- */

/* Judged as a device judges: by the trust document of the tree. */
static int judge_signed(const struct key_bed *b, const struct buf *der, enum document_type type,
			const char *nonce, struct verdict *v, struct error *err)
{
	auto_bootstrap struct bootstrap boot = { 0 };
	auto_buf struct buf text = BUF_INIT;
	auto_document struct document trust = { 0 };
	struct judge_context c = { .now = clock_now(), .device = DEVICE, .nonce = nonce };
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", b->p.tree, BOOTSTRAP_FILE);
	CHECK_OK(file_read(path, LIMIT_CONF, &text, err), *err);
	CHECK_OK(bootstrap_read(text.data, text.len, &boot, err), *err);
	CHECK_OK(judge_peek(boot.trust.data, boot.trust.len, &trust, err), *err);
	c.trust = &trust.trust;
	c.enrollment = type == DOCUMENT_COMMAND ? ENROLLMENT : NULL;
	return judge(der->data, der->len, type, &c, v, err);
}

static void heads(void)
{
	struct key_bed b;
	struct key_head q = { .device = DEVICE, .trust_version = 1 };
	struct key_stream stream = { (char *)"kiosk", 4 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_verdict struct verdict v = { 0 };
	struct error err = ERROR_INIT;
	const struct head *h = &v.document.head;

	start_bed(&b);
	memset(q.nonce, 'a', sizeof(q.nonce) - 1);
	q.streams = (struct jmap_list){ &stream, 1 };
	CHECK_OK(ask(&b, KEY_HEAD, &q, NULL, &m, &err), err);
	CHECK(m.type == KEY_SIGNED);
	CHECK_OK(judge_signed(&b, &m.blob, DOCUMENT_HEAD, q.nonce, &v, &err), err);
	CHECK(v.online && h->trust_version == 1 && h->streams.n == 1);
	CHECK(h->time > clock_now() - 60 && h->not_after - h->time == LIMIT_HEAD_S);
	end_bed(&b);
}

static int command(struct key_bed *b, const char *name, json_t *args, struct ipc_message *m,
		   struct error *err)
{
	struct key_target target = { DEVICE, ENROLLMENT };
	struct key_command q = {
		.command = (char *)name, .args = args, .lifetime_s = 60, .targets = { &target, 1 }
	};

	uuid_new(q.id);
	return ask(b, KEY_COMMAND, &q, NULL, m, err);
}

static void commands(void)
{
	struct key_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_verdict struct verdict v = { 0 };
	auto_json json_t *none = json_object(), *text = json_pack("{s:s}", "text", "hello");
	struct error err = ERROR_INIT;

	start_bed(&b);
	CHECK_OK(command(&b, "sync", none, &m, &err), err);
	CHECK_OK(judge_signed(&b, &m.blob, DOCUMENT_COMMAND, NULL, &v, &err), err);
	CHECK(v.online && v.effect == EFFECT_ROUTINE);
	/* routine, but trust does not name it; destructive; unknown; bad arguments */
	CHECK_ERROR(command(&b, "message", text, &m, &err), err, ERROR_DENIED);
	CHECK_ERROR(command(&b, "unenroll", none, &m, &err), err, ERROR_DENIED);
	CHECK_ERROR(command(&b, "wipe", none, &m, &err), err, ERROR_INVALID);
	CHECK_ERROR(command(&b, "sync", text, &m, &err), err, ERROR_INVALID);
	end_bed(&b);
}

/* A listener's certificate judged by what is stapled, and by no CRL. */
static int judge_stapled(struct key_bed *b, bool revoked, struct error *err)
{
	auto_cert struct cert *issuer = load_cert(b, "issuers/server.crt");
	auto_cert struct cert *leaf = load_cert(b, "listeners/device.crt");
	const struct key_staple q = { .serial = (char *)cert_serial(leaf),
				      .revoked = revoked,
				      .time = clock_now() - 3600 };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	auto_certs struct certs *anchors = NULL;
	auto_ocsp struct ocsp *ocsp = NULL;
	struct x509_request rq = { .purpose = X509_TLS_SERVER,
				   .time = clock_now(),
				   .flags = X509_HANDSHAKE };

	if (ask(b, KEY_STAPLE, &q, NULL, &m, err) < 0)
		return -1;
	CHECK(m.type == KEY_STAPLE_IS);
	CHECK_OK(ocsp_parse(m.blob.data, m.blob.len, &ocsp, err), *err);
	CHECK_OK(certs_new(&anchors, err), *err);
	CHECK_OK(certs_add(anchors, issuer, err), *err);
	rq.anchors = anchors;
	CHECK(x509_judge(leaf, &rq, err) < 0 && err->reason == REASON_CERT_STATUS_UNKNOWN);
	*err = (struct error)ERROR_INIT;
	rq.stapled = ocsp;
	return x509_judge(leaf, &rq, err);
}

static void staples(void)
{
	struct key_bed b;
	struct error err = ERROR_INIT;
	const struct key_staple odd = { .serial = (char *)"xyz" };
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

	start_bed(&b);
	CHECK_OK(judge_stapled(&b, false, &err), err);
	CHECK(judge_stapled(&b, true, &err) < 0 && err.reason == REASON_CERT_REVOKED);
	CHECK_ERROR(ask(&b, KEY_STAPLE, &odd, NULL, &m, &err), err, ERROR_INVALID);
	end_bed(&b);
}

static void rates(void)
{
	struct key_bed b;
	auto_json json_t *none = json_object();
	struct error err = ERROR_INIT;
	int n = 0;

	start_bed(&b);
	for (;;) {
		auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;

		if (n >= 200 || command(&b, "sync", none, &m, &err) < 0)
			break;
		n++;
	}
	CHECK(n >= 60 && n < 80 && err.code == ERROR_RATE);
	end_bed(&b);
}

/* ---- its life ---- */

static void life(void)
{
	struct key_bed b;
	auto_ipc_message struct ipc_message m = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;
	char path[160];
	int second;

	start_bed(&b);
	/* a reload that fails keeps the old tree; a second core takes the first one's place */
	(void)snprintf(path, sizeof(path), "%s/online.key", b.p.tree);
	CHECK(unlink(path) == 0);
	bed_tell(&b.p.key, SUPERVISOR_RELOAD);
	second = bed_peer(&b.p.key, SERVER_CORE);
	close(b.fd);
	b.fd = second;
	CHECK_OK(ask(&b, KEY_TREE, NULL, NULL, &m, &err), err);
	bed_tell(&b.p.key, SUPERVISOR_STOP);
	CHECK(bed_wait(&b.p.key) == 0);
	end_bed(&b);
}

static void orphaned(void)
{
	struct key_bed b;

	start_bed(&b);
	close(b.p.key.supervisor);
	b.p.key.supervisor = -1;
	CHECK(bed_wait(&b.p.key) == error_exit(ERROR_UNAVAILABLE));
	end_bed(&b);
}

static const struct check_case cases[] = {
	{ "key: the tree's public parts", tree },
	{ "key, S-CLI-1: certificates of one purpose each, for one device", certificates },
	{ "key: bad certificate requests are refused", bad_requests },
	{ "key: CRLs of every issuer, never an older number", crls },
	{ "X-15: what a listener staples, good or revoked, needs no CRL", staples },
	{ "key: heads by its own clock, as a device judges them", heads },
	{ "key: only the routine commands that its own copy of trust names", commands },
	{ "key: its own rates, whatever core asks", rates },
	{ "key: a failed reload keeps the keys, stop ends it", life },
	{ "key: ends when the supervisor is gone", orphaned },
};
CHECK_MAIN(cases)
