/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "crypto/issue.h"

enum {
	DAY_S = 86400,
	ROOT_DAYS = 20 * 365,
	SIGNER_DAYS = 2 * 365,
	CRL_DAYS = 90,
	BACKDATE_S = 300
};

void root_done(struct root *r)
{
	cert_free(r->cert);
	key_free(r->key);
	*r = (struct root){ 0 };
}

int root_open(const char *dir, const char *uri, struct root *ret, struct error *err)
{
	auto_root struct root r = { 0 };
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "authority/root.crt") < 0)
		return -1;
	if (cert_load(path, &r.cert, err) < 0 ||
	    key_of_home(dir, "authority/root", uri, &r.key, err) < 0)
		return error_wrap(err, "the root's key (--root-key says where it is)");
	if (strcmp(key_sha256(r.key), cert_key_sha256(r.cert)) != 0)
		return error_set(err, ERROR_CONFLICT, "the key is not that of authority/root.crt");
	*ret = r;
	r = (struct root){ 0 };
	return 0;
}

/* `since`: of the root's CRL. Whoever walks the chain of trust documents knows no later time than
 * that of the CRL that comes along, and a certificate must be good by then. */
static struct issue_template template_of(const struct certify *what, int64_t since)
{
	const int64_t now = clock_now(), early = now - BACKDATE_S;

	return (struct issue_template){
		.common_name = what->person,
		.organization = what->organization,
		.purposes =
			ISSUE_PURPOSE(what->online ? X509_ONLINE_SIGNER : X509_INSTRUCTION_SIGNER),
		.not_before = since < early ? since : early,
		.not_after = now + (int64_t)SIGNER_DAYS * DAY_S,
	};
}

static int write_cert(const struct cert *cert, const char *path, struct error *err)
{
	auto_buf struct buf pem = BUF_INIT;

	if (cert_pem(cert, &pem, err) < 0)
		return -1;
	return file_replace(path, pem.data, pem.len, 0644, err);
}

static int load_crl(const char *dir, struct crl **ret, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "authority/root.crl") < 0)
		return -1;
	return crl_load(path, ret, err) < 0 ? error_wrap(err, "%s", path) : 0;
}

int signer_certify(const char *dir, const struct certify *what, const char *root_key,
		   struct cert **ret, struct error *err)
{
	struct issue_template t;
	auto_cert struct cert *cert = NULL;
	auto_root struct root root = { 0 };
	auto_crl struct crl *crl = NULL;
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "authority/signers/%s.crt", what->person) < 0)
		return -1;
	if (file_exists(path)) {
		if (cert_load(path, &cert, err) < 0)
			return error_wrap(err, "%s", path);
		if (!buf_is(cert_spki(cert), what->spki->data, what->spki->len))
			return error_set(err, ERROR_CONFLICT,
					 "%s is there, for another key of '%.60s'", path,
					 what->person);
		*ret = STEAL(cert);
		return 0;
	}
	if (root_open(dir, root_key, &root, err) < 0 || load_crl(dir, &crl, err) < 0)
		return -1;
	t = template_of(what, crl_this_update(crl));
	if (issue_cert(&t, what->spki, root.cert, root.key, &cert, err) < 0 ||
	    write_cert(cert, path, err) < 0)
		return -1;
	*ret = STEAL(cert);
	return 0;
}

/* ---- the root to come ---- */

static int make_root(const char *dir, const char *organization, struct root *ret, struct error *err)
{
	char name[128], path[HOME_PATH_SIZE];
	const struct issue_template t = {
		.common_name = name,
		.organization = organization,
		.purposes = ISSUE_PURPOSE(X509_CA),
		.not_before = clock_now() - 2 * BACKDATE_S,
		.not_after = clock_now() + (int64_t)ROOT_DAYS * DAY_S,
	};

	(void)snprintf(name, sizeof(name), "%.44s instruction root", organization);
	if (key_generate(KEY_P384, &ret->key, err) < 0 ||
	    issue_root(&t, ret->key, &ret->cert, err) < 0 ||
	    home_path(dir, path, err, "authority/next/root.key") < 0 ||
	    key_save(ret->key, path, err) < 0 ||
	    home_path(dir, path, err, "authority/next/root.crt") < 0)
		return -1;
	return write_cert(ret->cert, path, err);
}

static int make_crl(const char *dir, const struct root *root, struct error *err)
{
	const int64_t now = clock_now();
	const struct issue_crl t = { .number = 1,
				     .this_update = now - BACKDATE_S,
				     .next_update = now + (int64_t)CRL_DAYS * DAY_S };
	auto_crl struct crl *crl = NULL;
	char path[HOME_PATH_SIZE];

	if (issue_crl(&t, root->cert, root->key, &crl, err) < 0 ||
	    home_path(dir, path, err, "authority/next/root.crl") < 0)
		return -1;
	return file_replace(path, crl_der(crl)->data, crl_der(crl)->len, 0644, err);
}

/* The same key and name, certified by the root to come. */
static int certify_again(const char *from, const char *to, const char *organization,
			 const struct root *root, struct error *err)
{
	auto_cert struct cert *old = NULL, *cert = NULL;
	struct certify what = { .organization = organization };
	struct issue_template t;

	if (cert_load(from, &old, err) < 0)
		return error_wrap(err, "%s", from);
	what.person = cert_common_name(old);
	what.online = strcmp(strrchr(from, '/'), "/online.crt") == 0;
	t = template_of(&what, clock_now() - 2 * BACKDATE_S); /* before its CRL */
	if (issue_cert(&t, cert_spki(old), root->cert, root->key, &cert, err) < 0)
		return error_wrap(err, "%s", from);
	return write_cert(cert, to, err);
}

static bool is_cert(const char *name)
{
	const size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".crt") == 0;
}

static int certify_signers(const char *dir, const char *organization, const struct root *root,
			   struct error *err)
{
	char from[HOME_PATH_SIZE], to[HOME_PATH_SIZE];
	struct dirent *e;
	DIR *d;
	int r = 0;

	if (home_path(dir, from, err, "authority/signers") < 0)
		return -1;
	d = opendir(from);
	if (!d)
		return error_errno(err, errno, "%s", from);
	while (r == 0 && (e = readdir(d))) {
		if (!is_cert(e->d_name))
			continue;
		r = home_path(dir, from, err, "authority/signers/%s", e->d_name);
		if (r == 0)
			r = home_path(dir, to, err, "authority/next/signers/%s", e->d_name);
		if (r == 0)
			r = certify_again(from, to, organization, root, err);
	}
	(void)closedir(d);
	if (r < 0 || home_path(dir, from, err, "channel/online.crt") < 0 ||
	    home_path(dir, to, err, "authority/next/online.crt") < 0)
		return -1;
	return file_exists(from) ? certify_again(from, to, organization, root, err) : 0;
}

int next_root_make(const char *dir, const char *organization, struct cert **ret, struct error *err)
{
	auto_root struct root root = { 0 };
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "authority/next") < 0)
		return -1;
	if (file_exists(path))
		return error_set(err, ERROR_CONFLICT,
				 "%s: a change of the root is under way: end it, or remove that",
				 path);
	if (file_mkdir(path, 0700, err) < 0 ||
	    home_path(dir, path, err, "authority/next/signers") < 0 ||
	    file_mkdir(path, 0700, err) < 0)
		return -1;
	if (make_root(dir, organization, &root, err) < 0 || make_crl(dir, &root, err) < 0 ||
	    certify_signers(dir, organization, &root, err) < 0)
		return -1;
	*ret = STEAL(root.cert);
	return 0;
}

/* ---- taking its place ---- */

static int move(const char *dir, const char *from, const char *to, struct error *err)
{
	char a[HOME_PATH_SIZE], b[HOME_PATH_SIZE];

	if (home_path(dir, a, err, "%s", from) < 0 || home_path(dir, b, err, "%s", to) < 0)
		return -1;
	if (rename(a, b) < 0 && errno != ENOENT)
		return error_errno(err, errno, "%s", b);
	return 0;
}

static int set_aside(const char *dir, struct error *err)
{
	static const char *const ends[] = { "key", "uri", "crt", "crl" };
	auto_cert struct cert *old = NULL;
	char path[HOME_PATH_SIZE], from[64], to[64];

	if (home_path(dir, path, err, "authority/old") < 0 || file_mkdir(path, 0700, err) < 0 ||
	    home_path(dir, path, err, "authority/root.crt") < 0)
		return -1;
	if (!file_exists(path)) /* cut short after this */
		return 0;
	if (cert_load(path, &old, err) < 0)
		return error_wrap(err, "%s", path);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		(void)snprintf(from, sizeof(from), "authority/root.%s", ends[i]);
		(void)snprintf(to, sizeof(to), "authority/old/%.16s.%s", cert_sha256(old), ends[i]);
		if (move(dir, from, to, err) < 0)
			return -1;
	}
	return 0;
}

static int move_signers(const char *dir, struct error *err)
{
	char path[HOME_PATH_SIZE], from[300], to[300];
	struct dirent *e;
	DIR *d;
	int r = 0;

	if (home_path(dir, path, err, "authority/next/signers") < 0)
		return -1;
	d = opendir(path);
	if (!d)
		return error_errno(err, errno, "%s", path);
	while (r == 0 && (e = readdir(d))) {
		if (!is_cert(e->d_name))
			continue;
		(void)snprintf(from, sizeof(from), "authority/next/signers/%.250s", e->d_name);
		(void)snprintf(to, sizeof(to), "authority/signers/%.250s", e->d_name);
		r = move(dir, from, to, err);
	}
	(void)closedir(d);
	(void)remove(path);
	return r;
}

static int copy(const char *dir, const char *from, const char *to, struct error *err)
{
	auto_buf struct buf data = BUF_INIT;
	char a[HOME_PATH_SIZE], b[HOME_PATH_SIZE];

	if (home_path(dir, a, err, "%s", from) < 0 || home_path(dir, b, err, "%s", to) < 0 ||
	    file_read(a, LIMIT_CRL, &data, err) < 0)
		return -1;
	return file_replace(b, data.data, data.len, 0644, err);
}

/* What the server runs with, where it is still here. */
static int update_channel(const char *dir, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "channel") < 0 || !file_exists(path))
		return 0;
	if (copy(dir, "authority/root.crt", "channel/authority.crt", err) < 0 ||
	    copy(dir, "authority/root.crl", "channel/authority.crl", err) < 0)
		return -1;
	return move(dir, "authority/next/online.crt", "channel/online.crt", err);
}

static int take_place(const char *dir, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (set_aside(dir, err) < 0 ||
	    move(dir, "authority/next/root.key", "authority/root.key", err) < 0 ||
	    move(dir, "authority/next/root.crl", "authority/root.crl", err) < 0 ||
	    move_signers(dir, err) < 0 ||
	    /* The last of the authority's own: until it is there, this is done anew. */
	    move(dir, "authority/next/root.crt", "authority/root.crt", err) < 0 ||
	    update_channel(dir, err) < 0 || home_path(dir, path, err, "authority/next") < 0)
		return -1;
	(void)remove(path);
	return 0;
}

/* Whether the root in authority/next is one of this trust's. */
static bool names_next(const char *dir, const struct trust *t)
{
	const struct trust_anchor *a = t->anchors.items;
	auto_cert struct cert *next = NULL;
	struct error none = ERROR_INIT;
	char path[HOME_PATH_SIZE];

	if (home_path(dir, path, &none, "authority/next/root.crt") < 0 || !file_exists(path) ||
	    cert_load(path, &next, &none) < 0)
		return false;
	for (size_t i = 0; i < t->anchors.n; i++)
		if (buf_is(&a[i].certificate, cert_der(next)->data, cert_der(next)->len))
			return true;
	return false;
}

int trust_keep(const char *dir, const struct verdict *v, const struct buf *cms, bool *moved,
	       struct error *err)
{
	const struct trust *t = &v->document.trust;
	auto_buf struct buf there = BUF_INIT;
	char path[HOME_PATH_SIZE];

	*moved = false;
	if (home_path(dir, path, err, "authority/trust/%u.cms", t->version) < 0)
		return -1;
	if (!file_exists(path)) {
		if (file_create(path, cms->data, cms->len, 0644, err) < 0)
			return -1;
	} else {
		if (file_read(path, LIMIT_DOCUMENT, &there, err) < 0)
			return -1;
		if (!buf_is(&there, cms->data, cms->len))
			return error_set(err, ERROR_CONFLICT, "%s is there, and another document",
					 path);
	}
	*moved = names_next(dir, t);
	return *moved ? take_place(dir, err) : 0;
}
