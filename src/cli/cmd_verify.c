/* SPDX-License-Identifier: Apache-2.0 */
/* Judge a signed document with the operator's own trust: the same judge as a device's. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/authority.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "crypto/digest.h"

struct verify_options {
	char *file, *home, *trust, *stream, *nonce;
	char device[UUID_SIZE], enrollment[UUID_SIZE];
	int type;
	struct strings crls;
	uint64_t serial;
	int64_t time;
	bool json, content;
};

static const struct jmap verify_fields[] = {
	OPTION(verify_options, file, "file", jmap_path, "FILE", "the document, CMS in DER",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION(verify_options, type, "type", jmap_enum, "TYPE",
	       "the document that it must be: trust, assignment, policy, command or head (any)",
	       .sub = &document_type_enum),
	OPTION(verify_options, trust, "trust", jmap_path, "FILE",
	       "the first trust document (those of the operator's directory)"),
	OPTION(verify_options, crls, "crl", jmap_strings, "FILE",
	       "revocation lists, besides what the document carries; may be repeated (that of the "
	       "operator's directory, unless --trust is given)",
	       .max = LIMIT_DOCUMENT_CRLS),
	OPTION(verify_options, time, "time", jmap_time, "TIME",
	       "the time to judge at, as 2026-11-23T15:48:00Z (now)"),
	OPTION(verify_options, device, "device", jmap_uuid, "UUID",
	       "judge as this device: is it among those that the document is for?"),
	OPTION(verify_options, enrollment, "enrollment", jmap_uuid, "UUID",
	       "the device's enrollment"),
	OPTION(verify_options, stream, "stream", jmap_str, "STREAM", "the device's policy stream",
	       .max = LIMIT_NAME),
	OPTION(verify_options, serial, "serial", jmap_u64, "NUMBER",
	       "the serial in force: the document's must be above it"),
	OPTION(verify_options, content, "content", jmap_bool, NULL,
	       "print the document's content too, where it is good"),
	OPTION_HOME(verify_options),
	OPTION_JSON(verify_options),
};
static const struct jmap_table verify_table =
	JMAP_TABLE("instruction verify", "", verify_fields, struct verify_options);

/* What the judge is to go by: the files named, or those of the operator's directory. */
static int load_trust(const struct verify_options *o, struct crls **crls, struct verdict *trust,
		      struct error *err)
{
	char dir[HOME_PATH_SIZE], first[SHA256_HEX_SIZE];

	if (o->trust) {
		if (crls_of_files(&o->crls, crls, err) < 0)
			return -1;
		return trust_of_file(o->trust, trust, err);
	}
	if (home_find(o->home, dir, err) < 0 ||
	    (o->crls.n ? crls_of_files(&o->crls, crls, err) : crls_of_home(dir, crls, err)) < 0)
		return -1;
	return trust_of_home(dir, trust, first, err);
}

static int print_good(const struct verify_options *o, const struct verdict *v, struct error *err)
{
	static const struct column columns[] = {
		{ "good", "type" },	    { "id", "id" },	    { "effect", "effect" },
		{ "signed by", "persons" }, { "sha256", "sha256" },
	};
	auto_json json_t *persons = json_array(), *row = NULL;
	json_t *content = NULL;

	for (size_t i = 0; i < v->persons.n; i++)
		if (json_array_append_new(persons, json_string(v->persons.items[i])) < 0)
			return error_oom(err);
	if (o->content &&
	    jmap_parse(v->canonical.data, v->canonical.len, LIMIT_DOCUMENT, &content, err) < 0)
		return -1;
	row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:b, s:s, s:o*}", "verdict", "good",
			"reason", reason_name(REASON_NONE), "type",
			document_type_name(v->document.type), "id", v->document.header.id, "effect",
			effect_name(v->effect), "persons", persons, "online", v->online, "sha256",
			v->sha256, "content", content);
	if (!row)
		return error_oom(err);
	if (o->json)
		return print_json(row, true, err);
	if (table_print_one(stdout, row, columns, ARRAY_SIZE(columns), err) < 0)
		return -1;
	return o->content ? print_json(json_object_get(row, "content"), false, err) : 0;
}

static int print_refused(const struct verify_options *o, const struct verdict *v,
			 const struct error *why, struct error *err)
{
	auto_json json_t *row = NULL;

	if (!o->json) {
		(void)printf("refused: %s: %s\n", reason_name(why->reason), why->msg);
		return 0;
	}
	row = json_pack("{s:s, s:s, s:s, s:s*}", "verdict", "refused", "reason",
			reason_name(why->reason), "message", why->msg, "needs",
			v->needs[0] ? v->needs : NULL);
	return row ? print_json(row, true, err) : error_oom(err);
}

/* --serial: as a device that has accepted this one would judge. */
static int known_serial(const struct document *d, void *userdata, struct judge_known *ret,
			struct error *err)
{
	const struct verify_options *o = userdata;

	(void)d;
	(void)err;
	ret->serial = o->serial;
	return 0;
}

static int verify_run(void *options, struct error *err)
{
	const struct verify_options *o = options;
	auto_verdict struct verdict trust = { 0 }, v = { 0 };
	auto_crls struct crls *crls = NULL;
	auto_buf struct buf der = BUF_INIT;
	struct error why = ERROR_INIT;
	char digest[SHA256_HEX_SIZE];
	struct judge_context c = {
		.device = o->device,
		.enrollment = o->enrollment,
		.stream = o->stream,
		.known = known_serial,
		.userdata = (void *)o,
		.now = time_or_now(o->time),
	};

	/* One byte above the limit is read: that a document is too long is the judge's to say. */
	if (load_trust(o, &crls, &trust, err) < 0 ||
	    file_read(o->file, LIMIT_DOCUMENT + 1, &der, err) < 0)
		return unusable(err);
	/* The trust in force itself was judged on the way here, by the one before it. */
	if (digest_sha256_hex(der.data, der.len, digest, err) < 0)
		return -1;
	if (strcmp(digest, trust.sha256) == 0 && (!o->type || o->type == DOCUMENT_TRUST))
		return print_good(o, &trust, err);
	c.trust = &trust.document.trust;
	c.crls = crls;
	if (judge(der.data, der.len, o->type, &c, &v, &why) == 0)
		return print_good(o, &v, err);
	if (why.code != ERROR_REFUSED) {
		*err = why;
		return unusable(err);
	}
	if (print_refused(o, &v, &why, err) < 0)
		return -1;
	return error_set(err, ERROR_REFUSED, "%s", "");
}

static const char *const verify_examples[] = {
	"muster instruction verify office.cms",
	"muster instruction verify --trust authority/trust/1.cms --crl authority/root.crl --json "
	"office.cms",
	NULL,
};

const struct opt_command command_instruction_verify = {
	.name = "instruction verify",
	.doc = "judge a signed document, as a device does",
	.details = "The judge is the one of the device: form, signers, their revocation status, "
		   "signatures, content, window, and whether enough persons signed for what it "
		   "would do. "
		   "A first trust document is judged with --trust naming itself."
		   "\n\nExit status 0: good; 1: refused; 2: a file or an option cannot be used.",
	.examples = verify_examples,
	.options = &verify_table,
	.run = verify_run,
};
