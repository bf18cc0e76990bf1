/* SPDX-License-Identifier: Apache-2.0 */
/*
 * muster-manifest, not installed: signs what was installed below a root, one manifest a package.
 * Whoever packages runs it last, when the files are as they will be shipped, with the vendor's key;
 * `meson install` runs it with a key of its own that nobody keeps.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/opt.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "crypto/issue.h"
#include "crypto/token/key_open.h"
#include "selftest/manifest.h"

struct options {
	char *root, *key, *certificate;
};

static const struct jmap option_fields[] = {
	{ .key = "root",
	  .type = &jmap_path,
	  .off = offsetof(struct options, root),
	  .doc = "where it was installed (/)",
	  .hint = "DIRECTORY" },
	{ .key = "key",
	  .type = &jmap_str,
	  .off = offsetof(struct options, key),
	  .max = LIMIT_KEY_URI,
	  .doc = "the vendor's key: a file or a token's URI (a new one that nobody keeps)",
	  .hint = "URI" },
	{ .key = "certificate",
	  .type = &jmap_path,
	  .off = offsetof(struct options, certificate),
	  .doc = "the vendor's certificate, PEM",
	  .hint = "FILE" },
};
static const struct jmap_table option_table =
	JMAP_TABLE("options", "of muster-manifest", option_fields, struct options);

/* Which package a program belongs to: by where it is, and how its name begins. */
static const struct {
	const char *set, *dir, *prefix;
} rows[] = {
	{ "common", MUSTER_LIBEXECDIR, "muster-selftest" },
	{ "agent", MUSTER_SBINDIR, "muster-agent" },
	{ "agent", MUSTER_LIBEXECDIR, "muster-agent-" },
	{ "agent", MUSTER_LIBEXECDIR, "muster-probe" },
	{ "agent", MUSTER_LIBEXECDIR, "muster-probe-" },
	{ "server", MUSTER_SBINDIR, "muster-server" },
	{ "server", MUSTER_LIBEXECDIR, "muster-server-" },
	{ "cli", MUSTER_BINDIR, "muster" },
};
static const char *const sets[] = { "common", "agent", "server", "cli" };

struct vendor {
	struct key *key;
	struct cert *cert;
};

static void vendor_done(struct vendor *v)
{
	key_free(v->key);
	cert_free(v->cert);
}

static int vendor_make(struct vendor *v, struct error *err)
{
	const struct issue_template t = {
		.common_name = "Muster, installed from its source",
		.purposes = ISSUE_PURPOSE(X509_CA),
		.not_before = clock_now(),
		.not_after = clock_now() + LIMIT_DEVICE_CERT_S,
	};

	if (key_generate(KEY_P256, &v->key, err) < 0)
		return -1;
	return issue_root(&t, v->key, &v->cert, err);
}

static int vendor_open(const struct options *o, struct vendor *v, struct error *err)
{
	if (!o->key && !o->certificate)
		return vendor_make(v, err);
	if (!o->key || !o->certificate)
		return error_set(err, ERROR_INVALID, "--key and --certificate go together");
	if (cert_load(o->certificate, &v->cert, err) < 0 || key_open(o->key, &v->key, err) < 0)
		return -1;
	if (strcmp(key_sha256(v->key), cert_key_sha256(v->cert)) != 0)
		return error_set(err, ERROR_INVALID, "the key is not the certificate's");
	return 0;
}

static int add_file(struct manifest *m, const char *root, const char *path, struct error *err)
{
	struct manifest_file *files = m->files.items, *f;
	auto_buf struct buf bytes = BUF_INIT;
	char whole[PATH_MAX];

	if (m->files.n == LIMIT_MANIFEST_FILES)
		return error_set(err, ERROR_LIMIT, "more than %u files", LIMIT_MANIFEST_FILES);
	files = reallocarray(files, m->files.n + 1, sizeof(*files));
	if (!files)
		return error_oom(err);
	m->files.items = files;
	f = memset(&files[m->files.n], 0, sizeof(*f));
	if (path_format(whole, sizeof(whole), err, "%s%s", root, path) < 0 ||
	    file_read(whole, LIMIT_PROGRAM, &bytes, err) < 0 ||
	    digest_sha256_hex(bytes.data, bytes.len, f->sha256, err) < 0)
		return -1;
	f->size = bytes.len;
	f->path = strdup(path);
	if (!f->path)
		return error_oom(err);
	m->files.n++;
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int add_row(struct manifest *m, const char *root, size_t row, struct error *err)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct dirent **found = NULL;
	int n, r = 0;

	if (path_format(dir, sizeof(dir), err, "%s%s", root, rows[row].dir) < 0)
		return -1;
	n = scandir(dir, &found, NULL, by_name);
	if (n < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "%s", dir);
	for (int i = 0; i < n; i++) {
		/* Of a directory that others share, one program: a prefix that ends in '-' is many.
		 */
		bool many = rows[row].prefix[strlen(rows[row].prefix) - 1] == '-';
		bool ours = many ? begins(found[i]->d_name, rows[row].prefix)
				 : strcmp(found[i]->d_name, rows[row].prefix) == 0;

		if (ours && r == 0 &&
		    (path_format(path, sizeof(path), err, "%s/%s", rows[row].dir,
				 found[i]->d_name) < 0 ||
		     add_file(m, root, path, err) < 0))
			r = -1;
		free(found[i]);
	}
	free(found);
	return r;
}

static int sign_set(const char *set, const char *root, const struct vendor *v, struct error *err)
{
	const struct cms_signer signer = { v->cert, v->key };
	auto_manifest struct manifest m = { .type = strdup("manifest"),
					    .set = strdup(set),
					    .version = strdup(MUSTER_VERSION) };
	auto_buf struct buf content = BUF_INIT;
	auto_buf struct buf der = BUF_INIT;
	char path[PATH_MAX];

	if (!m.type || !m.set || !m.version)
		return error_oom(err);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].set, set) == 0 && add_row(&m, root, i, err) < 0)
			return -1;
	if (m.files.n == 0)
		return 0; /* that package is not in this root */
	if (manifest_write(&m, &content, err) < 0 ||
	    cms_sign(&content, &signer, 1, NULL, &der, err) < 0 ||
	    path_format(path, sizeof(path), err, "%s" SELFTEST_MANIFESTS "/%s.cms", root, set) < 0)
		return -1;
	return file_replace(path, der.data, der.len, 0644, err);
}

static int make_places(const char *root, struct error *err)
{
	char path[PATH_MAX];

	if (path_format(path, sizeof(path), err, "%s" MUSTER_DATADIR "/muster", root) < 0 ||
	    file_mkdir(path, 0755, err) < 0 ||
	    path_format(path, sizeof(path), err, "%s" SELFTEST_MANIFESTS, root) < 0)
		return -1;
	return file_mkdir(path, 0755, err);
}

static int run(void *options, struct error *err)
{
	const struct options *o = options;
	const char *root = o->root && strcmp(o->root, "/") != 0 ? o->root : "";
	CLEANUP(vendor_done) struct vendor v = { 0 };
	auto_buf struct buf pem = BUF_INIT;
	char path[PATH_MAX];

	(void)umask(022);
	if (vendor_open(o, &v, err) < 0 || make_places(root, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (sign_set(sets[i], root, &v, err) < 0)
			return error_wrap(err, "%s", sets[i]);
	if (cert_pem(v.cert, &pem, err) < 0 ||
	    path_format(path, sizeof(path), err, "%s" SELFTEST_VENDOR, root) < 0)
		return -1;
	return file_replace(path, pem.data, pem.len, 0644, err);
}

static const char *const examples[] = {
	"muster-manifest --root debian/tmp --key vendor.key --certificate vendor.crt",
	"muster-manifest --root /",
	NULL,
};
static const struct opt_command command = {
	.name = "",
	.doc = "Sign what was installed, so that muster-selftest can tell when it is changed.",
	.examples = examples,
	.options = &option_table,
	.run = run,
};
static const struct opt_command *const commands[] = { &command };
static const struct opt_program program = {
	.name = "muster-manifest",
	.doc = "signs the manifests of Muster's executables",
	.version = MUSTER_VERSION,
	.commands = commands,
	.n_commands = ARRAY_SIZE(commands),
};

int main(int argc, char **argv)
{
	log_init("muster-manifest");
	return opt_main_one(&program, argc, argv);
}
