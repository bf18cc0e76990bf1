/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that a TPM 2.0 wrapped: swtpm, with a state directory of its own. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "crypto/token/key_open.h"
#include "crypto/token/tpm2_file.h"
#include "tls_bed.h"

#define NO_SWTPM "swtpm is not installed"
#define auto_bed CLEANUP(bed_done)

struct bench {
	char dir[40], uri[300];
	pid_t pid;
};

static bool have_swtpm(void)
{
	return system("swtpm --version >/dev/null 2>&1") == 0;
}

/* Whether somebody accepts at the TPM's control socket; its data socket takes one client only. */
static bool answers(const struct bench *b)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd auto_close = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/sock.ctrl", b->dir);
	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
}

static void tpm_start(struct bench *b)
{
	char state[60], server[80], control[80];

	(void)snprintf(state, sizeof(state), "dir=%s/state", b->dir);
	(void)snprintf(server, sizeof(server), "type=unixio,path=%s/sock", b->dir);
	(void)snprintf(control, sizeof(control), "type=unixio,path=%s/sock.ctrl", b->dir);
	b->pid = fork();
	if (b->pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		(void)execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state, "--server",
			     server, "--ctrl", control, "--flags", "not-need-init,startup-clear",
			     NULL);
		_exit(127);
	}
	for (int i = 0; i < 6000 && !answers(b); i++)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	CHECK(b->pid > 0 && answers(b));
}

static void tpm_stop(struct bench *b)
{
	if (b->pid <= 0)
		return;
	(void)kill(b->pid, SIGTERM);
	(void)waitpid(b->pid, NULL, 0);
	b->pid = 0;
}

static void bench_init(struct bench *b)
{
	char line[80];

	*b = (struct bench){ .dir = "/tmp/muster-tpm-XXXXXX" };
	CHECK(mkdtemp(b->dir) != NULL);
	(void)snprintf(line, sizeof(line), "mkdir %s/state", b->dir);
	CHECK(system(line) == 0);
	tpm_start(b);
}

static void bench_done(struct bench *b)
{
	char line[80];

	if (!b->dir[0])
		return;
	tpm_stop(b);
	(void)snprintf(line, sizeof(line), "rm -rf %s", b->dir);
	CHECK(system(line) == 0);
}
#define auto_bench CLEANUP(bench_done)

/* A key's file of one bench, for the TPM of another; good until the next call. */
static const char *uri_with(struct bench *b, const struct bench *tpm, const char *name)
{
	(void)snprintf(b->uri, sizeof(b->uri), "tpm2:%s/%s?tcti=swtpm:path=%s/sock", b->dir, name,
		       tpm->dir);
	return b->uri;
}

static const char *uri_of(struct bench *b, const char *name)
{
	return uri_with(b, b, name);
}

static int check_signs(const struct key *key, struct error *err)
{
	static const uint8_t digest[48] = { 1, 2, 3 };

	for (size_t len = 32; len <= 48; len += 16) {
		struct buf sig auto_buf = BUF_INIT;

		if (key_sign_digest(key, digest, len, &sig, err) < 0 ||
		    key_verify_digest(key_spki(key)->data, key_spki(key)->len, digest, len, &sig,
				      err) < 0)
			return -1;
	}
	return 0;
}

static void made_in_the_tpm(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { 0 };
	struct key *made auto_key = NULL, *opened auto_key = NULL, *none auto_key = NULL;

	if (!have_swtpm())
		CHECK_SKIP(NO_SWTPM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &made, &err), err);
	CHECK_OK(check_signs(made, &err), err);
	CHECK_OK(key_open(uri_of(&b, "k"), &opened, &err), err);
	CHECK_STR(key_sha256(opened), key_sha256(made));
	CHECK(key_level(opened).level == 1 && strstr(key_level(opened).reason, "software"));
	CHECK_ERROR(key_create(uri_of(&b, "k"), KEY_P256, &none, &err), err, ERROR_CONFLICT);
	CHECK_ERROR(key_create(uri_of(&b, "l"), KEY_P384, &none, &err), err, ERROR_UNSUPPORTED);
	CHECK_ERROR(key_save(opened, "/tmp/never", &err), err, ERROR_UNSUPPORTED);

	tpm_stop(&b);
	CHECK_ERROR(check_signs(opened, &err), err, ERROR_UNAVAILABLE);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_UNAVAILABLE);
	tpm_start(&b);
	CHECK_OK(check_signs(opened, &err), err); /* a restart is not noticed */
}

/* The TPM has three slots and no resource manager here: whoever leaves a handle runs out. */
static void handles(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { 0 };
	struct key *keys[6] = { NULL };

	if (!have_swtpm())
		CHECK_SKIP(NO_SWTPM);
	bench_init(&b);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char name[2] = { (char)('a' + i), '\0' };

		CHECK_OK(key_create(uri_of(&b, name), KEY_P256, &keys[i], &err), err);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		CHECK_OK(check_signs(keys[i], &err), err);
		key_free(keys[i]);
	}
}

static void copied(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { 0 }, thief auto_bench = { 0 };
	struct key *key auto_key = NULL, *none auto_key = NULL;
	struct buf pem auto_buf = BUF_INIT;
	char path[60];

	if (!have_swtpm())
		CHECK_SKIP(NO_SWTPM);
	bench_init(&b);
	bench_init(&thief);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK_ERROR(key_open(uri_with(&b, &thief, "k"), &none, &err), err, ERROR_INVALID);
	CHECK(strstr(err.msg, "another TPM"));
	(void)snprintf(path, sizeof(path), "%s/k", b.dir);
	CHECK_OK(file_read(path, LIMIT_KEY_FILE, &pem, &err), err);
	CHECK(strstr((const char *)pem.data, "BEGIN TSS2 PRIVATE KEY"));
	CHECK_ERROR(key_load(path, &none, &err), err, ERROR_INVALID);
}

static void errors(void)
{
	struct error err = ERROR_INIT;
	struct key *none auto_key = NULL;
	char dir[] = "/tmp/muster-tpm-XXXXXX", uri[160];

	CHECK(mkdtemp(dir) != NULL);
	CHECK_ERROR(key_open("tpm2:/nonexistent", &none, &err), err, ERROR_NOT_FOUND);
	(void)snprintf(uri, sizeof(uri), "tpm2:%s/k?tcti=swtpm:path=%s/nobody", dir, dir);
	CHECK_ERROR(key_create(uri, KEY_P256, &none, &err), err, ERROR_UNAVAILABLE);
	(void)snprintf(uri, sizeof(uri), "tpm2:%s/k?tcti=device:%s/nobody", dir, dir);
	CHECK_ERROR(key_create(uri, KEY_P256, &none, &err), err, ERROR_UNAVAILABLE);
	(void)snprintf(uri, sizeof(uri), "tpm2:%s/k?tcti=/tmp/evil.so", dir);
	CHECK_ERROR(key_create(uri, KEY_P256, &none, &err), err, ERROR_INVALID);
	(void)snprintf(uri, sizeof(uri), "tpm2:%s/k?tcti=cmd:touch%%20/tmp/evil", dir);
	CHECK_ERROR(key_create(uri, KEY_P256, &none, &err), err, ERROR_INVALID);
	CHECK(rmdir(dir) == 0);
}

static void file_form(void)
{
	struct error err = ERROR_INIT;
	struct buf pem auto_buf = BUF_INIT;
	struct tpm2_blob blob = { BUF_VIEW("\0\2ab", 4), BUF_VIEW("\0\3cde", 5) };
	struct tpm2_blob again auto_tpm2_blob = { 0 }, none auto_tpm2_blob = { 0 };
	static const char other[] = "-----BEGIN TSS2 PRIVATE KEY-----\nMAA=\n"
				    "-----END TSS2 PRIVATE KEY-----\n";

	CHECK_OK(tpm2_file_format(&blob, &pem, &err), err);
	CHECK_OK(tpm2_file_parse(pem.data, pem.len, &again, &err), err);
	CHECK(again.public_half.len == 4 && again.private_half.len == 5);
	CHECK_ERROR(tpm2_file_parse("", 0, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(tpm2_file_parse(other, sizeof(other) - 1, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(tpm2_file_parse(pem.data, LIMIT_KEY_FILE + 1, &none, &err), err, ERROR_INVALID);
}

/* test/golden/tpm2_file: one that reads, and is written the same; the others are other kinds. */
static void golden(void)
{
	static const char *const names[] = { "good", "null-hierarchy", "with-auth", "sealed" };
	const char *source = getenv("MUSTER_TEST_SOURCE");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = ERROR_INIT;
		struct buf pem auto_buf = BUF_INIT, again auto_buf = BUF_INIT;
		struct tpm2_blob blob auto_tpm2_blob = { 0 };
		char path[300];

		(void)snprintf(path, sizeof(path), "%s/golden/tpm2_file/%s.pem",
			       source ? source : "test", names[i]);
		CHECK_OK(file_read(path, LIMIT_KEY_FILE, &pem, &err), err);
		if (i > 0) {
			CHECK_ERROR(tpm2_file_parse(pem.data, pem.len, &blob, &err), err,
				    ERROR_INVALID);
			continue;
		}
		CHECK_OK(tpm2_file_parse(pem.data, pem.len, &blob, &err), err);
		CHECK_OK(tpm2_file_format(&blob, &again, &err), err);
		CHECK_STR((const char *)again.data, (const char *)pem.data);
	}
}

static void in_use(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { 0 };
	struct bed bed auto_bed = { .s.fd = -1, .c.fd = -1 };
	struct pki_node leaf CLEANUP(pki_node_done) = { 0 };
	struct key *key auto_key = NULL;

	bed_init(&bed);
	if (!have_swtpm())
		CHECK_SKIP(NO_SWTPM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK(bed_connect_by(&bed, key, &leaf));
}

static const struct check_case cases[] = {
	{ "tpm2: a wrapped key's file reads as it was written", file_form },
	{ "golden: wrapped keys' files read as they are named", golden },
	{ "tpm2: no TPM, no file and a strange way to it are clean errors", errors },
	{ "A-STG-1: tpm2: a key is made in the TPM, and signs there, after a restart too",
	  made_in_the_tpm },
	{ "A-STG-2: tpm2: a copied file is worthless with another TPM", copied },
	{ "tpm2: no handle is left behind", handles },
	{ "tpm2: TLS is signed by the TPM", in_use },
};

CHECK_MAIN(cases)
