/* SPDX-License-Identifier: Apache-2.0 */
/* Documents that wait on the server for signatures. What is shown of them is what their bytes say.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/approval.h"
#include "cli/cli.h"
#include "cli/table.h"

struct pending_options {
	char *home, *id, *out;
	bool json;
};

/* One row, from the bytes; the server's word where they are refused. */
static int make_row(struct api *api, const struct approval *a, const json_t *said, json_t **ret,
		    struct error *err)
{
	const char *id = json_string_value(json_object_get(said, "id"));
	auto_buf struct buf der = BUF_INIT, state = BUF_INIT;
	auto_verdict struct verdict v = { 0 };
	struct error why = ERROR_INIT;

	if (api_fetch(api, &der, err, "/api/v1/pending/%s/der", id) < 0)
		return -1;
	if (approval_judge(a, &der, &v, &why) < 0) {
		*ret = json_pack("{s:s, s:s, s:s}", "id", id, "verdict", "refused", "signatures",
				 why.msg);
		return *ret ? 0 : error_oom(err);
	}
	if (approval_state(&v, &state, err) < 0)
		return -1;
	*ret = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:O*, s:O*, s:O*}", "id",
			 v.document.header.id, "verdict", v.complete ? "complete" : "lacks", "type",
			 document_type_name(v.document.type), "effect", effect_name(v.effect),
			 "have", (int)v.have, "want", (int)v.want, "signatures", state.data, "name",
			 json_object_get(said, "name"), "postedBy",
			 json_object_get(said, "postedBy"), "posted",
			 json_object_get(said, "posted"));
	return *ret ? 0 : error_oom(err);
}

static int list_run(void *options, struct error *err)
{
	static const struct column columns[] = {
		{ "DOCUMENT", "id" },	     { "TYPE", "type" },
		{ "NAME", "name" },	     { "EFFECT", "effect" },
		{ "VERDICT", "verdict" },    { "SIGNATURES", "signatures" },
		{ "POSTED BY", "postedBy" }, { "POSTED", "posted" },
	};
	const struct pending_options *o = options;
	auto_api struct api *api = NULL;
	auto_approval struct approval a = { 0 };
	auto_json json_t *said = NULL, *all = json_pack("{s:[]}", "pending");
	json_t *row;
	size_t i;

	if (!all)
		return error_oom(err);
	if (api_open(o->home, &api, err) < 0 || approval_open(api_home(api)->dir, &a, err) < 0 ||
	    api_get(api, &admin_pendings_table, &said, err, "/api/v1/pending") < 0)
		return -1;
	json_array_foreach (json_object_get(said, "pending"), i, row) {
		json_t *made = NULL;

		if (make_row(api, &a, row, &made, err) < 0 ||
		    json_array_append_new(json_object_get(all, "pending"), made) < 0)
			return err->code ? -1 : error_oom(err);
	}
	if (o->json)
		return print_json(all, true, err);
	return table_print(stdout, json_object_get(all, "pending"), columns, ARRAY_SIZE(columns),
			   "nothing waits for signatures", err);
}

static const struct jmap list_fields[] = {
	OPTION_HOME(pending_options),
	OPTION_JSON(pending_options),
};
static const struct jmap_table list_table =
	JMAP_TABLE("pending list", "", list_fields, struct pending_options);
static const char *const list_examples[] = { "muster pending list", NULL };

const struct opt_command command_pending_list = {
	.name = "pending list",
	.doc = "list the documents that wait for signatures, each verified here",
	.examples = list_examples,
	.options = &list_table,
	.run = list_run,
};

static int show_run(void *options, struct error *err)
{
	const struct pending_options *o = options;
	auto_api struct api *api = NULL;
	auto_approval struct approval a = { 0 };
	auto_buf struct buf der = BUF_INIT, state = BUF_INIT;
	auto_verdict struct verdict v = { 0 };
	auto_json json_t *what = NULL;
	struct explain_targets n;

	if (api_open(o->home, &api, err) < 0 || approval_open(api_home(api)->dir, &a, err) < 0 ||
	    api_fetch(api, &der, err, "/api/v1/pending/%s/der", o->id) < 0)
		return -1;
	if (o->out && write_output(o->out, &der, 0644, err) < 0)
		return -1;
	if (approval_judge(&a, &der, &v, err) < 0 ||
	    explain_document(&v.document, &a.trust.document.trust, &a.roster, &what, &n, err) < 0 ||
	    approval_state(&v, &state, err) < 0)
		return -1;
	if (json_object_set_new(what, "signatures", json_string((char *)state.data)) < 0)
		return error_oom(err);
	if (o->json)
		return print_json(what, true, err);
	if (explain_print(stdout, what, err) < 0)
		return -1;
	(void)printf("\n%s\n", (char *)state.data);
	return 0;
}

static const struct jmap show_fields[] = {
	OPTION(pending_options, id, "document", jmap_str, "ID", "id of the document",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = UUID_SIZE),
	OPTION(pending_options, out, "out", jmap_path, "FILE", "write its bytes to a file"),
	OPTION_HOME(pending_options),
	OPTION_JSON(pending_options),
};
static const struct jmap_table show_table =
	JMAP_TABLE("pending show", "", show_fields, struct pending_options);
static const char *const show_examples[] = {
	"muster pending show 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11",
	NULL,
};

const struct opt_command command_pending_show = {
	.name = "pending show",
	.doc = "show what a document that waits for signatures does, and to whom",
	.examples = show_examples,
	.options = &show_table,
	.run = show_run,
};

static int remove_run(void *options, struct error *err)
{
	const struct pending_options *o = options;
	auto_api struct api *api = NULL;

	if (api_open(o->home, &api, err) < 0 || api_delete(api, "pending", o->id, err) < 0)
		return -1;
	return print_done(o->json, "document", o->id, "removed", "", err);
}

static const struct jmap remove_fields[] = {
	OPTION(pending_options, id, "document", jmap_str, "ID", "id of the document",
	       .flags = JMAP_POSITION | JMAP_REQUIRED, .min = 1, .max = UUID_SIZE),
	OPTION_HOME(pending_options),
	OPTION_JSON(pending_options),
};
static const struct jmap_table remove_table =
	JMAP_TABLE("pending remove", "", remove_fields, struct pending_options);
static const char *const remove_examples[] = {
	"muster pending remove 6f1c0b1e-3c55-4d0a-9a60-4b8a1f6b2c11",
	NULL,
};

const struct opt_command command_pending_remove = {
	.name = "pending remove",
	.doc = "remove a document that nobody is to sign any more",
	.examples = remove_examples,
	.options = &remove_table,
	.run = remove_run,
};
