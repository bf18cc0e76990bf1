/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/init.h"
#include "proto/function.h"

#define PORT(member, name, number, of) \
	OPTION(init_options, member, name, jmap_u32, "PORT", \
	       "port of the listener for " of " (" number ")", .min = 1, .max = 65535)

static const struct jmap init_fields[] = {
	OPTION(init_options, enterprise, "enterprise", jmap_str, "NAME", "name of the enterprise",
	       .flags = JMAP_REQUIRED, .min = 1, .max = 44),
	OPTION(init_options, administrator, "administrator", jmap_str, "PERSON",
	       "who signs instructions: letters, digits and . _ - @", .flags = JMAP_REQUIRED,
	       .min = 1, .max = 60),
	OPTION(init_options, servers, "server", jmap_strings, "HOST",
	       "DNS name or address of the server; repeat it for further names. The first is the "
	       "one "
	       "that devices and this program use",
	       .flags = JMAP_REQUIRED, .min = 1, .max = 16),
	OPTION(init_options, connect, "connect", jmap_str, "ADDRESS",
	       "connect to this address instead of resolving the server's name", .max = LIMIT_NAME),
	OPTION(init_options, listen, "listen", jmap_str, "ADDRESS",
	       "address that the server listens at (::)", .max = LIMIT_NAME),
	OPTION(init_options, data, "data", jmap_path, "DIR",
	       "the server's own directory, on the server (/var/lib/muster-server)"),
	PORT(device_port, "devicePort", "8443", "enrolled devices"),
	PORT(enrollment_port, "enrollmentPort", "8444", "enrollment"),
	PORT(administration_port, "administrationPort", "8445", "administrators"),
	OPTION(init_options, profile, "profile", jmap_str, "PROFILE",
	       "default (P-256, X25519; P-384 for the authority) or cnsa (P-384 and SHA-384)",
	       .max = LIMIT_NAME),
	OPTION(init_options, key_store, "keyStore", jmap_str, "STORE",
	       "make the keys of the channel's issuers and of the online signer in a token that "
	       "the "
	       "server can reach: a pkcs11: URI without an object, or tpm2:",
	       .max = LIMIT_KEY_URI),
	OPTION(init_options, key_store_access, "keyStoreAccess", jmap_strings, "PATH",
	       "what the token's driver opens on the server; may be repeated",
	       .max = LIMIT_KEY_STORE_PATHS),
	OPTION(init_options, signing_key, "signingKey", jmap_str, "URI",
	       "make the administrator's signing key there: a pkcs11: URI with an object, or "
	       "tpm2:FILE",
	       .max = LIMIT_KEY_URI),
	OPTION(init_options, login_key, "loginKey", jmap_str, "URI",
	       "the same for the key of the administrator's login", .max = LIMIT_KEY_URI),
	OPTION(init_options, online_may, "onlineMay", jmap_strings, "COMMAND",
	       "a routine command that the server may sign itself; may be repeated (query, sync)",
	       .max = LIMIT_SETTINGS),
	OPTION(init_options, destructive_delay, "destructiveDelay", cli_duration, "DURATION",
	       "how long a destructive command waits on the device, and can be cancelled (10m)",
	       .max = 30 * 86400),
	OPTION(init_options, no_delay, "noDestructiveDelay", jmap_bool, NULL,
	       "destructive commands do not wait"),
	OPTION_HOME(init_options),
	OPTION(init_options, json, "json", jmap_bool, NULL,
	       "print what was made as JSON on one line, for scripts"),
};
static const struct jmap_table init_table =
	JMAP_TABLE("init", "", init_fields, struct init_options);

static bool all_of(const char *text, const char *also)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(also, *text))
			return false;
	return true;
}

int init_check_person(const char *person, struct error *err)
{
	if (all_of(person, "._-@") && person[0] != '.')
		return 0;
	return error_set(err, ERROR_INVALID, "--administrator: only letters, digits and . _ - @");
}

static int check_options(const struct init_options *o, struct error *err)
{
	if (init_check_person(o->administrator, err) < 0)
		return -1;
	for (size_t i = 0; i < o->servers.n; i++)
		if (!is_address(o->servers.items[i]) &&
		    (!all_of(o->servers.items[i], ".-") || !o->servers.items[i][0]))
			return error_set(err, ERROR_INVALID,
					 "--server: '%.60s' is neither a DNS name nor an address",
					 o->servers.items[i]);
	if (o->listen && !is_address(o->listen))
		return error_set(err, ERROR_INVALID, "--listen: not an address");
	if (o->profile && strcmp(o->profile, "default") != 0 && strcmp(o->profile, "cnsa") != 0)
		return error_set(err, ERROR_INVALID, "--profile: not one of default, cnsa");
	if (o->no_delay && o->destructive_delay)
		return error_set(
			err, ERROR_INVALID,
			"--destructive-delay and --no-destructive-delay exclude each other");
	for (size_t i = 0; i < o->online_may.n; i++) {
		const struct function *f = function_find(o->online_may.items[i], FUNCTION_COMMAND);

		if (!f || f->effect != EFFECT_ROUTINE)
			return error_set(err, ERROR_INVALID,
					 "--online-may: '%.60s' is no routine command",
					 o->online_may.items[i]);
	}
	return 0;
}

/* CONFLICT unless the directory is absent or empty. */
static int check_free(const char *dir, struct error *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool used = false;

	if (!d)
		return errno == ENOENT ? 0 : error_errno(err, errno, "%s", dir);
	while (!used && (e = readdir(d)))
		used = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	if (used)
		return error_set(err, ERROR_CONFLICT,
				 "%s is not empty, and what is there is never overwritten", dir);
	return 0;
}

static int make_parents(const char *dir, struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (path_format(path, sizeof(path), err, "%s", dir) < 0)
		return -1;
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (file_mkdir(path, 0755, err) < 0)
			return -1;
		*p = '/';
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

static int make_dirs(const char *dir, bool alone, struct error *err)
{
	static const char *const dirs[] = {
		"",	   "authority",	      "authority/signers", "authority/trust",
		"channel", "channel/issuers", "channel/listeners", "status"
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		char path[HOME_PATH_SIZE];

		if (alone && strncmp(dirs[i], "channel", 7) == 0)
			continue;
		if (home_path(dir, path, err, "%s", dirs[i]) < 0 || file_mkdir(path, 0700, err) < 0)
			return -1;
	}
	return 0;
}

static int make_all(struct init *in, struct error *err)
{
	progress("Making the authority tree …");
	if (init_authority(in, err) < 0)
		return -1;
	progress("Making the channel tree …");
	if (init_channel(in, err) < 0 || init_trust(in, err) < 0 || init_bootstrap(in, err) < 0)
		return -1;
	return init_confs(in, err);
}

static int report(const struct init *in, const char *home, struct error *err)
{
	if (in->o->json) {
		auto_json json_t *v = json_pack("{s:s, s:s, s:s, s:s}", "home", home, "enterprise",
						in->enterprise, "trustDigest", in->trust_digest,
						"anchorDigest", cert_sha256(in->server.cert));

		return v ? print_json(v, true, err) : error_oom(err);
	}
	(void)printf("%s: enterprise \"%s\" (%s)\n\n", home, in->o->enterprise, in->enterprise);
	(void)printf("  authority/  signs instructions. Keep it here, or offline: no server ever "
		     "needs it.\n"
		     "  channel/    is what the server runs with. Nothing else goes there.\n"
		     "  login.key   is your own access to the server. Keep it here.\n\n"
		     "Next:\n"
		     "  1. copy the channel tree:  scp -r %s/channel USER@SERVER:\n"
		     "  2. start the server there: /usr/sbin/muster-server --config "
		     "channel/server.conf --data data\n"
		     "  3. make a first token:     muster token create --out enrollment.json\n"
		     "  4. enroll a device, then:  muster device assign DEVICE --stream default\n\n"
		     "The authority's CRL lasts 90 days: renew it with 'muster trust crl'.\n",
		     home);
	return 0;
}

int init_place(struct init *in, init_fn *make, char home[HOME_PATH_SIZE], struct error *err)
{
	in->cnsa = in->o->profile && strcmp(in->o->profile, "cnsa") == 0;
	if (home_find(in->o->home, home, err) < 0 || check_free(home, err) < 0 ||
	    make_parents(home, err) < 0)
		return -1;
	uuid_new(in->enterprise);
	if (path_format(in->dir, sizeof(in->dir), err, "%s.partial-%ld", home, (long)getpid()) < 0)
		return -1;
	if (make_dirs(in->dir, in->alone, err) == 0 && make(in, err) == 0 &&
	    (rename(in->dir, home) == 0 || error_errno(err, errno, "%s", home) == 0))
		return 0;
	init_keys_undo(in);
	(void)nftw(in->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return -1;
}

static int init_run(void *options, struct error *err)
{
	CLEANUP(init_done) struct init in = { .o = options, .now = clock_now() };
	char home[HOME_PATH_SIZE];

	if (check_options(in.o, err) < 0 || init_place(&in, make_all, home, err) < 0)
		return -1;
	return report(&in, home, err);
}

static const char *const init_examples[] = {
	"muster init --enterprise 'Example Corp' --administrator ada --server mdm.example.com",
	"muster init --enterprise Test --administrator ada --server mdm.test --connect 127.0.0.1 "
	"--listen 127.0.0.1 --home ./operator",
	NULL,
};

const struct opt_command command_init = {
	.name = "init",
	.doc = "make an enterprise: the authority tree that stays with you, and the channel tree "
	       "for "
	       "the server",
	.details = "Makes two trees below the operator's directory. The authority tree holds the "
		   "root of "
		   "instructions, the administrator's signing certificate and the first trust "
		   "document: "
		   "devices obey what it signs, and no server ever holds its keys. The channel "
		   "tree holds "
		   "the issuers of server, device and login certificates, the listeners' "
		   "certificates, the "
		   "online signer and the server's configuration: copy it, and nothing else, to "
		   "the server."
		   "\n\nA directory that is not empty is refused. A run that fails leaves nothing "
		   "behind.",
	.examples = init_examples,
	.options = &init_table,
	.run = init_run,
};
