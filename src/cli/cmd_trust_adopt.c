/* SPDX-License-Identifier: Apache-2.0 */
/* Trust documents that were signed elsewhere. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/approval.h"
#include "cli/cli.h"
#include "cli/trust_files.h"

struct adopt_options {
	char *home, *file;
	bool json;
};

/* One that is here already is judged by the one before it, as it was then. */
static int go_back(const char *dir, struct approval *a, const struct buf *cms, struct error *err)
{
	auto_document struct document d = { 0 };
	char first[SHA256_HEX_SIZE];

	if (judge_peek(cms->data, cms->len, &d, err) < 0)
		return -1;
	if (d.type != DOCUMENT_TRUST)
		return error_refuse(err, REASON_TYPE, "a %s, no trust", document_type_name(d.type));
	if (d.trust.version < 2 || d.trust.version > a->trust.document.trust.version)
		return 0;
	verdict_done(&a->trust);
	return trust_until(dir, d.trust.version - 1, &a->trust, first, err);
}

static int judge_next(const char *dir, struct approval *a, const struct buf *cms,
		      struct verdict *ret, struct error *err)
{
	if (go_back(dir, a, cms, err) < 0 || approval_judge(a, cms, ret, err) < 0)
		return -1;
	if (!ret->complete)
		return error_refuse(err, REASON_QUORUM, "%u of %u persons signed", ret->have,
				    ret->want);
	return 0;
}

static int adopt_run(void *options, struct error *err)
{
	const struct adopt_options *o = options;
	auto_home struct home h = { 0 };
	auto_approval struct approval a = { 0 };
	auto_buf struct buf cms = BUF_INIT;
	auto_verdict struct verdict v = { 0 };
	auto_json json_t *what = NULL, *all = NULL;
	struct explain_targets n;
	bool moved;

	if (home_open(o->home, &h, err) < 0 || approval_open(h.dir, &a, err) < 0 ||
	    file_read(o->file, LIMIT_DOCUMENT, &cms, err) < 0 ||
	    judge_next(h.dir, &a, &cms, &v, err) < 0)
		return -1;
	if (explain_document(&v.document, &a.trust.document.trust, &a.roster, &what, &n, err) < 0 ||
	    trust_keep(h.dir, &v, &cms, &moved, err) < 0)
		return -1;
	if (!o->json)
		return explain_print(stdout, what, err);
	all = json_pack("{s:i, s:O, s:b}", "version", (int)v.document.trust.version, "document",
			what, "rootMoved", moved);
	return all ? print_json(all, true, err) : error_oom(err);
}

static const struct jmap adopt_fields[] = {
	OPTION(adopt_options, file, "file", jmap_path, "FILE", "the next trust document (CMS)",
	       .flags = JMAP_POSITION | JMAP_REQUIRED),
	OPTION_HOME(adopt_options),
	OPTION_JSON(adopt_options),
};
static const struct jmap_table adopt_table =
	JMAP_TABLE("trust adopt", "", adopt_fields, struct adopt_options);
static const char *const adopt_examples[] = { "muster trust adopt trust-2.cms", NULL };

const struct opt_command command_trust_adopt = {
	.name = "trust adopt",
	.doc = "take the next trust document, signed on other machines, into this directory",
	.details = "It is judged by the one in force here, as a device judges it.",
	.examples = adopt_examples,
	.options = &adopt_table,
	.run = adopt_run,
};
