/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/key/keys.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "agent/key/refusal.h"
#include "base/file.h"
#include "check.h"
#include "crypto/csr.h"
#include "crypto/digest.h"
#include "proto/seal.h"

struct bed {
	char dir[64];
	struct keys keys;
	int fds[2];
};

static void bed_make(struct bed *b)
{
	*b = (struct bed){ .dir = "/tmp/muster-keys.XXXXXX" };
	CHECK(mkdtemp(b->dir) != NULL);
	b->keys.dir = b->dir;
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, b->fds) == 0);
}

static void bed_done(struct bed *b)
{
	char cmd[PATH_MAX];

	keys_done(&b->keys);
	close(b->fds[0]);
	close(b->fds[1]);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", b->dir);
	CHECK(system(cmd) == 0);
}
#define auto_bed CLEANUP(bed_done)

/* One request through the wire and back; the type of the answer, its blob in *out. */
static unsigned ask(struct bed *b, enum keys_client client, const struct ipc_send *s,
		    struct buf *out, char *code)
{
	auto_ipc_message struct ipc_message rq = IPC_MESSAGE_INIT;
	auto_ipc_message struct ipc_message reply = IPC_MESSAGE_INIT;
	struct error err = ERROR_INIT;

	CHECK_OK(ipc_write(b->fds[0], &agent_key_protocol, s, &err), err);
	CHECK_OK(ipc_read(b->fds[1], &agent_key_protocol, &rq, &err), err);
	CHECK_OK(keys_answer(&b->keys, client, &rq, b->fds[1], &err), err);
	CHECK_OK(ipc_read(b->fds[0], &agent_key_protocol, &reply, &err), err);
	if (reply.type == AGENT_KEY_FAILED && code)
		(void)snprintf(code, 40, "%s", ((struct agent_failed *)reply.body)->code);
	if (out) {
		buf_done(out);
		*out = buf_steal(&reply.blob);
	}
	return reply.type;
}

static struct ipc_send request(unsigned type, const struct agent_key_select *which)
{
	return (struct ipc_send){ .type = type, .id = 1, .body = which };
}

static const struct agent_key_select channel = { AGENT_KEY_CHANNEL };
static const struct agent_key_select evidence = { AGENT_KEY_EVIDENCE };

static void make_and_sign(void)
{
	auto_bed struct bed b;
	auto_buf struct buf spki = BUF_INIT;
	auto_buf struct buf again = BUF_INIT;
	auto_buf struct buf signature = BUF_INIT;
	uint8_t digest[SHA256_SIZE];
	struct error err = ERROR_INIT;
	char path[PATH_MAX], code[40] = "";
	struct stat st;
	struct ipc_send s;

	bed_make(&b);
	s = request(AGENT_KEY_SHOW, &channel);
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "not-found");
	s = request(AGENT_KEY_MAKE, &channel);
	CHECK(ask(&b, KEYS_MANAGER, &s, &spki, NULL) == AGENT_KEY_PUBLIC);
	CHECK(ask(&b, KEYS_MANAGER, &s, &again, NULL) == AGENT_KEY_PUBLIC);
	CHECK(spki.len == again.len && memcmp(spki.data, again.data, spki.len) == 0);
	(void)snprintf(path, sizeof(path), "%s/channel.key", b.dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);

	CHECK_OK(digest_sha256("x", 1, digest, &err), err);
	s = request(AGENT_KEY_SIGN, &channel);
	s.blob = digest;
	s.blob_len = sizeof(digest);
	CHECK(ask(&b, KEYS_NET, &s, &signature, NULL) == AGENT_KEY_SIGNED);
	CHECK_OK(key_verify_digest(spki.data, spki.len, digest, sizeof(digest), &signature, &err),
		 err);
	digest[0] ^= 1;
	CHECK_REFUSED(
		key_verify_digest(spki.data, spki.len, digest, sizeof(digest), &signature, &err),
		err, REASON_SIGNATURE);
	s.blob_len = 5;
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "invalid");
}

/* FAU: what the evidence key signs is made in the key process, under its label. */
static void seals(void)
{
	const struct agent_key_seal q = { .key = AGENT_KEY_EVIDENCE,
					  .device = "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d66",
					  .enrollment = "0b7a9f6e-0c55-4c2f-8d8e-1f2a3b4c5d67",
					  .sequence = 7,
					  .digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
						    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
					  .time = 1795435200 };
	struct seal seal = { .sequence = 7, .time = q.time };
	auto_bed struct bed b;
	auto_buf struct buf spki = BUF_INIT, signature = BUF_INIT, bytes = BUF_INIT;
	uint8_t digest[SHA256_SIZE];
	struct error err = ERROR_INIT;
	struct ipc_send s;
	char code[40] = "";

	bed_make(&b);
	s = (struct ipc_send){ .type = AGENT_KEY_SEAL, .id = 1, .body = &q };
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "not-found");
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "denied");
	s = request(AGENT_KEY_MAKE, &evidence);
	CHECK(ask(&b, KEYS_MANAGER, &s, &spki, NULL) == AGENT_KEY_PUBLIC);
	s = (struct ipc_send){ .type = AGENT_KEY_SEAL, .id = 1, .body = &q };
	CHECK(ask(&b, KEYS_MANAGER, &s, &signature, NULL) == AGENT_KEY_SIGNED);
	memcpy(seal.device, q.device, sizeof(seal.device));
	memcpy(seal.enrollment, q.enrollment, sizeof(seal.enrollment));
	memcpy(seal.digest, q.digest, sizeof(seal.digest));
	CHECK_OK(seal_signed(&seal, &bytes, &err), err);
	CHECK_OK(digest_sha256(bytes.data, bytes.len, digest, &err), err);
	CHECK_OK(key_verify_digest(spki.data, spki.len, digest, sizeof(digest), &signature, &err),
		 err);
}

/* Nobody chooses what it signs: not the manager, and not whoever has net. */
static void signs_no_digest(void)
{
	static const uint8_t digest[SHA256_SIZE] = { 1 };
	static const struct agent_key_select *const all[] = { &channel, &evidence };
	auto_bed struct bed b;
	struct ipc_send s;
	char code[40];

	bed_make(&b);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		s = request(AGENT_KEY_MAKE, all[i]);
		CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_PUBLIC);
		s = request(AGENT_KEY_SIGN, all[i]);
		s.blob = digest;
		s.blob_len = sizeof(digest);
		code[0] = 0;
		CHECK(ask(&b, KEYS_MANAGER, &s, NULL, code) == AGENT_KEY_FAILED);
		CHECK_STR(code, "denied");
	}
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED); /* of the evidence key */
	CHECK_STR(code, "denied");
}

static void net_is_limited(void)
{
	auto_bed struct bed b;
	struct ipc_send s;
	static const unsigned managers[] = { AGENT_KEY_MAKE, AGENT_KEY_DESTROY };
	const struct agent_key_request rq = { .key = AGENT_KEY_CHANNEL, .subject = (char *)"x" };
	char code[40] = "";

	bed_make(&b);
	for (size_t i = 0; i < ARRAY_SIZE(managers); i++) {
		s = request(managers[i], &channel);
		CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
		CHECK_STR(code, "denied");
	}
	s = request(AGENT_KEY_MAKE, &evidence);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_PUBLIC);
	s = request(AGENT_KEY_SHOW, &evidence);
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "denied");
	s = (struct ipc_send){ .type = AGENT_KEY_REQUEST, .id = 1, .body = &rq };
	CHECK(ask(&b, KEYS_NET, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "denied");
	s = (struct ipc_send){ .type = AGENT_KEY_DESTROYED, .id = 1 };
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "invalid");
}

static void requests(void)
{
	auto_bed struct bed b;
	auto_buf struct buf der = BUF_INIT;
	auto_csr struct csr *csr = NULL;
	const struct agent_key_request rq = { .key = AGENT_KEY_EVIDENCE,
					      .subject = (char *)"device" };
	struct ipc_send s;
	struct error err = ERROR_INIT;

	bed_make(&b);
	s = request(AGENT_KEY_MAKE, &evidence);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_PUBLIC);
	s = (struct ipc_send){ .type = AGENT_KEY_REQUEST, .id = 1, .body = &rq };
	CHECK(ask(&b, KEYS_MANAGER, &s, &der, NULL) == AGENT_KEY_REQUESTED);
	CHECK_OK(csr_parse(der.data, der.len, &csr, &err), err);
	CHECK_STR(csr ? csr_common_name(csr) : "", "device");
}

static void destroyed(void)
{
	auto_bed struct bed b;
	struct ipc_send s;
	char path[PATH_MAX], code[40] = "";

	bed_make(&b);
	s = request(AGENT_KEY_MAKE, &channel);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_PUBLIC);
	s = request(AGENT_KEY_DESTROY, &channel);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_DESTROYED);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, NULL) == AGENT_KEY_DESTROYED);
	(void)snprintf(path, sizeof(path), "%s/channel.key", b.dir);
	CHECK(access(path, F_OK) < 0);
	s = request(AGENT_KEY_SHOW, &channel);
	CHECK(ask(&b, KEYS_MANAGER, &s, NULL, code) == AGENT_KEY_FAILED);
	CHECK_STR(code, "not-found");
}

/* What the token answers is not asked for here: only whether it may be asked. */
static void refused_pin(void)
{
	auto_bed struct bed b;
	struct error err = ERROR_INIT;
	char pin[PATH_MAX], uri[PATH_MAX + 100];

	bed_make(&b);
	(void)snprintf(pin, sizeof(pin), "%s/pin", b.dir);
	(void)snprintf(uri, sizeof(uri), "pkcs11:token=t;object=o?pin-source=%s", pin);
	CHECK_OK(file_replace(pin, "1", 1, 0600, &err), err);
	CHECK_OK(refusal_check(b.dir, uri, &err), err);
	refusal_note(b.dir, uri, ERROR_UNAVAILABLE);
	CHECK_OK(refusal_check(b.dir, uri, &err), err);
	refusal_note(b.dir, uri, ERROR_UNAUTHORIZED);
	CHECK_ERROR(refusal_check(b.dir, uri, &err), err, ERROR_UNAUTHORIZED);
	refusal_note(b.dir, uri, ERROR_NOT_FOUND);
	CHECK_ERROR(refusal_check(b.dir, uri, &err), err, ERROR_UNAUTHORIZED);
	/* Another file, though it says the same. */
	CHECK_OK(file_replace(pin, "1", 1, 0600, &err), err);
	CHECK_OK(refusal_check(b.dir, uri, &err), err);
	refusal_note(b.dir, uri, ERROR_UNAUTHORIZED);
	refusal_note(b.dir, uri, ERROR_NONE);
	CHECK_OK(refusal_check(b.dir, uri, &err), err);
	CHECK_OK(refusal_check(b.dir, "/a/file", &err), err);
	CHECK_ERROR(refusal_check(b.dir, "pkcs11:", &err), err, ERROR_INVALID);
}

static const struct check_case cases[] = {
	{ "FCS_STG_EXT.4: a key is made once, kept private, and signs", make_and_sign },
	{ "FAU_STG_EXT.2: the evidence key seals the head of the records", seals },
	{ "evidence: nobody has a digest signed by the evidence key", signs_no_digest },
	{ "keys: net may use the channel key and nothing else", net_is_limited },
	{ "keys: a certification request for the evidence key", requests },
	{ "FCS_CKM_EXT.4: a destroyed key is gone", destroyed },
	{ "A-STG-1: a PIN that was refused is not tried until its file changes", refused_pin },
};

CHECK_MAIN(cases)
