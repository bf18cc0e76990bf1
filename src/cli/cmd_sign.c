/* SPDX-License-Identifier: Apache-2.0 */
/* Signing what others wrote, and approving what others signed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "cli/approval.h"
#include "cli/cli.h"
#include "cli/trust_files.h"

struct sign_options {
	char *home, *file, *out;
	struct signer_choice who;
	bool publish, yes, yes_unlisted, json;
};

/* One document on its way through a signature. */
struct signing {
	const struct sign_options *o;
	struct home home;
	struct approval approval;
	struct api *api; /* NULL: not needed */
	struct buf in;
	struct document document;
	struct verdict before;
	struct approval_signed done;
	char out[HOME_PATH_SIZE]; /* "": nowhere */
	struct approval_posted posted;
	bool was_posted;
};

static void signing_done(struct signing *s)
{
	home_done(&s->home);
	approval_done(&s->approval);
	api_free(s->api);
	buf_done(&s->in);
	document_done(&s->document);
	verdict_done(&s->before);
	approval_signed_done(&s->done);
}

static bool is_cms(const struct buf *data)
{
	return data->len > 0 && data->data[0] == 0x30; /* a DER SEQUENCE; no text begins so */
}

/* What is to be signed: JSON that nobody has signed yet, or CMS, judged. */
static int understand(struct signing *s, struct error *err)
{
	if (!is_cms(&s->in))
		return document_read(s->in.data, s->in.len, &s->document, err);
	if (approval_judge(&s->approval, &s->in, &s->before, err) < 0)
		return -1;
	if (s->before.online)
		return error_refuse(err, REASON_SIGNER_ONLINE,
				    "a server's key signed this: it needs no person");
	return 0;
}

static int sign(struct signing *s, struct error *err)
{
	const struct sign_options *o = s->o;
	const bool cms = is_cms(&s->in);
	const struct approval_request rq = {
		.home = &s->home,
		.how = { o->who, o->yes, o->yes_unlisted, o->json },
		.document = cms ? &s->before.document : &s->document,
		.der = cms ? &s->in : NULL,
	};

	if (understand(s, err) < 0)
		return -1;
	return approval_sign(&s->approval, &rq, &s->done, err);
}

static int print_result(const struct signing *s, struct error *err)
{
	auto_json json_t *all = NULL, *persons = json_array();
	auto_buf struct buf state = BUF_INIT;
	const struct verdict *v = &s->done.verdict;

	for (size_t i = 0; i < v->persons.n; i++)
		if (json_array_append_new(persons, json_string(v->persons.items[i])) < 0)
			return error_oom(err);
	if (s->o->json) {
		all = json_pack("{s:s, s:O, s:O, s:i, s:i, s:b, s:s*, s:b, s:b}", "id",
				v->document.header.id, "document", s->done.what, "persons", persons,
				"have", (int)v->have, "want", (int)v->want, "complete", v->complete,
				"file", s->out[0] ? s->out : NULL, "published",
				s->was_posted && !s->posted.pending, "pending",
				s->was_posted && s->posted.pending);
		return all ? print_json(all, true, err) : error_oom(err);
	}
	if (approval_state(v, &state, err) < 0)
		return -1;
	(void)fprintf(stderr, "\n%s\n", (char *)state.data);
	if (s->out[0] && strcmp(s->out, "-") != 0)
		(void)fprintf(stderr, "written to %s\n", s->out);
	if (s->was_posted && s->posted.pending)
		(void)fprintf(stderr, "pending: 'muster approve %s' adds the next signature\n",
			      v->document.header.id);
	else if (s->was_posted)
		(void)fprintf(stderr, "published to %u device%s\n", s->posted.published.devices,
			      s->posted.published.devices == 1 ? "" : "s");
	return 0;
}

/* The next trust is in force here as soon as it has its signatures. */
static int keep_trust(const struct signing *s, struct error *err)
{
	bool moved;

	if (!s->done.verdict.complete || s->done.verdict.document.type != DOCUMENT_TRUST)
		return 0;
	if (trust_keep(s->home.dir, &s->done.verdict, &s->done.cms, &moved, err) < 0)
		return -1;
	(void)fprintf(stderr, "trust %u is in force in this directory\n",
		      s->done.verdict.document.trust.version);
	return 0;
}

static int finish(struct signing *s, bool post, struct error *err)
{
	if (s->out[0] && write_output(s->out, &s->done.cms, 0644, err) < 0)
		return -1;
	if (post && !s->api && api_open(s->o->home, &s->api, err) < 0)
		return -1;
	if (post && approval_submit(s->api, &s->done.verdict, &s->done.cms, &s->posted, err) < 0)
		return -1;
	s->was_posted = post;
	if (print_result(s, err) < 0)
		return -1;
	return keep_trust(s, err);
}

static int begin(struct signing *s, struct error *err)
{
	if (home_open(s->o->home, &s->home, err) < 0)
		return -1;
	return approval_open(s->home.dir, &s->approval, err);
}

static int read_file(const char *path, struct buf *ret, struct error *err)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, LIMIT_DOCUMENT, ret, err);
	return file_read(path, LIMIT_DOCUMENT, ret, err);
}

/* FILE.json → FILE.cms, beside it. */
static int output_of(const struct sign_options *o, char ret[HOME_PATH_SIZE], struct error *err)
{
	const char *slash = strrchr(o->file, '/'), *dot = strrchr(o->file, '.');
	int stem = dot && (!slash || dot > slash) ? (int)(dot - o->file) : (int)strlen(o->file);

	if (o->out)
		return path_format(ret, HOME_PATH_SIZE, err, "%s", o->out);
	if (strcmp(o->file, "-") != 0)
		return path_format(ret, HOME_PATH_SIZE, err, "%.*s.cms", stem, o->file);
	if (o->publish)
		return 0;
	return o->json ? error_set(err, ERROR_INVALID,
				   "--json has standard output: name a file with --out")
		       : path_format(ret, HOME_PATH_SIZE, err, "-");
}

static int sign_run(void *options, struct error *err)
{
	CLEANUP(signing_done) struct signing s = { .o = options };

	if (output_of(s.o, s.out, err) < 0 || begin(&s, err) < 0 ||
	    read_file(s.o->file, &s.in, err) < 0 || sign(&s, err) < 0)
		return -1;
	return finish(&s, s.o->publish, err);
}

/* A file, or the id of a document that waits on the server. */
static int approve_run(void *options, struct error *err)
{
	CLEANUP(signing_done) struct signing s = { .o = options };
	const bool id = uuid_valid(s.o->file);

	if (begin(&s, err) < 0)
		return -1;
	if (id && (api_open(s.o->home, &s.api, err) < 0 ||
		   api_fetch(s.api, &s.in, err, "/api/v1/pending/%s/der", s.o->file) < 0))
		return -1;
	if (!id && read_file(s.o->file, &s.in, err) < 0)
		return -1;
	if (!is_cms(&s.in))
		return error_set(err, ERROR_INVALID,
				 "%.80s: nobody has signed it yet: see 'muster sign'", s.o->file);
	if (s.o->out || !id) {
		if (path_format(s.out, sizeof(s.out), err, "%s", s.o->out ? s.o->out : s.o->file) <
		    0)
			return -1;
	}
	if (sign(&s, err) < 0)
		return -1;
	/* What the server gave is the document of that id, or nothing. */
	if (id && strcmp(s.done.verdict.document.header.id, s.o->file) != 0)
		return error_refuse(err, REASON_AUDIENCE, "the server gave another document, %s",
				    s.done.verdict.document.header.id);
	return finish(&s, id || s.o->publish, err);
}

#define SIGN_DETAILS \
	"The bytes are read on this machine: what they do is shown from them, who the devices " \
	"are " \
	"from your own roster ('muster roster update'), and how many signatures they need from " \
	"your " \
	"own trust document. A device that the roster does not have, or has with another " \
	"enrollment, is a reason not to sign." \
	"\n\nExit status 0: signed; 1: the document is refused, as a device would; 3: a device " \
	"is " \
	"not listed, or you said no; 5: you have signed it already."

static const struct jmap sign_fields[] = {
	OPTION(sign_options, file, "file", jmap_path, "FILE",
	       "the document: JSON, or CMS that others signed; - is standard input",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION(sign_options, out, "out", jmap_path, "FILE",
	       "where the signed document goes (beside FILE, as .cms)"),
	OPTION(sign_options, publish, "publish", jmap_bool, NULL,
	       "post it: published with all its signatures, else pending for others"),
	OPTIONS_APPROVAL(sign_options),
	OPTION_HOME(sign_options),
	OPTION_JSON(sign_options),
};
static const struct jmap_table sign_table =
	JMAP_TABLE("sign", "", sign_fields, struct sign_options);
static const char *const sign_examples[] = {
	"muster sign office.json --yes",
	NULL,
};

const struct opt_command command_sign = {
	.name = "sign",
	.doc = "show what a document does and to whom, and sign it",
	.details = SIGN_DETAILS,
	.examples = sign_examples,
	.options = &sign_table,
	.run = sign_run,
};

static const struct jmap approve_fields[] = {
	OPTION(sign_options, file, "document", jmap_path, "ID|FILE",
	       "the id of a pending document on the server, or a file (CMS)",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION(sign_options, out, "out", jmap_path, "FILE",
	       "where the signed document goes (in the place of FILE)"),
	OPTION(sign_options, publish, "publish", jmap_bool, NULL,
	       "post a file too: published with all its signatures, else pending for others"),
	OPTIONS_APPROVAL(sign_options),
	OPTION_HOME(sign_options),
	OPTION_JSON(sign_options),
};
static const struct jmap_table approve_table =
	JMAP_TABLE("approve", "", approve_fields, struct sign_options);
static const char *const approve_examples[] = {
	"muster approve 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11 --yes",
	"muster approve trust-2.cms --yes",
	NULL,
};

const struct opt_command command_approve = {
	.name = "approve",
	.doc = "add a signature to a document that others have signed",
	.details = "A pending document of the server is published as soon as it has all its "
		   "signatures. " SIGN_DETAILS,
	.examples = approve_examples,
	.options = &approve_table,
	.run = approve_run,
};
