/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 7512, strictly; golden files: test/golden/key_uri/NAME.uri reads as NAME.txt says. */
#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "check.h"
#include "crypto/key_uri.h"

static bool writing;

static void good(void)
{
	struct error err = ERROR_INIT;
	struct key_uri u auto_key_uri = { 0 };

	CHECK_OK(key_uri_parse("pkcs11:token=My%20token;object=k;id=%00%ff;type=private"
			       "?module-path=/usr/lib/m.so&pin-source=file:/run/pin",
			       &u, &err),
		 err);
	CHECK(u.store == KEY_STORE_PKCS11 && u.id.len == 2 && u.id.data[1] == 0xff);
	CHECK_STR((const char *)u.token.data, "My token");
	CHECK_STR((const char *)u.object.data, "k");
	CHECK_STR((const char *)u.module_path.data, "/usr/lib/m.so");
	CHECK_STR((const char *)u.pin_source.data, "/run/pin");
	CHECK(u.serial.len == 0 && u.path.len == 0);
}

static void files(void)
{
	static const struct {
		const char *text, *path;
		enum key_store store;
	} rows[] = {
		{ "key.pem", "key.pem", KEY_STORE_FILE },
		{ "./a:b?c", "./a:b?c", KEY_STORE_FILE },
		{ "/etc/key.pem", "/etc/key.pem", KEY_STORE_FILE },
		{ "file:/etc/a%20b.pem", "/etc/a b.pem", KEY_STORE_FILE },
		{ "file:///etc/key.pem", "/etc/key.pem", KEY_STORE_FILE },
		{ "file:////etc/key.pem", "//etc/key.pem", KEY_STORE_FILE },
		{ "tpm2:/etc/key.tss?tcti=swtpm:path=/run/s", "/etc/key.tss", KEY_STORE_TPM2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = ERROR_INIT;
		struct key_uri u auto_key_uri = { 0 };

		CHECK_OK(key_uri_parse(rows[i].text, &u, &err), err);
		CHECK(u.store == rows[i].store);
		CHECK_STR((const char *)u.path.data, rows[i].path);
	}
}

static void bad(void)
{
	static const char *const texts[] = {
		"",
		"/a\003z",	       /* a control character, in a plain path too */
		"file://host/key.pem", /* an authority */
		"file://",	       /* no path behind it */
		"file:key.pem",	       /* not absolute */
		"file:",	       /* no path */
		"file:/a?b=c",	       /* no attributes */
		"file:/a b",	       /* not escaped */
		"file:/a%2",	       /* half an escape */
		"file:/a%zz",	       /* no hex */
		"file:/a%00b",	       /* a NUL */
		"tpm2:/a?tcti=",       /* empty */
		"tpm2:/a?tcti=device:&tcti=device:",
		"pkcs11:",
		"pkcs11:token=t",	    /* no object */
		"pkcs11:object=o",	    /* no token */
		"pkcs11:token=t;object=o;", /* ends in a separator */
		"pkcs11:token=t;;object=o",
		"pkcs11:token=t;token=t;object=o",
		"pkcs11:token=t;object=o;type=public",
		"pkcs11:token=t;object=o;x-vendor=1",
		"pkcs11:token=t;object=o?pin-value=1234",
		"pkcs11:token=t;object=o;pin-value=1234",
		"pkcs11:token=t;object=o?pin-source=|askpass",
		"pkcs11:token=t;object=o?pin-source=file:pin",
		"pkcs11:token=t;object=o?module-path=m.so",
		"pkcs11:token=t;object=o?module-name=m",
		"pkcs11:token=t;object=o%0a",
		"pkcs11:token=123456789012345678901234567890123;object=o",
		"pkcs11:serial=12345678901234567;object=o",
		"pkcs11:token=t;object=a b",
		"pkcs11:token;object=o",
	};
	struct key_uri u = { .store = KEY_STORE_MAX_ };
	struct error err = ERROR_INIT;
	char too_long[LIMIT_KEY_URI + 2];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK_ERROR(key_uri_parse(texts[i], &u, &err), err, ERROR_INVALID);
		if (err.code != ERROR_INVALID)
			printf("# %s\n", texts[i]);
	}
	memset(too_long, 'a', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	CHECK_ERROR(key_uri_parse(too_long, &u, &err), err, ERROR_LIMIT);
	CHECK(u.store == KEY_STORE_MAX_); /* outputs only on success */
}

/* A message about a PIN in a URI must not repeat it. */
static void no_pin_in_errors(void)
{
	struct key_uri u auto_key_uri = { 0 };
	struct error err = ERROR_INIT;

	CHECK_ERROR(key_uri_parse("pkcs11:token=t;object=o?pin-value=s3cret", &u, &err), err,
		    ERROR_INVALID);
	CHECK(!strstr(err.msg, "s3cret"));
}

static int describe(const char *text, struct buf *out, struct error *err)
{
	static const char *const stores[] = {
#define X(id, scheme) [id] = scheme,
		KEY_STORES(X)
#undef X
	};
	struct key_uri u auto_key_uri = { 0 }, again auto_key_uri = { 0 };
	struct buf uri auto_buf = BUF_INIT, uri_again auto_buf = BUF_INIT;

	if (key_uri_parse(text, &u, err) < 0)
		return buf_printf(out, err, "%s: %s\n", error_name(err->code), err->msg);
	if (key_uri_format(&u, &uri, err) < 0 ||
	    key_uri_parse((const char *)uri.data, &again, err) < 0 ||
	    key_uri_format(&again, &uri_again, err) < 0)
		return -1;
	CHECK_STR((const char *)uri.data, (const char *)uri_again.data);
	return buf_printf(out, err, "%s\n%s\n", stores[u.store], (const char *)uri.data);
}

static void check_file(const char *base)
{
	struct buf text auto_buf = BUF_INIT, got auto_buf = BUF_INIT, want auto_buf = BUF_INIT;
	struct error err = ERROR_INIT;
	char path[700];

	(void)snprintf(path, sizeof(path), "%s.uri", base);
	CHECK_OK(file_read(path, LIMIT_KEY_FILE, &text, &err), err);
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	CHECK_OK(describe((const char *)text.data, &got, &err), err);
	(void)snprintf(path, sizeof(path), "%s.txt", base);
	if (writing)
		CHECK_OK(file_replace(path, got.data, got.len, 0644, &err), err);
	CHECK_OK(file_read(path, LIMIT_KEY_FILE, &want, &err), err);
	CHECK_STR((const char *)got.data, (const char *)want.data);
}

static void golden(void)
{
	const char *source = getenv("MUSTER_TEST_SOURCE");
	struct dirent **entries = NULL;
	char dir[300], base[600];
	int n, seen = 0;

	(void)snprintf(dir, sizeof(dir), "%s/golden/key_uri", source ? source : "test");
	n = scandir(dir, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *dot = strstr(entries[i]->d_name, ".uri");

		if (dot) {
			(void)snprintf(base, sizeof(base), "%s/%.*s", dir,
				       (int)(dot - entries[i]->d_name), entries[i]->d_name);
			check_file(base);
			seen++;
		}
		free(entries[i]);
	}
	free(entries);
	CHECK(seen > 0);
}

static const struct check_case cases[] = {
	{ "key-uri: pkcs11: names a token and a key (RFC 7512)", good },
	{ "key-uri: paths, file: and tpm2:", files },
	{ "key-uri: what is malformed, unknown or twice is an error", bad },
	{ "A-STG-1: key-uri: a PIN in a URI is refused, and not repeated", no_pin_in_errors },
	{ "golden: URIs read as described, and round", golden },
};

int main(int argc, char **argv)
{
	writing = argc == 2 && strcmp(argv[1], "--write") == 0;
	return check_run(cases, ARRAY_SIZE(cases));
}
