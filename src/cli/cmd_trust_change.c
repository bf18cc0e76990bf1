/* SPDX-License-Identifier: Apache-2.0 */
/* From one trust document to the next: who signs, how many must, by which root. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/approval.h"
#include "cli/cli.h"
#include "cli/trust_change.h"
#include "cli/trust_files.h"
#include "crypto/csr.h"
#include "crypto/token/key_open.h"
#include "proto/document_tables.h"

struct change_options {
	char *home, *name, *role, *request, *root_key, *out;
	struct strings quorum, online_may;
	struct signer_choice who;
	uint32_t delay, max_targets;
	bool online, no_delay, online_nothing, new_root, drop_old_roots;
	bool publish, yes, json;
};

/* One change on its way. */
struct change {
	const struct change_options *o;
	struct home home;
	struct approval approval;
	struct document next;
};

static void change_done(struct change *c)
{
	home_done(&c->home);
	approval_done(&c->approval);
	document_done(&c->next);
}

static int begin(struct change *c, struct error *err)
{
	if (home_open(c->o->home, &c->home, err) < 0 ||
	    approval_open(c->home.dir, &c->approval, err) < 0)
		return -1;
	return trust_next(&c->approval.trust.document, clock_now(), &c->next, err);
}

/* ---- the end of every change: shown, signed, kept or handed on ---- */

struct outcome {
	struct approval_signed done;
	char file[HOME_PATH_SIZE];
	struct approval_posted posted;
	bool moved;
};

static void outcome_done(struct outcome *r)
{
	approval_signed_done(&r->done);
}

static int print_outcome(const struct change *c, const struct outcome *r, struct error *err)
{
	const struct verdict *v = &r->done.verdict;
	auto_json json_t *all = NULL;
	auto_buf struct buf state = BUF_INIT;

	if (c->o->json) {
		all = json_pack("{s:i, s:s, s:O, s:b, s:s*, s:i, s:i, s:i, s:i, s:b, s:b}",
				"version", (int)v->document.trust.version, "id",
				v->document.header.id, "document", r->done.what, "complete",
				v->complete, "file", r->file[0] ? r->file : NULL, "have",
				(int)v->have, "want", (int)v->want, "ownHave", (int)v->own_have,
				"ownWant", (int)v->own_want, "published",
				c->o->publish && v->complete, "rootMoved", r->moved);
		return all ? print_json(all, true, err) : error_oom(err);
	}
	if (approval_state(v, &state, err) < 0)
		return -1;
	(void)printf("\n%s\n%s%strust %u%s\n", (char *)state.data, r->file, r->file[0] ? ": " : "",
		     v->document.trust.version,
		     v->complete ? ", in force in this directory" : ", which lacks signatures");
	if (!v->complete)
		(void)printf("Next: whoever signs too runs 'muster approve %s'.\n",
			     c->o->publish ? v->document.header.id : "FILE");
	else if (!c->o->publish)
		(void)printf("Next: 'muster instruction publish %s' gives it to the devices.\n",
			     r->file);
	if (r->moved)
		(void)printf("The new root is authority/root. Copy channel/authority.crt, "
			     "channel/authority.crl and channel/online.crt to the server.\n");
	return 0;
}

/* Where what still lacks signatures goes; what is complete is kept in the tree. */
static int pending_file(const struct change *c, struct outcome *r, struct error *err)
{
	if (c->o->out)
		return path_format(r->file, sizeof(r->file), err, "%s", c->o->out);
	if (r->done.verdict.complete)
		return home_path(c->home.dir, r->file, err, "authority/trust/%u.cms",
				 c->next.trust.version);
	if (c->o->publish) /* the server has it */
		return 0;
	return path_format(r->file, sizeof(r->file), err, "trust-%u.cms", c->next.trust.version);
}

static int post(const struct change *c, struct outcome *r, struct error *err)
{
	auto_api struct api *api = NULL;

	if (!c->o->publish)
		return 0;
	if (api_open(c->o->home, &api, err) < 0)
		return -1;
	return approval_submit(api, &r->done.verdict, &r->done.cms, &r->posted, err);
}

static int finish(struct change *c, struct error *err)
{
	const struct change_options *o = c->o;
	const struct approval_request rq = {
		.home = &c->home,
		.how = { .who = o->who, .yes = o->yes, .json = o->json },
		.document = &c->next,
	};
	CLEANUP(outcome_done) struct outcome r = { 0 };

	if (trust_check(&c->next.trust, err) < 0 ||
	    approval_sign(&c->approval, &rq, &r.done, err) < 0 || pending_file(c, &r, err) < 0)
		return -1;
	if ((c->o->out || (!r.done.verdict.complete && !c->o->publish)) &&
	    write_output(r.file, &r.done.cms, 0644, err) < 0)
		return -1;
	if (r.done.verdict.complete &&
	    trust_keep(c->home.dir, &r.done.verdict, &r.done.cms, &r.moved, err) < 0)
		return -1;
	if (post(c, &r, err) < 0)
		return -1;
	return print_outcome(c, &r, err);
}

#define OPTIONS_CHANGE \
	OPTION(change_options, out, "out", jmap_path, "FILE", \
	       "where the document goes while it lacks signatures (trust-VERSION.cms)"), \
		OPTION(change_options, publish, "publish", jmap_bool, NULL, \
		       "post it: published with all its signatures, else pending for others"), \
		OPTION_PERSON(change_options), OPTION_KEY(change_options), \
		OPTION(change_options, yes, "yes", jmap_bool, NULL, "sign without asking"), \
		OPTION_HOME(change_options), OPTION_JSON(change_options)
#define OPTION_ROOT_KEY(s) \
	OPTION(s, root_key, "rootKey", jmap_str, "KEY", \
	       "the root's key: a file, or a pkcs11: or tpm2: URI (authority/root.key)", .min = 1, \
	       .max = LIMIT_KEY_URI)
#define NEXT_DETAILS \
	"The next trust document needs the signatures of the quorum in force and of its own. " \
	"With " \
	"all of them it is kept in authority/trust; else it is a file that the others 'muster " \
	"approve', on machines of their own. Devices walk from version to version, however long " \
	"they " \
	"were away."

/* ---- request ---- */

static int write_request(const struct key *key, const struct change_options *o, struct error *err)
{
	auto_buf struct buf der = BUF_INIT;

	if (csr_make(key, o->name, &der, err) < 0)
		return -1;
	return write_output(o->out, &der, 0644, err);
}

/* A key where the URI says, or a file of the person's in this directory. */
static int make_key(const char *dir, const char *person, const char *uri, struct key **ret,
		    struct error *err)
{
	char path[HOME_PATH_SIZE];

	if (!uri)
		return home_path(dir, path, err, "authority/signers/%s.key", person) < 0
			       ? -1
			       : key_create(path, KEY_P384, ret, err);
	/* A TPM makes P-256 alone. */
	if (key_create(uri, strncmp(uri, "tpm2:", 5) == 0 ? KEY_P256 : KEY_P384, ret, err) < 0)
		return error_wrap(err, "%.80s", uri);
	if (home_path(dir, path, err, "authority/signers/%s.uri", person) < 0)
		return -1;
	return file_create(path, uri, strlen(uri), 0600, err);
}

static int make_dirs(const char *dir, struct error *err)
{
	static const char *const dirs[] = { "authority", "authority/signers", "authority/trust" };

	if (file_mkdir(dir, 0700, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		char path[HOME_PATH_SIZE];

		if (home_path(dir, path, err, "%s", dirs[i]) < 0 || file_mkdir(path, 0700, err) < 0)
			return -1;
	}
	return 0;
}

static int check_name(const char *name, struct error *err)
{
	if (!name[strcspn(name, "/\\ \t")] && name[0] != '.')
		return 0;
	return error_set(err, ERROR_INVALID, "'%.60s': a person's name here has no / and no space",
			 name);
}

static int request_run(void *options, struct error *err)
{
	const struct change_options *o = options;
	auto_key struct key *key = NULL;
	char dir[HOME_PATH_SIZE];

	if (check_name(o->name, err) < 0 || home_find(o->home, dir, err) < 0 ||
	    make_dirs(dir, err) < 0 || make_key(dir, o->name, o->who.key, &key, err) < 0 ||
	    write_request(key, o, err) < 0)
		return -1;
	if (o->json && o->out)
		return print_done(true, "key", key_sha256(key), "made", "", err);
	(void)fprintf(stderr, "key %s\n", key_sha256(key));
	return 0;
}

static const struct jmap request_fields[] = {
	OPTION(change_options, name, "person", jmap_str, "PERSON", "who is to sign",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = 60),
	OPTION(change_options, out, "out", jmap_path, "FILE",
	       "where the request goes (standard output)"),
	OPTION(change_options, who.key, "key", jmap_str, "KEY",
	       "make the key there: a file, or a pkcs11: or tpm2: URI "
	       "(authority/signers/PERSON.key)",
	       .min = 1, .max = LIMIT_KEY_URI),
	OPTION_HOME(change_options),
	OPTION_JSON(change_options),
};
static const struct jmap_table request_table =
	JMAP_TABLE("trust request", "", request_fields, struct change_options);
static const char *const request_examples[] = { "muster trust request grace --out grace.csr",
						NULL };

const struct opt_command command_trust_request = {
	.name = "trust request",
	.doc = "make a signing key for a person, and a certificate request for it",
	.details =
		"For the machine of the person who is to sign. The key stays there; the request "
		"goes to whoever has the root, for 'muster trust add'. Compare the key's digest, "
		"which both show, by another way than the request took.",
	.examples = request_examples,
	.options = &request_table,
	.run = request_run,
};

/* ---- add ---- */

/* DER, or PEM. */
static int read_request(const char *path, struct csr **ret, struct error *err)
{
	auto_buf struct buf data = BUF_INIT;

	if (file_read(path, 2 * LIMIT_CSR, &data, err) < 0)
		return -1;
	if ((data.len && data.data[0] == 0x30 ? csr_parse(data.data, data.len, ret, err)
					      : csr_parse_pem(data.data, data.len, ret, err)) < 0)
		return error_wrap(err, "%s", path);
	return 0;
}

/* The public key to certify: of the request, or of the key that is here or is made now. */
static int key_to_certify(const struct change *c, struct buf *spki, struct error *err)
{
	const struct change_options *o = c->o;
	auto_csr struct csr *csr = NULL;
	auto_key struct key *key = NULL;
	char name[HOME_PATH_SIZE];

	if (o->request) {
		if (read_request(o->request, &csr, err) < 0)
			return -1;
		return buf_append(spki, csr_spki(csr)->data, csr_spki(csr)->len, err);
	}
	if (path_format(name, sizeof(name), err, "authority/signers/%s", o->name) < 0)
		return -1;
	if (key_of_home(c->home.dir, name, NULL, &key, err) < 0 &&
	    (err->code != ERROR_NOT_FOUND || make_key(c->home.dir, o->name, NULL, &key, err) < 0))
		return -1;
	*err = (struct error)ERROR_INIT;
	return buf_append(spki, key_spki(key)->data, key_spki(key)->len, err);
}

static int add_run(void *options, struct error *err)
{
	CLEANUP(change_done) struct change c = { .o = options };
	const struct change_options *o = options;
	auto_buf struct buf spki = BUF_INIT;
	auto_cert struct cert *cert = NULL;
	struct certify what = { .person = o->name, .spki = &spki, .online = o->online };
	struct trust_member m = { .person = o->name,
				  .role = o->online ? NULL
					  : o->role ? o->role
						    : "administrators" };

	if (o->online && !o->request)
		return error_set(err, ERROR_INVALID,
				 "--online: the key is the server's: name its --request");
	if (check_name(o->name, err) < 0 || begin(&c, err) < 0 ||
	    key_to_certify(&c, &spki, err) < 0)
		return -1;
	what.organization = c.home.conf.enterprise_name;
	if (signer_certify(c.home.dir, &what, o->root_key, &cert, err) < 0)
		return -1;
	m.key = cert_key_sha256(cert);
	if (trust_add_member(&c.next.trust, &m, err) < 0)
		return -1;
	return finish(&c, err);
}

static const struct jmap add_fields[] = {
	OPTION(change_options, name, "person", jmap_str, "PERSON", "who is to sign",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = 60),
	OPTION(change_options, request, "request", jmap_path, "FILE",
	       "the person's certificate request (a key is made here)"),
	OPTION(change_options, role, "role", jmap_str, "ROLE", "the role (administrators)",
	       .min = 1, .max = LIMIT_NAME),
	OPTION(change_options, online, "online", jmap_bool, NULL,
	       "a server's key instead of a person's: it signs heads, and what --online-may of "
	       "'trust rotate' says"),
	OPTION_ROOT_KEY(change_options),
	OPTIONS_CHANGE,
};
static const struct jmap_table add_table =
	JMAP_TABLE("trust add", "", add_fields, struct change_options);
static const char *const add_examples[] = {
	"muster trust add grace --request grace.csr --yes",
	NULL,
};

const struct opt_command command_trust_add = {
	.name = "trust add",
	.doc = "certify a person's key, and let that person sign",
	.details = NEXT_DETAILS,
	.examples = add_examples,
	.options = &add_table,
	.run = add_run,
};

/* ---- remove ---- */

static int remove_run(void *options, struct error *err)
{
	CLEANUP(change_done) struct change c = { .o = options };

	if (begin(&c, err) < 0 ||
	    trust_remove_person(&c.next.trust, c.o->name, c.o->online, err) < 0)
		return -1;
	return finish(&c, err);
}

static const struct jmap remove_fields[] = {
	OPTION(change_options, name, "person", jmap_str, "PERSON", "who is to sign no more",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = LIMIT_NAME),
	OPTION(change_options, online, "online", jmap_bool, NULL,
	       "an online signer instead of a person"),
	OPTIONS_CHANGE,
};
static const struct jmap_table remove_table =
	JMAP_TABLE("trust remove", "", remove_fields, struct change_options);
static const char *const remove_examples[] = { "muster trust remove grace --yes", NULL };

const struct opt_command command_trust_remove = {
	.name = "trust remove",
	.doc = "let a person sign no more, by any key",
	.details = "On each device it holds as soon as the device has the document: no revocation "
		   "list needs to arrive. " NEXT_DETAILS,
	.examples = remove_examples,
	.options = &remove_table,
	.run = remove_run,
};

/* ---- rotate ---- */

static int change_numbers(const struct change_options *o, struct trust *t, struct error *err)
{
	for (size_t i = 0; i < o->quorum.n; i++)
		if (trust_set_quorum(t, o->quorum.items[i], err) < 0)
			return -1;
	if (o->delay && o->no_delay)
		return error_set(
			err, ERROR_INVALID,
			"--destructive-delay and --no-destructive-delay exclude each other");
	if (o->delay || o->no_delay)
		t->delays.destructive_s = o->delay;
	if (o->max_targets)
		t->max_targets = o->max_targets;
	if (o->online_may.n && o->online_nothing)
		return error_set(err, ERROR_INVALID,
				 "--online-may and --online-may-nothing exclude each other");
	return o->online_may.n || o->online_nothing ? trust_set_may(t, &o->online_may, err) : 0;
}

static int change_roots(struct change *c, struct error *err)
{
	auto_cert struct cert *root = NULL;
	char path[HOME_PATH_SIZE];

	if (c->o->new_root) {
		if (next_root_make(c->home.dir, c->home.conf.enterprise_name, &root, err) < 0 ||
		    trust_add_anchor(&c->next.trust, cert_der(root), err) < 0)
			return -1;
	}
	if (!c->o->drop_old_roots)
		return 0;
	if (!root && (home_path(c->home.dir, path, err, "authority/root.crt") < 0 ||
		      cert_load(path, &root, err) < 0))
		return -1;
	return trust_keep_anchor(&c->next.trust, cert_der(root), err);
}

static int rotate_run(void *options, struct error *err)
{
	CLEANUP(change_done) struct change c = { .o = options };

	if (begin(&c, err) < 0 || change_numbers(c.o, &c.next.trust, err) < 0 ||
	    trust_check(&c.next.trust, err) < 0 || change_roots(&c, err) < 0)
		return -1;
	return finish(&c, err);
}

static const struct jmap rotate_fields[] = {
	OPTION(change_options, quorum, "quorum", jmap_strings, "CLASS=PERSONS",
	       "how many persons must sign: routine, configuration, channel-cutting, destructive, "
	       "code, authority; may be repeated",
	       .max = EFFECT_MAX_),
	OPTION(change_options, delay, "destructiveDelay", cli_duration, "DURATION",
	       "how long a destructive command waits on the device, and can be called off",
	       .max = 30 * 86400),
	OPTION(change_options, no_delay, "noDestructiveDelay", jmap_bool, NULL,
	       "destructive commands do not wait"),
	OPTION(change_options, max_targets, "maxTargets", jmap_u32, "NUMBER",
	       "devices that one command may name", .min = 1, .max = LIMIT_TRUST_TARGETS),
	OPTION(change_options, online_may, "onlineMay", jmap_strings, "COMMAND",
	       "the routine commands that the server may sign itself, all of them; may be repeated",
	       .max = LIMIT_SETTINGS),
	OPTION(change_options, online_nothing, "onlineMayNothing", jmap_bool, NULL,
	       "the server may sign heads alone"),
	OPTION(change_options, new_root, "newRoot", jmap_bool, NULL,
	       "make a new root beside the one in force, in authority/next, and certify the "
	       "signers here by it; it takes the place of the old one here when the document has "
	       "its signatures"),
	OPTION(change_options, drop_old_roots, "dropOldRoots", jmap_bool, NULL,
	       "no root counts but the newest"),
	OPTIONS_CHANGE,
};
static const struct jmap_table rotate_table =
	JMAP_TABLE("trust rotate", "", rotate_fields, struct change_options);
static const char *const rotate_examples[] = {
	"muster trust rotate --max-targets 100 --destructive-delay 30m --yes",
	NULL,
};

const struct opt_command command_trust_rotate = {
	.name = "trust rotate",
	.doc = "make the next trust document: quorums, delays, limits, roots",
	.details = NEXT_DETAILS,
	.examples = rotate_examples,
	.options = &rotate_table,
	.run = rotate_run,
};
