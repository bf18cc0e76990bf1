/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "check.h"
#include "crypto/cms.h"
#include "crypto/csr.h"
#include "crypto/digest.h"
#include "crypto/issue.h"
#include "crypto/key.h"

static const uint8_t digest32[32] = { 1, 2, 3 };

static void sign_and_verify(void)
{
	struct error err = ERROR_INIT;

	for (enum key_type type = 0; type < KEY_TYPE_MAX_; type++) {
		struct key *key auto_key = NULL;
		struct buf sig auto_buf = BUF_INIT;
		uint8_t other[32] = { 9 };

		CHECK_OK(key_generate(type, &key, &err), err);
		CHECK_OK(key_sign_digest(key, digest32, 32, &sig, &err), err);
		CHECK_OK(key_verify_digest(key_spki(key)->data, key_spki(key)->len, digest32, 32,
					   &sig, &err),
			 err);
		CHECK_REFUSED(key_verify_digest(key_spki(key)->data, key_spki(key)->len, other, 32,
						&sig, &err),
			      err, REASON_SIGNATURE);
		CHECK_ERROR(key_sign_digest(key, digest32, 20, &sig, &err), err, ERROR_INVALID);
		CHECK_ERROR(key_verify_digest("x", 1, digest32, 32, &sig, &err), err,
			    ERROR_INVALID);
	}
}

static void files(void)
{
	struct error err = ERROR_INIT;
	struct key *key auto_key = NULL, *again auto_key = NULL, *none auto_key = NULL;
	char dir[] = "/tmp/muster-key-XXXXXX", path[100];
	struct stat st;

	CHECK(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/k.key", dir);
	CHECK_OK(key_generate(KEY_P384, &key, &err), err);
	CHECK_OK(key_save(key, path, &err), err);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK_ERROR(key_save(key, path, &err), err, ERROR_CONFLICT);
	CHECK_OK(key_load(path, &again, &err), err);
	CHECK_STR(key_sha256(again), key_sha256(key));
	(void)unlink(path);
	CHECK_ERROR(key_load(path, &none, &err), err, ERROR_NOT_FOUND);
	(void)rmdir(dir);
}

static void bad_pem(void)
{
	/* OpenSSL's "genpkey -algorithm ed25519": a kind that we do not sign with. */
	static const char ed25519[] =
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
		"-----END PRIVATE KEY-----\n"; /* RFC 8032 7.1, test 1 */
	struct error err = ERROR_INIT;
	struct key *none auto_key = NULL;

	CHECK_ERROR(key_parse_pem("", 0, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(key_parse_pem("-----BEGIN PRIVATE KEY-----", 27, &none, &err), err,
		    ERROR_INVALID);
	CHECK_ERROR(key_parse_pem(ed25519, sizeof(ed25519) - 1, &none, &err), err, ERROR_INVALID);
	CHECK_ERROR(key_parse_pem(ed25519, 1u << 20, &none, &err), err, ERROR_INVALID);
}

/* The other process, here in this one. */
struct remote {
	struct key *key;
	unsigned calls;
	bool fail, garbage;
};

static int sign_remote(void *userdata, const uint8_t *digest, size_t len, struct buf *sig,
		       struct error *err)
{
	struct remote *r = userdata;

	r->calls++;
	if (r->fail)
		return error_set(err, ERROR_DENIED, "the key process says no");
	if (r->garbage)
		return buf_puts(sig, "garbage", err);
	return key_sign_digest(r->key, digest, len, sig, err);
}

static int foreign(struct remote *r, enum key_type type, struct key **ret, struct error *err)
{
	if (key_generate(type, &r->key, err) < 0)
		return -1;
	return key_from_callback(key_spki(r->key)->data, key_spki(r->key)->len, sign_remote, r, ret,
				 err);
}

static void callback_signs(void)
{
	struct error err = ERROR_INIT;

	for (enum key_type type = 0; type < KEY_TYPE_MAX_; type++) {
		struct remote r = { 0 };
		struct key *key auto_key = NULL;
		struct buf sig auto_buf = BUF_INIT;

		CHECK_OK(foreign(&r, type, &key, &err), err);
		CHECK_STR(key_sha256(key), key_sha256(r.key));
		CHECK_OK(key_sign_digest(key, digest32, 32, &sig, &err), err);
		CHECK(r.calls == 1);
		CHECK_OK(key_verify_digest(key_spki(key)->data, key_spki(key)->len, digest32, 32,
					   &sig, &err),
			 err);
		CHECK_ERROR(key_save(key, "/tmp/never", &err), err, ERROR_UNSUPPORTED);
		key_free(r.key);
	}
}

static void callback_in_csr_cert_cms(void)
{
	struct error err = ERROR_INIT;
	struct remote r = { 0 };
	struct key *key auto_key = NULL;
	struct buf der auto_buf = BUF_INIT, out auto_buf = BUF_INIT;
	struct csr *csr auto_csr = NULL;
	struct cert *cert auto_cert = NULL;
	struct crl *crl auto_crl = NULL;
	struct cms *cms auto_cms = NULL;

	CHECK_OK(foreign(&r, KEY_P256, &key, &err), err);
	CHECK_OK(csr_make(key, "device", &der, &err), err);
	CHECK_OK(csr_parse(der.data, der.len, &csr, &err), err);
	CHECK_STR(csr_key_sha256(csr), key_sha256(key));
	CHECK_OK(issue_root(&(struct issue_template){ .common_name = "r",
						      .purposes = ISSUE_PURPOSE(X509_CA),
						      .not_before = 1000,
						      .not_after = 2000 },
			    key, &cert, &err),
		 err);
	CHECK_OK(issue_crl(&(struct issue_crl){ .number = 1, .this_update = 1, .next_update = 2 },
			   cert, key, &crl, &err),
		 err);
	CHECK_OK(cms_sign(&BUF_VIEW("{}", 2), &(struct cms_signer){ cert, key }, 1, NULL, &out,
			  &err),
		 err);
	CHECK_OK(cms_parse(out.data, out.len, 1u << 16, &cms, &err), err);
	CHECK_OK(cms_check_signature(cms, 0, &err), err);
	CHECK(r.calls == 4);
	key_free(r.key);
}

static void callback_errors_come_through(void)
{
	struct error err = ERROR_INIT;
	struct remote r = { .fail = true };
	struct key *key auto_key = NULL, *none auto_key = NULL;
	struct buf der auto_buf = BUF_INIT;

	CHECK_OK(foreign(&r, KEY_P256, &key, &err), err);
	CHECK_ERROR(csr_make(key, NULL, &der, &err), err, ERROR_DENIED);
	CHECK_ERROR(key_sign_digest(key, digest32, 32, &der, &err), err, ERROR_DENIED);
	r = (struct remote){ .key = r.key, .garbage = true };
	CHECK_ERROR(key_sign_digest(key, digest32, 32, &der, &err), err, ERROR_INTERNAL);
	CHECK(der.len == 0);
	CHECK_ERROR(key_from_callback("x", 1, sign_remote, &r, &none, &err), err, ERROR_INVALID);
	key_free(r.key);
}

static const struct check_case cases[] = {
	{ "FCS_CKM.1: keys are made, sign and verify", sign_and_verify },
	{ "FCS_STG_EXT.1: a key file is new, 0600 and comes back", files },
	{ "key: what is no allowed PEM key is refused", bad_pem },
	{ "key: a key in another process signs digests", callback_signs },
	{ "key: a key in another process signs requests, certificates, CRLs and CMS",
	  callback_in_csr_cert_cms },
	{ "key: the other process's error is the caller's", callback_errors_come_through },
};

CHECK_MAIN(cases)
