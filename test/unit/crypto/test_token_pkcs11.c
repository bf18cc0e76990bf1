/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in a PKCS#11 token: SoftHSM2, with a configuration and a directory of its own. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "check.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/token/key_open.h"
#include "crypto/token/pkcs11_internal.h"
#include "tls_bed.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define NO_SOFTHSM "softhsm2 is not installed"
#define auto_bed CLEANUP(bed_done)

struct bench {
	char dir[40], pin[80], uri[300];
};

static bool have_softhsm(void)
{
	return access(MODULE, R_OK) == 0 && system("softhsm2-util --version >/dev/null 2>&1") == 0;
}

PRINTF(2, 3) static void run(const struct bench *b, const char *fmt, ...)
{
	char line[500];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	CHECK(chdir(b->dir) == 0 && system(line) == 0);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	struct error err = ERROR_INIT;

	CHECK_OK(file_replace(path, text, strlen(text), mode, &err), err);
}

/* The URI of a key in the token, with its right PIN; good until the next call. */
static const char *uri_of(struct bench *b, const char *object)
{
	(void)snprintf(b->uri, sizeof(b->uri),
		       "pkcs11:token=muster;object=%s?module-path=" MODULE "&pin-source=file:%s",
		       object, b->pin);
	return b->uri;
}

static void bench_init(struct bench *b)
{
	char conf[100], text[200];

	*b = (struct bench){ .dir = "/tmp/muster-p11-XXXXXX" };
	CHECK(mkdtemp(b->dir) != NULL);
	(void)snprintf(b->pin, sizeof(b->pin), "%s/pin", b->dir);
	(void)snprintf(conf, sizeof(conf), "%s/conf", b->dir);
	(void)snprintf(text, sizeof(text),
		       "directories.tokendir = %s/tokens\nobjectstore.backend = file\n"
		       "log.level = ERROR\n",
		       b->dir);
	write_file(conf, text, 0600);
	write_file(b->pin, "12345678\n", 0600);
	CHECK(setenv("SOFTHSM2_CONF", conf, 1) == 0);
	run(b, "mkdir tokens && softhsm2-util --init-token --free --label muster --pin 12345678 "
	       "--so-pin 87654321 >log 2>&1");
}

static void bench_done(struct bench *b)
{
	if (b->dir[1] == '\0')
		return;
	run(b, "rm -rf %s/*", b->dir);
	CHECK(chdir("/") == 0 && rmdir(b->dir) == 0);
	(void)unsetenv("SOFTHSM2_CONF");
}
#define auto_bench CLEANUP(bench_done)

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

static void made_in_the_token(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };

	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	for (enum key_type t = 0; t < KEY_TYPE_MAX_; t++) {
		struct key *made auto_key = NULL, *opened auto_key = NULL, *none auto_key = NULL;
		const char *name = t == KEY_P256 ? "channel" : "authority";

		CHECK_OK(key_create(uri_of(&b, name), t, &made, &err), err);
		CHECK_OK(check_signs(made, &err), err);
		CHECK_OK(key_open(uri_of(&b, name), &opened, &err), err);
		CHECK_STR(key_sha256(opened), key_sha256(made));
		CHECK_OK(check_signs(opened, &err), err);
		CHECK(key_level(opened).level == 1 && strstr(key_level(opened).reason, "SoftHSM"));
		CHECK_ERROR(key_create(uri_of(&b, name), t, &none, &err), err, ERROR_CONFLICT);
		CHECK_ERROR(key_save(opened, "/tmp/never", &err), err, ERROR_UNSUPPORTED);
	}
}

/* Asked directly, past our own code: the token does not give the private value. */
static void never_leaves(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };
	struct key *key auto_key = NULL;
	struct key_uri u auto_key_uri = { 0 };
	struct pkcs11_session s = { 0 };
	ck_object_class_t class = CKO_PRIVATE_KEY;
	struct ck_attribute want = { CKA_CLASS, &class, sizeof(class) };
	ck_object_handle_t object;
	unsigned long n = 0;
	unsigned char bytes[100], yes = 0, extractable = 1;
	struct ck_attribute value = { CKA_VALUE, bytes, sizeof(bytes) };
	struct ck_attribute flags[] = { { CKA_SENSITIVE, &yes, 1 },
					{ CKA_EXTRACTABLE, &extractable, 1 } };

	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK_OK(key_uri_parse(b.uri, &u, &err), err);
	CHECK_OK(pkcs11_module_open(&u.module_path, &s.module, &err), err);
	CHECK_OK(pkcs11_session_open(&s, &u, false, &err), err);
	CHECK(s.module->f->C_FindObjectsInit(s.handle, &want, 1) == CKR_OK);
	CHECK(s.module->f->C_FindObjects(s.handle, &object, 1, &n) == CKR_OK && n == 1);
	(void)s.module->f->C_FindObjectsFinal(s.handle);
	CHECK(s.module->f->C_GetAttributeValue(s.handle, object, flags, 2) == CKR_OK && yes &&
	      !extractable);
	CHECK(s.module->f->C_GetAttributeValue(s.handle, object, &value, 1) ==
	      CKR_ATTRIBUTE_SENSITIVE);
	pkcs11_session_close(&s);
	pkcs11_module_close(s.module);
}

static void errors(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };
	struct key *key auto_key = NULL, *none auto_key = NULL;

	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK_ERROR(key_open(uri_of(&b, "other"), &none, &err), err, ERROR_NOT_FOUND);
	CHECK_ERROR(key_open("pkcs11:token=gone;object=k?module-path=" MODULE, &none, &err), err,
		    ERROR_NOT_FOUND);
	CHECK_ERROR(key_open("pkcs11:token=t;object=k?module-path=/nonexistent.so", &none, &err),
		    err, ERROR_NOT_FOUND);
	CHECK_ERROR(key_open("pkcs11:token=t;object=k?module-path=/lib/x86_64-linux-gnu/libc.so.6",
			     &none, &err),
		    err, ERROR_NOT_FOUND);
	CHECK_ERROR(key_create("pkcs11:token=muster;object=k", KEY_TYPE_MAX_, &none, &err), err,
		    ERROR_INVALID);
	key_freep(&key); /* a login is the process's, so it must be over */
	key = NULL;
	CHECK_ERROR(key_open("pkcs11:token=muster;object=k?module-path=" MODULE, &none, &err), err,
		    ERROR_INVALID);
	CHECK(chmod(b.pin, 0644) == 0);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_DENIED);
	write_file(b.pin, "87654321", 0600);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_UNAUTHORIZED);
	CHECK(!strstr(err.msg, "87654321"));
	write_file(b.pin, "\n", 0600);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_INVALID);
	CHECK(unlink(b.pin) == 0);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_NOT_FOUND);
	CHECK(none == NULL);
}

/* All sessions end, as when a card is drawn: the next signature finds the token again. */
static void pulled(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };
	struct key *key auto_key = NULL;
	struct key_uri u auto_key_uri = { 0 };
	struct pkcs11_session s = { 0 };

	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK_OK(key_uri_parse(b.uri, &u, &err), err);
	CHECK_OK(pkcs11_module_open(&u.module_path, &s.module, &err), err);
	CHECK_OK(pkcs11_session_open(&s, &u, false, &err), err);
	CHECK(s.module->f->C_CloseAllSessions(s.slot) == CKR_OK);
	CHECK_OK(check_signs(key, &err), err); /* it was only a moment */

	CHECK(s.module->f->C_CloseAllSessions(s.slot) == CKR_OK);
	run(&b, "mv tokens away && mkdir tokens");
	CHECK_ERROR(check_signs(key, &err), err, ERROR_UNAVAILABLE);
	run(&b, "rmdir tokens && mv away tokens");
	CHECK_OK(check_signs(key, &err), err);

	/* Its PIN was changed meanwhile: one try, not one a signature until it is locked. */
	CHECK(s.module->f->C_CloseAllSessions(s.slot) == CKR_OK);
	write_file(b.pin, "00000000", 0600);
	CHECK_ERROR(check_signs(key, &err), err, ERROR_UNAUTHORIZED);
	write_file(b.pin, "12345678", 0600);
	CHECK_ERROR(check_signs(key, &err), err, ERROR_UNAUTHORIZED);
	pkcs11_module_close(s.module);
}

static void in_use(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };
	struct bed bed auto_bed = { .s.fd = -1, .c.fd = -1 };
	struct pki_node leaf CLEANUP(pki_node_done) = { 0 };
	struct key *key auto_key = NULL;
	struct buf csr auto_buf = BUF_INIT, doc auto_buf = BUF_INIT;
	struct csr *parsed auto_csr = NULL;
	struct cms *cms auto_cms = NULL;

	bed_init(&bed);
	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK(bed_connect_by(&bed, key, &leaf));

	CHECK_OK(csr_make(key, "d", &csr, &err), err);
	CHECK_OK(csr_parse(csr.data, csr.len, &parsed, &err), err);
	CHECK_OK(cms_sign(&BUF_VIEW("{}", 2), &(struct cms_signer){ leaf.cert, key }, 1, NULL, &doc,
			  &err),
		 err);
	CHECK_OK(cms_parse(doc.data, doc.len, 10000, &cms, &err), err);
	CHECK_OK(cms_check_signature(cms, 0, &err), err);
}

static void destroyed(void)
{
	struct error err = ERROR_INIT;
	struct bench b auto_bench = { .dir = "/" };
	struct key *key auto_key = NULL, *other auto_key = NULL, *none auto_key = NULL;

	if (!have_softhsm())
		CHECK_SKIP(NO_SOFTHSM);
	bench_init(&b);
	CHECK_OK(key_prepare(uri_of(&b, "k"), &err), err);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &key, &err), err);
	CHECK_OK(key_create(uri_of(&b, "other"), KEY_P256, &other, &err), err);
	CHECK_OK(key_destroy(uri_of(&b, "k"), &err), err);
	CHECK_ERROR(key_open(uri_of(&b, "k"), &none, &err), err, ERROR_NOT_FOUND);
	CHECK(check_signs(key, &err) < 0);
	CHECK_OK(check_signs(other, &err), err);
	/* Nothing is left of its name, the public half included: it can be made anew. */
	CHECK_OK(key_destroy(uri_of(&b, "k"), &err), err);
	CHECK_OK(key_create(uri_of(&b, "k"), KEY_P256, &none, &err), err);
	CHECK_ERROR(key_prepare("pkcs11:token=t;object=o?module-path=/nowhere.so", &err), err,
		    ERROR_NOT_FOUND);
}

static void files(void)
{
	struct error err = ERROR_INIT;
	char dir[] = "/tmp/muster-key-XXXXXX", path[60], second[60], uri[80];
	struct buf left auto_buf = BUF_INIT;
	struct key *made auto_key = NULL, *opened auto_key = NULL, *none auto_key = NULL;

	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/k.pem", dir);
	(void)snprintf(second, sizeof(second), "%s/other-name", dir);
	(void)snprintf(uri, sizeof(uri), "file:%s", path);
	CHECK_OK(key_create(uri, KEY_P256, &made, &err), err);
	CHECK_OK(check_signs(made, &err), err);
	CHECK(key_level(made).level <= 1); /* 1 where this disk is encrypted */
	CHECK_ERROR(key_create(path, KEY_P256, &none, &err), err, ERROR_CONFLICT);
	CHECK(chmod(path, 0640) == 0);
	CHECK_OK(key_open(path, &opened, &err), err);
	CHECK(key_level(opened).level == 0 && strstr(key_level(opened).reason, "others"));
	CHECK_STR(key_sha256(opened), key_sha256(made));
	CHECK_OK(key_prepare(uri, &err), err);
	CHECK(link(path, second) == 0);
	CHECK_OK(key_destroy(uri, &err), err);
	CHECK_OK(key_destroy(uri, &err), err);
	CHECK_OK(file_read(second, 4096, &left, &err), err);
	for (size_t i = 0; i < left.len; i++)
		CHECK(left.data[i] == 0);
	CHECK(left.len > 100 && unlink(second) == 0);
	CHECK_ERROR(key_open(uri, &none, &err), err, ERROR_NOT_FOUND);
	CHECK(rmdir(dir) == 0);
}

static const struct check_case cases[] = {
	{ "FCS_CKM_EXT.4: key-open: files are opened, made and overwritten by the same words",
	  files },
	{ "A-STG-2: pkcs11: a key is made in the token, and signs there", made_in_the_token },
	{ "A-STG-1: pkcs11: the private value never leaves the token", never_leaves },
	{ "pkcs11: wrong PIN, absent token, key and module are clean errors", errors },
	{ "pkcs11: a token that is pulled is unavailable, and found again", pulled },
	{ "pkcs11: TLS, requests and documents are signed by the token", in_use },
	/* The last: what key_prepare has started stays as it was configured. */
	{ "FCS_CKM_EXT.4: pkcs11: a key is destroyed, and no other", destroyed },
};

CHECK_MAIN(cases)
