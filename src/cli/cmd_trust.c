/* SPDX-License-Identifier: Apache-2.0 */
/* The trust document in force, and the CRL of the authority's root. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/api.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/trust_files.h"
#include "crypto/issue.h"

enum { CRL_LIFE_S = 90 * 86400, BACKDATE_S = 300, REVOKED_MAX = 64 };

struct trust_options {
	char *home, *root_key;
	struct strings revoke;
	uint32_t life, version;
	bool publish, json;
};

/* *lines: the changes since the version before; NULL for the first. */
static int changes_of(const char *dir, const struct trust *t, json_t **lines, struct error *err)
{
	auto_verdict struct verdict before = { 0 };
	char first[SHA256_HEX_SIZE];

	if (t->version < 2)
		return 0;
	if (trust_until(dir, t->version - 1, &before, first, err) < 0)
		return -1;
	return explain_changes(&before.document.trust, t, lines, err);
}

static void print_lines(const char *title, const json_t *lines)
{
	json_t *text;
	size_t i;

	(void)printf("%s", title);
	json_array_foreach (lines, i, text)
		(void)printf("  %s\n", json_string_value(text));
}

static int print_shown(const struct verdict *v, const json_t *changes, bool json, struct error *err)
{
	auto_json json_t *content = NULL, *lines = NULL, *all = NULL;
	auto_buf struct buf state = BUF_INIT;

	if (jmap_parse(v->canonical.data, v->canonical.len, LIMIT_DOCUMENT, &content, err) < 0 ||
	    explain_trust(&v->document.trust, &lines, err) < 0)
		return -1;
	if (json) {
		all = json_pack("{s:O, s:s, s:O, s:O*}", "trust", content, "sha256", v->sha256,
				"explained", lines, "changes", changes);
		return all ? print_json(all, true, err) : error_oom(err);
	}
	print_lines("", lines);
	if (changes)
		print_lines("\nsince the version before:\n", changes);
	if (changes && json_array_size(changes) == 0)
		(void)printf("  nothing changed but the version\n");
	(void)printf("\nSHA-256 %s, signed by", v->sha256);
	for (size_t i = 0; i < v->persons.n; i++)
		(void)printf("%s %s", i ? "," : "", v->persons.items[i]);
	(void)putchar('\n');
	return 0;
}

static int show_run(void *options, struct error *err)
{
	const struct trust_options *o = options;
	auto_verdict struct verdict v = { 0 };
	auto_json json_t *changes = NULL;
	char dir[HOME_PATH_SIZE], first[SHA256_HEX_SIZE];

	if (home_find(o->home, dir, err) < 0 || trust_until(dir, o->version, &v, first, err) < 0)
		return -1;
	if (o->version && v.document.trust.version != o->version)
		return error_set(err, ERROR_NOT_FOUND, "no trust %u here: the newest is %u",
				 o->version, v.document.trust.version);
	if (changes_of(dir, &v.document.trust, &changes, err) < 0)
		return -1;
	return print_shown(&v, changes, o->json, err);
}

static const struct jmap show_fields[] = {
	OPTION(trust_options, version, "version", jmap_u32, "VERSION", "which one (the newest)",
	       .flags = JMAP_POSITION, .min = 1, .max = INT32_MAX),
	OPTION_HOME(trust_options),
	OPTION_JSON(trust_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("trust show", "", show_fields, struct trust_options);
static const char *const show_examples[] = { "muster trust show", "muster trust show 1 --json",
					     NULL };

const struct opt_command command_trust_show = {
	.name = "trust show",
	.doc = "explain a trust document, and what it changed; verified from the first on",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

/* The certificates to revoke, by their files: they must be the root's. */
static int load_revoked(const struct trust_options *o, const struct cert *root,
			struct cert *certs[REVOKED_MAX], struct issue_revoked *ret,
			struct error *err)
{
	for (size_t i = 0; i < o->revoke.n; i++) {
		if (cert_load(o->revoke.items[i], &certs[i], err) < 0)
			return error_wrap(err, "%s", o->revoke.items[i]);
		if (strcmp(cert_issuer_key_id(certs[i]), cert_subject_key_id(root)) != 0)
			return error_set(err, ERROR_INVALID, "%.80s: not issued by this authority",
					 o->revoke.items[i]);
		ret[i] = (struct issue_revoked){ cert_serial(certs[i]), clock_now() };
	}
	return 0;
}

static void certs_array_done(struct cert *(*certs)[REVOKED_MAX])
{
	for (size_t i = 0; i < REVOKED_MAX; i++)
		cert_free((*certs)[i]);
}

/* A CRL says all that is revoked: what the last one said must be in the new one. */
static int check_complete(const struct crl *old, size_t n_revoked, struct error *err)
{
	if (crl_count(old) > n_revoked)
		return error_set(
			err, ERROR_INVALID,
			"the CRL in force revokes %zu certificates: name them all with --revoke",
			crl_count(old));
	return 0;
}

static int write_crl(const char *dir, const struct crl *crl, struct error *err)
{
	const struct buf *der = crl_der(crl);
	char path[HOME_PATH_SIZE], channel[HOME_PATH_SIZE];

	if (home_path(dir, path, err, "authority/root.crl") < 0 ||
	    file_replace(path, der->data, der->len, 0644, err) < 0)
		return -1;
	/* The copy for the server, where the channel tree is still here. */
	if (home_path(dir, channel, err, "channel") < 0 || !file_exists(channel))
		return 0;
	if (home_path(dir, channel, err, "channel/authority.crl") < 0)
		return -1;
	return file_replace(channel, der->data, der->len, 0644, err);
}

static int print_crl(const struct trust_options *o, const char *dir, const struct issue_crl *t,
		     bool published, struct error *err)
{
	auto_json json_t *v = NULL;
	char path[HOME_PATH_SIZE], until[TIME_SIZE];

	time_format(t->next_update, until);
	if (home_path(dir, path, err, "authority/root.crl") < 0)
		return -1;
	if (o->json) {
		v = json_pack("{s:s, s:I, s:i, s:s, s:b}", "file", path, "number",
			      (json_int_t)t->number, "revoked", (int)t->n_revoked, "nextUpdate",
			      until, "published", published);
		return v ? print_json(v, true, err) : error_oom(err);
	}
	(void)printf("%s: number %llu, %zu revoked, until %s\n", path,
		     (unsigned long long)t->number, t->n_revoked, until);
	(void)printf(published ? "published: the server gives it to devices and to others\n"
			       : "Next: 'muster trust crl --publish' gives it to the server.\n");
	return 0;
}

/* Post the list that is in force here. */
static int publish_crl(const struct trust_options *o, const struct crl *crl, struct error *err)
{
	auto_api struct api *api = NULL;

	if (!o->publish)
		return 0;
	if (api_open(o->home, &api, err) < 0)
		return -1;
	return api_publish_crl(api, crl_der(crl), err);
}

static int issue_next(const struct trust_options *o, const char *dir, struct issue_crl *t,
		      struct crl **ret, struct error *err)
{
	CLEANUP(certs_array_done) struct cert *revoked_certs[REVOKED_MAX] = { 0 };
	struct issue_revoked revoked[REVOKED_MAX];
	auto_root struct root root = { 0 };
	auto_crl struct crl *old = NULL;
	char path[HOME_PATH_SIZE];
	int r;

	if (root_open(dir, o->root_key, &root, err) < 0 ||
	    home_path(dir, path, err, "authority/root.crl") < 0 || crl_load(path, &old, err) < 0)
		return error_wrap(err, "the authority");
	if (check_complete(old, o->revoke.n, err) < 0 ||
	    load_revoked(o, root.cert, revoked_certs, revoked, err) < 0)
		return -1;
	t->revoked = revoked;
	t->number = crl_number(old) + 1;
	r = issue_crl(t, root.cert, root.key, ret, err);
	t->revoked = NULL; /* they end here */
	return r;
}

static int crl_run(void *options, struct error *err)
{
	const struct trust_options *o = options;
	auto_crl struct crl *crl = NULL;
	char dir[HOME_PATH_SIZE];
	struct issue_crl t = { .this_update = clock_now() - BACKDATE_S,
			       .next_update = clock_now() + (o->life ? o->life : CRL_LIFE_S),
			       .n_revoked = o->revoke.n };

	if (home_find(o->home, dir, err) < 0 || issue_next(o, dir, &t, &crl, err) < 0 ||
	    write_crl(dir, crl, err) < 0 || publish_crl(o, crl, err) < 0)
		return -1;
	return print_crl(o, dir, &t, o->publish, err);
}

static const struct jmap crl_fields[] = {
	OPTION(trust_options, revoke, "revoke", jmap_strings, "CERTIFICATE",
	       "a signing certificate that no longer counts (file); may be repeated. Name those of "
	       "the "
	       "list in force again",
	       .max = REVOKED_MAX),
	OPTION(trust_options, life, "life", cli_duration, "DURATION",
	       "how long the list lasts (90d)", .min = 3600, .max = 366 * 86400),
	OPTION(trust_options, root_key, "rootKey", jmap_str, "KEY",
	       "the root's key: a file, or a pkcs11: or tpm2: URI (authority/root.key)", .min = 1,
	       .max = LIMIT_KEY_URI),
	OPTION(trust_options, publish, "publish", jmap_bool, NULL,
	       "post it to the server, which serves it from then on"),
	OPTION_HOME(trust_options),
	OPTION_JSON(trust_options),
};
static const struct jmap_table crl_table =
	JMAP_TABLE("trust crl", "", crl_fields, struct trust_options);
static const char *const crl_examples[] = {
	"muster trust crl",
	"muster trust crl --revoke authority/signers/ada.crt",
	NULL,
};

const struct opt_command command_trust_crl = {
	.name = "trust crl",
	.doc = "issue the authority's revocation list anew, with a higher number",
	.details = "Devices do not obey a signer whose revocation status is unknown or stale: run "
		   "this "
		   "before the list in force ends.",
	.examples = crl_examples,
	.options = &crl_table,
	.run = crl_run,
};
