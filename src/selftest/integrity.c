/* SPDX-License-Identifier: Apache-2.0 */
#include "selftest/integrity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "selftest/manifest.h"

enum { SETS_MAX = 16 };

/* One run: the manifests that were found good. */
struct run {
	const struct integrity *in;
	char vendor[SHA256_HEX_SIZE];
	struct manifest manifests[SETS_MAX];
	size_t n;
};

static void run_done(struct run *r)
{
	for (size_t i = 0; i < r->n; i++)
		manifest_done(&r->manifests[i]);
}

static int place(const struct run *r, char path[PATH_MAX], const char *name, struct error *err)
{
	return path_format(path, PATH_MAX, err, "%s%s", r->in->root, name);
}

static int find_vendor(struct run *r, struct error *err)
{
	auto_cert struct cert *cert = NULL;
	char path[PATH_MAX];

	if (r->in->vendor_key[0]) {
		if (strlen(r->in->vendor_key) != SHA256_HEX_SIZE - 1)
			return error_set(err, ERROR_INVALID, "the vendor's key is no SHA-256");
		memcpy(r->vendor, r->in->vendor_key, SHA256_HEX_SIZE);
		return 0;
	}
	if (place(r, path, SELFTEST_VENDOR, err) < 0 || cert_load(path, &cert, err) < 0)
		return error_wrap(err, "the vendor's certificate");
	memcpy(r->vendor, cert_key_sha256(cert), SHA256_HEX_SIZE);
	return 0;
}

/* The signature first; only then is the content looked at. */
static int read_signed(const struct run *r, const struct buf *der, struct manifest *ret,
		       struct error *err)
{
	auto_cms struct cms *cms = NULL;
	struct buf content;

	if (cms_parse(der->data, der->len, LIMIT_MANIFEST, &cms, err) < 0)
		return -1;
	if (cms_n_signers(cms) != 1 || strcmp(cert_key_sha256(cms_signer(cms, 0)), r->vendor) != 0)
		return error_refuse(err, REASON_SIGNATURE, "not signed by the vendor's key");
	if (cms_check_signature(cms, 0, err) < 0)
		return -1;
	content = cms_content(cms);
	return manifest_read(content.data, content.len, ret, err);
}

static int add_manifest(struct run *r, const char *name, struct error *err)
{
	auto_manifest struct manifest m = { 0 };
	auto_buf struct buf der = BUF_INIT;
	char path[PATH_MAX];
	size_t n = strlen(name) - strlen(".cms");

	if (path_format(path, sizeof(path), err, "%s" SELFTEST_MANIFESTS "/%s", r->in->root, name) <
	    0)
		return -1;
	if (r->n == SETS_MAX)
		return error_set(err, ERROR_LIMIT, "more than %d manifests", SETS_MAX);
	if (file_read(path, LIMIT_MANIFEST, &der, err) < 0 || read_signed(r, &der, &m, err) < 0)
		return error_wrap(err, "%s", name);
	if (strlen(m.set) != n || memcmp(m.set, name, n) != 0)
		return error_set(err, ERROR_INVALID, "%s: is the manifest of '%.40s'", name, m.set);
	r->manifests[r->n++] = m;
	m = (struct manifest){ 0 };
	return 0;
}

static void close_dir(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static bool is_manifest(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".cms") == 0;
}

static int read_manifests(struct run *r, struct error *err)
{
	CLEANUP(close_dir) DIR *dir = NULL;
	char path[PATH_MAX];

	if (place(r, path, SELFTEST_MANIFESTS, err) < 0)
		return -1;
	dir = opendir(path);
	if (!dir)
		return error_errno(err, errno, "%s", path);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		if (is_manifest(e->d_name) && add_manifest(r, e->d_name, err) < 0)
			return -1;
	for (size_t i = 0; i < r->in->n_sets; i++) {
		size_t m = 0;

		while (m < r->n && strcmp(r->manifests[m].set, r->in->sets[i]) != 0)
			m++;
		if (m == r->n)
			return error_set(err, ERROR_NOT_FOUND, "%s/%s.cms: no such manifest", path,
					 r->in->sets[i]);
	}
	return 0;
}

static int check_file(const struct run *r, const struct manifest_file *f, struct error *err)
{
	auto_buf struct buf bytes = BUF_INIT;
	auto_close int fd = -1;
	char path[PATH_MAX], digest[SHA256_HEX_SIZE];
	struct stat st;

	if (place(r, path, f->path, err) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->size)
		return error_set(err, ERROR_CONFLICT, "%s: not the file that was packaged", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, ERROR_DENIED, "%s: others than its owner may write it", path);
	if (file_read_fd(fd, LIMIT_PROGRAM, &bytes, err) < 0 ||
	    digest_sha256_hex(bytes.data, bytes.len, digest, err) < 0)
		return error_wrap(err, "%s", path);
	if (strcmp(digest, f->sha256) != 0)
		return error_set(err, ERROR_CONFLICT, "%s: not the file that was packaged", path);
	return 0;
}

static bool is_named(const struct run *r, const char *path)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct manifest_file *files = r->manifests[i].files.items;

		for (size_t k = 0; k < r->manifests[i].files.n; k++)
			if (strcmp(files[k].path, path) == 0)
				return true;
	}
	return false;
}

/* In the directory that is ours alone, a file that no package brought is somebody else's. */
static int check_nothing_else(const struct run *r, struct error *err)
{
	CLEANUP(close_dir) DIR *dir = NULL;
	char path[PATH_MAX];

	if (place(r, path, MUSTER_LIBEXECDIR, err) < 0)
		return -1;
	dir = opendir(path);
	if (!dir)
		return error_errno(err, errno, "%s", path);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (path_format(path, sizeof(path), err, MUSTER_LIBEXECDIR "/%s", e->d_name) < 0)
			return -1;
		if (!is_named(r, path))
			return error_set(err, ERROR_CONFLICT, "%s%s: no package brought it",
					 r->in->root, path);
	}
	return 0;
}

int integrity_check(const struct integrity *in, struct integrity_result *ret, struct error *err)
{
	CLEANUP(run_done) struct run r = { .in = in };
	struct integrity_result result = { 0 };

	if (find_vendor(&r, err) < 0 || read_manifests(&r, err) < 0)
		return -1;
	for (size_t i = 0; i < r.n; i++) {
		const struct manifest_file *files = r.manifests[i].files.items;

		for (size_t k = 0; k < r.manifests[i].files.n; k++, result.n_files++)
			if (check_file(&r, &files[k], err) < 0)
				return -1;
	}
	if (check_nothing_else(&r, err) < 0)
		return -1;
	result.n_manifests = r.n;
	*ret = result;
	return 0;
}
