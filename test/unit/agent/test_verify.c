/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's conversation, with real documents; what the judge refuses is trust-judge's test.
 */
#include "agent/verify/verify.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../trust/authority.h"
#include "base/file.h"
#include "check.h"
#include "ipc/agent_messages.h"

static struct authority authority;

static int file_of(const void *data, size_t len)
{
	struct error err = ERROR_INIT;
	int fd = memfd_create("test", MFD_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_OK(file_write_fd(fd, data, len, &err), err);
	return fd;
}

/* A verifier in a process of its own; this end of its channel. */
static int start(pid_t *pid)
{
	struct error err = ERROR_INIT;
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	*pid = fork();
	if (*pid == 0) {
		close(fds[0]);
		_exit(verify_serve(fds[1], &err) < 0 ? 1 : 0);
	}
	close(fds[1]);
	return fds[0];
}

struct answer {
	int exit;
	bool asked;
	struct ipc_message verdict;
};

static void answer_done(struct answer *a)
{
	ipc_message_done(&a->verdict);
}

static void converse(int fd, const struct verify_known *known, struct answer *a)
{
	struct error err = ERROR_INIT;

	while (ipc_read(fd, &verify_protocol, &a->verdict, &err) == 0 &&
	       a->verdict.type == VERIFY_ASK) {
		uint32_t id = a->verdict.id;

		a->asked = true;
		ipc_message_done(&a->verdict);
		CHECK_OK(ipc_write(fd, &verify_protocol,
				   &(struct ipc_send){
					   .type = VERIFY_KNOWN, .id = id, .body = known },
				   &err),
			 err);
	}
}

static struct answer verify(const struct verify_start *s, const int *fds, unsigned n_fds,
			    const struct verify_known *known)
{
	struct answer a = { .verdict = IPC_MESSAGE_INIT };
	struct error err = ERROR_INIT;
	int status = 0;
	pid_t pid;
	int fd = start(&pid);

	CHECK_OK(ipc_write(fd, &verify_protocol,
			   &(struct ipc_send){
				   .type = VERIFY_START, .body = s, .fds = fds, .n_fds = n_fds },
			   &err),
		 err);
	converse(fd, known, &a);
	close(fd);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	a.exit = WEXITSTATUS(status);
	for (unsigned i = 0; i < n_fds; i++)
		close(fds[i]);
	return a;
}

static const struct verify_verdict *verdict_of(const struct answer *a)
{
	static const struct verify_verdict none = { .code = (char *)"none" };

	return a->verdict.body ? a->verdict.body : &none;
}

static const struct verify_known nothing;

static void garbage(void)
{
	const struct verify_start s = { .type = (char *)"policy", .now = T0 };
	int fd = file_of("junk", 4);
	CLEANUP(answer_done) struct answer a = verify(&s, &fd, 1, &nothing);

	CHECK(a.exit == 0 && !a.asked);
	CHECK_STR(verdict_of(&a)->code, "refused");
	CHECK_STR(verdict_of(&a)->reason, "cms-form");
	CHECK(a.verdict.blob.len == 0);
}

static void put_crls(const struct crls *crls, struct buf *out)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < crls_count(crls); i++)
		CHECK_OK(buf_append(out, crl_der(crls_get(crls, i))->data,
				    crl_der(crls_get(crls, i))->len, &err),
			 err);
}

static struct answer first_trust(bool with_status, const char *digest)
{
	auto_buf struct buf crls = BUF_INIT;
	struct verify_start s = { .type = (char *)"trust", .has_crls = with_status };
	int fds[2] = { file_of(authority.first.data, authority.first.len), -1 };

	memcpy(s.first_trust, digest, sizeof(s.first_trust));
	put_crls(authority.crls, &crls);
	if (with_status)
		fds[1] = file_of(crls.data, crls.len);
	return verify(&s, fds, with_status ? 2 : 1, &nothing);
}

static void trust_by_digest(void)
{
	CLEANUP(answer_done) struct answer a = first_trust(true, authority.first_sha256);
	auto_document struct document d = { 0 };
	struct error err = ERROR_INIT;

	CHECK(a.asked);
	CHECK_STR(verdict_of(&a)->code, "ok");
	CHECK_STR(verdict_of(&a)->sha256, authority.first_sha256);
	CHECK(verdict_of(&a)->time >= T0);
	CHECK_OK(document_read(a.verdict.blob.data, a.verdict.blob.len, &d, &err), err);
	CHECK(d.type == DOCUMENT_TRUST && d.trust.version == 1);
}

static void without_status(void)
{
	CLEANUP(answer_done) struct answer a = first_trust(false, authority.first_sha256);

	CHECK_STR(verdict_of(&a)->reason, "need-status");
	CHECK(strlen(verdict_of(&a)->needs) == SHA256_HEX_SIZE - 1);
	CHECK(a.verdict.blob.len == 0);
}

static void other_digest(void)
{
	CLEANUP(answer_done) struct answer a = first_trust(true, NONCE);

	CHECK_STR(verdict_of(&a)->reason, "digest");
}

static void crl_alone(void)
{
	const struct buf *der = crl_der(crls_get(authority.crls, 0));
	struct verify_start s = { .type = (char *)"crl", .now = T0, .has_trust = true };
	auto_buf struct buf trust = BUF_INIT;
	struct error err = ERROR_INIT;
	int fds[2];

	CHECK_OK(document_write(&authority.trust, &trust, &err), err);
	fds[0] = file_of(der->data, der->len);
	fds[1] = file_of(trust.data, trust.len);
	CLEANUP(answer_done) struct answer good = verify(&s, fds, 2, &nothing);
	CHECK_STR(verdict_of(&good)->code, "ok");
	CHECK(verdict_of(&good)->number == crl_number(crls_get(authority.crls, 0)));
	CHECK_STR(verdict_of(&good)->issuer, cert_key_sha256(authority.root));

	s.has_trust = false;
	fds[0] = file_of(der->data, der->len);
	CLEANUP(answer_done) struct answer early = verify(&s, fds, 1, &nothing);
	CHECK_STR(verdict_of(&early)->reason, "need-trust");
}

static void broken_start(void)
{
	const struct verify_start s = { .type = (char *)"policy", .has_trust = true };
	int fd = file_of("x", 1);
	CLEANUP(answer_done) struct answer a = verify(&s, &fd, 1, &nothing);

	CHECK(a.exit == 1 && !a.verdict.body);
}

static const struct check_case cases[] = {
	{ "verify: what cannot be read is refused without asking", garbage },
	{ "A-POL-1: the first trust is believed by its digest, and comes out canonical",
	  trust_by_digest },
	{ "FMT_POL_EXT.2.2: without revocation status nothing is believed", without_status },
	{ "A-ENR-2: another trust than enrollment named is refused", other_digest },
	{ "verify: a revocation list is judged by the anchors of trust", crl_alone },
	{ "verify: descriptors that were announced must be there", broken_start },
};

int main(void)
{
	int failed;

	authority_make(&authority);
	failed = check_run(cases, ARRAY_SIZE(cases));
	authority_done(&authority);
	return failed;
}
