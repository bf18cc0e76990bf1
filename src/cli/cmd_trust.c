/* SPDX-License-Identifier: Apache-2.0 */
/* The trust document in force, and the CRL of the authority's root. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "crypto/issue.h"

enum { CRL_LIFE_S = 90 * 86400, BACKDATE_S = 300, REVOKED_MAX = 64 };

struct trust_options {
	char *home;
	struct strings revoke;
	uint32_t life;
	bool json;
};

static int show_run(void *options, struct error *err)
{
	const struct trust_options *o = options;
	auto_verdict struct verdict v = { 0 };
	auto_json json_t *content = NULL;
	char dir[HOME_PATH_SIZE], first[SHA256_HEX_SIZE];

	if (home_find(o->home, dir, err) < 0 || trust_of_home(dir, &v, first, err) < 0 ||
	    jmap_parse(v.canonical.data, v.canonical.len, LIMIT_DOCUMENT, &content, err) < 0)
		return -1;
	return print_json(content, o->json, err);
}

static const struct jmap show_fields[] = {
	OPTION_HOME(trust_options),
	OPTION_JSON(trust_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("trust show", "", show_fields, struct trust_options);
static const char *const show_examples[] = { "muster trust show", NULL };

const struct opt_command command_trust_show = {
	.name = "trust show",
	.doc = "show the trust document in force, verified",
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

static int print_crl(bool json, const char *dir, const struct issue_crl *t, struct error *err)
{
	auto_json json_t *v = NULL;
	char path[HOME_PATH_SIZE], until[TIME_SIZE];

	time_format(t->next_update, until);
	if (home_path(dir, path, err, "authority/root.crl") < 0)
		return -1;
	if (json) {
		v = json_pack("{s:s, s:I, s:i, s:s}", "file", path, "number", (json_int_t)t->number,
			      "revoked", (int)t->n_revoked, "nextUpdate", until);
		return v ? print_json(v, true, err) : error_oom(err);
	}
	(void)printf("%s: number %llu, %zu revoked, until %s\n"
		     "Next: copy channel/authority.crl to the server's channel tree.\n",
		     path, (unsigned long long)t->number, t->n_revoked, until);
	return 0;
}

static int crl_run(void *options, struct error *err)
{
	const struct trust_options *o = options;
	CLEANUP(certs_array_done) struct cert *revoked_certs[REVOKED_MAX] = { 0 };
	struct issue_revoked revoked[REVOKED_MAX];
	auto_cert struct cert *root = NULL;
	auto_key struct key *key = NULL;
	auto_crl struct crl *old = NULL, *crl = NULL;
	char dir[HOME_PATH_SIZE], path[HOME_PATH_SIZE];
	struct issue_crl t = { .this_update = clock_now() - BACKDATE_S,
			       .next_update = clock_now() + (o->life ? o->life : CRL_LIFE_S),
			       .revoked = revoked,
			       .n_revoked = o->revoke.n };

	if (home_find(o->home, dir, err) < 0 ||
	    home_path(dir, path, err, "authority/root.crt") < 0 ||
	    cert_load(path, &root, err) < 0 ||
	    home_path(dir, path, err, "authority/root.key") < 0 || key_load(path, &key, err) < 0 ||
	    home_path(dir, path, err, "authority/root.crl") < 0 || crl_load(path, &old, err) < 0)
		return error_wrap(err, "the authority");
	if (check_complete(old, o->revoke.n, err) < 0 ||
	    load_revoked(o, root, revoked_certs, revoked, err) < 0)
		return -1;
	t.number = crl_number(old) + 1;
	if (issue_crl(&t, root, key, &crl, err) < 0 || write_crl(dir, crl, err) < 0)
		return -1;
	return print_crl(o->json, dir, &t, err);
}

static const struct jmap crl_fields[] = {
	OPTION(trust_options, revoke, "revoke", jmap_strings, "CERTIFICATE",
	       "a signing certificate that no longer counts (file); may be repeated. Name those of "
	       "the "
	       "list in force again",
	       .max = REVOKED_MAX),
	OPTION(trust_options, life, "life", cli_duration, "DURATION",
	       "how long the list lasts (90d)", .min = 3600, .max = 366 * 86400),
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
